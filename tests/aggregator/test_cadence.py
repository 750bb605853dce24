"""When a source is due next, and why."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON

from aggregator import cadence
from aggregator.caching import Hints
from aggregator.cadence import Next, Rhythm
from feeds.entries import Pace

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
TTL = "its feed's ttl"
PERIOD = "its feed's sy:updatePeriod"
SKIPS = "its feed's skipHours and skipDays"


def every(gap: timedelta, entries: int = 5) -> list[datetime]:
    """The times of entries that come at this distance, the newest first."""
    return [NOON - gap * number for number in range(entries)]


def after_success(
    times: list[datetime] | None = None,
    rhythm: Rhythm = RHYTHM,
    pace: Pace | None = None,
    now: datetime = NOON,
    **hints: timedelta,
) -> Next:
    return cadence.after_success(SOURCE, now, rhythm, Hints(**hints), times or [], pace)


def after_failure(kind: str = "timeout", failures: int = 1, **hints: timedelta) -> Next:
    return cadence.after_failure(SOURCE, NOON, kind, failures, Hints(**hints))


def told(due: Next) -> tuple[datetime, str]:
    """When, and why."""
    return due.at, due.reason


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
    assert told(after_success(times)) == (NOON + spread(wait), reason)


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
    assert told(after_success(fresh_for=fresh_for)) == (at, reason)


def test_a_busy_source_is_asked_every_quarter_of_an_hour_where_less_is_allowed() -> None:
    eager = Rhythm(shortest=SECOND, longest=DAY)
    assert told(after_success(every(MINUTE), eager)) == (NOON + spread(15 * MINUTE), HALF)
    assert told(after_success(every(MINUTE), Rhythm(SECOND, MINUTE))) == (NOON + spread(MINUTE), HALF)


@pytest.mark.parametrize(
    ("pace", "at", "reason"),
    [
        (Pace(ttl=7_200), NOON + 2 * HOUR, TTL),
        (Pace(ttl=60), NOON + spread(15 * MINUTE), SHORTEST),
        (Pace(ttl=10**9), NOON + DAY, TTL),  # no feed says "never again"
        (Pace(period=3_600), NOON + HOUR, PERIOD),
        (Pace(period=365 * 86_400), NOON + DAY, PERIOD),
        (Pace(ttl=7_200, period=10_800), NOON + 3 * HOUR, PERIOD),
    ],
)
def test_a_source_is_not_asked_before_its_feed_says_that_it_is_worth_it(
    pace: Pace, at: datetime, reason: str
) -> None:
    assert told(after_success(pace=pace)) == (at, reason)


def test_the_terms_are_all_that_was_weighed() -> None:
    pace = Pace(ttl=3_600, period=7_200)
    due = after_success(every(4 * HOUR), pace=pace, fresh_for=MINUTE, retry_after=3 * HOUR)
    assert [(term.seconds, term.reason) for term in due.terms] == [
        (spread(15 * MINUTE).total_seconds(), SHORTEST),
        (spread(2 * HOUR).total_seconds(), HALF),
        (60, CACHED),
        (3_600, TTL),
        (7_200, PERIOD),
        (10_800, RETRY),
    ]
    assert (due.reason, due.at, due.not_before) == (RETRY, NOON + 3 * HOUR, NOON + 3 * HOUR)


HOURS = tuple(range(24))
WEDNESDAY = NOON.weekday()


@pytest.mark.parametrize(
    ("pace", "hour"),
    [
        (Pace(skip_hours=(12,)), NOON + HOUR),
        (Pace(skip_hours=(11, 13)), None),
        (Pace(skip_hours=(12, 13, 15)), NOON + 2 * HOUR),
        (Pace(skip_hours=HOURS[12:]), NOON + 12 * HOUR),  # over midnight
        (Pace(skip_days=(WEDNESDAY,)), NOON + 12 * HOUR),
        (Pace(skip_days=(WEDNESDAY, WEDNESDAY + 1)), NOON + 36 * HOUR),
        (Pace(skip_days=(WEDNESDAY,), skip_hours=(0,)), NOON + 13 * HOUR),
        (Pace(skip_days=(0, 1, 2, 3, 4, 5)), datetime(2026, 11, 29, tzinfo=UTC)),  # but Sundays
        (Pace(skip_hours=HOURS), None),  # all of them says nothing
    ],
)
def test_a_poll_is_put_off_to_the_next_hour_that_its_feed_does_not_skip(
    pace: Pace, hour: datetime | None
) -> None:
    due = after_success(pace=pace)
    if hour is None:
        assert told(due) == (NOON + spread(15 * MINUTE), SHORTEST)
    else:
        assert hour <= due.at <= hour + 6 * MINUTE
        assert due.reason == SKIPS


def test_a_failing_source_is_left_alone_too_in_the_hours_that_its_feed_skips() -> None:
    due = cadence.after_failure(SOURCE, NOON, "timeout", 1, Hints(), Pace(skip_hours=(12,)))
    assert NOON + HOUR <= due.at <= NOON + HOUR + 6 * MINUTE


def test_an_interval_of_an_editor_stands_instead_of_what_the_feed_says() -> None:
    rhythm = Rhythm(RHYTHM.shortest, RHYTHM.longest, MINUTE)
    pace = Pace(ttl=7_200, period=7_200, skip_hours=(12,))
    assert told(after_success(rhythm=rhythm, pace=pace)) == (NOON + spread(MINUTE), OWN)


def test_a_410_is_asked_about_a_whole_day_later_and_not_before() -> None:
    due = after_failure("gone", 3)
    assert told(due) == (NOON + DAY, "failure 3 in a row: gone")
    assert due.not_before == NOON + DAY
    assert after_failure("gone", retry_after=2 * DAY).not_before == NOON + 2 * DAY


def test_nobody_is_kept_from_asking_where_no_server_said_so() -> None:
    assert after_success(fresh_for=DAY).not_before is None
    assert after_failure("http_404").not_before is None


@pytest.mark.parametrize("interval", [MINUTE, 5 * HOUR, 3 * DAY])
def test_an_interval_of_an_editor_stands_instead(interval: timedelta) -> None:
    rhythm = Rhythm(RHYTHM.shortest, RHYTHM.longest, interval)
    due = after_success(every(4 * HOUR), rhythm, fresh_for=20 * HOUR)
    assert told(due) == (NOON + spread(interval), OWN)


def test_an_interval_of_an_editor_does_not_overrule_retry_after() -> None:
    rhythm = Rhythm(RHYTHM.shortest, RHYTHM.longest, MINUTE)
    assert told(after_success(rhythm=rhythm, retry_after=HOUR)) == (NOON + HOUR, RETRY)


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
    ],
)
def test_each_failure_in_a_row_doubles_the_wait(kind: str, failures: int, wait: timedelta) -> None:
    assert told(after_failure(kind, failures)) == (
        NOON + spread(wait),
        f"failure {failures} in a row: {kind}",
    )


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(2 * HOUR, 2 * HOUR), (7 * DAY, 7 * DAY), (8 * DAY, 7 * DAY), (timedelta(days=100_000), 7 * DAY)],
)
def test_retry_after_is_a_floor_of_a_week_at_most(asked: timedelta, wait: timedelta) -> None:
    assert told(after_failure("rate_limited", retry_after=asked)) == (NOON + wait, RETRY)
    assert told(after_success(retry_after=asked)) == (NOON + wait, RETRY)


def test_retry_after_is_a_minute_at_least() -> None:
    eager = Rhythm(shortest=SECOND, longest=DAY)
    assert told(after_success(rhythm=eager, retry_after=timedelta())) == (NOON + MINUTE, RETRY)


def test_retry_after_shortens_no_wait() -> None:
    due = after_failure("http_503", 3, retry_after=MINUTE)
    assert told(due) == (NOON + spread(2 * HOUR), "failure 3 in a row: http_503")


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
    assert due.at <= NOON + max(1.1 * max(longest, interval or longest), 7 * DAY) + SECOND
    if interval is None:
        assert due.at >= NOON + 0.9 * shortest - SECOND
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


TODAY = date(2026, 11, 25)


def active(*ago: int) -> list[date]:
    """Days on which something came, so many days ago."""
    return [TODAY - timedelta(days=days) for days in ago]


DAILY = range(20)


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        ([], False),
        (active(3_000), False),  # one day has no rhythm
        (active(5, 5, 5), False),
        (active(*DAILY), False),
        (active(*(4 + day for day in DAILY)), False),  # a long weekend
        (active(*(6 + day for day in DAILY)), True),
        (active(*(6 + 7 * day for day in DAILY)), False),
        (active(*(30 + 7 * day for day in DAILY)), False),
        (active(*(40 + 7 * day for day in DAILY)), True),
        (active(90, 91), False),  # one gap says little
        (active(100, 101), True),
        (active(-3, 0, 1), False),  # dated in the future
        (active(11, *(200 + day for day in DAILY)), False),
    ],
)
def test_a_source_is_silent_when_its_rhythm_makes_its_silence_a_one_percent_chance(
    days: list[date], silent: bool
) -> None:
    assert cadence.silent(days, TODAY) is silent


@settings(max_examples=100)
@given(st.lists(st.integers(0, 3_000), max_size=20), st.integers(0, 400))
def test_the_chance_of_a_silence_falls_as_it_lasts(ago: list[int], more: int) -> None:
    days = active(*ago)
    before = cadence.silence(days, TODAY)
    after = cadence.silence(days, TODAY + timedelta(days=more))
    assert 0 <= after <= before <= 1
