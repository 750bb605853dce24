"""The suggested order: what waits, those stories first that editors would pick by their past choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from curation import choices, ranking
from curation.choices import Taken, Turned
from curation.ranking import Model, Reason
from curation.shelf import Shelf

RANKED = 500  # stories, the newest that wait
LEARNED = 500  # choices, the last
LINES = 2_000  # of the log, in which these are looked for


@dataclass(frozen=True, slots=True)
class Rank:
    """The score of an item's story: the sum of its reasons, the strongest of which come first.

    `picks` and `passed` are how many stories picked, and passed over, it was learned from.
    """

    item: int
    score: float
    reasons: tuple[Reason, ...]
    picks: int
    passed: int


def model(session: Session) -> Model:
    """What the last choices that stand have taught."""
    past = choices.past(choices.lines(session, LINES))
    return Model(choices.chosen(Shelf(session), past, standing(past.events)[-LEARNED:]))


def standing(events: Iterable[Taken | Turned]) -> list[Taken]:
    """The decisions that no undo has taken back."""
    found: dict[int, Taken] = {}
    undone: set[int] = set()
    for event in events:
        if isinstance(event, Taken):
            found[event.decision] = event
        else:
            (undone.discard if event.stands else undone.add)(event.decision)
    return [taken for number, taken in found.items() if number not in undone]


def ranked(session: Session, numbers: Sequence[int], editor: str, at: datetime) -> list[Rank]:
    """Items, one for each story, in the order in which an editor should look at them."""
    learned = model(session)
    stories = ranking.order(learned, Shelf(session).waiting(numbers, at), editor)
    scores = learned.scores(stories, editor)
    return [
        Rank(story.number, score, tuple(learned.reasons(story, editor)), learned.picked, learned.passed)
        for story, score in zip(stories, scores, strict=True)
    ]
