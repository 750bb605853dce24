"""A document as it is written, each part with its line: what `feeds.parse` mends and forgives is still there.

One name stands for what the three formats call differently: title, link, self, id, summary, content…
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from lxml import etree

from feeds import members
from feeds.lint.findings import Finding

Kind = Literal["rss", "atom", "json"]
Element: TypeAlias = Any  # lxml publishes no types

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

IN_RSS = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "description": "summary",
    f"{CONTENT}encoded": "content",
    "language": "language",
    f"{DC}language": "language",
    "pubDate": "published",
    "lastBuildDate": "updated",
    f"{ATOM}updated": "changed",  # by the rules of Atom, though in RSS
    "author": "author",
    "managingEditor": "author",
    f"{DC}creator": "author",
    "comments": "comments",
    "enclosure": "enclosure",
    f"{ATOM}logo": "logo",
    f"{ATOM}icon": "icon",
}
IN_ATOM = {
    f"{ATOM}{name}": name
    for name in ("title", "id", "summary", "content", "published", "updated", "author", "logo", "icon")
} | {f"{ATOM}subtitle": "summary"}
OF_LINKS = {
    "alternate": "link",
    "self": "self",
    "hub": "hub",
    "replies": "comments",
    "enclosure": "enclosure",
}
IN_JSON = {
    "id": "id",
    "title": "title",
    "home_page_url": "link",
    "url": "link",
    "feed_url": "self",
    "description": "summary",
    "summary": "summary",
    "content_html": "content",
    "content_text": "text",
    "language": "language",
    "date_published": "published",
    "date_modified": "updated",
    "icon": "logo",
    "favicon": "icon",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A value with the name it has in its format, its line where known, and its attributes."""

    name: str
    text: str
    line: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A feed's own part of a document, or an entry of it: what it says, by the one name."""

    where: str
    line: int | None
    said: Mapping[str, tuple[Said, ...]]

    def all(self, *names: str) -> Iterator[Said]:
        for name in names:
            yield from self.said.get(name, ())

    def has(self, *names: str) -> bool:
        """Whether one of these is there, and not blank."""
        return any(said.text.strip() or "src" in said.attributes for said in self.all(*names))


@dataclass(frozen=True, slots=True)
class Written:
    """A document: its format, what its version is, its own part, its entries."""

    kind: Kind
    version: str
    feed: Part
    entries: tuple[Part, ...]


class Broken(ValueError):
    """The document is no feed; the finding says why."""

    def __init__(self, code: str, line: int | None, what: str, remedy: str) -> None:
        super().__init__(what)
        self.finding = Finding(code, "document", line, what, remedy)


def read(document: bytes) -> Written:
    """What a document says; raises Broken for one that is no XML or JSON, or no feed."""
    if document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json(document)
    return _xml(document)


def _xml(document: bytes) -> Written:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        what = f"is not well-formed: {str(error.msg).partition(', line ')[0]}"
        raise Broken("not-well-formed", error.lineno or None, what, "write it with an XML library") from None
    if root.tag == f"{ATOM}feed":
        entries = root.findall(f"{ATOM}entry")
        return Written("atom", "1.0", _atom("feed", root), tuple(_numbered(entries, _atom)))
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        what = f"is neither RSS 2.0 nor Atom 1.0: its root is {root.tag}"
        raise Broken("no-feed", root.sourceline, what, "write one of the two, or JSON Feed 1.1")
    items = channel.findall("item")
    return Written("rss", root.get("version", ""), _rss("feed", channel), tuple(_numbered(items, _rss)))


def _numbered(elements: Iterable[Any], made: Any) -> Iterator[Part]:
    for number, element in enumerate(elements, 1):
        yield made(f"entry {number}", element)


def _rss(where: str, element: Element) -> Part:
    found = _by_name(element, IN_RSS)
    for url in element.iterfind("image/url"):
        found["logo"].append(_said(url, name="image/url"))
    return _part(where, element, found)


def _atom(where: str, element: Element) -> Part:
    found = _by_name(element, IN_ATOM)
    found["author"] = [_said(name, name="author") for name in element.iterfind(f"{ATOM}author/{ATOM}name")]
    for name in element.iterfind(f"{ATOM}source/{ATOM}author/{ATOM}name"):
        found["source author"].append(_said(name, name="source/author"))
    if tag := element.get(LANG):
        found["language"].append(Said("xml:lang", tag, element.sourceline))
    return _part(where, element, found)


def _by_name(element: Element, names: Mapping[str, str]) -> defaultdict[str, list[Said]]:
    found = defaultdict(list)
    for child in element.iterchildren(etree.Element):
        if child.tag == f"{ATOM}link":
            rel = child.get("rel", "alternate")
            if name := OF_LINKS.get(rel):
                attributes = _attributes(child) | {"url": child.get("href", "")}
                said = Said(f"link rel={rel}", child.get("href", ""), child.sourceline, attributes)
                found[name].append(said)
        elif name := names.get(child.tag):
            found[name].append(_said(child))
    return found


def _said(element: Element, name: str = "") -> Said:
    tag = etree.QName(element)
    prefix = f"{element.prefix}:" if element.prefix else ""
    if element.get("type") == "xhtml":
        text = etree.tostring(element, encoding="unicode", with_tail=False)
    else:
        text = "".join(element.itertext())
    return Said(name or f"{prefix}{tag.localname}", text, element.sourceline, _attributes(element))


def _attributes(element: Element) -> dict[str, str]:
    """Its attributes, with the address that relative ones in it are resolved against, where it has one."""
    return dict(element.attrib) | ({BASE: element.base} if element.base else {})


def _part(where: str, element: Element, found: Mapping[str, list[Said]]) -> Part:
    return Part(where, element.sourceline, {name: tuple(said) for name, said in found.items() if said})


def _json(document: bytes) -> Written:
    try:
        feed = json.loads(document)
    except json.JSONDecodeError as error:
        what = f"is no JSON: {error.msg}"
        raise Broken("not-well-formed", error.lineno, what, "write it with a JSON library") from None
    except (ValueError, RecursionError):
        raise Broken("not-well-formed", None, "is no JSON", "write it with a JSON library") from None
    version = members.string(feed, "version")
    if "jsonfeed.org/version/" not in version or not isinstance(feed.get("items"), list):
        what = "is no JSON Feed: it lacks its version, or a list of items"
        raise Broken("no-feed", None, what, "write version and items as jsonfeed.org has them")
    items = members.objects(feed, "items")
    return Written("json", version, _members("feed", feed), tuple(_numbered(items, _members)))


def _members(where: str, holder: members.Members) -> Part:
    found = defaultdict(list)
    for name, common in IN_JSON.items():
        if (value := holder.get(name)) is not None:
            found[common].append(Said(name, value if isinstance(value, str) else json.dumps(value)))
    for author in members.objects(holder, "authors"):
        found["author"].append(Said("authors", members.string(author, "name")))
    for hub in members.objects(holder, "hubs"):
        found["hub"].append(Said("hubs", members.string(hub, "url")))
    for attachment in members.objects(holder, "attachments"):
        known = {"url": "url", "mime_type": "type"}
        attributes = {common: members.string(attachment, name) for name, common in known.items()}
        found["enclosure"].append(Said("attachments", attributes["url"], None, attributes))
    return Part(where, None, {name: tuple(said) for name, said in found.items()})
