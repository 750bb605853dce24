"""When a source takes on the address that its server sends it to."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from makers import NOON

from aggregator import moves
from aggregator.moves import Sighting

OLD, NEW, OTHER = "http://old.example/feed", "https://new.example/feed", "https://other.example/feed"


def sighting(hits: int, days: float, to: str = NEW) -> Sighting:
    return Sighting(to, hits, NOON - timedelta(days=days))


@pytest.mark.parametrize(
    ("before", "to", "after"),
    [
        (None, None, None),
        (None, NEW, Sighting(NEW, 1, NOON)),
        (sighting(2, 5), NEW, Sighting(NEW, 3, NOON - timedelta(days=5))),
        (sighting(2, 5), OTHER, Sighting(OTHER, 1, NOON)),  # it changed its mind: counted from now
        (sighting(9, 5), None, None),  # it answers at home again
    ],
)
def test_permanent_redirects_are_counted_while_they_lead_to_one_place(
    before: Sighting | None, to: str | None, after: Sighting | None
) -> None:
    assert moves.seen(before, to, NOON) == after


@pytest.mark.parametrize(
    ("seen", "settled"),
    [
        (None, False),
        (sighting(1, 0), False),
        (sighting(2, 30), False),
        (sighting(100, 6.9), False),
        (sighting(3, 7), True),
    ],
)
def test_an_address_is_taken_on_after_three_hits_over_seven_days(seen: Sighting, settled: bool) -> None:
    assert moves.settled(OLD, seen, NOON) is settled


@pytest.mark.parametrize(
    ("url", "to", "settled"),
    [
        ("http://old.example/feed", "https://old.example/feed", True),
        ("http://old.example/feed?a=http://b", "https://old.example/feed?a=http://b", True),
        ("http://old.example/feed", "https://www.old.example/feed", False),
        ("http://old.example/feed", "https://old.example/login", False),
        ("https://old.example/feed", "http://old.example/feed", False),
        ("https://old.example/feed", "https://old.example/feed", False),
    ],
)
def test_https_of_the_same_address_is_taken_on_at_once(url: str, to: str, settled: bool) -> None:
    assert moves.settled(url, Sighting(to, 1, NOON), NOON) is settled


@pytest.mark.parametrize(
    ("seen", "kind", "elsewhere", "abandoned"),
    [
        (sighting(1, 0), "http_404", False, True),
        (sighting(1, 0), "gone", False, True),
        (sighting(1, 0), "http_404", True, False),  # the new address has nothing
        (sighting(1, 0), "http_500", False, False),
        (sighting(1, 0), "timeout", False, False),
        (None, "gone", False, False),
    ],
)
def test_an_old_address_that_says_it_has_nothing_left_is_abandoned_at_once(
    seen: Sighting | None, kind: str, elsewhere: bool, abandoned: bool
) -> None:
    assert moves.abandoned(seen, kind, elsewhere) is abandoned


def test_the_count_over_a_week_of_daily_polls_settles_on_the_eighth() -> None:
    now: datetime = NOON
    seen = None
    settled = []
    for _ in range(8):
        seen = moves.seen(seen, NEW, now)
        settled.append(moves.settled(OLD, seen, now))
        now += timedelta(days=1)
    assert settled == [False] * 7 + [True]
