"""The schema, version by version, and how a database is brought to the newest."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from aggregator.database import Database
from config.errors import UsageFault

FOLDER = Path(__file__).parent
VERSIONS = sorted(file.stem[:4] for file in (FOLDER / "versions").glob("[0-9]*.py"))
NEWEST = VERSIONS[-1]
UNFINISHED = "unfinished_newsroom"  # a table that stands in a database while a newsroom is copied into it


def prepare(database: Database) -> bool:
    """Bring a database to this version's schema: an empty one is filled, an older one upgraded.

    True where there was none before. Many processes may do so at once: the write lock is
    taken before the version is looked at again. A copy of an older database is kept beside it.
    Raises UsageFault for a database that is newer than this newsdesk, or is none of ours.
    """
    refuse_an_empty_file(database)
    is_new = database.path is None or not database.path.exists()
    with database.connected() as connection:
        found = version(connection)
        if found is None and (fault := database.kind.fault_in(connection)):
            raise UsageFault(f"{database}: {fault[0]}", fault[1])
    if found == NEWEST:
        return False
    if found is not None and database.path is not None:
        _keep_a_copy(database, found)
    with database.connected(writing=True) as connection:
        if version(connection) != NEWEST:
            upgrade(connection)
    return is_new and found is None


def examine(database: Database) -> str:
    """What a database is found to be, in words; it is neither made nor upgraded nor otherwise changed.

    Raises UsageFault, or another NewsdeskError, where it is missing, empty, damaged, or none of ours.
    """
    refuse_an_empty_file(database)
    if database.path is not None and not database.path.exists():
        raise UsageFault(f"{database.path}: is not there", "the next command that needs it makes a new one")
    with database.looked_at() as connection:
        if fault := database.kind.fault_in(connection):
            raise UsageFault(f"{database}: {fault[0]}", fault[1])
        found = version(connection)
    if found is None:
        return "nothing in it yet"
    return "ok" if found == NEWEST else f"ok; the next command upgrades it from schema {found} to {NEWEST}"


def version(connection: Connection) -> str | None:
    """The schema version a database stands at; None for an empty one."""
    tables = set(inspect(connection).get_table_names())
    where = connection.engine.url.database
    if UNFINISHED in tables:
        raise UsageFault(
            f"{where}: a newsroom is being moved into it, and not yet whole",
            "run 'newsdesk migrate' again, from the database that it comes from",
        )
    if "alembic_version" not in tables:
        if tables:
            raise UsageFault(f"{where}: is a database of another program", "name another database_url")
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if found is not None and found not in VERSIONS:
        raise UsageFault(
            f"{where}: was written by a newer newsdesk (schema {found}, this one knows {NEWEST})",
            "upgrade newsdesk",
        )
    return found


def refuse_an_empty_file(database: Database) -> None:
    """A file of no bytes is more likely a lost database than a new one, and SQLite would fill it silently.

    One that another process has only just made is empty for a moment, and is waited for.
    """
    patience = 1.0
    while _is_empty(database.path):
        if patience <= 0:
            raise UsageFault(
                f"{database.path}: is empty, not a database",
                "restore a backup, or remove the file to start anew",
            )
        time.sleep(0.05)
        patience -= 0.05


def _is_empty(path: Path | None) -> bool:
    return path is not None and path.is_file() and path.stat().st_size == 0


def _keep_a_copy(database: Database, found: str) -> None:
    assert database.path is not None
    copy = database.path.with_name(f"{database.path.name}.before-{NEWEST}-{found}")
    if not copy.exists():
        database.backup(copy)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations up to a version, in the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)
