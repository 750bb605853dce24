"""A backup put in the place of the database, which is kept beside it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from aggregator import migrations
from aggregator.database import Database
from config.errors import NewsdeskError, UsageFault

SIDES = ("-wal", "-shm")  # what SQLite keeps beside a database


def restore(database: Database, file: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the database; where what stood there is kept, None where nothing did.

    Raises UsageFault for a file that is no backup of a newsroom, or where the database is no file;
    HeldElsewhere while a daemon is at work. Killed at any instant, the one or the other is whole.
    """
    place = database.path
    if place is None:
        raise UsageFault(f"{database}: is no file", "restore it by the tools of its database server")
    backup = Database(f"sqlite:///{file.resolve()}")
    _refuse_what_is_none(backup, file)
    with database.held(f"a restore (process {os.getpid()})"):
        beside = place.with_name(f"{place.name}.restoring")
        beside.unlink(missing_ok=True)
        backup.backup(beside)
        backup.close()
        _sync(beside)
        kept = _set_aside(database, place, now) if place.exists() else None
        beside.replace(place)
        _sync(place.parent)
        return kept


def _refuse_what_is_none(backup: Database, file: Path) -> None:
    if migrations.examine(backup).startswith("nothing"):
        raise UsageFault(f"{file}: has no newsroom in it", "name a file that 'newsdesk backup' made")


def _set_aside(database: Database, place: Path, now: datetime) -> Path:
    """Rename the database; what it keeps beside itself goes first, lest it be taken for the new one's."""
    with suppress(NewsdeskError):  # a damaged one is set aside as it is
        database.settle()
    database.close()
    kept = place.with_name(f"{place.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    for side in SIDES:
        with suppress(FileNotFoundError):
            place.with_name(f"{place.name}{side}").replace(f"{kept}{side}")
    place.replace(kept)
    _sync(place.parent)
    return kept


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
