"""PostgreSQL is opened, locked and left as SQLite is; its faults are told in a line without a password."""

from __future__ import annotations

import gc
import os
import shlex
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import postgres
import pytest
from conftest import CommandLine, written
from makers import Clock, keep, read, rss, rss_item
from postgres import Databases
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from aggregator import migrations, store, upkeep
from aggregator.answers import Document
from aggregator.app import Newsdesk
from aggregator.database import Database
from aggregator.fetch import Fetcher
from aggregator.outcomes import Unchanged
from aggregator.parsers import Parsers
from aggregator.poll import Poller
from aggregator.postgresql import PostgreSQL
from config.errors import NewsdeskError, TryLater, UsageFault
from config.options import Polling
from feeds.tables import Item, Source

pytestmark = pytest.mark.postgresql


def prepared(url: URL | str) -> NewsdeskError:
    """The fault with which a database is not prepared."""
    database = Database(url if isinstance(url, str) else written(url), patience=2)
    with pytest.raises(NewsdeskError) as told:
        migrations.prepare(database)
    database.close()
    assert "\n" not in told.value.message
    assert told.value.remedy
    return told.value


def test_an_empty_database_is_new_once(empty: Database) -> None:
    assert [migrations.prepare(empty), migrations.prepare(empty)] == [True, False]


