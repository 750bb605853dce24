"""Feeds written as Atom 1.0 (RFC 4287) and RSS 2.0: the same value gives the same bytes on any machine.

feedgen writes the elements that it writes correctly; `feeds.elements` the rest.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator

from feeds import elements, generator
from feeds.entries import Entry, Feed, Person
from feeds.proof import apart, updated_at

# Plain text and links, where a reader may take `&amp;` and `&lt;` for HTML; `&#x26;` and `&#x3C;`, which
# are the same to XML, say that they are meant (RSS Best Practices Profile, character data).
PLAIN = re.compile(
    rb"<(title|subtitle|description|rights|copyright|summary|name|category|source|dc:\w+)\b[^<>]*>[^<]*&[^<]*</\1>"
    rb"|<(?:atom:)?(?:link|category) [^<>]*&[^<>]*>"
)


def atom(feed: Feed) -> bytes:
    """The feed, which was proofread, as an Atom document in UTF-8."""
    document = _document(feed, "application/atom+xml", elements.AtomFeed, elements.AtomEntry)
    document.logo(feed.logo)  # feedgen would make it the image of an RSS channel too
    # An entry without an author needs one on the feed (RFC 4287 §4.1.1).
    document.author([_author(person) for person in feed.authors] or {"name": feed.title})
    document.generator(generator.NAME, version=generator.version(), uri=generator.URI)
    for entry, updated in zip(feed.entries, apart(feed.entries, updated_at(feed)), strict=True):
        _add_atom_entry(document, feed, entry, updated)
    return _meant(document.atom_str(pretty=True))


def rss(feed: Feed) -> bytes:
    """The feed, which was proofread, as an RSS document in UTF-8, its dates in UTC."""
    document = _document(feed, "application/rss+xml", elements.RssFeed, elements.RssItem)
    document.description(feed.description or feed.title)
    # feedgen's own date calls setlocale, which holds for the whole process; RssFeed writes ours.
    document._FeedGenerator__rss_lastBuildDate = None
    if picture := next((url for url in (feed.logo, feed.icon) if url and _is_picture(url)), None):
        document.image(url=picture, title=feed.title, link=_site(feed))
    document.generator(f"{generator.NAME} {generator.version()} ({generator.URI})")
    if feed.pace and feed.pace.ttl:
        document.ttl(max(feed.pace.ttl // 60, 1))
    for entry in feed.entries:
        _add_rss_item(document, feed, entry)
    return _meant(document.rss_str(pretty=True))


def _meant(document: bytes) -> bytes:
    """The document with the signs of its plain texts written as ones that are meant."""
    return PLAIN.sub(
        lambda found: found[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;"), document
    )


def _document(feed: Feed, media_type: str, of_feed: type, of_entry: type) -> FeedGenerator:
    document = FeedGenerator()
    document.register_extension("newsdesk", of_feed, of_entry)
    document.newsdesk.feed = feed
    document.id(feed.id)
    document.title(feed.title)
    document.updated(updated_at(feed))
    document.subtitle(feed.description or None)
    document.language(feed.language)
    document.icon(feed.icon)
    document.rights(feed.rights)
    if feed.feed_url:
        document.link(href=feed.feed_url, rel="self", type=media_type)
    # feedgen takes the last link for that of the RSS channel.
    document.link(href=_site(feed), rel="alternate", type="text/html")
    return document


def _add_atom_entry(document: FeedGenerator, feed: Feed, entry: Entry, updated: datetime) -> None:
    item = _add_entry(document, feed, entry)
    item.updated(updated)
    item.summary(entry.summary, type="text")
    item.author([_author(person) for person in entry.authors])
    item.rights(entry.rights)
    if entry.published and entry.published.at:
        item.published(entry.published.at.astimezone(UTC))
    if entry.content:
        item.content(entry.content, type="html")
    elif not entry.url:
        # Without a page to link to there must be content (RFC 4287 §4.1.1.1).
        item.content(html.escape(entry.summary, quote=False), type="html")


def _add_rss_item(document: FeedGenerator, feed: Feed, entry: Entry) -> None:
    item = _add_entry(document, feed, entry)
    item.guid(entry.guid, permalink=entry.guid == entry.url)
    # RSS readers take a description for HTML.
    item.description(html.escape(entry.summary, quote=False))
    item.comments(entry.comments)
    if entry.content:
        item.content(entry.content)
    if entry.enclosures:
        first = entry.enclosures[0]
        item.enclosure(first.url, first.length or 0, first.type)


def _add_entry(document: FeedGenerator, feed: Feed, entry: Entry) -> Any:
    item = document.add_entry(order="append")
    item.newsdesk.feed, item.newsdesk.entry = feed, entry
    item.id(entry.guid)
    item.title(entry.title)
    item.category([{"term": term} for term in entry.categories])
    if entry.url:
        item.link(href=entry.url, rel="alternate")
    return item


def _author(person: Person) -> dict[str, str]:
    return person.model_dump(exclude_none=True)


def _site(feed: Feed) -> str:
    return feed.url or feed.feed_url or feed.id


def _is_picture(url: str) -> bool:
    """RSS readers draw GIF, JPEG and PNG; an address without an ending may be any of these."""
    ending = url.rsplit(".", 1)[-1].lower()
    return ending in ("gif", "jpeg", "jpg", "png") or not re.fullmatch(r"\w+", ending)
