"""What a newsroom needs besides its daily work: retention, backup, a look at its health."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, delete, exists, select

from aggregator import store
from aggregator.database import Database, quick_check, sqlite_module
from config.errors import NewsdeskError
from curation.shapes import time
from curation.tables import Decision, Pick, Publication
from feeds.tables import Item, Status, Story

WAL_RESET_FIXED = (3, 51, 3)
PACKAGES = ("aggregator", "curation", "feeds", "config")

MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What retention did."""

    removed: int


def retain(session: Session, before: datetime, published: Collection[str]) -> Kept:
    """Remove items first seen before an instant; what was decided on or is published (by public id) stays.

    At most a thousand at once, so that the write lock is never held for long; the rest waits for
    the next time. The keys of the removed stay known.
    """
    old = session.exec(
        select(Item)
        .where(Item.first_seen_at < before, ~exists().where(col(Decision.item_id) == col(Item.id)))
        .where(col(Item.public_id).not_in(published))
        .order_by(col(Item.id))
        .limit(MOST_AT_ONCE)
    ).all()
    store.purge(session, old)
    session.flush()
    if old:
        session.exec(delete(Story).where(~exists().where(col(Item.story_id) == col(Story.id))))
    return Kept(removed=len(old))


def status(session: Session, now: datetime) -> dict[str, Any]:
    """How a newsroom stands, in figures; times are RFC 3339."""
    sources = store.sources(session)
    active = [source for source in sources if source.status == Status.ACTIVE]
    live = select(func.count()).select_from(Pick).where(col(Pick.retracted_at).is_(None))
    return {
        "sources": len(sources),
        "active": len(active),
        "failing": sum(source.failures > 0 for source in sources),
        "due": sum(source.next_poll_at <= now for source in active),
        "next_poll_at": time(min((source.next_poll_at for source in active), default=None)),
        "items": session.exec(select(func.count()).select_from(Item)).one(),
        "picks": session.exec(live).one(),
        "last_decision_at": time(session.exec(select(func.max(Decision.at))).one()),
        "last_published_at": time(session.exec(select(func.max(Publication.at))).one()),
    }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, whether it is well, and what was found."""

    check: str
    ok: bool
    found: str


def examine(database: Database, output: Path) -> Iterator[Finding]:
    """Look at what can go wrong outside newsdesk's own code."""
    yield _file(database)
    version = sqlite_module().sqlite_version
    ok = tuple(int(part) for part in version.split(".")) >= WAL_RESET_FIXED
    advice = "" if ok else ": two processes that write can damage the file; install pysqlite3"
    yield Finding("SQLite", ok, version + advice)
    writable = os.access(output if output.exists() else output.absolute().parent, os.W_OK)
    yield Finding("published folder", writable, f"{output}{'' if writable else ' cannot be written'}")
    homes = {
        name: Path(spec.origin).parent.parent
        for name in PACKAGES
        if (spec := find_spec(name)) and spec.origin
    }
    together = len(set(homes.values())) == 1 and len(homes) == len(PACKAGES)
    yield Finding("installation", together, ", ".join(sorted({str(home) for home in homes.values()})))


def _file(database: Database) -> Finding:
    try:
        with database.connected() as connection:
            found = quick_check(connection)
    except NewsdeskError as error:
        found = error.message
    return Finding("database", found == "ok", found)
