"""What the log of decisions means: a pick is the fold of the decisions about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

PickStatus = Literal["nominated", "waiting", "live", "expired", "retracted"]


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
    did. A held one is withdrawn until it is released, or until `held_until`.
    """

    model_config = ConfigDict(frozen=True)

    item_id: int
    edition: str
    note: str = ""
    title: str | None = None
    position: int | None = None
    placed_by: int = 0
    pinned: bool = False
    editors: tuple[str, ...] = ()
    voiced_at: tuple[AwareDatetime, ...] = ()
    picked_at: AwareDatetime
    visible_from: AwareDatetime
    until: AwareDatetime | None = None
    held: bool = False
    held_until: AwareDatetime | None = None
    changed_at: AwareDatetime
    retracted_at: AwareDatetime | None = None


P = TypeVar("P", bound=Picked)

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
        if decision.verb == "pick":
            pick = _picked(pick, decision)
        elif decision.verb == "unpick" and pick is not None:
            pick = pick.model_copy(update={"retracted_at": decision.at})
    return pick


def _picked(before: Picked | None, decision: Decided) -> Picked:
    given = {field: decision.payload[field] for field in GIVEN if field in decision.payload}
    if before is None or before.retracted_at is not None:
        fresh = {
            "item_id": decision.item_id,
            "edition": decision.edition,
            "picked_at": decision.at,
            "visible_from": decision.at,
            "editors": (decision.editor,),
            "voiced_at": (decision.at,),
            "changed_at": decision.at,
        }
        return Picked.model_validate(fresh | given)
    editors = before.editors if decision.editor in before.editors else (*before.editors, decision.editor)
    return Picked.model_validate(before.model_dump() | given | {"editors": editors})


def status(pick: Picked, at: datetime, quorum: int = 1) -> PickStatus:
    """How a pick stands at an instant; fewer editors than the quorum make a nomination."""
    if pick.retracted_at is not None:
        return "retracted"
    if len(pick.editors) < quorum:
        return "nominated"
    if at < pick.visible_from:
        return "waiting"
    if pick.until is not None and at >= pick.until:
        return "expired"
    return "live"


def arrange(picks: Iterable[P]) -> list[P]:
    """The order of a line-up: newest pick first, then those with a position put at their place.

    Two at one position stand in the order they were picked, the later one first.
    """
    newest_first = sorted(picks, key=lambda pick: (pick.picked_at, pick.item_id), reverse=True)
    order = [pick for pick in newest_first if pick.position is None]
    placed = [pick for pick in reversed(newest_first) if pick.position is not None]
    for pick in sorted(placed, key=lambda pick: pick.position or 0):
        order.insert((pick.position or 1) - 1, pick)
    return order
