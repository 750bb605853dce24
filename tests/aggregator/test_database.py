"""A database is opened safely, brought to its schema once, and its faults are told in one line."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import CommandLine
from makers import NOON
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from aggregator import migrations
from aggregator.database import Database
from config.errors import HeldElsewhere, NewsdeskError, TryLater, UsageFault
from feeds.tables import Source


def source(url: str) -> Source:
    return Source(url=url, canonical_url=url, added_at=NOON, next_poll_at=NOON)


def at(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


@pytest.mark.sqlite
def test_commits_survive_power_loss_and_readers_do_not_block_writers(database: Database) -> None:
    with database.connected() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.both
def test_the_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    with database.connected() as connection:
        # SQLite's index of words has tables of its own, and so has the engine's queue.
        others = ("item_text", "procrastinate_")
        rest = {"include_name": lambda name, kind, parents: not (name or "").startswith(others)}
        context = MigrationContext.configure(connection, opts=rest)
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.both
def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            session.add(source("https://a.example/"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as session:
        assert session.exec(select(Source)).all() == []


@pytest.mark.both
def test_times_come_back_as_aware_utc(database: Database) -> None:
    with database.writing() as session:
        session.add(source("https://a.example/"))
    with database.reading() as session:
        assert session.exec(select(Source)).one().added_at == NOON


@pytest.mark.both
def test_a_writer_waits_for_another_instead_of_failing(database: Database) -> None:
    started = threading.Event()

    def slowly() -> None:
        with database.writing() as session:
            session.add(source("https://slow.example/"))
            session.flush()
            started.set()
            threading.Event().wait(0.3)

    other = threading.Thread(target=slowly)
    other.start()
    started.wait()
    with database.writing() as session:
        assert [row.url for row in session.exec(select(Source))] == ["https://slow.example/"]
    other.join()


@pytest.mark.both
def test_a_database_that_stays_locked_is_a_fault_to_try_again(database_url: str) -> None:
    database = Database(database_url, patience=0.1)
    migrations.prepare(database)
    told = pytest.raises(TryLater, match="locked")
    with database.writing(), told, database.writing():
        pass
    database.close()


HOLDING = """
import sys, time
from aggregator.database import Database
with Database(sys.argv[2]).writing():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="the system does not tell who holds a lock")
def test_who_keeps_a_database_locked_is_named_without_what_it_was_told(tmp_path: Path) -> None:
    program, url = tmp_path / "newsdesk", f"sqlite:///{tmp_path / 'n.db'}"
    program.write_text(HOLDING)
    database = Database(url, patience=0.1)
    migrations.prepare(database)
    holding = subprocess.Popen(
        [sys.executable, program, "run", url], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."}
    )
    with holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        with pytest.raises(TryLater) as told, database.writing():
            pass
        holding.kill()
    assert str(told.value) == f"{tmp_path / 'n.db'}: is locked by newsdesk run (process {holding.pid})"
    database.close()


def test_an_older_database_is_upgraded_with_its_content_and_a_copy_is_kept(tmp_path: Path) -> None:
    database = at(tmp_path / "n.db")
    with database.connected(writing=True) as connection:
        migrations.upgrade(connection, "0001")
        Session(connection).exec(  # type: ignore[call-overload]  # a statement of text
            text(
                "INSERT INTO source (url, canonical_url, status, added_at, next_poll_at, next_poll_reason,"
                " failures, feed_title)"
                " VALUES ('https://a.example/', 'a', 'active', '2026-01-01', '2026-01-01', '', 0, '')"
            )
        )
    migrations.prepare(database)
    with database.reading() as session:
        assert [row.url for row in session.exec(select(Source))] == ["https://a.example/"]
    with database.connected() as connection:
        assert migrations.version(connection) == migrations.NEWEST
    copy = at(tmp_path / f"n.db.before-{migrations.NEWEST}-0001")
    with copy.connected() as connection:
        assert migrations.version(connection) == "0001"
    database.close()
    copy.close()


@pytest.mark.both
def test_a_newer_database_is_refused(tmp_path: Path, database: Database) -> None:
    with database.connected(writing=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageFault, match=r"newer newsdesk.*9999"):
        migrations.prepare(database)


PREPARE = """
import sys
from aggregator import migrations
from aggregator.database import Database
migrations.prepare(Database(sys.argv[1]))
"""


