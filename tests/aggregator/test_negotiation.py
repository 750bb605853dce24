"""What a request asks of a file, whatever it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import negotiation
from aggregator.negotiation import IDENTITY

ALL = ("br", "zstd", "gzip", IDENTITY)
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        (None, IDENTITY),
        ("gzip, deflate, br", "br"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("br;q=0.001", "br"),
        ("*;q=0", IDENTITY),  # refused all the same: it can be read
        ("identity;q=1, gzip;q=0.5", IDENTITY),
        ("gzip;q=2, br", "br"),  # no such weight: as if it were not there
        ("gzip;q=nan", IDENTITY),
        (",,,;;=", IDENTITY),
        ("gzip," * 100_000, "gzip"),
    ],
)
def test_the_coding_is_the_one_wanted_most(accepted: str | None, wanted: str) -> None:
    assert negotiation.coding(accepted, ALL) == wanted


@given(st.text(max_size=40), st.sets(st.sampled_from(ALL)))
def test_whatever_is_accepted_the_coding_is_one_there_is(accepted: str, available: set[str]) -> None:
    assert negotiation.coding(accepted, available) in {*available, IDENTITY}


@given(st.dictionaries(st.sampled_from(["if-none-match", "if-modified-since"]), st.text(max_size=40)))
def test_what_is_no_validator_is_no_match(headers: dict[str, str]) -> None:
    said = headers.get("if-none-match", "").strip()
    if said != "*" and '"x"' not in said:
        assert not negotiation.is_current(headers, ['"x"'], datetime(9999, 1, 1, tzinfo=UTC))


def test_tags_are_read_from_lists_of_a_hundred() -> None:
    assert negotiation.entity_tags('"a", W/"b" , "c,d"') == ['"a"', '"b"']
    assert len(negotiation.entity_tags(",".join(['"a"'] * 100_000))) == 100


@pytest.mark.parametrize(
    ("agent", "is_wanted"),
    [
        ("newsboat/2.21.0 (Linux x86_64)", True),
        ("", True),
        ("feedparser/6.0.10 +https://github.com/kurtmckee/feedparser/", False),  # rss2email 3.13
        ("rss2email/3.14 (https://github.com/rss2email/rss2email)", False),
    ],
)
def test_changes_alone_are_for_who_asks_knowing_it(agent: str, is_wanted: bool) -> None:
    assert negotiation.wants_changes({"a-im": "feed", "user-agent": agent}) is is_wanted
    assert not negotiation.wants_changes({"user-agent": agent})
