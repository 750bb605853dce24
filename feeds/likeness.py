"""Are two items the same item, the same text, the same story? Pure; each answer has a score and evidence.

    Profile, Profile ─> same item? ─> same text? ─> same story? ─> Alike | None

A false likeness is worse than a missed one: each level asks for more than one kind of evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from feeds import wording
from feeds.profiles import Profile, is_article, is_page
from feeds.shingles import shared

Level = Literal["same item", "same text", "same story"]
LEVELS: tuple[Level, ...] = ("same story", "same text", "same item")

DAY = 86_400.0
TEXT_WINDOW, STORY_WINDOW = 14 * DAY, 5 * DAY
SHORT, LONG = 25, 60  # words of a text
ENOUGH = 0.5


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
    named = (one.originals & _pages(other)) | (other.originals & _pages(one))
    if original := next(filter(is_page, sorted(named)), None):
        return Alike("same item", 1.0, f"the same original page, {original}")
    return None


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
    apart = abs(one.at - other.at)
    if one.source == other.source or apart > STORY_WINDOW:
        return None
    signs = _signs(one, other)
    if apart > DAY and signs.lead < 0.1 and (len(signs.names) < 2 or one.head == other.head):
        return None  # a column that comes back under one headline
    score = signs.score - 0.15 * max(0.0, apart / DAY - 1)
    if score < ENOUGH:
        return None
    return Alike("same story", min(score, 0.99), signs.evidence)


@dataclass(frozen=True)
class Signs:
    """What two items have in common that says they tell one story, and what says that they do not."""

    words: tuple[str, ...]  # of both headlines, as they are shown
    overlap: float  # of the shorter headline
    names: dict[str, str]  # of headlines and leads, and numbers, each with its form there
    lead: float  # how much of the shorter lead is in the other
    links: frozenset[str]
    clash: float  # how many kinds of evidence there are of which each has its own and none of the other's
    weight: float  # of a name: less where every noun has a capital
    translated: bool  # in two languages

    @property
    def score(self) -> float:
        """Nothing, where a kind of evidence that cannot be missing is."""
        if not self._is_enough:
            return 0.0
        if self.translated:
            score = 0.14 * min(len(self.names), 5) + 0.05 * min(len(self.words), 3)
        else:
            heads = self.overlap * min(len(self.words), 4) / 4 * (0.6 if self.names else 0.45)
            score = heads + self.weight * min(len(self.names), 4) + 0.3 * min(2 * self.lead, 1)
        return score + (0.35 if self.links else 0) - 0.3 * self.clash

    @property
    def _is_enough(self) -> bool:
        """Three words of the headlines, or two and two names; in two languages three names; or a link."""
        words, names = len(self.words), len(self.names)
        if self.links:
            return bool(words or names)
        return names >= 3 if self.translated else words >= 3 or (words >= 2 and names >= 2)

    @property
    def evidence(self) -> str:
        """What there is, in words."""
        said = []
        if self.words:
            said.append(f"headlines share {', '.join(self.words)}")
        if others := sorted(set(self.names.values()) - set(self.words)):
            said.append(f"both name {', '.join(others[:6])}")
        if self.links:
            said.append(f"both link to {min(self.links)}")
        return "; ".join(said)


def _signs(one: Profile, other: Profile) -> Signs:
    common = [word for word in one.head if word in other.head]
    translated = bool(one.language and other.language and one.language != other.language)
    return Signs(
        words=tuple(one.head[word] for word in common),
        overlap=len(common) / max(min(len(one.head), len(other.head)), 4),
        names=_shared_names(one, other) | ({word: one.head[word] for word in common} if translated else {}),
        lead=len(one.lead & other.lead) / max(min(len(one.lead), len(other.lead)), 8),
        links=_shared_links(one, other),
        clash=_names_clash(one, other) + _numbers_clash(one, other) + 0.5 * _subjects_clash(one, other),
        weight=0.1 if "de" in (one.language, other.language) else 0.12,
        translated=translated,
    )


def _shared_names(one: Profile, other: Profile) -> dict[str, str]:
    """Names and numbers of either that the other has, as a name or as a word."""
    named = one.names | other.names
    shared = (one.names.keys() & _said(other)) | (other.names.keys() & _said(one))
    return {word: named[word] for word in sorted(shared)}


def _said(item: Profile) -> set[str]:
    return {*item.head, *item.lead, *item.names}


def _names_clash(one: Profile, other: Profile) -> bool:
    """Whether the headline of each names what the other says nothing of."""
    return all(
        any(word in item.names and word not in _said(there) for word in item.head)
        for item, there in ((one, other), (other, one))
    )


def _subjects_clash(one: Profile, other: Profile) -> bool:
    """Whether each headline begins with a word of which the other item says nothing."""
    return all(next(iter(item.head), "") not in _said(there) for item, there in ((one, other), (other, one)))


def _numbers_clash(one: Profile, other: Profile) -> bool:
    """Whether both give numbers, and none the same."""
    here, there = ({word for word in item.names if word.isdigit()} for item in (one, other))
    return bool(here and there and not here & there)


def _shared_links(one: Profile, other: Profile) -> frozenset[str]:
    """Pages outside that both link to, and that of either which the other links to."""
    links = one.links & other.links
    for item, there in ((one, other), (other, one)):
        if item.address in there.links:
            links |= {item.address or ""}
    return links


def _agreement(one: Collection[str], other: Collection[str]) -> float:
    """How much of the smaller set is in the other; 1 where it is too small to say anything."""
    least = min(len(one), len(other))
    return len(set(one) & set(other)) / least if least >= 3 else 1.0