def test_many_processes_may_prepare_one_database_at_once(empty: Database) -> None:
    code = (
        "import sys\nfrom aggregator import migrations\nfrom aggregator.database import Database\n"
        "migrations.prepare(Database(sys.argv[1], patience=60))"
    )
    words = [sys.executable, "-c", code, written(empty.url)]
    started = [subprocess.Popen(words, cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [process.wait(100) for process in started] == [0, 0, 0]


def test_an_upgrade_that_fails_leaves_the_older_schema(empty: Database) -> None:
    with empty.connected(writing=True) as connection:
        migrations.upgrade(connection, "0008")
        connection.execute(text("CREATE TABLE item_text (theirs INTEGER)"))
    with pytest.raises(NewsdeskError, match="item_text"):
        migrations.prepare(empty)
    with empty.connected() as connection:
        assert migrations.version(connection) == "0008"


def test_a_database_of_another_program_is_refused(empty: Database) -> None:
    with empty.connected(writing=True) as connection:
        connection.execute(text("CREATE TABLE theirs (x INTEGER)"))
    assert "another program" in prepared(empty.url).message


def test_a_database_that_keeps_texts_otherwise_is_refused(databases: Databases) -> None:
    url = databases.make("TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    fault = prepared(url)
    databases.drop(url)
    assert (type(fault), "another encoding than UTF8" in fault.message) == (UsageFault, True)


def test_a_database_that_orders_texts_otherwise_is_refused(databases: Databases) -> None:
    """Tried with whichever language the server knows to order."""
    for made in ("LC_COLLATE 'en_US.UTF-8'", "LOCALE_PROVIDER icu ICU_LOCALE 'und' LC_COLLATE 'C'"):
        with suppress(DBAPIError):
            url = databases.make(f"TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C' {made}")
            fault = prepared(url)
            databases.drop(url)
            assert (type(fault), "by their code points" in fault.message) == (UsageFault, True)
            return
    pytest.skip("this server orders texts by their code points alone")


def test_a_database_or_a_user_that_is_not_there_is_named(databases: Databases) -> None:
    fault = prepared(databases.server.set(database="nowhere"))
    assert (type(fault), "/nowhere" in fault.message) == (UsageFault, True)
    assert "there is no such database" in fault.message
    if databases.server.password is None:  # else a server asks for a password first
        fault = prepared(databases.server.set(username="nobody_here"))
        assert (type(fault), "there is no such user" in fault.message) == (UsageFault, True)


def test_a_server_that_does_not_answer_is_to_be_tried_again() -> None:
    fault = prepared("postgresql+psycopg://ada:s3cret@127.0.0.1:1/newsdesk")
    assert (type(fault), "cannot be reached" in fault.message) == (TryLater, True)
    assert "s3cret" not in fault.message + fault.remedy


def test_a_database_that_is_read_only_is_read_and_not_written(databases: Databases, template: URL) -> None:
    url = databases.copy(template)
    databases.run(f"ALTER DATABASE {url.database} SET default_transaction_read_only = on")
    database = Database(written(url))
    migrations.prepare(database)
    with database.reading() as session:
        assert session.exec(select(Source)).all() == []
    _, is_well, said = database.kind.build()
    assert (is_well, said.endswith(", read-only")) == (False, True)
    with pytest.raises(TryLater, match="read-only"), database.writing() as session:
        session.connection().execute(text("DELETE FROM source"))
    database.close()
    databases.drop(url)


def test_a_user_who_may_make_nothing_is_told_so(databases: Databases, empty: Database) -> None:
    role = f"{empty.url.database}_guest"
    databases.run(f"CREATE ROLE {role} LOGIN PASSWORD 's3cret'")
    try:
        fault = prepared(empty.url.set(username=role, password="s3cret"))
        assert (type(fault), "may not write" in fault.message) == (UsageFault, True)
        assert "s3cret" not in fault.message + fault.remedy
    finally:
        databases.run(f"DROP ROLE {role}")


class Said(Exception):
    """What a driver says, as the server or libpq put it."""

    def __init__(self, words: str, sqlstate: str | None = None) -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (Said('… FATAL:  password authentication failed for user "ada"'), 2, "password is refused"),
        (Said('… FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "ada"'), 2, "not connect from here"),
        (Said('… FATAL:  pg_hba.conf rejects connection for host "::1", database "news"'), 2, "connect from"),
        (Said("… failed: fe_sendauth: no password supplied"), 2, "a password is wanted"),
        (Said("… FATAL:  sorry, too many clients already"), 75, "cannot be reached"),
        (Said("… FATAL:  the database system is starting up"), 75, "cannot be reached"),
        (Said("could not translate host name"), 75, "cannot be reached"),
        (Said("server closed the connection unexpectedly\n\tThis probably means"), 75, "cannot be reached"),
        (Said("terminating connection due to administrator command", "57P01"), 75, "cannot be reached"),
        (Said("canceling statement due to lock timeout", "55P03"), 75, "is locked by another process"),
        (Said("terminating connection due to idle-in-transaction timeout", "25P03"), 75, "for 60 seconds"),
        (Said("deadlock detected\nDETAIL: Process 1 waits", "40P01"), 75, "in the way"),
        (Said("could not extend file: No space left on device", "53100"), 1, "disk is full"),
        (Said('relation "nowhere" does not exist\nLINE 1: …', "42P01"), 1, "failed: relation"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line_with_a_remedy(said: Said, status: int, told: str) -> None:
    error = OperationalError("SELECT", {}, said)
    fault = PostgreSQL(make_url("postgresql+psycopg://ada:s3cret@db.example/newsdesk"), 10).fault(error)
    assert (fault.exit_status, told in fault.message) == (status, True)
    assert fault.message.startswith("postgresql+psycopg://ada:***@db.example/newsdesk: ")
    assert "\n" not in fault.message
    assert fault.remedy


def test_times_are_utc_whatever_the_zone_of_the_server(databases: Databases, template: URL) -> None:
    url = databases.copy(template)
    databases.run(f"ALTER DATABASE {url.database} SET timezone = 'Asia/Kathmandu'")
    database = Database(written(url))
    with database.reading() as session:
        assert session.connection().execute(text("SHOW timezone")).scalar() == "UTC"
    database.close()
    databases.drop(url)


def test_a_connection_that_the_server_has_closed_is_made_anew(
    databases: Databases, database: Database
) -> None:
    with database.reading() as session:
        number = session.connection().execute(text("SELECT pg_backend_pid()")).scalar()
    databases.run(f"SELECT pg_terminate_backend({number})")
    with database.reading() as session:
        assert session.exec(select(Source)).all() == []


@pytest.mark.filterwarnings("ignore:.*ServerCursor:ResourceWarning")  # it cannot be closed any more
def test_a_connection_that_the_server_closes_while_rows_are_read_is_told_of_in_one_line(
    database: Database, databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = text("SELECT pg_backend_pid() FROM generate_series(1, 1000)")

    def read_on() -> None:
        with database.reading() as session:
            rows = session.connection().execute(numbers.execution_options(yield_per=1))
            databases.run(f"SELECT pg_terminate_backend({next(rows)[0]})")
            rows.close()  # the first to learn of it
            del rows
            gc.collect()
            session.exec(select(Source)).all()

    with pytest.raises(TryLater, match="cannot be reached"):
        read_on()
    assert caplog.records == []


def test_what_a_poll_found_is_stored_once_though_the_server_hangs_up_on_it(
    databases: Databases, newsdesk: Newsdesk, clock: Clock
) -> None:
    """The clock is looked at in the middle of the transaction."""
    rest = iter([True])

    def now() -> datetime:
        if next(rest, False):
            ours = make_url(newsdesk.settings.database_url).database
            busy = f"datname = '{ours}' AND state = 'idle in transaction'"
            databases.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {busy}")
        return clock()

    keep(newsdesk, rss([rss_item("a")]))
    document = Document("https://site.example/feed.xml", rss([rss_item("a"), rss_item("b")]).encode())
    poller = Poller(newsdesk.database, Fetcher(newsdesk.settings.fetch), Parsers(), Polling(), now)
    with newsdesk.database.reading() as session:
        address = store.address(store.source(session, 1))
    [result] = poller.store([(address, read(document))], waits=(0,))
    assert (result.outcome, result.new, next(rest, "hung up")) == ("changed", 1, "hung up")
    with newsdesk.database.reading() as session:
        assert session.exec(select(Item.guid).order_by(Item.guid)).all() == ["a", "b"]


def test_writers_of_rows_of_their_own_write_at_once_and_all_others_alone(database_url: str) -> None:
    database = Database(database_url, patience=0.2)
    locked = pytest.raises(TryLater, match=rf"is locked by newsdesk \(process {os.getpid()} on ")
    with database.writing(beside=True), database.writing(beside=True), locked, database.writing():
        pass
    with database.writing(), locked, database.writing(beside=True):
        pass
    database.close()


def test_polls_that_found_nothing_new_are_stored_at_once_and_what_is_new_alone(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    impatient = Database(newsdesk.settings.database_url, patience=0.2)
    poller = Poller(impatient, Fetcher(newsdesk.settings.fetch), Parsers(), Polling(), clock)
    with newsdesk.database.reading() as session:
        address = store.address(store.source(session, 1))
    found = read(Document(address.url, rss([rss_item("b")]).encode()))
    with newsdesk.database.writing(beside=True):
        [quiet] = poller.store([(address, Unchanged(found.document))], waits=())
        with pytest.raises(TryLater):
            poller.store([(address, found)], waits=())
    [quiet, new] = poller.store([(address, found), (address, Unchanged(found.document))], waits=())
    assert [quiet.outcome, new.new] == ["unchanged", 1]
    impatient.close()


def test_the_doctor_tells_the_version_and_looks_only(database: Database, tmp_path: Path) -> None:
    found = {one.check: one for one in upkeep.examine(database, tmp_path / "public")}
    assert (found["database"].ok, found["PostgreSQL"].ok) == (True, True)
    assert found["PostgreSQL"].found.split(".")[0].isdecimal()


def test_a_copy_is_left_to_the_program_of_the_server_which_is_named(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(UsageFault) as told:
        upkeep.backup(database, tmp_path / "copy")
    assert told.value.remedy.startswith(f"pg_dump --format=custom --file={tmp_path}/copy ")
    assert not (tmp_path / "copy").exists()


def test_the_line_that_is_named_has_no_password(tmp_path: Path) -> None:
    kind = PostgreSQL(make_url("postgresql+psycopg://ada:s3cret@db.example/newsdesk"), 10)
    with pytest.raises(UsageFault) as told:
        kind.backup(create_engine("sqlite://"), tmp_path / "copy")
    assert told.value.remedy.endswith(" postgresql://ada@db.example/newsdesk")


def test_the_line_that_is_named_makes_a_copy_that_can_be_restored(
    databases: Databases, newsdesk: Newsdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("pg_dump is not installed")
    keep(newsdesk, rss([rss_item("a", title="Tram")]))
    with pytest.raises(UsageFault) as told:
        upkeep.backup(newsdesk.database, tmp_path / "copy")
    monkeypatch.setenv("PGPASSWORD", make_url(newsdesk.settings.database_url).password or "")
    dump, *words = shlex.split(told.value.remedy)
    subprocess.run([programs / dump, *words], check=True)
    other = databases.make()
    named = f"--dbname={other.set(drivername='postgresql').render_as_string()}"
    subprocess.run([programs / "pg_restore", named, tmp_path / "copy"], check=True)
    database = Database(written(other))
    with database.reading() as session:
        assert session.exec(select(Item.title)).all() == ["Tram"]
        assert session.connection().execute(text("SELECT words FROM item_text")).scalar() == "'tram':1A"
    database.close()


@pytest.mark.parametrize(
    ("words", "status"), [(("status",), 75), (("inbox", "--json"), 75), (("doctor",), 1)]
)
def test_no_command_shows_a_password(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], status: int
) -> None:
    monkeypatch.setenv("NEWSDESK_DATABASE_URL", "postgresql+psycopg://ada:s3cret@127.0.0.1:1/newsdesk")
    said = command(*words)
    assert (said.status, "s3cret" in said.out + said.err) == (status, False)
    assert "postgresql+psycopg://ada:***@127.0.0.1:1/newsdesk" in (said.out + said.err).replace("\n", "")
