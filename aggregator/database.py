"""The database: sessions, transactions, and which kind of database it is. No other module asks that,
but `curation.fulltext` for its index and `aggregator.sketches` for one query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from aggregator.postgresql import PostgreSQL
from aggregator.sqlite import SQLite
from config.errors import UsageFault

ADDRESSES = "write sqlite:///newsdesk.db, or postgresql+psycopg://USER@HOST/DATABASE"
DRIVERS = ("postgresql", "postgresql+psycopg")


class Database:
    """One newsroom's database.

    Whatever is done with it raises UsageFault where it cannot be opened, TryLater where another
    process keeps it locked for longer than `patience` seconds.
    """

    def __init__(self, url: str, patience: float = 10) -> None:
        self.kind = _kind(url, patience)
        self.url = self.kind.url
        self.path = self.kind.path
        self.engine = self.kind.engine()
        self._errors: tuple[type[Exception], ...] = (DBAPIError, *self.kind.errors)
        self._writer = self.engine.execution_options(**self.kind.writing)
        self._queueing = self.engine.execution_options(isolation_level="READ COMMITTED", brief=True)

    def __str__(self) -> str:
        return self.kind.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one snapshot; what it changes is not kept."""
        with self.told_plainly(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, *, beside: bool = False) -> Iterator[Session]:
        """A session whose transaction is committed whole at the end, or not at all on an error.

        One that touches only rows that no other writer does may write `beside` its like, where the
        database lets it; all others write alone.
        """
        writer = self._writer.execution_options(beside=True) if beside else self._writer
        with (
            self.told_plainly(),
            Session(writer, expire_on_commit=False) as session,
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
    def queueing(self) -> Iterator[Connection]:
        """A connection in a transaction that waits for no writer, where a database has a queue.

        It is for the queue, and for rows that are locked one by one.
        """
        with self.told_plainly(), self._queueing.begin() as connection:
            yield connection

    @contextmanager
    def looked_at(self) -> Iterator[Connection]:
        """A connection that makes nothing and writes no row."""
        with self.told_plainly(), self.kind.looked_at() as connection:
            yield connection

    def backup(self, to: Path) -> None:
        """A consistent copy, taken while others may write.

        Raises UsageFault naming the server's own tool where that makes it.
        """
        with self.told_plainly():
            self.kind.backup(self.engine, to)

    def settle(self) -> None:
        """Bring all that was written into the one file, so that nothing of it stands beside."""
        with self.told_plainly(), self.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def held(self, owner: str) -> Iterator[Callable[[], None]]:
        """This process as the one daemon of the database, until it ends in whatever way.

        Raises HeldElsewhere naming the holder. What it gives makes sure that this is so still, and
        raises HeldElsewhere where another has come meanwhile, TryLater where nobody can say.
        """
        with self.told_plainly(), self.kind.held(owner) as keep:

            def kept() -> None:
                with self.told_plainly():
                    keep()

            yield kept

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def told_plainly(self) -> Iterator[None]:
        """A fault of the database as one line with its remedy."""
        try:
            yield
        except self._errors as error:
            raise self.kind.fault(error) from error


def _kind(url: str, patience: float) -> SQLite | PostgreSQL:
    """Which kind of database an address names; a password in it is never shown."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        shown = "" if "@" in url else f" {url!r}"
        raise UsageFault(f"database_url{shown} is no address", ADDRESSES) from error
    if address.get_backend_name() == "sqlite":
        return SQLite(address, patience)
    if address.drivername in DRIVERS:
        return PostgreSQL(address.set(drivername="postgresql+psycopg"), patience)
    raise UsageFault(f"database_url: {address.drivername} is not supported", ADDRESSES)
