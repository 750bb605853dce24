"""The newsdesk module of an RSS or Atom document: what the desk that published it says of each entry.

<newsdesk:note>  <newsdesk:editor> (one for each)  <newsdesk:published> (RFC 3339)
"""

from __future__ import annotations

from xml.etree import ElementTree

from feeds import markup, normal
from feeds.entries import Editorial

NAMESPACE = "https://newsdesk.example/ns/1.0"
NAME = f"{{{NAMESPACE}}}"


def read(xml: str) -> list[Editorial | None]:
    """What is said of each entry, in the document's order; nothing at all where it is not well-formed.

    The text must come from `feeds.decode.xml`: it has no DTD.
    """
    if NAMESPACE not in xml:
        return []
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        return []
    return [_editorial(element) for element in root.iter() if _local(element) in ("item", "entry")]


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _editorial(entry: ElementTree.Element) -> Editorial | None:
    editorial = Editorial(
        note=markup.title(entry.findtext(NAME + "note", ""), normal.NOTE),
        editors=normal.terms(editor.text or "" for editor in entry.findall(NAME + "editor")),
        published=normal.instant(entry.findtext(NAME + "published", "")),
    )
    return editorial if editorial != Editorial() else None
