"""Which known item an entry is, on what evidence. Pure.

    its id and its address ─> its id ─> address and title ─> path, title and summary on another host
    ─> its id, whatever it says now ─> its address alone ─> its path, where the whole source moved

Each step sees what the ones before it left. An item is one entry's at most.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from feeds import identity, urls
from feeds.drawings import Drawing
from feeds.entries import Entry, Moment

WITNESSES = 2  # entries that came along from one host to another, so that the others are believed

# Words that say something; of scripts that do not separate words, each character.
_TELLING = re.compile(r"[^\W\d_]{4,}|\d+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Known:
    """An item as far as comparing needs it; `id` is None for one that retention purged."""

    id: int | None
    key: str
    fingerprint: str = ""
    canonical_url: str | None = None
    title: str = ""
    alias: str = ""
    timestamp: datetime | None = None
    summary: str | None = None
    url: str | None = None
    published: Moment | None = None
    updated: Moment | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry with what it is known by: ready to be kept as an item."""

    entry: Entry
    names: identity.Names
    key: str
    public_id: str
    global_id: str | None
    canonical_url: str | None
    fingerprint: str
    timestamp: datetime
    drawing: Drawing | None = None


T = TypeVar("T")
Agreement = Callable[[Arrival, Known], bool]


def match(arrived: Sequence[Arrival], known: Iterable[Known]) -> dict[str, Known]:
    """The known item that each arrival is, by the arrival's key; those that are none are left out."""
    pairing = _Pairing(arrived, tuple(known))
    pairing.by_name(_says_the_same)
    pairing.by_name(_agrees)
    pairing.by_mark(_page)
    pairing.by_mark(_path, _texts_agree)
    pairing.by_name(_revises)
    pairing.by_address(astray=misnumbered(arrived, pairing.known, pairing.found) or _mostly_repeated(arrived))
    pairing.by_moves()
    return pairing.found


def misnumbered(arrived: Iterable[Arrival], known: Iterable[Known], found: Mapping[str, Known]) -> bool:
    """Whether ids stand for other items than they did: they number places, not entries."""
    held = {item.key for item in known}
    return any(
        arrival.names.plain in held and not answers_to(found[arrival.key], arrival.names)
        for arrival in arrived
        if arrival.key in found
    )


def answers_to(item: Known, names: identity.Names) -> bool:
    """Whether the item's key is one of an entry's own names."""
    return item.key in (names.key, names.plain, names.full)


class _Pairing:
    """What was found so far, and what is left on either side."""

    def __init__(self, arrived: Sequence[Arrival], known: Sequence[Known]) -> None:
        self.arrived, self.known = arrived, known
        self.found: dict[str, Known] = {}
        # From the oldest up, as repetitions are counted.
        self.left = {arrival.key: arrival for arrival in reversed(arrived)}
        self.free = {item.key: item for item in known}

    def take(self, arrival: Arrival, item: Known) -> None:
        self.found[arrival.key] = item
        del self.left[arrival.key], self.free[item.key]

    def by_name(self, agrees: Agreement) -> None:
        for arrival in tuple(self.left.values()):
            for name in (arrival.names.full, arrival.names.key, arrival.names.plain):
                item = self.free.get(name)
                if item is not None and agrees(arrival, item):
                    self.take(arrival, item)
                    break

    def by_mark(
        self,
        mark: Callable[[Arrival | Known], Hashable],
        agrees: Agreement = lambda arrival, item: True,
    ) -> None:
        """Pair what has a mark that no other entry of the document and no other known item has."""
        items = _alone(self.known, mark)
        for found, arrival in _alone(self.arrived, mark).items():
            item = items.get(found)
            if item and arrival.key in self.left and item.key in self.free and agrees(arrival, item):
                self.take(arrival, item)

    def by_address(self, astray: bool) -> None:
        """Pair by the address alone, where it is the id, or the ids are not to be trusted."""
        self.by_mark(_address, lambda arrival, item: astray or _id_is_address(arrival, item))
        first: dict[str | None, Known] = {}
        for item in self.free.values():
            if item.key.partition(" ")[0] != item.canonical_url or item.key == item.canonical_url:
                first.setdefault(item.canonical_url, item)
        for address, arrival in _alone(self.left.values(), _address).items():
            if address in first and arrival.names.plain == identity.short(arrival.canonical_url or ""):
                self.take(arrival, first[address])

    def by_moves(self) -> None:
        """Pair by path alone between hosts from one of which other entries came to the other."""
        pairs = ((arrival, self.found[arrival.key]) for arrival in self.arrived if arrival.key in self.found)
        moves = Counter(_move(arrival, item) for arrival, item in pairs if arrival.names.alias == item.alias)
        believed = {move for move, times in moves.items() if times >= WITNESSES and len(set(move)) == 2}
        if believed:
            self.by_mark(_place, lambda arrival, item: _move(arrival, item) in believed)


