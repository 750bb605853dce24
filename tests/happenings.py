"""A small newsroom, and all that may happen in it between two publishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from makers import Clock, keep, rss, rss_item
from sqlmodel import Session

from aggregator import app, moving, sources, store, upkeep
from aggregator.app import Newsdesk
from config.errors import UsageFault
from curation.desk import Desk
from curation.verbs import carry_out
from feeds.tables import Source, Status

UTC = ZoneInfo("UTC")
SHORT: list[dict[str, object]] = [
    {"slug": "editors-pick", "limit": 3, "expire": "oldest"},
    {"slug": "recent-news", "limit": 4},
]
PRIVATE: list[dict[str, object]] = [one | {"token_env": "TOKEN"} for one in SHORT[:1]] + SHORT[1:]
DAYS = (20, 21, 23, 23, 24, 25)  # of November; one of them without news between
GIVEN = {"note": {"note": "*n*"}, "correct": {"correction": "c"}, "retitle": {"title": "t"}}
GIVEN |= {"tag": {"tag": "t"}, "merge": {"into": 3}}
HELD = {"hold for": ("hold", "until"), "put off": ("pick", "visible_from"), "pick for": ("pick", "until")}
VERBS = ("unpick", "kill", "revive", "hold", "release", "split", "undo", "redo", *GIVEN, *HELD)
OF_A_SOURCE = ("section", "retitled", "paused", "removed", "again", "zone", "preferred", "adopted")
HAPPENINGS = ("publish", "poll", "revise", "redated", "other", "other gone", "retention", "hour", "day")
HAPPENINGS += OF_A_SOURCE
ZONES = ("Asia/Tokyo", "America/New_York", "")
OTHER = "https://other.example/"

Step = tuple[str, int]
Copied = Callable[[str, Path], str]  # copies a database that nobody has open, a file into a folder


@dataclass
class Room:
    """A newsroom of six items, three of each of two sources, and what happens in it.

    The dates of the second source name no zone.
    """

    newsdesk: Newsdesk
    clock: Clock
    copies: int = 0

    def happen(self, name: str, number: int) -> None:
        """Whatever is no happening is a verb, on an item by its number."""
        self.clock.move(minutes=20)
        if name in ("hour", "day"):
            self.clock.move(**{f"{name}s": 1})
        elif name in OF_A_SOURCE:
            self.change(name, address(number), number)
        elif name in HAPPENINGS:
            getattr(self, name.replace(" ", "_"))(number)
        else:
            self.decide(name, number)

    def fill(self) -> None:
        for number, day in enumerate(DAYS, 1):
            self.say(number, str(number), day)

    def say(self, number: int, name: str, day: int, text: str = "") -> None:
        """The source of an item says something, of a day of November."""
        date = f"{day} Nov 2026 " + ("02:00:00" if number > 3 else "09:00:00 GMT")
        keep(self.newsdesk, rss([rss_item(name, date=date, text=text)]), address(number), section="City")

    def publish(self, _: int) -> None:
        self.newsdesk.publish()

    def poll(self, number: int) -> None:
        self.say(number, f"new-{self.clock().timestamp():.0f}", DAYS[number - 1], f"words of {self.clock()}")

    def revise(self, number: int) -> None:
        """There and back, so that a text comes that was there before."""
        self.say(number, str(number), DAYS[number - 1], f"words of {self.clock().hour % 2}")

    def redated(self, number: int) -> None:
        self.say(number, str(number), DAYS[number - 1] - 1)

    def other(self, number: int) -> None:
        """A third source, of which nothing is decided, says something of a day that may have no news else."""
        date = f"{18 + number} Nov 2026 09:00:00 GMT"
        keep(self.newsdesk, rss([rss_item(f"other-{number}", date=date)]), OTHER)

    def other_gone(self, number: int) -> None:
        self.change("removed", OTHER, number)

    def retention(self, _: int) -> None:
        """It removes whatever nobody decided on, whether it is published or not."""
        with self.newsdesk.database.writing() as session:
            upkeep.retain(session, self.clock(), ())

    def change(self, name: str, url: str, number: int) -> None:
        """A source is not what it was, unless it is there no more; one that is may not be added again."""
        with self.newsdesk.database.writing() as session, suppress(UsageFault, sources.SourceRefused):
            found = store.source_at(session, url)
            if name == "again":
                sources.add(session, url, self.clock())
            elif found is not None and found.status != Status.REMOVED:
                self.mend(session, found, name, number)

    def mend(self, session: Session, source: Source, name: str, number: int) -> None:
        if name == "removed":
            sources.remove(session, source, self.clock())
        elif name == "paused":
            sources.pause(source)
        elif name == "zone":
            sources.rezone(session, source, zone=ZONES[number % 3])
        elif name == "preferred":
            sources.rezone(session, source, preferred=not source.preferred)
        elif name == "adopted":
            moving.adopt(session, source, address(7 - number), self.clock())
        else:
            setattr(source, {"retitled": "title"}.get(name, name), f"{name} {self.clock():%H%M}")

    def decide(self, verb: str, number: int) -> None:
        order: dict[str, Any] = {"verb": verb} | GIVEN.get(verb, {})
        if verb in HELD:
            is_what, when = HELD[verb]
            order = {"verb": is_what, when: self.clock() + timedelta(days=2)}
        order |= {} if verb in ("undo", "redo") else {"item": number}
        with self.newsdesk.database.writing() as session:
            desk = Desk(session, self.newsdesk.curation, self.clock(), "ada")
            try:
                carry_out(desk, self.newsdesk.editions, order, UTC)
            except UsageFault:
                return

    def elsewhere(self, copied: Copied) -> dict[str, bytes]:
        """What a copy of the newsroom publishes into empty folders."""
        kept, given = self.newsdesk.settings.output.parent, self.newsdesk.settings
        self.copies += 1
        folder = kept / f"copy-{self.copies}"
        folder.mkdir()
        self.newsdesk.database.close()
        given = given.model_copy(
            update={"database_url": copied(given.database_url, folder)}
            | {"output": folder / "public", "private": folder / "private"}
        )
        with app.opened(given, self.clock) as copy:
            copy.publish()
        return both(folder)


def address(number: int) -> str:
    """That of the source of an item."""
    return f"https://{1 + number // 4}.example/"


def published(folder: Path) -> dict[str, bytes]:
    """Every file of a published folder."""
    files = [file for file in folder.rglob("[!.]*") if file.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def both(folder: Path) -> dict[str, bytes]:
    """Every file of the published folder and of the private one."""
    private = {f"private/{name}": body for name, body in published(folder / "private").items()}
    return published(folder / "public") | private


@contextmanager
def room(url: str, folder: Path, editions: Sequence[dict[str, object]] = SHORT) -> Iterator[Room]:
    clock = Clock()
    chosen = app.chosen(
        base_url="https://news.example/",
        database_url=url,
        output=folder / "public",
        private=folder / "private",
        editions=editions,
        publish={"compress": ()},
    )
    with app.opened(chosen, clock) as newsdesk:
        yield Room(newsdesk, clock)
