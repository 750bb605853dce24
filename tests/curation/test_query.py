"""A query in words is a value, or one clear line."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageFault
from curation.query import FIELDS, STATES, Clause, Query, Test, Text, parse

WEDNESDAY = datetime(2026, 11, 25, tzinfo=UTC)


def only(text: str) -> Clause:
    """The one clause of a query."""
    (clause,) = parse(text).clauses
    return clause


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tram", Text("tram")),
        ('"tram plan"', Text("tram plan")),
        ("“tram plan”", Text("tram plan")),  # as word processors write it
        ("tram*", Text("tram", prefix=True)),
        ('"the tram"*', Text("the tram", prefix=True)),
        ("title:tram", Text("tram", title=True)),
        ('title:"tram plan"', Text("tram plan", title=True)),
        ("東京", Text("東京")),
        ("12:30", Text("12:30")),  # no field: it begins with a digit
        ("or", Text("or")),
        ("source:2", Test("source", "2")),
        ('source:"slow wire"', Test("source", "slow wire")),
        ("SECTION:City", Test("section", "City")),
        ("language:fr", Test("lang", "fr")),
        ("is:Picked", Test("is", "picked")),
        ("since:2026-11-25T00:00Z", Test("since", WEDNESDAY)),
        ("before:2026-11-25T00:00Z", Test("until", WEDNESDAY)),
        ("https://site.example/a?b=c:d", Test("url", "https://site.example/a?b=c:d")),
    ],
)
def test_one_atom_means(written: str, meant: Text | Test) -> None:
    assert only(written) == Clause((meant,))


def test_all_clauses_must_hold_and_or_joins_two() -> None:
    assert parse("tram lang:fr OR lang:de -strike") == Query(
        (
            Clause((Text("tram"),)),
            Clause((Test("lang", "fr"), Test("lang", "de"))),
            Clause((Text("strike"),), negated=True),
        )
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "the query ends where a word is wanted"),
        ("tram OR", "the query ends where a word is wanted"),
        ("OR tram", "'OR' at character 1"),
        ("a OR OR b", "'OR' at character 6"),
        ("-a OR b", "'OR' at character 4"),
        ("a OR -b", "'-' at character 6"),
        ('tram "plan', "'\"plan' at character 6"),
        ("tram !!", "'!!' at character 6"),
        ("-", "'-' at character 1"),
        ("--best tram", "'--best' at character 1"),
        ("colour:red", "'colour:' at character 1"),
        ("lang:", "'lang:' at character 1"),
        ("is:good", "'is:good' at character 1"),
        ("since:whenever", "'since:whenever' at character 1"),
        ("a" * 1_001, "the query has 1,001 characters"),
        ("a " * 51, "the query has more than 50 parts"),
    ],
)
def test_what_means_nothing_is_refused_with_its_place_and_a_remedy(written: str, said: str) -> None:
    with pytest.raises(UsageFault, match="^" + said) as refused:
        parse(written)
    assert refused.value.remedy


WORDS = st.lists(
    st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1), min_size=1, max_size=3
)
TEXTS = st.builds(lambda words, *more: Text(" ".join(words), *more), WORDS, st.booleans(), st.booleans())
VALUES = st.text(st.characters(categories=["L", "N", "P"], exclude_characters='"“”„«»＂'), min_size=1)
TIMES = st.datetimes(timezones=st.just(UTC))
TESTS = st.one_of(
    st.builds(Test, st.sampled_from(["source", "section", "lang", "tag", "by", "in"]), VALUES),
    st.builds(Test, st.just("is"), st.sampled_from(STATES)),
    st.builds(Test, st.sampled_from(["since", "until"]), TIMES),
)
CLAUSES = st.one_of(
    st.builds(Clause, st.tuples(TEXTS | TESTS), st.booleans()),
    st.builds(Clause, st.lists(TEXTS | TESTS, min_size=2, max_size=3).map(tuple)),
)


@given(st.builds(Query, st.lists(CLAUSES, min_size=1, max_size=4).map(tuple)))
def test_the_text_of_a_query_means_the_same(query: Query) -> None:
    if len(str(query)) <= 1_000:
        assert parse(str(query)) == query


PIECES = st.sampled_from(
    ['"', "-", "OR", "*", ":", " ", "(", ")", "NEAR", "AND", *(f"{name}:" for name in FIELDS)]
)


@given(st.text() | st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_any_text_is_a_query_or_is_refused(text: str) -> None:
    with suppress(UsageFault):
        assert parse(text, lambda value: WEDNESDAY - timedelta(days=int(value))).clauses
