"""What editors would look at first: a small model of their past choices, which gives its reasons. Pure.

choices, the oldest first ─> learned one by one ─> weights ─> a story's score = the sum of its reasons

A choice is one story taken out of several that waited: the model is a conditional logit (McFadden, 1974),
followed choice by choice with a weight's own certainty as its brake, so that it starts from PRIOR, moves
as far as the log warrants, and knows nothing later than the last choice it has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log2
from typing import Literal

from feeds import wording

COVERAGE, AGE = "coverage", "age"
PRIOR = {COVERAGE: 1.0, AGE: -0.5}  # per doubling of the sources; per doubling of six hours and the age
HOURS = 6.0
# How firmly a weight is held where no choice has been seen: 1 / variance.
FIRMNESS = {
    COVERAGE: 8.0,
    AGE: 8.0,
    "source": 1.5,
    "section": 4.0,
    "language": 4.0,
    "author": 3.0,
    "word": 6.0,
}
OWN = 2.0  # an editor's own weights, beside everybody's, are held firmer by this factor

Verb = Literal["pick", "kill"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A story as it waits at an instant: by which item, told by how many sources, how many hours old.

    `traits` are what it is known by, for example `source:12` and `word:tram`, each as people read it.
    """

    number: int
    sources: int
    hours: float
    traits: Mapping[str, str] = field(default_factory=dict)

    @property
    def amounts(self) -> tuple[tuple[str, float], ...]:
        """How much it has of what not every story has once: doublings of its sources, and of its age."""
        told, old = log2(max(self.sources, 1)), log2(1 + max(self.hours, 0) / HOURS)
        return (COVERAGE, told), (AGE, old)


def traits(
    source: tuple[int, str], section: str | None, language: str | None, authors: Iterable[str], title: str
) -> dict[str, str]:
    """What a story is known by, with how each is shown: its source by number and name, its words by stems."""
    known = {f"source:{source[0]}": source[1]}
    if section:
        known[f"section:{section}"] = section
    if language:
        tag = language.partition("-")[0].lower()
        known[f"language:{tag}"] = tag
    known |= {f"author:{wording.fold(name)}": name for name in authors if name.strip()}
    return known | {f"word:{stem}": shown for stem, shown in wording.words(title).items()}


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision with what it was taken among: a story picked, or killed, while others waited."""

    decision: int
    editor: str
    verb: Verb
    chosen: Waiting
    others: tuple[Waiting, ...]


@dataclass(slots=True)
class Weight:
    """What a trait counts for, and how firmly that is held (1 / variance)."""

    mean: float
    firmness: float


@dataclass(slots=True)
class Tally:
    """In how many choices a trait, as it is shown, was that of the story picked, and of those passed over."""

    shown: str = ""
    picked: int = 0
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a score: a trait of the story, as it is shown, what it adds, and how often it was seen.

    Of COVERAGE the number of sources is shown, of AGE the hours; every story has some, so none is counted.
    """

    trait: str
    shown: str
    adds: float
    seen: Tally | None


