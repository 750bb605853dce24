"""What is public at an instant: the line-ups, and the documents that show them, not yet rendered.

    database ─> newspaper ─> documents ─> (aggregator.publish) ─> files

A document says what it is rendered from, so that who has it already need not render it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from pydantic_core import to_json
from sqlalchemy import func
from sqlmodel import Session, select

import feeds
from aggregator import sources
from config.options import PRIVATE, Edition
from curation import archive, history
from curation.archive import Page
from curation.lineup import Site, lineup
from curation.tables import Decision
from feeds import jsonfeed, opml, proof, render
from feeds.entries import Feed
from feeds.tables import Item, Revision

RENDERED_BY = ("feedgen", "lxml", "jinja2")  # the libraries whose words stand in what is published

NAME = re.compile(r"([^/.\0][^/\0]*/){0,3}[^/.\0][^/\0]*")

FORMATS: dict[str, Callable[[Feed], bytes]] = {
    "rss": render.rss,
    "atom": render.atom,
    "json": jsonfeed.render,
}

Lineups = dict[str, Feed]


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the published folder, or of the private one: its name there, and how it is rendered.

    `basis` is a digest of everything it is rendered from (`basis`): the same basis, the same bytes.
    """

    name: str
    edition: str | None
    basis: str
    render: Callable[[], bytes] = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a published file")


@dataclass(frozen=True, slots=True)
class Newspaper:
    """Everything public at an instant: the line-ups in the order of the editions, and what is read.

    `newest` are the last item, revision and decision: what pages show beside the line-ups changes with them.
    `past` are the pages of history that are to be written; `private` are the editions that need a token.
    """

    lineups: Lineups
    reading: tuple[opml.Outline, ...]
    newest: tuple[int | None, ...] = ()
    decision_id: int | None = field(default=None, compare=False)
    past: tuple[Page, ...] = ()
    private: frozenset[str] = frozenset()

    @property
    def public_ids(self) -> set[str]:
        """The ids of every entry that readers see."""
        return {entry.guid for feed in self.lineups.values() for entry in feed.entries}


def newspaper(
    session: Session,
    editions: Sequence[Edition],
    site: Site,
    at: datetime,
    quorum: int,
    hub: str | None = None,
) -> Newspaper:
    """What is to be public at an instant, not yet rendered; `hub` is where its changes are told (WebSub)."""
    private = frozenset(edition.slug for edition in editions if edition.is_private)
    lineups = {edition.slug: lineup(session, edition, site, at, quorum) for edition in editions}
    hubs = {slug: None if slug in private else hub for slug in lineups}
    return Newspaper(
        lineups={slug: feed.model_copy(update={"hub": hubs[slug]}) for slug, feed in lineups.items()},
        reading=tuple(sources.outlines(session)),
        newest=tuple(session.exec(select(func.max(row.id))).one() for row in (Item, Revision, Decision)),
        decision_id=session.exec(select(func.max(Decision.id)).where(Decision.at <= at)).one(),
        past=archive.unwritten(session, site.base_url, editions),
        private=private,
    )


def gone_to_press(
    session: Session,
    paper: Newspaper,
    editions: Sequence[Edition],
    site: Site,
    at: datetime,
    only: str | None = None,
) -> Newspaper:
    """What is public from an instant on, or one edition of it, on record before the first file is written.

    What readers may have seen is known then, whatever becomes of it.
    """
    lineups = paper.lineups | {
        edition.slug: history.record(session, edition, paper.lineups[edition.slug], at, paper.decision_id)
        for edition in editions
        if only in (None, edition.slug)
    }
    reading = [outline.model_dump(exclude_defaults=True) for outline in paper.reading]
    said = {name: value for name, value in asdict(site).items() if name != "theme"}
    history.record_site(session, said, list(lineups), reading, at)
    unwritten = archive.unwritten(session, site.base_url, editions)
    past = tuple(page for page in unwritten if only in (None, page.edition))
    return replace(paper, lineups=lineups, past=past)


def documents(paper: Newspaper, site: Site) -> Iterator[Document]:
    """What is read by programs: the editions as feeds, their history, and the list of sources."""
    for slug, feed in paper.lineups.items():
        path = f"{PRIVATE}{slug}" if slug in paper.private else slug
        yield from _edition(slug, path, feed, site)
    for past in paper.past:
        yield from _past(past)
    title = f"Sources of {site.title}"
    yield Document(
        "sources.opml",
        None,
        basis("opml", title, paper.reading),
        lambda: opml.write(title, paper.reading),
    )


def _past(past: Page) -> Iterator[Document]:
    """A page of history in each format that readers subscribe to."""
    proofread = cache(partial(proof.proofread, past.feed))
    for ending in FORMATS:
        name = archive.page_name(past.path, past.number, ending)
        said = basis(name, in_format(past.feed, ending))
        yield Document(name, past.edition, said, partial(_rendered, proofread, ending))


def _edition(slug: str, path: str, feed: Feed, site: Site) -> Iterator[Document]:
    said, proofread = basis(feed), cache(partial(proof.proofread, feed))
    for ending in FORMATS:
        shown = partial(_rendered, proofread, ending)
        yield Document(f"{path}.{ending}", slug, basis(ending, site.base_url, path, said), shown)


def _rendered(proofread: Callable[[], Feed], ending: str) -> bytes:
    return FORMATS[ending](in_format(proofread(), ending))


def is_feed(name: str, edition: str | None) -> bool:
    """Whether a document is one that readers subscribe to: an edition in RSS, Atom or JSON Feed."""
    return edition is not None and name.removeprefix(PRIVATE) in {f"{edition}.{ending}" for ending in FORMATS}


def in_format(feed: Feed, ending: str) -> Feed:
    """A feed whose own address, and those of its history, lead to documents of one format."""
    addresses = {name: getattr(feed, name) for name in ("feed_url", "current", "previous")}
    return feed.model_copy(
        update={name: f"{url.removesuffix('.atom')}.{ending}" for name, url in addresses.items() if url}
    )


def basis(*values: object) -> str:
    """A digest of values, and of the version of all that renders them."""
    return sha256(renderer().encode() + to_json(values)).hexdigest()[:32]


@cache
def renderer() -> str:
    """A digest of this version's formats and templates, and of the libraries they are rendered by."""
    folder = Path(feeds.__file__).parent
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".py", ".html", ".css"))
    digest = sha256(repr([version(name) for name in RENDERED_BY]).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
