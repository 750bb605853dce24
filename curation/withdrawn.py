"""What was public and was taken back: kept when it is decided, told to readers for a while.

Whoever holds a copy of an entry learns of it by a tombstone (RFC 6721), which an undo takes away again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, exists, select, update

from curation import rules
from curation.projections import history
from curation.tables import Appearance, Decision, Kill, PublishedPage
from feeds.entries import Deleted
from feeds.tables import Item, Source, Status

TOLD = timedelta(days=30)
MOST = 500  # in one feed, the newest
BY_THE_DESK = "Withdrawn by the desk."
WITH_ITS_SOURCE = "Withdrawn with its source."


def told(session: Session, edition: str, at: datetime, shown: Collection[str]) -> tuple[Deleted, ...]:
    """What was taken back from the readers of an edition in the last thirty days, the newest first.

    What they are shown under the same id is not.
    """
    query = (
        select(Appearance)
        .where(Appearance.edition == edition)
        .where(col(Appearance.withdrawn_at) > at - TOLD, col(Appearance.withdrawn_at) <= at)
        .order_by(col(Appearance.withdrawn_at).desc(), col(Appearance.id))
        .limit(MOST)
    )
    return tuple(tombstone(row) for row in session.exec(query) if row.guid not in shown)


def tombstone(row: Appearance) -> Deleted:
    """What stands in the place of an entry that was taken back."""
    assert row.withdrawn_at is not None
    return Deleted(guid=row.guid, at=row.withdrawn_at, comment=row.reason)


def follow(session: Session, decision: Decision, quorum: int) -> None:
    """Keep what a decision, the last of the log, takes back from readers, or gives back to them."""
    for row, items in _public(session, decision):
        since = [at for item in items if (at := _since(session, row, item, quorum)) is not None]
        if since:
            settle(session, row, decision.at, min(since), BY_THE_DESK)
        elif row.reason != WITH_ITS_SOURCE or not _are_hidden(session, items):
            settle(session, row, decision.at, None)


def with_source(session: Session, source_id: int, at: datetime) -> None:
    """Keep that the items of a source are taken back, but for what editors decided in an edition."""
    chosen = exists().where(col(Decision.item_id) == Item.id, col(Decision.edition) == Appearance.edition)
    query = (
        select(Appearance)
        .where(Item.source_id == source_id, Item.public_id == Appearance.guid, ~chosen)
        .where(col(Appearance.withdrawn_at).is_(None))
    )
    for row in session.exec(query).all():
        settle(session, row, at, at, WITH_ITS_SOURCE)


def settle(session: Session, row: Appearance, at: datetime, since: datetime | None, reason: str = "") -> None:
    """Bring what became of an entry to whether it is taken back; its pages of history are to be written anew.

    What is given back waits for a page, unless one holds what it last said.
    """
    if (row.withdrawn_at is None) != (since is None):
        pages = update(PublishedPage).where(
            col(PublishedPage.edition) == row.edition, col(PublishedPage.number).in_(row.pages)
        )
        session.exec(pages.values(is_written=False))
        is_kept = since is not None or row.archived_id == row.entry_id
        row.queued_at = None if is_kept else at
    row.withdrawn_at, row.reason = since, reason
    session.add(row)


def _public(session: Session, decision: Decision) -> Iterator[tuple[Appearance, list[Item]]]:
    """What was public of the item of a decision, or of the stories it is about, with the items meant."""
    query = select(Appearance, Item).where(Appearance.guid == Item.public_id)
    if decision.edition is not None:
        query = query.where(Item.id == decision.item_id, Appearance.edition == decision.edition)
    else:
        stories = select(Item.story_id).where(col(Item.id).in_(_named(session, decision)))
        query = query.where(col(Item.story_id).in_(stories))
    found: dict[int | None, tuple[Appearance, list[Item]]] = {}
    for row, item in session.exec(query).all():
        found.setdefault(row.id, (row, []))[1].append(item)
    yield from found.values()


def _named(session: Session, decision: Decision | None) -> set[int]:
    """The items that a decision is about, with those of the one it takes back."""
    named: set[int] = set()
    while decision is not None:
        moved = (item for item, _ in decision.payload.get("moved", ()))
        named |= {decision.item_id, *decision.payload.get("others", ()), *moved}
        decision = None if decision.undoes is None else session.get(Decision, decision.undoes)
    return named


def _since(session: Session, row: Appearance, item: Item, quorum: int) -> datetime | None:
    """Since when an item is taken back from the readers of an edition; None where it is not."""
    killed = session.exec(
        select(func.min(Decision.at))
        .where(Decision.id == Kill.decision_id, Kill.item_id == Item.id)
        .where(Item.story_id == item.story_id)
    ).one()
    lines = history(session, item.id or 0, row.edition)
    unpicked = rules.withdrawn_at(lines, row.shown_at, quorum) if lines else None
    return min(filter(None, (killed and max(killed, row.shown_at), unpicked)), default=None)


def _are_hidden(session: Session, items: Collection[Item]) -> bool:
    """Whether every one of some items is of a source that was removed."""
    sources = {item.source_id for item in items}
    removed = select(func.count()).where(col(Source.id).in_(sources), Source.status == Status.REMOVED)
    return session.exec(removed).one() == len(sources)
