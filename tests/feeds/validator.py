"""A validator of feeds: the events of the W3C feed validation service for RSS and Atom, and JSON Feed 1.1.

`atom`, `rss` and `json_feed` take the bytes of a document and give the events, each as
"E DuplicateValue item/guid". An unknown namespace is no event where it is that of tombstones (RFC 6721) or
of newsdesk's own module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import validating as asks
from lxml import etree
from validating import canonical, iri, language, media_type, plain, rfc822, rfc3339, safe_html, uri

ATOM, DC = "http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/"
MEDIA, CONTENT = "http://search.yahoo.com/mrss/", "http://purl.org/rss/1.0/modules/content/"
HISTORY, TOMBSTONES = "http://purl.org/syndication/history/1.0", "http://purl.org/atompub/tombstones/1.0"
NEWSDESK = "https://newsdesk.example/ns/1.0"
PREFIXES = {ATOM: "atom", DC: "dc", MEDIA: "media", CONTENT: "content", HISTORY: "fh"}
KNOWN = {*PREFIXES, TOMBSTONES, NEWSDESK, "http://www.w3.org/XML/1998/namespace"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
BASE = "{http://www.w3.org/XML/1998/namespace}base"

RELATIONS = frozenset(
    ("alternate", "current", "enclosure", "hub", "prev-archive", "related", "replies", "self", "via")
)
OF_FEEDS = frozenset(("current", "prev-archive"))

Element = Any
Events = Iterator[str]


class Document:
    """A document as it is read, with its lines: on which of them signs are written as meant."""

    def __init__(self, document: bytes) -> None:
        self.root = etree.fromstring(document)
        self.lines = document.decode().split("\n")

    def plain(self, element: Element, value: str | None, event: str = "W ContainsHTML") -> Events:
        first = element.sourceline - 1
        meant = any("&#x" in line for line in self.lines[first : first + 1 + text(element).count("\n")])
        yield from plain(value or "", meant, event)


def name(element: Element) -> str:
    """As it stands in a document of its root's own namespace: `title`, `atom:link`, `dc:creator`."""
    tag, own = etree.QName(element), etree.QName(element.getroottree().getroot()).namespace
    return tag.localname if tag.namespace == own else f"{PREFIXES.get(tag.namespace, '?')}:{tag.localname}"


def at(place: str, events: Iterable[str]) -> Events:
    yield from (f"{event} {place}" for event in events)


def text(element: Element | None) -> str:
    return "" if element is None else element.text or ""


def everywhere(document: Document) -> Events:
    """What holds of every element: known namespaces under their own prefix, characters, attributes."""
    for prefix, space in {pair for element in document.root.iter() for pair in element.nsmap.items()}:
        if space not in KNOWN:
            yield f"W UnknownNamespace {space}"
        elif prefix and PREFIXES.get(space, prefix) != prefix:
            yield f"W NonstdPrefix {prefix}"
    for element in document.root.iter(etree.Element):
        place = name(element)
        for value in (element.text or "", *element.attrib.values()):
            yield from at(place, asks.characters(value))
        if element.get(BASE):
            yield f"W SameDocumentReference {place}"
        if (tag := element.get(LANG)) is not None:
            yield from at(f"{place}@xml:lang", language(tag))


def once(parent: Element, *names: str) -> Events:
    """DuplicateElement."""
    counted = Counter(name(child) for child in parent)
    yield from (f"E DuplicateElement {name(parent)}/{one}" for one in names if counted[one] > 1)


def needs(parent: Element, event: str, *names: str) -> Events:
    present = {name(child) for child in parent}
    yield from (f"{event} {name(parent)}/{one}" for one in names if one not in present)


def link(document: Document, element: Element, of_feed: bool, self_types: tuple[str, ...]) -> Events:
    """An atom:link (RFC 4287 §4.2.7) of a feed, of an entry or of a source."""
    rel, href, kind = element.get("rel", "alternate"), element.get("href"), element.get("type")
    if href is None:
        yield "E MissingHref link"
        return
    yield from at(f"link[{rel}]@href", uri(href))
    if rel not in RELATIONS:
        yield f"W UnregisteredAtomLinkRel {rel}"
    if rel in OF_FEEDS and not of_feed:
        yield f"W FeedHistoryRelInEntry {rel}"
    if kind is not None:
        yield from at(f"link[{rel}]@type", media_type(kind))
        if rel == "self" and kind not in self_types:
            yield "W SelfNotAtom link"
    if (title := element.get("title")) is not None:
        yield from ["W AttrNotBlank link@title"] if not title else document.plain(element, title)
    if (length := element.get("length")) is not None and not length.isdecimal():
        yield "E InvalidNonNegativeInteger link@length"
    if (tag := element.get("hreflang")) is not None:
        yield from at(f"link[{rel}]@hreflang", language(tag))
    if text(element).strip():
        yield "W AtomLinkNotEmpty link"


