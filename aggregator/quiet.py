"""Sources that a poll found as they were: what it writes of them, of all by one statement.

One that is being redirected for good, or was, is not among them. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BindParameter, Text, bindparam, cast, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from aggregator import cadence
from aggregator.answers import Document
from aggregator.store import RHYTHM_ENTRIES
from feeds.entries import Pace
from feeds.tables import Item, Source, Status

BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)

_NUMBERS: BindParameter[Sequence[int]] = bindparam("numbers", expanding=True)
_RESTING = (
    select(col(Source.id), col(Source.interval), col(Source.pace))
    .where(col(Source.id).in_(_NUMBERS), col(Source.status) != Status.REMOVED)
    .where(col(Source.moved_to).is_(None))
)
_OTHER = aliased(Item)
_OLDEST = (
    select(col(_OTHER.timestamp))
    .where(col(_OTHER.source_id) == col(Source.id))
    .order_by(col(_OTHER.timestamp).desc())
    .limit(1)
    .offset(RHYTHM_ENTRIES - 1)
    .correlate(Source)
    .scalar_subquery()
)
_TIMES = (  # of a source in one text: a row for each would cost more than all else that is read here
    select(col(Item.source_id), func.aggregate_strings(cast(col(Item.timestamp), Text), ","))
    .join(Source, col(Source.id) == Item.source_id)
    .where(col(Source.id).in_(_NUMBERS))
    .where(col(Item.timestamp) >= func.coalesce(_OLDEST, BEFORE_ALL))
    .group_by(col(Item.source_id))
)
_WRITTEN = ("next_poll_at", "next_poll_reason", "next_poll_terms", "not_before_at")
_CALM = {"failures": 0, "error_class": None, "error_message": None, "error_at": None}
_ONE = update(Source).where(col(Source.id) == bindparam("number"))
_ANSWERED = _ONE.values(
    last_polled_at=bindparam("now"),
    answered_at=bindparam("now"),
    **_CALM,
    **{name: bindparam(f"new_{name}") for name in _WRITTEN},
)
_VALIDATED = _ONE.values(etag=bindparam("new_etag"), last_modified=bindparam("new_last_modified"))


@dataclass(frozen=True, slots=True)
class Resting:
    """What decides when a source is due next; `times` are those of its last entries, the newest first."""

    number: int
    interval: int | None
    pace: Pace | None
    times: Sequence[datetime]


def resting(session: Session, numbers: Collection[int]) -> list[Resting]:
    """Those of these sources that are polled still, and neither are nor were sent elsewhere."""
    given, connection = {"numbers": list(numbers)}, session.connection()
    times = {number: _newest(texts.split(",")) for number, texts in connection.execute(_TIMES, given)}
    return [
        Resting(number, interval, pace, times.get(number, ()))
        for number, interval, pace in connection.execute(_RESTING, given)
        if number is not None
    ]


def _newest(texts: Sequence[str]) -> list[datetime]:
    """The newest of these instants, which a database that knows no zones keeps in UTC without one."""
    zone = "" if datetime.fromisoformat(texts[0]).tzinfo else "+00:00"
    return sorted([datetime.fromisoformat(text + zone) for text in texts], reverse=True)[:RHYTHM_ENTRIES]


def answered(session: Session, due: Mapping[int, cadence.Next], now: datetime) -> None:
    """Write that these sources answered, and when each is due next."""
    rows = [
        {
            "number": number,
            "now": now,
            "new_next_poll_at": one.at,
            "new_next_poll_reason": one.reason,
            "new_next_poll_terms": one.terms,
            "new_not_before_at": one.not_before,
        }
        for number, one in due.items()
    ]
    if rows:
        session.connection().execute(_ANSWERED, rows)


def validated(session: Session, documents: Mapping[int, Document]) -> None:
    """Write the validators of documents that say what those before them said."""
    rows = [
        {"number": number, "new_etag": one.etag, "new_last_modified": one.last_modified}
        for number, one in documents.items()
    ]
    if rows:
        session.connection().execute(_VALIDATED, rows)
