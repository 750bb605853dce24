"""What the log of decisions means: each projection is the fold of the decisions about a thing. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

PickStatus = Literal["nominated", "waiting", "live", "held", "expired", "retracted"]


class Decided(BaseModel):
    """One line of the editorial log: who decided what, when, and from which front end.

    `edition` is None where the decision is about the story itself, whichever editions show it.
    `payload` holds what the verb was given and nothing else; `undoes` is the number of the
    decision an undo takes back.
    """

    model_config = ConfigDict(frozen=True)

    id: int | None = None
    at: AwareDatetime
    editor: str
    via: str
    verb: str
    item_id: int
    edition: str | None = None
    payload: dict[str, Any] = {}
    undoes: int | None = None


class Picked(BaseModel):
    """An editor's choice of an item for an edition, as the log has it at an instant.

    `title` replaces the item's own, `position` is a place in the line-up from 1, given by the decision
    `placed_by`. `editors` are those who chose it, the first of them first, and `voiced_at` is when each
    did. `noted_by` gave it its note, at `noted_at`; `worded_at` is when its note or title last changed.
    A held one is withdrawn until it is released, or until `held_until`. `correction` is what was put right
    since it went out, `corrected_at` when that was last said or taken back. One that a rule suggests
    (`nominated_by`), and nobody has chosen yet, is picked by no editor.
    """

    model_config = ConfigDict(frozen=True)

    item_id: int
    edition: str
    note: str = ""
    noted_by: str = ""
    noted_at: AwareDatetime | None = None
    correction: str = ""
    corrected_at: AwareDatetime | None = None
    title: str | None = None
    worded_at: AwareDatetime | None = None
    position: int | None = None
    placed_by: int = 0
    pinned: bool = False
    editors: tuple[str, ...] = ()
    voiced_at: tuple[AwareDatetime, ...] = ()
    nominated_by: str | None = None
    picked_at: AwareDatetime
    visible_from: AwareDatetime
    until: AwareDatetime | None = None
    held: bool = False
    held_until: AwareDatetime | None = None
    changed_at: AwareDatetime
    retracted_at: AwareDatetime | None = None


GIVEN = ("note", "title", "position", "visible_from", "until")


def undone(history: Sequence[Decided]) -> set[int | None]:
    """The numbers of the decisions that were taken back.

    An undo that is itself undone takes nothing back, so a redo is an undo of an undo.
    """
    taken_back: set[int | None] = set()
    for decision in reversed(history):
        if decision.undoes is not None and decision.id not in taken_back:
            taken_back.add(decision.undoes)
    return taken_back


def effective(history: Sequence[Decided]) -> list[Decided]:
    """The decisions that stand, oldest first: without the undone, and without the undos themselves."""
    taken_back = undone(history)
    return [decision for decision in history if decision.undoes is None and decision.id not in taken_back]


def project(history: Sequence[Decided]) -> Picked | None:
    """The pick that the decisions about one item in one edition amount to, oldest first."""
    pick: Picked | None = None
    for decision in effective(history):
        if decision.verb in ("pick", "nominate"):
            pick = _chosen(_standing(pick, decision), decision)
        elif pick is not None and pick.retracted_at is None:
            pick = _changed(pick, decision, _effect(decision))
    return pick


def _standing(before: Picked | None, decision: Decided) -> Picked:
    """The pick that a choice adds to: the one that stands, else a new one."""
    if before is not None and before.retracted_at is None:
        return before
    return Picked(
        item_id=decision.item_id,
        edition=decision.edition or "",
        picked_at=decision.at,
        visible_from=decision.at,
        changed_at=decision.at,
    )


def _chosen(before: Picked, decision: Decided) -> Picked:
    """A nomination is no voice: what it begins becomes a pick, and is dated, by the first voice."""
    if decision.verb == "nominate":
        named = before.nominated_by or decision.editor
        return before if before.editors else before.model_copy(update={"nominated_by": named})
    if decision.editor in before.editors:
        return _changed(before, decision, _given(decision))
    voice: dict[str, Any] = {
        "editors": (*before.editors, decision.editor),
        "voiced_at": (*before.voiced_at, decision.at),
        "nominated_by": None,
    }
    if not before.editors:
        voice |= {"picked_at": decision.at, "visible_from": decision.at}
    return _changed(before, decision, voice | _given(decision))


def _effect(decision: Decided) -> dict[str, Any]:
    """What a verb other than `pick` makes of the pick it is about."""
    match decision.verb:
        case "unpick":
            return {"retracted_at": decision.at}
        case "pin" | "unpin":
            return {"pinned": decision.verb == "pin"}
        case "hold":
            return {"held": True, "held_until": decision.payload.get("until")}
        case "release":
            return {"held": False, "held_until": None}
        case "correct":
            return {"correction": decision.payload["correction"], "corrected_at": decision.at}
    return _given(decision)


def _given(decision: Decided) -> dict[str, Any]:
    given = {field: decision.payload[field] for field in GIVEN if field in decision.payload}
    return given | {"placed_by": decision.id or 0} if "position" in given else given


def _changed(pick: Picked, decision: Decided, effect: Mapping[str, Any]) -> Picked:
    wording = _wording(pick, decision, effect)
    return Picked.model_validate({**pick.model_dump(), **effect, **wording, "changed_at": decision.at})


def _wording(pick: Picked, decision: Decided, effect: Mapping[str, Any]) -> dict[str, Any]:
    """Who gave a note, and when what is said of an item changed; nothing where it stays as it is."""
    note, title = effect.get("note", pick.note), effect.get("title", pick.title)
    if (note, title) == (pick.note, pick.title):
        return {}
    if note == pick.note:
        return {"worded_at": decision.at}
    by, at = (decision.editor, decision.at) if note else ("", None)
    return {"worded_at": decision.at, "noted_by": by, "noted_at": at}


def killed(history: Sequence[Decided]) -> Decided | None:
    """The decision by which an item is killed, of those about it in no edition; None where it is not."""
    found = None
    for decision in effective(history):
        if decision.verb in ("kill", "revive"):
            found = decision if decision.verb == "kill" else None
    return found


def tagged(history: Sequence[Decided]) -> dict[str, Decided]:
    """The editors' tags of an item, each with the decision that gave it."""
    tags: dict[str, Decided] = {}
    for decision in effective(history):
        if decision.verb == "tag":
            tags.setdefault(decision.payload["tag"], decision)
        elif decision.verb == "untag":
            tags.pop(decision.payload["tag"], None)
    return tags