def apart(links: Iterable[Element], among: Callable[[Element], bool]) -> Events:
    """No two links of one relation, type and language."""
    places = Counter((e.get("rel"), e.get("type"), e.get("hreflang")) for e in links if among(e))
    yield from (f"E DuplicateAtomLink {place}" for place, times in places.items() if times > 1)


def repeated(values: Iterable[str], event: str) -> Events:
    yield from (f"{event} {value}" for value, times in Counter(values).items() if times > 1)


def media(parent: Element) -> Events:
    for element in parent.iterfind(f"{{{MEDIA}}}*"):
        place = name(element)
        if place == "media:group":
            yield "E MediaGroupWithoutAlternatives"
        yield from at(f"{place}@url", uri(element.get("url", "")))
        if (kind := element.get("type")) is not None:
            yield from at(place, media_type(kind))
        for number in ("fileSize", "duration", "width", "height"):
            if not element.get(number, "1").isdecimal():
                yield f"E InvalidInteger {place}@{number}"


def history(feed: Element, links: list[Element]) -> Events:
    """RFC 5005 §4: an archive names the document that is subscribed to."""
    archive = feed.find(f"{{{HISTORY}}}archive") is not None
    if archive and "current" not in {link.get("rel") for link in links}:
        yield "W MissingCurrentInArchive"
    if feed.find(f"{{{HISTORY}}}complete") is not None and archive:
        yield "E FeedRelInCompleteFeed"


# Atom 1.0 (RFC 4287), with RFC 5005 and RFC 6721

ATOM_TYPES = ("application/atom+xml",)
OF_ATOM_FEED = ("id", "title", "updated", "author", "link", "generator", "icon", "logo", "rights", "subtitle")
OF_ATOM_SOURCE = OF_ATOM_FEED
OF_ATOM_ENTRY = (
    *("id", "title", "updated", "published", "author", "link", "category", "summary", "content"),
    *("rights", "source"),
)
SINGLE = ("id", "title", "updated", "published", "generator", "icon", "logo", "rights", "subtitle", "summary")


def atom(document: bytes) -> list[str]:
    read = Document(document)
    return [*everywhere(read), *_atom_feed(read, read.root)]


def children(parent: Element, allowed: Iterable[str]) -> Events:
    """UndefinedElement: what the format or a module of it does not have at this place."""
    known = {*allowed, "entry", "media:thumbnail", "media:content", "fh:archive"}
    for child in parent.iterchildren(etree.Element):
        if name(child) not in known and etree.QName(child).namespace not in (NEWSDESK, TOMBSTONES):
            yield f"E UndefinedElement {name(parent)}/{name(child)}"


def _atom_feed(document: Document, feed: Element) -> Events:
    entries = feed.findall(f"{{{ATOM}}}entry")
    yield from children(feed, OF_ATOM_FEED)
    yield from _metadata(document, feed, "E MissingElement")
    yield from history(feed, feed.findall(f"{{{ATOM}}}link"))
    order = [name(child) for child in feed if name(child) in (*OF_ATOM_FEED, "entry")]
    if "entry" in order and set(order[order.index("entry") :]) != {"entry"}:
        yield "E MisplacedMetadata feed"
    signed = feed.find(f"{{{ATOM}}}author") is not None
    if not (signed or entries):
        yield "E MissingElement feed/author"
    for entry in entries:
        yield from _atom_entry(document, entry, signed)
    yield from repeated((_text(entry, "id") for entry in entries), "W DuplicateEntries")
    yield from repeated((_text(entry, "updated") for entry in entries), "W DuplicateUpdated")
    yield from _tombstones(feed, {_text(entry, "id") for entry in entries})


def _metadata(document: Document, feed: Element, missing: str) -> Events:
    """What a feed and a source (RFC 4287 §4.2.11) both have."""
    links = feed.findall(f"{{{ATOM}}}link")
    yield from needs(feed, missing, "id", "title", "updated")
    yield from once(feed, *SINGLE)
    yield from _atom_common(document, feed)
    for element in links:
        yield from link(document, element, True, ATOM_TYPES)
    yield from apart(links, lambda _: True)
    if "self" not in {element.get("rel") for element in links}:
        yield f"W MissingSelf {name(feed)}"
    for picture in ("icon", "logo"):
        for element in feed.findall(f"{{{ATOM}}}{picture}"):
            yield from at(picture, uri(text(element)))
    for element in feed.findall(f"{{{ATOM}}}generator"):
        yield from at("generator@uri", uri(element.get("uri", "")))
        if not text(element) or not element.get("version"):
            yield "W NotBlank generator"


