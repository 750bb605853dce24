"""What a poll must know of a source, and what comes back from it: a document, a 304, or a failure. Values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.caching import Hints
from feeds.entries import NOWHERE, Home


@dataclass(frozen=True, slots=True)
class Address:
    """What a poll must know of a source: where, what we have of it, and where it is at home.

    `accept` says what is wanted there, where that is no feed.
    """

    source_id: int
    url: str
    etag: str | None = None
    last_modified: str | None = None
    home: Home = NOWHERE
    body_hash: str | None = None
    accept: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A body came back; `url` is where it was found after redirects.

    `moved_to` is how far permanent redirects (301, 308) led before any other; `links` are the
    relations that its headers name (RFC 8288), such as hub and self, with their addresses.
    """

    url: str
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    hints: Hints = field(default_factory=Hints)
    links: Mapping[str, str] = field(default_factory=dict)
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we have is current (304); `moved_to` as of a Document."""

    hints: Hints = field(default_factory=Hints)
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Nothing usable came back: one class of DESIGN §4.6, with a line for people.

    `elsewhere` where a status came from another address than the source's, after redirects.
    """

    kind: str
    message: str
    hints: Hints = field(default_factory=Hints)
    elsewhere: bool = False


Answer = Document | NotModified | Failure


def one_line(said: object) -> str:
    """A message or an exception as text, without control characters, at most 500 characters."""
    text = " ".join(str(said).split()) or type(said).__name__
    return "".join(character for character in text if character.isprintable())[:500]
