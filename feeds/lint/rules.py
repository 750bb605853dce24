"""The rules of the formats and of their best practices: RFC 4287, RSS 2.0 with its profile, JSON Feed 1.1.

What an entry or feed needs ─> each value by what it is ─> what entries must not share
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from feeds.lint import values
from feeds.lint.findings import Finding, shown
from feeds.lint.values import Fault
from feeds.lint.written import Kind, Part, Said, Written

Needs = tuple[tuple[str, ...], ...]

# Of each line one is needed. RSS and JSON Feed want the address of the document as a best practice.
OF_FEED: Mapping[Kind, Needs] = {
    "rss": (("title",), ("link",), ("summary",), ("self",)),
    "atom": (("id",), ("title",), ("updated",), ("self",)),
    "json": (("title",), ("link",), ("self",)),
}
OF_ENTRY: Mapping[Kind, Needs] = {
    "rss": (("title", "summary"), ("id",), ("published",)),
    "atom": (("id",), ("title",), ("updated",), ("content", "link")),
    "json": (("id",), ("content", "text"), ("published",)),
}
CALLED: Mapping[Kind, Mapping[str, str]] = {
    "rss": {"id": "guid", "published": "pubDate", "summary": "description", "self": "atom:link rel=self"},
    "atom": {"self": "link rel=self", "link": "link rel=alternate"},
    "json": {
        "link": "home_page_url",
        "self": "feed_url",
        "published": "date_published",
        "content": "content_html",
        "text": "content_text",
    },
}
SERVED_AS: Mapping[Kind, tuple[str, ...]] = {
    "rss": ("application/rss+xml", "application/xml", "text/xml"),
    "atom": ("application/atom+xml", "application/xml", "text/xml"),
    "json": ("application/feed+json", "application/json"),
}
WITHOUT = {
    "id": "readers take the entry for another at each change; give one that stays",
    "published": "readers date it by when they saw it; say when it was published",
    "self": "readers that were handed the document do not know where it is; give its address",
    "author": "name one in the entry, in its source or in the feed",
}


def check(written: Written, now: datetime, address: str = "", content_type: str = "") -> list[Finding]:
    """What breaks a rule, in the order of the document.

    `address` is where it was read, `content_type` what it was served as; empty where that is not known.
    """
    found = [*_served(written.kind, content_type), *_version(written)]
    found += _needs(written.feed, written.kind, OF_FEED[written.kind])
    found += _values(written.feed, written.kind, now)
    found += _elsewhere(written.feed, address) if address else ()
    for entry in written.entries:
        found += _needs(entry, written.kind, OF_ENTRY[written.kind])
        found += _values(entry, written.kind, now)
        found += _unsigned(entry, written)
    found += _shared(written)
    return found


def _served(kind: Kind, content_type: str) -> Iterator[Finding]:
    own, *others = SERVED_AS[kind]
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type not in (own, *others):
        what = f"is served as {shown(media_type)}"
        yield Finding("content-type", "document", None, what, f"have it served as {own}")


def _version(written: Written) -> Iterator[Finding]:
    newest = {"rss": "2.0", "atom": "1.0", "json": "https://jsonfeed.org/version/1.1"}[written.kind]
    if written.version != newest:
        what = f"is of version {written.version or 'unknown'}"
        yield Finding("old-version", "document", written.feed.line, what, f"write version {newest}")


def _needs(part: Part, kind: Kind, needs: Needs) -> Iterator[Finding]:
    for names in needs:
        if not part.has(*names):
            called = " or ".join(CALLED[kind].get(name, name) for name in names)
            remedy = WITHOUT.get(names[0], "give one")
            yield Finding(f"missing-{names[0]}", part.where, part.line, f"has no {called}", remedy)


def _values(part: Part, kind: Kind, now: datetime) -> Iterator[Finding]:
    for name, said in ((name, one) for name, every in part.said.items() for one in every):
        for fault in _faults(name, said, kind, now):
            yield finding(part, said, fault)


def finding(part: Part, said: Said, fault: Fault) -> Finding:
    return Finding(fault.code, f"{part.where} {said.name}", said.line, fault.what, fault.remedy)


def _faults(name: str, said: Said, kind: Kind, now: datetime) -> Iterable[Fault]:
    match name:
        case "link" | "self" | "hub" | "logo" | "icon" | "comments":
            return values.address(said)
        case "id":
            return IDS[kind](said)
        case "published" | "updated":
            return values.date(said, kind, now)
        case "changed":
            return values.date(said, "atom", now)
        case "language":
            return values.language(said)
        case "enclosure":
            return values.enclosure(said, kind)
        case "summary" | "content":
            return values.html(said) if _is_html(name, said, kind) else values.untagged(said)
        case "title" | "author":
            return values.plain(said)
    return ()


def _is_html(name: str, said: Said, kind: Kind) -> bool:
    """Whether a text is HTML, as all of RSS are, of JSON Feed the content, of Atom those that say so."""
    if kind == "atom":
        return said.attributes.get("type") in values.HTML
    return kind == "rss" or name == "content"


IDS: Mapping[Kind, Callable[[Said], Iterable[Fault]]] = {
    "rss": values.permalink,
    "atom": values.global_id,
    "json": lambda said: (),
}


def _elsewhere(feed: Part, address: str) -> Iterator[Finding]:
    for said in feed.all("self"):
        if said.text != address:
            what = f"is not the address that it was read at, {address}"
            yield finding(feed, said, Fault("self-elsewhere", what, "subscribers are sent there: correct it"))
            return


def _unsigned(entry: Part, written: Written) -> Iterator[Finding]:
    """Of Atom each entry has an author (RFC 4287 §4.1.2)."""
    if written.kind == "atom" and not (entry.has("author", "source author") or written.feed.has("author")):
        yield Finding("missing-author", entry.where, entry.line, "has no author", WITHOUT["author"])


def _shared(written: Written) -> Iterator[Finding]:
    """What no two entries have in common: ids, and in Atom the time of their last change."""
    yield from _repeated(written, "id", "duplicate-id", "readers show one of them; give each its own")
    if written.kind == "atom":
        remedy = "readers may take them for one; tell them apart by a part of a second"
        yield from _repeated(written, "updated", "duplicate-updated", remedy)


def _repeated(written: Written, name: str, code: str, remedy: str) -> Iterator[Finding]:
    first: dict[str, str] = defaultdict(str)
    for entry in written.entries:
        for said in entry.all(name):
            if other := first[said.text]:
                yield finding(entry, said, Fault(code, f"is that of {other} too", remedy))
            else:
                first[said.text] = entry.where
