"""The queries on sources and items. Nothing here commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select

from aggregator import cadence, stories
from aggregator.answers import Address
from aggregator.ingest import Arrival, Changes, Known
from config.errors import UsageFault
from feeds import urls
from feeds.entries import Entry, Home
from feeds.tables import Item, Move, PurgedKey, Revision, Source, Status

RHYTHM_ENTRIES = 20
NO_FEEDS = (Status.REMOVED, Status.MANUAL)
KNOWN = tuple(getattr(Item, field.name) for field in fields(Known))  # a row is a Known
ENTRY_FIELDS = tuple(Entry.model_fields)


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


def source_at(session: Session, url: str) -> Source | None:
    """The source with this address, however it is written; also one that was removed."""
    return session.exec(select(Source).where(Source.canonical_url == urls.canonical(url))).first()


def due(session: Session, now: datetime, limit: int | None = None) -> list[Address]:
    """The active sources whose next poll is due, the longest due first.

    One that has become due while nobody looked waits on through an hour that its feed wants skipped.
    """
    query = (
        select(Source)
        .where(Source.status == Status.ACTIVE, Source.next_poll_at <= now)
        .where(or_(col(Source.not_before_at).is_(None), col(Source.not_before_at) <= now))
        .order_by(col(Source.next_poll_at), col(Source.id))
        .limit(limit)
    )
    return [address(row) for row in session.exec(query) if not _sleeps(row, now)]


def _sleeps(source: Source, now: datetime) -> bool:
    """Whether its feed wants this hour skipped, and no editor asked for it or set its interval."""
    heeded = source.next_poll_terms and not source.interval
    return bool(heeded and source.pace and cadence.awake(now, source.pace) != now)


def address(source: Source) -> Address:
    """What a poll must know of a source."""
    assert source.id is not None
    return Address(source.id, source.url, source.etag, source.last_modified, home(source), source.body_hash)


def home(source: Source) -> Home:
    """Where a source is at home, as far as its dates need it."""
    return Home(zone=source.zone)


def item_counts(session: Session) -> dict[int, int]:
    """How many items are kept of each source."""
    return dict(session.exec(select(Item.source_id, func.count()).group_by(col(Item.source_id))).all())


def entry_times(session: Session, source_id: int) -> Sequence[datetime]:
    """When the last entries of a source were published, the newest first."""
    query = select(Item.timestamp).where(Item.source_id == source_id).order_by(col(Item.timestamp).desc())
    return session.exec(query.limit(RHYTHM_ENTRIES)).all()


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
    """The items of a source that a document's entries may be, and the keys that were purged."""
    keys = {arrival.key for arrival in arrived}
    addresses = {arrival.canonical_url for arrival in arrived if arrival.canonical_url}
    may_be = or_(col(Item.key).in_(keys), col(Item.canonical_url).in_(addresses))
    rows = session.connection().execute(
        select_columns(*KNOWN).where(col(Item.source_id) == source_id, may_be)
    )
    purged = session.exec(
        select(PurgedKey.key).where(PurgedKey.source_id == source_id, col(PurgedKey.key).in_(keys))
    )
    return [Known(*row) for row in rows] + [Known(None, key) for key in purged]


def keep(session: Session, source_id: int, changes: Changes, now: datetime) -> None:
    """Write what a document changed: new items with their stories, and revisions of known ones."""
    stories.tell(session, [_item(source_id, arrival, now) for arrival in changes.new])
    for number, arrival in changes.revised.items():
        item = session.get_one(Item, number)
        session.add(
            Revision(item_id=number, at=now, title=item.title, summary=item.summary, content=item.content)
        )
        for name in ENTRY_FIELDS:
            setattr(item, name, getattr(arrival.entry, name))
        item.fingerprint = arrival.fingerprint
        item.canonical_url = arrival.canonical_url
        item.revised_at = now


def _item(source_id: int, arrival: Arrival, now: datetime) -> Item:
    said = {name: getattr(arrival.entry, name) for name in ENTRY_FIELDS}
    return Item(
        **said,
        source_id=source_id,
        story_id=0,
        key=arrival.key,
        public_id=arrival.public_id,
        global_id=arrival.global_id,
        canonical_url=arrival.canonical_url,
        fingerprint=arrival.fingerprint,
        timestamp=arrival.timestamp,
        first_seen_at=now,
    )


def purge(session: Session, items: Collection[Item]) -> None:
    """Delete items, remembering their keys so that no poll takes them for new ones."""
    for item in items:
        session.merge(PurgedKey(source_id=item.source_id, key=item.key))
        session.delete(item)
