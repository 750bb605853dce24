"""Are two items the same item, the same text, the same story? Pure; each answer has a score and evidence.

    Profile, Profile ─> same item? ─> same text? ─> same story? ─> Alike | None

A false likeness is worse than a missed one: each level asks for more than one kind of evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from feeds.profiles import Profile
from feeds.shingles import shared

Level = Literal["same item", "same text", "same story"]
LEVELS: tuple[Level, ...] = ("same story", "same text", "same item")

DAY = 86_400.0
TEXT_WINDOW, STORY_WINDOW = 14 * DAY, 5 * DAY
SHORT, LONG = 25, 60  # words of a text


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


def same_page(address: str | None, here: tuple[int, str], there: tuple[int, str]) -> bool:
    """Whether two items of one address are of one page; each is given by its source and its fragment.

    A site's front page names no entry, and a source's fragments of one page name several.
    """
    if address is None or urlsplit(address).path in ("", "/"):
        return False
    return here[0] != there[0] or here[1] == there[1]


def _same_item(one: Profile, other: Profile) -> Alike | None:
    if one.id is not None and one.id == other.id:
        return Alike("same item", 1.0, f"the same id, {one.id}")
    if one.address == other.address and same_page(
        one.address, (one.source, one.place), (other.source, other.place)
    ):
        return Alike("same item", 1.0, f"the same address, {one.address}")
    for copy, original in ((one, other), (other, one)):
        if original.address in copy.originals and urlsplit(original.address or "").path not in ("", "/"):
            return Alike("same item", 1.0, f"named as its original page, {original.address}")
    return None


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
    score = signs.score - 0.08 * max(0.0, apart / DAY - 1)
    if score < 0.5:
        return None
    return Alike("same story", min(score, 0.99), signs.evidence)


@dataclass(frozen=True)
class Signs:
    """What two items have in common that says they tell one story."""

    words: tuple[str, ...]  # of both headlines, as they are shown
    overlap: float  # of the shorter headline
    names: frozenset[str]  # of headlines and leads
    clash: bool  # each headline names somebody or something that the other item does not
    lead: float  # of the shorter lead
    links: frozenset[str]
    language: bool  # one language, or one unknown

    @property
    def score(self) -> float:
        """Half is enough; nothing is, where a kind of evidence that cannot be missing is."""
        if not self._is_enough:
            return 0.0
        heads = self.overlap * min(len(self.words), 4) / 4
        score = 0.6 * heads + 0.25 * min(len(self.names), 4) / 4 + 0.3 * min(2 * self.lead, 1)
        return score + (0.35 if self.links else 0) - (0.3 if self.clash else 0)

    @property
    def _is_enough(self) -> bool:
        """Three words of the headlines, or fewer with a link; in two languages, names, numbers or a link."""
        if self.links:
            return bool(self.words or self.names)
        return len(self.words) >= 3 if self.language else len(self.names) >= 3

    @property
    def evidence(self) -> str:
        """What there is, in words."""
        said = []
        if self.words:
            said.append(f"headlines share {', '.join(self.words)}")
        if others := sorted(self.names - set(self.words)):
            said.append(f"both name {', '.join(others[:6])}")
        if self.links:
            said.append(f"both link to {min(self.links)}")
        return "; ".join(said)


def _signs(one: Profile, other: Profile) -> Signs:
    common = [word for word in one.head if word in other.head]
    return Signs(
        words=tuple(one.head[word] for word in common),
        overlap=len(common) / max(min(len(one.head), len(other.head)), 4),
        names=_shared_names(one, other),
        clash=_apart(one, other) and _apart(other, one),
        lead=len(one.lead & other.lead) / max(min(len(one.lead), len(other.lead)), 8),
        links=_shared_links(one, other),
        language=one.language == other.language or not (one.language and other.language),
    )


def _shared_names(one: Profile, other: Profile) -> frozenset[str]:
    """Names and numbers of either that the other has, as a name or as a word."""
    here, there = ({*item.head, *item.lead, *item.names} for item in (one, other))
    return frozenset((one.names & there) | (other.names & here))


def _apart(one: Profile, other: Profile) -> bool:
    """Whether the headline of one names what the other says nothing of."""
    said = {*other.head, *other.lead, *other.names}
    return any(word in one.names and word not in said for word in one.head)


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
