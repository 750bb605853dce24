"""Sources whose servers send them elsewhere: noted, taken on once it is settled, two that are one made one.

Nothing here commits. When a redirect is believed is decided in `aggregator.moves`.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select, update

from aggregator import homes, moves, store
from aggregator.answers import Failure
from aggregator.sources import GIVEN
from curation.projections import is_decided_on
from curation.stories import settle
from feeds import urls
from feeds.tables import Item, Move, PurgedKey, Revision, Source

log = logging.getLogger(__name__)


def follow(session: Session, source: Source, to: str | None, now: datetime) -> None:
    """Note where permanent redirects led (None where there were none), and adopt that once it is settled."""
    seen = moves.seen(_sighting(source), to, now)
    source.moved_to, source.moved_hits, source.moved_since = (
        (seen.to, seen.hits, seen.since) if seen else (None, 0, None)
    )
    if seen and moves.settled(source.url, seen, now):
        adopt(session, source, seen.to, now)


def leave(session: Session, source: Source, failure: Failure, now: datetime) -> Failure:
    """The failure; where it says that a moved source has left its old address, the move is made."""
    seen = _sighting(source)
    if seen is None or not moves.abandoned(seen, failure.kind, failure.elsewhere):
        return failure
    adopt(session, source, seen.to, now)
    return Failure("redirect", f"{failure.message}; moved to {seen.to}, which is asked next", failure.hints)


def _sighting(source: Source) -> moves.Sighting | None:
    if source.moved_to is None or source.moved_since is None:
        return None
    return moves.Sighting(source.moved_to, source.moved_hits, source.moved_since)


def adopt(session: Session, source: Source, url: str, now: datetime) -> None:
    """Give a source the address that its server sends it to; one that has it already is merged in."""
    assert source.id is not None
    log.info("source %s: moved from %s to %s", source.id, source.url, url)
    other = store.source_at(session, url)
    if other is not None and other.id != source.id:
        merge(session, other, source)
    session.add(Move(source_id=source.id, at=now, from_url=source.url, to_url=url))
    source.url, source.canonical_url = url, urls.canonical(url)
    source.moved_to, source.moved_hits, source.moved_since = None, 0, None


def merge(session: Session, other: Source, source: Source) -> None:
    """Make one source of two: `source` takes the items, the moves and the settings of `other`, which goes.

    What an editor set of `source` stands before what was set of the other. No item that was decided
    on is lost; of the same item in both, one is kept.
    """
    assert source.id is not None
    assert other.id is not None
    told = _merge_items(session, other.id, source.id)
    for name in (*GIVEN, "inferred_zone", "zone_confidence", "zone_evidence"):
        setattr(source, name, getattr(source, name) or getattr(other, name))
    session.exec(update(Move).where(col(Move.source_id) == other.id).values(source_id=source.id))
    _merge_purged(session, other.id, source.id)
    session.delete(other)
    settle(session, told)
    homes.redate(session, source)


def _merge_items(session: Session, from_id: int, to_id: int) -> set[int]:
    """Give a source the items of another; the stories that an item was taken from."""
    other = aliased(Item)
    twins = select(Item, other).join(other, col(Item.key) == other.key)
    pairs = session.exec(twins.where(Item.source_id == from_id, other.source_id == to_id)).all()
    told = {one.story_id for pair in pairs for one in pair}
    for item, twin in pairs:
        _one_of(session, item, twin)
    session.flush()
    session.exec(update(Item).where(col(Item.source_id) == from_id).values(source_id=to_id))
    return told


def _one_of(session: Session, item: Item, twin: Item) -> None:
    """Keep one of an item that two sources have: that which was decided on, else the first seen.

    Where both were, both stay, `item` under a key that no entry has: the log is never rewritten.
    """
    decided = [_is_decided(session, one) for one in (item, twin)]
    if all(decided):
        item.key = f"{item.key}#{item.id}"
        return
    later = item.first_seen_at >= twin.first_seen_at
    lost, kept = (item, twin) if decided[1] or (later and not decided[0]) else (twin, item)
    session.exec(update(Revision).where(col(Revision.item_id) == lost.id).values(item_id=kept.id))
    session.delete(lost)


def _merge_purged(session: Session, from_id: int, to_id: int) -> None:
    """What either has purged stays purged, unless it is an item of the other."""
    for purged in session.exec(select(PurgedKey).where(PurgedKey.source_id == from_id)).all():
        session.merge(PurgedKey(**purged.model_dump() | {"source_id": to_id}))
    session.flush()
    kept = select(Item.key).where(Item.source_id == to_id)
    session.exec(delete(PurgedKey).where(col(PurgedKey.source_id) == to_id, col(PurgedKey.key).in_(kept)))


def _is_decided(session: Session, item: Item) -> bool:
    return session.exec(select(Item.id).where(Item.id == item.id, is_decided_on(Item))).first() is not None
