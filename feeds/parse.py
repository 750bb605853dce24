"""Bytes of a feed document to a Feed: RSS of every version, RDF, Atom 0.3 and 1.0, JSON Feed.

bytes | feeds.decode | feedparser (or feeds.jsonfeed) | plain values | feeds.said | Feed
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import feedparser

from feeds import cutting, decode, generator, homes, jsonfeed, module, normal, pace, said, steady
from feeds.entries import NOWHERE, Feed, Home

Kind = Literal["not_a_feed", "empty", "bad_encoding", "parse"]

START = re.compile(r"<((?:[\w.-]+:)?(?:item|entry))[\s>]")
DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"

# feedparser takes text that is Latin-1 and, as bytes, good UTF-8 for UTF-8 read wrongly, and turns
# "SANTÉ\\u00a0:" into "SANTɠ:". While it reads, these characters lie outside Latin-1.
SHIELD = {code: 0xE000 + code for code in range(0x80, 0xC0)}
UNSHIELD = {shielded: code for code, shielded in SHIELD.items()}
TWICE = re.compile("[ÂÃ][\x80-\xbf]|â[\x80€]")  # what UTF-8 encoded twice does hold

NEVER = (1970, 1, 1, 0, 0, 0, 3, 1, 0)

# feedparser tries many forms on each date, and what it makes of one is not looked at: `feeds.dates` reads it.
feedparser.registerDateHandler(lambda text: NEVER)
feedparser.api.PREFERRED_XML_PARSERS = ["feeds.wholetext"]
feedparser.api.StrictFeedParser = type("Watched", (steady.Watched, feedparser.api.StrictFeedParser), {})

READERS = f"{generator.version()} {feedparser.__version__} {sys.version}"  # what may read otherwise some day


class Unreadable(ValueError):
    """A document that is no feed or cannot be read; the message says why in one line."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind

    def __reduce__(self) -> tuple[type[Unreadable], tuple[Kind, str]]:
        return Unreadable, (self.kind, str(self))  # it travels between processes


@dataclass(frozen=True, slots=True)
class Reading:
    """A document's feed, and the hash of each of its items, in the document's order, where these are certain.

    The feed has the entries of all items, or of those alone whose hash was not known. `home` is where
    its dates were read.
    """

    feed: Feed
    items: tuple[str, ...] = ()
    home: Home = NOWHERE


def parse(document: bytes, *, url: str, content_type: str = "", home: Home = NOWHERE) -> Feed:
    """The feed in a document of bytes. Raises Unreadable and nothing else.

    `url` is the document's address, `content_type` its HTTP header, `home` where its
    source writes dates without one. At most the newest thousand entries are kept.
    """
    return read(document, url=url, content_type=content_type, home=home).feed


def read(
    document: bytes,
    *,
    url: str,
    content_type: str = "",
    home: Home = NOWHERE,
    known: Collection[str] = (),
    known_at: Home = NOWHERE,
) -> Reading:
    """The same, where what items of these hashes say is `known`: they need not be read again.

    It is `known_at` the home where the dates of the document they were in were read.
    """
    try:
        return _parse(document, url, content_type, home, known, known_at)
    except Unreadable:
        raise
    except jsonfeed.NotAJSONFeed as error:
        raise Unreadable("not_a_feed", str(error)) from None
    except Exception as error:
        line = " ".join(f"{type(error).__name__}: {error}".split())
        raise Unreadable("parse", line[:500]) from error


