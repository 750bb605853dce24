"""The verbs of an editor. Each writes its Decision, and the pick that follows from it, in one transaction.

The caller opens the transaction, with the write lock taken before anything is read, so that of
two editors at once the second sees what the first decided.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from config.errors import UsageFault
from config.options import Curation, Edition
from curation import inbox, rules
from curation.tables import Decision, Editor, Pick
from feeds import markup
from feeds.tables import Item

LONGEST_NOTE = 10_000  # characters
FRONT_ENDS = frozenset({"cli", "desk"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did: its decision, the pick as it now stands, whether it was so before, what it undid."""

    decision: Decision
    pick: Pick | None
    already: bool = False
    undone: Decision | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """An editor at work: in whose name, from which front end, in which transaction, at what instant."""

    session: Session
    options: Curation
    now: datetime
    editor: str
    via: str = "cli"

    def pick(
        self,
        number: int,
        edition: Edition,
        *,
        note: str | None = None,
        title: str | None = None,
        position: int | None = None,
        visible_from: datetime | None = None,
        until: datetime | None = None,
    ) -> Outcome:
        """Choose an item for an edition, or change what was said of it.

        The same pick again is no new decision. One story is picked once in an edition: picking
        another item of it is the same pick again. Raises UsageFault for an unknown item, an
        edition that has no picks, a note over 10,000 characters, or an impossible time.
        """
        item = inbox.item(self.session, number)
        _refuse_without_picks(edition)
        _refuse_impossible(self.now, position, visible_from, until)
        given: dict[str, Any] = {
            "note": note_text(note),
            "title": title and markup.title(title),
            "position": position,
        }
        given |= {"visible_from": visible_from, "until": until}
        standing = self._standing(item, edition)
        payload = _news(standing, {name: value for name, value in given.items() if value is not None})
        if standing is not None and not payload and self._adds_nothing(standing):
            return self._already(standing)
        if standing is None:
            payload.setdefault("visible_from", self.now + self._hold())
        chosen = standing.item_id if standing is not None else number
        return self._decide("pick", chosen, edition.slug, payload)

    def unpick(self, number: int, edition: Edition) -> Outcome:
        """Take an item out of an edition. Taking out what is not in it is no new decision."""
        item = inbox.item(self.session, number)
        standing = self._standing(item, edition)
        if standing is not None:
            return self._decide("unpick", standing.item_id, edition.slug, {})
        history = self._history(number, edition.slug)
        if not history:
            raise UsageFault(f"item {number}: was never picked for {edition.slug}", "see 'newsdesk picks'")
        return Outcome(history[-1], None, already=True)

    def undo(self, number: int | None = None) -> Outcome:
        """Take back a decision: the one with this number, else this editor's last that stands.

        An undo can be undone. Raises UsageFault where there is nothing to undo.
        """
        decision = self._last() if number is None else self._decision(number)
        done = self._decide("undo", decision.item_id, decision.edition, {}, undoes=decision.id)
        return replace(done, undone=decision)

    def _decide(
        self, verb: str, item_id: int, edition: str, payload: dict[str, Any], undoes: int | None = None
    ) -> Outcome:
        if self.session.get(Editor, self.editor) is None:
            self.session.add(Editor(name=self.editor, since=self.now))
            self.session.flush()
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
        return Outcome(decision, project(self.session, item_id, edition))

    def _standing(self, item: Item, edition: Edition) -> Pick | None:
        """The pick of this item, or of another item of its story, that stands in an edition."""
        query = select(Pick).where(
            Pick.edition == edition.slug,
            col(Pick.retracted_at).is_(None),
            col(Pick.item_id).in_(select(Item.id).where(Item.story_id == item.story_id)),
        )
        picks = sorted(self.session.exec(query), key=lambda pick: (pick.item_id != item.id, pick.id))
        return picks[0] if picks else None

    def _adds_nothing(self, standing: Pick) -> bool:
        return self.editor in standing.editors or len(standing.editors) >= self.options.quorum

    def _already(self, standing: Pick) -> Outcome:
        history = rules.effective(self._history(standing.item_id, standing.edition))
        number = next(decision.id for decision in reversed(history) if decision.verb == "pick")
        return Outcome(self.session.get_one(Decision, number), standing, already=True)

    def _history(self, item_id: int, edition: str) -> list[Decision]:
        return history(self.session, item_id, edition)

    def _hold(self) -> timedelta:
        return self.options.hold if self.via in FRONT_ENDS else self.options.app_hold

    def _decision(self, number: int) -> Decision:
        decision = self.session.get(Decision, number) if 0 < number < 2**63 else None
        if decision is None:
            raise UsageFault(f"decision {number}: there is none with this number", "see 'newsdesk log'")
        if decision.id in self._undone(decision.item_id):
            raise UsageFault(f"decision {number}: was undone already", "see 'newsdesk log'")
        return decision

    def _last(self) -> Decision:
        query = select(Decision).where(Decision.editor == self.editor, col(Decision.undoes).is_(None))
        for decision in self.session.exec(query.order_by(col(Decision.id).desc())):
            if decision.id not in self._undone(decision.item_id):
                return decision
        raise UsageFault(f"{self.editor}: has no decision left to undo", "see 'newsdesk log'")

    def _undone(self, item_id: int) -> set[int | None]:
        return rules.undone(inbox.decisions(self.session, item_id))


