"""When is a source due next, and why; and has one fallen silent. Pure: every answer carries its reasons.

terms (seconds, reason) ─> the largest of them ─> moved out of the hours its feed wants skipped
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from math import ceil

from aggregator.caching import Hints
from feeds.entries import Pace
from feeds.tables import Term

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUICKEST = timedelta(minutes=15)
FIRST_DELAY = timedelta(minutes=30)
LONGEST_DELAY = DAY
LONGEST_REFUSED_DELAY = timedelta(days=7)
LEAST_RETRY, MOST_RETRY = timedelta(seconds=60), timedelta(days=7)
RETRY_AFTER = "its server's Retry-After"
IMPLAUSIBLE = 0.01


@dataclass(frozen=True, slots=True)
class Next:
    """The instant a source is due, and the terms it was reckoned from.

    Before `not_before` nobody may ask, not even an editor: the server said so.
    """

    at: datetime
    terms: tuple[Term, ...]
    not_before: datetime | None = None

    @property
    def reason(self) -> str:
        """Why then: the reason of the largest term, the first of equals."""
        return max(self.terms, key=lambda term: term.seconds).reason


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What decides how often a source is asked; `interval` is an editor's own, `told` whether a hub tells."""

    shortest: timedelta
    longest: timedelta
    interval: timedelta | None = None
    told: bool = False


def after_success(
    source_id: int,
    now: datetime,
    rhythm: Rhythm,
    hints: Hints,
    entry_times: Sequence[datetime],
    pace: Pace | None = None,
) -> Next:
    """The largest of the shortest interval, half the gap between its entries, and what feed and server ask.

    What they ask counts up to the longest interval. An editor's interval stands instead of all of
    these, never of Retry-After.
    """
    if rhythm.interval is not None:
        own = [_term(spread(source_id, rhythm.interval), "the interval set for this source")]
        return _due(source_id, now, own, hints, None)
    own = [_term(spread(source_id, rhythm.shortest), "the shortest interval, poll.min_interval")]
    if half := half_gap(entry_times):
        wait = min(max(half, QUICKEST), rhythm.longest)
        own.append(_term(spread(source_id, wait), "half the median gap between its entries"))
    if rhythm.told:  # one look a day all the same: no hub promises to tell
        own.append(_term(spread(source_id, min(DAY, rhythm.longest)), "its hub tells of changes"))
    asked = [_term(min(wait, rhythm.longest), reason) for wait, reason in _asked(hints, pace)]
    return _due(source_id, now, own + asked, hints, pace)


def after_failure(
    source_id: int, now: datetime, kind: str, failures: int, hints: Hints, pace: Pace | None = None
) -> Next:
    """30 minutes, doubled with each failure in a row: up to a day, or a week where the server refuses (4xx).

    A 410 is asked about once more, a whole day later and not before.
    """
    reason = f"failure {failures} in a row: {kind}"
    if kind == "gone":
        due = _due(source_id, now, [_term(DAY, reason)], hints, pace)
        return Next(due.at, due.terms, max(due.not_before or now, now + DAY))
    refused = kind == "rate_limited" or kind.startswith("http_4")
    wait = min(FIRST_DELAY * 2 ** min(failures - 1, 16), LONGEST_REFUSED_DELAY if refused else LONGEST_DELAY)
    return _due(source_id, now, [_term(spread(source_id, wait), reason)], hints, pace)


def spread(source_id: int, wait: timedelta) -> timedelta:
    """The wait moved by up to ±10 %, always alike for one source: sources do not fall due together."""
    return timedelta(seconds=round(wait.total_seconds() * (0.9 + 0.2 * _share(source_id))))


def half_gap(entry_times: Sequence[datetime]) -> timedelta | None:
    """Half the median gap between entries; None where fewer than two make no gap."""
    gaps = [newer - older for older, newer in pairwise(sorted(entry_times))]
    return sorted(gaps)[len(gaps) // 2] / 2 if gaps else None


def silence(days: Sequence[date], today: date) -> float:
    """How likely it is that a source like this brings nothing for as long as it has, from 0 to 1.

    `days` are the last on which it brought something. If such days come at random at a steady rate
    (gaps exponential, the rate known only from the n gaps seen, which sum up to T days), a gap
    longer than t has the chance (1 + t/T)⁻ⁿ. Days and not entries are counted, since entries come
    in bursts and not by night.
    """
    seen = sorted(set(days))
    if len(seen) < 2:
        return 1.0
    span, quiet = (seen[-1] - seen[0]).days, (today - seen[-1]).days
    return float((1 + max(quiet, 0) / span) ** -(len(seen) - 1))


def silent(days: Sequence[date], today: date) -> bool:
    """Whether its silence has a chance of less than 1 % by its own rhythm."""
    return silence(days, today) < IMPLAUSIBLE


def awake(at: datetime, pace: Pace) -> datetime:
    """The first instant from this one on in no hour or day (GMT) to be skipped; this one where all are."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    instants = (at, *(hour + HOUR * later for later in range(1, 7 * 24 + 1)))
    return next(
        (one for one in instants if one.hour not in pace.skip_hours and one.weekday() not in pace.skip_days),
        at,
    )


def _term(wait: timedelta, reason: str) -> Term:
    return Term(seconds=ceil(wait.total_seconds()), reason=reason)


def _share(source_id: int) -> float:
    """A source's own number from 0 to 1."""
    return int.from_bytes(blake2b(str(source_id).encode(), digest_size=4).digest()) / 0xFFFFFFFF


def _asked(hints: Hints, pace: Pace | None) -> Iterator[tuple[timedelta, str]]:
    """How long the answer stays current, by its server and by the feed itself."""
    if hints.fresh_for is not None:
        yield hints.fresh_for, "its server's Cache-Control or Expires"
    if pace and pace.ttl:
        yield timedelta(seconds=pace.ttl), "its feed's ttl"
    if pace and pace.period:
        yield timedelta(seconds=pace.period), "its feed's sy:updatePeriod"


def _due(source_id: int, now: datetime, terms: list[Term], hints: Hints, pace: Pace | None) -> Next:
    """Retry-After is a floor, clamped so that no server silences a source for ever."""
    not_before = None
    if hints.retry_after is not None:
        floor = _term(min(max(hints.retry_after, LEAST_RETRY), MOST_RETRY), RETRY_AFTER)
        terms, not_before = [*terms, floor], now + timedelta(seconds=floor.seconds)
    at = now + timedelta(seconds=max(term.seconds for term in terms))
    hour = awake(at, pace) if pace else at
    if hour != at:
        at = hour + HOUR / 10 * _share(source_id)  # not all of them as the hour strikes
        terms = [*terms, _term(at - now, "its feed's skipHours and skipDays")]
    return Next(at, tuple(terms), not_before)
