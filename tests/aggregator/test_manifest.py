"""The manifest of a folder: what is kept is found again, and nothing that a publish asks reads every row."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator import manifest
from aggregator.manifest import Kept, Manifest, Part

NAMES = st.from_regex(r"(days/|editors-pick/)?[a-z0-9]{1,3}", fullmatch=True)


def kept(name: str, state: str = manifest.KEPT) -> Kept:
    return Kept(name, None, "basis", (Part("", 5, 10**18 + 1, "0f"), Part(".gz", 3, 10**18 + 1, "f0")), state)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    with (one := Manifest(tmp_path)).opened():
        one.keep([kept("a"), kept("b", manifest.WRITTEN)])
    with (other := Manifest(tmp_path)).opened():
        assert other.find("a") == kept("a")
        assert other.find("c") is None
        assert other.unrecorded() == [kept("b", manifest.WRITTEN)]
        other.recorded()
        assert other.unrecorded() == []
        assert other.find("b") == kept("b")


@settings(max_examples=30)
@given(st.sets(NAMES, max_size=9), st.sets(st.sampled_from(["days/", "editors-pick/", "tags/"])))
def test_only_what_is_under_none_of_the_prefixes_is_outside(names: set[str], prefixes: set[str]) -> None:
    with TemporaryDirectory() as folder, (rows := Manifest(Path(folder))).opened():
        rows.keep(map(kept, names))
        found = [row.name for row in rows.outside(sorted(prefixes))]
    assert found == sorted(name for name in names if not name.startswith(tuple(prefixes)))


def test_no_question_reads_every_row(tmp_path: Path) -> None:
    asked: list[str] = []
    with (rows := Manifest(tmp_path)).opened():
        rows._connection.set_trace_callback(asked.append)
        rows.keep([kept("a")])
        rows.find("a")
        rows.outside(["days/", "editors-pick/"])
        rows.unrecorded()
        rows.drop("a")
        rows.recorded()
        rows._connection.set_trace_callback(None)
        questions = [said for said in asked if said.startswith(("SELECT", "UPDATE", "DELETE"))]
        plans = [
            row[3] for said in questions for row in rows._connection.execute(f"EXPLAIN QUERY PLAN {said}")
        ]
    assert len(plans) == 8
    assert [plan for plan in plans if plan.startswith("SCAN") and "INDEX unrecorded" not in plan] == []


@pytest.mark.parametrize("parts", ["no JSON", "[[1]]", "7"])
def test_a_row_that_cannot_be_read_is_told_as_broken(tmp_path: Path, parts: str) -> None:
    with (rows := Manifest(tmp_path)).opened():
        rows.keep([kept("a")])
        rows._connection.execute("UPDATE document SET parts = ?", (parts,))
        with pytest.raises(manifest.Broken):
            rows.find("a")
