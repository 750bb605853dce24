"""New items -> stories. The first level only: the same item, by its id or its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from sqlmodel import Session, col, or_, select

from feeds.tables import Item, Likeness, Story

SAME_ITEM = "same item"


class Seen:
    """Items by what says that another is the same: the earliest under each id and address."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._by_id: dict[str, Item] = {}
        self._by_address: dict[str, Item] = {}
        for item in items:
            self.add(item)

    def add(self, item: Item) -> None:
        """Remember an item; one that is the same as an earlier one changes nothing."""
        if item.global_id:
            self._by_id.setdefault(item.global_id, item)
        if item.canonical_url:
            self._by_address.setdefault(item.canonical_url, item)

    def same(self, item: Item) -> tuple[Item, str] | None:
        """The item that this one is the same as, and the evidence."""
        if item.global_id in self._by_id:
            return self._by_id[item.global_id], f"the same id, {item.global_id}"
        found = self._by_address.get(item.canonical_url or "")
        if found is not None and not apart(item, found):
            return found, f"the same address, {item.canonical_url}"
        return None


def apart(item: Item, other: Item) -> bool:
    """Whether an address names no entry: a site's front page, or a place within one page of one source."""
    if urlsplit(item.canonical_url or "").path in ("", "/"):
        return True
    places = {urlsplit(one.url or "").fragment for one in (item, other)}
    return item.source_id == other.source_id and len(places) > 1


def tell(session: Session, items: Sequence[Item]) -> None:
    """Give each new item its story: that of an item it is the same as, else one of its own.

    The items get their numbers here, in the order given. The likeness is kept as a row with its evidence.
    """
    seen = Seen(_candidates(session, items))
    alike: list[tuple[Item, Item, str]] = []
    alone: list[Item] = []
    for item in items:
        if found := seen.same(item):
            alike.append((item, *found))
        else:
            alone.append(item)
        seen.add(item)
    _begin(session, alone)
    for item, other, _ in alike:
        item.story_id = other.story_id
    session.add_all(items)
    session.flush()
    session.add_all(_likeness(*pair) for pair in alike)


def _likeness(item: Item, other: Item, evidence: str) -> Likeness:
    assert item.id is not None
    assert other.id is not None
    return Likeness(item_id=item.id, other_id=other.id, level=SAME_ITEM, score=1.0, evidence=evidence)


def _candidates(session: Session, items: Iterable[Item]) -> Sequence[Item]:
    """The items kept already that one of these may be the same as, the earliest first."""
    ids = {item.global_id for item in items if item.global_id}
    addresses = {item.canonical_url for item in items if item.canonical_url}
    alike = or_(col(Item.global_id).in_(ids), col(Item.canonical_url).in_(addresses))
    return session.exec(select(Item).where(alike).order_by(col(Item.id))).all()


def _begin(session: Session, items: Sequence[Item]) -> None:
    """A new story for each item."""
    stories = [Story() for _ in items]
    session.add_all(stories)
    session.flush()
    for item, story in zip(items, stories, strict=True):
        assert story.id is not None, "a row that was flushed has its number"
        item.story_id = story.id