def history(session: Session, item_id: int, edition: str) -> list[Decision]:
    """The decisions about an item in an edition, oldest first."""
    query = select(Decision).where(Decision.item_id == item_id, Decision.edition == edition)
    return list(session.exec(query.order_by(col(Decision.id))))


def project(session: Session, item_id: int, edition: str) -> Pick | None:
    """Bring the pick of an item to what the log says of it."""
    row = session.exec(select(Pick).where(Pick.item_id == item_id, Pick.edition == edition)).first()
    value = rules.project(history(session, item_id, edition))
    if value is None:
        if row is not None:
            session.delete(row)
            session.flush()
        return None
    row = row or Pick(**value.model_dump())
    for name in rules.Picked.model_fields:
        setattr(row, name, getattr(value, name))
    session.add(row)
    session.flush()
    return row


def note_text(note: str | None) -> str | None:
    """A note as it is kept: no control characters, no white space around it, at most 10,000 characters."""
    if note is None:
        return None
    note = markup.text_safe(note.replace("\r\n", "\n")).strip()
    note = "".join(
        character for character in note if character in "\n\t" or unicodedata.category(character) != "Cc"
    )
    if len(note) > LONGEST_NOTE:
        raise UsageFault(f"the note has {len(note):,} characters", f"shorten it to {LONGEST_NOTE:,}")
    return note


def log(session: Session, limit: int) -> list[Decision]:
    """The last lines of the editorial log, newest first."""
    return list(session.exec(select(Decision).order_by(col(Decision.id).desc()).limit(limit)))


def edition(editions: tuple[Edition, ...], slug: str) -> Edition:
    """An edition by its slug; raises UsageFault naming those there are."""
    for one in editions:
        if one.slug == slug:
            return one
    raise UsageFault(
        f"edition {slug!r}: there is none", f"there are {', '.join(one.slug for one in editions)}"
    )


def _refuse_without_picks(edition: Edition) -> None:
    if edition.rule != "picks":
        raise UsageFault(
            f"edition {edition.slug!r}: fills itself and takes no picks", "name one whose rule is picks"
        )


def _refuse_impossible(
    now: datetime, position: int | None, visible_from: datetime | None, until: datetime | None
) -> None:
    if position is not None and not 1 <= position <= 1000:
        raise UsageFault(f"position {position}: is no place in a line-up", "give 1 for the top")
    if until is not None and until <= max(now, visible_from or now):
        raise UsageFault("--until: is over before the pick appears", "give a later time")


def _news(standing: Pick | None, given: dict[str, Any]) -> dict[str, Any]:
    """What a pick is given that it does not say already."""
    return {
        name: value for name, value in given.items() if standing is None or getattr(standing, name) != value
    }


def _written(value: Any) -> Any:
    """A value as the log keeps it: a time in UTC, ending in Z like every other."""
    return to_jsonable_python(value.astimezone(UTC) if isinstance(value, datetime) else value)