@dataclass(frozen=True, slots=True)
class Pinned:
    """An editor's word on two items: whether they tell one story, and the decision that says so."""

    together: bool
    decision_id: int


Pair = tuple[int, int]


def pinned(history: Sequence[Decided]) -> dict[Pair, Pinned]:
    """The editors' word on pairs of items, the smaller number first; of two words the later counts.

    A merge and a split name the other items of their pairs in `others`.
    """
    words: dict[Pair, Pinned] = {}
    for decision in effective(history):
        if decision.verb in ("merge", "split"):
            for other in decision.payload["others"]:
                pair = (min(decision.item_id, other), max(decision.item_id, other))
                words[pair] = Pinned(decision.verb == "merge", decision.id or 0)
    return words


def grouped(history: Sequence[Decided], homes: Mapping[int, int]) -> dict[int, int]:
    """The story of each item after the merges and splits that stand, from its story before any of them."""
    stories = dict(homes)
    for decision in effective(history):
        if decision.verb == "split":
            stories[decision.item_id] = decision.payload["story"]
        elif decision.verb == "merge":
            # The other item may be gone, where no pin kept it: its story is on the log.
            into = stories.get(decision.payload["others"][0], decision.payload["story"])
            came = stories[decision.item_id]
            stories |= {item: into for item, story in stories.items() if story == came}
    return stories


def heard_at(pick: Picked, quorum: int = 1) -> datetime | None:
    """When as many editors had picked it as the quorum asks for; None where they have not."""
    return pick.voiced_at[quorum - 1] if len(pick.voiced_at) >= quorum else None


def dated(pick: Picked, quorum: int = 1) -> datetime:
    """When a pick appeared to readers, or is to: its date in the published feed."""
    return max(pick.picked_at, pick.visible_from, heard_at(pick, quorum) or pick.picked_at)


def status(pick: Picked, at: datetime, quorum: int = 1) -> PickStatus:
    """How a pick stands at an instant; fewer editors than the quorum, or a rule alone, make a nomination."""
    if pick.retracted_at is not None:
        return "retracted"
    if heard_at(pick, quorum) is None:
        return "nominated"
    if at < pick.visible_from:
        return "waiting"
    if pick.until is not None and at >= pick.until:
        return "expired"
    if pick.held and (pick.held_until is None or at < pick.held_until):
        return "held"
    return "live"


def left_at(pick: Picked, at: datetime, quorum: int = 1) -> datetime | None:
    """When a pick that readers had seen was withdrawn from them or ran out; None where it never was seen.

    One that was taken back before it appeared has left no trace.
    """
    left = {
        "retracted": pick.retracted_at,
        "expired": pick.until,
        "held": pick.changed_at,
    }.get(status(pick, at, quorum))
    was_heard = heard_at(pick, quorum) is not None
    return left if left is not None and was_heard and dated(pick, quorum) <= left else None


def withdrawn_at(history: Sequence[Decided], shown_at: datetime, quorum: int = 1) -> datetime | None:
    """When editors took back what readers saw last at an instant; None where it is not taken back now.

    A pick that only ran out is not. What was taken back and given again before readers could see it has
    been taken back all the while, so that undoing leaves no trace.
    """
    if not _is_withdrawn(history, quorum):
        return None
    later = (n for n, decision in enumerate(history, 1) if decision.at >= shown_at)
    first = next((n for n in later if _is_withdrawn(history[:n], quorum)), None)
    return shown_at if first is None else history[first - 1].at


def _is_withdrawn(history: Sequence[Decided], quorum: int) -> bool:
    pick = project(history)
    return pick is None or status(pick, history[-1].at, quorum) not in ("live", "expired")
