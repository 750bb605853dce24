"""Which known item an entry is, where a source's ids are bad; each case a source that does so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from makers import NOON

from aggregator import ingest
from aggregator.matching import Known
from feeds import identity
from feeds.entries import Entry, Feed, Moment

SOURCE = "https://site.example/feed.xml"
DAY = timedelta(days=1)


def entry(guid: str, path: str | None = None, title: str = "T", day: int | None = None, **said: Any) -> Entry:
    """An entry of site.example, or of the host that `path` begins with; published on a day after noon."""
    url = path if path is None or "://" in path else f"https://site.example/{path}"
    at = None if day is None else NOON - 30 * DAY + day * DAY
    published = Moment(raw="as written", at=at, known_by="offset") if at else None
    return Entry(guid=guid, url=url, title=title, published=published, **said)


class Kept:
    """What is known of one source, poll by poll, as the database keeps it; times are of the clock at noon."""

    def __init__(self, *entries: Entry) -> None:
        self.known: list[Known] = []
        self.polls = 0
        self.poll(*entries)

    def poll(self, *entries: Entry, now: datetime = NOON) -> tuple[list[str], list[int]]:
        """The titles that are new, oldest first, and the numbers of the items that are revised."""
        trusted = self.polls < identity.UNSTABLE
        arrived = ingest.arrivals(Feed(entries=entries), SOURCE, now, trusted)
        changes = ingest.compare(arrived, self.known)
        self.polls = identity.unstable(self.polls, changes.kept, changes.renamed)
        for number, arrival in changes.revised.items():
            self.known[number - 1] = self._row(number, self.known[number - 1].key, arrival)
        for number, key in changes.keys.items():
            self.known[number - 1] = self._row(number, key, self.known[number - 1])
        for arrival in changes.new:
            self.known.append(self._row(len(self.known) + 1, arrival.key, arrival))
        assert len({item.key for item in self.known}) == len(self.known)
        return [arrival.entry.title for arrival in changes.new], sorted(changes.revised)

    def _row(self, number: int, key: str, one: ingest.Arrival | Known) -> Known:
        if isinstance(one, Known):
            said = (
                one.fingerprint,
                one.canonical_url,
                one.title,
                one.alias,
                one.timestamp,
                one.summary,
                one.url,
            )
            return Known(number, key, *said)
        said = (one.fingerprint, one.canonical_url, one.entry.title, one.names.alias, one.timestamp)
        return Known(number, key, *said, one.entry.summary, one.entry.url)


SAME = ([], [])


@pytest.mark.parametrize(
    ("before", "after", "revised"),
    [
        pytest.param(
            [entry("x", "http://old.example/2026/quay-1", "Quay", summary="S")],
            [entry("y", "https://new.example/2026/quay-1", "Quay", summary="S")],
            [1],
            id="a host moved: path, title and summary came along",
        ),
        pytest.param(
            [entry(f"http://old.example/?p={n}", f"http://old.example/?p={n}", f"T{n}") for n in (3, 2, 1)],
            [
                entry(f"http://new.example/?p={n}", f"http://new.example/?p={n}", t)
                for n, t in ((3, "Edited"), (2, "T2"), (1, "T1"))
            ],
            [1, 2, 3],
            id="two entries came along from host to host, so the third, edited, is believed",
        ),
        pytest.param(
            [entry("http://site.example/?p=7", "the-quay")],
            [entry("https://site.example/the-quay", "the-quay", "Edited")],
            [1],
            id="the id becomes the permalink, and the title is edited",
        ),
        pytest.param([entry("a", "quay")], [entry("", "quay", "Edited")], [1], id="ids go missing"),
        pytest.param(
            [entry("", "quay")], [entry("a", "quay", "Edited")], [1], id="a source begins to give ids"
        ),
        pytest.param([entry("AB-1", "quay")], [entry("ab-1", "quay", "Edited")], [1], id="case of an id"),
        pytest.param(
            [entry("https://site.example/quay?utm_id=1", "quay")],
            [entry("https://site.example/quay?utm_id=2", "quay", "Edited")],
            [1],
            id="a tracker in an id",
        ),
        pytest.param(
            [entry("1", "b", "B"), entry("2", "a", "A")],
            [entry("1", "c", "C"), entry("2", "b", "B"), entry("3", "a", "A")][1:],
            [],
            id="ids that count places",
        ),
        pytest.param(
            [entry("1", "c", "C"), entry("2", "b", "B"), entry("3", "a", "A")],
            [entry("g", "c", "C"), entry("g", "b", "Edited"), entry("g", "a", "A")],
            [2],
            id="all entries have one id suddenly",
        ),
        pytest.param(
            [entry("1", "b", "B"), entry("2", "a", "A")],
            [entry("1", "", "B"), entry("2", "", "A")],
            [1, 2],
            id="all entries have one address suddenly",
        ),
    ],
)
def test_nothing_is_created_again(before: list[Entry], after: list[Entry], revised: list[int]) -> None:
    # Kept numbers new items from the last of the document up.
    kept = Kept(*before)
    new, found = kept.poll(*after)
    assert (new, found) == ([], revised)
    assert kept.poll(*after) == SAME


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        pytest.param(
            [entry("x", "https://one.example/?p=1", "Hello", summary="From one")],
            [entry("y", "https://two.example/?p=1", "Hello", summary="From two")],
            ["Hello"],
            id="a planet of many sites: one path and title, other words",
        ),
        pytest.param(
            [entry("x", "https://one.example/", "Hello")],
            [entry("y", "https://two.example/", "Hello")],
            ["Hello"],
            id="front pages name nothing",
        ),
        pytest.param(
            [entry("latest", "1", "A quay opens", 1)],
            [entry("latest", "2", "Storms ahead", 2)],
            ["Storms ahead"],
            id="one id for whatever is latest",
        ),
        pytest.param(
            [entry("https://site.example/log#v1", "log#v1", "1")],
            [entry("https://site.example/log#v2", "log#v2", "2")],
            ["2"],
            id="a log whose ids are places in one page",
        ),
        pytest.param(
            [entry("1", "b", "Bread"), entry("2", "a", "Apples")],
            [entry("1", "c", "Cheese"), entry("2", "b", "Bread"), entry("3", "a", "Apples")],
            ["Cheese"],
            id="ids that count places, and a new entry on top",
        ),
    ],
)
def test_nothing_is_lost(before: list[Entry], after: list[Entry], new: list[str]) -> None:
    kept = Kept(*before)
    assert kept.poll(*after)[0] == new
    assert kept.poll(*after) == SAME


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(entry("g", "2", "A quay closes", 2), id="a word of the title is left"),
        pytest.param(entry("g", "2", "Storms ahead", 1), id="its date is the same"),
        pytest.param(entry("g", "1", "Storms ahead", 2), id="its address is the same"),
        pytest.param(entry("g", None, "Storms ahead", 2), id="it has no address"),
    ],
)
def test_an_id_is_believed_but_where_all_speaks_against_it(after: Entry) -> None:
    kept = Kept(entry("g", "1", "A quay opens", 1))
    assert kept.poll(after) == ([], [1])


def test_a_place_for_the_latest_brings_one_item_a_day_and_its_corrections_revise() -> None:
    kept = Kept(entry("latest", "1", "Monday quay", 1))
    assert kept.poll(entry("latest", "2", "Tuesday storm", 2)) == (["Tuesday storm"], [])
    assert kept.poll(entry("latest", "2", "Tuesday storms", 2)) == ([], [2])
    assert kept.poll(entry("latest", "3", "Wednesday", 3)) == (["Wednesday"], [])


def test_both_addresses_of_a_move_in_one_document_are_one_item() -> None:
    old = entry("http://old.example/quay-1", "http://old.example/quay-1", "Quay")
    new = entry("http://new.example/quay-1", "http://new.example/quay-1", "Quay")
    kept = Kept(new, old)
    assert len(kept.known) == 1
    assert kept.poll(new, old) == SAME
    assert kept.poll(new)[0] == kept.poll(old)[0] == []


def test_where_every_id_changes_every_time_the_address_is_the_id() -> None:
    kept = Kept(entry("s0-1", "1", "One"), entry("s0-2", "2", "Two"))
    for poll in range(identity.UNSTABLE):
        assert kept.poll(entry(f"p{poll}-1", "1", "One"), entry(f"p{poll}-2", "2", "Two")) == SAME
    assert kept.poll(entry("q-1", "1", "Edited"), entry("q-2", "2", "Two")) == ([], [2])
    assert kept.poll(entry("r-3", "3", "One"), entry("r-1", "1", "Edited")) == (["One"], [])


def test_where_every_id_changes_and_there_is_no_address_the_text_is_the_id() -> None:
    kept = Kept(entry("s0", None, "One"))
    kept.polls = identity.UNSTABLE
    assert kept.poll(entry("s1", None, "One")) == SAME
    assert kept.poll(entry("s2", None, "Two")) == (["Two"], [])


@pytest.mark.parametrize(
    ("polls", "kept", "renamed", "after"),
    [
        (0, 5, 0, 0),
        (0, 0, 5, 1),
        (2, 0, 1, 3),
        (2, 1, 9, 0),  # one id that stays: they are no session's
        (1, 0, 0, 1),  # nothing known was met
        (3, 9, 0, 3),  # for good: no flapping
    ],
)
def test_ids_are_unstable_after_three_polls_of_nothing_but_new_ones(
    polls: int, kept: int, renamed: int, after: int
) -> None:
    assert identity.unstable(polls, kept, renamed) == after


@pytest.mark.parametrize("path", ["1", None])
def test_repeated_ids_hold_as_the_document_grows_and_shrinks(path: str | None) -> None:
    one, two, three = (
        entry("g", path and f"{path}{n}", title) for n, title in enumerate(("One", "Two", "Three"))
    )
    kept = Kept(one)
    assert kept.poll(two, one) == (["Two"], [])
    assert kept.poll(three, two, one) == (["Three"], [])
    for document in ([three, two], [three], [two], [three, one], [three, two, one], [one]):
        assert kept.poll(*document) == SAME


def test_a_session_in_an_address_is_no_revision_but_a_move_to_https_is() -> None:
    kept = Kept(entry("g", "http://site.example/1?PHPSESSID=a"))
    assert kept.poll(entry("g", "http://site.example/1?PHPSESSID=b")) == SAME
    assert kept.poll(entry("g", "https://site.example/1")) == ([], [1])


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(entry("other", "quay-1", "Quay"), id="under another id"),
        pytest.param(entry("g", "https://new.example/quay-1", "Edited"), id="under its id, moved and edited"),
        pytest.param(entry("x", "https://new.example/quay-1", "Quay"), id="under another id on another host"),
    ],
)
def test_a_purged_item_is_known_under_its_other_names(again: Entry) -> None:
    kept = Kept(entry("g", "quay-1", "Quay"))
    [item] = kept.known
    kept.known = [Known(None, item.key, "", item.canonical_url, item.title, item.alias, item.timestamp)]
    assert kept.poll(again) == SAME
