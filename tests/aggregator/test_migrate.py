"""`newsdesk migrate` as an operator has it, and everything that it refuses in a line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import running
from conftest import CommandLine, written
from makers import Clock, keep, rss, rss_item
from postgres import Databases
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from aggregator import app, migrations
from aggregator.cli.migrating import setting
from aggregator.database import Database

pytestmark = pytest.mark.postgresql


@pytest.fixture
def named_database() -> None:
    """The command's own database is the file in its folder, on whatever the test works besides."""


@pytest.fixture
def newsroom(tmp_path: Path, command: CommandLine) -> Path:
    """A newsroom in a file, with an item."""
    file = tmp_path / "newsdesk.db"
    chosen = app.chosen(base_url="https://news.example/", database_url=f"sqlite:///{file}")
    with app.opened(chosen, Clock()) as newsdesk:
        keep(newsdesk, rss([rss_item("a", "Tram")]))
    return file


@pytest.mark.usefixtures("newsroom")
def test_it_says_what_it_did_and_what_to_write_into_the_settings(
    command: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = command("migrate", "--to", database_url)
    assert said.status == 0, said.err
    result, then, line = said.out.splitlines()
    assert " rows in 29 tables and 1" in result
    assert then == "write into newsdesk.toml, and start the daemon:"
    assert line.startswith('database_url = "postgresql+psycopg://')
    assert "item: 1\n" in said.err
    monkeypatch.setenv("NEWSDESK_DATABASE_URL", database_url)
    assert [item["title"] for item in command("inbox", "--json").json] == ["Tram"]


@pytest.mark.usefixtures("newsroom")
def test_it_prints_json(command: CommandLine, database_url: str) -> None:
    said = command("migrate", "--to", database_url, "--json")
    assert said.err == ""
    assert {*said.json} == {"from", "to", "rows", "copied", "documents", "seconds", "resumed"}
    assert (said.json["rows"]["item"], said.json["resumed"]) == (1, False)


def test_a_password_is_not_in_the_line_for_the_settings() -> None:
    database = Database("postgresql+psycopg://ada:s3cret@db.example/newsdesk")
    assert setting(database) == (
        'database_url = "postgresql+psycopg://ada@db.example/newsdesk"  # its password belongs into ~/.pgpass'
    )


def refused(command: CommandLine, url: str | URL, status: int = 2) -> str:
    """The one line with which a move is refused."""
    said = command("migrate", "--to", url if isinstance(url, str) else written(url))
    assert (said.status, said.out) == (status, ""), said.err
    [line] = said.err.splitlines()
    assert line.endswith(")")
    assert "s3cret" not in line
    return line


@pytest.mark.usefixtures("newsroom")
def test_a_database_that_has_something_in_it_is_refused(
    command: CommandLine, database_url: str, empty: Database
) -> None:
    assert command("migrate", "--to", database_url).status == 0
    assert "has a newsroom in it already" in refused(command, database_url)
    with empty.connected(writing=True) as connection:
        connection.execute(text("CREATE TABLE theirs (x INTEGER)"))
    assert "is a database of another program" in refused(command, empty.url)


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("origin = '/elsewhere/newsdesk.db'", "another newsroom is being moved into it, from /elsewhere/"),
        ("schema = '0009'", "was begun by another version of newsdesk (schema 0009)"),
    ],
)
def test_what_another_has_begun_is_not_gone_on_with(
    command: CommandLine, newsroom: Path, database_url: str, change: str, told: str
) -> None:
    database = Database(database_url)
    with database.connected(writing=True) as connection:
        connection.execute(text(f"CREATE TABLE {migrations.UNFINISHED} (origin TEXT, schema TEXT)"))
        values = {"origin": str(newsroom), "schema": migrations.NEWEST}
        connection.execute(text(f"INSERT INTO {migrations.UNFINISHED} VALUES (:origin, :schema)"), values)
        connection.execute(text(f"UPDATE {migrations.UNFINISHED} SET {change}"))
    database.close()
    assert told in refused(command, database_url)


@pytest.mark.usefixtures("newsroom")
def test_an_older_schema_without_rows_is_upgraded_and_filled(command: CommandLine, empty: Database) -> None:
    with empty.connected(writing=True) as connection:
        migrations.upgrade(connection, "0008")
    assert command("migrate", "--to", written(empty.url)).status == 0


@pytest.mark.usefixtures("newsroom")
def test_a_server_that_is_not_there_or_lets_nobody_in_is_told_of(
    command: CommandLine, databases: Databases, empty: Database
) -> None:
    assert "cannot be reached" in refused(command, "postgresql+psycopg://ada:s3cret@127.0.0.1:1/news", 75)
    assert "there is no such database" in refused(command, databases.server.set(database="nowhere"))
    assert "--to: mysql is not supported" in refused(command, "mysql://ada:s3cret@db/news")
    assert "--to 'nonsense' is no address" in refused(command, "nonsense")
    assert "in memory" in refused(command, "sqlite://")
    role = f"{make_url(written(empty.url)).database}_guest"
    databases.run(f"CREATE ROLE {role} LOGIN PASSWORD 's3cret'")
    try:
        assert "may not write" in refused(command, empty.url.set(username=role, password="s3cret"))
    finally:
        databases.run(f"DROP ROLE {role}")
    databases.run(f"ALTER DATABASE {empty.url.database} SET default_transaction_read_only = on")
    empty.close()
    assert "read-only" in refused(command, empty.url, 75)


def test_a_newsroom_that_is_not_there_is_not_made(command: CommandLine, database_url: str) -> None:
    assert "newsdesk.db: is not there" in refused(command, database_url)
    assert list(Path().glob("newsdesk.db*")) == []


def test_an_older_newsroom_is_left_as_it_is(command: CommandLine, database_url: str, tmp_path: Path) -> None:
    older = Database(f"sqlite:///{tmp_path / 'newsdesk.db'}")
    with older.connected(writing=True) as connection:
        migrations.upgrade(connection, "0008")
    assert "is of an older newsdesk" in refused(command, database_url)
    with older.connected() as connection:
        assert migrations.version(connection) == "0008"
    older.close()


def test_the_daemon_has_to_be_stopped_first(command: CommandLine, newsroom: Path, database_url: str) -> None:
    database = Database(f"sqlite:///{newsroom}")
    with database.held("process 7 on here"):
        assert "is held by process 7 on here (stop that one first)" in refused(command, database_url, 3)
    database.close()


def test_into_itself_is_refused(command: CommandLine, newsroom: Path) -> None:
    assert "has a newsroom in it already" in refused(command, f"sqlite:///{newsroom}")


def test_a_folder_that_is_not_there_is_told_of(command: CommandLine, newsroom: Path) -> None:
    assert "cannot be opened" in refused(command, f"sqlite:///{newsroom.parent}/nowhere/news.db")


def test_on_a_terminal_nothing_of_the_bar_is_left(newsroom: Path, database_url: str) -> None:
    words = [*running.NEWSDESK, "migrate", "--to", database_url]
    said = running.on_a_terminal(words, newsroom.parent, os.environ | {"PYTHONPATH": str(running.ROOT)})
    assert "are the same in both" in said
    assert "item: 1\n" not in said
