"""What editors chose, and what waited meanwhile: the log beside the items that had been seen.

A choice knows only what was decided and seen before it. What an item says, and which story it tells, is
taken as it stands today.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import select as columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from curation import acts, rules
from curation.ranking import Choice, Verb
from curation.shelf import Shelf
from curation.tables import Decision
from feeds.tables import Item

AMONG = 500  # of the last items to arrive an editor is taken to have chosen
PASSED = 8  # of these are looked at, as far apart as can be, and others for each decision
AT_ONCE = 250  # choices, for which items are read together
VERBS = ("pick", "unpick", "kill", "revive", "undo", "redo")


Line = tuple[Decision, int, datetime]  # of the log, with the story of its item and when the item arrived


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision by which a waiting story left the inbox."""

    decision: int
    at: datetime
    editor: str
    verb: Verb
    item: int
    story: int


@dataclass(frozen=True, slots=True)
class Turned:
    """That a decision was undone, or redone."""

    decision: int
    stands: bool


@dataclass(slots=True)
class Past:
    """What the log says of the inbox: which stories were taken from it, and from which to which decision."""

    events: list[Taken | Turned] = field(default_factory=list)
    changes: dict[int, list[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(list))

    def waits(self, story: int, decision: int) -> bool:
        """Whether a story was neither picked nor killed just before a decision."""
        changes = self.changes.get(story, [])
        place = bisect_left(changes, (decision, False))
        return place == 0 or not changes[place - 1][1]


def past(lines: Iterable[Line]) -> Past:
    """Follow the log, the oldest line first.

    What was taken at the moment it arrived never waited; what a rule takes is no editor's choice.
    """
    found = Past()
    histories: dict[tuple[int, str | None], list[Decision]] = defaultdict(list)
    out: dict[int, set[tuple[int, str | None]]] = defaultdict(set)
    undoes: dict[int, int] = {}
    for line, story, arrived in lines:
        assert line.id is not None
        key, was_out = (line.item_id, line.edition), bool(out[story])
        histories[key].append(line)
        (out[story].add if _is_out(histories[key]) else out[story].discard)(key)
        if bool(out[story]) != was_out:
            found.changes[story].append((line.id, not was_out))
        if line.undoes is not None:
            undoes[line.id] = line.undoes
            found.events.append(_turned(line.id, undoes))
        elif out[story] and not was_out and arrived < line.at and not acts.is_rule(line.editor):
            verb: Verb = "pick" if line.verb == "pick" else "kill"
            found.events.append(Taken(line.id, line.at, line.editor, verb, line.item_id, story))
    return found


def _is_out(history: Sequence[Decision]) -> bool:
    """Whether decisions about an item, in one edition or in none, have taken it from the inbox."""
    verbs = [line.verb for line in rules.effective(history) if line.verb in VERBS]
    return verbs[-1:] in (["pick"], ["kill"])


def _turned(number: int, undoes: dict[int, int]) -> Turned:
    """What an undo is about in the end: an undo of an undo lets the decision stand again."""
    stands = True
    while number in undoes:
        number, stands = undoes[number], not stands
    return Turned(number, stands)


def lines(session: Session, last: int | None = None) -> list[Line]:
    """The lines of the log that bear on the inbox, the oldest first; with `last` the last so many."""
    query = (
        select(Decision, Item.story_id, Item.first_seen_at)
        .join(Item, col(Item.id) == col(Decision.item_id))
        .where(col(Decision.verb).in_(VERBS))
        .options(defer(Decision.payload))  # type: ignore[arg-type]  # its type is that of the value
        .order_by(col(Decision.id).desc())
        .limit(last)
    )
    return list(reversed(session.exec(query).all()))


def chosen(shelf: Shelf, past: Past, taken: Iterable[Taken]) -> Iterator[Choice]:
    """Decisions, each with some of the stories that waited before it."""
    rest = iter(taken)
    while some := list(islice(rest, AT_ONCE)):
        newest = _newest(shelf.session, [each.decision for each in some])
        samples = {each.decision: _sample(each.decision, newest.get(each.decision, 0)) for each in some}
        shelf.fetch([each.item for each in some])
        shelf.fetch(number for sample in samples.values() for number in sample)
        listed = {each.decision: _listed(shelf, past, each, samples[each.decision]) for each in some}
        shelf.know(number for numbers in listed.values() for number in numbers)
        for each in some:
            first, *others = shelf.waiting(listed[each.decision], each.at)
            yield Choice(each.decision, each.editor, each.verb, first, tuple(others))


def _newest(session: Session, decisions: Sequence[int]) -> dict[int, int]:
    """The last item to arrive before each of some decisions."""
    last = select(Item.id).where(col(Item.first_seen_at) <= col(Decision.at))
    last = last.order_by(col(Item.first_seen_at).desc(), col(Item.id).desc()).limit(1)
    query = columns(col(Decision.id), last.scalar_subquery()).where(col(Decision.id).in_(decisions))
    return {decision: number or 0 for decision, number in session.connection().execute(query)}


def _sample(decision: int, newest: int) -> range:
    """Some of the last items to arrive; which ones depends on the decision's number alone."""
    among = min(newest, AMONG)
    apart = max(among // PASSED, 1)
    return range(newest - decision % apart, newest - among, -apart)


def _listed(shelf: Shelf, past: Past, taken: Taken, sample: Iterable[int]) -> list[int]:
    """The item by which the story taken was listed, then those of a sample by which others were."""
    others = [
        number
        for number in sample
        if (story := shelf.story_of.get(number)) is not None
        and story != taken.story
        and past.waits(story, taken.decision)
        and shelf.lead(story, taken.at) == number
    ]
    return [shelf.lead(taken.story, taken.at) or taken.item, *others]


def waited(shelf: Shelf, past: Past, taken: Taken, limit: int) -> list[int]:
    """The items by which stories were listed just before one was taken, the newest first.

    Of the newest items three times the limit are looked through, for many stories have several.
    """
    query = (
        select(Item.id)
        .where(col(Item.timestamp) <= taken.at, col(Item.first_seen_at) <= taken.at)
        .order_by(col(Item.timestamp).desc(), col(Item.id).desc())
        .limit(3 * limit)
    )
    numbers = [number for number in shelf.session.exec(query) if number is not None]
    shelf.fetch(numbers)
    listed = (
        number
        for number in numbers
        if past.waits(story := shelf.story_of[number], taken.decision)
        and shelf.lead(story, taken.at) == number
    )
    return list(islice(listed, limit))
