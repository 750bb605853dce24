"""An edition at an instant -> a Feed, ready to render.

A pure function of the database and the instant: no clock is read, and everything that is dated
is dated by a row (DESIGN §4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlmodel import Session, col, select

from config.options import Edition
from curation import inbox, notes, rules
from curation.standing import departures, live
from curation.tables import Pick
from feeds.entries import Editorial, Entry, Feed, Moment, Origin
from feeds.tables import Item, Source


@dataclass(frozen=True, slots=True)
class Site:
    """The published site: its name, where readers see it (ending in a slash), its language."""

    title: str
    base_url: str
    language: str


def lineup(session: Session, edition: Edition, site: Site, at: datetime, quorum: int = 1) -> Feed:
    """An edition as it stands at an instant.

    `updated` is the newest change that readers could see: an item first seen or revised, a pick that
    appeared, was changed or went. A decision that was undone has no part in it, nor one about what
    nobody saw, so that undoing gives the earlier bytes. It is None where there was no change.
    """
    if edition.rule == "recent":
        items = inbox.leads(session, filters(edition), edition.limit, at=at)
        tags = inbox.tags(session, items)
        entries = [
            _recent(item, source, tags.get(item.id or 0, ()))
            for item, source in _with_sources(session, items)
        ]
        changes = [item.revised_at or item.first_seen_at for item in items]
    else:
        picks = live(session, edition, at, quorum)
        items = _items(session, picks)
        tags = inbox.tags(session, items)
        entries = [
            _chosen(item, source, pick, tags.get(item.id or 0, ()), quorum)
            for (item, source), pick in zip(_with_sources(session, items), picks, strict=True)
        ]
        changes = [max(pick.changed_at, rules.dated(pick, quorum)) for pick in picks]
        changes += [item.revised_at for item in items if item.revised_at]
        changes += departures(session, edition, at, quorum)
    return Feed(
        title=edition.title,
        id=f"{site.base_url}{edition.slug}.atom",
        url=site.base_url,
        feed_url=f"{site.base_url}{edition.slug}.atom",
        description=edition.description or f"{edition.title} of {site.title}",
        language=site.language,
        updated=max(changes, default=None),
        entries=tuple(entries),
    )


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


def _with_sources(session: Session, items: Sequence[Item]) -> list[tuple[Item, Source]]:
    numbers = {item.source_id for item in items}
    sources = {
        source.id: source for source in session.exec(select(Source).where(col(Source.id).in_(numbers)))
    }
    return [(item, sources[item.source_id]) for item in items]


def _recent(item: Item, source: Source, tags: Sequence[str]) -> Entry:
    return _entry(item, source, tags).model_copy(
        update={
            "published": moment(item.timestamp),
            "updated": moment(item.revised_at) if item.revised_at else None,
            "editorial": None,
        }
    )


def _chosen(item: Item, source: Source, pick: Pick, tags: Sequence[str], quorum: int) -> Entry:
    """A pick is dated by when it was made, or appeared if later, with the source's date beside it."""
    said = _entry(item, source, tags)
    dated = rules.dated(pick, quorum)
    return said.model_copy(
        update={
            "title": pick.title or said.title,
            "content": notes.quoted(pick.note) + (said.content or paragraph(said.summary)),
            "published": moment(dated),
            "updated": moment(max(dated, item.revised_at)) if item.revised_at else None,
            "editorial": Editorial(note=pick.note, editors=pick.editors, published=item.timestamp),
        }
    )


def _entry(item: Item, source: Source, tags: Sequence[str]) -> Entry:
    """An item as it is republished: under its public id, with its source named and the editors' tags.

    A source that the item names itself is kept, so that a chain of feeds points to its origin.
    """
    said = Entry.model_validate({name: getattr(item, name) for name in Entry.model_fields})
    origin = Origin(id=source.url, title=source.name, url=source.site, feed_url=source.url)
    return said.model_copy(
        update={
            "guid": item.public_id,
            "language": inbox.language(item, source),
            "origin": said.origin or origin,
            "categories": inbox.with_tags(item, tags),
        }
    )


def paragraph(text: str) -> str:
    """Plain text as HTML; none where there is none."""
    return f"<p>{escape(text)}</p>" if text.strip() else ""


def moment(at: datetime) -> Moment:
    """An instant that needed no reading."""
    return Moment(raw=at.isoformat(), at=at, known_by="offset")
