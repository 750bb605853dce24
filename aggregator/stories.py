"""New items -> stories. The first level only: the same item, by its id or its address."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from feeds.tables import Item, Likeness, Story

SAME_ITEM = "same item"


def tell(session: Session, items: Iterable[Item]) -> None:
    """Give each new item its story: that of an item it is the same as, else one of its own.

    The items get their numbers here, in the order given. The likeness is kept as a row with its evidence.
    """
    for item in items:
        other, evidence = _same(session, item)
        if other is None:
            story = Story()
            session.add(story)
            session.flush()
            item.story_id = _number(story.id)
        else:
            item.story_id = other.story_id
        session.add(item)
        session.flush()
        if other is not None:
            session.add(
                Likeness(
                    item_id=_number(item.id),
                    other_id=_number(other.id),
                    level=SAME_ITEM,
                    score=1.0,
                    evidence=evidence,
                )
            )


def _same(session: Session, item: Item) -> tuple[Item | None, str]:
    """The earliest item that is the same as this one, and what says so."""
    tests = []
    if item.global_id:
        tests.append(col(Item.global_id) == item.global_id)
    if item.canonical_url:
        tests.append(col(Item.canonical_url) == item.canonical_url)
    if not tests:
        return None, ""
    found = session.exec(select(Item).where(or_(*tests)).order_by(col(Item.id)).limit(1)).first()
    if found is None:
        return None, ""
    if item.global_id and found.global_id == item.global_id:
        return found, f"the same id, {item.global_id}"
    return found, f"the same address, {item.canonical_url}"


def _number(number: int | None) -> int:
    assert number is not None, "a row that was flushed has its number"
    return number
