"""What waits for an editor: the newest items of stories that nobody has picked, filtered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, exists, or_, select

from config.errors import UsageFault
from curation import search
from curation.search import Search
from curation.tables import Decision, Kill, Pick, SeenMark, Tag
from feeds import markup
from feeds.entries import Entry
from feeds.tables import Item, Source, Status, Story, first_said

BEGINNING = 100  # characters of a text that stand for a title

LANGUAGE = first_said(Item.language, Source.language, Source.feed_language)  # of an item, as a column
_OTHER = aliased(Item)  # of a story, beside one


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items: by section, source number, language, tag, age, and what a search is true of.

    Their timestamps lie from `since` up to `before`.
    """

    section: str | None = None
    source: int | None = None
    language: str | None = None
    tag: str | None = None
    search: Search | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An item with what a listing shows beside it: its source, its story's items, their picks."""

    item: Item
    source: Source
    story: tuple[tuple[Item, Source], ...]
    picks: tuple[Pick, ...]
    own_tags: tuple[str, ...] = ()
    is_killed: bool = False
    is_seen: bool = False

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


def language(item: Entry, source: Source) -> str | None:
    """The language of an item: its own, else what an editor set of its source, else what its feed says."""
    return item.language or source.language or source.feed_language


def called(item: Item) -> str:
    """What an item is called in listings: its title, else how its text begins, as in what is published."""
    return item.title or markup.title(item.summary, BEGINNING)


