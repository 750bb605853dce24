"""The suggested order measured against the log: where did what was picked stand, just before it was?

Each pick is asked about before it is learned, so that nothing later than it bears on its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from curation import choices, ranking
from curation.choices import Past, Taken, Turned
from curation.ranking import Choice, Model, Waiting
from curation.shelf import Shelf
from curation.suggestions import LEARNED, RANKED

FEWEST = 30  # picks, from which on something can be told
SUGGESTED, PRIOR, NEWEST, COVERAGE = "suggested", "prior", "newest", "coverage"


@dataclass(frozen=True, slots=True)
class Trial:
    """Where a pick stood in each order, from 1, among so many; None where it was not among these."""

    decision: int
    among: int
    places: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Figures:
    """How often an order had the pick among its first ten and twenty, and the mean of 1 / place.

    `above` and `below`: in how many trials the suggested order had it higher than this one, and lower.
    """

    order: str
    first_10: float
    first_20: float
    reciprocal_rank: float
    above: int
    below: int


def trials(session: Session, since: datetime | None = None) -> Iterator[Trial]:
    """Replay the log: each pick made since a time, ranked by what was learned from those before it."""
    shelf, past = Shelf(session), choices.past(choices.lines(session))
    coming = choices.chosen(shelf, past, (event for event in past.events if isinstance(event, Taken)))
    pupil = Pupil()
    for event in past.events:
        if isinstance(event, Turned):
            pupil.turn(event)
            continue
        if event.verb == "pick" and (since is None or event.at >= since):
            yield _trial(shelf, past, event, pupil.model)
        pupil.learn(next(coming))


class Pupil:
    """A model that follows the log: an undo has it learn anew from what then stands.

    It goes by the last LEARNED choices, or up to twice as many, where the order goes by LEARNED.
    """

    def __init__(self) -> None:
        self.choices: dict[int, Choice] = {}
        self.undone: set[int] = set()
        self._model: Model | None = Model()

    @property
    def model(self) -> Model:
        """What the choices so far have taught that stand."""
        if self._model is None:
            self._model = Model(
                choice for number, choice in self.choices.items() if number not in self.undone
            )
        return self._model

    def learn(self, choice: Choice) -> None:
        self.choices[choice.decision] = choice
        self.model.learn(choice)
        if len(self.choices) == 2 * LEARNED:
            self.choices = dict(islice(self.choices.items(), LEARNED, None))
            self._model = None

    def turn(self, event: Turned) -> None:
        (self.undone.discard if event.stands else self.undone.add)(event.decision)
        if event.decision in self.choices:
            self._model = None


def _trial(shelf: Shelf, past: Past, taken: Taken, model: Model) -> Trial:
    shelf.fetch([taken.item])
    number = shelf.lead(taken.story, taken.at)
    stories = shelf.waiting(choices.waited(shelf, past, taken, RANKED), taken.at)
    orders = {
        SUGGESTED: ranking.order(model, stories, taken.editor),
        PRIOR: ranking.order(Model(), stories, taken.editor),
        NEWEST: stories,
        COVERAGE: sorted(stories, key=lambda story: -story.sources),
    }
    return Trial(
        taken.decision, len(stories), {name: _place(number, order) for name, order in orders.items()}
    )


def _place(number: int | None, order: Sequence[Waiting]) -> int | None:
    return next((place for place, story in enumerate(order, 1) if story.number == number), None)


def figures(found: Sequence[Trial]) -> list[Figures]:
    """How each order did in some trials; none, none."""
    return [_figures(name, found) for name in (SUGGESTED, PRIOR, NEWEST, COVERAGE) if found]


def _figures(name: str, found: Sequence[Trial]) -> Figures:
    places = [_far(trial.places[name]) for trial in found]
    best = [_far(trial.places[SUGGESTED]) for trial in found]
    return Figures(
        order=name,
        first_10=_share(place <= 10 for place in places),
        first_20=_share(place <= 20 for place in places),
        reciprocal_rank=sum(1 / place for place in places) / len(places),
        above=sum(ours < its for ours, its in zip(best, places, strict=True)),
        below=sum(ours > its for ours, its in zip(best, places, strict=True)),
    )


def _far(place: int | None) -> float:
    return float("inf") if place is None else place


def _share(claims: Iterable[bool]) -> float:
    told = list(claims)
    return sum(told) / len(told)
