"""How the sources stand, in numbers: counted by the database, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from aggregator.store import NO_FEEDS
from feeds.tables import Source, Status


class Counted(NamedTuple):
    """Of the sources of one status, how many there are, fail, and are due; when the first is polled next."""

    number: int = 0
    failing: int = 0
    due: int = 0
    next_poll_at: datetime | None = None


def counted(session: Session, now: datetime) -> dict[Status, Counted]:
    """How the sources that are feeds stand, by status: counted by the database, in one look at each."""
    at, number = col(Source.next_poll_at), func.count()
    query = (
        select_columns(
            col(Source.status),
            number,
            number.filter(col(Source.failures) > 0),
            number.filter(at <= now),
            func.min(at),
        )
        .where(col(Source.status).not_in(NO_FEEDS))
        .group_by(col(Source.status))
    )
    rows = session.connection().execute(query)
    return {Status(row[0]): Counted._make(row[1:]) for row in rows}


@dataclass(frozen=True, slots=True)
class Figures:
    """How the sources stand: how many of each status; of the active ones, how many fail, and are due.

    `late` is by how long the one that has been due the longest is, in seconds.
    """

    sources: Mapping[str, int] = field(default_factory=dict)
    failing: int = 0
    due: int = 0
    late: float = 0.0


def figures(session: Session, now: datetime) -> Figures:
    """How the sources stand, from counts alone."""
    found = counted(session, now)
    active = found.get(Status.ACTIVE, Counted())
    late = (now - active.next_poll_at).total_seconds() if active.next_poll_at else 0.0
    return Figures(
        {str(status): one.number for status, one in found.items()}, active.failing, active.due, max(0.0, late)
    )
