"""The pages of an edition's history (RFC 5005 §4): all that was ever public in it, with its line-up.

Entries wait for a page in the order in which they were first public. A page closes when as many wait as
it holds and one of them has left the line-up, so that little is ever in neither. Closed, it stays as it
is, but that an entry which is taken back leaves it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select, update

from config.options import Edition
from curation.tables import Appearance, PublishedEntry, PublishedPage
from curation.withdrawn import tombstone
from feeds.entries import Entry, Feed

LONGEST = 100  # entries of a page; half the edition's limit where that is less
MOST_PAGES = 50  # to be written at once


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an edition's history, ready to render; `path` is how the names of its files begin."""

    edition: str
    path: str
    number: int
    feed: Feed


def page_name(path: str, number: int, ending: str = "atom") -> str:
    """The name of a page of history of an edition, by how the names of its files begin."""
    return f"{path}/archive-{number}.{ending}"


def address(base_url: str, path: str, number: int) -> str | None:
    """Where readers find a page of history, in Atom; None for a number below 1."""
    return base_url + page_name(path, number) if number > 0 else None


def newest_page(session: Session, edition: str, *, written: bool = False) -> int:
    """The number of the last page that closed, or that was written too; 0 where none was."""
    numbers = select(func.max(PublishedPage.number)).where(PublishedPage.edition == edition)
    if written:
        numbers = numbers.where(col(PublishedPage.is_written))
    return session.exec(numbers).one() or 0


def close(session: Session, edition: Edition, feed: Feed, at: datetime) -> Feed:
    """Close the pages of history that are complete; the line-up with the newest of them before it."""
    size = min(LONGEST, max(edition.limit // 2, 1))
    shown = {entry.guid for entry in feed.entries}
    query = select(Appearance).where(
        Appearance.edition == edition.slug, col(Appearance.queued_at).is_not(None)
    )
    waiting = session.exec(query.order_by(col(Appearance.queued_at), col(Appearance.id))).all()
    number = newest_page(session, edition.slug)
    while len(waiting) >= size and any(row.guid not in shown for row in waiting):
        number += 1
        _close_one(session, number, waiting[:size], feed, at)
        waiting = waiting[size:]
    return feed.model_copy(update={"previous": address(feed.url or "", edition.path, number)})


def _close_one(session: Session, number: int, rows: Sequence[Appearance], feed: Feed, at: datetime) -> None:
    for row in rows:
        row.queued_at, row.archived_id, row.pages = None, row.entry_id, (*row.pages, number)
    numbers = tuple(row.entry_id for row in reversed(rows))
    kept = update(PublishedEntry).where(col(PublishedEntry.id).in_(numbers))
    session.exec(kept.values(archived=True))
    still = {"entries": (), "deleted": (), "updated": at, "archive": True, "hub": None}
    channel = feed.model_copy(update=still)
    session.add(
        PublishedPage(edition=rows[0].edition, number=number, closed_at=at, channel=channel, entries=numbers)
    )


def unwritten(session: Session, base_url: str, editions: Iterable[Edition]) -> tuple[Page, ...]:
    """The pages of history of editions that are not published as they are to be, the oldest first."""
    paths = {edition.slug: edition.path for edition in editions}
    query = select(PublishedPage).where(
        ~col(PublishedPage.is_written), col(PublishedPage.edition).in_(sorted(paths))
    )
    order = (col(PublishedPage.edition), col(PublishedPage.number))
    rows = session.exec(query.order_by(*order).limit(MOST_PAGES))
    return tuple(_page(session, row, base_url, paths[row.edition]) for row in rows)


def _page(session: Session, row: PublishedPage, base_url: str, path: str) -> Page:
    """A page as it is to be: what was taken back since has left it, and is told to have."""
    held = entries(session, row.entries)
    became = appearances(session, row.edition, {entry.guid for entry in held})
    gone = {guid: row for guid, row in sorted(became.items()) if row.withdrawn_at is not None}
    feed = row.channel.model_copy(
        update={
            "entries": tuple(entry for entry in held if entry.guid not in gone),
            "deleted": tuple(tombstone(row) for row in gone.values()),
            "url": base_url,
            "feed_url": address(base_url, path, row.number),
            "current": f"{base_url}{path}.atom",
            "previous": address(base_url, path, row.number - 1),
        }
    )
    return Page(row.edition, path, row.number, feed)


def written(session: Session, pages: Iterable[Page]) -> None:
    """Keep that the published folder has some pages as they are to be."""
    for page in pages:
        session.get_one(PublishedPage, (page.edition, page.number)).is_written = True


def rewrite(session: Session, edition: str | None = None) -> None:
    """Let every page of history be written anew, or those of one edition."""
    pages = update(PublishedPage)
    if edition is not None:
        pages = pages.where(col(PublishedPage.edition) == edition)
    session.exec(pages.values(is_written=False))


def entries(session: Session, numbers: Sequence[int]) -> list[Entry]:
    """Entries by the numbers under which they are kept, in this order."""
    query = select_columns(col(PublishedEntry.id), col(PublishedEntry.value))
    rows = session.connection().execute(query.where(col(PublishedEntry.id).in_(numbers)))
    found = {number or 0: value for number, value in rows}
    return [found[number] for number in numbers]


def appearances(session: Session, edition: str, guids: Collection[str]) -> dict[str, Appearance]:
    """What became of entries in an edition, by their ids."""
    query = select(Appearance).where(col(Appearance.guid).in_(guids), Appearance.edition == edition)
    return {row.guid: row for row in session.exec(query)}
