"""A newsroom's database as a SQLite file: pragmas, its transactions, its lock, its faults."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator import holders
from config.errors import HeldElsewhere, NewsdeskError, TryLater, UsageFault
from curation import fts5, terms

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
GIVEN = "SELECT name, seq FROM sqlite_sequence"
GIVE_ON = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"
WAL_RESET_FIXED = (3, 51, 3)

FAULTS = (
    (
        "readonly",
        UsageFault,
        "the database cannot be written",
        "give this user the right to write it and its folder",
    ),
    (
        "unable to open",
        UsageFault,
        "the database cannot be opened",
        "create its folder and let this user write there",
    ),
    (
        "not a database",
        UsageFault,
        "is not a database, or is damaged",
        "restore a backup, or move the file away",
    ),
    ("malformed", UsageFault, "the database is damaged", "stop the daemon and restore a backup"),
    ("disk is full", NewsdeskError, "the disk is full", "make room; nothing was lost"),
    ("disk I/O", NewsdeskError, "the disk cannot be read or written", "check the disk and the file system"),
)


def module() -> Any:
    """SQLite as pysqlite3 carries it, free of the WAL-reset fault; else the interpreter's own."""
    try:
        import pysqlite3.dbapi2
    except ImportError:
        return sqlite3
    return pysqlite3.dbapi2


@dataclass(frozen=True)
class SQLite:
    """What is of this database alone; `path` is None for one in memory."""

    url: URL
    patience: float
    shares = False  # one writer at a time, whatever it writes
    writing: dict[str, Any] = field(default_factory=lambda: {"immediate": True})

    @property
    def name(self) -> str:
        return str(self.path or self.url)

    @property
    def path(self) -> Path | None:
        return Path(self.url.database) if self.url.database not in (None, "", ":memory:") else None

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises past SQLAlchemy."""
        return (module().Error,)

    def engine(self) -> Engine:
        """Reading takes a snapshot; writing begins IMMEDIATE, so that read-then-write is never a race
        and never fails half-way for want of the write lock (HAZARDS: SQLITE_BUSY_SNAPSHOT).
        """
        engine = create_engine(self.url, module=module(), connect_args={"timeout": self.patience})

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
            connection.isolation_level = None
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            for name, function in (fts5.FUNCTIONS | terms.FUNCTIONS).items():
                connection.create_function(name, 1, function, deterministic=True)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            immediate = connection.get_execution_options().get("immediate", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

        return engine

    @contextmanager
    def looked_at(self) -> Iterator[Connection]:
        """A connection that makes no file, keeps the journal mode, and writes no row."""
        engine = create_engine(self.url, module=module(), creator=self._existing)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA query_only = ON")
                yield connection
        finally:
            engine.dispose()

    def _existing(self) -> Any:
        """SQLite's own connection to the file, which must be there."""
        address = f"file:{quote(str(self.path))}?mode=rw" if self.path else "file::memory:"
        return module().connect(address, uri=True, check_same_thread=False)

    def fault_in(self, connection: Connection) -> tuple[str, str] | None:
        """The first fault that SQLite finds in its own file, with its remedy."""
        said = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
        return None if said == "ok" else (f"is damaged: {said}", "stop the daemon and restore a backup")

    def last_numbers(self, connection: Connection) -> dict[str, int]:
        """The last number that was given to a row of each table whose numbers are never given again."""
        return {str(name): int(last) for name, last in connection.execute(text(GIVEN))}

    def filled(self, connection: Connection, last: dict[str, int]) -> None:
        """Give further rows the numbers after these."""
        for table, number in last.items():
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
            connection.execute(text(GIVE_ON), {"name": table, "last": number})

    def build(self) -> tuple[str, bool, str]:
        """Which SQLite this is, whether it is safe, and what is to be said of it."""
        version = str(module().sqlite_version)
        ok = tuple(int(part) for part in version.split(".")) >= WAL_RESET_FIXED
        advice = "" if ok else ": two processes that write can damage the file; install pysqlite3"
        return "SQLite", ok, version + advice

    def backup(self, engine: Engine, to: Path) -> None:
        """A consistent copy, taken while others may write.

        SQLite's VACUUM INTO: the copy is checked and compact.
        """
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM INTO ?", (str(to),))

    @contextmanager
    def held(self, owner: str) -> Iterator[Callable[[], None]]:
        """A lock of the operating system, not a file that can go stale; it cannot be lost."""
        if self.path is None:
            yield lambda: None
            return
        with self.path.with_name(f"{self.path.name}.daemon").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                raise HeldElsewhere(
                    f"{self.name}: is held by {lock.read() or 'another daemon'}", "stop that one first"
                ) from error
            lock.truncate(0)
            lock.write(owner)
            lock.flush()
            yield lambda: None

    def fault(self, error: BaseException) -> NewsdeskError:
        """What went wrong, with its remedy."""
        said = str(getattr(error, "orig", error))
        if "locked" in said:
            holder = holders.writer(self.path) if self.path else None
            return TryLater(
                f"{self.name}: is locked by {holder or 'another process'}", "try again in a moment"
            )
        for part, kind, message, remedy in FAULTS:
            if part in said:
                return kind(f"{self.name}: {message}", remedy)
        return NewsdeskError(f"{self.name}: the database failed: {said}", "run 'newsdesk doctor'")
