"""Writing the editorial log: a decision, what follows from it, and taking it back.

The caller opens the transaction, with the write lock taken before anything is read, so that of
two editors at once the second sees what the first decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from config.errors import UsageFault
from config.options import Curation
from curation import editors, projections, retelling, rules, withdrawn
from curation.tables import Decision, Pick


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did: its decision, the pick as it now stands, whether it was so before, what it undid.

    `decision` is None where it stood so without anybody's decision. `remark` is what else the editor
    should know, in words.
    """

    decision: Decision | None
    pick: Pick | None
    already: bool = False
    undone: Decision | None = None
    remark: str | None = None
    so: str = ""  # how it stands already, in words
    item_id: int | None = None  # the item that stands so


@dataclass(frozen=True, slots=True)
class Writer:
    """An editor at work: in whose name, from which front end, in which transaction, at what instant."""

    session: Session
    options: Curation
    now: datetime
    editor: str
    via: str = "cli"

    def undo(self, number: int | None = None) -> Outcome:
        """Take back a decision: the one with this number, else this editor's last that stands.

        An undo can be undone. Raises UsageFault where there is nothing to undo.
        """
        return self._take_back(self._last() if number is None else self._decision(number), "undo")

    def redo(self) -> Outcome:
        """Take back this editor's last undo that stands; raises UsageFault where there is none."""
        for decision in self._own(Decision.verb == "undo"):
            if decision.id not in self._undone(decision):
                return self._take_back(decision, "redo")
        raise UsageFault(f"{self.editor}: has undone nothing that could be done again", "see 'newsdesk log'")

    def _take_back(self, decision: Decision, verb: str) -> Outcome:
        done = self.decide(verb, decision.item_id, decision.edition, {}, undoes=decision.id)
        return replace(done, undone=decision)

    def decide(
        self,
        verb: str,
        item_id: int,
        edition: str | None,
        payload: Mapping[str, Any],
        undoes: int | None = None,
    ) -> Outcome:
        """Add a line to the log, and bring what follows from it to what the log now says."""
        editors.admit(self.session, self.editor, self.now)
        decision = Decision(
            at=self.now,
            editor=self.editor,
            via=self.via,
            verb=verb,
            item_id=item_id,
            edition=edition,
            payload={name: _written(value) for name, value in payload.items()},
            undoes=undoes,
        )
        self.session.add(decision)
        self.session.flush()
        pick = projections.project(self.session, decision)
        retelling.follow(self.session, decision)
        withdrawn.follow(self.session, decision, self.options.quorum)
        return Outcome(decision, pick)

    def already(self, item_id: int, edition: str | None, so: str, pick: Pick | None = None) -> Outcome:
        """That nothing was to be done, with the last decision about the item that stands, if any."""
        history = projections.history(self.session, item_id, edition)
        stand = {line.id for line in rules.effective(history)}
        last = next((line for line in reversed(history) if line.id in stand), None)
        decision = last or (history[-1] if history else None)
        return Outcome(decision, pick, already=True, so=so, item_id=item_id)

    def _decision(self, number: int) -> Decision:
        decision = self.session.get(Decision, number) if 0 < number < 2**63 else None
        if decision is None:
            raise UsageFault(f"decision {number}: there is none with this number", "see 'newsdesk log'")
        if decision.id in self._undone(decision):
            raise UsageFault(f"decision {number}: was undone already", "see 'newsdesk log'")
        return decision

    def _last(self) -> Decision:
        for decision in self._own(col(Decision.undoes).is_(None)):
            if decision.id not in self._undone(decision):
                return decision
        raise UsageFault(f"{self.editor}: has no decision left to undo", "see 'newsdesk log'")

    def _own(self, which: Any) -> Iterator[Decision]:
        """This editor's decisions of a kind, the newest first."""
        query = select(Decision).where(Decision.editor == self.editor, which)
        yield from self.session.exec(query.order_by(col(Decision.id).desc()))

    def _undone(self, decision: Decision) -> set[int | None]:
        return rules.undone(projections.history(self.session, decision.item_id, decision.edition))


def log(session: Session, limit: int) -> list[Decision]:
    """The last lines of the editorial log, newest first."""
    return list(session.exec(select(Decision).order_by(col(Decision.id).desc()).limit(limit)))


def _written(value: Any) -> Any:
    """A value as the log keeps it: a time in UTC, ending in Z like every other."""
    return to_jsonable_python(value.astimezone(UTC) if isinstance(value, datetime) else value)
