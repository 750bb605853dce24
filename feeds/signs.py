"""What says that two items tell one story, and what says that they do not, weighed together. Pure.

The weights are those of a logistic regression on the labelled pairs of tests/feeds/likeness, rounded
(see docs/notes/when-two-items-tell-one-story.md for how well they do on pairs that they were not fitted to).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from feeds.profiles import Profile

DAY = 86_400.0
FEWEST = 3  # significant words, names and numbers in common
BEGINNING = 5  # letters of a word by which its kin is known


@dataclass(frozen=True)
class Signs:
    """What two items have in common, and what sets them apart."""

    words: tuple[str, ...]  # of both headlines, as they are shown
    names: dict[str, str]  # names and numbers of headlines and leads, each with its form there
    headed: int  # of these, how many stand in a headline
    shared: int  # words of either headline or lead that the other's have
    kin: int  # words of the headlines that begin as one of the other item does, or hold it
    told: int  # of these, those that are no names and stand in a headline: what happened
    lead: float  # how much of the shorter lead is in the other
    links: frozenset[str]
    days: float  # between the two
    translated: bool  # in two languages
    capitals: bool  # in a language that writes every noun with one
    names_clash: bool
    numbers_clash: bool
    returns: bool  # one headline on two days over nothing in common, or over other figures: a column
    by_form: bool  # the headlines are one but for what they are about

    @property
    def are_enough(self) -> bool:
        """Whether there is evidence of the kinds that cannot be missing."""
        if self.returns:
            return False
        if self.links:
            return bool(self.words or self.names)
        return len(self.names) >= FEWEST if self.translated else self.shared >= FEWEST

    @property
    def score(self) -> float:
        """How sure it is that the two tell one story, from 0 to 1."""
        for_it = (
            0.95 * min(len(self.names), 5)
            + 0.84 * min(self.headed, 4)
            + 0.71 * min(self.told, 4)
            + 0.22 * min(self.shared, 12)
            + 0.81 * min(self.kin, 4)
            + 1.42 * self.lead
            + 1.7 * bool(self.links)
            + 2.49 * self.translated
        )
        against = (
            4.48
            + 4.1 * self.numbers_clash
            + 2.51 * self.names_clash
            + 2.5 * self.by_form
            + 0.19 * self.capitals
            + max(0.0, self.days - 0.5)
        )
        return 1 / (1 + math.exp(against - for_it))

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
        return "; ".join(said) or f"{self.shared} words in common"


def between(one: Profile, other: Profile) -> Signs:
    """What there is between two items."""
    here, there = _said(one), _said(other)
    common = [word for word in one.head if word in other.head]
    translated = bool(one.language and other.language and one.language != other.language)
    names = _names(one, other, here, there) | (
        {word: one.head[word] for word in common} if translated else {}
    )
    days = abs(one.at - other.at) / DAY
    lead = len(one.lead & other.lead) / max(min(len(one.lead), len(other.lead)), 8)
    returns = days > 1 and lead < 0.1 and (len(names) < 2 or one.head == other.head)
    numbers = [_numbers(item) for item in (one, other)]
    clash = _clash(*numbers)
    return Signs(
        words=tuple(one.head[word] for word in common),
        names=names,
        headed=sum(name in one.head or name in other.head for name in names),
        shared=len(here & there),
        kin=_kin(one.head, there) + _kin(other.head, here),
        told=sum(word in one.head or word in other.head for word in (here & there) - names.keys()),
        lead=lead,
        links=_links(one, other),
        days=days,
        translated=translated,
        capitals="de" in (one.language, other.language),
        names_clash=_names_apart(one, there) and _names_apart(other, here),
        numbers_clash=clash,
        returns=returns or (clash and days > 0.5 and min(map(len, numbers)) >= FEWEST),
        by_form=not translated and _are_by_form(one, other, here, there),
    )


def _said(item: Profile) -> set[str]:
    return {*item.head, *item.lead, *item.names}


def _names(one: Profile, other: Profile, here: set[str], there: set[str]) -> dict[str, str]:
    """Names and numbers of either that the other has, as a name or as a word."""
    named = one.names | other.names
    shared = (one.names.keys() & there) | (other.names.keys() & here)
    return {word: named[word] for word in sorted(shared)}


def _kin(head: Collection[str], there: set[str]) -> int:
    longer = [word for word in there if len(word) >= BEGINNING]
    return sum(word not in there and any(_are_kin(word, other) for other in longer) for word in head)


def _are_kin(word: str, other: str) -> bool:
    """Whether two words begin alike, or one is a part of the other, as compounds have them."""
    if len(word) < BEGINNING:
        return False
    if word[:BEGINNING] == other[:BEGINNING]:
        return True
    return min(len(word), len(other)) > BEGINNING and (word in other or other in word)


def _names_apart(item: Profile, there: set[str]) -> bool:
    """Whether a headline names what the other item says nothing of."""
    return any(word in item.names and word not in there for word in item.head)


def _numbers(item: Profile) -> set[str]:
    return {word for word in item.names if word.isdigit()}


def _clash(numbers: set[str], others: set[str]) -> bool:
    """Whether both give numbers, and at most a third of them are the same."""
    return bool(numbers and others) and 3 * len(numbers & others) <= min(len(numbers), len(others))


def _are_by_form(one: Profile, other: Profile, here: set[str], there: set[str]) -> bool:
    """Whether two headlines differ, word by word, in one or two of which the other item says nothing."""
    if len(one.head) != len(other.head) or len(one.head) <= FEWEST:
        return False
    differ = [(mine, yours) for mine, yours in zip(one.head, other.head, strict=True) if mine != yours]
    return 0 < len(differ) < 3 and not any(mine in there or yours in here for mine, yours in differ)


def _links(one: Profile, other: Profile) -> frozenset[str]:
    """Pages outside that both link to, and that of either which the other links to."""
    links = one.links & other.links
    for item, there in ((one, other), (other, one)):
        if item.address in there.links:
            links |= {item.address or ""}
    return links
