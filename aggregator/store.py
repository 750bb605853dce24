"""The queries on sources and items. Nothing here commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select

from aggregator import cadence, ingest, stories
from aggregator.answers import Address
from aggregator.ingest import Changes
from aggregator.matching import Arrival, Known
from aggregator.newcomers import ENTRY_FIELDS, New
from config.errors import UsageFault
from curation.stories import settle
from feeds import homes, urls
from feeds.entries import Entry, Home
from feeds.tables import Item, Move, PurgedKey, Revision, Source, Status

RHYTHM_ENTRIES = 20
NO_FEEDS = (Status.REMOVED, Status.MANUAL)
KNOWN = tuple(getattr(Item, each.name) for each in fields(Known))  # a row is a Known
PURGED = ("key", "alias", "canonical_url", "title", "timestamp")
MOST_REVISIONS = 20  # of one item
DATES = ("published", "updated")

Asked = Row[Any]  # the columns of a source that asking it needs
_ASKED = select_columns(
    *(col(getattr(Source, name)) for name in ("id", "url", "etag", "last_modified", "body_hash", "status")),
    *(col(getattr(Source, name)) for name in ("interval", "pace", "next_poll_terms", "not_before_at")),
    *(col(getattr(Source, name)) for name in ("zone", "inferred_zone", "zone_confidence")),
    *(col(getattr(Source, name)) for name in ("language", "feed_language", "site")),
)

_SOURCE: BindParameter[int] = bindparam("source_id")
_KEYS: BindParameter[str] = bindparam("keys", expanding=True)
_ALIASES: BindParameter[str] = bindparam("aliases", expanding=True)
_TIMES = (
    select_columns(col(Item.timestamp))
    .where(col(Item.source_id) == _SOURCE)
    .order_by(col(Item.timestamp).desc())
    .limit(RHYTHM_ENTRIES)
)
_KNOWN = (
    select_columns(*KNOWN)
    .where(col(Item.source_id) == _SOURCE)
    .where(or_(col(Item.key).in_(_KEYS), col(Item.alias).in_(_ALIASES)))
    .order_by(col(Item.id))
)
_PURGED = (
    select_columns(*(getattr(PurgedKey, name) for name in PURGED))
    .where(col(PurgedKey.source_id) == _SOURCE)
    .where(or_(col(PurgedKey.key).in_(_KEYS), col(PurgedKey.alias).in_(_ALIASES)))
)


def sources(session: Session, status: Status | None = None) -> list[Source]:
    """The sources that are feeds, by number, without those that were removed."""
    query = select(Source).where(col(Source.status).not_in(NO_FEEDS)).order_by(col(Source.id))
    if status is not None:
        query = query.where(Source.status == status)
    return list(session.exec(query))


def source(session: Session, number: int) -> Source:
    """A source by its number; raises UsageFault for one there is not, or that is no feed."""
    found = session.get(Source, number)
    if found is not None and found.status == Status.MANUAL:
        raise UsageFault(f"source {number}: has what editors added, and is no feed", "see 'newsdesk add'")
    if found is None or found.status == Status.REMOVED:
        raise UsageFault(f"source {number}: there is none with this number", "see 'newsdesk source list'")
    return found


def held(session: Session, numbers: Collection[int]) -> dict[int, Source]:
    """Sources of whatever status, by their numbers."""
    rows = session.exec(select(Source).where(col(Source.id).in_(numbers)))
    return {row.id: row for row in rows if row.id is not None}


def source_at(session: Session, url: str) -> Source | None:
    """The source with this address, however it is written; also one that was removed."""
    return session.exec(select(Source).where(Source.canonical_url == urls.canonical(url))).first()


def due(session: Session, now: datetime, limit: int | None = None) -> list[Address]:
    """The active sources whose next poll is due, the longest due first.

    One that has become due while nobody looked waits on through an hour that its feed wants skipped.
    """
    query = (
        _ASKED.where(col(Source.status) == Status.ACTIVE, col(Source.next_poll_at) <= now)
        .where(or_(col(Source.not_before_at).is_(None), col(Source.not_before_at) <= now))
        .order_by(col(Source.next_poll_at), col(Source.id))
        .limit(limit)
    )
    return [address(row) for row in session.connection().execute(query) if not _sleeps(row, now)]


def unpaused(session: Session) -> Iterator[Asked]:
    """The sources that no editor has paused, by number, as far as asking them needs it."""
    query = _ASKED.where(col(Source.status).not_in((*NO_FEEDS, Status.PAUSED))).order_by(col(Source.id))
    return iter(session.connection().execute(query))


def _sleeps(source: Asked, now: datetime) -> bool:
    """Whether its feed wants this hour skipped, and no editor asked for it or set its interval."""
    heeded = source.next_poll_terms and not source.interval
    return bool(heeded and source.pace and cadence.awake(now, source.pace) != now)


def address(source: Source | Asked) -> Address:
    """What a poll must know of a source."""
    assert source.id is not None
    return Address(source.id, source.url, source.etag, source.last_modified, home(source), source.body_hash)


def home(source: Source | Asked) -> Home:
    """Where a source is at home, as far as its dates need it."""
    language = source.language or source.feed_language
    return Home(
        zone=source.zone or source.inferred_zone,
        confidence=None if source.zone else source.zone_confidence,
        language=language,
        country=homes.country(language, source.site, source.url),
    )


def item_counts(session: Session) -> dict[int, int]:
    """How many items are kept of each source."""
    return dict(session.exec(select(Item.source_id, func.count()).group_by(col(Item.source_id))).all())


def entry_times(session: Session, source_id: int) -> Sequence[datetime]:
    """When the last entries of a source were published, the newest first."""
    return session.connection().execute(_TIMES, {"source_id": source_id}).scalars().all()


def active_days(session: Session, source_id: int) -> list[date]:
    """The last days (UTC) on which a source published something, the newest first."""
    day = func.date(Item.timestamp)
    query = select(day).where(Item.source_id == source_id).distinct().order_by(day.desc())
    return [date.fromisoformat(str(found)) for found in session.exec(query.limit(RHYTHM_ENTRIES))]


def moves(session: Session, source_id: int | None = None) -> dict[int, list[Move]]:
    """The addresses that each source had, or one source, the oldest first."""
    query = select(Move).order_by(col(Move.id))
    if source_id is not None:
        query = query.where(Move.source_id == source_id)
    found = defaultdict[int, list[Move]](list)
    for move in session.exec(query):
        found[move.source_id].append(move)
    return found


def known(session: Session, source_id: int, arrived: Iterable[Arrival]) -> list[Known]:
    """The items of a source that a document's entries may be, and those that were purged."""
    names = [arrival.names for arrival in arrived]
    given = {
        "source_id": source_id,
        "keys": list({key for name in names for key in (name.key, name.plain, name.full)}),
        "aliases": list({name.alias for name in names}),
    }
    connection = session.connection()
    gone = [Known(None, **row._mapping) for row in connection.execute(_PURGED, given)]
    return [Known(*row) for row in connection.execute(_KNOWN, given)] + gone


