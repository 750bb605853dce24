"""What changed since an instant: the stories it is about, and the days and picks that tell them.

What is asked for grows with what changed, never with what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlmodel import Session, col, func, or_, select

from curation import rules
from curation.tables import Decision, Pick
from feeds.tables import Item, Revision

# What was decided or read is dated by when that began, and seen by others when it is committed.
UNSEEN = timedelta(minutes=5)
AT_ONCE = 1_000  # numbers in one query

DAY = timedelta(days=1)


def stories(session: Session, since: datetime) -> set[int]:
    """The stories that changed: one of their items is new, was revised, or an editor decided about it."""
    since -= UNSEEN
    new = select(Item.story_id).where(Item.first_seen_at > since)  # distinct would go through all stories
    decided = set(_revised(session, since))
    for decision in session.exec(select(Decision).where(Decision.at > since)):
        decided |= {decision.item_id, *decision.payload.get("others", ())}
    of_them = _batched(session, select(Item.story_id), Item.id, decided)
    return {*session.exec(new), *of_them}


def _revised(session: Session, since: datetime) -> Iterator[int]:
    """The items revised since, from the newest revision back."""
    newest_first = select(Revision.item_id, Revision.at).order_by(col(Revision.id).desc())
    rows = session.exec(newest_first.execution_options(yield_per=100))
    for number, at in rows:
        if at <= since:
            rows.close()
            return
        yield number


def picks(session: Session, of_stories: Iterable[int]) -> list[Pick]:
    """The picks of stories, standing or not."""
    query = select(Pick).join(Item, col(Item.id) == col(Pick.item_id)).order_by(col(Pick.id))
    return _batched(session, query, Item.story_id, of_stories)


def days(
    session: Session, of_stories: Iterable[int], of_picks: Sequence[Pick], at: datetime, quorum: int
) -> set[date]:
    """The days in UTC on which stories are told, and on which picks stand or stood by an instant."""
    told = _batched(session, select(Item.timestamp), Item.story_id, of_stories)
    decided = _batched(session, select(Decision.at), Decision.item_id, {pick.item_id for pick in of_picks})
    stood = [dated for pick in of_picks if (dated := rules.dated(pick, quorum)) <= at]
    return {one.astimezone(UTC).date() for one in (*told, *decided, *stood)}


def all_days(session: Session) -> set[date]:
    """Every day with news or a pick: one look-up for each."""
    found, day = set(), after(session, date.min)
    while day is not None:
        found.add(day)
        day = after(session, day)
    return found


def passed(since: datetime, at: datetime) -> set[date]:
    """The days that went by, on which picks may have appeared by themselves."""
    first, last = since.astimezone(UTC).date(), at.astimezone(UTC).date()
    return {first + DAY * number for number in range((last - first).days + 1)}


def tomorrow(at: datetime) -> date:
    """The day after an instant's."""
    return at.astimezone(UTC).date() + DAY


def after(session: Session, day: date) -> date | None:
    """The nearest later day with news."""
    if day == date.max:
        return None
    later = session.exec(select(func.min(Item.timestamp)).where(Item.timestamp >= _start(day + DAY))).one()
    return later and later.astimezone(UTC).date()


def before(session: Session, day: date) -> date | None:
    """The nearest earlier day with news."""
    earlier = session.exec(select(func.max(Item.timestamp)).where(Item.timestamp < _start(day))).one()
    return earlier and earlier.astimezone(UTC).date()


def picked(session: Session, start: datetime, end: datetime, quorum: int) -> list[Pick]:
    """The picks that appeared from one instant up to another, standing still or not, the newest first."""
    heard = select(Decision.item_id).where(Decision.at >= start, Decision.at < end)
    appearing = (Pick.visible_from >= start) & (Pick.visible_from < end)
    found = session.exec(select(Pick).where(or_(appearing, col(Pick.item_id).in_(heard))))
    between = [pick for pick in found if start <= rules.dated(pick, quorum) < end]
    return sorted(between, key=lambda pick: (rules.dated(pick, quorum), pick.id), reverse=True)


def bounds(day: date) -> tuple[datetime, datetime]:
    """A day in UTC: its first instant, and the first after it."""
    return _start(day), _start(day) + DAY


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _batched(session: Session, query: Any, column: Any, numbers: Iterable[int]) -> list[Any]:
    """The rows of a query whose column is among numbers, however many those are."""
    left, found = iter(sorted(numbers)), list[Any]()
    while batch := list(islice(left, AT_ONCE)):
        found += session.exec(query.where(col(column).in_(batch)))
    return found
