"""What a session writes to PostgreSQL is followed into the index of words and the table of terms.

SQLite does so by triggers, whoever writes. These call functions of ours, which a server does not have: after
each flush they are called here. Who writes past the session calls `index`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import Session, UOWTransaction

from curation import terms, tsvector
from curation.tables import Pick, Tag
from feeds.tables import Item

SAID: dict[Any, Sequence[str]] = {Item: ("title", "summary", "content"), Pick: ("note", "retracted_at")}
NAMED: dict[Any, Sequence[str]] = {Item: ("categories",), Tag: ("tag",)}


def index(connection: Connection, numbers: Collection[int]) -> None:
    """Index items, by number, as they are now: their words and their terms."""
    for some in tsvector.in_batches(sorted(numbers)):
        tsvector.index(connection, some)
        terms.index(connection, some)


@event.listens_for(Session, "after_flush")
def follow(session: Session, _: UOWTransaction) -> None:
    """Index what a session has just written."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for some in tsvector.in_batches(sorted(set(_changed(session, SAID)))):
        tsvector.index(session.connection(), some)
    for some in tsvector.in_batches(sorted(set(_changed(session, NAMED)))):
        terms.index(session.connection(), some)


def _changed(session: Session, which: dict[Any, Sequence[str]]) -> Iterator[Any]:
    """The numbers of the items of which something was said, changed or taken back."""
    for row in (*session.new, *session.dirty, *session.deleted):
        names = which.get(type(row), ())
        is_gone = row in session.deleted
        if names and (is_gone or any(inspect(row).attrs[name].history.has_changes() for name in names)):
            yield row.id if isinstance(row, Item) else row.item_id