def keep(session: Session, source_id: int, changes: Changes, now: datetime) -> list[New]:
    """Write what a document changed: new items with their stories; keys, revisions, dates of known ones.

    What is given back are the new items.
    """
    source = session.get_one(Source, source_id)
    new = stories.tell(session, source, changes.new, now)
    for number, key in changes.keys.items():
        session.get_one(Item, number).key = key
    changed = []
    for number, arrival in changes.revised.items():
        item = session.get_one(Item, number)
        _keep_as_it_was(session, item, now)
        for name in ENTRY_FIELDS:
            if name not in DATES:
                setattr(item, name, getattr(arrival.entry, name))
        _correct(item, arrival.entry)
        item.fingerprint = arrival.fingerprint
        item.canonical_url, item.alias = arrival.canonical_url, arrival.names.alias
        item.revised_at = now
        changed.append(item)
    for number, arrival in changes.corrected.items():
        item = session.get_one(Item, number)
        _correct(item, arrival.entry)
        changed.append(item)
    stories.redraw(session, source, changed)
    for key, arrival in changes.purged.items():
        session.delete(session.get_one(PurgedKey, (source_id, key)))
        session.flush()
        session.add(_purged(source_id, arrival))
    return new


def _purged(source_id: int, arrival: Arrival) -> PurgedKey:
    return PurgedKey(
        source_id=source_id,
        key=arrival.key,
        alias=arrival.names.alias,
        canonical_url=arrival.canonical_url,
        title=arrival.entry.title,
        timestamp=arrival.timestamp,
    )


def _keep_as_it_was(session: Session, item: Item, now: datetime) -> None:
    """Keep what an item says before it is revised, once, however often it goes there and back.

    Of the many texts of one that changes for ever the first and the last are kept.
    """
    kept = session.exec(select(Revision).where(Revision.item_id == item.id).order_by(col(Revision.id))).all()
    said = (item.title, item.summary, item.content)
    if any((one.title, one.summary, one.content) == said for one in kept):
        return
    for one in kept[1 : max(len(kept) - MOST_REVISIONS + 2, 1)]:
        session.delete(one)
    assert item.id is not None
    session.add(
        Revision(item_id=item.id, at=now, title=item.title, summary=item.summary, content=item.content)
    )


def _correct(item: Item, entry: Entry) -> None:
    """Take over the dates that a source has corrected."""
    before = item.published, item.updated
    for name in DATES:
        setattr(item, name, ingest.correction(getattr(item, name), getattr(entry, name)))
    if (item.published, item.updated) != before:
        item.timestamp = ingest.reordered(item, item.timestamp, item.first_seen_at)


def purge(session: Session, items: Collection[Item]) -> None:
    """Delete items, remembering their names so that no poll takes them for new ones."""
    told = {item.story_id for item in items}
    for item in items:
        known_by = {name: getattr(item, name) for name in PURGED}
        session.merge(PurgedKey(source_id=item.source_id, **known_by))
        session.delete(item)
    settle(session, told)