def _atom_common(document: Document, parent: Element) -> Events:
    for element in parent.findall(f"{{{ATOM}}}id"):
        yield from at("id", [*iri(text(element)), *canonical(text(element))])
    for date in ("updated", "published"):
        for element in parent.findall(f"{{{ATOM}}}{date}"):
            yield from at(date, rfc3339(text(element)))
    for construct in ("title", "subtitle", "summary", "rights", "content"):
        for element in parent.findall(f"{{{ATOM}}}{construct}"):
            yield from at(f"{name(parent)}/{construct}", _construct(document, element))
    for author in parent.findall(f"{{{ATOM}}}author"):
        yield from at("author", _atom_person(document, author))


def _construct(document: Document, element: Element) -> Events:
    """A text construct (RFC 4287 §3.1)."""
    kind = element.get("type", "text")
    if not text(element).strip():
        yield "W NotBlank"
    if len(element):
        yield "E UndefinedElement"
    if kind == "html":
        yield from safe_html(text(element))
    elif kind == "text":
        yield from document.plain(element, element.text, "W ContainsUndeclaredHTML")
    else:
        yield "E InvalidMIMEType"


def _atom_person(document: Document, person: Element) -> Events:
    parts = {name(part): text(part) for part in person}
    if not parts.get("name", "").strip():
        yield "E MissingElement name"
    else:
        yield from document.plain(person.find(f"{{{ATOM}}}name"), parts["name"])
    yield from uri(parts.get("uri", "https://x.example/"))
    if "email" in parts and not asks.MAIL.fullmatch(parts["email"]):
        yield "E InvalidContact"


def _atom_entry(document: Document, entry: Element, feed_is_signed: bool) -> Events:
    present = {name(child) for child in entry}
    links = entry.findall(f"{{{ATOM}}}link")
    source = entry.find(f"{{{ATOM}}}source")
    yield from children(entry, OF_ATOM_ENTRY)
    yield from needs(entry, "E MissingElement", "id", "title", "updated")
    yield from once(entry, *SINGLE, "content", "source")
    yield from _atom_common(document, entry)
    signed = feed_is_signed or "author" in present
    if source is not None:
        yield from children(source, OF_ATOM_SOURCE)
        yield from _metadata(document, source, "W MissingSourceElement")
        signed = signed or source.find(f"{{{ATOM}}}author") is not None
    if not signed:
        yield "E MissingElement entry/author"
    for element in links:
        yield from link(document, element, False, ATOM_TYPES)
    yield from apart(links, lambda element: element.get("rel", "alternate") == "alternate")
    if "summary" not in present and "content" not in present:
        yield "W MissingTextualContent entry"
    if "content" not in present and "alternate" not in {e.get("rel", "alternate") for e in links}:
        yield "E MissingContentOrAlternate entry"
    for element in entry.findall(f"{{{ATOM}}}category"):
        if not element.get("term", "").strip():
            yield "W AttrNotBlank category@term"
    yield from media(entry)


def _tombstones(feed: Element, standing: set[str]) -> Events:
    """RFC 6721 §3: an id, a time, at most one comment; none for an entry that stands."""
    stones = feed.findall(f"{{{TOMBSTONES}}}deleted-entry")
    for stone in stones:
        yield from at("at:deleted-entry@ref", iri(stone.get("ref", "")))
        yield from at("at:deleted-entry@when", rfc3339(stone.get("when", "")))
        if len(stone.findall(f"{{{TOMBSTONES}}}comment")) > 1:
            yield "E DuplicateElement at:comment"
        if stone.get("ref") in standing:
            yield f"E DeletedEntryStands {stone.get('ref')}"
    yield from repeated((stone.get("ref", "") for stone in stones), "E DuplicateValue")


def _text(parent: Element, child: str) -> str:
    return parent.findtext(f"{{{ATOM}}}{child}") or ""


# RSS 2.0, with the RSS Board's profile of best practices

RSS_TYPES = ("application/rss+xml",)
OF_CHANNEL = (
    *(
        "title",
        "link",
        "description",
        "language",
        "copyright",
        "lastBuildDate",
        "generator",
        "ttl",
        "image",
        "docs",
    ),
    *("item", "atom:link", "atom:id", "atom:icon", "atom:logo", "dc:creator"),
)
OF_ITEM = (
    *("title", "link", "description", "guid", "pubDate", "category", "comments", "enclosure", "source"),
    *("atom:link", "atom:updated", "dc:creator", "dc:language", "dc:rights", "content:encoded"),
)
MANY = ("item", "category", "atom:link", "dc:creator")


def rss(document: bytes) -> list[str]:
    read = Document(document)
    channel = read.root.find("channel")
    if read.root.get("version") != "2.0" or channel is None:
        return ["E InvalidRSSVersion rss"]
    return [*everywhere(read), *_channel(read, channel)]


