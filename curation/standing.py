"""The picks of an edition that stand, and those that readers see, in the order of its line-up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from config.options import Edition
from curation import promise, rules, search
from curation.tables import Decision, Kill, Pick
from feeds.tables import Item


def standing(session: Session, edition: Edition) -> list[Pick]:
    """The picks that were not taken back, seen by readers or not yet, in line-up order.

    One for each story, the earliest where stories with two were merged, and one that editors made before
    one that a rule suggests; none of a killed story.
    """
    return rules.arrange(_one_of_each(_picks(session, edition)))


def live(session: Session, edition: Edition, at: datetime, quorum: int = 1) -> list[Pick]:
    """The picks that readers see at an instant, in line-up order: no older and no more than it shows."""
    seen = _one_of_each(
        (pick, story)
        for pick, story in _picks(session, edition)
        if rules.status(pick, at, quorum) == "live" and not _is_old(pick, edition, at, quorum)
    )
    return rules.shortened(rules.arrange(seen), edition.limit)


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


def departures(session: Session, edition: Edition, at: datetime, quorum: int = 1) -> list[datetime]:
    """When picks that readers had seen went out of their sight: withdrawn, run out, too old, or killed."""
    found = [
        rules.left_at(pick, at, quorum) or _aged(pick, edition, at, quorum)
        for pick in session.exec(select(Pick).where(Pick.edition == edition.slug))
    ]
    fellow = aliased(Item)
    killed = session.exec(
        select(Pick, Decision.at)
        .where(Pick.edition == edition.slug, col(Item.id) == col(Pick.item_id))
        .where(col(fellow.story_id) == col(Item.story_id), col(Kill.item_id) == col(fellow.id))
        .where(col(Decision.id) == col(Kill.decision_id))
    )
    found += [killed_at for pick, killed_at in killed if _seen_before(pick, killed_at, quorum)]
    return [time for time in found if time is not None and time <= at]


def _seen_before(pick: Pick, at: datetime, quorum: int) -> bool:
    return rules.status(pick, at, quorum) == "live" and rules.dated(pick, quorum) < at


def _aged(pick: Pick, edition: Edition, at: datetime, quorum: int) -> datetime | None:
    if not _is_old(pick, edition, at, quorum) or edition.max_age is None:
        return None
    return rules.dated(pick, quorum) + edition.max_age


def _picks(session: Session, edition: Edition) -> list[tuple[Pick, int]]:
    query = (
        select(Pick, Item.story_id)
        .where(Pick.edition == edition.slug, col(Pick.retracted_at).is_(None))
        .where(col(Item.id) == col(Pick.item_id), ~search.is_killed(Item))
        .order_by(col(Pick.picked_at), col(Pick.id))
    )
    return list(session.exec(query))


def _one_of_each(picks: Iterable[tuple[Pick, int]]) -> list[Pick]:
    first: dict[int, Pick] = {}
    for pick, story in sorted(picks, key=lambda found: not found[0].editors):
        first.setdefault(story, pick)
    return list(first.values())


def _is_old(pick: Pick, edition: Edition, at: datetime, quorum: int) -> bool:
    return edition.max_age is not None and at - rules.dated(pick, quorum) >= edition.max_age
