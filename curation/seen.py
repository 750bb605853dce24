"""What an editor has seen: marks of one's own, which say nothing to anybody else and stand in no log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, delete, select

from curation import editors, inbox
from curation.tables import SeenMark
from feeds.tables import Item


def mark(session: Session, editor: str, numbers: Iterable[int], now: datetime) -> list[int]:
    """Mark items as seen; the numbers of those that were not. Raises UsageFault for one there is not."""
    wanted = [number for number in dict.fromkeys(numbers) if inbox.item(session, number)]
    editors.admit(session, editor, now)
    new = [number for number in wanted if session.get(SeenMark, (number, editor)) is None]
    session.add_all(SeenMark(editor=editor, item_id=number, at=now) for number in new)
    session.flush()
    return new


def unmark(session: Session, editor: str, numbers: Iterable[int]) -> list[int]:
    """Take the marks off the stories of items; the numbers of those that had one. Raises like `mark`."""
    gone = []
    for number in dict.fromkeys(numbers):
        fellows = select(Item.id).where(Item.story_id == inbox.item(session, number).story_id)
        marks = delete(SeenMark).where(col(SeenMark.editor) == editor, col(SeenMark.item_id).in_(fellows))
        if session.exec(marks).rowcount:
            gone.append(number)
    return gone
