"""What a document changes: the entries of a feed compared with the items that are known. Pure.

feed ─> names of each entry ─> which known item is it? ─> new | revised | unchanged
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from aggregator import matching
from aggregator.matching import Arrival, Known
from feeds import dates, identity, proof, urls
from feeds.drawings import Drawing
from feeds.entries import Entry, Feed, Home, Moment


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new, oldest first, and what is revised, or has only its dates corrected, by item id.

    `keys` are the names of items whose source calls them otherwise now, `purged` what is to be known
    now of those that retention removed, by the key that was. Of the entries of the document that are
    `known` items, `kept` had the id that was known and `renamed` another.
    """

    new: tuple[Arrival, ...] = ()
    revised: Mapping[int, Arrival] = field(default_factory=dict)
    corrected: Mapping[int, Arrival] = field(default_factory=dict)
    keys: Mapping[int, str] = field(default_factory=dict)
    purged: Mapping[str, Arrival] = field(default_factory=dict)
    kept: int = 0
    renamed: int = 0
    known: Mapping[int, Arrival] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.revised)


def arrivals(
    feed: Feed, source_url: str, now: datetime, trusted: bool = True, drawings: Iterable[Drawing | None] = ()
) -> list[Arrival]:
    """A document's entries as they would be kept, in its order; by their ids where these are `trusted`.

    `drawings` are those of its entries, in their order, where there are any.
    """
    entries = _each_once(feed.entries)
    drawn = dict(zip(map(id, feed.entries), drawings, strict=False))
    return [
        Arrival(
            entry=entry,
            names=names,
            key=names.key,
            public_id=public_id(entry, names.key, source_url),
            global_id=global_id(entry, names.key, source_url) if trusted else None,
            canonical_url=urls.canonical(entry.url) if entry.url else None,
            fingerprint=fingerprint,
            timestamp=timestamp(entry, now),
            drawing=drawn.get(id(entry)),
        )
        for (_, fingerprint), entry, names in zip(
            entries, entries.values(), identity.names(tuple(entries.values()), trusted), strict=True
        )
    ]


def _each_once(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """Entries by id and fingerprint: one that a document says twice to the letter is one."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        found.setdefault((entry.guid.strip(), identity.fingerprint(entry)), entry)
    return found


def compare(arrived: Sequence[Arrival], known: Iterable[Known]) -> Changes:
    """Which of a document's entries are new, and which revise an item that is known."""
    known = tuple(known)
    found = matching.match(arrived, known)
    pairs = [(arrival, found[arrival.key]) for arrival in arrived if arrival.key in found]
    renamed = [(arrival, item) for arrival, item in pairs if not matching.answers_to(item, arrival.names)]
    keys = {} if matching.misnumbered(arrived, known, found) else _keys(renamed, known)
    kept = {item.id: (arrival, item) for arrival, item in pairs if item.id is not None}
    revised = {number: arrival for number, (arrival, item) in kept.items() if _says_more(arrival, item)}
    corrected = {
        number: arrival
        for number, (arrival, item) in kept.items()
        if number not in revised and _corrects(arrival.entry, item)
    }
    new = _new(arrived, found, {item.key for item in known})
    new.reverse()  # a document begins with its newest; a stable sort keeps what has one date in order
    return Changes(
        tuple(sorted(new, key=lambda arrival: arrival.timestamp)),
        revised,
        corrected,
        {item.id: keys[item.key] for _, item in renamed if item.id is not None and item.key in keys},
        _of_purged(pairs, keys),
        kept=len(pairs) - len(renamed),
        renamed=len(renamed),
        known={number: arrival for number, (arrival, _) in kept.items()},
    )


def _of_purged(pairs: Iterable[tuple[Arrival, Known]], keys: Mapping[str, str]) -> dict[str, Arrival]:
    """What purged items say now, under the keys they have from now on."""
    return {
        item.key: replace(arrival, key=keys.get(item.key, item.key))
        for arrival, item in pairs
        if item.id is None and (item.key in keys or _what_tells(item) != _what_tells(arrival))
    }


def _what_tells(one: Arrival | Known) -> tuple[str | None, ...]:
    if isinstance(one, Known):
        return one.canonical_url, one.alias, one.title
    return one.canonical_url, one.names.alias, one.entry.title


def _new(arrived: Sequence[Arrival], found: Mapping[str, Known], taken: set[str]) -> list[Arrival]:
    """What is not known, each once, under keys that no item has."""
    seen = {_text(arrival): arrival for arrival in arrived if arrival.key in found}
    new = []
    for arrival in arrived:
        if arrival.key in found:
            continue
        twin = seen.setdefault(_text(arrival), arrival)
        if twin is arrival or not _is_said_twice(arrival, twin):
            new.append(_under_free_key(arrival, taken))
            taken.add(new[-1].key)
    return new


def _text(arrival: Arrival) -> tuple[str, str, str]:
    return arrival.names.alias, arrival.entry.title, arrival.entry.summary


def _is_said_twice(arrival: Arrival, twin: Arrival) -> bool:
    """Whether two entries of one text are one: a document in the middle of a move shows it on both hosts."""
    addresses = {arrival.canonical_url, twin.canonical_url}
    return len(addresses) == 2 and None not in addresses and arrival.names.alias.startswith("/")


def _under_free_key(arrival: Arrival, taken: set[str]) -> Arrival:
    if arrival.key not in taken:
        return arrival
    key = identity.unlike(arrival.names.full, taken)
    return replace(arrival, key=key, public_id=uuid5(NAMESPACE_URL, f"{arrival.public_id} {key}").urn)


def _keys(renamed: Iterable[tuple[Arrival, Known]], known: Iterable[Known]) -> dict[str, str]:
    """The new keys of items by their old ones, but for those that another item has."""
    taken = {item.key for item in known}
    return {item.key: arrival.key for arrival, item in renamed if arrival.key not in taken}


def _says_more(arrival: Arrival, item: Known) -> bool:
    """Whether a reader would see a change: a session or a tracker in the address is none."""
    if item.fingerprint == arrival.fingerprint:
        return False
    said, kept = arrival.entry.url, item.url
    if not said or not kept or said == kept or item.canonical_url != arrival.canonical_url:
        return True
    if urls.host(said) != urls.host(kept):
        return True
    as_it_was = arrival.entry.model_copy(update={"url": kept})
    return identity.fingerprint(as_it_was) != item.fingerprint


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


def global_id(entry: Entry, key: str, source_url: str) -> str | None:
    """What tells that an item of another source is this one: its global id, else its id within its feed.

    An entry that another feed republishes names its own (atom:source, RFC 4287 §4.2.11).
    """
    if (found := identity.global_id(entry)) is not None or not (guid := entry.guid.strip()):
        return found
    if (origin := entry.origin) is not None:
        return uuid5(NAMESPACE_URL, f"{urls.canonical(origin.feed_url or origin.id)}#{guid}").urn
    return uuid5(NAMESPACE_URL, f"{urls.canonical(source_url)}#{key}").urn


def public_id(entry: Entry, key: str, source_url: str) -> str:
    """The id an entry is republished under: its own where that is a URI, else one derived from it.

    Never a local number, and the same on every machine: it is derived from the source's address and the key.
    """
    if key == entry.guid == proof.uri(entry.guid) and identity.global_id(entry) is not None:
        return entry.guid
    return uuid5(NAMESPACE_URL, f"{source_url}#{key}").urn
