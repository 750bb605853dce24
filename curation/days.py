"""The days that have a page, and those to which something happened since all was last drawn.

A day has a page while there is news of it, or a pick that has appeared on it. It leads to the nearest days
with news, before it and after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from curation import changed, rules, standing
from curation.changed import Changed
from curation.permalinks import Snapshot
from curation.standing import INSTANT, LONG_AGO
from curation.tables import Decision, Pick
from feeds.tables import Item

DAY = timedelta(days=1)


def bounds(day: date) -> tuple[datetime, datetime]:
    """A day in UTC: its first instant, and the first after it."""
    start = datetime.combine(day, time(), UTC)
    return start, start + DAY


def after(session: Session, day: date) -> date | None:
    """The nearest later day with news."""
    if day == date.max:
        return None
    later = session.exec(select(func.min(Item.timestamp)).where(Item.timestamp >= bounds(day)[1])).one()
    return later and _day(later)


def before(session: Session, day: date) -> date | None:
    """The nearest earlier day with news."""
    earlier = session.exec(select(func.max(Item.timestamp)).where(Item.timestamp < bounds(day)[0])).one()
    return earlier and _day(earlier)


def of_late(session: Session, at: datetime, most: int) -> Iterator[date]:
    """The newest days with news by an instant, the newest first."""
    day = before(session, _day(at) + DAY)
    while day is not None and most:
        yield day
        day, most = before(session, day), most - 1


def picked(snapshot: Snapshot, start: datetime, end: datetime) -> list[Pick]:
    """The picks that appeared from one instant up to another, standing still or not, the newest first."""
    found = standing.appeared(snapshot.session, start, end, snapshot.quorum)
    return [one.pick for one in reversed(found) if one.pick.edition in snapshot.editions]


def every(snapshot: Snapshot) -> set[date]:
    """Every day that has a page: one look-up for each that has news."""
    found, day = set[date](), after(snapshot.session, date.min)
    while day is not None:
        found.add(day)
        day = after(snapshot.session, day)
    of_editions = select(Pick).where(col(Pick.edition).in_(sorted(snapshot.editions)))
    return found.union(_appeared(snapshot, snapshot.session.exec(of_editions)))


def is_told(snapshot: Snapshot, day: date) -> bool:
    """Whether a day has a page."""
    return _has_news(snapshot.session, day) or any(_appeared(snapshot, picked(snapshot, *bounds(day))))


def touched(snapshot: Snapshot, found: Changed, picks: Sequence[Pick]) -> set[date]:
    """The days to which something happened: those on which stories that changed are or were told, or picks
    appeared; and where such a day has news now and had none, or the other way round, those that lead to it.
    """
    days = {*found.days, *_of_stories(snapshot, found.stories, picks), *_passed(snapshot, found.since)}
    turned = [day for day in days if day in found.days or _is_new(snapshot.session, day, found.since)]
    return days.union(*(_around(snapshot, day) for day in turned))


def _of_stories(snapshot: Snapshot, stories: set[int], picks: Sequence[Pick]) -> Iterator[date]:
    """The days on which stories are told, and those on which picks of them appear, or did once."""
    told = changed.batched(snapshot.session, select(Item.timestamp), Item.story_id, stories)
    yield from map(_day, told)
    lines = select_columns(col(Decision.edition), col(Decision.at), col(Decision.payload))
    of_items = lines.join(Item, col(Item.id) == col(Decision.item_id))
    for edition, at, payload in changed.batched(snapshot.session, of_items, Item.story_id, stories):
        if edition in snapshot.editions:  # asked of the database, it would go through all of an edition
            yield _day(at)
            if put_off := payload.get("visible_from"):
                yield _day(datetime.fromisoformat(put_off))
    yield from _appeared(snapshot, picks)


def _passed(snapshot: Snapshot, since: datetime) -> Iterator[date]:
    """The days since an instant on which picks appeared, be it by themselves."""
    start, _ = bounds(_day(since))
    return _appeared(snapshot, picked(snapshot, start, snapshot.at + INSTANT))


def _appeared(snapshot: Snapshot, picks: Iterable[Pick]) -> Iterator[date]:
    """The days on which picks appeared."""
    dated = (rules.dated(pick, snapshot.quorum) for pick in picks)
    return (_day(at) for at in dated if at <= snapshot.at)


def _around(snapshot: Snapshot, day: date) -> set[date]:
    """The days that lead to a day, if there is news of it: the nearest with news, and those between these
    that have nothing but picks.
    """
    earlier, later = before(snapshot.session, day), after(snapshot.session, day)
    start = bounds(earlier)[1] if earlier else LONG_AGO
    end = bounds(later)[0] if later else snapshot.at + INSTANT
    return {*filter(None, (earlier, later)), *_appeared(snapshot, picked(snapshot, start, end))}


def _has_news(session: Session, day: date, since: datetime | None = None) -> bool:
    """Whether there is news of a day, or was already at an instant."""
    start, end = bounds(day)
    of_day = select(Item.id).where(Item.timestamp >= start, Item.timestamp < end).limit(1)
    if since is not None:
        of_day = of_day.where(Item.first_seen_at <= since - changed.UNSEEN)
    return session.exec(of_day).first() is not None


def _is_new(session: Session, day: date, since: datetime) -> bool:
    return not _has_news(session, day, since) and _has_news(session, day)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
