"""An editor's words for a time mean an instant in the editor's zone, also where the clocks change."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON

from config.errors import UsageFault
from curation import times

PARIS = ZoneInfo("Europe/Paris")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


# NOON is a Wednesday, 13:00 in Paris.
TO_COME = [
    ("now", NOON),
    ("2026-12-01T08:00", utc(2026, 12, 1, 7)),
    ("2026-12-01T08:00Z", utc(2026, 12, 1, 8)),
    ("2026-12-01 08:00+05:00", utc(2026, 12, 1, 3)),
    ("2026-12-01", utc(2026, 11, 30, 23)),
    ("3d", NOON + timedelta(3)),
    ("90m", NOON + timedelta(minutes=90)),
    ("in 2 hours", NOON + timedelta(hours=2)),
    ("2 hours ago", NOON - timedelta(hours=2)),
    ("today 18:00", utc(2026, 11, 25, 17)),
    ("Tomorrow 8:00", utc(2026, 11, 26, 7)),
    ("tomorrow at 8:00", utc(2026, 11, 26, 7)),
    ("tomorrow", utc(2026, 11, 25, 23)),
    ("tonight", utc(2026, 11, 25, 19)),
    ("noon", utc(2026, 11, 26, 11)),  # today's is gone by in Paris
    ("8:00", utc(2026, 11, 26, 7)),
    ("14:00", utc(2026, 11, 25, 13)),
    ("8 pm", utc(2026, 11, 25, 19)),
    ("12am", utc(2026, 11, 25, 23)),
    ("midnight", utc(2026, 11, 25, 23)),
    ("monday 9:00", utc(2026, 11, 30, 8)),
    ("next monday", utc(2026, 11, 29, 23)),
    ("wednesday 14:00", utc(2026, 11, 25, 13)),  # later today
    ("wednesday 9:00", utc(2026, 12, 2, 8)),
    ("fri noon", utc(2026, 11, 27, 11)),
    ("20 Dec", utc(2026, 12, 19, 23)),
    ("Dec 20 18:00", utc(2026, 12, 20, 17)),
    ("20 November", utc(2027, 11, 19, 23)),
    ("1 jul 2027 8:00", utc(2027, 7, 1, 6)),
    ("29 feb", utc(2028, 2, 28, 23)),
]
GONE = [
    ("3d", NOON - timedelta(3)),
    ("in 2 hours", NOON + timedelta(hours=2)),
    ("monday", utc(2026, 11, 22, 23)),
    ("8:00", utc(2026, 11, 25, 7)),
    ("14:00", utc(2026, 11, 24, 13)),
    ("yesterday", utc(2026, 11, 23, 23)),
    ("20 Dec", utc(2025, 12, 19, 23)),
]


@pytest.mark.parametrize(("text", "instant"), TO_COME, ids=[text for text, _ in TO_COME])
def test_a_time_to_come_is_the_next_that_the_words_can_mean(text: str, instant: datetime) -> None:
    assert times.read(text, NOON, PARIS, "future") == instant


@pytest.mark.parametrize(("text", "instant"), GONE, ids=[text for text, _ in GONE])
def test_a_time_gone_is_the_last_that_the_words_can_mean(text: str, instant: datetime) -> None:
    assert times.read(text, NOON, PARIS, "past") == instant


@pytest.mark.parametrize(
    ("now", "text", "instant"),
    [
        (utc(2027, 3, 27, 12), "tomorrow 1:59", utc(2027, 3, 28, 0, 59)),
        (utc(2027, 3, 27, 12), "tomorrow 3:00", utc(2027, 3, 28, 1)),
        (utc(2026, 10, 24, 12), "tomorrow 2:30", utc(2026, 10, 25, 0, 30)),
        (utc(2026, 10, 24, 12), "tomorrow 3:00", utc(2026, 10, 25, 2)),
        (utc(2027, 3, 27, 12), "1d", utc(2027, 3, 28, 12)),
    ],
    ids=["before the gap", "after the gap", "the first of two", "after both", "a day is 24 hours"],
)
def test_the_clocks_of_the_zone_are_heeded(now: datetime, text: str, instant: datetime) -> None:
    assert times.read(text, now, PARIS, "future") == instant


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(UsageFault, match="2027-03-28 02:30: is skipped by the clocks of Europe/Paris"):
        times.read("tomorrow 2:30", utc(2027, 3, 27, 12), PARIS, "future")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "someday",
        "25:00",
        "8",
        "13 pm",
        "30 feb 2027",
        "32 dec",
        "2026-13-01",
        "in",
        "9999999999999d",
        "999999999999y",
        "monday tuesday",
        "20 foo",
        "9999-12-31T23:59-12:00",
        "8:00\x00",
        "²d",
        "tonight noon 3",
    ],
    ids=repr,
)
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageFault) as refused:
        times.read(text, NOON, PARIS, "future")
    assert "is no time" in refused.value.message
    assert "tomorrow 8:00" in refused.value.remedy


@given(st.text(max_size=20), st.sampled_from(["past", "future"]))
def test_any_text_is_an_instant_or_refused(text: str, direction: times.Direction) -> None:
    with contextlib.suppress(UsageFault):
        assert times.read(text, NOON, PARIS, direction).tzinfo is not None


@given(st.integers(-(10**9), 7 * 10**9).map(lambda seconds: NOON + timedelta(seconds=seconds)))
def test_what_is_written_in_iso_is_read_back(instant: datetime) -> None:
    assert times.read(instant.isoformat(), NOON, PARIS, "future") == instant
