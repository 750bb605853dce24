"""Saved rules: those there are, and what they decide about new items, each in the name of its own editor.

new items ─> each rule that is on ─> what its query finds ─> less what people decided on ─> decisions
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select

from config.errors import NewsdeskError, UsageFault
from config.options import Curation, Edition, editions
from curation import acts, desk, notes, search, times
from curation.desk import Desk, Outcome
from curation.query import parse
from curation.search import Search
from curation.storydesk import tag_text
from curation.tables import Decision, Kill, Rule
from feeds.tables import Item

log = logging.getLogger(__name__)

_FELLOW = aliased(Item)  # of a story, beside the one that is looked at


def rules(session: Session) -> Sequence[Rule]:
    """All rules, by name."""
    return session.exec(select(Rule).order_by(col(Rule.name))).all()


def rule(session: Session, name: str) -> Rule:
    """A rule by its name; raises UsageFault for one there is not."""
    found = session.get(Rule, name.strip().lower())
    if found is None:
        raise UsageFault(f"rule {name[:60]!r}: there is none with this name", "see 'newsdesk rule list'")
    return found


def decisions(session: Session) -> dict[str, int]:
    """How many decisions stand in the log under the name of each rule, also of those that were removed."""
    by_rule = col(Decision.editor).startswith(acts.EDITOR)
    counts = select(Decision.editor, func.count()).where(by_rule).group_by(col(Decision.editor))
    return {editor.removeprefix(acts.EDITOR): count for editor, count in session.exec(counts)}


class RuleDesk(Desk):
    """A rule deciding: what somebody has chosen for an edition already, it leaves as it is.

    So the rules have one voice among them, and where two are asked for no two rules make a pick.
    """

    __slots__ = ()

    def act(self, rule: Rule, number: int, edition: Edition | None) -> Outcome:
        """Do what a rule says with an item, for its edition if it names one; raises UsageFault if refused."""
        if rule.act == "kill":
            return self.kill(number)
        if rule.act == "tag":
            return self.tag(number, rule.tag or "")
        assert edition is not None, "a nomination or pick is for an edition"
        if rule.act == "nominate":
            return self.nominate(number, edition)
        before = self._standing(self._choosable(number, edition), edition)
        if before is not None and before.editors:
            so = f"picked in {edition.slug} by {', '.join(before.editors)}"
            return self.already(before.item_id, edition.slug, so, before)
        return self.pick(number, edition, note=rule.note or None)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What rules decide by: how picks come to be seen, the editions there are, the zone of times in words."""

    options: Curation = field(default_factory=Curation)
    editions: tuple[Edition, ...] = field(default_factory=editions)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def asked(self, session: Session, query: str, editor: str, now: datetime) -> Search:
        """A rule's query at an instant. Raises UsageFault for one that means nothing, or too much."""
        meant = parse(query, lambda value: times.read(value, now, self.zone, "past"))
        acts.refuse_boundless(meant)
        slugs = [edition.slug for edition in self.editions]
        return Search(meant, session, editor, now, self.options.quorum, slugs)

    def add(self, session: Session, rule: Rule) -> None:
        """Keep a new rule, named by its query where it has no name.

        Raises UsageFault for a name that is taken, a query that means nothing or too much, or what its act
        cannot be given.
        """
        self.asked(session, rule.query, rule.created_by, rule.since)
        rule.name = acts.named(rule.name or acts.name_of(rule.query))
        if session.get(Rule, rule.name) is not None:
            raise UsageFault(f"rule {rule.name!r}: there is one with this name", "give another with --name")
        if rule.edition is not None:
            desk.refuse_without_picks(desk.edition(self.editions, rule.edition))
        if rule.tag is not None:
            rule.tag = tag_text(rule.tag)
        rule.note = notes.kept(rule.note)
        session.add(rule)
        session.flush()

    def judge(self, session: Session, numbers: Sequence[int], now: datetime) -> None:
        """Let the rules that are on decide about new items, in the transaction that brings these.

        So each item is judged once, by whichever process brings it, or not kept at all. A rule that fails
        takes back its own decisions, is told of in the log, and costs nobody else anything.
        """
        if not numbers:
            return
        are_on = session.exec(select(Rule).where(col(Rule.on_since).is_not(None))).all()
        for rule in sorted(are_on, key=lambda rule: (acts.ACTS.index(rule.act), rule.name)):
            editor = acts.editor(rule.name)
            try:
                with session.begin_nested():
                    done = sum(not one.already for one in self._decided(session, rule, editor, numbers, now))
            except NewsdeskError as error:
                log.warning("%s: %s (%s)", editor, error.message, error.remedy)
            except Exception:
                log.exception("%s: newsdesk failed", editor)
            else:
                if done:
                    log.info("%s: %s of %d items", editor, rule.act, done)

    def _decided(
        self, session: Session, rule: Rule, editor: str, numbers: Sequence[int], now: datetime
    ) -> Iterator[Outcome]:
        """What a rule decides about those of some items that its query finds; a refused act is told of."""
        at_the_desk = RuleDesk(session, self.options, now, editor, "rule")
        asked = self.asked(session, rule.query, editor, now)
        edition = None if rule.edition is None else desk.edition(self.editions, rule.edition)
        for number, *_ in search.among(asked, numbers, is_left_to_rules(Item)):
            try:
                yield at_the_desk.act(rule, number, edition)
            except UsageFault as fault:
                log.warning("%s: %s (%s)", editor, fault.message, fault.remedy)


def is_left_to_rules(row: type[Item]) -> ColumnElement[bool]:
    """Whether no person has decided anything about an item's story, and it is not killed."""
    is_of_story = col(_FELLOW.story_id) == row.story_id
    by_people = ~col(Decision.editor).startswith(acts.EDITOR)
    decided = exists().where(is_of_story, col(Decision.item_id) == _FELLOW.id, by_people)
    return ~decided & ~exists().where(is_of_story, col(Kill.item_id) == _FELLOW.id)
