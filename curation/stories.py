"""Who leads each story, decided again whenever its items change. Nothing here commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func
from sqlmodel import Session, col, exists, select

from feeds import leading
from feeds.tables import Item, Source, Story

MOST_AT_ONCE = 500
FEW = 30  # of the earliest items of a story one leads; one with hundreds is no story that anybody wrote


def settle(session: Session, story_ids: Collection[int]) -> None:
    """Bring stories to the items that they have now: each has a lead and a medoid, none is left empty."""
    session.flush()
    wanted = sorted(set(story_ids))
    for start in range(0, len(wanted), MOST_AT_ONCE):
        _settle(session, wanted[start : start + MOST_AT_ONCE])


def settle_source(session: Session, source_id: int) -> None:
    """Settle the stories that a source tells with others, where something about it has changed."""
    its = select(Item.story_id).where(Item.source_id == source_id)
    shared = select(Item.story_id).where(col(Item.story_id).in_(its)).group_by(col(Item.story_id))
    settle(session, session.exec(shared.having(func.count() > 1)).all())


def lead(session: Session, story_id: int) -> leading.Lead:
    """Who leads a story, and why. Raises ValueError for a story without items."""
    return leading.lead(_members(session, [story_id])[story_id])


def _settle(session: Session, story_ids: Sequence[int]) -> None:
    found = _members(session, story_ids)
    for story in session.exec(select(Story).where(col(Story.id).in_(found))):
        assert story.id is not None
        numbers = [member.number for member in found[story.id]]
        story.lead_id = leading.lead(found[story.id]).number
        if story.medoid_id not in numbers:
            story.medoid_id = min(numbers)
    session.flush()
    empty = ~exists().where(col(Item.story_id) == col(Story.id))
    session.exec(delete(Story).where(col(Story.id).in_(story_ids), empty))


def _members(session: Session, story_ids: Sequence[int]) -> dict[int, list[leading.Member]]:
    found = defaultdict[int, list[leading.Member]](list)
    rows = session.exec(
        select(Item, Source)
        .where(col(Item.story_id).in_(story_ids), col(Source.id) == col(Item.source_id))
        .order_by(col(Item.timestamp), col(Item.id))
    )
    for item, source in rows:
        if len(found[item.story_id]) < FEW:
            found[item.story_id].append(_member(item, source))
    return found


def _member(item: Item, source: Source) -> leading.Member:
    assert item.id is not None
    return leading.Member(
        number=item.id,
        timestamp=item.timestamp,
        address=item.canonical_url,
        home=leading.canonical([source.url, source.site]),
        named=leading.named(item),
        preferred=source.preferred,
    )
