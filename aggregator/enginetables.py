"""The engine's tables: how they are made, and brought to the version of the engine that is installed.

Procrastinate is known here and in `aggregator.engine` alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from aggregator.database import Database
from config.errors import UsageFault

# Without it each fetch of a job reads all that wait (procrastinate#1242).
INDEX = (
    "CREATE INDEX newsdesk_jobs_lock ON procrastinate_jobs (lock)"
    " WHERE status IN ('todo', 'doing'); ANALYZE procrastinate_jobs"
)
NEWEST = "SELECT obj_description('procrastinate_jobs'::regclass)"

log = logging.getLogger("newsdesk")


@contextmanager
def imported() -> Iterator[None]:
    """What needs the engine; raises UsageFault where it is not installed."""
    try:
        yield
    except ImportError as error:
        raise UsageFault(
            f"several machines need procrastinate, which is not installed ({error})",
            "install newsdesk[cluster]",
        ) from error


def build(connection: Connection) -> None:
    """Make the engine's tables, and note which version of it they are of: it keeps no account of that."""
    with imported():
        from procrastinate.schema import SchemaManager
    raw: Any = connection.connection.driver_connection
    raw.execute(SchemaManager.get_schema())
    raw.execute(INDEX)
    _note(raw, known())


def known() -> str:
    """The version of the engine's tables that the installed engine knows: its newest migration's name."""
    return _migrations()[-1].stem


def found(connection: Connection) -> str:
    """The version of the engine's tables in a database; raises UsageFault where nothing says it."""
    if noted := connection.exec_driver_sql(NEWEST).scalar():
        return str(noted)
    remedy = "restore the database with its comments, as pg_restore does by itself"
    raise UsageFault("the queue has lost the note of which procrastinate it is of", remedy)


def bring_up(database: Database) -> None:
    """Run those of the engine's own migrations that the tables lack; raises UsageFault for newer tables.

    Each in a transaction of its own: what one adds to a type cannot be used before that has ended.
    """
    while True:
        with database.connected(writing=True) as connection:
            stands = found(connection)
            if stands > known():
                _refuse(stands)
            lacking = [file for file in _migrations() if file.stem > stands]
            if not lacking:
                return
            raw: Any = connection.connection.driver_connection
            raw.execute(lacking[0].read_text(encoding="utf-8"))
            _note(raw, lacking[0].stem)
            log.info("the queue is brought to %s of procrastinate", lacking[0].stem)


def refuse_another(connection: Connection) -> None:
    """Raise UsageFault where the engine's tables are of another version than the installed engine."""
    stands = found(connection)
    if stands != known():
        _refuse(stands)


def _refuse(stands: str) -> None:
    said = f"it stands at {stands}, the installed one at {known()}"
    if stands < known():
        remedy = "start 'newsdesk run' with the same newsdesk[cluster], which upgrades it"
        raise UsageFault(f"the queue is of an older procrastinate: {said}", remedy)
    remedy = "install the same newsdesk[cluster] here as on the other machines"
    raise UsageFault(f"the queue is of a newer procrastinate: {said}", remedy)


@cache
def _migrations() -> tuple[Path, ...]:
    """The migrations of the installed engine, in the order in which they are to be run."""
    with imported():
        from procrastinate.schema import SchemaManager
    return tuple(sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")))


def _note(raw: Any, version: str) -> None:
    raw.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{version}'")
