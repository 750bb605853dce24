"""An editor's word on stories, carried out: which story each item tells after merges and splits.

A merge or split keeps in its payload which items it moved and from which stories (`moved`), so that the
stories before any of them are known, and the log can be told again without one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from curation import projections, rules
from curation.stories import settle
from curation.tables import Decision, StoryPin
from feeds.tables import Item, Likeness, Story

BY_EDITOR = "editor"  # the level of a likeness that is an editor's word


def follow(session: Session, decision: Decision) -> None:
    """Move items to the stories that a decision, the last of the log, gives or gives back to them."""
    if decision.edition is not None:
        return
    lines = projections.retellings(session)
    if decision.item_id not in {line.item_id for line in lines}:
        return
    homes = _homes(session, lines)
    before = rules.grouped([line for line in lines if line.id != decision.id], homes)
    after = rules.grouped(lines, homes)
    _move(session, {item: story for item, story in after.items() if story != before[item]})
    _tell_why(session, lines)


def _homes(session: Session, lines: Sequence[Decision]) -> dict[int, int]:
    """The stories of the items that merges and splits name, before the first of these."""
    named = {number for line in lines for number in (line.item_id, *line.payload.get("others", ()))}
    homes = {
        number: story
        for number, story in session.exec(select(Item.id, Item.story_id).where(col(Item.id).in_(named))).all()
        if number is not None
    }
    moved = {item: story for line in reversed(lines) for item, story in line.payload.get("moved", ())}
    return homes | moved


def _move(session: Session, stories: dict[int, int]) -> None:
    for number in sorted(set(stories.values())):
        if session.get(Story, number) is None:  # it was empty
            session.add(Story(id=number))
    session.flush()
    left = set()
    for item in session.exec(select(Item).where(col(Item.id).in_(stories))):
        left.add(item.story_id)
        item.story_id = stories[item.id or 0]
        session.add(item)
    settle(session, left | set(stories.values()))


def _tell_why(session: Session, lines: Iterable[Decision]) -> None:
    """Likeness rows on an editor's evidence for the pairs that are pinned together, and for no others."""
    editors = {line.id: line.editor for line in lines}
    pins = session.exec(select(StoryPin).where(col(StoryPin.together))).all()
    wanted = {(pin.other_id, pin.item_id): f"{editors[pin.decision_id]} says so" for pin in pins}
    for row in session.exec(select(Likeness).where(Likeness.level == BY_EDITOR)).all():
        if wanted.pop((row.item_id, row.other_id), None) is None:
            session.delete(row)
    session.flush()
    for (number, other), evidence in wanted.items():
        if session.get(Likeness, (number, other)) is None:
            session.add(
                Likeness(item_id=number, other_id=other, level=BY_EDITOR, score=1.0, evidence=evidence)
            )
    session.flush()
