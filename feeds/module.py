"""What feedparser does not read of an RSS or Atom document: tombstones, the mark of an archive, and the
newsdesk module, by which the desk that published it speaks of each entry.

<newsdesk:note>  <newsdesk:noted-by>  <newsdesk:noted-at> (RFC 3339)  <newsdesk:editor> (one for each)
<newsdesk:published> (RFC 3339)  <newsdesk:correction>  <newsdesk:link rel="" href="">
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from feeds import markup, normal
from feeds.entries import Deleted, Editorial

NAMESPACE = "https://newsdesk.example/ns/1.0"
NAME = f"{{{NAMESPACE}}}"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
HISTORY = "http://purl.org/syndication/history/1.0"  # RFC 5005
ARCHIVE = f"{{{HISTORY}}}archive"


@dataclass(frozen=True, slots=True)
class Aside:
    """What the desk says of one entry, and further links of it, each by its attributes."""

    editorial: Editorial | None = None
    links: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """What is said of each entry, in the document's order, of those that went, and of the document."""

    asides: tuple[Aside, ...] = ()
    deleted: tuple[Deleted, ...] = ()
    archive: bool = False


def speaks(xml: str) -> bool:
    """Whether a document may say anything in these modules."""
    return any(namespace in xml for namespace in (NAMESPACE, TOMBSTONES, HISTORY))


def read(xml: str) -> Module:
    """What these modules say in a document; nothing at all where it is not well-formed.

    The text must come from `feeds.decode.xml`: it has no DTD.
    """
    if not speaks(xml):
        return Module()
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        return Module()
    return Module(
        asides=tuple(_aside(element) for element in root.iter() if _local(element) in ("item", "entry")),
        deleted=tuple(_deleted(root)),
        archive=root.find(f".//{ARCHIVE}") is not None,
    )


def deleted(guid: str, at: str, comment: str) -> Deleted | None:
    """An entry that went, given by its id and when; None where either cannot be read."""
    when, known = normal.instant(at), markup.text_safe(guid).strip()
    return Deleted(guid=known, at=when, comment=markup.title(comment)) if when and known else None


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _deleted(root: ElementTree.Element) -> Iterator[Deleted]:
    for element in root.iter(f"{{{TOMBSTONES}}}deleted-entry"):
        comment = element.findtext(f"{{{TOMBSTONES}}}comment", "")
        if found := deleted(element.get("ref", ""), element.get("when", ""), comment):
            yield found


def _aside(entry: ElementTree.Element) -> Aside:
    editorial = Editorial(
        note=markup.title(entry.findtext(NAME + "note", ""), normal.NOTE),
        noted_by=markup.title(entry.findtext(NAME + "noted-by", ""), 200),
        noted_at=normal.instant(entry.findtext(NAME + "noted-at", "")),
        editors=normal.terms(editor.text or "" for editor in entry.findall(NAME + "editor")),
        published=normal.instant(entry.findtext(NAME + "published", "")),
        correction=markup.title(entry.findtext(NAME + "correction", ""), normal.NOTE),
    )
    links = tuple(dict(link.attrib) for link in entry.findall(NAME + "link"))
    return Aside(editorial if editorial != Editorial() else None, links)