def titles(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """What items are called, by their numbers."""
    items = session.exec(select(Item).where(col(Item.id).in_(numbers)))
    return {item.id or 0: called(item) for item in items}


def with_tags(item: Item, own_tags: Iterable[str]) -> tuple[str, ...]:
    """The categories of an item with the editors' tags after them, none twice."""
    return tuple(dict.fromkeys((*item.categories, *own_tags)))


def tags(session: Session, items: Iterable[Item]) -> dict[int, tuple[str, ...]]:
    """The editors' own tags of items, by the number of the item."""
    found: dict[int, tuple[str, ...]] = {}
    query = select(Tag).where(col(Tag.item_id).in_([item.id for item in items]))
    for tag in session.exec(query.order_by(col(Tag.decision_id))):
        found[tag.item_id] = (*found.get(tag.item_id, ()), tag.tag)
    return found


def item(session: Session, number: int) -> Item:
    """An item by its number; raises UsageFault for one there is not."""
    found = session.get(Item, number) if 0 < number < 2**63 else None
    if found is None:
        raise UsageFault(f"item {number}: there is none with this number", "see 'newsdesk inbox'")
    return found


def refuse_unknown(session: Session, source: int | None, section: str | None) -> None:
    """Raises UsageFault for the number of a source that there is not, and for a section that none is in."""
    found = session.get(Source, source) if source is not None and 0 < source < 2**63 else None
    if source is not None and found is None:
        raise UsageFault(f"source {source}: there is none with this number", "see 'newsdesk source list'")
    if section is not None and section not in (known := sections(session)):
        remedy = (
            f"there are {', '.join(known)}"
            if known
            else "no source is in any: 'newsdesk source edit N --section NAME'"
        )
        raise UsageFault(f"section {section[:64]!r}: no source is in it", remedy)


def sections(session: Session) -> list[str]:
    """The sections that sources belong to."""
    query = select(Source.section).where(Source.status != Status.REMOVED, col(Source.section).is_not(None))
    return sorted(name for name in session.exec(query.distinct()) if name and name.strip())


def waiting(session: Session, filters: Filters, limit: int) -> list[Item]:
    """One item for each story of which none is picked, newest first."""
    return search.fetched(session, numbers(session, filters, limit))


def numbers(session: Session, filters: Filters, limit: int) -> list[int]:
    """The numbers of the items that wait: for many these are had far sooner than their texts."""
    return _leading(session, filters, limit, [search.is_unpicked(Item)])


def leads(
    session: Session,
    filters: Filters,
    limit: int,
    also: Sequence[ColumnElement[bool]] = (),
    at: datetime | None = None,
) -> list[Item]:
    """One item for each story: its lead, else the earliest of those that pass the filters; newest first.

    Killed stories are left out, and what was read of a source that is removed since, though its picks
    stay. `at` leaves out what was not yet seen at that instant.
    """
    return search.fetched(session, _leading(session, filters, limit, also, at))


def _leading(
    session: Session,
    filters: Filters,
    limit: int,
    also: Sequence[ColumnElement[bool]],
    at: datetime | None = None,
) -> list[int]:
    lead = select(Story.lead_id).where(col(Story.id) == col(Item.story_id)).correlate(Item).scalar_subquery()
    older = or_(
        col(_OTHER.timestamp) < col(Item.timestamp),
        and_(col(_OTHER.timestamp) == col(Item.timestamp), col(_OTHER.id) < col(Item.id)),
    )
    before_it = exists().where(
        col(_OTHER.story_id) == col(Item.story_id),
        or_(older, col(_OTHER.id) == lead),
        *_passing(_OTHER, filters, at, _OTHER.source_id + 0),
    )
    of_source = Item.source_id if _are_few(session, filters) else col(Item.source_id) + 0
    has_rare = filters.tag is not None and search.is_rare(session, filters.tag)
    query = (
        select(Item.id)
        .where(
            *_passing(Item, filters, at, of_source, has_rare), or_(col(Item.id) == lead, ~before_it), *also
        )
        .where(~search.is_killed(Item))
        .order_by(col(Item.timestamp).desc(), col(Item.id).desc())
        .limit(limit)
    )
    return [number for number in session.exec(query) if number is not None]


def _are_few(session: Session, filters: Filters) -> bool:
    """Whether the items of the sources that filters name are few enough to be sorted.

    Else the items are gone through in their order, to which `+ 0` holds the database.
    """
    if filters.section is None and filters.source is None:
        return False
    some = select(Item.id).where(*_of_sources(Item.source_id, filters)).limit(search.FEW_ITEMS + 1).subquery()
    return session.exec(select(func.count()).select_from(some)).one() <= search.FEW_ITEMS


def _of_sources(of_source: Any, filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.section is not None:
        yield of_source.in_(select(Source.id).where(Source.section == filters.section))
    if filters.source is not None:
        yield of_source == filters.source


def _passing(
    row: Any, filters: Filters, at: datetime | None, of_source: Any, has_rare: bool = False
) -> list[ColumnElement[bool]]:
    tests = [search.kept(row), *_of_sources(of_source, filters)]
    if filters.language is not None:
        tests.append(search.of_language(row, filters.language))
    if filters.tag is not None:
        tests.append(search.of_tag(row, filters.tag, has_rare))
    if filters.search is not None:
        tests.extend(search.tests(row, filters.search))
    if filters.since is not None:
        tests.append(row.timestamp >= filters.since)
    if filters.before is not None:
        tests.append(row.timestamp < filters.before)
    if at is not None:
        tests.append(row.first_seen_at <= at)
    return tests


def listed(session: Session, items: Iterable[Item], editor: str | None = None) -> list[Listed]:
    """Items with their sources, stories and picks, in the order given; an editor has seen some."""
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
    killed = set(session.exec(select(Kill.item_id).where(col(Kill.item_id).in_(list(sources)))))
    marks = select(SeenMark.item_id).where(
        SeenMark.editor == editor, col(SeenMark.item_id).in_(list(sources))
    )
    seen = set(session.exec(marks))
    return [
        Listed(
            item=item,
            source=sources[item.id],
            story=tuple(members[item.story_id]),
            picks=tuple(picks.get(item.id or 0, ())),
            own_tags=own_tags.get(item.id or 0, ()),
            is_killed=any(member.id in killed for member, _ in members[item.story_id]),
            is_seen=any(member.id in seen for member, _ in members[item.story_id]),
        )
        for item in items
    ]


def decisions(session: Session, item_id: int) -> list[Decision]:
    """What was decided about an item, oldest first."""
    return list(session.exec(select(Decision).where(Decision.item_id == item_id).order_by(col(Decision.id))))
