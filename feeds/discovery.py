"""The feeds that a web page names, and where feeds usually are on a site that names none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree

from feeds import markup, urls

LARGEST = 2_000_000  # bytes of a page that are looked through
MOST = 50
MOST_ANCHORS = 5_000

TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
    | {"application/xml", "text/xml", "application/x.atom+xml", "text/rss+xml", "text/atom+xml"}
)
FEED_PATH = re.compile(r"(\.(rss|atom|rdf|xml)|/(feeds?|rss2?|atom)|/(feed|rss|atom|index)\.json)/?$", re.I)
FEED_TEXT = re.compile(r"(?<![\w-])(rss|atom|feed)(?![\w-])", re.I)
NO_FEED = re.compile(r"/[^/]*(sitemap|opensearch|osd|wlwmanifest|xmlrpc)[^/]*\.xml$", re.I)
LONGEST_TEXT = 40  # characters of an anchor that says no more than that it leads to a feed

WELL_KNOWN = ("/feed", "/rss.xml", "/atom.xml", "/index.xml", "/feed.xml", "/feed.json")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address at which a page says, or seems to say, that a feed is. Title and type may be empty."""

    url: str
    title: str = ""
    type: str = ""


def candidates(page: str | bytes, url: str) -> tuple[Candidate, ...]:
    """The feeds that the HTML page at `url` names, in its order, each once; never the page itself.

    Its `link rel=alternate` elements count; where there are none, the anchors that look as if they led
    to a feed. At most fifty.
    """
    root = _root(page)
    if root is None:
        return ()
    bases = (urls.gate(_said(element, "href"), url) for element in root.iter("base"))
    base = next((found for found in bases if found), url)
    named = _once(_linked(root, base), url)
    return named or _once(_anchored(root, base), url)


def well_known(url: str) -> tuple[Candidate, ...]:
    """Where a feed usually is on the site of `url`, for a page that names none."""
    return _once((Candidate(found) for path in WELL_KNOWN if (found := urls.gate(path, url))), url)


def _root(page: str | bytes) -> Any:
    """The root of a page; None where there is nothing in it."""
    body = (page.encode("utf-8", "replace") if isinstance(page, str) else page)[:LARGEST]
    try:
        body.decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the page's own meta element says which
    try:
        return etree.fromstring(body, etree.HTMLParser(encoding=encoding, no_network=True))
    except (etree.LxmlError, ValueError):
        return None


def _linked(root: Any, base: str) -> Iterator[Candidate]:
    for element in root.iter("link"):
        kind = _said(element, "type").partition(";")[0].strip().lower()
        relations = _said(element, "rel").lower().split()
        if ("alternate" in relations and kind in TYPES) or "feed" in relations:
            yield from _candidate(element, base, _said(element, "title"), kind)


def _anchored(root: Any, base: str) -> Iterator[Candidate]:
    for element in islice(root.iter("a"), MOST_ANCHORS):
        text = markup.title(" ".join(islice(element.itertext(), 5))) or _said(element, "title")
        path = re.split("[?#]", _said(element, "href"), maxsplit=1)[0].strip()
        says_so = len(text) <= LONGEST_TEXT and FEED_TEXT.search(text)
        if (says_so or FEED_PATH.search(path)) and not NO_FEED.search(path):
            yield from _candidate(element, base, text, "")


def _candidate(element: Any, base: str, title: str, kind: str) -> Iterator[Candidate]:
    address = urls.gate(_said(element, "href"), base)
    if address:
        yield Candidate(address, markup.title(title, 200), kind)


def _once(found: Iterable[Candidate], page: str) -> tuple[Candidate, ...]:
    """Each address once, the first that has it, without places within a page and the page itself."""
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(urls.canonical(candidate.url), candidate)
    first.pop(urls.canonical(page), None)
    return tuple(first.values())[:MOST]


def _said(element: Any, attribute: str) -> str:
    value = element.get(attribute)
    return value if isinstance(value, str) else ""
