"""Feeds written as Atom 1.0 (RFC 4287) and RSS 2.0: the same value gives the same bytes on any machine.

feedgen writes the elements that it writes correctly; an extension of ours for each format writes the rest.
"""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeAlias

from feedgen.feed import FeedGenerator
from lxml.etree import SubElement

from feeds.entries import Editorial, Enclosure, Entry, Feed, Link, Person
from feeds.proof import changed_at, proofread, updated_at

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
NEWSDESK = "https://newsdesk.example/ns/1.0"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

MICROSECOND = timedelta(microseconds=1)

Element: TypeAlias = Any  # lxml publishes no types


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document in UTF-8, two entries of one instant kept a microsecond apart."""
    feed = proofread(feed)
    document = _document(feed, "application/atom+xml", AtomFeed, AtomEntry)
    # An entry without an author needs one on the feed (RFC 4287 §4.1.1).
    document.author([_author(person) for person in feed.authors] or {"name": feed.title})
    for entry, updated in zip(feed.entries, _apart(feed), strict=True):
        _add_atom_entry(document, feed, entry, updated)
    return bytes(document.atom_str(pretty=True))


def rss(feed: Feed) -> bytes:
    """The feed as an RSS document in UTF-8, its dates in UTC."""
    feed = proofread(feed)
    document = _document(feed, "application/rss+xml", RssFeed, RssItem)
    document.description(feed.description or feed.title)
    # feedgen's own date calls setlocale, which holds for the whole process; RssFeed writes ours.
    document._FeedGenerator__rss_lastBuildDate = None
    if feed.icon and _is_picture(feed.icon):
        document.image(url=feed.icon, title=feed.title, link=_site(feed))
    for entry in feed.entries:
        _add_rss_item(document, feed, entry)
    return bytes(document.rss_str(pretty=True))


class Extension:
    """What feedgen asks of an extension, with the feed and the entry to write."""

    feed: Feed
    entry: Entry


class AtomFeed(Extension):
    def extend_ns(self) -> dict[str, str]:
        return {"media": MEDIA, "newsdesk": NEWSDESK}

    def extend_atom(self, root: Element) -> None:
        root.find("updated").text = _rfc3339(updated_at(self.feed))


class AtomEntry(Extension):
    def extend_atom(self, element: Element) -> None:
        """Write what feedgen leaves out of an entry; it drops rel, type and length of every link."""
        entry = self.entry
        if entry.language and entry.language != self.feed.language:
            element.set(LANG, entry.language)
        for name in ("updated", "published"):
            for date in element.findall(name):
                date.text = date.text.replace("+00:00", "Z")
        for link in element.findall("link"):
            element.remove(link)
        _add_links(element, entry)
        _add_atom_source(element, entry)
        _add_media(element, entry.image, [each for each in entry.enclosures if each.duration])
        _add_editorial(element, entry.editorial)


class RssFeed(Extension):
    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "media": MEDIA, "newsdesk": NEWSDESK}

    def extend_rss(self, root: Element) -> None:
        channel = root.find("channel")
        if self.feed.id != self.feed.feed_url:
            _add(channel, f"{{{ATOM}}}id", self.feed.id)
        _add(channel, "lastBuildDate", _rfc822(updated_at(self.feed)))
        _add_creators(channel, self.feed.authors)


class RssItem(Extension):
    def extend_rss(self, element: Element) -> None:
        """Write what feedgen leaves out of an item; an author's name alone goes to dc:creator."""
        entry = self.entry
        if entry.published and entry.published.at:
            _add(element, "pubDate", _rfc822(entry.published.at))
        if entry.updated and entry.updated.at:
            _add(element, f"{{{ATOM}}}updated", _rfc3339(entry.updated.at))
        if entry.origin and entry.origin.feed_url:
            _add(element, "source", entry.origin.title, url=entry.origin.feed_url)
        _add_further_links(element, f"{{{ATOM}}}link", entry.links)
        _add_creators(element, entry.authors)
        if entry.language and entry.language != self.feed.language:
            _add(element, f"{{{DC}}}language", entry.language)
        if entry.rights:
            _add(element, f"{{{DC}}}rights", entry.rights)
        # RSS has room for one enclosure, and none for its duration.
        others = [each for each in entry.enclosures if each.duration or each is not entry.enclosures[0]]
        _add_media(element, entry.image, others)
        _add_editorial(element, entry.editorial)


