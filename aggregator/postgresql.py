"""A newsroom's database on a PostgreSQL server, by psycopg: its transactions, its locks, its faults."""

from __future__ import annotations

import logging
import os
import shlex
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

import curation.followed  # noqa: F401  it listens to what sessions write
from config.errors import HeldElsewhere, NewsdeskError, TryLater, UsageFault

OURS = 0x6E657773  # the first key of every advisory lock of newsdesk: "news"
WRITER, DAEMON, PLANNER = 1, 2, 3
# Of a peer that has gone without a word either side learns within a quarter of a minute: the server has to,
# for until then it keeps what that one has locked.
ALIVE = {"keepalives_idle": 5, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 15_000}
PEER_ALIVE = {name if name.startswith("tcp") else f"tcp_{name}": value for name, value in ALIVE.items()}
SILENT = 60  # seconds; a writer that says nothing for longer, as one that was stopped, is rolled back
LOCKED = "55P03"  # a lock was waited for in vain
LONGEST_TOLD = 200

HOLDER = text("""
    SELECT activity.application_name FROM pg_locks AS held JOIN pg_stat_activity AS activity USING (pid)
    WHERE held.locktype = 'advisory' AND held.granted AND held.classid = :ours AND held.objid = :which
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
GIVEN = text("""
    SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL
""")
GIVE_ON = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
NAMED = text("SELECT set_config('application_name', :owner, false)")
TAKEN = text("SELECT pg_try_advisory_lock(:ours, :which)")
TURN = f"SELECT set_config('idle_in_transaction_session_timeout', '{SILENT}s', true)"
BUILD = text("""
    SELECT current_setting('server_version'),
    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean
""")
SHAPE = text("SELECT current_setting('server_encoding') = 'UTF8', 'B' < 'a' AND 'a' < 'é'")

# While connecting there is no SQLSTATE; libpq says it in words.
CONNECTING = (
    ("no password supplied", "a password is wanted", "give it in database_url, or in ~/.pgpass"),
    ("password", "the user or the password is refused", "correct database_url, or the password in ~/.pgpass"),
    ("pg_hba.conf", "this user may not connect from here", "allow it in pg_hba.conf of the server"),
    ("role ", "there is no such user", "make it with CREATE ROLE, or correct database_url"),
    ("database ", "there is no such database", "make it as the guide says (On PostgreSQL)"),
)
BUSY = ("too many clients", "connection slots", "starting up", "shutting down", "recovery")
STATES: dict[str, tuple[type[NewsdeskError], str, str]] = {
    "25P03": (TryLater, f"nothing was said to it for {SILENT} seconds", "try again; nothing was written"),
    "40P01": (TryLater, "another process was in the way", "try again in a moment"),
    "40001": (TryLater, "another process was in the way", "try again in a moment"),
    "22003": (UsageFault, "a number is larger than any that is given", "see the list that it is from"),
    "25006": (TryLater, "the database cannot be written: it is read-only", "name the primary server"),
    "42501": (UsageFault, "this user may not write it", "make the user the owner of the database"),
    "53100": (NewsdeskError, "the server's disk is full", "make room; nothing was lost"),
    "53300": (TryLater, "the server has too many connections", "try again in a moment"),
}


@dataclass(frozen=True)
class PostgreSQL:
    """What is of this database alone."""

    url: URL
    patience: float
    shares = True  # writers that touch only rows of their own may write at once
    path: None = None
    errors: tuple[type[Exception], ...] = ()
    writing: dict[str, Any] = field(
        default_factory=lambda: {"immediate": True, "isolation_level": "READ COMMITTED"}
    )

    @property
    def name(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def engine(self) -> Engine:
        """Reading takes a snapshot. Writers come one after another, as on SQLite: decisions stand in the
        order of their numbers, and no two stories are told of one thing for having arrived together.
        """
        engine = self._connecting(isolation_level="REPEATABLE READ", pool_pre_ping=True)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            if options.get("immediate", False):
                shared = "_shared" * options.get("beside", False)
                connection.exec_driver_sql(f"{TURN}, pg_advisory_xact_lock{shared}({OURS}, {WRITER})")
            elif options.get("brief", False):
                connection.exec_driver_sql(TURN)

        return engine

    def _connecting(self, **given: Any) -> Engine:
        known = {"connect_timeout": max(2, round(self.patience)), "client_encoding": "utf8", **ALIVE}
        known |= {"application_name": f"newsdesk (process {os.getpid()} on {socket.gethostname()})"[:63]}
        chosen = {name: value for name, value in known.items() if name not in self.url.query}
        try:
            engine = create_engine(self.url, connect_args=chosen, **given)
        except ImportError as error:
            raise UsageFault(
                f"database_url: PostgreSQL needs psycopg, which is not installed ({error})",
                "install newsdesk[cluster]",
            ) from error
        # Whoever used a connection that is lost tells of it, in a line: the pool would with a traceback.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
            known = {"lock_timeout": round(self.patience * 1000), **PEER_ALIVE}
            said = "; ".join(f"SET {name} = {value}" for name, value in known.items())
            connection.execute(f"SET TIME ZONE 'UTC'; {said}")
            connection.commit()

        return engine

    @contextmanager
    def looked_at(self) -> Iterator[Connection]:
        """A connection that writes no row."""
        engine = self._connecting()
        try:
            with engine.connect().execution_options(postgresql_readonly=True) as connection:
                yield connection
        finally:
            engine.dispose()

    def fault_in(self, connection: Connection) -> tuple[str, str] | None:
        """Why a database would order or keep texts otherwise than SQLite does, with its remedy."""
        is_utf8, is_ordered = connection.execute(SHAPE).one()
        remedy = "make it anew as the guide says (On PostgreSQL)"
        if not is_utf8:
            return "keeps texts in another encoding than UTF8", remedy
        return None if is_ordered else ("orders texts otherwise than by their code points", remedy)

    def last_numbers(self, connection: Connection) -> dict[str, int]:
        """The last number that was given to a row of each table, be the row still there or not."""
        return {name.removesuffix("_id_seq"): last for name, last in connection.execute(GIVEN)}

    def filled(self, connection: Connection, last: dict[str, int]) -> None:
        """Give further rows the numbers after these; queries are planned by what is there now."""
        for table, number in last.items():
            connection.execute(GIVE_ON, {"table": table, "last": number})
        connection.exec_driver_sql("ANALYZE")

    def build(self) -> tuple[str, bool, str]:
        """Which PostgreSQL this is."""
        try:
            with self.looked_at() as connection:
                version, is_read_only = connection.execute(BUILD).one()
                return "PostgreSQL", not is_read_only, version + ", read-only" * is_read_only
        except DBAPIError as error:
            return "PostgreSQL", False, self.fault(error).message

    def backup(self, engine: Engine, to: Path) -> None:
        """Refused: PostgreSQL's own program makes the copy, and this says how. No password is shown."""
        address = self.url._replace(drivername="postgresql", password=None).render_as_string()
        raise UsageFault(
            f"{self.name}: a database on PostgreSQL is copied by PostgreSQL's own pg_dump",
            f"pg_dump --format=custom --file={shlex.quote(str(to))} {shlex.quote(address)}",
        )

    @contextmanager
    def held(self, owner: str) -> Iterator[Callable[[], None]]:
        """A lock of the server's, which ends with the connection; it is taken again where that broke."""
        engine = self._connecting(isolation_level="AUTOCOMMIT")
        connection: Connection | None = None

        def keep() -> None:
            nonlocal connection
            if connection is not None and not _answers(connection):
                connection.close()
                connection = None
            if connection is None:
                fresh = engine.connect()
                self._hold(fresh, owner)
                connection = fresh

        try:
            keep()
            yield keep
        finally:
            if connection is not None:
                connection.close()
            engine.dispose()

    def _hold(self, connection: Connection, owner: str) -> None:
        connection.execute(NAMED, {"owner": owner[:63]})
        if not connection.execute(TAKEN, {"ours": OURS, "which": DAEMON}).scalar():
            holder = _holder(connection, DAEMON) or "another daemon"
            connection.close()
            if holder == owner[:63]:  # by the connection that broke, of which the server does not know yet
                raise TryLater(f"{self.name}: is held by a lost connection", "try again in a moment")
            raise HeldElsewhere(f"{self.name}: is held by {holder}", "stop that one first")

    def fault(self, error: BaseException) -> NewsdeskError:
        """What went wrong, with its remedy."""
        cause = getattr(error, "orig", error)
        state = getattr(cause, "sqlstate", None) or ""
        said = " ".join(str(cause).split())[:LONGEST_TOLD]
        if state.startswith(("08", "57P")) or (not state and isinstance(error, OperationalError)):
            return self._unreachable(said)
        if state == LOCKED:
            return TryLater(f"{self.name}: is locked by {self._writer()}", "try again in a moment")
        if state in STATES:
            kind, message, remedy = STATES[state]
            return kind(f"{self.name}: {message}", remedy)
        return NewsdeskError(f"{self.name}: the database failed: {said}", "run 'newsdesk doctor'")

    def _writer(self) -> str:
        """Who is writing, as it calls itself: its process and its machine."""
        try:
            with self.looked_at() as connection:
                return _holder(connection, WRITER) or "another process"
        except DBAPIError:
            return "another process"

    def _unreachable(self, said: str) -> NewsdeskError:
        refused = ("FATAL" in said or "no password" in said) and not any(part in said for part in BUSY)
        for part, message, remedy in CONNECTING:
            if refused and part in said:
                return UsageFault(f"{self.name}: {message}", remedy)
        return TryLater(
            f"{self.name}: cannot be reached: {said}", "start the server, or correct database_url"
        )


def _answers(connection: Connection) -> bool:
    try:
        connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True


def _holder(connection: Connection, which: int) -> str | None:
    """Who holds one of our locks, as it calls itself."""
    return connection.execute(HOLDER, {"ours": OURS, "which": which}).scalars().first()
