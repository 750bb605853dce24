"""Whether a reader of documents comes out of each entry as it went in.

Where it does, an entry says the same whichever others stand before it, and the feed whichever it has.
"""

from __future__ import annotations

from types import NoneType
from typing import Any

from feeds.cutting import is_entry

STEADY = "is:steady"  # among what is said of a feed; no element of that name has a value that is True

# What an entry finds as the one before left it, and never looks at: the entries so far, the elements that
# it stands in, and what its own beginning sets anew.
UNSEEN = {"entries", "elementstack", "property_depth_map", "title_depth", "guidislink", "watch"}

PLAIN = {int, bool, str, NoneType}
XHTML = "http://www.w3.org/1999/xhtml"


class Watch:
    """What a reader was like before the first entry, and whether it has been so after each since."""

    def __init__(self) -> None:
        self.steady = True
        self.found: dict[str, object] | None = None
        self.declared = False  # a namespace, by the element that comes next


class Watched:
    """feedparser's strict reader, telling with what it found whether it was steady: it is mixed into that."""

    def startDocument(self) -> None:  # noqa: N802  as SAX calls it
        self.watch = Watch()

    def startPrefixMapping(self, prefix: Any, uri: Any) -> None:  # noqa: N802  likewise
        self.watch.declared = True
        super().startPrefixMapping(prefix, uri)  # type: ignore[misc]  # feedparser's

    def unknown_starttag(self, tag: str, attributes: Any) -> None:
        watch = self.watch
        if is_entry(tag):
            watch.steady = watch.steady and not watch.declared
            watch.found = watch.found or _state(self)
        watch.declared = False
        super().unknown_starttag(tag, attributes)  # type: ignore[misc]  # feedparser's

    def unknown_endtag(self, tag: str) -> None:
        super().unknown_endtag(tag)  # type: ignore[misc]  # feedparser's
        if self.watch.steady and is_entry(tag):
            self.watch.steady = _state(self) == self.watch.found

    def endDocument(self) -> None:  # noqa: N802  likewise
        self.feeddata: dict[str, object]
        self.feeddata[STEADY] = self.watch.steady


def _state(reader: object) -> dict[str, object]:
    """All that a reader remembers, as it is now."""
    return {
        name: value if type(value) in PLAIN else repr(_telling(name, value))
        for name, value in vars(reader).items()
        if name not in UNSEEN
    }


def _telling(name: str, value: Any) -> object:
    """Declarations without XHTML's, whose elements feedparser knows by the namespace itself."""
    if name == "namespacemap":
        return {prefix: known for prefix, known in value.items() if prefix is not None}
    if name == "namespaces_in_use" and value.get("xhtml") == XHTML:
        return {prefix: uri for prefix, uri in value.items() if prefix != "xhtml"}
    return value
