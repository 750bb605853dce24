"""Which entry is which, and whether it has changed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import identity
from feeds.entries import Enclosure, Entry, Link, Moment, Person


def entry(guid: str = "", **fields: Any) -> Entry:
    return Entry(guid=guid, **fields)


ENTRIES = st.lists(
    st.builds(
        Entry,
        guid=st.sampled_from(["", "", "a", "b", "a #2", "a https://x.example/1", "c" * 600]),
        url=st.sampled_from([None, "https://x.example/1", "http://x.example/1/", "https://x.example/2"]),
        title=st.sampled_from(["", "One", "Two"]),
    ),
    max_size=8,
)


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (entry(" tag:x.example,2026:1 ", url="https://x.example/1"), "tag:x.example,2026:1"),
        (entry("17", title="x"), "17"),
        (entry(url="http://x.example/1/?utm_source=rss"), "https://x.example/1"),
        (entry("g" * 500), "g" * 500),
    ],
)
def test_an_entry_is_known_by_its_guid_else_by_its_address(item: Entry, key: str) -> None:
    assert identity.key(item) == key


def test_an_entry_without_guid_and_address_is_known_by_its_text() -> None:
    known = identity.key(entry(title="One", summary="Two"))
    assert known.startswith("sha256:")
    assert known == identity.key(entry(title="One", summary="Two", categories=("x",)))
    assert known != identity.key(entry(title="One Two"))


def test_a_key_is_short_however_long_the_guid_or_the_address() -> None:
    guid, other = identity.key(entry("g" * 501)), identity.key(entry("g" * 502))
    address = identity.key(entry(url="https://x.example/" + "a" * 2000))
    assert guid != other
    assert all(name.startswith("sha256:") and len(name) == 71 for name in (guid, other, address))


def test_a_guid_repeated_in_a_document_is_told_apart_by_address_then_by_order() -> None:
    entries = [
        entry("g", url="https://x.example/1"),
        entry("g", url="https://x.example/1/"),
        entry("g", url="https://x.example/2"),
        entry("h", url="https://x.example/1"),
        entry("g"),
    ]
    assert identity.keys(entries) == [
        "g https://x.example/1 #2",
        "g https://x.example/1",
        "g https://x.example/2",
        "h",
        "g",
    ]


def test_entries_known_by_one_address_are_told_apart_by_their_titles() -> None:
    log = [entry(url="https://x.example/log", title=title) for title in ("3.0", "2.0", "1.0")]
    keys = identity.keys(log)
    assert len(set(keys)) == 3
    assert all(key.startswith("https://x.example/log sha256:") for key in keys)
    assert identity.keys(log[:2]) == keys[:2]  # when the oldest has left the document


@given(ENTRIES)
@settings(max_examples=300)
def test_the_keys_of_a_document_are_distinct_and_in_its_order(entries: list[Entry]) -> None:
    keys = identity.keys(entries)
    assert len(set(keys)) == len(keys) == len(entries)
    assert all(name.startswith(identity.key(item)) for name, item in zip(keys, entries, strict=True))


@given(ENTRIES)
@settings(max_examples=300)
def test_a_new_entry_on_top_changes_no_key_below(entries: list[Entry]) -> None:
    assert identity.keys([entry("new"), *entries])[1:] == identity.keys(entries)


def test_one_more_repetition_on_top_changes_no_key_below() -> None:
    entries = [entry("g", url="https://x.example/1")] * 2
    assert identity.keys([entries[0], *entries])[1:] == identity.keys(entries)


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        ("http://x.example/1/?utm_source=rss", "https://x.example/1"),
        ("https://x.example/?p=12", "https://x.example/?p=12"),
        ("tag:x.example,2026-11-20:1", "tag:x.example,2026-11-20:1"),
        ("tag:desk@x.example,2026:/a", "tag:desk@x.example,2026:/a"),
        ("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("https://x.example/", None),  # the site, not an entry
        ("tag:x.example:1", None),  # no date: RFC 4151 has none such
        ("12345", None),
        ("1 at x.example", None),
        ("urn:x", None),
        ("file:///a", None),
        ("/a", None),
        ("tag:x.example,2026:" + "a" * 600, None),
        ("", None),
    ],
)
def test_a_guid_is_global_where_it_is_a_uri_that_names_the_entry(guid: str, expected: str | None) -> None:
    assert identity.global_id(entry(guid)) == expected


FULL = entry(
    "g",
    url="https://x.example/1",
    title="One",
    summary="Two",
    content="<p>Three</p>",
    authors=(Person(name="Ana"),),
    categories=("news",),
    image="https://x.example/1.png",
    enclosures=(Enclosure(url="https://x.example/1.mp3"),),
)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://x.example/2"},
        {"title": "Uno"},
        {"summary": "Dos"},
        {"content": "<p>Tres</p>"},
        {"authors": (Person(name="Eva"),)},
        {"categories": ("news", "more")},
        {"image": None},
        {"enclosures": ()},
        {"title": "Two", "summary": "One"},
    ],
    ids=str,
)
def test_a_fingerprint_changes_with_what_a_reader_sees(change: dict[str, Any]) -> None:
    assert identity.fingerprint(FULL.model_copy(update=change)) != identity.fingerprint(FULL)


@pytest.mark.parametrize(
    "change",
    [
        {"guid": "h"},
        {"published": Moment(raw="today")},
        {"updated": Moment(raw="today")},
        {"links": (Link(href="https://x.example/2", rel="via"),)},
    ],
    ids=str,
)
def test_a_fingerprint_does_not_change_with_dates_guid_and_further_links(change: dict[str, Any]) -> None:
    assert identity.fingerprint(FULL.model_copy(update=change)) == identity.fingerprint(FULL)


def test_a_fingerprint_is_the_same_in_every_process_and_version() -> None:
    assert identity.fingerprint(FULL) == "6f4946accde8db47ba4245e35ef20f1e"
