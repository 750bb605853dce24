# Each target does its own set-up first. On a machine without make, run the lines of a target by hand.
PYTHON ?= python3
BIN := .venv/bin
SECONDS := 60
READY := .venv/ready

.PHONY: help run demo test test-all test-postgres test-slow check fix fuzz quality bench bench-setup bench-page
.PHONY: cluster-demo pictures clean

help:  ## what can be done here
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'
	touch $(READY)

demo: $(READY)  ## a whole newsroom on sample feeds, without a network; without a terminal it stops by itself
	@if [ -t 0 ]; then $(BIN)/newsdesk demo; else $(BIN)/newsdesk demo --seconds 20; fi

run: $(READY)  ## the daemon, with ./newsdesk.toml
	$(BIN)/newsdesk run

test: $(READY)  ## the tests that take seconds
	$(BIN)/python -m pytest --quiet --numprocesses 2

test-postgres: $(READY)  ## those that use a database, on PostgreSQL: that of NEWSDESK_TEST_PG, else one of their own
	NEWSDESK_TEST_DATABASE=postgresql $(BIN)/python -m pytest --quiet --numprocesses 2

test-slow: $(READY)  ## the tests that take longer
	$(BIN)/python -m pytest --quiet -m slow --numprocesses 3 --dist loadscope

test-all: $(READY)  ## all of them in one run, those that use a database on SQLite and on PostgreSQL
	NEWSDESK_TEST_DATABASE=both $(BIN)/python -m pytest --quiet -m '' --numprocesses 3 --dist loadscope

check: $(READY)  ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: $(READY)  ## what the tools can mend themselves
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: $(READY)  ## documents that nobody wrote, for SECONDS=60; what is found is left in .fuzz
	$(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python --constraint constraints.txt --editable '.[fuzz]'
	mkdir -p .fuzz
	$(BIN)/python tests/fuzz_parse.py -max_total_time=$(SECONDS) -artifact_prefix=.fuzz/ .fuzz tests/documents

quality: $(READY)  ## how well likeness tells what is alike, on labelled pairs
	$(BIN)/python tests/feeds/labelled.py

bench-setup: $(READY)  ## what speed is measured beside: reader from PyPI, archives, a large farm; the rest is named where it is missing
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .bench/peers
	$(BIN)/uv pip install --quiet --system-certs --python .bench/peers/bin/python 'reader>=3.26,<4' sgmllib3k
	$(BIN)/python benchmarks/goals.py --missing
	$(BIN)/python benchmarks/goals.py --prepare

bench: $(READY)  ## every goal for speed, beside peers and limits; ten minutes at most
	$(BIN)/python benchmarks/goals.py

bench-page: $(READY)  ## the same, and docs/performance.md is written
	$(BIN)/python benchmarks/goals.py --markdown

cluster-demo: $(READY)  ## a daemon and three workers on a PostgreSQL of their own; one is killed; the figures
	PYTHONPATH=tests $(BIN)/python benchmarks/cluster.py

pictures: $(READY)  ## the pictures of the docs, taken from the program by chromium
	$(BIN)/python docs/pictures/take.py

clean:  ## what make made
	rm -rf .venv .bench dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz
