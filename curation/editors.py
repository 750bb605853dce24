"""Who may decide: everybody who ever did, or was added, until removed. What they decided stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from config.errors import UsageFault
from curation import acts
from curation.tables import Decision, Editor


@dataclass(frozen=True, slots=True)
class Listed:
    """An editor, with how much they decided, and when last."""

    name: str
    since: datetime
    left_at: datetime | None
    decisions: int
    last_decision_at: datetime | None


def admit(session: Session, name: str, now: datetime) -> None:
    """Know an editor by name from the first decision on; raises UsageFault for one who was removed."""
    found = session.get(Editor, name)
    if found is None:
        session.add(Editor(name=name, since=now))
        session.flush()
    elif found.left_at is not None:
        raise UsageFault(f"editor {name!r}: was removed", f"run 'newsdesk editor add {name}'")


def add(session: Session, name: str, now: datetime) -> bool:
    """Let an editor decide; False for one who may already."""
    found = session.get(Editor, name)
    if found is None:
        session.add(Editor(name=name, since=now))
        return True
    if found.left_at is None:
        return False
    found.left_at = None
    return True


def remove(session: Session, name: str, now: datetime) -> bool:
    """Let an editor decide no more; False for one who was removed already. Raises UsageFault for nobody."""
    found = session.get(Editor, name)
    if found is None or acts.is_rule(name):
        raise UsageFault(f"editor {name!r}: there is nobody of this name", "see 'newsdesk editor list'")
    if found.left_at is not None:
        return False
    found.left_at = now
    return True


def listed(session: Session) -> list[Listed]:
    """The editors by name, without the rules."""
    rows = session.exec(
        select(Editor, func.count(col(Decision.id)), func.max(Decision.at))
        .join(Decision, col(Decision.editor) == col(Editor.name), isouter=True)
        .group_by(col(Editor.name))
        .order_by(col(Editor.name))
    )
    return [
        Listed(editor.name, editor.since, editor.left_at, count, last)
        for editor, count, last in rows
        if not acts.is_rule(editor.name)
    ]
