"""An RSS or Atom document in pieces: what stands before its entries, each of them, what stands after.

    XML text | Expat: where entries begin and end | nothing among them? | pieces, each item with its hash

An entry with the hash of one that was read before says what that one said, provided that reading it
left its reader as it was (`feeds.steady`): then nothing it is read by lies outside of what is hashed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from xml.parsers import expat

from feeds.entries import Entry, Feed

ENTRIES = ("item", "entry")

# What may stand among entries, and after them; no reader looks at it.
BETWEEN = re.compile(rb"(?:\s|<!--[^<>]*-->)*")
AFTER = re.compile(rb"(?:\s|<!--[^<>]*-->|</[\w.:-]+\s*>)*")

# What changes before the entries with every new one, and tells nothing of how an entry is read: the text
# of plain dates, comments, and which entries an RDF channel lists.
DATED = re.compile(rb"<(lastBuildDate|pubDate|updated|modified|dc:date|sy:updateBase)>[^<>]*</\1>")
LISTED = re.compile(rb"(?:<rdf:li\s+(?:rdf:)?resource=\"[^\"<>&]*\"\s*/>\s*)+")
COMMENT = re.compile(rb"<!--[^<>]*-->")


@dataclass(frozen=True, slots=True)
class Pieces:
    """The bytes (UTF-8) of a document, but for what stands among its entries."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    def hashes(self, *circumstances: str) -> tuple[str, ...]:
        """What each item is known by: 64 bits of its bytes, of the head, and of all else it is read by."""
        context = blake2b(_lasting(self.head))
        for told in circumstances:
            context.update(b"\0" + told.encode())
        key = context.digest()
        return tuple(blake2b(item, key=key, digest_size=8).hexdigest() for item in self.items)

    def only(self, wanted: Collection[int]) -> str:
        """The document with but these of its items, by their places."""
        kept = (item for place, item in enumerate(self.items) if place in wanted)
        return b"".join((self.head, *kept, self.tail)).decode()


def cut(xml: str, most: int) -> Pieces | None:
    """The pieces of a document that comes from `feeds.decode.xml`; None where they are not certain.

    They are certain where it is well-formed, has one to `most` entries, all of them children of one
    element with nothing among them, and nothing after them but the ends of the elements they stand in.
    """
    document = xml.encode()
    try:
        spans = _spans(document)
    except expat.ExpatError:
        return None
    if not 0 < len(spans) <= most:
        return None
    gaps = [(end, start) for (_, end), (start, _) in pairwise(spans)]
    tail = spans[-1][1]
    if not all(BETWEEN.fullmatch(document, *gap) for gap in gaps) or not AFTER.fullmatch(document, tail):
        return None
    items = tuple(document[start:end] for start, end in spans)
    return Pieces(document[: spans[0][0]], items, document[tail:])


def _spans(document: bytes) -> list[tuple[int, int]]:
    """Where each entry begins and ends; none where they do not all stand equally deep."""
    reader = expat.ParserCreate("utf-8")
    starts, ends, depths, depth = list[int](), list[int](), set[int](), 0

    def start(name: str, _: object) -> None:
        nonlocal depth
        depth += 1
        if is_entry(name):
            starts.append(reader.CurrentByteIndex)
            depths.add(depth)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if is_entry(name):
            ends.append(document.index(b">", reader.CurrentByteIndex) + 1)

    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.Parse(document, True)
    return list(zip(starts, ends, strict=True)) if len(depths) == 1 else []


def completed(feed: Feed, items: Sequence[str], known: Mapping[str, Entry]) -> Feed:
    """A feed of which only items were read whose hash was not known, with the entries of the others.

    Raises ValueError where it is no feed of these items.
    """
    if len(feed.entries) == len(items) or not items:
        return feed
    read = iter(feed.entries)
    entries = [known.get(item) or next(read, None) for item in items]
    if next(read, None) is not None or None in entries:
        raise ValueError("not as many entries as items")
    return feed.model_copy(update={"entries": tuple(entries)})


def is_entry(name: str) -> bool:
    """Whether an element of this name, with any prefix or none, may be an entry."""
    return name.rpartition(":")[2].lower() in ENTRIES


def _lasting(head: bytes) -> bytes:
    """What stands before the entries, without what changes there with every new one."""
    plain = DATED.sub(rb"<\1></\1>", COMMENT.sub(b"", head))
    return LISTED.sub(b"<rdf:li/>", plain)
