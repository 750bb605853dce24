"""What an edition promises is warned of before it is broken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from makers import NOON

from config.options import Edition
from curation.promise import is_full, warnings

EDITION = Edition(slug="e", rule="picks", limit=5, min=2, fresh=timedelta(hours=48))


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ([1, 30], []),
        ([35, 40], []),
        ([36, 40], ["e: last new pick 36 h ago; one is due within 48 h"]),
        ([48, 60], ["e: last new pick 48 h ago; one is due within 48 h"]),
        ([49, 60], ["e: last new pick 49 h ago; one was due within 48 h"]),
        ([1], ["e: 1 live, 2 wanted"]),
        ([], ["e: 0 live, 2 wanted", "e: no pick is live; a new one is due within 48 h"]),
    ],
    ids=["kept", "nearly due", "due", "due at the last", "overdue", "too few", "none"],
)
def test_a_promise_is_warned_of(ages: list[int], said: list[str]) -> None:
    assert warnings(EDITION, [NOON - timedelta(hours=age) for age in ages], NOON) == said


def test_an_edition_that_promises_nothing_is_not_warned_of() -> None:
    assert warnings(Edition(slug="e", rule="picks"), [], NOON) == []


@pytest.mark.parametrize(
    ("expire", "standing", "full"), [(None, 4, False), (None, 5, True), ("oldest", 5, False)]
)
def test_an_edition_is_full_at_its_limit_unless_it_lets_the_oldest_go(
    expire: str | None, standing: int, full: bool
) -> None:
    assert is_full(EDITION.model_copy(update={"expire": expire}), standing) == full
