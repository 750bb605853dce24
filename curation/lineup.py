"""An edition at an instant -> a Feed, ready to render.

A pure function of the database and the instant: no clock is read, and everything that is dated
is dated by a row (DESIGN §4.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from config.options import Edition
from curation import archive, inbox, notes, rules, withdrawn
from curation.standing import LONG_AGO, departures, live
from curation.tables import Pick
from feeds.entries import Editorial, Entry, Feed, Link, Moment, Origin, Pace
from feeds.tables import NAME, Item, Source, Status

MOST_COVERED = 20  # sources named beside an entry
TTL = 15 * 60  # seconds after which it is worth asking again

_OTHERS = (
    select_columns(
        col(Item.story_id),
        col(Item.source_id),
        col(Item.url),
        col(Item.canonical_url),
        col(Item.first_seen_at),
        inbox.LANGUAGE,
        NAME,
    )
    .where(col(Source.id) == col(Item.source_id), col(Source.status) != Status.REMOVED)
    .where(col(Item.url).is_not(None))
    .order_by(col(Item.timestamp), col(Item.id))
)


@dataclass(frozen=True, slots=True)
class Site:
    """The published site: its name, where readers see it (ending in a slash), its language; its rights
    and pictures, which every feed of it shows.

    `theme` is a folder of templates that replace those of the pages.
    """

    title: str
    base_url: str
    language: str
    rights: str | None = None
    icon: str | None = None
    logo: str | None = None
    theme: Path | None = None


def lineup(session: Session, edition: Edition, site: Site, at: datetime, quorum: int = 1) -> Feed:
    """An edition as it stands at an instant.

    `updated` is the newest change that readers could see: an item first seen or revised, another that
    tells its story, a pick that appeared, was changed or went. A decision that was undone has no part in
    it, nor one about what nobody saw, so that undoing gives the earlier bytes. It is None where there was
    no change.
    """
    if edition.rule == "recent":
        items = inbox.leads(session, filters(edition), edition.limit, at=at)
        said = _said(session, items, at)
        entries = [_recent(one) for one in said]
        changes = [item.revised_at or item.first_seen_at for item in items]
    else:
        picks = live(session, edition, at, quorum)
        items = _items(session, picks)
        said = _said(session, items, at)
        entries = [_chosen(one, pick, quorum, site) for one, pick in zip(said, picks, strict=True)]
        changes = [max(pick.changed_at, rules.dated(pick, quorum)) for pick in picks]
        changes += [item.revised_at for item in items if item.revised_at]
        changes += departures(session, edition, at, quorum, max(changes, default=LONG_AGO))
    changes += [other.first_seen_at for one in said for other in one.others]
    deleted = withdrawn.told(session, edition.slug, at, {entry.guid for entry in entries})
    changes += [one.at for one in deleted]
    return Feed(
        title=edition.title,
        id=f"{site.base_url}{edition.path}.atom",
        url=site.base_url,
        feed_url=f"{site.base_url}{edition.path}.atom",
        description=edition.description or f"{edition.title} of {site.title}",
        language=site.language,
        icon=site.icon,
        logo=site.logo,
        rights=site.rights,
        pace=Pace(ttl=TTL),
        updated=max(changes, default=None),
        previous=archive.address(site.base_url, edition.path, archive.newest_page(session, edition.slug)),
        entries=tuple(entries),
        deleted=deleted,
    )


def chosen(session: Session, picks: Sequence[Pick], site: Site, at: datetime, quorum: int = 1) -> list[Entry]:
    """Picks as entries, in the order given."""
    said = _said(session, _items(session, picks), at)
    return [_chosen(one, pick, quorum, site) for one, pick in zip(said, picks, strict=True)]


def recent(session: Session, items: Sequence[Item], at: datetime) -> list[Entry]:
    """Items as entries, in the order given."""
    return [_recent(one) for one in _said(session, items, at)]


def filters(edition: Edition) -> inbox.Filters:
    """What an edition's own filters let through."""
    return inbox.Filters(
        section=edition.section, source=edition.source, language=edition.language, tag=edition.tag
    )


def _items(session: Session, picks: Sequence[Pick]) -> list[Item]:
    found = {
        item.id: item
        for item in session.exec(select(Item).where(col(Item.id).in_([pick.item_id for pick in picks])))
    }
    return [found[pick.item_id] for pick in picks]


class _Other(NamedTuple):
    """Another item of a story, as far as it is named beside one."""

    story_id: int
    source_id: int
    url: str
    canonical_url: str | None
    first_seen_at: datetime
    language: str | None
    source: str


