"""When a source is due next, and why."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON

from aggregator import cadence
from aggregator.caching import Hints
from aggregator.cadence import Next, Rhythm

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
RHYTHM = Rhythm(shortest=15 * MINUTE, longest=DAY)
SOURCE = 7

SHORTEST = "the shortest interval, poll.min_interval"
HALF = "half the median gap between its entries"
OWN = "the interval set for this source"
CACHED = "its server's Cache-Control or Expires"
RETRY = "its server's Retry-After"


def every(gap: timedelta, entries: int = 5) -> list[datetime]:
    """The times of entries that come at this distance, the newest first."""
    return [NOON - gap * number for number in range(entries)]


def after_success(
    times: list[datetime] | None = None, rhythm: Rhythm = RHYTHM, source: int = SOURCE, **hints: timedelta
) -> Next:
    return cadence.after_success(source, NOON, rhythm, Hints(**hints), times or [])


def after_failure(kind: str = "timeout", failures: int = 1, **hints: timedelta) -> Next:
    return cadence.after_failure(SOURCE, NOON, kind, failures, Hints(**hints))


def spread(wait: timedelta) -> timedelta:
    return cadence.spread(SOURCE, wait)


@pytest.mark.parametrize(
    ("times", "wait", "reason"),
    [
        ([], 15 * MINUTE, SHORTEST),
        (every(DAY, 1), 15 * MINUTE, SHORTEST),  # one entry has no rhythm
        (every(10 * MINUTE), 15 * MINUTE, SHORTEST),
        (every(30 * MINUTE), 15 * MINUTE, SHORTEST),
        (every(4 * HOUR), 2 * HOUR, HALF),
        (sorted(every(4 * HOUR)), 2 * HOUR, HALF),  # in any order
        (every(365 * DAY), DAY, HALF),  # never longer than the longest
        (every(timedelta()), 15 * MINUTE, SHORTEST),  # all in one second
        ([*every(2 * HOUR, 9), NOON - 900 * DAY], HOUR, HALF),  # one long silence does not count
    ],
)
def test_a_source_is_asked_at_half_its_own_rhythm_within_bounds(
    times: list[datetime], wait: timedelta, reason: str
) -> None:
    assert after_success(times) == Next(NOON + spread(wait), reason)


@pytest.mark.parametrize(
    ("fresh_for", "at", "reason"),
    [
        (2 * HOUR, NOON + 2 * HOUR, CACHED),
        (timedelta(), NOON + spread(15 * MINUTE), SHORTEST),
        (5 * MINUTE, NOON + spread(15 * MINUTE), SHORTEST),
        (30 * DAY, NOON + DAY, CACHED),  # no server says "never again"
    ],
)
def test_a_source_is_not_asked_while_its_answer_is_fresh(
    fresh_for: timedelta, at: datetime, reason: str
) -> None:
    assert after_success(fresh_for=fresh_for) == Next(at, reason)


@pytest.mark.parametrize("interval", [MINUTE, 5 * HOUR, 3 * DAY])
def test_an_interval_of_an_editor_stands_instead(interval: timedelta) -> None:
    rhythm = Rhythm(RHYTHM.shortest, RHYTHM.longest, interval)
    due = after_success(every(4 * HOUR), rhythm, fresh_for=20 * HOUR)
    assert due == Next(NOON + spread(interval), OWN)


def test_an_interval_of_an_editor_does_not_overrule_retry_after() -> None:
    rhythm = Rhythm(RHYTHM.shortest, RHYTHM.longest, MINUTE)
    assert after_success(rhythm=rhythm, retry_after=HOUR) == Next(NOON + HOUR, RETRY)


@pytest.mark.parametrize(
    ("kind", "failures", "wait"),
    [
        ("timeout", 1, 30 * MINUTE),
        ("timeout", 2, HOUR),
        ("dns", 3, 2 * HOUR),
        ("parse", 6, 16 * HOUR),
        ("http_500", 7, DAY),
        ("connect", 1_000_000, DAY),
        ("http_404", 1, 30 * MINUTE),
        ("http_404", 7, 32 * HOUR),
        ("http_403", 9, 128 * HOUR),
        ("http_404", 10, 7 * DAY),
        ("rate_limited", 1_000_000, 7 * DAY),
        ("gone", 1, DAY),
        ("gone", 2, DAY),
    ],
)
def test_each_failure_in_a_row_doubles_the_wait(kind: str, failures: int, wait: timedelta) -> None:
    assert after_failure(kind, failures) == Next(NOON + spread(wait), f"failure {failures} in a row: {kind}")


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(2 * HOUR, 2 * HOUR), (7 * DAY, 7 * DAY), (8 * DAY, 7 * DAY), (timedelta(days=100_000), 7 * DAY)],
)
def test_retry_after_is_a_floor_of_a_week_at_most(asked: timedelta, wait: timedelta) -> None:
    assert after_failure("rate_limited", retry_after=asked) == Next(NOON + wait, RETRY)
    assert after_success(retry_after=asked) == Next(NOON + wait, RETRY)


def test_retry_after_is_a_minute_at_least() -> None:
    eager = Rhythm(shortest=SECOND, longest=DAY)
    assert after_success(rhythm=eager, retry_after=timedelta()) == Next(NOON + MINUTE, RETRY)


def test_retry_after_shortens_no_wait() -> None:
    due = after_failure("http_503", 3, retry_after=MINUTE)
    assert due == Next(NOON + spread(2 * HOUR), "failure 3 in a row: http_503")


def test_the_spread_is_a_sources_own_and_within_a_tenth() -> None:
    waits = [cadence.spread(source, HOUR) for source in range(1, 1001)]
    assert waits == [cadence.spread(source, HOUR) for source in range(1, 1001)]
    assert all(0.9 * HOUR <= wait <= 1.1 * HOUR for wait in waits)
    assert min(waits) < 0.91 * HOUR
    assert max(waits) > 1.09 * HOUR
    tenths = [sum(wait < (0.9 + 0.02 * part) * HOUR for wait in waits) for part in range(11)]
    assert all(50 < later - earlier < 150 for earlier, later in pairwise(tenths))


WAITS = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=40_000))
HINTS = st.builds(Hints, fresh_for=st.none() | WAITS, retry_after=st.none() | WAITS)
SOURCES = st.integers(1, 2**40)
TIMES = st.lists(
    st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 25)).map(  # noqa: DTZ001  # replaced
        lambda at: at.replace(tzinfo=NOON.tzinfo)
    ),
    max_size=20,
)
BOUNDS = st.tuples(WAITS, WAITS).map(sorted).filter(lambda bounds: bounds[0] >= SECOND)


def no_earlier_than_asked(due: Next, hints: Hints) -> bool:
    return hints.retry_after is None or due.at >= NOON + min(max(hints.retry_after, MINUTE), 7 * DAY)


@settings(max_examples=150)
@given(SOURCES, BOUNDS, st.none() | WAITS, HINTS, TIMES)
def test_a_source_that_answers_is_due_later_and_not_before_its_server_wants_it(
    source: int,
    bounds: list[timedelta],
    interval: timedelta | None,
    hints: Hints,
    times: list[datetime],
) -> None:
    shortest, longest = bounds
    due = cadence.after_success(source, NOON, Rhythm(shortest, longest, interval), hints, times)
    assert due.at >= NOON
    assert no_earlier_than_asked(due, hints)
    assert due.at <= NOON + max(1.1 * max(longest, interval or longest), 7 * DAY)
    if interval is None:
        assert due.at >= NOON + 0.9 * shortest
        assert due.at >= NOON + min(hints.fresh_for or timedelta(), longest)


@settings(max_examples=150)
@given(
    SOURCES, st.sampled_from(["timeout", "http_404", "gone", "rate_limited"]), st.integers(1, 10**9), HINTS
)
def test_a_source_that_fails_is_due_later_and_within_a_week(
    source: int, kind: str, failures: int, hints: Hints
) -> None:
    due = cadence.after_failure(source, NOON, kind, failures, hints)
    assert NOON + 27 * MINUTE <= due.at <= NOON + 7.7 * DAY
    assert no_earlier_than_asked(due, hints)
    more = cadence.after_failure(source, NOON, kind, failures + 1, hints)
    assert more.at >= due.at