def test_many_processes_may_prepare_one_database_at_once(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    url = f"sqlite:///{tmp_path / 'n.db'}"
    started = [subprocess.Popen([sys.executable, "-c", PREPARE, url], cwd=root) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]


def test_a_file_of_garbage_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "n.db"
    path.write_bytes(b"this is no database at all, but text" * 100)
    before = path.read_bytes()
    with pytest.raises(UsageFault, match=r"n\.db: is not a database"):
        migrations.prepare(at(path))
    assert path.read_bytes() == before


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "n.db").touch()
    with pytest.raises(UsageFault, match="is empty"):
        migrations.prepare(at(tmp_path / "n.db"))


def test_a_file_that_another_process_is_about_to_fill_is_waited_for(tmp_path: Path) -> None:
    made = at(tmp_path / "made.db")
    migrations.prepare(made)
    made.close()
    (tmp_path / "n.db").touch()
    filling = threading.Timer(0.2, (tmp_path / "made.db").replace, [tmp_path / "n.db"])
    filling.start()
    database = at(tmp_path / "n.db")
    assert migrations.prepare(database) is False
    database.close()
    filling.join()


def test_a_database_is_told_to_be_new_where_there_was_none(tmp_path: Path) -> None:
    database = at(tmp_path / "n.db")
    assert [migrations.prepare(database), migrations.prepare(database)] == [True, False]
    database.close()


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "n.db")
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(UsageFault, match="another program"):
        migrations.prepare(at(tmp_path / "n.db"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"nowhere/n\.db: the database cannot be opened"):
        migrations.prepare(at(tmp_path / "nowhere" / "n.db"))


@pytest.mark.parametrize(
    "url",
    [
        *("newsdesk.db", "", "mysql://ada:s3cret@x/y", "postgres://ada:s3cret@x/y"),
        *("postgresql+psycopg2://ada:s3cret@x/y", "postgresql+asyncpg://ada:s3cret@x/y"),
        *("postgresql+psycopg//ada:s3cret@x/y", "postgresql+psycopg://ada:s3cret@x:port/y"),
    ],
)
def test_an_address_of_no_database_that_newsdesk_knows_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UsageFault, match="database_url") as told:
        Database(url)
    assert "s3cret" not in told.value.message + told.value.remedy


WITHOUT_PSYCOPG = """
import sys
sys.modules["psycopg"] = None
from aggregator.cli import main
main(["status"])
"""


def test_postgresql_without_its_driver_is_refused_with_what_to_install(tmp_path: Path) -> None:
    root = str(Path(__file__).parents[2])
    given = {"PYTHONPATH": root, "NEWSDESK_DATABASE_URL": "postgresql+psycopg://ada:s3cret@x/y"}
    words = [sys.executable, "-c", WITHOUT_PSYCOPG]
    done = subprocess.run(words, cwd=tmp_path, env=os.environ | given, capture_output=True, text=True)
    assert (done.returncode, "newsdesk[cluster]" in done.stderr) == (2, True)
    assert "s3cret" not in done.stderr


@pytest.mark.both
def test_of_two_holders_the_second_is_told_of_the_first(database: Database) -> None:
    told = pytest.raises(HeldElsewhere, match="held by process 1 on here")
    with database.held("process 1 on here"), told, database.held("process 2"):
        pass
    with database.held("process 3"):
        pass


@pytest.mark.sqlite
def test_a_backup_is_whole_while_another_writes(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        session.add(source("https://a.example/"))
    with database.writing() as session:
        session.add(source("https://b.example/"))
        session.flush()
        database.backup(tmp_path / "copy.db")
    copy = at(tmp_path / "copy.db")
    with copy.reading() as session:
        assert [row.url for row in session.exec(select(Source))] == ["https://a.example/"]
    copy.close()


@pytest.mark.both
def test_every_fault_of_the_database_is_one_line_with_a_remedy(database: Database) -> None:
    with pytest.raises(NewsdeskError) as told, database.connected() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert "\n" not in told.value.message
    assert told.value.remedy


@pytest.mark.sqlite
def test_a_database_in_a_file_has_no_workers(command: CommandLine) -> None:
    said = command("worker")
    assert (said.status, said.out) == (2, "")
    assert "cannot be shared by several machines" in said.err
    assert not Path("newsdesk.db").exists()
