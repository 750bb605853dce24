"""Editions -> files, whole or not at all.

Each file is written beside its place, synced and renamed over it; a file whose bytes would be the
same is left alone, so that its time and its readers' caches stay true.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from aggregator import sources, store
from config.errors import UsageFault
from config.options import Edition
from curation import pages
from curation.lineup import Site, lineup
from curation.pages import Pages
from curation.tables import Decision, Publication
from feeds import jsonfeed, opml, page, pagenames, proof, render, sitemap, specimen, theme
from feeds.entries import Feed
from feeds.tables import Item, Revision

BESIDE = ".newsdesk-"  # how a file begins that is being written

Lineups = dict[str, Feed]


@dataclass(slots=True)
class Published:
    """What a publish did: the files written, those that were the same already, and when."""

    at: datetime
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Newspaper:
    """Everything public at an instant: the line-ups in the order of the editions, and what is read.

    `newest` are the last item, revision and decision: what the pages beside the line-ups show changes with
    them. The `pages` are gathered for who writes them.
    """

    lineups: Lineups
    reading: tuple[opml.Outline, ...]
    newest: tuple[int | None, ...] = ()
    pages: Pages | None = field(default=None, compare=False)
    decision_id: int | None = field(default=None, compare=False)

    @property
    def public_ids(self) -> set[str]:
        """The ids of every entry that readers see."""
        return {entry.guid for feed in self.lineups.values() for entry in feed.entries}


def newspaper(
    session: Session, editions: Sequence[Edition], site: Site, at: datetime, quorum: int
) -> Newspaper:
    """What is to be public at an instant, not yet rendered."""
    return Newspaper(
        lineups={edition.slug: lineup(session, edition, site, at, quorum) for edition in editions},
        reading=tuple(sources.outlines(store.sources(session))),
        newest=tuple(session.exec(select(func.max(row.id))).one() for row in (Item, Revision, Decision)),
        decision_id=session.exec(select(func.max(Decision.id)).where(Decision.at <= at)).one(),
    )


def published_at(session: Session) -> datetime | None:
    """When something was last written by a publish of the whole; None where nothing was."""
    of_the_whole = select(func.max(Publication.at)).where(col(Publication.edition).is_(None))
    return session.exec(of_the_whole).one()


def with_pages(
    session: Session,
    paper: Newspaper,
    editions: Sequence[Edition],
    site: Site,
    at: datetime,
    quorum: int,
    since: datetime | None,
) -> Newspaper:
    """A newspaper with the pages that changed since an instant; with every page where none is given."""
    gathered = pages.gathered(session, editions, paper.lineups, site, at, quorum, since)
    return replace(paper, pages=gathered)


def documents(paper: Newspaper, site: Site) -> Iterator[tuple[str, str | None, bytes]]:
    """The files of a newspaper, as name, edition and bytes."""
    for slug, feed in paper.lineups.items():
        yield from _edition(slug, feed, site)
    if paper.pages is not None:
        yield from _pages(paper.pages)
    yield "sources.opml", None, opml.write(f"Sources of {site.title}", paper.reading)


def _pages(shown: Pages) -> Iterator[tuple[str, str | None, bytes]]:
    masthead, shelves = shown.masthead, shown.shelves
    if masthead.theme is not None:
        specimen.draw(masthead)
    yield "index.html", None, page.front(masthead, shelves)
    for shelf in shelves:
        yield f"{shelf.slug}.html", shelf.slug, page.edition(masthead, shelf)
    for section in shown.sections:
        yield section.name, None, page.section(masthead, section)
    for day in shown.days:
        yield pagenames.day(day.of), None, page.day(masthead, day)
    for pick in shown.permalinks:
        yield pick.name, pick.edition.name, page.permalink(masthead, pick)
    for gone in shown.gone:
        yield gone.name, gone.edition.name, page.gone(masthead, gone)
    yield "sitemap.xml", None, sitemap.write(masthead, shelves, map(pagenames.day, shown.days_of_late))
    yield "robots.txt", None, sitemap.robots(masthead)


def _edition(slug: str, feed: Feed, site: Site) -> Iterator[tuple[str, str, bytes]]:
    def at(ending: str) -> Feed:
        return feed.model_copy(update={"feed_url": f"{site.base_url}{slug}.{ending}"})

    yield f"{slug}.rss", slug, render.rss(at("rss"))
    yield f"{slug}.atom", slug, render.atom(at("atom"))
    yield f"{slug}.json", slug, jsonfeed.render(proof.proofread(at("json")))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One publisher at a time: who comes second never writes over the first what is older.

    Raises UsageFault where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f"{BESIDE}lock").open("w")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(
    folder: Path, paper: Newspaper, site: Site, at: datetime, only: str | None = None
) -> tuple[Published, list[Publication]]:
    """Bring the folder, or the files of one edition, to a newspaper.

    Every document is rendered before the first file is touched. Raises UsageFault where the
    folder cannot be written.
    """
    try:
        ready = [document for document in documents(paper, site) if only in (None, document[1])]
    except theme.BrokenTemplate as error:
        raise UsageFault(f"theme: {error}", "mend the template, or take it out of the theme") from error
    done, records = Published(at), []
    try:
        sweep(folder)
        for name in paper.pages.withdrawn if paper.pages else ():
            if (folder / name).is_file():
                (folder / name).unlink()
                done.removed.append(name)
        for name, edition, body in ready:
            if put(folder / name, body):
                done.written.append(name)
                digest = sha256(body).hexdigest()
                records.append(
                    Publication(
                        at=at, path=name, edition=edition, sha256=digest, decision_id=paper.decision_id
                    )
                )
            else:
                done.unchanged.append(name)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return done, records


def _unwritable(folder: Path, error: OSError) -> UsageFault:
    return UsageFault(
        f"{folder}: cannot be written: {error.strerror or error}",
        "name a folder that this user may write as output",
    )


def put(path: Path, body: bytes) -> bool:
    """Replace a file by these bytes at once, durably; False where it has them already."""
    if path.is_file() and path.read_bytes() == body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{BESIDE}{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)
    return True


def sweep(folder: Path) -> None:
    """Remove what a killed publish left half-written; what a living process writes is left alone."""
    for left in folder.glob(f"{BESIDE}*.*"):
        number = left.suffix.removeprefix(".")
        if not (number.isdecimal() and Path(f"/proc/{number}").exists()):
            left.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
