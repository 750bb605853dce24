"""The rows that follow from the log: each brought to what the log says, after a decision or all anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, exists, or_, select

from curation import rules
from curation.tables import Decision, Kill, Pick, StoryPin, Tag
from feeds.tables import Item

Key = tuple[Any, ...]
Wanted = dict[Key, dict[str, Any]]

KEYS: dict[type[SQLModel], tuple[str, ...]] = {
    Pick: ("item_id", "edition"),
    Kill: ("item_id",),
    Tag: ("item_id", "tag"),
    StoryPin: ("item_id", "other_id"),
}


def history(session: Session, item_id: int, edition: str | None) -> list[Decision]:
    """The decisions about an item in an edition, or about its story itself, oldest first."""
    query = select(Decision).where(Decision.item_id == item_id, Decision.edition == edition)
    return list(session.exec(query.order_by(col(Decision.id))))


def retellings(session: Session) -> list[Decision]:
    """The decisions about items of which an editor merged or split the story, oldest first."""
    items = select(Decision.item_id).where(col(Decision.verb).in_(("merge", "split")))
    query = select(Decision).where(col(Decision.edition).is_(None), col(Decision.item_id).in_(items))
    return list(session.exec(query.order_by(col(Decision.id))))


def is_decided_on(row: Any) -> ColumnElement[bool]:
    """Whether an editor decided on an item, or named it in a word on stories that stands; it is not to go."""
    own = exists().where(col(Decision.item_id) == row.id)
    return or_(own, exists().where(or_(col(StoryPin.item_id) == row.id, col(StoryPin.other_id) == row.id)))


def project(session: Session, decision: Decision) -> Pick | None:
    """Bring the rows that a decision touches to what the log says; the pick among them."""
    item_id, lines = decision.item_id, history(session, decision.item_id, decision.edition)
    if decision.edition is not None:
        rows = session.exec(select(Pick).where(Pick.item_id == item_id, Pick.edition == decision.edition))
        _settle(session, Pick, rows, _picks(lines))
        return session.exec(
            select(Pick).where(Pick.item_id == item_id, Pick.edition == decision.edition)
        ).first()
    kills = session.exec(select(Kill).where(Kill.item_id == item_id)).all()
    tags = session.exec(select(Tag).where(Tag.item_id == item_id)).all()
    _settle(session, Kill, kills, _kills(lines))
    _settle(session, Tag, tags, _tags(lines))
    if any(line.verb in ("merge", "split") for line in lines):
        _settle(session, StoryPin, session.exec(select(StoryPin)), _pins(session, retellings(session)))
    return None


def rebuild(session: Session) -> list[str]:
    """Work every projection out from the whole log anew; what was found different, and is mended now."""
    order = (col(Decision.item_id), col(Decision.edition), col(Decision.id))
    lines = session.exec(select(Decision).order_by(*order)).all()
    wanted: dict[type[SQLModel], Wanted] = {Pick: {}, Kill: {}, Tag: {}}
    for (_, edition), found in groupby(lines, key=lambda line: (line.item_id, line.edition)):
        about = list(found)
        if edition is not None:
            wanted[Pick] |= _picks(about)
        else:
            wanted[Kill] |= _kills(about)
            wanted[Tag] |= _tags(about)
    wanted[StoryPin] = _pins(session, retellings(session))
    return [
        difference
        for table, rows in wanted.items()
        for difference in _settle(session, table, session.exec(select(table)), rows)
    ]


def _picks(lines: Sequence[Decision]) -> Wanted:
    value = rules.project(lines)
    return {} if value is None else {(value.item_id, value.edition): value.model_dump()}


def _kills(lines: Sequence[Decision]) -> Wanted:
    found = rules.killed(lines)
    return {} if found is None else {(found.item_id,): {"item_id": found.item_id, "decision_id": found.id}}


def _tags(lines: Sequence[Decision]) -> Wanted:
    return {
        (by.item_id, tag): {"item_id": by.item_id, "tag": tag, "decision_id": by.id}
        for tag, by in rules.tagged(lines).items()
    }


def _pins(session: Session, lines: Sequence[Decision]) -> Wanted:
    """Pairs of which one item is kept no more are left out."""
    words = rules.pinned(lines)
    numbers = {number for pair in words for number in pair}
    kept = set(session.exec(select(Item.id).where(col(Item.id).in_(numbers))))
    return {
        pair: {
            "item_id": pair[0],
            "other_id": pair[1],
            "together": word.together,
            "decision_id": word.decision_id,
        }
        for pair, word in words.items()
        if kept.issuperset(pair)
    }


def _settle(
    session: Session, table: type[SQLModel], rows: Iterable[Any], wanted: Mapping[Key, Mapping[str, Any]]
) -> list[str]:
    """Bring rows of a table to what is wanted; what was different, in words."""
    found = {tuple(getattr(row, name) for name in KEYS[table]): row for row in rows}
    different = []
    for key in found.keys() | wanted.keys():
        row, values = found.get(key), wanted.get(key)
        if values is None:
            session.delete(row)
            different.append((key, "is not in the log"))
        elif row is None:
            session.add(table(**values))
            different.append((key, "was missing"))
        elif names := [name for name, value in values.items() if getattr(row, name) != value]:
            for name in names:
                setattr(row, name, values[name])
            different.append((key, f"had another {', '.join(names)}"))
    session.flush()
    name = table.__name__.lower()
    return [f"{name} {' '.join(map(str, key))}: {what}" for key, what in sorted(different, key=str)]
