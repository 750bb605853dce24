"""The database: engine, pragmas, transactions, and the schema it is brought to at start.

Reading takes a snapshot; writing begins IMMEDIATE, so that read-then-write is never a race
and never fails half-way for want of the write lock (HAZARDS: SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from aggregator import holders
from config.errors import HeldElsewhere, NewsdeskError, TryLater, UsageFault
from curation import fulltext, terms

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


class Database:
    """One newsroom's database.

    Whatever is done with it raises UsageFault where it cannot be opened, TryLater where another
    process keeps it locked for longer than `patience` seconds.
    """

    def __init__(self, url: str, patience: float = 10) -> None:
        self.url = _address(url)
        self.path = Path(self.url.database) if self.url.database not in (None, "", ":memory:") else None
        self.engine = _engine(self.url, patience)
        self._writer = self.engine.execution_options(immediate=True)

    def __str__(self) -> str:
        return str(self.path or self.url.render_as_string(hide_password=True))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot; what it changes is not kept."""
        with self.told_plainly(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose transaction is committed whole at the end, or not at all on an error."""
        with (
            self.told_plainly(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            session.connection()  # the write lock is taken here, before anything is read
            yield session

    @contextmanager
    def connected(self, *, writing: bool = False) -> Iterator[Connection]:
        """A bare connection in a transaction, committed at the end."""
        with self.told_plainly(), (self._writer if writing else self.engine).begin() as connection:
            yield connection

    @contextmanager
    def looked_at(self) -> Iterator[Connection]:
        """A connection that makes no file, keeps the journal mode, and writes no row."""
        engine = create_engine(self.url, module=sqlite_module(), creator=self._existing)
        try:
            with self.told_plainly(), engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA query_only = ON")
                yield connection
        finally:
            engine.dispose()

    def _existing(self) -> Any:
        """SQLite's own connection to the file, which must be there."""
        address = f"file:{quote(str(self.path))}?mode=rw" if self.path else "file::memory:"
        return sqlite_module().connect(address, uri=True, check_same_thread=False)

    def backup(self, to: Path) -> None:
        """A consistent copy, taken while others may write.

        SQLite's VACUUM INTO: the copy is checked and compact.
        """
        with self.told_plainly(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM INTO ?", (str(to),))

    def settle(self) -> None:
        """Bring all that was written into the one file, so that nothing of it stands beside."""
        with self.told_plainly(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def held(self, owner: str) -> Iterator[None]:
        """This process as the one daemon of the database, until it ends in whatever way.

        A lock of the operating system, not a file that can go stale. Raises HeldElsewhere naming the holder.
        """
        if self.path is None:
            yield
            return
        with self.path.with_name(f"{self.path.name}.daemon").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                raise HeldElsewhere(
                    f"{self}: is held by {lock.read() or 'another daemon'}", "stop that one first"
                ) from error
            lock.truncate(0)
            lock.write(owner)
            lock.flush()
            yield

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def told_plainly(self) -> Iterator[None]:
        """A fault of the database as one line with its remedy."""
        try:
            yield
        except (DBAPIError, sqlite_module().Error) as error:
            raise self._fault(str(getattr(error, "orig", error))) from error

    def _fault(self, said: str) -> NewsdeskError:
        if "locked" in said:
            holder = holders.writer(self.path) if self.path else None
            return TryLater(f"{self}: is locked by {holder or 'another process'}", "try again in a moment")
        for part, kind, message, remedy in FAULTS:
            if part in said:
                return kind(message.format(self), remedy)
        return NewsdeskError(f"{self}: the database failed: {said}", "run 'newsdesk doctor'")


FAULTS = (
    (
        "readonly",
        UsageFault,
        "{}: the database cannot be written",
        "give this user the right to write it and its folder",
    ),
    (
        "unable to open",
        UsageFault,
        "{}: the database cannot be opened",
        "create its folder and let this user write there",
    ),
    (
        "not a database",
        UsageFault,
        "{}: is not a database, or is damaged",
        "restore a backup, or move the file away",
    ),
    ("malformed", UsageFault, "{}: the database is damaged", "stop the daemon and restore a backup"),
    ("disk is full", NewsdeskError, "{}: the disk is full", "make room; nothing was lost"),
    (
        "disk I/O",
        NewsdeskError,
        "{}: the disk cannot be read or written",
        "check the disk and the file system",
    ),
)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise UsageFault(f"database_url {url!r} is no address", "write sqlite:///newsdesk.db") from error
    if address.get_backend_name() != "sqlite":
        raise UsageFault(
            f"database_url: {address.get_backend_name()} is not supported", "write sqlite:///newsdesk.db"
        )
    return address


def _engine(address: URL, patience: float) -> Engine:
    engine = create_engine(address, module=sqlite_module(), connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        for name, function in (fulltext.FUNCTIONS | terms.FUNCTIONS).items():
            connection.create_function(name, 1, function, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def sqlite_module() -> Any:
    """SQLite as pysqlite3 carries it, free of the WAL-reset fault; else the interpreter's own."""
    try:
        import pysqlite3.dbapi2
    except ImportError:
        return sqlite3
    return pysqlite3.dbapi2


def quick_check(connection: Connection) -> str:
    """What SQLite says of its own file: 'ok', or the first fault found."""
    return str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
