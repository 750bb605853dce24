"""New items, from what their sources say to rows, with no object of the database's for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, insert, text
from sqlmodel import col

from aggregator.matching import Arrival
from curation import followed
from feeds.entries import Entry
from feeds.tables import Item

ENTRY_FIELDS = tuple(Entry.model_fields)

# The numbers that come next, as the database itself would give them.
LAST = """
    SELECT max(coalesce((SELECT max(id) FROM {table}), 0),
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0))
"""
NEXT = "SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, :count)"

# RETURNING makes it one statement of all rows: after each statement that has triggers FTS5 writes
# its words to the disk.
_KEEP = insert(Item).returning(col(Item.id))


@dataclass(slots=True, eq=False)
class New:
    """An item that is not kept yet; it has no number before it is given its story."""

    source_id: int
    arrival: Arrival
    first_seen_at: datetime
    id: int | None = None
    story_id: int = 0

    @property
    def url(self) -> str | None:
        return self.arrival.entry.url

    @property
    def title(self) -> str:
        return self.arrival.entry.title

    @property
    def canonical_url(self) -> str | None:
        return self.arrival.canonical_url

    @property
    def global_id(self) -> str | None:
        return self.arrival.global_id

    @property
    def timestamp(self) -> datetime:
        return self.arrival.timestamp


Told = New | Item


def entry(told: Told) -> Entry:
    """What is said of an item, kept already or not."""
    return told.arrival.entry if isinstance(told, New) else told


def numbers(connection: Connection, table: str, count: int) -> Sequence[int]:
    """So many numbers for new rows of a table, taken from now on."""
    if not count:
        return ()
    if connection.dialect.name == "postgresql":
        return connection.execute(_asked(NEXT, table), {"count": count}).scalars().all()
    last = int(connection.execute(_asked(LAST, table)).scalar_one())
    return range(last + 1, last + 1 + count)


@cache
def _asked(question: str, table: str) -> TextClause:
    return text(question.format(table=table))


def keep(connection: Connection, new: Collection[New]) -> None:
    """Write new items, which have their numbers and their stories, and index their words and terms."""
    if not new:
        return
    connection.execute(_KEEP, [_row(one) for one in new])
    if connection.dialect.name == "postgresql":
        followed.index(connection, [one.id for one in new if one.id is not None])


def _row(new: New) -> dict[str, Any]:
    arrival = new.arrival
    said = {name: getattr(arrival.entry, name) for name in ENTRY_FIELDS}
    return said | {
        "id": new.id,
        "source_id": new.source_id,
        "story_id": new.story_id,
        "key": arrival.key,
        "alias": arrival.names.alias,
        "public_id": arrival.public_id,
        "global_id": arrival.global_id,
        "canonical_url": arrival.canonical_url,
        "fingerprint": arrival.fingerprint,
        "timestamp": arrival.timestamp,
        "first_seen_at": new.first_seen_at,
    }