def _channel(document: Document, channel: Element) -> Events:
    items = channel.findall("item")
    links = channel.findall(f"{{{ATOM}}}link")
    yield from children(channel, OF_CHANNEL)
    yield from needs(channel, "E MissingElement", "title", "link", "description")
    yield from once(channel, *(one for one in OF_CHANNEL if one not in MANY))
    for element in links:
        yield from link(document, element, True, RSS_TYPES)
    yield from apart(links, lambda _: True)
    if "self" not in {element.get("rel") for element in links}:
        yield "W MissingAtomSelfLink channel"
    yield from history(channel, links)
    order = [name(child) for child in channel]
    if "item" in order and any(one in OF_CHANNEL[:9] for one in order[order.index("item") :]):
        yield "W MisplacedItem channel"
    for element in channel:
        yield from at(f"channel/{name(element)}", _channel_element(document, channel, element))
    for item in items:
        yield from _item(document, item)
    yield from repeated((text(item.find("guid")) for item in items), "E DuplicateValue guid")


def _channel_element(document: Document, channel: Element, element: Element) -> Events:
    value = text(element)
    match name(element):
        case "title" | "description" | "copyright":
            yield from document.plain(element, value)
            if not value.strip():
                yield "W NotBlank"
        case "link" | "atom:icon" | "atom:logo":
            yield from uri(value)
        case "atom:id":
            yield from iri(value)
        case "language":
            yield from language(value)
        case "lastBuildDate":
            yield from rfc822(value)
        case "ttl":
            if not value.isdecimal() or int(value) < 1:
                yield "E InvalidPositiveInteger"
        case "image":
            yield from _image(channel, element)


def _image(channel: Element, image: Element) -> Events:
    yield from needs(image, "E MissingElement", "url", "title", "link")
    url = image.findtext("url", "")
    yield from uri(url)
    ending = url.rpartition(".")[2].lower()
    if ending.replace("_", "a").isalnum() and ending not in ("jpg", "jpeg", "gif", "png"):
        yield "W ImageUrlFormat"
    if image.findtext("title") != channel.findtext("title"):
        yield "W ImageTitleDoesntMatch"
    if image.findtext("link") != channel.findtext("link"):
        yield "W ImageLinkDoesntMatch"


def _item(document: Document, item: Element) -> Events:
    order = [name(child) for child in item]
    yield from children(item, OF_ITEM)
    yield from once(item, *(one for one in OF_ITEM if one not in MANY and one != "enclosure"))
    if "title" not in order and "description" not in order:
        yield "E ItemMustContainTitleOrDescription item"
    if "guid" not in order:
        yield "W MissingGuid item"
    if "content:encoded" in order and "description" not in order[: order.index("content:encoded")]:
        yield "W NeedDescriptionBeforeContent item"
    if order.count("enclosure") > 1:
        yield "W DuplicateEnclosure item"
    if {"author", "dc:creator"} <= set(order):
        yield "W DuplicateItemSemantics item/author"
    for element in item:
        yield from at(f"item/{name(element)}", _item_element(document, element))
    yield from media(item)


def _item_element(document: Document, element: Element) -> Events:
    value = text(element)
    match name(element):
        case "title" | "category" | "source" | "dc:rights":
            yield from document.plain(element, value)
            if not value.strip():
                yield "W NotBlank"
            if name(element) == "source":
                yield from uri(element.get("url", ""))
        case "description" | "content:encoded":
            yield from safe_html(value)
        case "link" | "comments":
            yield from uri(value)
        case "pubDate":
            yield from rfc822(value)
        case "atom:updated":
            yield from rfc3339(value)
        case "atom:link":
            yield from link(document, element, False, RSS_TYPES)
        case "dc:language":
            yield from language(value)
        case "guid":
            yield from _guid(element)
        case "enclosure":
            yield from _enclosure(element)


def _guid(guid: Element) -> Events:
    value, said = text(guid), guid.get("isPermaLink", "true")
    if said not in ("true", "false"):
        yield "E InvalidBooleanAttribute"
    elif said == "true":
        yield from ("E InvalidHttpGUID" for _ in uri(value))
        if value.lower().startswith(("tag:", "urn:")):
            yield "E InvalidPermalink"
    elif value.isdecimal() and len(value) < 9:
        yield "W NotSufficientlyUnique"


def _enclosure(enclosure: Element) -> Events:
    for attribute in ("url", "length", "type"):
        if enclosure.get(attribute) is None:
            yield f"E MissingAttribute {attribute}"
    if not enclosure.get("length", "0").isdecimal():
        yield "E InvalidIntegerAttribute"
    yield from media_type(enclosure.get("type", "a/b"), "E InvalidMIMEAttribute")
    yield from ("E InvalidURLAttribute" for _ in uri(enclosure.get("url", "https://x.example/")))
