"""What is public at an instant: the line-ups, and the documents that show them, not yet rendered.

    database ─> newspaper ─> documents ─> (aggregator.publish) ─> files

A document says what it is rendered from, so that who has it already need not render it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from pydantic_core import to_json
from sqlalchemy import func
from sqlmodel import Session, select

import feeds
from aggregator import sources, store
from config.options import Edition
from curation.lineup import Site, lineup
from curation.tables import Decision
from feeds import jsonfeed, opml, page, proof, render
from feeds.entries import Feed

RENDERED_BY = ("feedgen", "lxml", "jinja2")  # the libraries whose words stand in what is published

NAME = re.compile(r"([^/.\0][^/\0]*/)?[^/.\0][^/\0]*")

Lineups = dict[str, Feed]


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the published folder: its name there, with at most one folder, and how it is rendered.

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

    What stands under the prefixes `kept`, such as `days/`, stays though no document of this newspaper
    is there, unless it is among the names `removed`.
    """

    lineups: Lineups
    reading: tuple[opml.Outline, ...]
    decision_id: int | None = field(default=None, compare=False)
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

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
    lineups = {edition.slug: lineup(session, edition, site, at, quorum) for edition in editions}
    return Newspaper(
        lineups={slug: feed.model_copy(update={"hub": hub}) for slug, feed in lineups.items()},
        reading=tuple(sources.outlines(store.sources(session))),
        decision_id=session.exec(select(func.max(Decision.id)).where(Decision.at <= at)).one(),
    )


def documents(paper: Newspaper, site: Site) -> Iterator[Document]:
    """The files of a newspaper."""
    shelves = [page.Shelf(slug=slug, feed=feed) for slug, feed in paper.lineups.items()]
    said = {shelf.slug: basis(shelf.feed) for shelf in shelves}
    for shelf in shelves:
        yield from _edition(shelf, site, said[shelf.slug])
    yield Document(
        "index.html",
        None,
        basis("front page", site, said),
        lambda: page.front(site.title, site.language, shelves, site.base_url),
    )
    title = f"Sources of {site.title}"
    yield Document(
        "sources.opml",
        None,
        basis("opml", title, paper.reading),
        lambda: opml.write(title, paper.reading),
    )


def _edition(shelf: page.Shelf, site: Site, said: str) -> Iterator[Document]:
    slug, feed = shelf.slug, shelf.feed

    def at(ending: str) -> Feed:
        return feed.model_copy(update={"feed_url": f"{site.base_url}{slug}.{ending}"})

    renders: dict[str, Callable[[], bytes]] = {
        "rss": lambda: render.rss(at("rss")),
        "atom": lambda: render.atom(at("atom")),
        "json": lambda: jsonfeed.render(proof.proofread(at("json"))),
        "html": lambda: page.edition(site.title, site.language, shelf, site.base_url),
    }
    for ending, rendered in renders.items():
        yield Document(f"{slug}.{ending}", slug, basis(ending, site, slug, said), rendered)


def is_feed(name: str, edition: str | None) -> bool:
    """Whether a document is one that readers subscribe to: an edition in RSS, Atom or JSON Feed."""
    return edition is not None and name in {f"{edition}.{ending}" for ending in ("rss", "atom", "json")}


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
