"""Whatever happens between two publishes, the folder is what a publish into an empty one would make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import written
from happenings import DAYS, HAPPENINGS, PRIVATE, SHORT, VERBS, Copied, Room, Step, both, published, room
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlalchemy import make_url

from aggregator.app import Newsdesk
from config.options import Edition

numbers = st.integers(1, len(DAYS))
step = st.one_of(
    st.tuples(st.just("pick"), numbers),
    st.tuples(st.sampled_from(VERBS), numbers),
    st.tuples(st.sampled_from(HAPPENINGS), numbers),
)


@pytest.fixture(scope="module")
def copied(request: pytest.FixtureRequest) -> Copied:
    """Copies a database, whichever kind it is of."""

    def copy(url: str, folder: Path) -> str:
        if url.startswith("sqlite"):
            return f"sqlite:///{copyfile(str(make_url(url).database), folder / 'newsdesk.db')}"
        return written(request.getfixturevalue("databases").copy(make_url(url)))

    return copy


@pytest.fixture(scope="module")
def filled(new_url: Callable[[], str]) -> str:
    """The database of such a newsroom, where four picks were public one by one: a page of history closed."""
    url = new_url()
    with TemporaryDirectory() as folder, room(url, Path(folder)) as filled:
        filled.fill()
        for number in (1, 2, 3, 4):
            filled.happen("pick", number)
            filled.happen("publish", 1)
    return url


def follow(
    filled: str, copied: Copied, steps: Sequence[Step], editions: Sequence[dict[str, object]] = SHORT
) -> None:
    """Publish, let some things happen, publish again: all is as it would be in an empty folder."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with room(copied(filled, folder), folder, editions) as followed:
            followed.clock.move(hours=2)
            for step in [("publish", 1), *steps, ("publish", 1)]:
                followed.happen(*step)
            here, there = both(folder), followed.elsewhere(copied)
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [
        [("pick", 5)],
        [("unpick", 4)],
        [("unpick", 4), ("publish", 1), ("undo", 1)],
        [("unpick", 4), ("publish", 1), ("pick", 4)],
        [("undo", 1)],
        [("day", 1), ("day", 1), ("undo", 1)],
        [("undo", 1), ("publish", 1), ("pick", 4)],
        [("kill", 4), ("publish", 1), ("revive", 4)],
        [("unpick", 4), ("publish", 1), ("put off", 4)],
        [("hold", 3), ("publish", 1), ("release", 3)],
        [("note", 4), ("publish", 1), ("correct", 4)],
        [("tag", 4)],
        [("merge", 4), ("publish", 1), ("split", 4)],
        [("poll", 2)],
        [("revise", 2)],
        [("section", 1)],
        [("retitled", 4)],
        [("removed", 4)],
        [("retitled", 4), ("publish", 1), ("removed", 4), ("poll", 2)],
        [("day", 1), ("poll", 6)],
        [("pick", 5), ("publish", 1), ("pick", 6), ("publish", 1), ("unpick", 1)],
    ],
    ids=lambda steps: "-".join(name for name, _ in steps if name != "publish"),
)
def test_what_happened_is_published_as_if_it_had_always_been_so(
    filled: str, copied: Copied, steps: list[Step]
) -> None:
    follow(filled, copied, steps)