def _alone(things: Iterable[T], mark: Callable[[T], Hashable]) -> dict[Hashable, T]:
    """Those whose mark no other has; what has none (None) is left out."""
    marked = [(found, thing) for thing in things if (found := mark(thing)) is not None]
    times = Counter(found for found, _ in marked)
    return {found: thing for found, thing in marked if times[found] == 1}


def _title(thing: Arrival | Known) -> str:
    return thing.entry.title if isinstance(thing, Arrival) else thing.title


def _place(thing: Arrival | Known) -> str | None:
    alias = thing.names.alias if isinstance(thing, Arrival) else thing.alias
    return alias if alias.startswith("/") else None


def _address(thing: Arrival | Known) -> str | None:
    """Its address; a front page names nothing."""
    return thing.canonical_url if _place(thing) else None


def _page(thing: Arrival | Known) -> Hashable:
    """Its address and title; of an entry with neither address nor id, its text."""
    if thing.canonical_url:
        return thing.canonical_url, _title(thing)
    if isinstance(thing, Arrival):
        return thing.names.alias if thing.names.plain == thing.names.alias else None
    return thing.alias or None


def _path(thing: Arrival | Known) -> Hashable:
    place = _place(thing)
    return (place, _title(thing)) if place else None


def _says_the_same(arrival: Arrival, item: Known) -> bool:
    return arrival.canonical_url == item.canonical_url and arrival.entry.title == item.title


def _agrees(arrival: Arrival, item: Known) -> bool:
    """Whether nothing speaks against what the id says: the address or the title is the same."""
    same_page = arrival.canonical_url == item.canonical_url
    if arrival.names.repeated and item.key == arrival.names.plain:
        return same_page and arrival.canonical_url is not None
    same_title = arrival.entry.title == item.title != ""
    return same_page or same_title or not (item.title or item.canonical_url)


def _texts_agree(arrival: Arrival, item: Known) -> bool:
    return item.summary is None or item.summary == arrival.entry.summary


def _revises(arrival: Arrival, item: Known) -> bool:
    """Whether an entry of an item's id is that item, though address and title have changed.

    It is, but where all speaks against it: another path, a later date, no word of the title left.
    That is a place that shows a new entry each time, under one id.
    """
    if arrival.names.repeated:
        return item.key != arrival.names.plain
    places = _place(arrival), _place(item)
    dated = bool(arrival.entry.published and item.timestamp and arrival.timestamp > item.timestamp)
    old, new = set(_words(item.title)), set(_words(arrival.entry.title))
    wholly_other = bool(old and new and not old & new)
    return not (dated and wholly_other and all(places) and places[0] != places[1])


def _words(title: str) -> list[str]:
    return _TELLING.findall(title.casefold())


def _id_is_address(arrival: Arrival, item: Known) -> bool:
    """Whether either id is but the address, or both are one id otherwise written."""
    names = [name for name in (arrival.names.plain, item.key) if "#" not in name]  # a place within a page
    ids = [urls.canonical(name).casefold() for name in names]
    return (arrival.canonical_url or "").casefold() in ids or (len(ids) == 2 and ids[0] == ids[1])


def _move(arrival: Arrival, item: Known) -> tuple[str, str]:
    """The hosts between which an entry would have moved."""
    return _host(item.canonical_url or item.key), _host(arrival.canonical_url or arrival.names.plain)


def _host(address: str) -> str:
    return urlsplit(urls.canonical(address)).netloc


def _mostly_repeated(arrived: Sequence[Arrival]) -> bool:
    """Whether a document says one id of most of its entries."""
    return 2 * sum(arrival.names.repeated for arrival in arrived) > len(arrived)
