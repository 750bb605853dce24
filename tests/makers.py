"""Makers: small documents and values in which only what matters to a test is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from aggregator import parser, parsers, poll, sources, store
from aggregator.answers import Document
from aggregator.app import Newsdesk
from aggregator.fetch import Fetcher
from aggregator.outcomes import Read
from aggregator.parsers import Parsers
from curation.tables import Rule
from feeds.entries import NOWHERE, Home

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def rss_item(guid: str, title: str = "", link: str = "", date: str = "", text: str = "") -> str:
    """One RSS item; what is empty is left out."""
    parts = {
        "guid": guid,
        "title": title or f"Title of {guid}",
        "link": link or f"https://site.example/{guid}",
        "pubDate": date,
        "description": text,
    }
    return (
        "<item>"
        + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items() if value)
        + "</item>"
    )


def rss(items: Iterable[str] = (), title: str = "A site", channel: str = "") -> str:
    """An RSS document, with more elements in its channel where they are given."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://site.example/</link><description>d</description>{channel}{''.join(items)}</channel></rss>"
    )


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        """Move the clock on, by so many seconds, minutes, hours or days."""
        self.at += timedelta(**by)
        return self.at


def a_minute_later(newsdesk: Newsdesk) -> datetime:
    """Move the clock of a newsroom on; when it is then."""
    assert isinstance(newsdesk.now, Clock)
    return newsdesk.now.move(minutes=1)


def read(document: Document, home: Home = NOWHERE, drawn: bool = False) -> Read:
    """A document as if it had just been fetched and read, its entries drawn too or not."""
    found = parsers.told(document, parser.answer(parsers.asked(document, home, drawn=drawn), document.body))
    assert isinstance(found, Read), found
    return found


def tagging(newsdesk: Newsdesk, query: str) -> None:
    """A rule, switched on, that tags what a query finds."""
    at = newsdesk.now()
    with newsdesk.database.writing() as session:
        row = Rule(name="r", query=query, act="tag", tag="t", since=at, created_by="ada", on_since=at)
        newsdesk.rulebook.add(session, row)


def keep(
    newsdesk: Newsdesk, document: str | bytes, url: str = "https://site.example/feed.xml", **given: object
) -> int:
    """Store a document as if it had just been fetched from a source; the number of the source."""
    body = document.encode() if isinstance(document, str) else document
    with newsdesk.database.writing() as session:
        row = store.source_at(session, url) or sources.add(session, url, newsdesk.now(), **given)
        address = store.address(row)
    fetcher = Fetcher(newsdesk.settings.fetch)
    options, rulebook = newsdesk.settings.poll, newsdesk.rulebook
    poller = poll.Poller(newsdesk.database, fetcher, Parsers(), options, newsdesk.now, rulebook)
    poller.store([(address, read(Document(url, body), address.home, address.body_hash is None))])
    return address.source_id


def documents(folder: Path) -> dict[str, bytes]:
    """What programs read in a published folder by name, without compressed variants and history."""
    shown = (".rss", ".atom", ".json", ".opml")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in shown}