SHIFTS: list[list[Step]] = [
    [("retention", 1)],
    [("other", 4), ("publish", 1), ("retention", 1)],
    [("other", 2), ("publish", 1), ("other gone", 1)],
    [("other", 4), ("other", 6), ("publish", 1), ("other gone", 1), ("other", 5)],
    [("zone", 6)],
    [("zone", 4), ("publish", 1), ("zone", 6), ("zone", 5)],
    [("redated", 3)],
    [("redated", 6), ("publish", 1), ("redated", 5), ("redated", 4)],
    [("revise", 5), ("hour", 1), ("revise", 5), ("publish", 1), ("revise", 5)],
    [("merge", 4), ("publish", 1), ("preferred", 1)],
    [("merge", 5), ("publish", 1), ("redated", 3), ("retention", 1)],
    [("merge", 5), ("publish", 1), ("undo", 1)],
    [("removed", 5)],
    [("removed", 5), ("publish", 1), ("again", 5), ("poll", 5), ("publish", 1), ("removed", 5)],
    [("adopted", 1)],
    [("adopted", 1), ("removed", 1)],
    [("day", 1), ("pick", 5), ("day", 1), ("publish", 1), ("undo", 1)],
    [("day", 1), ("day", 1), ("pick", 5), ("publish", 1), ("other", 8)],
    [("day", 1), ("pick", 5), ("tag", 5), ("day", 1), ("publish", 1), ("undo", 1), ("undo", 1)],
    [("hold for", 3), ("publish", 1), ("day", 1), ("publish", 1), ("day", 1)],
    [("pick for", 5), ("hold", 5), ("publish", 1), ("day", 1), ("publish", 1), ("day", 1)],
    [("put off", 5), ("day", 1), ("day", 1), ("day", 1), ("publish", 1), ("undo", 1)],
    [("put off", 5), ("day", 1), ("day", 1), ("day", 1), ("publish", 1), ("put off", 5)],
]


@pytest.mark.slow
@pytest.mark.both
@pytest.mark.parametrize("steps", SHIFTS, ids=lambda steps: "-".join(name for name, _ in steps))
def test_what_stands_otherwise_without_being_new_is_drawn_on_all_days_it_is_about(
    filled: str, copied: Copied, steps: list[Step]
) -> None:
    follow(filled, copied, steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [
        [("pick", 5)],
        [("unpick", 4), ("publish", 1), ("undo", 1)],
        [("undo", 1)],
        [("kill", 4), ("publish", 1), ("revive", 4)],
        [("unpick", 4), ("publish", 1), ("put off", 4)],
        [("note", 4), ("publish", 1), ("correct", 4)],
        [("retitled", 4)],
        [("removed", 4)],
        [("revise", 2), ("day", 1), ("poll", 6)],
        [("pick", 5), ("publish", 1), ("pick", 6), ("publish", 1), ("unpick", 1)],
    ],
    ids=lambda steps: "-".join(name for name, _ in steps if name != "publish"),
)
def test_a_private_edition_is_published_as_if_it_had_always_been_one(
    filled: str, copied: Copied, steps: list[Step]
) -> None:
    follow(filled, copied, steps, PRIVATE)


@pytest.mark.sqlite  # somebody stays connected to the database that a test is given on PostgreSQL
def test_editions_of_another_name_have_another_name_on_every_page(
    newsdesk: Newsdesk, clock: Clock, copied: Copied
) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    room = Room(newsdesk, clock)
    for step in (("pick", 1), ("publish", 1), ("unpick", 1), ("publish", 1), ("day", 1)):
        room.happen(*step)
    choice = replace(newsdesk, settings=with_editions(newsdesk, {"slug": "editors-pick", "title": "Choice"}))
    choice.publish()
    assert published(newsdesk.settings.output) == Room(choice, clock).elsewhere(copied)


def test_a_folder_that_was_left_for_another_is_brought_up_to_date(newsdesk: Newsdesk, clock: Clock) -> None:
    room, other = Room(newsdesk, clock), newsdesk.settings.output.with_name("other")
    keep(newsdesk, rss([rss_item("a", date="Tue, 24 Nov 2026 09:00:00 GMT")]))
    room.happen("publish", 1)
    room.happen("pick", 1)
    clock.move(days=2)
    replace(newsdesk, settings=newsdesk.settings.model_copy(update={"output": other})).publish()
    clock.move(days=2)
    newsdesk.publish()
    assert published(newsdesk.settings.output) == published(other)


def with_editions(newsdesk: Newsdesk, *editions: dict[str, object]) -> Any:
    return newsdesk.settings.model_copy(update={"editions": tuple(Edition(**one) for one in editions)})


@pytest.mark.slow
@settings(max_examples=25, phases=[Phase.reuse, Phase.generate])  # a shorter case would take minutes
@given(st.lists(step, min_size=1, max_size=10))
def test_whatever_happens_is_published_as_if_it_had_always_been_so(
    filled: str, copied: Copied, steps: list[Step]
) -> None:
    follow(filled, copied, steps)
