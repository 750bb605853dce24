"""When is a source due next, and why. Pure: every answer carries its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import pairwise

from aggregator.caching import Hints

FIRST_DELAY = timedelta(minutes=30)
LONGEST_DELAY = timedelta(hours=24)
LONGEST_REFUSED_DELAY = timedelta(days=7)
LEAST_RETRY, MOST_RETRY = timedelta(seconds=60), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Next:
    """The instant a source is due, and the reason in words."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What decides how often a source is asked; `interval` is an editor's own, `told` whether a hub tells."""

    shortest: timedelta
    longest: timedelta
    interval: timedelta | None = None
    told: bool = False


def after_success(
    source_id: int, now: datetime, rhythm: Rhythm, hints: Hints, entry_times: Sequence[datetime]
) -> Next:
    """The largest of the shortest interval, half the gap between its entries, and what its server asks.

    An editor's interval stands instead of the first two and of Cache-Control, never of Retry-After.
    """
    if rhythm.interval is not None:
        due = Next(now + spread(source_id, rhythm.interval), "the interval set for this source")
    else:
        wait, reason = _own_rhythm(rhythm, entry_times)
        due = Next(now + spread(source_id, wait), reason)
        if rhythm.told:  # one look a day all the same: no hub promises to tell
            daily = now + spread(source_id, min(LONGEST_DELAY, rhythm.longest))
            due = _not_before(due, Next(daily, "its hub tells of changes"))
        if hints.fresh_for is not None:
            fresh = now + min(hints.fresh_for, rhythm.longest)
            due = _not_before(due, Next(fresh, "its server's Cache-Control or Expires"))
    return _asked(due, now, hints)


def after_failure(source_id: int, now: datetime, kind: str, failures: int, hints: Hints) -> Next:
    """30 minutes, doubled with each failure in a row: up to a day, or a week where the server refuses (4xx).

    A 410 is asked about once more, a day later.
    """
    refused = kind == "rate_limited" or kind.startswith("http_4")
    longest = LONGEST_REFUSED_DELAY if refused else LONGEST_DELAY
    wait = LONGEST_DELAY if kind == "gone" else min(FIRST_DELAY * 2 ** min(failures - 1, 16), longest)
    return _asked(Next(now + spread(source_id, wait), f"failure {failures} in a row: {kind}"), now, hints)


def spread(source_id: int, wait: timedelta) -> timedelta:
    """The wait moved by up to ±10 %, always alike for one source: sources do not fall due together."""
    digest = blake2b(str(source_id).encode(), digest_size=4).digest()
    return wait * (0.9 + 0.2 * int.from_bytes(digest) / 0xFFFFFFFF)


def _own_rhythm(rhythm: Rhythm, entry_times: Sequence[datetime]) -> tuple[timedelta, str]:
    gaps = [newer - older for older, newer in pairwise(sorted(entry_times))]
    half = min(sorted(gaps)[len(gaps) // 2] / 2, rhythm.longest) if gaps else timedelta()
    if half > rhythm.shortest:
        return half, "half the median gap between its entries"
    return rhythm.shortest, "the shortest interval, poll.min_interval"


def _asked(due: Next, now: datetime, hints: Hints) -> Next:
    """Retry-After is a floor, clamped so that no server silences a source for ever."""
    if hints.retry_after is None:
        return due
    wait = min(max(hints.retry_after, LEAST_RETRY), MOST_RETRY)
    return _not_before(due, Next(now + wait, "its server's Retry-After"))


def _not_before(due: Next, floor: Next) -> Next:
    return floor if floor.at > due.at else due
