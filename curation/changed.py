"""What changed since an instant: the stories it is about, and the days and picks that tell them.

What is asked for grows with what changed, never with what there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, exists, func, or_, select

from curation import rules
from curation.tables import Appearance, Decision, Pick, PublishedSite
from feeds.opml import Outline
from feeds.tables import Item, Move, Revision, Source

# What was decided or read is dated by when that began, and seen by others when it is committed.
UNSEEN = timedelta(minutes=5)
AT_ONCE = 1_000  # numbers in one query

DAY = timedelta(days=1)


class Drawn(NamedTuple):
    """When all was last drawn as it stood, and the sources as subscription lists name them now."""

    at: datetime
    reading: Sequence[Outline]


class Changed(NamedTuple):
    """The stories that changed, and whether a source was removed, and what was read of it: no row tells
    which days that was on.
    """

    stories: set[int]
    is_lost: bool


def since(session: Session, drawn: Drawn) -> Changed:
    """What changed since all was last drawn."""
    then, now = _sources(session, drawn)
    moved = session.exec(select(Move.from_url).where(col(Move.from_url).in_(then - now)))
    return Changed(_stories(session, drawn.at, now), is_lost=not then - now <= set(moved))


def _stories(session: Session, since: datetime, of_sources: Iterable[str]) -> set[int]:
    """The stories of which an item is new, was revised, or decided about by an editor, or whose source is
    called or found otherwise.
    """
    other = select(Item.story_id).join(Source, col(Source.id) == col(Item.source_id))
    of_others = _batched(session, other, Source.url, of_sources)
    since -= UNSEEN
    new = select(Item.story_id).where(Item.first_seen_at > since)  # distinct would go through all stories
    decided = set(_revised(session, since))
    for decision in session.exec(select(Decision).where(Decision.at > since)):
        decided |= {decision.item_id, *decision.payload.get("others", ())}
    of_them = _batched(session, select(Item.story_id), Item.id, decided)
    return {*session.exec(new), *of_them, *of_others}


def _sources(session: Session, drawn: Drawn) -> tuple[set[str], set[str]]:
    """The addresses of sources that were published in other words since, as they were and as they are now.

    What was published since then, or last before, is on record; a source that came or went is on one side
    alone.
    """
    newest_first = select(PublishedSite.at, PublishedSite.reading).order_by(col(PublishedSite.id).desc())
    now, then = set(drawn.reading), list[set[Outline]]()
    rows = session.exec(newest_first.execution_options(yield_per=1))
    for at, reading in rows:
        then.append({Outline.model_validate(one) for one in reading})
        if at <= drawn.at:
            rows.close()
            break
    always = now.intersection(*then)
    return {one.url for told in then for one in told - always}, {one.url for one in now - always}


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


class Undone(NamedTuple):
    """A pick of which no decision is left, and when it was taken back from readers who had seen it."""

    edition: str
    item_id: int
    withdrawn_at: datetime | None


def undone(session: Session, of_stories: Collection[int] | None) -> list[Undone]:
    """The picks, of stories or of all, that were undone as if they had never been."""
    of_it = (col(Appearance.guid) == Item.public_id) & (col(Appearance.edition) == Decision.edition)
    is_left = exists().where(col(Pick.item_id) == Decision.item_id, col(Pick.edition) == Decision.edition)
    query = (
        select_columns(col(Decision.edition), col(Decision.item_id), col(Appearance.withdrawn_at))
        .join(Item, col(Item.id) == col(Decision.item_id))
        .outerjoin(Appearance, of_it)
        .where(col(Decision.edition).is_not(None), ~is_left)
        .order_by(col(Decision.edition), col(Decision.item_id))
        .distinct()
    )
    if of_stories is None:
        rows = list(session.connection().execute(query))
    else:
        rows = _batched(session, query, Item.story_id, of_stories)
    return [Undone(edition or "", item_id, at) for edition, item_id, at in rows]


def days(
    session: Session,
    of_stories: Iterable[int],
    of_picks: Sequence[Pick],
    at: datetime,
    quorum: int,
    editions: Collection[str],
) -> set[date]:
    """The days in UTC on which stories are told, and on which picks of these editions stood by an instant."""
    of_stories = list(of_stories)
    told = _batched(session, select(Item.timestamp), Item.story_id, of_stories)
    of_editions = col(Decision.edition).in_(sorted(editions))
    of_all = select(Decision.at).where(of_editions | col(Decision.edition).is_(None))
    decided = _batched(session, of_all, Decision.item_id, {pick.item_id for pick in of_picks})
    of_them = select(Decision.at).join(Item, col(Item.id) == col(Decision.item_id)).where(of_editions)
    decided += _batched(session, of_them, Item.story_id, of_stories)
    stood = [dated for pick in of_picks if (dated := rules.dated(pick, quorum)) <= at]
    return {one.astimezone(UTC).date() for one in (*told, *decided, *stood)}


def decided_on(session: Session, editions: Collection[str]) -> set[date]:
    """Every day on which something was decided about the picks of these editions."""
    rows = session.exec(select(Decision.at).where(col(Decision.edition).in_(sorted(editions))))
    return {at.astimezone(UTC).date() for at in rows}


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


def had_news(session: Session, day: date, since: datetime) -> bool:
    """Whether a day had news already at an instant, so that the days beside it lead to it."""
    start, end = bounds(day)
    of_day = select(Item.id).where(Item.timestamp >= start, Item.timestamp < end)
    return session.exec(of_day.where(Item.first_seen_at <= since - UNSEEN).limit(1)).first() is not None


def picked(
    session: Session, start: datetime, end: datetime, quorum: int, editions: Collection[str]
) -> list[Pick]:
    """The picks of editions that appeared from one instant up to another, standing still or not, the newest
    first.
    """
    heard = select(Decision.item_id).where(Decision.at >= start, Decision.at < end)
    appearing = (Pick.visible_from >= start) & (Pick.visible_from < end)
    found = session.exec(select(Pick).where(or_(appearing, col(Pick.item_id).in_(heard))))
    of_them = (pick for pick in found if pick.edition in editions)
    between = [pick for pick in of_them if start <= rules.dated(pick, quorum) < end]
    return sorted(between, key=lambda pick: (rules.dated(pick, quorum), pick.id), reverse=True)


def bounds(day: date) -> tuple[datetime, datetime]:
    """A day in UTC: its first instant, and the first after it."""
    return _start(day), _start(day) + DAY


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _batched(session: Session, query: Any, column: Any, values: Iterable[Any]) -> list[Any]:
    """The rows of a query whose column is among some values, however many those are."""
    left, found = iter(sorted(values)), list[Any]()
    while batch := list(islice(left, AT_ONCE)):
        found += session.exec(query.where(col(column).in_(batch)))
    return found
