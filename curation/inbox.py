"""What waits for an editor: the newest items of stories that nobody has picked, filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, exists, or_, select

from config.errors import UsageFault
from curation.tables import Decision, Kill, Pick, Tag
from feeds.tables import Item, Source, Status


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items: by section, source number, language, tag, words in title or summary, age."""

    section: str | None = None
    source: int | None = None
    language: str | None = None
    tag: str | None = None
    search: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An item with what a listing shows beside it: its source, its story's items, their picks."""

    item: Item
    source: Source
    story: tuple[tuple[Item, Source], ...]
    picks: tuple[Pick, ...]
    own_tags: tuple[str, ...] = ()
    is_killed: bool = False

    @property
    def tags(self) -> tuple[str, ...]:
        """Its source's categories, then the editors' tags."""
        return with_tags(self.item, self.own_tags)

    @property
    def language(self) -> str | None:
        """The language of the item, its own or its source's."""
        return language(self.item, self.source)

    @property
    def standing(self) -> tuple[Pick, ...]:
        """The picks that were not taken back."""
        return tuple(pick for pick in self.picks if pick.retracted_at is None)


def language(item: Item, source: Source) -> str | None:
    """The language of an item: its own, else what an editor set of its source, else what its feed says."""
    return item.language or source.language or source.feed_language


def with_tags(item: Item, own_tags: Iterable[str]) -> tuple[str, ...]:
    """The categories of an item with the editors' tags after them, none twice."""
    return tuple(dict.fromkeys((*item.categories, *own_tags)))


def killed_stories() -> Any:
    """The numbers of the stories of which an editor killed an item, as a query."""
    return select(Item.story_id).where(col(Item.id) == col(Kill.item_id))


def tags(session: Session, items: Iterable[Item]) -> dict[int, tuple[str, ...]]:
    """The editors' own tags of items, by the number of the item."""
    found: dict[int, tuple[str, ...]] = {}
    query = select(Tag).where(col(Tag.item_id).in_([item.id for item in items]))
    for tag in session.exec(query.order_by(col(Tag.decision_id))):
        found[tag.item_id] = (*found.get(tag.item_id, ()), tag.tag)
    return found


def _language(row: Any) -> ColumnElement[str]:
    """`language`, as the database finds it."""
    of_source = select(func.coalesce(Source.language, Source.feed_language)).where(
        col(Source.id) == row.source_id
    )
    return func.coalesce(row.language, of_source.scalar_subquery())


def item(session: Session, number: int) -> Item:
    """An item by its number; raises UsageFault for one there is not."""
    found = session.get(Item, number) if 0 < number < 2**63 else None
    if found is None:
        raise UsageFault(f"item {number}: there is none with this number", "see 'newsdesk inbox'")
    return found


def waiting(session: Session, filters: Filters, limit: int) -> list[Item]:
    """One item for each story of which none is picked, newest first."""
    fellow = aliased(Item)
    picked = exists().where(
        col(fellow.story_id) == col(Item.story_id),
        col(Pick.item_id) == col(fellow.id),
        col(Pick.retracted_at).is_(None),
    )
    return leads(session, filters, limit, [~picked])


def leads(
    session: Session,
    filters: Filters,
    limit: int,
    also: Sequence[ColumnElement[bool]] = (),
    at: datetime | None = None,
) -> list[Item]:
    """One item for each story: the earliest of those that pass the filters; newest first.

    Killed stories are left out, and what was read of a source that is removed since, though its picks
    stay. `at` leaves out what was not yet seen at that instant.
    """
    earlier = aliased(Item)
    older = or_(
        col(earlier.timestamp) < col(Item.timestamp),
        and_(col(earlier.timestamp) == col(Item.timestamp), col(earlier.id) < col(Item.id)),
    )
    before_it = exists().where(
        col(earlier.story_id) == col(Item.story_id), older, *_passing(earlier, filters, at)
    )
    query = (
        select(Item)
        .where(*_passing(Item, filters, at), ~before_it, *also)
        .where(col(Item.story_id).not_in(killed_stories()))
        .order_by(col(Item.timestamp).desc(), col(Item.id).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def _passing(row: Any, filters: Filters, at: datetime | None) -> list[ColumnElement[bool]]:
    removed = select(Source.id).where(Source.status == Status.REMOVED)
    tests: list[ColumnElement[bool]] = [row.source_id.not_in(removed)]
    if filters.section is not None:
        tests.append(row.source_id.in_(select(Source.id).where(Source.section == filters.section)))
    if filters.source is not None:
        tests.append(row.source_id == filters.source)
    if filters.language is not None:
        own = func.lower(_language(row))
        wanted = filters.language.lower()
        tests.append(or_(own == wanted, own.startswith(f"{wanted}-", autoescape=True)))
    if filters.tag is not None:
        theirs = cast(row.categories, String).contains(f'"{filters.tag}"', autoescape=True)
        ours = exists().where(col(Tag.item_id) == row.id, col(Tag.tag) == filters.tag)
        tests.append(or_(theirs, ours))
    if filters.search is not None:
        tests.append(
            or_(*(text.icontains(filters.search, autoescape=True) for text in (row.title, row.summary)))
        )
    if filters.since is not None:
        tests.append(row.timestamp >= filters.since)
    if at is not None:
        tests.append(row.first_seen_at <= at)
    return tests


def listed(session: Session, items: Iterable[Item]) -> list[Listed]:
    """Items with their sources, stories and picks, in the order given."""
    items = list(items)
    story_ids = {item.story_id for item in items}
    members: dict[int, list[tuple[Item, Source]]] = {}
    rows = session.exec(
        select(Item, Source)
        .where(col(Item.story_id).in_(story_ids), col(Source.id) == col(Item.source_id))
        .order_by(col(Item.timestamp), col(Item.id))
    )
    for member, source in rows:
        members.setdefault(member.story_id, []).append((member, source))
    sources = {member.id: source for story in members.values() for member, source in story}
    picks: dict[int, list[Pick]] = {}
    for pick in session.exec(select(Pick).where(col(Pick.item_id).in_(list(sources))).order_by(col(Pick.id))):
        picks.setdefault(pick.item_id, []).append(pick)
    own_tags = tags(session, items)
    killed = set(session.exec(killed_stories().where(col(Item.story_id).in_(story_ids))))
    return [
        Listed(
            item=item,
            source=sources[item.id],
            story=tuple(members[item.story_id]),
            picks=tuple(picks.get(item.id or 0, ())),
            own_tags=own_tags.get(item.id or 0, ()),
            is_killed=item.story_id in killed,
        )
        for item in items
    ]


def decisions(session: Session, item_id: int) -> list[Decision]:
    """What was decided about an item, oldest first."""
    return list(session.exec(select(Decision).where(Decision.item_id == item_id).order_by(col(Decision.id))))