def _document(feed: Feed, media_type: str, of_feed: type, of_entry: type) -> FeedGenerator:
    document = FeedGenerator()
    document.register_extension("newsdesk", of_feed, of_entry)
    document.newsdesk.feed = feed
    document.generator("newsdesk")
    document.id(feed.id)
    document.title(feed.title)
    document.updated(updated_at(feed))
    document.subtitle(feed.description or None)
    document.language(feed.language)
    document.icon(feed.icon)
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
        item.content(entry.summary, type="text")


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


def _add_links(element: Element, entry: Entry) -> None:
    if entry.url:
        _add(element, "link", rel="alternate", type="text/html", href=entry.url)
    for enclosure in entry.enclosures:
        length = {"length": str(enclosure.length)} if enclosure.length is not None else {}
        _add(element, "link", rel="enclosure", type=enclosure.type, **length, href=enclosure.url)
    if entry.comments:  # RFC 4685 §4
        _add(element, "link", rel="replies", type="text/html", href=entry.comments)
    _add_further_links(element, "link", entry.links)


def _add_further_links(element: Element, name: str, links: tuple[Link, ...]) -> None:
    for link in links:
        _add(element, name, **link.model_dump(exclude_none=True))


def _add_atom_source(element: Element, entry: Entry) -> None:
    """Name the feed an entry comes from, which stands for an author not known (RFC 4287 §4.2.11)."""
    if not (origin := entry.origin):
        return
    source = _add(element, "source")
    _add(source, "id", origin.id)
    _add(source, "title", origin.title)
    _add(source, "updated", element.findtext("published") or element.findtext("updated"))
    if origin.title and not entry.authors:
        _add(_add(source, "author"), "name", origin.title)
    if origin.url:
        _add(source, "link", rel="alternate", type="text/html", href=origin.url)
    if origin.feed_url:
        _add(source, "link", rel="self", href=origin.feed_url)


def _add_media(element: Element, image: str | None, enclosures: list[Enclosure]) -> None:
    if image:
        _add(element, f"{{{MEDIA}}}thumbnail", url=image)
    for enclosure in enclosures:
        numbers = {"fileSize": enclosure.length, "duration": enclosure.duration}
        known = {name: str(number) for name, number in numbers.items() if number}
        _add(element, f"{{{MEDIA}}}content", url=enclosure.url, type=enclosure.type, **known)


def _add_editorial(element: Element, editorial: Editorial | None) -> None:
    if not editorial:
        return
    if editorial.note:
        _add(element, f"{{{NEWSDESK}}}note", editorial.note)
    for editor in editorial.editors:
        _add(element, f"{{{NEWSDESK}}}editor", editor)
    if editorial.published:
        _add(element, f"{{{NEWSDESK}}}published", _rfc3339(editorial.published))


def _add_creators(element: Element, people: tuple[Person, ...]) -> None:
    for person in people:
        _add(element, f"{{{DC}}}creator", person.name)


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = SubElement(parent, name, **attributes)
    element.text = text
    return element


def _author(person: Person) -> dict[str, str]:
    return person.model_dump(exclude_none=True)


def _site(feed: Feed) -> str:
    return feed.url or feed.feed_url or feed.id


def _is_picture(url: str) -> bool:
    """RSS readers draw GIF, JPEG and PNG; an address without an ending may be any of these."""
    ending = url.rsplit(".", 1)[-1].lower()
    return ending in ("gif", "jpeg", "jpg", "png") or not ending.isalnum()


def _apart(feed: Feed) -> list[datetime]:
    """The date of each entry, no two the same; counted from below, as new entries come on top."""
    dates: list[datetime] = []
    taken: set[datetime] = set()
    for entry in reversed(feed.entries):
        at = changed_at(entry) or updated_at(feed)
        while at in taken:
            at += MICROSECOND
        taken.add(at)
        dates.append(at)
    return dates[::-1]


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))
