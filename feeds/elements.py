"""What feedgen leaves out of a document or writes wrongly, as elements of ours.

feedgen hands an extension the element it has made of a channel or an entry; ours add to it and mend it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, TypeAlias

from lxml.etree import SubElement

from feeds import module, urls
from feeds.entries import Deleted, Editorial, Enclosure, Entry, Feed, Link, Origin, Person
from feeds.proof import updated_at

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Of the relations of further links the validator, though not the registry, lacks this one.
UNKNOWN = "canonical"

Element: TypeAlias = Any  # lxml publishes no types


class Extension:
    """What feedgen asks of an extension, with the feed and the entry to write."""

    feed: Feed
    entry: Entry

    def extend_ns(self) -> dict[str, str]:
        """The namespaces that every document declares, and that of what only archives hold."""
        history = {"fh": module.HISTORY} if self.feed.archive else {}
        return {"media": MEDIA, "newsdesk": module.NAMESPACE} | history


class AtomFeed(Extension):
    def extend_ns(self) -> dict[str, str]:
        return super().extend_ns() | ({"at": module.TOMBSTONES} if self.feed.deleted else {})

    def extend_atom(self, root: Element) -> None:
        feed = self.feed
        root.find("updated").text = rfc3339(updated_at(feed))
        _add_ways(root, "link", feed, "application/atom+xml")
        for gone in feed.deleted:
            _add_tombstone(root, gone)


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
        if entry.origin:
            _add_atom_source(element, entry.origin, signed=not entry.authors)
        _add_media(element, entry.image, [each for each in entry.enclosures if each.duration])
        _add_editorial(element, entry.editorial)


class RssFeed(Extension):
    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC} | super().extend_ns()

    def extend_rss(self, root: Element) -> None:
        feed, channel = self.feed, root.find("channel")
        _add_ways(channel, f"{{{ATOM}}}link", feed, "application/rss+xml")
        if feed.id != feed.feed_url:
            _add(channel, f"{{{ATOM}}}id", feed.id)
        for name, picture in (("icon", feed.icon), ("logo", feed.logo)):
            if picture:
                _add(channel, f"{{{ATOM}}}{name}", picture)
        _add(channel, "lastBuildDate", _rfc822(updated_at(feed)))
        _add_creators(channel, feed.authors)


class RssItem(Extension):
    def extend_rss(self, element: Element) -> None:
        """Write what feedgen leaves out of an item; an author's name alone goes to dc:creator."""
        entry = self.entry
        if entry.published and entry.published.at:
            _add(element, "pubDate", _rfc822(entry.published.at))
        if entry.updated and entry.updated.at:
            _add(element, f"{{{ATOM}}}updated", rfc3339(entry.updated.at))
        if entry.origin and (address := entry.origin.feed_url or entry.origin.url):
            _add(element, "source", entry.origin.title, url=address)
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


def _add_ways(channel: Element, name: str, feed: Feed, media_type: str) -> None:
    """Link to the hub that tells of changes, and to the pages before and after (RFC 5005 §4)."""
    if feed.hub:
        _add(channel, name, rel="hub", href=feed.hub)
    for rel, address in (("prev-archive", feed.previous), ("current", feed.current)):
        if address:
            _add(channel, name, rel=rel, type=media_type, href=address)
    if feed.archive:
        _add(channel, module.ARCHIVE)


def _add_tombstone(root: Element, gone: Deleted) -> None:
    """Say that an entry went (RFC 6721 §3)."""
    stone = _add(root, f"{{{module.TOMBSTONES}}}deleted-entry", ref=gone.guid, when=rfc3339(gone.at))
    if gone.comment:
        _add(stone, f"{{{module.TOMBSTONES}}}comment", gone.comment)


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
        unknown = link.rel == UNKNOWN
        _add(element, f"{module.NAME}link" if unknown else name, **link.model_dump(exclude_none=True))


def _add_atom_source(element: Element, origin: Origin, signed: bool) -> None:
    """Name the feed an entry comes from, which signs for an author not known (RFC 4287 §4.2.11).

    One whose address is not known is called by its id; one whose date is not known had this entry.
    """
    source = _add(element, "source")
    _add(source, "id", origin.id)
    _add(source, "title", origin.title)
    dated = element.findtext("published") or element.findtext("updated")
    _add(source, "updated", rfc3339(origin.updated) if origin.updated else dated)
    if signed:
        _add(_add(source, "author"), "name", origin.title)
    if origin.url:
        _add(source, "link", rel="alternate", type="text/html", href=origin.url)
    _add(source, "link", rel="self", href=origin.feed_url or urls.gate(origin.id) or origin.id)
    for name, text in (("icon", origin.icon), ("rights", origin.rights)):
        if text:
            _add(source, name, text)


def _add_media(element: Element, image: str | None, enclosures: list[Enclosure]) -> None:
    if image:
        _add(element, f"{{{MEDIA}}}thumbnail", url=image)
    for enclosure in enclosures:
        numbers = {"fileSize": enclosure.length, "duration": enclosure.duration}
        known = {name: str(number) for name, number in numbers.items() if number}
        _add(element, f"{{{MEDIA}}}content", url=enclosure.url, type=enclosure.type, **known)


def _add_editorial(element: Element, said: Editorial | None) -> None:
    """What the desk says, in elements without attributes: feedparser would lose the text beside one."""
    if not said:
        return
    told = (
        ("note", said.note),
        ("noted-by", said.noted_by),
        ("noted-at", said.noted_at),
        *(("editor", editor) for editor in said.editors),
        ("published", said.published),
        ("correction", said.correction),
    )
    for name, value in told:
        if value:
            text = rfc3339(value) if isinstance(value, datetime) else value
            _add(element, f"{module.NAME}{name}", text)


def _add_creators(element: Element, people: tuple[Person, ...]) -> None:
    for person in people:
        _add(element, f"{{{DC}}}creator", person.name)


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    element = SubElement(parent, name, **attributes)
    element.text = text
    return element


def rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC))
