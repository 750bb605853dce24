"""What a response says about asking again."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from aggregator.caching import Hints, hints, validator

DATE = "Wed, 25 Nov 2026 12:00:00 GMT"
LATER = "Wed, 25 Nov 2026 13:30:00 GMT"
EARLIER = "Wed, 25 Nov 2026 11:00:00 GMT"


def said(**headers: str) -> Hints:
    return hints(CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()}))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("headers", "fresh_for"),
    [
        ({}, None),
        ({"Cache_Control": "max-age=600"}, minutes(10)),
        ({"cache_control": "Public, MAX-AGE=600"}, minutes(10)),
        ({"Cache_Control": 'max-age = "600"'}, minutes(10)),
        ({"Cache_Control": "max-age=0"}, minutes(0)),
        ({"Cache_Control": "max-age=-1"}, None),
        ({"Cache_Control": "max-age=soon"}, None),
        ({"Cache_Control": "s-maxage=600"}, None),  # for shared caches, not for us
        ({"Cache_Control": "x-max-age=600"}, None),
        ({"Cache_Control": "no-cache, max-age=600"}, None),
        ({"Cache_Control": "max-age=600, no-store"}, None),
        ({"Cache_Control": "max-age=" + "9" * 30}, timedelta(seconds=9_999_999_999)),
        ({"Expires": LATER, "Date": DATE}, minutes(90)),
        ({"Expires": "Wed Nov 25 13:30:00 2026", "Date": DATE}, minutes(90)),  # asctime
        ({"Expires": "Wednesday, 25-Nov-26 13:30:00 GMT", "Date": DATE}, minutes(90)),  # RFC 850
        ({"Expires": EARLIER, "Date": DATE}, minutes(0)),
        ({"Expires": "0", "Date": DATE}, None),
        ({"Expires": LATER}, None),  # whose clock is not known
        ({"Expires": LATER, "Date": DATE, "Cache_Control": "max-age=60"}, minutes(1)),  # RFC 9111 §5.3
        ({"Expires": LATER, "Date": DATE, "Cache_Control": "no-cache"}, None),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_its_server_says(
    headers: dict[str, str], fresh_for: timedelta | None
) -> None:
    assert said(**headers).fresh_for == fresh_for


@pytest.mark.parametrize(
    ("headers", "retry_after"),
    [
        ({}, None),
        ({"Retry_After": "120"}, minutes(2)),
        ({"Retry_After": " 120 "}, minutes(2)),
        ({"Retry_After": "0"}, minutes(0)),
        ({"Retry_After": LATER, "Date": DATE}, minutes(90)),
        ({"Retry_After": EARLIER, "Date": DATE}, minutes(0)),
        ({"Retry_After": LATER}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "1.5"}, None),
        ({"Retry_After": "in a while", "Date": DATE}, None),
        ({"Retry_After": "9" * 400}, timedelta(seconds=9_999_999_999)),
    ],
)
def test_retry_after_is_seconds_or_a_date_measured_from_the_servers_own(
    headers: dict[str, str], retry_after: timedelta | None
) -> None:
    assert said(**headers).retry_after == retry_after


HEADERS = st.sampled_from([DATE, LATER, "Thu, 01 Jan 0001 00:00:00 +2300", "max-age=5", "7"]) | st.text(
    max_size=40
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["Cache-Control", "Expires", "Retry-After", "Date"]), HEADERS))
def test_whatever_the_headers_say_a_hint_is_none_or_not_negative(headers: dict[str, str]) -> None:
    found = hints(headers)
    for hint in (found.fresh_for, found.retry_after):
        assert hint is None or hint >= timedelta()


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ("no quotes", True),
        ("'single'", True),
        ('""', True),
        ('"é"', True),
        ('"\udce9"', False),  # a byte that is not UTF-8 cannot be sent back as it came
        ('"a\x01b"', False),
        ("", False),
        ("x" * 1024, True),
        ("x" * 1025, False),
    ],
)
def test_a_validator_is_kept_if_it_can_be_sent_back_as_it_came(value: str, kept: bool) -> None:
    assert validator({"ETag": value}, "ETag") == (value if kept else None)
    assert validator({}, "ETag") is None
