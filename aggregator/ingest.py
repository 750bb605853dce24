"""What a document changes: the entries of a feed compared with the items that are known. Pure.

feed ─> one key per entry ─> known by key, or by address? ─> new | revised | unchanged
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from feeds import dates, identity, proof, urls
from feeds.entries import Entry, Feed, Home, Moment


@dataclass(frozen=True, slots=True)
class Known:
    """An item as far as comparing needs it; `id` is None for one that retention purged."""

    id: int | None
    key: str
    fingerprint: str = ""
    canonical_url: str | None = None
    title: str = ""
    published: Moment | None = None
    updated: Moment | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry with what it is known by: ready to be kept as an item."""

    entry: Entry
    key: str
    public_id: str
    global_id: str | None
    canonical_url: str | None
    fingerprint: str
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new, oldest first, and what is revised, or has only its dates corrected, by item id."""

    new: tuple[Arrival, ...] = ()
    revised: Mapping[int, Arrival] = field(default_factory=dict)
    corrected: Mapping[int, Arrival] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.revised)


def arrivals(feed: Feed, source_url: str, now: datetime) -> list[Arrival]:
    """The entries of a document as they would be kept, in the document's order."""
    return [
        Arrival(
            entry=entry,
            key=key,
            public_id=public_id(entry, key, source_url),
            global_id=identity.global_id(entry),
            canonical_url=urls.canonical(entry.url) if entry.url else None,
            fingerprint=identity.fingerprint(entry),
            timestamp=timestamp(entry, now),
        )
        for entry, key in zip(feed.entries, identity.keys(feed.entries), strict=True)
    ]


def compare(arrived: Sequence[Arrival], known: Iterable[Known]) -> Changes:
    """Which of a document's entries are new, and which revise an item that is known.

    An entry is a known item by its key. Where a source changes its ids, it is a known item by
    its address and title, if no other entry of the document and no other known item has that
    address, and the item's own key is gone from the document.
    """
    known = tuple(known)
    by_key = {item.key: item for item in known}
    renamed = _renamed(arrived, known)
    new: list[Arrival] = []
    revised: dict[int, Arrival] = {}
    corrected: dict[int, Arrival] = {}
    for arrival in arrived:
        item = by_key.get(arrival.key) or renamed.get((arrival.canonical_url, arrival.entry.title))
        if item is None:
            new.append(arrival)
        elif item.id is not None and item.fingerprint != arrival.fingerprint:
            revised[item.id] = arrival
        elif item.id is not None and _corrects(arrival.entry, item):
            corrected[item.id] = arrival
    new.reverse()  # a document begins with its newest; a stable sort keeps what has one date in order
    return Changes(tuple(sorted(new, key=lambda arrival: arrival.timestamp)), revised, corrected)


def _renamed(arrived: Sequence[Arrival], known: Sequence[Known]) -> dict[tuple[str | None, str], Known]:
    """The known items that only their address and title can name, by both."""
    present = {arrival.key for arrival in arrived}
    once = Counter(arrival.canonical_url for arrival in arrived)
    kept = Counter(item.canonical_url for item in known)
    return {
        (item.canonical_url, item.title): item
        for item in known
        if item.canonical_url
        and item.key not in present
        and once[item.canonical_url] == 1
        and kept[item.canonical_url] == 1
    }


def timestamp(entry: Entry, first_seen: datetime) -> datetime:
    """The instant that orders an item: its source's date where believable, else when it was first seen."""
    for moment in (entry.published, entry.updated):
        if moment is not None and moment.at is not None and dates.believable(moment.at, first_seen):
            return moment.at
    return first_seen


def correction(kept: Moment | None, said: Moment | None) -> Moment | None:
    """The date that an item has after its source dates it again; one that it leaves out stays.

    A date in the words that are known is no correction: it stays as it was read, wherever its source
    has moved since.
    """
    return kept if said is None or (kept is not None and kept.raw == said.raw) else said


def reordered(entry: Entry, before: datetime, first_seen: datetime) -> datetime:
    """The instant that orders an item whose date was corrected.

    It follows the correction as far as when the item was first seen, and so never makes it new.
    """
    moment = entry.published or entry.updated
    believed = moment is not None and moment.at is not None and dates.believable(moment.at, first_seen)
    return timestamp(entry, first_seen) if believed else before


def read_again(moment: Moment | None, home: Home) -> Moment | None:
    """A date as it is read at this home; one that says its own offset, or nothing, stays."""
    if moment is None or moment.known_by in (None, "offset"):
        return moment
    return dates.read(moment.raw, home)


def feed_again(feed: Feed, home: Home) -> Feed:
    """A feed with its dates as they are read at this home."""
    return feed.model_copy(update={"entries": tuple(_entry_again(entry, home) for entry in feed.entries)})


def _entry_again(entry: Entry, home: Home) -> Entry:
    dated = {name: read_again(getattr(entry, name), home) for name in ("published", "updated")}
    return entry.model_copy(update=dated)


def _corrects(entry: Entry, item: Known) -> bool:
    return any(
        correction(kept, said) is not kept
        for kept, said in ((item.published, entry.published), (item.updated, entry.updated))
    )


def public_id(entry: Entry, key: str, source_url: str) -> str:
    """The id an entry is republished under: its own where that is a URI, else one derived from it.

    Never a local number, and the same on every machine: it is derived from the source's address and the key.
    """
    if key == entry.guid == proof.uri(entry.guid) and identity.global_id(entry) is not None:
        return entry.guid
    return uuid5(NAMESPACE_URL, f"{source_url}#{key}").urn
