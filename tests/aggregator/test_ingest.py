"""What a document changes."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON

from aggregator import ingest
from aggregator.ingest import Changes
from aggregator.matching import Arrival, Known
from feeds.entries import Entry, Feed, Moment

SOURCE = "https://site.example/feed.xml"
DAY = timedelta(days=1)


def entry(guid: str = "", title: str = "T", at: datetime | None = None, **said: Any) -> Entry:
    """An entry, published at this instant."""
    published = Moment(raw="as written", at=at, known_by="offset") if at else None
    return Entry(guid=guid, title=title, published=published, **said)


def arrive(*entries: Entry, now: datetime = NOON) -> list[Arrival]:
    return ingest.arrivals(Feed(entries=entries), SOURCE, now)


def stored(*entries: Entry) -> list[Known]:
    """What is known after a document of these entries was stored, numbered from 1 in its order."""
    return [
        Known(
            number,
            arrival.key,
            arrival.fingerprint,
            arrival.canonical_url,
            arrival.entry.title,
            arrival.names.alias,
            arrival.timestamp,
            arrival.entry.summary,
            arrival.entry.url,
        )
        for number, arrival in enumerate(arrive(*entries), 1)
    ]


def compare(known: list[Known], *entries: Entry) -> Changes:
    return ingest.compare(arrive(*entries), known)


def guids(changes: Changes) -> list[str]:
    return [arrival.entry.guid for arrival in changes.new]


def address(path: str) -> str:
    return f"https://site.example/{path}"


def test_what_is_not_known_is_new() -> None:
    changes = compare(stored(entry("a")), entry("b"), entry("a"))
    assert guids(changes) == ["b"]
    assert not changes.revised


def test_what_is_known_and_says_the_same_is_unchanged() -> None:
    known = stored(entry("a", at=NOON), entry("b"))
    assert not compare(known, entry("b"), entry("a", at=NOON - DAY))  # a date is no change that a reader sees


def test_what_is_known_and_says_something_else_is_revised() -> None:
    changes = compare(stored(entry("a"), entry("b")), entry("a"), entry("b", title="Corrected"))
    assert not changes.new
    assert {number: arrival.entry.title for number, arrival in changes.revised.items()} == {2: "Corrected"}
    assert changes


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_where_a_source_changes_its_ids_an_item_is_known_by_its_address_and_title(scheme: str) -> None:
    known = stored(entry("old-1", url=address("1")), entry("old-2", url=address("2")))
    moved = f"{scheme}://site.example/2?utm_source=rss"
    assert not compare(known, entry("new-1", url=address("1")), entry("new-2", url=address("2")))
    changes = compare(known, entry("new-2", summary="Corrected", url=moved))
    assert not changes.new
    assert list(changes.revised) == [2]


def test_a_new_entry_at_the_one_address_of_its_source_is_new() -> None:
    """A feed of one entry, the word of the day: each day another id and title, always at one address."""
    known = stored(entry("monday", url=address("word"), title="Quay"))
    assert guids(compare(known, entry("tuesday", url=address("word"), title="Weir"))) == ["tuesday"]


def test_ids_that_change_with_every_poll_bring_nothing_new() -> None:
    known = stored(entry("first", url=address("1")))
    for poll in range(3):
        assert not compare(known, entry(f"poll-{poll}", url=address("1")))


@pytest.mark.parametrize(
    ("known", "document", "new"),
    [
        pytest.param(
            [entry("a", url=address(""))],
            [entry("b", url=address("")), entry("c", url=address(""))],
            ["c", "b"],
            id="two entries of the document have the address",
        ),
        pytest.param(
            [entry("a", url=address("log")), entry("b", url=address("log"))],
            [entry("c", url=address("log"))],
            ["c"],
            id="two known items have the address",
        ),
        pytest.param(
            [entry("a", url=address("log"))],
            [entry("b", url=address("log")), entry("a", url=address("moved"))],
            ["b"],
            id="the item's own key is in the document",
        ),
        pytest.param([entry("a")], [entry("b")], ["b"], id="neither has an address"),
    ],
)
def test_entries_that_share_an_address_are_not_merged(
    known: list[Entry], document: list[Entry], new: list[str]
) -> None:
    changes = compare(stored(*known), *document)
    assert guids(changes) == new
    assert not any(arrival.entry.guid in new for arrival in changes.revised.values())


def test_a_guid_that_a_document_repeats_stands_for_as_many_items() -> None:
    twice = [entry("g", title="One", url=address("1")), entry("g", title="Two", url=address("2"))]
    changes = compare([], *twice)
    assert len({arrival.key for arrival in changes.new}) == 2
    assert len({arrival.public_id for arrival in changes.new}) == 2
    assert not compare(stored(*twice), *twice)


def test_what_was_purged_is_neither_new_nor_revised() -> None:
    purged = [Known(None, "a")]
    assert not compare(purged, entry("a", title="Corrected", url=address("1")))
    assert guids(compare(purged, entry("a"), entry("b"))) == ["b"]


def test_new_items_come_oldest_first() -> None:
    changes = compare(
        [], entry("new", at=NOON), entry("old", at=NOON - 2 * DAY), entry("middle", at=NOON - DAY)
    )
    assert guids(changes) == ["old", "middle", "new"]


def test_new_items_of_one_instant_come_in_the_documents_order_from_its_end() -> None:
    assert guids(compare([], entry("c"), entry("b"), entry("a"))) == ["a", "b", "c"]


LATE = NOON + timedelta(minutes=10, seconds=1)
AHEAD = NOON + timedelta(minutes=10)
FIRST = datetime(1990, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "updated", "timestamp"),
    [
        pytest.param(None, None, NOON, id="no date: first seen"),
        pytest.param(NOON - DAY, None, NOON - DAY, id="published"),
        pytest.param(NOON - DAY, NOON, NOON - DAY, id="published, whatever was updated"),
        pytest.param(None, NOON - DAY, NOON - DAY, id="updated where nothing else is said"),
        pytest.param(AHEAD, None, AHEAD, id="ten minutes ahead: a clock that is fast"),
        pytest.param(LATE, None, NOON, id="more than ten minutes ahead: first seen"),
        pytest.param(LATE, NOON - DAY, NOON - DAY, id="published ahead, but updated believably"),
        pytest.param(FIRST, None, FIRST, id="1990"),
        pytest.param(FIRST - timedelta(seconds=1), None, NOON, id="before 1990: first seen"),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), None, NOON, id="a zero date"),
    ],
)
def test_an_item_is_ordered_by_its_sources_date_where_that_is_believable(
    published: datetime | None, updated: datetime | None, timestamp: datetime
) -> None:
    said = entry("a", at=published, updated=Moment(raw="u", at=updated) if updated else None)
    assert ingest.timestamp(said, NOON) == timestamp
    assert arrive(said)[0].timestamp == timestamp


def test_a_date_that_could_not_be_read_is_no_date() -> None:
    assert ingest.timestamp(Entry(guid="a", published=Moment(raw="yesterday")), NOON) == NOON


@pytest.mark.parametrize(
    ("guid", "kept"),
    [
        ("https://site.example/?p=17", True),
        ("http://site.example/2026/11/story", True),
        ("tag:site.example,2026:17", True),
        ("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", True),
        ("17", False),
        ("", False),
        ("post:17", False),  # the form of a URI, but no name beyond its source
        ("https://site.example", False),  # names the site
        ("https://site.example/a story", False),  # no URI as it is written
        (" tag:site.example,2026:17", False),
        ("javascript:alert(1)", False),
    ],
)
def test_an_item_keeps_the_id_of_its_source_where_that_is_a_global_uri(guid: str, kept: bool) -> None:
    [arrival] = arrive(entry(guid, url=address("1")))
    assert (arrival.public_id == guid) is kept
    if not kept:
        assert UUID(arrival.public_id).urn == arrival.public_id


def test_a_derived_id_is_the_same_on_every_machine_and_in_every_poll() -> None:
    [first] = arrive(entry("17"))
    [again] = arrive(entry("17", title="Corrected"), now=NOON + DAY)
    assert first.public_id == again.public_id == "urn:uuid:ced641be-fdfc-5413-bb92-a4d27c3c0963"


def test_a_derived_id_is_another_in_another_source() -> None:
    [here] = arrive(entry("17"))
    [there] = ingest.arrivals(Feed(entries=(entry("17"),)), "https://other.example/feed", NOON)
    assert here.public_id != there.public_id


def test_a_repeated_global_id_names_no_single_entry() -> None:
    twice = arrive(
        entry("tag:x.example,2026:1", url=address("1")), entry("tag:x.example,2026:1", url=address("2"))
    )
    assert all(arrival.public_id.startswith("urn:uuid:") for arrival in twice)


ENTRIES = st.lists(
    st.builds(
        entry,
        guid=st.sampled_from(["", "", "a", "b", "tag:x.example,2026:1", "https://x.example/1", "a b"]),
        title=st.sampled_from(["", "One", "Two"]),
        url=st.sampled_from([None, address("1"), address("2"), "http://site.example/1/"]),
        at=st.sampled_from([None, NOON, NOON - DAY, NOON + DAY]),
    ),
    max_size=8,
)


@settings(max_examples=150)
@given(ENTRIES)
def test_a_document_changes_nothing_in_what_it_stored_itself(entries: list[Entry]) -> None:
    assert not compare(stored(*entries), *entries)


@settings(max_examples=100)
@given(ENTRIES, ENTRIES)
def test_every_entry_is_new_or_revises_one_item_or_is_unchanged(old: list[Entry], new: list[Entry]) -> None:
    arrived, known = arrive(*new), stored(*old)
    changes = ingest.compare(arrived, known)
    assert len(changes.new) + len(changes.revised) <= len(new)
    assert not {arrival.key for arrival in changes.new} & {item.key for item in known}
    times = [arrival.timestamp for arrival in changes.new]
    assert times == sorted(times)


@settings(max_examples=100)
@given(ENTRIES, ENTRIES)
def test_what_was_purged_never_comes_back(old: list[Entry], new: list[Entry]) -> None:
    purged = [replace(item, id=None, fingerprint="", canonical_url=None) for item in stored(*old)]
    changes = compare(purged, *new)
    assert not changes.revised
    assert not {arrival.key for arrival in changes.new} & {item.key for item in purged}


@settings(max_examples=100)
@given(ENTRIES)
def test_public_ids_are_uris_and_distinct_within_a_document(entries: list[Entry]) -> None:
    names = [arrival.public_id for arrival in arrive(*entries)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+:[!-~]+", name) for name in names)