class Model:
    """Everybody's weights, and each editor's own beside them. Without a choice it orders by PRIOR."""

    def __init__(self, choices: Iterable[Choice] = ()) -> None:
        self.shared: dict[str, Weight] = {}
        self.own: dict[str, dict[str, Weight]] = {}
        self.tallies: dict[str, Tally] = {}
        self.picked = 0
        self.passed = 0
        for choice in choices:
            self.learn(choice)

    def learn(self, choice: Choice) -> None:
        """Move the weights towards a choice, the less the more of it was expected; a kill moves them away.

        However many traits a story has, one choice moves its lead over the others by less than one.
        """
        toward = 1 if choice.verb == "pick" else -1
        stories = [choice.chosen, *sorted(choice.others, key=lambda story: story.number)]
        shares = _shares([toward * score for score in self.scores(stories, choice.editor)])
        slopes, curves = _moments(stories, shares)
        own = self.own.setdefault(choice.editor, {})
        moved = [(self._pair(trait, own), slope) for trait, slope in slopes.items()]
        reach = sum([slope * slope / weight.firmness for pair, slope in moved for weight in pair])
        for (pair, slope), curve in zip(moved, curves, strict=True):
            for weight in pair:
                weight.mean += toward * slope / weight.firmness / (1 + reach)
                weight.firmness += curve
        self._count(stories, choice.verb == "pick")

    def scores(self, stories: Sequence[Waiting], editor: str) -> list[float]:
        """How much sooner than others an editor should look at each story: the sums of their reasons."""
        known = {trait for story in stories for trait in story.traits}
        weights = {trait: self.weight(trait, editor) for trait in (COVERAGE, AGE, *known)}
        return [
            sum([weights[trait] * amount for trait, amount in story.amounts])
            + sum(map(weights.__getitem__, story.traits))
            for story in stories
        ]

    def reasons(self, story: Waiting, editor: str) -> list[Reason]:
        """What the score of a story is made of, the strongest first; what adds nothing is left out."""
        shown = {COVERAGE: str(story.sources), AGE: f"{story.hours:.0f}"} | dict(story.traits)
        found = [
            Reason(trait, shown[trait], adds, self.tallies.get(trait))
            for trait, amount in (*story.amounts, *((trait, 1.0) for trait in story.traits))
            if (adds := amount * self.weight(trait, editor))
        ]
        return _strongest_first(found)

    def lessons(self, editor: str) -> list[Reason]:
        """What each trait that was seen counts for to an editor, the strongest first; of a doubling, once."""
        found = [
            Reason(trait, tally.shown, self.weight(trait, editor), tally)
            for trait, tally in self.tallies.items()
        ]
        always = [Reason(trait, "", self.weight(trait, editor), None) for trait in PRIOR]
        return _strongest_first([*always, *found])

    def weight(self, trait: str, editor: str) -> float:
        """What a trait counts for to an editor."""
        shared, own = self.shared.get(trait), self.own.get(editor, {}).get(trait)
        return (shared.mean if shared else PRIOR.get(trait, 0.0)) + (own.mean if own else 0.0)

    def _pair(self, trait: str, own: dict[str, Weight]) -> tuple[Weight, Weight]:
        """Everybody's weight of a trait, and one of an editor's own; what is not there yet is made."""
        if trait not in self.shared:
            self.shared[trait] = Weight(PRIOR.get(trait, 0.0), _firmness(trait))
        if trait not in own:
            own[trait] = Weight(0.0, OWN * _firmness(trait))
        return self.shared[trait], own[trait]

    def _count(self, stories: Sequence[Waiting], were_picked: bool) -> None:
        for place, story in enumerate(stories):
            for trait, shown in story.traits.items():
                tally = self.tallies.setdefault(trait, Tally())
                tally.shown = shown
                tally.picked += were_picked and place == 0
                tally.passed += were_picked and place > 0
        self.picked += were_picked
        self.passed += were_picked * (len(stories) - 1)


def order(model: Model, stories: Iterable[Waiting], editor: str) -> list[Waiting]:
    """Stories as an editor should look at them; of two that score alike the newer first."""
    found = list(stories)
    scored = zip(model.scores(found, editor), found, strict=True)
    return [story for _, story in sorted(scored, key=lambda each: (-each[0], each[1].hours, -each[1].number))]


def _firmness(trait: str) -> float:
    return FIRMNESS[trait.partition(":")[0]]


def _strongest_first(reasons: Iterable[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: (-abs(reason.adds), reason.trait))


def _shares(scores: Sequence[float]) -> list[float]:
    """How likely each is to be the one that is chosen."""
    highest = max(scores)
    odds = [exp(score - highest) for score in scores]
    total = sum(odds)
    return [each / total for each in odds]


def _moments(stories: Sequence[Waiting], shares: Sequence[float]) -> tuple[dict[str, float], list[float]]:
    """Of each trait how much more of it the first story has than was to be expected, and its variance."""
    mean: dict[str, float] = {}
    square: dict[str, float] = {}
    for story, share in zip(stories, shares, strict=True):
        for trait, amount in story.amounts:
            mean[trait] = mean.get(trait, 0.0) + share * amount
            square[trait] = square.get(trait, 0.0) + share * amount * amount
        for trait in story.traits:
            mean[trait] = mean.get(trait, 0.0) + share
    chosen = dict.fromkeys(stories[0].traits, 1.0) | dict(stories[0].amounts)
    curves = [square.get(trait, expected) - expected * expected for trait, expected in mean.items()]
    return {trait: chosen.get(trait, 0.0) - expected for trait, expected in mean.items()}, curves
