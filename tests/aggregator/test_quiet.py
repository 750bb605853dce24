"""Sources that are as they were are written together, and each is due as if it had been polled alone."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from makers import NOON, Clock, keep, rss, rss_item

from aggregator import cadence, quiet, store
from aggregator.answers import Document, Failure, NotModified
from aggregator.app import Newsdesk
from aggregator.caching import Hints
from aggregator.fetch import Fetcher
from aggregator.outcomes import Outcome, Unchanged
from aggregator.parsers import Parsers
from aggregator.poll import Poller
from feeds.tables import Source, Status

pytestmark = pytest.mark.both


def newsroom(newsdesk: Newsdesk, *gaps: int) -> list[int]:
    """Sources of thirty items each, so many hours apart."""
    return [
        keep(
            newsdesk,
            rss([rss_item(str(n), date=hours_ago(n * gap)) for n in range(30)]),
            f"https://{gap}.example/",
        )
        for gap in gaps
    ]


def hours_ago(hours: int) -> str:
    return format_datetime(NOON - timedelta(hours=hours))


def store_all(newsdesk: Newsdesk, outcomes: dict[int, Outcome]) -> list[str]:
    with newsdesk.database.reading() as session:
        addresses = {number: store.address(session.get_one(Source, number)) for number in outcomes}
    poller = Poller(
        newsdesk.database, Fetcher(newsdesk.settings.fetch), Parsers(), newsdesk.settings.poll, newsdesk.now
    )
    return [
        result.outcome
        for result in poller.store([(addresses[number], outcomes[number]) for number in outcomes])
    ]


def rows(newsdesk: Newsdesk) -> dict[int, Source]:
    with newsdesk.database.reading() as session:
        return {row.id or 0: row for row in store.sources(session)}


def edit(newsdesk: Newsdesk, number: int, **given: object) -> None:
    with newsdesk.database.writing() as session:
        row = session.get_one(Source, number)
        for name, value in given.items():
            setattr(row, name, value)


def test_each_is_due_by_its_own_rhythm(newsdesk: Newsdesk, clock: Clock) -> None:
    numbers = newsroom(newsdesk, 1, 4, 20)
    edit(newsdesk, numbers[2], interval=7_000)
    clock.move(days=1)
    fresh = NotModified(Hints(fresh_for=timedelta(hours=3)))
    assert (
        store_all(newsdesk, dict(zip(numbers, (NotModified(), fresh, NotModified()), strict=True)))
        == ["unchanged"] * 3
    )
    polling, found = newsdesk.settings.poll, rows(newsdesk)
    for number, hints in zip(numbers, (Hints(), fresh.hints, Hints()), strict=True):
        own = timedelta(seconds=7_000) if number == numbers[2] else None
        rhythm = cadence.Rhythm(polling.min_interval, polling.max_interval, own)
        with newsdesk.database.reading() as session:
            times = store.entry_times(session, number)
        due = cadence.after_success(number, clock(), rhythm, hints, times)
        row = found[number]
        assert (row.next_poll_at, row.next_poll_reason, row.next_poll_terms) == (
            due.at,
            due.reason,
            due.terms,
        )
        assert row.last_polled_at == row.answered_at == clock()


def test_only_the_last_entries_of_a_source_count_and_each_of_a_short_one(newsdesk: Newsdesk) -> None:
    long, short = newsroom(newsdesk, 1)[0], keep(newsdesk, rss([rss_item("a")]), "https://short.example/")
    with newsdesk.database.reading() as session:
        found = {one.number: one.times for one in quiet.resting(session, [long, short])}
        assert found == {number: store.entry_times(session, number) for number in (long, short)}
    assert len(found[long]) == store.RHYTHM_ENTRIES


def test_what_failed_before_has_failed_no_more(newsdesk: Newsdesk) -> None:
    number, other = newsroom(newsdesk, 1, 2)
    store_all(newsdesk, {number: Failure("http_500", "it said"), other: NotModified()})
    assert rows(newsdesk)[number].failures == 1
    store_all(newsdesk, {number: NotModified(), other: Failure("http_500", "it said")})
    found = rows(newsdesk)
    assert (found[number].failures, found[number].error_class, found[number].error_at) == (0, None, None)
    assert found[other].failures == 1


def test_a_document_that_says_the_same_brings_its_validators(newsdesk: Newsdesk) -> None:
    number, other = newsroom(newsdesk, 1, 2)
    edit(newsdesk, other, etag='"1"')
    store_all(
        newsdesk,
        {number: Unchanged(Document("u", b"", etag='"2"', last_modified="now")), other: NotModified()},
    )
    found = rows(newsdesk)
    assert (found[number].etag, found[number].last_modified) == ('"2"', "now")
    assert (found[other].etag, found[other].last_modified) == ('"1"', None)


def test_one_that_is_home_again_after_a_redirect_is_that(newsdesk: Newsdesk) -> None:
    number, other = newsroom(newsdesk, 1, 2)
    edit(newsdesk, number, moved_to="https://there.example/", moved_hits=2, moved_since=newsdesk.now())
    store_all(newsdesk, {number: NotModified(), other: NotModified()})
    row = rows(newsdesk)[number]
    assert (row.moved_to, row.moved_hits, row.answered_at) == (None, 0, newsdesk.now())


def test_one_that_was_removed_meanwhile_is_left_alone(newsdesk: Newsdesk, clock: Clock) -> None:
    number, other = newsroom(newsdesk, 1, 2)
    polled = rows(newsdesk)[number].last_polled_at
    edit(newsdesk, number, status=Status.REMOVED)
    clock.move(hours=1)
    assert store_all(newsdesk, {number: NotModified(), other: NotModified()}) == ["unchanged", "unchanged"]
    with newsdesk.database.reading() as session:
        assert session.get_one(Source, number).last_polled_at == polled
