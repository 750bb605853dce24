"""What was public when: each line-up as it went out, each entry once, and what became of it.

a line-up ─> entries by their digest ─> who came, who left ─> pages that close ─> the line-up on record
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, exists, select, update

from config.options import Edition
from curation import archive
from curation.tables import (
    Appearance,
    Publication,
    PublishedEntry,
    PublishedLineup,
    PublishedSite,
)
from curation.withdrawn import settle
from feeds.entries import Entry, Feed

RECORDS: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (PublishedLineup, ("edition",)),
    (Publication, ("path",)),
    (PublishedSite, ()),
)


def record(
    session: Session, edition: Edition, feed: Feed, at: datetime, decision_id: int | None = None
) -> Feed:
    """Keep that a line-up is public from an instant on; the same with the page of history before it.

    Nothing is written where the same was public before.
    """
    before = lineup_at(session, edition.slug, at)
    numbers = _kept(session, feed.entries, at)
    if before is not None and (before.channel, before.entries) == (_channel(feed), numbers):
        return feed
    shown = dict(zip((entry.guid for entry in feed.entries), numbers, strict=True))
    session.exec(update(PublishedEntry).where(col(PublishedEntry.id).in_(numbers)).values(shown_at=at))
    _show(session, edition.slug, shown, at)
    if before is not None:
        _let_go(session, edition.slug, set(before.entries) - set(numbers), shown, at)
    feed = archive.close(session, edition, feed, at)
    session.add(
        PublishedLineup(
            at=at, edition=edition.slug, channel=_channel(feed), entries=numbers, decision_id=decision_id
        )
    )
    session.flush()
    return feed


def record_site(
    session: Session,
    site: Mapping[str, Any],
    editions: Sequence[str],
    reading: Sequence[Mapping[str, Any]],
    at: datetime,
) -> None:
    """Keep what is public beside the line-ups, where it is not what was public before.

    Where the site is another, every page of history is to be written anew.
    """
    before = site_at(session, at)
    now: dict[str, Any] = {
        "site": dict(site),
        "editions": tuple(editions),
        "reading": [dict(one) for one in reading],
    }
    if before is None or before.site != site:
        archive.rewrite(session)
    if before is None or before.model_dump(include=set(now)) != now:
        session.add(PublishedSite(at=at, **now))


def lineup_at(session: Session, edition: str, at: datetime) -> PublishedLineup | None:
    """The line-up of an edition that was public at an instant, as far as it is on record."""
    query = select(PublishedLineup).where(PublishedLineup.edition == edition, PublishedLineup.at <= at)
    return session.exec(
        query.order_by(col(PublishedLineup.at).desc(), col(PublishedLineup.id).desc()).limit(1)
    ).first()


def site_at(session: Session, at: datetime) -> PublishedSite | None:
    """What was public at an instant beside the line-ups, as far as it is on record."""
    query = select(PublishedSite).where(PublishedSite.at <= at)
    return session.exec(
        query.order_by(col(PublishedSite.at).desc(), col(PublishedSite.id).desc()).limit(1)
    ).first()


def whole(session: Session, row: PublishedLineup) -> Feed:
    """A line-up on record with its entries."""
    return row.channel.model_copy(update={"entries": tuple(archive.entries(session, row.entries))})


def forget(session: Session, before: datetime) -> None:
    """Remove what is on record of the time before an instant, but for what was public then and stayed so.

    What a page of history holds, or an entry last said, is kept.
    """
    for table, of in RECORDS:
        later = aliased(table)
        of_same = [getattr(later, name) == getattr(table, name) for name in of]
        is_over = exists().where(*of_same, col(later.at) > col(table.at), col(later.at) <= before)
        session.exec(delete(table).where(col(table.at) < before, is_over))
    rows = session.exec(select(PublishedLineup.entries).where(col(PublishedLineup.at) < before))
    stayed = {number for numbers in rows for number in numbers}
    is_last = exists().where(
        col(Appearance.guid) == col(PublishedEntry.guid), col(Appearance.entry_id) == col(PublishedEntry.id)
    )
    session.exec(
        delete(PublishedEntry)
        .where(col(PublishedEntry.shown_at) < before, ~col(PublishedEntry.archived))
        .where(col(PublishedEntry.id).not_in(stayed), ~is_last)
    )


def _channel(feed: Feed) -> Feed:
    return feed.model_copy(update={"entries": ()})


def _digest(entry: Entry) -> str:
    return sha256(entry.model_dump_json(exclude_defaults=True).encode()).hexdigest()


def _kept(session: Session, entries: Sequence[Entry], at: datetime) -> tuple[int, ...]:
    """The numbers under which entries are kept, those that say something new from now on."""
    digests = [_digest(entry) for entry in entries]
    query = select(PublishedEntry.digest, PublishedEntry.id).where(col(PublishedEntry.digest).in_(digests))
    known = {digest: number or 0 for digest, number in session.exec(query)}
    new = {
        digest: PublishedEntry(digest=digest, guid=entry.guid, value=entry, shown_at=at)
        for digest, entry in zip(digests, entries, strict=True)
        if digest not in known
    }
    session.add_all(new.values())
    session.flush()
    known |= {digest: row.id or 0 for digest, row in new.items()}
    return tuple(known[digest] for digest in digests)


def _show(session: Session, edition: str, shown: Mapping[str, int], at: datetime) -> None:
    """Keep what readers are shown; what they never saw before waits for a page, the lowest first."""
    known = archive.appearances(session, edition, shown.keys())
    for guid, number in reversed(list(shown.items())):
        row = known.get(guid)
        if row is None:
            row = Appearance(
                guid=guid, edition=edition, first_at=at, shown_at=at, entry_id=number, queued_at=at
            )
        row.entry_id, row.shown_at = number, at
        settle(session, row, at, None)
    session.flush()


def _let_go(
    session: Session, edition: str, gone: Collection[int], shown: Mapping[str, int], at: datetime
) -> None:
    """Let what has left a line-up wait for a page, unless one holds what it last said."""
    query = select(PublishedEntry.guid).where(col(PublishedEntry.id).in_(gone))
    for row in archive.appearances(session, edition, set(session.exec(query)) - shown.keys()).values():
        if row.withdrawn_at is None and row.queued_at is None and row.archived_id != row.entry_id:
            row.queued_at = at
    session.flush()
