"""What a rule's query would have found of late, before the rule is switched on. Nothing is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, distinct, select

from curation import acts, search
from curation.search import Found, Search
from curation.tables import Decision, Kill, Pick
from feeds.tables import Item

DAY = timedelta(days=1)

Fate = Literal["picked", "killed"]


@dataclass(frozen=True, slots=True)
class Trial:
    """The items from an instant to another that a query is true of, and how many stories there were in all.

    `days` counts the stories found on each day of a zone that has any, by their first item; `fates` is what
    editors made of them, by story.
    """

    since: datetime
    until: datetime
    items: tuple[Found, ...]
    told: int
    days: dict[date, int]
    fates: dict[int, Fate]

    @property
    def stories(self) -> list[Found]:
        """The first item found of each story, the newest first."""
        first = {item[1]: item for item in reversed(self.items)}
        return sorted(first.values(), key=lambda item: (item[2], item[0]), reverse=True)

    @property
    def share(self) -> float:
        """The part of all stories that were found, from 0 to 1."""
        return len(self.stories) / self.told if self.told else 0.0

    @property
    def a_day(self) -> float:
        """How many stories were found in a day, on average."""
        return len(self.stories) / max((self.until - self.since) / DAY, 1.0)

    @property
    def is_wide(self) -> bool:
        """Whether so much was found that it was hardly meant."""
        return self.share > acts.WIDE

    def count(self, fate: Fate) -> int:
        """How many of the stories found have this fate."""
        return sum(one == fate for one in self.fates.values())


def trial(asked: Search, since: datetime, zone: ZoneInfo) -> Trial:
    """Try a query on what was published since an instant. Raises UsageFault like a search."""
    items = tuple(search.since(asked, since))
    session, stories = asked.session, {story: at for _, story, at in reversed(items)}
    on_day = Counter(at.astimezone(zone).date() for at in stories.values())
    told = select(func.count(distinct(Item.story_id))).where(search.kept(Item), Item.timestamp >= since)
    fates = {story: fate for story, fate in _fates(session, since).items() if story in stories}
    return Trial(since, asked.at, items, session.exec(told).one(), dict(sorted(on_day.items())), fates)


def _fates(session: Session, since: datetime) -> dict[int, Fate]:
    """The stories of which something was published since an instant, and that people picked or killed."""
    recent = col(Item.story_id).in_(select(Item.story_id).where(Item.timestamp >= since))
    picks = session.exec(
        select(Item.story_id, Pick.editors)
        .join(Pick, col(Pick.item_id) == col(Item.id))
        .where(recent, col(Pick.retracted_at).is_(None))
    ).all()
    kills = session.exec(
        select(Item.story_id, Decision.editor)
        .join(Kill, col(Kill.item_id) == col(Item.id))
        .where(recent, col(Decision.id) == col(Kill.decision_id))
    ).all()
    picked: dict[int, Fate] = {story: "picked" for story, editors in picks if _by_people(editors)}
    return picked | {story: "killed" for story, editor in kills if _by_people([editor])}


def _by_people(editors: Sequence[str]) -> bool:
    return not all(map(acts.is_rule, editors))
