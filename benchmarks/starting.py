"""Goal 9: how soon newsdesk is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import archive
import finding
from measure import ROUNDS, Findings, Goal, run
from peers import HERE

from aggregator import app, sources

SOURCES = 10_000
SETTINGS = """
database_url = "sqlite:///newsdesk.db"
output = "public"
[serve]
port = 0
"""


def measure(folder: Path, findings: Findings, kept: Path, items: int) -> None:
    archive.copy(archive.made(kept, items), folder)
    path = {"PYTHONPATH": str(HERE.parent)}
    words = [sys.executable, "-m", "aggregator.cli", "--version"]
    run(words, folder, path)  # compiles what is not compiled yet
    versions = tuple(run(words, folder, path).cpu for _ in range(ROUNDS + 2))
    findings.goal(Goal(9, "--version, CPU", versions, 0.15, most=True, unit="s"))
    with_sources(folder)
    (folder / "newsdesk.toml").write_text(SETTINGS)
    started(folder)  # publishes what it finds
    times = tuple(started(folder) for _ in range(ROUNDS))
    goal = f"run is ready with {SOURCES:,} sources and {items:,} items"
    findings.goal(Goal(9, goal, times, 2, most=True, unit="s"))


def with_sources(folder: Path) -> None:
    """Bring the sources up to ten thousand, none of them due."""
    chosen = app.chosen(database_url=f"sqlite:///{folder}/newsdesk.db")
    with app.opened(chosen) as newsdesk, newsdesk.database.writing() as session:
        for number in range(finding.SOURCES, SOURCES):
            sources.add(session, f"https://more{number}.example/feed", newsdesk.now())
    archive.settled(folder / "newsdesk.db")


def started(folder: Path) -> float:
    """Seconds until the daemon says that it serves."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator.cli", "run"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("serving"):
            ready = time.perf_counter() - begun
            process.send_signal(signal.SIGTERM)
            process.communicate()
            return ready
    raise AssertionError("the daemon did not start")
