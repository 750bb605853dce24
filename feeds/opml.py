"""Subscription lists in OPML 2.0, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from listparser.opml import OpmlMixin
from lxml import etree

from feeds import decode, markup, normal, urls
from feeds.entries import Value

LONGEST = 10_000_000  # bytes
MOST_OUTLINES = 10_000
DEEPEST = 100


class NotOPML(ValueError):
    """The document is no subscription list, or one beyond the limits; the message is one line."""


class Outline(Value):
    """One subscription: `url` is the feed's address, `site` its home page.

    `section` is the path of the folders it lies in, joined by "/".
    """

    url: str
    title: str = ""
    section: str | None = None
    language: str | None = None
    site: str | None = None


class Subscriptions(Value):
    """A subscription list, and a line on each outline of it that was passed over."""

    title: str = ""
    outlines: tuple[Outline, ...] = ()
    problems: tuple[str, ...] = ()


class _Outlines(OpmlMixin):
    """listparser's reading of a list, keeping all attributes of each outline and where it lies."""

    def __init__(self) -> None:
        super().__init__()
        self.harvest = {"feeds": [], "lists": [], "opportunities": [], "meta": {}}
        self.found: list[tuple[dict[str, str], tuple[str, ...]]] = []
        self.deepest = 0

    def start_opml_outline(self, attrs: dict[str, str]) -> None:
        self.found.append((attrs, tuple(self.hierarchy)))
        self.deepest = max(self.deepest, len(self.hierarchy))
        super().start_opml_outline(attrs)


def read(document: bytes) -> Subscriptions:
    """The list in an OPML document. Raises NotOPML.

    Bare `&`, names in the wrong case and missing types are read as they are meant. An outline without
    a usable address, or with the address of one before it, is left out and has its line in `problems`.
    """
    if len(document) > LONGEST:
        raise NotOPML(f"the list is longer than {LONGEST:,} bytes")
    xml = decode.xml(decode.as_text(document))
    if xml is None or not xml[:5].lower() == "<opml":
        raise NotOPML("the document is no OPML: it has no <opml> element")
    list_ = _outlines(xml)
    if len(list_.found) > MOST_OUTLINES:
        raise NotOPML(f"the list has more than {MOST_OUTLINES:,} outlines")
    if list_.deepest >= DEEPEST:
        raise NotOPML(f"the list nests more than {DEEPEST} outlines in each other")
    return _subscriptions(list_)


def _outlines(xml: str) -> _Outlines:
    """What listparser's own parse() does with a document, with our handler: lenient as HTML is."""
    handler = _Outlines()
    parser = etree.HTMLParser(target=handler, encoding="utf-8")
    try:
        parser.feed(xml.encode())
        parser.close()
    except Exception as error:
        raise NotOPML(f"the list cannot be read: {type(error).__name__}") from error
    return handler


def _subscriptions(list_: _Outlines) -> Subscriptions:
    outlines: dict[str, Outline] = {}
    problems: list[str] = []
    for attrs, folders in list_.found:
        if not _subscribes(attrs):
            continue
        outline = _outline(attrs, folders)
        key = urls.canonical(outline.url) if outline else ""
        if outline is None:
            problems.append(f"{_name(attrs)}: no address of a feed: {attrs.get('xmlurl', '')!r}"[:300])
        elif key in outlines:
            problems.append(f"{_name(attrs)}: {outline.url} is listed before as {outlines[key].title!r}")
        else:
            outlines[key] = outline
    title = markup.title(list_.harvest["meta"].get("title", ""))
    return Subscriptions(title=title, outlines=tuple(outlines.values()), problems=tuple(problems))


def _subscribes(attrs: dict[str, str]) -> bool:
    """Whether it is meant as a subscription: folders and bare notes are not, and no fault."""
    return "xmlurl" in attrs or attrs.get("type", "").lower() in ("rss", "atom", "feed")


def _outline(attrs: dict[str, str], folders: tuple[str, ...]) -> Outline | None:
    url = urls.gate((attrs.get("xmlurl") or attrs.get("url") or "").strip())
    if url is None:
        return None
    return Outline(
        url=url,
        title=markup.title(attrs.get("text") or attrs.get("title") or ""),
        section=_section(folders) or _section(attrs.get("category", "").partition(",")[0].split("/")),
        language=normal.language(attrs.get("language", "")),
        site=urls.gate(attrs.get("htmlurl", "").strip()),
    )


def _section(folders: Iterable[str]) -> str | None:
    return "/".join(name for folder in folders if (name := markup.title(folder, 100))) or None


def _name(attrs: dict[str, str]) -> str:
    return markup.title(attrs.get("text") or attrs.get("title") or "", 80) or "an outline without a name"


def write(title: str, outlines: Iterable[Outline]) -> bytes:
    """The list as OPML 2.0 in UTF-8: sections as nested outlines, the same bytes for the same list.

    A section stands where its first outline does.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = markup.text_safe(title)
    folders: dict[str, Any] = {"": etree.SubElement(root, "body")}
    for outline in outlines:
        folder = _folder(folders, markup.text_safe(outline.section or ""))
        etree.SubElement(folder, "outline", dict(_attributes(outline)))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _folder(folders: dict[str, Any], section: str) -> Any:
    if section not in folders:
        outer, _, name = section.rpartition("/")
        folders[section] = etree.SubElement(_folder(folders, outer), "outline", text=name)
    return folders[section]


def _attributes(outline: Outline) -> Iterator[tuple[str, str]]:
    yield "text", markup.text_safe(outline.title)
    yield "title", markup.text_safe(outline.title)  # some readers look for this one
    yield "type", "rss"
    yield "xmlUrl", outline.url
    if outline.site:
        yield "htmlUrl", outline.site
    if outline.language:
        yield "language", outline.language
    if outline.section:
        yield "category", f"/{markup.text_safe(outline.section)}"