@dataclass(frozen=True, slots=True)
class _Said:
    """An item with what is said of it around: its source, the editors' tags, who else tells its story."""

    item: Item
    source: Source
    tags: tuple[str, ...]
    others: tuple[_Other, ...]


def _said(session: Session, items: Sequence[Item], at: datetime) -> list[_Said]:
    tags = inbox.tags(session, items)
    others = _others(session, items, at)
    numbers = {item.source_id for item in items}
    sources = {
        source.id: source for source in session.exec(select(Source).where(col(Source.id).in_(numbers)))
    }
    return [
        _Said(item, sources[item.source_id], tags.get(item.id or 0, ()), others.get(item.id or 0, ()))
        for item in items
    ]


def _others(session: Session, items: Sequence[Item], at: datetime) -> dict[int, tuple[_Other, ...]]:
    """The items by which other sources tell the story of each, by an instant, the earliest first."""
    stories = {item.story_id for item in items}
    query = _OTHERS.where(col(Item.first_seen_at) <= at, col(Item.story_id).in_(stories))
    told: dict[int, list[_Other]] = {}
    for other in map(_Other._make, session.connection().execute(query)):
        told.setdefault(other.story_id, []).append(other)
    return {item.id or 0: _elsewhere(item, told.get(item.story_id, ())) for item in items}


def _elsewhere(item: Item, told: Iterable[_Other]) -> tuple[_Other, ...]:
    """One item of each other source of a story, and of each page: who only points to one is not named."""
    pages, sources = {item.canonical_url}, {item.source_id}
    found = []
    for other in told:
        if other.source_id not in sources and other.canonical_url not in pages:
            found.append(other)
        pages.add(other.canonical_url)
        sources.add(other.source_id)
    return tuple(found[:MOST_COVERED])


def _recent(said: _Said) -> Entry:
    item = said.item
    return _entry(
        said,
        published=moment(item.timestamp),
        updated=moment(_of_its_own(item.revised_at or item.timestamp, item)),
        editorial=None,
    )


def _chosen(said: _Said, pick: Pick, quorum: int, site: Site) -> Entry:
    """A pick is dated by when it was made, or appeared if later, with the source's date beside it.

    It is updated when the desk says something else of it, or its source something else.
    """
    item, dated = said.item, rules.dated(pick, quorum)
    changes = [at for at in (pick.worded_at, pick.corrected_at, item.revised_at) if at is not None]
    ours = notes.quoted(pick.note, pick.correction, site.language)
    return _entry(
        said,
        title=pick.title or item.title,
        content=ours + notes.unmarked(item.content or paragraph(item.summary)),
        published=moment(dated),
        updated=moment(_of_its_own(max([dated, *changes]), item)),
        editorial=Editorial(
            note=pick.note,
            noted_by=pick.noted_by,
            noted_at=pick.noted_at,
            editors=pick.editors,
            published=item.timestamp,
            correction=pick.correction,
        ),
    )


def _of_its_own(at: datetime, item: Item) -> datetime:
    """The instant that no other entry changed at: its part of a second is the item's number.

    So it stays as it is, whatever stands beside it. Readers take two entries of one date for one.
    """
    return at + timedelta(microseconds=(item.id or 0) % 10**6)


def _entry(said: _Said, **otherwise: Any) -> Entry:
    """An item as it is republished: under its public id, with its source, its editors' tags, its coverage,
    and what is said `otherwise` than by itself.

    A source that the item names itself is kept, so that a chain of feeds points to its origin.
    """
    item, source = said.item, said.source
    known = {link.href for link in item.links} | {item.url}
    covered = [
        Link(href=other.url, rel="related", hreflang=other.language, title=other.source)
        for other in said.others
        if other.url not in known
    ]
    own = {name: getattr(item, name) for name in Entry.model_fields}
    around = {
        "guid": item.public_id,
        "language": inbox.language(item, source),
        "origin": item.origin or _origin(item, source),
        "categories": inbox.with_tags(item, said.tags),
        "links": (*item.links, *covered),
    }
    # The values were checked when they were kept.
    return Entry.model_construct(**own | around | otherwise)


def _origin(item: Item, source: Source) -> Origin:
    """The feed an item was taken from."""
    return Origin(
        id=source.feed_id or source.url,
        title=source.name,
        url=source.site,
        feed_url=source.url,
        updated=item.revised_at
        or item.timestamp,  # as we took it: its later dates would date old entries anew
        rights=source.feed_rights,
        icon=source.feed_icon,
    )


def paragraph(text: str) -> str:
    """Plain text as HTML; none where there is none."""
    return f"<p>{escape(text)}</p>" if text.strip() else ""


def moment(at: datetime) -> Moment:
    """An instant that needed no reading."""
    return Moment(raw=at.isoformat(), at=at, known_by="offset")