def _parse(
    document: bytes, url: str, content_type: str, home: Home, known: Collection[str], known_at: Home
) -> Reading:
    text = decode.as_text(document, content_type)
    if not text.strip("\0 \t\r\n"):
        raise Unreadable("empty", "the document is empty")
    if text.count("\ufffd") * 10 > len(text):
        raise Unreadable("bad_encoding", "the document is in no encoding that is known or declared")
    if text.lstrip().startswith("{"):
        return Reading(jsonfeed.parse(text, url=url, home=home))
    xml, dropped = _thinned(decode.xml(text) or "")
    pieces = cutting.cut(xml, normal.MOST_ENTRIES) if xml and not module.speaks(xml) else None
    items = pieces.hashes(READERS, url) if pieces else ()
    unknown = [place for place, item in enumerate(items) if item not in known]
    if pieces and len(unknown) < len(items):
        with suppress(Exception):  # then it is read whole
            some = pieces.only(unknown)
            reading = _reading(_feedparser(some), some, url, home, items, len(unknown))
            if reading.items and reading.home == known_at:
                return reading
    found = _read(xml) if xml else {}
    if not found.get("version"):
        raise Unreadable("not_a_feed", f"neither RSS nor Atom nor JSON Feed: {_beginning(text)}")
    reading = _reading(found, xml, url, home, items, len(items))
    feed = reading.feed
    return replace(reading, feed=feed.model_copy(update={"left_out": feed.left_out + dropped}))


def _reading(
    found: dict[str, Any], xml: str, url: str, home: Home, items: tuple[str, ...], wanted: int
) -> Reading:
    """What was found, with the items where each one `wanted` was read for itself, and gave one entry."""
    feed = said.feed(found, module.read(xml), url, home, pace.skipped(xml))
    certain = found["feed"].get(steady.STEADY) is True
    certain = certain and len(found["entries"]) == len(feed.entries) == wanted
    at_home = homes.settled(home, feed.language, feed.url, feed.feed_url)
    return Reading(feed, items if certain else (), at_home)


def _beginning(text: str) -> str:
    return repr(" ".join(text[:200].split())[:60])


def _thinned(xml: str) -> tuple[str, int]:
    """A flood of entries without its middle, and how many those are.

    The newest stand first or, here and there, last.
    """
    most = normal.MOST_ENTRIES
    if sum(1 for _ in START.finditer(xml)) <= 2 * most:
        return xml, 0
    head, items, tail = _parts(xml)
    if len(items) <= 2 * most:
        return xml, 0
    return "".join((head, *items[:most], *items[-most:], tail)), len(items) - 2 * most


def _read(xml: str) -> dict[str, Any]:
    """What feedparser says of a document, in plain values; of one that it cannot read, what it says
    of the parts that it can: one bad entry never costs its neighbours.
    """
    try:
        return _feedparser(xml)
    except Exception:
        head, items, tail = _parts(xml)
        found = _feedparser(head + tail)
        found["feed"].pop(steady.STEADY, None)
        for item in items:
            with suppress(Exception):
                found["entries"] += _feedparser(head + item + tail)["entries"]
        if not found["entries"]:
            raise
        return found


def _parts(xml: str) -> tuple[str, list[str], str]:
    """A document as what stands before its entries, the entries, and what stands after them."""
    starts = list(START.finditer(xml))
    ends = [*(match.start() for match in starts[1:]), len(xml)]
    items, last = [], len(xml)
    for match, end in zip(starts, ends, strict=True):
        close = xml.find(">", xml.rfind(f"</{match[1]}", match.start(), end)) + 1
        if match.start() < close <= end:
            items.append(xml[match.start() : close])
            last = close
    return xml[: starts[0].start()] if starts else xml, items, xml[last:]


def _feedparser(xml: str) -> dict[str, Any]:
    # From a stream: given bytes or a string, feedparser opens the file or address they may name.
    # Without a content-location ids stay as they are written; said resolves addresses.
    found = feedparser.parse(
        io.BytesIO((DECLARATION + xml.translate(SHIELD)).encode()),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    plain = _plain(found)
    return plain if isinstance(plain, dict) else {}


def _plain(value: object) -> object:
    """feedparser's dictionaries as plain ones, which call no `published` `updated`."""
    if isinstance(value, str):
        return value if value.isascii() else _mended(value.translate(UNSHIELD))
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list) else value


def _mended(text: str) -> str:
    """Text that was encoded twice, decoded once more."""
    if TWICE.search(text):
        for codec in ("cp1252", "latin-1"):
            with suppress(UnicodeError):
                return text.encode(codec).decode("utf-8")
    return text
