"""The picks of an edition that stand, and those that readers see, in the order of its line-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from config.options import Edition
from curation import places, promise, rules, search
from curation.tables import Decision, Kill, Pick
from feeds.tables import Item

INSTANT = timedelta(microseconds=1)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
AT_FIRST = 2  # picks looked at for each that an edition shows
LEFT_BY: dict[str, tuple[Any, ...]] = {
    "retracted_at": (),
    "until": (),
    "changed_at": (col(Pick.held), col(Pick.retracted_at).is_(None)),
}
_FELLOW = aliased(Item)  # of a story, beside one


class Appeared(NamedTuple):
    """When a pick appeared to readers, and which."""

    at: datetime
    number: int
    pick: Pick


def standing(session: Session, edition: Edition) -> list[Pick]:
    """The picks that were not taken back, seen by readers or not yet, in line-up order.

    One for each story, the earliest where stories with two were merged, and one that editors made before
    one that a rule suggests; none of a killed story.
    """
    return places.arrange(_one_of_each(_picks(session, edition)))


def live(session: Session, edition: Edition, at: datetime, quorum: int = 1) -> list[Pick]:
    """The picks that readers see at an instant, in line-up order: no older and no more than it shows.

    The newest that have not run out are looked at, and as many more as it takes to fill the edition: not all
    that ever stood.
    """
    looked_at = AT_FIRST * edition.limit
    while True:
        stories, since = _newest(session, edition, at, looked_at)
        seen = [
            pick
            for pick in _one_of_each(
                (pick, story)
                for pick, story in _picks(session, edition, _in(stories), _may_be_seen(at))
                if rules.status(pick, at, quorum) == "live" and not _is_old(pick, edition, at, quorum)
            )
            if since is None or pick.pinned or pick.picked_at > since
        ]
        if since is None or len(seen) >= edition.limit:
            return places.shortened(places.arrange(seen), edition.limit)
        looked_at *= 4


def _newest(
    session: Session, edition: Edition, at: datetime, number: int
) -> tuple[list[int], datetime | None]:
    """The stories of the pinned and of so many of the newest picks, and since when these are all there are.

    That is None where there are no more.
    """
    query = (
        select(Pick.picked_at, Pick.pinned, Item.story_id)
        .where(Pick.edition == edition.slug, col(Pick.retracted_at).is_(None), col(Item.id) == Pick.item_id)
        .where(_may_be_seen(at))
        .order_by(col(Pick.pinned).desc(), col(Pick.picked_at).desc(), col(Pick.id).desc())
    )
    found = session.exec(query.limit(number)).all()
    stories = list(dict.fromkeys(story for _, _, story in found))
    if len(found) < number:
        return stories, None
    picked_at, pinned, _ = found[-1]
    return stories, datetime.max.replace(tzinfo=UTC) if pinned else picked_at


def warnings(session: Session, editions: Sequence[Edition], at: datetime, quorum: int = 1) -> list[str]:
    """Which editions lack picks at an instant, or soon will, in words."""
    return [
        warning
        for edition in editions
        if edition.rule == "picks"
        for warning in promise.warnings(
            edition, [rules.dated(pick, quorum) for pick in live(session, edition, at, quorum)], at
        )
    ]


def departures(
    session: Session, edition: Edition, at: datetime, quorum: int = 1, since: datetime = LONG_AGO
) -> list[datetime]:
    """When picks that readers had seen went out of their sight: killed, too old, withdrawn or run out.

    Of those withdrawn and of those run out, the last; of the others all since an instant.
    """
    found = [_last_left(session, edition, at, quorum, name) for name in LEFT_BY]
    found += _aged(session, edition, at, quorum, since)
    killed = session.exec(  # asked for one edition, the database would begin with all picks of it
        select(Pick, Decision.at)
        .where(Decision.at > since, col(Kill.item_id) == Decision.item_id, Kill.decision_id == Decision.id)
        .where(col(_FELLOW.id) == Kill.item_id, col(Item.story_id) == _FELLOW.story_id)
        .where(col(Pick.item_id) == Item.id)
    )
    of_it = ((pick, killed_at) for pick, killed_at in killed if pick.edition == edition.slug)
    found += [killed_at for pick, killed_at in of_it if _seen_before(pick, killed_at, quorum)]
    return [time for time in found if time is not None and time <= at]


def appeared(session: Session, start: datetime, end: datetime, quorum: int = 1) -> list[Appeared]:
    """The picks that appeared from one instant up to another, standing still or not, the oldest first."""
    heard = select(Decision.item_id).where(Decision.at >= start, Decision.at < end)
    among = col(Pick.item_id).in_(heard), (Pick.visible_from >= start) & (Pick.visible_from < end)
    rows = {row.id or 0: row for one in among for row in session.exec(select(Pick).where(one))}
    found = [Appeared(rules.dated(pick, quorum), number, pick) for number, pick in rows.items()]
    return sorted((one for one in found if start <= one.at < end), key=lambda one: one[:2])


def _last_left(session: Session, edition: Edition, at: datetime, quorum: int, name: str) -> datetime | None:
    """When the last pick went out of sight by what this column dates; the newest are looked at first."""
    when = col(getattr(Pick, name))
    query = select(Pick).where(Pick.edition == edition.slug, when <= at, *LEFT_BY[name])
    picks = session.exec(query.order_by(when.desc(), col(Pick.id)), execution_options={"yield_per": 20})
    for pick in picks:
        left = rules.left_at(pick, at, quorum)
        if left is not None and left == getattr(pick, name):
            picks.close()
            return left
    return None


def _seen_before(pick: Pick, at: datetime, quorum: int) -> bool:
    return rules.status(pick, at, quorum) == "live" and rules.dated(pick, quorum) < at


def _aged(
    session: Session, edition: Edition, at: datetime, quorum: int, since: datetime
) -> list[datetime | None]:
    """When picks that were not taken back became too old, since an instant."""
    if edition.max_age is None:
        return []
    start = LONG_AGO if since == LONG_AGO else since - edition.max_age
    found = appeared(session, start, at - edition.max_age + INSTANT, quorum)
    of_it = (one for one in found if one.pick.edition == edition.slug and one.pick.retracted_at is None)
    return [one.at + edition.max_age for one in of_it]


def _picks(session: Session, edition: Edition, *those: ColumnElement[bool]) -> list[tuple[Pick, int]]:
    """The picks that were not taken back, all or only those, none of a killed story."""
    query = (
        select(Pick, Item.story_id)
        .where(Pick.edition == edition.slug, col(Pick.retracted_at).is_(None))
        .where(col(Item.id) == col(Pick.item_id), ~search.is_killed(Item), *those)
        .order_by(col(Pick.picked_at), col(Pick.id))
    )
    return list(session.exec(query))


def _may_be_seen(at: datetime) -> ColumnElement[bool]:
    """Not run out at an instant; of these there are few, however many picks there were."""
    return col(Pick.until).is_(None) | (col(Pick.until) > at)


def _in(stories: Sequence[int]) -> ColumnElement[bool]:
    return col(Item.story_id).in_(stories)


def _one_of_each(picks: Iterable[tuple[Pick, int]]) -> list[Pick]:
    first: dict[int, Pick] = {}
    for pick, story in sorted(picks, key=lambda found: not found[0].editors):
        first.setdefault(story, pick)
    return list(first.values())


def _is_old(pick: Pick, edition: Edition, at: datetime, quorum: int) -> bool:
    return edition.max_age is not None and at - rules.dated(pick, quorum) >= edition.max_age
