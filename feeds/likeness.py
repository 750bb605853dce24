"""Are two items the same item, the same text, the same story? Pure; each answer has a score and evidence.

    Profile, Profile ─> same item? ─> same text? ─> same story? ─> Alike | None

A false likeness is worse than a missed one: each level asks for more than one kind of evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from feeds import signs, wording
from feeds.profiles import Profile, is_article, is_page
from feeds.shingles import shared

Level = Literal["same item", "same text", "same story"]
LEVELS: tuple[Level, ...] = ("same story", "same text", "same item")

DAY = 86_400.0
TEXT_WINDOW, STORY_DAYS = 14 * DAY, 5
SHORT, LONG = 25, 60  # words of a text
ENOUGH = 0.72
MOBILE = re.compile(r"https://(?:m|mobile|amp)\.(?=[^./]+\.)")


@dataclass(frozen=True)
class Alike:
    """How two items are alike: at which level, how sure (0 to 1), and what says so."""

    level: Level
    score: float
    evidence: str

    @property
    def rank(self) -> tuple[int, float]:
        """Greater is more alike."""
        return LEVELS.index(self.level), self.score


def medoid(count: int, scores: Mapping[tuple[int, int], float]) -> int:
    """Which of so many, by place, is most like all the others; of several the first."""
    total = [0.0] * count
    for (one, other), score in scores.items():
        total[one] += score
        total[other] += score
    return max(range(count), key=lambda place: (total[place], -place))


def compare(one: Profile, other: Profile) -> Alike | None:
    """How two items are alike, at the highest level that the evidence carries; None where they are not."""
    return _same_item(one, other) or _same_text(one, other) or _same_story(one, other)


class Place(NamedTuple):
    """Where an item is, as far as its address is concerned: its source, its fragment, its title."""

    source: int
    fragment: str
    title: str


def same_page(address: str | None, here: Place, there: Place) -> bool:
    """Whether two items of one canonical address are of one page.

    A site's front page names no entry, and a source's fragments of one page name several. Where the
    address could be that of a tag or a programme, the titles have to say that it is one page.
    """
    if address is None or not is_page(address):
        return False
    if here.source == there.source and here.fragment != there.fragment:
        return False
    return is_article(address) or _titles_agree(here.title, there.title)


def same_id(name: str, here: Place, there: Place) -> bool:
    """Whether two items of one global id are one: a web address says so only where it is that of a page."""
    return not name.startswith("https:") or same_page(name, here, there)


def _titles_agree(title: str, other: str) -> bool:
    here, there = wording.words(title), wording.words(other)
    return len(here.keys() & there.keys()) * 2 >= min(len(here), len(there))


def _same_item(one: Profile, other: Profile) -> Alike | None:
    if one.id is not None and one.id == other.id and same_id(one.id, _place(one), _place(other)):
        return Alike("same item", 1.0, f"the same id, {one.id}")
    if one.address == other.address and same_page(one.address, _place(one), _place(other)):
        return Alike("same item", 1.0, f"the same address, {one.address}")
    if one.title == other.title and _plain(one.address) == _plain(other.address) and one.address:
        return Alike("same item", 1.0, f"one page on the mobile host, {one.address}, under one title")
    named = (one.originals & _pages(other)) | (other.originals & _pages(one))
    if original := next(filter(is_page, sorted(named)), None):
        return Alike("same item", 1.0, f"the same original page, {original}")
    return None


def _plain(address: str | None) -> str:
    """An address without what a host has for telephones; that of a site, which is no page, as it is."""
    return MOBILE.sub("https://", address) if address and is_page(address) else (address or "")


def _place(item: Profile) -> Place:
    return Place(item.source, item.place, item.title)


def _pages(item: Profile) -> frozenset[str]:
    """The page of an item, and those that it names as its original."""
    return item.originals | ({item.address} if item.address else frozenset())


def _same_text(one: Profile, other: Profile) -> Alike | None:
    """Most of the shorter text stands in the other, with the same names and numbers.

    Texts by one template, such as quarterly reports, differ in just these.
    """
    least = min(one.length, other.length)
    if least < SHORT or abs(one.at - other.at) > TEXT_WINDOW:
        return None
    together, contained = shared(one.text, other.text)
    asked = 0.45 if least >= LONG else 0.6
    if one.source == other.source:
        asked, contained = 0.8, together
    if contained < asked or _agreement(one.facts, other.facts) < 0.6:
        return None
    return Alike("same text", contained, f"{contained:.0%} of {least} words stand in the other")


def _same_story(one: Profile, other: Profile) -> Alike | None:
    apart = abs(one.at - other.at) / DAY
    if one.source == other.source or apart > STORY_DAYS:
        return None
    found = signs.between(one, other)
    if not found.are_enough or found.score < ENOUGH:
        return None
    return Alike("same story", round(found.score, 3), found.evidence)


def _agreement(one: Collection[str], other: Collection[str]) -> float:
    """How much of the smaller set is in the other; 1 where it is too small to say anything."""
    least = min(len(one), len(other))
    return len(set(one) & set(other)) / least if least >= 3 else 1.0
