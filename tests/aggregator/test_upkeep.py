"""A newsroom's health is looked at without changing it, and a copy of its database is whole or not there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from makers import NOON
from sqlalchemy import event, text

from aggregator import figures, migrations, sources, upkeep
from aggregator.app import Newsdesk
from aggregator.database import Database
from config.errors import UsageFault
from feeds.tables import Source, Status


def at(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def examined(path: Path, output: Path | None = None) -> dict[str, upkeep.Finding]:
    """What is found of a database and a published folder, by check."""
    found = upkeep.examine(at(path), output or path.parent / "public")
    return {finding.check: finding for finding in found}


def missing(path: Path) -> None:
    """No file at all."""


def empty(path: Path) -> None:
    path.touch()


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database at all, but text" * 100)


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE theirs (x)")


def newer(path: Path) -> None:
    database = at(path)
    migrations.prepare(database)
    with database.connected(writing=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()


def damaged(path: Path) -> None:
    database = at(path)
    migrations.prepare(database)
    database.close()
    body = bytearray(path.read_bytes())
    body[4096 : 4096 * 4] = b"\xff" * 4096 * 3
    path.write_bytes(body)


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (missing, "is not there"),
        (empty, "is empty"),
        (garbage, "is not a database"),
        (foreign, "another program"),
        (newer, "newer newsdesk"),
        (damaged, "damaged"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_database_at_fault_is_told_and_left_as_it_is_and_all_else_is_looked_at(
    tmp_path: Path, make: object, says: str
) -> None:
    make(tmp_path / "n.db")  # type: ignore[operator]
    before = files(tmp_path)
    found = examined(tmp_path / "n.db")
    assert (found["database"].ok, says in found["database"].found) == (False, True)
    assert found.keys() == {"database", "SQLite", "published folder", "installation"}
    assert files(tmp_path) == before


def test_an_older_database_is_well_and_not_upgraded_by_looking(tmp_path: Path) -> None:
    database = at(tmp_path / "n.db")
    with database.connected(writing=True) as connection:
        migrations.upgrade(connection, "0001")
    database.close()
    before = files(tmp_path)
    finding = examined(tmp_path / "n.db")["database"]
    assert (finding.ok, "schema 0001" in finding.found) == (True, True)
    assert files(tmp_path) == before


@pytest.mark.sqlite
def test_a_database_in_use_is_well(database: Database, tmp_path: Path) -> None:
    with database.writing():
        assert examined(tmp_path / "newsdesk.db")["database"].found == "ok"


def test_a_published_folder_that_is_yet_to_be_made_is_well_and_stays_to_be_made(tmp_path: Path) -> None:
    assert examined(tmp_path / "n.db", tmp_path / "a" / "b")["published folder"].ok
    assert files(tmp_path) == {}


@pytest.mark.parametrize("below", ["file", "file/public", "/proc", "/proc/public"])
def test_a_published_folder_in_which_no_file_can_be_made_is_a_fault(tmp_path: Path, below: str) -> None:
    """/proc takes no files, not even from root."""
    (tmp_path / "file").touch()
    finding = examined(tmp_path / "n.db", tmp_path / below)["published folder"]
    assert (finding.ok, "cannot be written" in finding.found) == (False, True)


def test_a_copy_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    garbage(tmp_path / "n.db")
    with pytest.raises(UsageFault, match="not a database"):
        upkeep.backup(at(tmp_path / "n.db"), tmp_path / "copy.db")
    assert files(tmp_path).keys() == {"n.db"}


@pytest.mark.sqlite
def test_a_copy_is_never_written_over_a_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(UsageFault, match="is there already"):
        upkeep.backup(database, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


@pytest.mark.sqlite
def test_a_copy_is_a_database_and_its_size_is_told(database: Database, tmp_path: Path) -> None:
    assert upkeep.backup(database, tmp_path / "copy.db") == (tmp_path / "copy.db").stat().st_size > 0
    assert examined(tmp_path / "copy.db")["database"].found == "ok"


def test_how_the_sources_stand_is_counted_by_the_database(newsdesk: Newsdesk) -> None:
    """Of a million rows none is read for it."""
    later = NOON + timedelta(minutes=5)
    rows = [
        (Status.ACTIVE, 0, NOON - timedelta(minutes=2)),
        (Status.ACTIVE, 3, later),
        (Status.PAUSED, 1, NOON - timedelta(hours=9)),
        (Status.RETIRED, 5, later),
        (Status.REMOVED, 2, NOON - timedelta(days=9)),
    ]
    with newsdesk.database.writing() as session:
        for number, (status, failures, due) in enumerate(rows):
            source = sources.add(session, f"http://a.example/{number}", NOON)
            source.status, source.failures, source.next_poll_at = status, failures, due
    read: list[Source] = []

    def note(source: Source, _: object) -> None:
        read.append(source)

    event.listen(Source, "load", note)
    with newsdesk.database.reading() as session:
        found = upkeep.status(session, NOON)
        counted = figures.figures(session, NOON)
    event.remove(Source, "load", note)
    assert read == []
    assert (found.sources, found.active, found.failing, found.due) == (4, 2, 3, 1)
    assert found.next_poll_at == NOON - timedelta(minutes=2)
    assert counted == figures.Figures({"active": 2, "paused": 1, "retired": 1}, 1, 1, 120.0)
