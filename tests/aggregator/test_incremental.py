"""Whatever happens between two publishes, the folder is what a publish into an empty one would make it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item

from aggregator import app, sources, store
from aggregator.app import Newsdesk
from config.errors import UsageFault
from config.options import Edition
from curation.desk import Desk
from curation.verbs import carry_out

UTC = ZoneInfo("UTC")
SHORT: list[dict[str, object]] = [
    {"slug": "editors-pick", "limit": 3, "expire": "oldest"},
    {"slug": "recent-news", "limit": 4},
]
PRIVATE: list[dict[str, object]] = [one | {"token_env": "TOKEN"} for one in SHORT[:1]] + SHORT[1:]
DAYS = (20, 21, 23, 23, 24, 25)  # of November; one of them without news between
GIVEN = {"note": {"note": "*n*"}, "correct": {"correction": "c"}, "retitle": {"title": "t"}}
GIVEN |= {"tag": {"tag": "t"}, "merge": {"into": 3}}
VERBS = ("unpick", "put off", "kill", "revive", "hold", "release", "split", "undo", "redo", *GIVEN)
HAPPENINGS = ("publish", "poll", "revise", "hour", "day", "section", "retitled", "paused", "removed")

Step = tuple[str, int]
numbers = st.integers(1, len(DAYS))
step = st.one_of(
    st.tuples(st.just("pick"), numbers),
    st.tuples(st.sampled_from(VERBS), numbers),
    st.tuples(st.sampled_from(HAPPENINGS), numbers),
)


@dataclass
class Room:
    """A newsroom of six items, three of each of two sources, and what happens in it."""

    newsdesk: Newsdesk
    clock: Clock
    copies: int = 0
    words: str = ""

    def happen(self, name: str, number: int) -> None:
        self.clock.move(minutes=20)
        if name == "publish":
            self.newsdesk.publish()
        elif name in ("hour", "day"):
            self.clock.move(**{f"{name}s": 1})
        elif name in ("poll", "revise"):
            self.poll(number, anew=name == "poll")
        elif name in HAPPENINGS:
            self.change(name, 1 + number // 4)
        else:
            self.decide(name, number)

    def poll(self, number: int, anew: bool = False) -> None:
        """A source says something new, or other words of what it said."""
        name = f"new-{self.clock().timestamp():.0f}" if anew else str(number)
        date = f"{DAYS[number - 1]} Nov 2026 09:00:00 GMT"
        text = f"words of {self.clock()}"
        keep(
            self.newsdesk, rss([rss_item(name, date=date, text=text)]), f"https://{1 + number // 4}.example/"
        )

    def change(self, name: str, source: int) -> None:
        """A source is not what it was, unless it is there no more."""
        with self.newsdesk.database.writing() as session, suppress(UsageFault):
            row = store.source(session, source)
            if name == "removed":
                sources.remove(session, row, self.clock())
            elif name == "paused":
                sources.pause(row)
            else:
                setattr(row, {"section": "section", "retitled": "title"}[name], f"{name} {self.clock():%H%M}")

    def decide(self, verb: str, number: int) -> None:
        order: dict[str, Any] = {"verb": verb} | GIVEN.get(verb, {})
        if verb == "put off":
            order = {"verb": "pick", "visible_from": self.clock() + timedelta(days=2)}
        order |= {} if verb in ("undo", "redo") else {"item": number}
        with self.newsdesk.database.writing() as session:
            desk = Desk(session, self.newsdesk.curation, self.clock(), "ada")
            try:
                carry_out(desk, self.newsdesk.editions, order, UTC)
            except UsageFault:
                return

    def elsewhere(self) -> dict[str, bytes]:
        """What a copy of the newsroom publishes into empty folders."""
        kept = Path(self.newsdesk.settings.output).parent
        self.copies += 1
        folder = kept / f"copy-{self.copies}"
        folder.mkdir()
        self.newsdesk.database.backup(folder / "newsdesk.db")
        given = self.newsdesk.settings.model_copy(
            update={"database_url": f"sqlite:///{folder}/newsdesk.db", "output": folder / "public"}
            | {"private": folder / "private"}
        )
        with app.opened(given, self.clock) as copy:
            copy.publish()
        return both(folder)


def published(folder: Path) -> dict[str, bytes]:
    """Every file of a published folder."""
    files = [file for file in folder.rglob("[!.]*") if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def both(folder: Path) -> dict[str, bytes]:
    """Every file of the published folder and of the private one."""
    private = {f"private/{name}": body for name, body in published(folder / "private").items()}
    return published(folder / "public") | private


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    """The database of such a newsroom, where four picks were public one by one: a page of history closed."""
    with TemporaryDirectory() as folder:
        with room(Path(folder)) as filled:
            for number, day in enumerate(DAYS, 1):
                item = rss_item(str(number), date=f"{day} Nov 2026 09:00:00 GMT")
                keep(filled.newsdesk, rss([item]), f"https://{1 + number // 4}.example/", section="City")
            for number in (1, 2, 3, 4):
                filled.happen("pick", number)
                filled.happen("publish", 1)
        yield Path(folder) / "newsdesk.db"


@contextmanager
def room(folder: Path, editions: Sequence[dict[str, object]] = SHORT) -> Iterator[Room]:
    clock = Clock()
    chosen = app.chosen(
        base_url="https://news.example/",
        database_url=f"sqlite:///{folder}/newsdesk.db",
        output=folder / "public",
        private=folder / "private",
        editions=editions,
        publish={"compress": ()},
    )
    with app.opened(chosen, clock) as newsdesk:
        yield Room(newsdesk, clock)


def follow(filled: Path, steps: Sequence[Step], editions: Sequence[dict[str, object]] = SHORT) -> None:
    """Publish, let some things happen, publish again: all is as it would be in an empty folder."""
    with TemporaryDirectory() as folder:
        copyfile(filled, Path(folder) / "newsdesk.db")
        with room(Path(folder), editions) as followed:
            followed.clock.move(hours=2)
            for name, number in [("publish", 1), *steps, ("publish", 1)]:
                followed.happen(name, number)
            here, there = both(Path(folder)), followed.elsewhere()
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
def test_what_happened_is_published_as_if_it_had_always_been_so(filled: Path, steps: list[Step]) -> None:
    follow(filled, steps)


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
def test_a_private_edition_is_published_as_if_it_had_always_been_one(filled: Path, steps: list[Step]) -> None:
    follow(filled, steps, PRIVATE)


@pytest.mark.sqlite  # which copies a database by itself
def test_editions_of_another_name_have_another_name_on_every_page(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    room = Room(newsdesk, clock)
    for step in (("pick", 1), ("publish", 1), ("unpick", 1), ("publish", 1), ("day", 1)):
        room.happen(*step)
    choice = replace(newsdesk, settings=with_editions(newsdesk, {"slug": "editors-pick", "title": "Choice"}))
    choice.publish()
    assert published(newsdesk.settings.output) == Room(choice, clock).elsewhere()


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
def test_whatever_happens_is_published_as_if_it_had_always_been_so(filled: Path, steps: list[Step]) -> None:
    follow(filled, steps)
