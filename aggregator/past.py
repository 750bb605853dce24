"""What was public at an instant, rendered again from the record and held against the digests of that time.

publications ─> for each file, when it was last written ─> the newspaper of then ─> its bytes now
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlmodel import Session, col, select

from aggregator.newspaper import Document, Newspaper, documents
from config.errors import NewsdeskError, UsageFault
from config.options import PRIVATE
from curation import history
from curation.lineup import Site
from curation.tables import Publication
from feeds.opml import Outline


@dataclass(frozen=True, slots=True)
class Copy:
    """A file as it is rendered from what was public, since when that was so, and the digest of then."""

    name: str
    published_at: datetime
    sha256: str
    body: bytes

    @property
    def is_same(self) -> bool:
        """Whether these are the very bytes that were public."""
        return sha256(self.body).hexdigest() == self.sha256


def as_of(session: Session, at: datetime, only: str | None = None) -> list[Copy]:
    """The files that were public at an instant, or those of one edition, a private one if it is named.

    Pages of history are left out: they are as they were. Raises NewsdeskError where nothing is on record.
    """
    documents_at: dict[datetime, dict[str, Document]] = {}
    copies = []
    for name in _documents(session, at):
        written = _written(session, name, at)
        if written is None or not _is_asked(written, only):
            continue
        if written.at not in documents_at:
            documents_at[written.at] = _documents(session, written.at)
        if document := documents_at[written.at].get(name):
            copies.append(Copy(name, written.at, written.sha256, document.render()))
    if not copies:
        raise NewsdeskError(
            f"{at:%Y-%m-%d %H:%M:%S} UTC: nothing is on record that was public then",
            "retention.publications says how long it is kept",
        )
    return copies


def _is_asked(written: Publication, only: str | None) -> bool:
    return not written.path.startswith(PRIVATE) if only is None else written.edition == only


def lay_out(folder: Path, copies: list[Copy], public: Path) -> None:
    """Write copies into a folder; raises UsageFault for the one that is public, or that cannot be written."""
    if folder.resolve() == public.resolve():
        raise UsageFault(f"{folder}: is the published folder", "name another, such as one yet to be made")
    try:
        for copy in copies:
            (folder / copy.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / copy.name).write_bytes(copy.body)
    except OSError as error:
        raise UsageFault(
            f"{folder}: cannot be written: {error.strerror or error}",
            "name a folder that this user may write",
        ) from error


def _documents(session: Session, at: datetime) -> dict[str, Document]:
    """The documents of the newspaper on record for an instant, by name."""
    row = history.site_at(session, at)
    if row is None:
        return {}
    lineups = {
        slug: history.whole(session, found)
        for slug in row.editions
        if (found := history.lineup_at(session, slug, at)) is not None
    }
    reading, site = tuple(Outline.model_validate(outline) for outline in row.reading), Site(**row.site)
    above = f"{site.base_url}{PRIVATE}"
    private = frozenset(slug for slug, feed in lineups.items() if (feed.feed_url or "").startswith(above))
    return {one.name: one for one in documents(Newspaper(lineups, reading, private=private), site)}


def _written(session: Session, name: str, at: datetime) -> Publication | None:
    """When a file that was public at an instant was written, with its digest."""
    query = select(Publication).where(Publication.path == name, Publication.at <= at)
    order = (col(Publication.at).desc(), col(Publication.id).desc())
    return session.exec(query.order_by(*order).limit(1)).first()
