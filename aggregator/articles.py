"""An article from outside the sources, at an address that an editor gives, as an item like any other.

address ─> fetched ─> read by a parser process ─> what the editor says instead ─> item of the manual source
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from aggregator import ingest, store
from aggregator.answers import Address, Document, Failure
from aggregator.poll import Poller
from aggregator.sources import REMEDIES
from config.errors import NewsdeskError
from curation import search
from feeds import urls
from feeds.entries import Entry, Feed
from feeds.tables import Item, Source, Status

ADDED = "urn:newsdesk:added"  # the address of the manual source; nobody can ask for it
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"


class ArticleRefused(NewsdeskError):
    """An address that brings no article."""


async def look(poller: Poller, url: str, given: Mapping[str, Any]) -> Entry:
    """The article at an address, with what an editor says of it in place of what its page does.

    Raises ArticleRefused where there is none.
    """
    answer = await poller.fetcher.fetch(Address(0, url, accept=ACCEPT))
    read = await poller.parsers.article(answer) if isinstance(answer, Document) else answer
    if not isinstance(read, Entry):
        raise _refused(url, read)
    entry = read.model_copy(update=dict(given))
    if not entry.title:
        raise ArticleRefused(f"{url}: has no title", "give one with --title")
    return entry


def _refused(url: str, answer: object) -> ArticleRefused:
    assert isinstance(answer, Failure), "nobody asked whether it was modified"
    if answer.kind == "no_article":
        return ArticleRefused(f"{url}: {answer.message}", "give the address of the article")
    return ArticleRefused(
        f"{url}: {answer.kind}: {answer.message}", REMEDIES.get(answer.kind, "check the address")
    )


def known(session: Session, url: str) -> int | None:
    """The number of the first item that has this address, however it is written."""
    at_it = select(Item.id).where(search.kept(Item), Item.canonical_url == urls.canonical(url))
    return session.exec(at_it.order_by(col(Item.id))).first()


def keep(session: Session, entry: Entry, now: datetime) -> int:
    """Keep an article as an item of the manual source; its number."""
    source = _source(session, now)
    assert source.id is not None
    (arrival,) = ingest.arrivals(Feed(entries=(entry,)), ADDED, now)
    (item,) = store.keep(session, source.id, ingest.Changes((arrival,)), now)
    assert item.id is not None
    return item.id


def _source(session: Session, now: datetime) -> Source:
    """The source of what editors add, made with the first of it."""
    found = store.source_at(session, ADDED)
    if found is None:
        found = Source(url=ADDED, canonical_url=ADDED, added_at=now, next_poll_at=now, status=Status.MANUAL)
        found.title, found.next_poll_reason = "Added by editors", "it is no feed"
        session.add(found)
        session.flush()
    return found
