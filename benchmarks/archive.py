"""Goal 6: what everything costs beside an archive of ten thousand items, and of many.

The newsrooms are those of `finding.py`, the stories those of `stories.py`. They are made once and kept under
`.bench/`: a million items take minutes to make. Everything is measured on copies, in milliseconds of the
processor that newsdesk's own process takes: the disk and other programs have no part in a ratio.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from statistics import median

import finding
import publishing
import stories
from farm import Farm, Farmed
from measure import ROUNDS, Findings, Goal, note
from polling import farmed
from sqlmodel import Session

from aggregator import app, migrations, sources, store
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, RECENT_NEWS
from curation import inbox, lineup, search
from curation.query import parse

FEW = 10_000
TIMES = 9  # that each thing is done
POLLED = 20  # sources
APART = 10_000  # the numbers of the items of one round from those of another
QUERIES = ("w300", "w40000", "東京", "w0 section:rare")
NEVER = "2099-01-01 00:00:00.000000"
Costs = dict[str, float]  # milliseconds


def made(kept: Path, items: int) -> Path:
    """The database of a newsroom with so many items, made where it is not there yet."""
    file = kept / f"archive-{items}-{migrations.NEWEST}.db"
    if not file.exists():
        note(f"making an archive of {items:,} items, once")
        making = anew(file)
        with app.opened(app.chosen(database_url=f"sqlite:///{making}")) as newsdesk:
            with newsdesk.database.connected(writing=True) as connection:
                finding.fill(connection, items)
            for number in range(items - 50, items - 20):
                publishing.pick(newsdesk, number)
        settled(making)
        making.rename(file)
    return file


def publish(database: Path) -> None:
    """Publish a newsroom as this version does, beside its database: of a million items it takes minutes."""
    with app.opened(app.chosen(database_url=f"sqlite:///{database}", output=public(database))) as newsdesk:
        if newsdesk.publish().written:
            note(f"{database.name} is published")
    settled(database)


def public(database: Path) -> Path:
    """The folder that is kept of what a newsroom has published."""
    return database.with_suffix(".public")


def made_stories(kept: Path, items: int) -> Path:
    """The same with the marks by which stories are found."""
    file = kept / f"stories-{items}-{migrations.NEWEST}.db"
    if not file.exists():
        note(f"making the marks of {items:,} items, once")
        making = anew(file)
        chosen = app.chosen(database_url=f"sqlite:///{making}")
        with app.opened(chosen) as newsdesk, newsdesk.database.writing() as session:
            for number in range(100):
                sources.add(session, f"https://s{number}.example/feed", stories.NOW)
            stories.fill(session, items)
        if items > stories.KEPT:
            stories.crowd(making, items)
        with closing(sqlite3.connect(making)) as connection:
            connection.execute("CREATE INDEX ix_mark_item_id ON mark (item_id)")
        settled(making)
        making.rename(file)
    return file


def anew(file: Path) -> Path:
    """Where a database is made; what an earlier making left there is removed."""
    making = file.with_suffix(".making")
    for left in making.parent.glob(f"{making.name}*"):
        left.unlink()
    return making


def settled(database: Path) -> None:
    """Bring what stands beside a database into it, so that one file can be copied; no source is due in it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE source SET next_poll_at = ?", (NEVER,))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy(database: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copyfile(database, folder / "newsdesk.db")
    if public(database).exists():
        shutil.copytree(public(database), folder / "public")


@contextmanager
def opened(database: Path, folder: Path, now: Callable[[], datetime] = app.utc_now) -> Iterator[Newsdesk]:
    """A newsroom on a copy of a database, and of what it has published."""
    copy(database, folder)
    chosen = app.chosen(
        database_url=f"sqlite:///{folder}/newsdesk.db",
        output=folder / "public",
        fetch={"host_gap": 0, "allow_private_networks": ["127.0.0.0/8"]},
    )
    with app.opened(chosen, now) as newsdesk:
        yield newsdesk
    shutil.rmtree(folder)


def took(
    work: Callable[[], object], times: int = TIMES, before: Callable[[], object] = lambda: None
) -> float:
    """The median of the milliseconds of the processor for some work, without what is `before` it.

    It is done once more than it is timed, for warmth.
    """
    found = []
    for _ in range(times + 1):
        before()
        started = time.process_time()
        work()
        found.append((time.process_time() - started) * 1_000)
    return median(found[1:])


@dataclass(slots=True)
class Beside:
    """A newsroom with so many items, and another with the marks of as many."""

    items: int
    archive: Newsdesk
    stories: Newsdesk

    def costs(self, farm: Farm, turn: int) -> Costs:
        """What each thing costs in a round, which brings sources and items of its own."""
        with self.archive.database.reading() as session:
            found = asked(self.archive, session)
        found |= published(self.archive, self.items + turn * APART)
        found |= polled(self.archive, farm, farm.sources[turn * POLLED : (turn + 1) * POLLED])
        near, telling, _ = stories.measure(self.stories, self.items, turn)
        return found | {"find a story": near * 1_000, "tell a story": telling * 1_000}


@contextmanager
def beside(kept: Path, folder: Path, items: int) -> Iterator[Beside]:
    """Copies of the newsrooms with so many items."""
    with (
        opened(made(kept, items), folder / f"archive-{items}") as newsroom,
        opened(made_stories(kept, items), folder / f"stories-{items}", lambda: stories.NOW) as marked,
    ):
        yield Beside(items, newsroom, marked)


def asked(newsdesk: Newsdesk, session: Session) -> Costs:
    now = newsdesk.now()
    inboxed = inbox.Filters()

    def searched(query: str) -> object:
        wanted = search.Search(parse(query), session, "ada", now, 1, [RECENT_NEWS.slug, EDITORS_PICK.slug])
        return search.items(wanted, 30)

    def lined_up() -> object:
        editions = RECENT_NEWS, EDITORS_PICK
        return [lineup.lineup(session, edition, newsdesk.site, now).entries for edition in editions]

    return {
        "inbox": took(lambda: inbox.listed(session, inbox.waiting(session, inboxed, 30), "ada")),
        "line-up": took(lined_up),
    } | {f"search {query}": took(lambda query=query: searched(query)) for query in QUERIES}


def published(newsdesk: Newsdesk, last: int) -> Costs:
    """Publishing after a new item, whose number comes after the last."""
    chance = random.Random(7)
    more = (number for number in count(last + 1) if number % 10)  # each tenth tells a story again
    return {"publish": took(newsdesk.publish, 3, lambda: publishing.one_more(newsdesk, chance, next(more)))}


def polled(newsdesk: Newsdesk, farm: Farm, new: Sequence[Farmed]) -> Costs:
    """Polls of some of the farm: the first, and with nothing changed."""
    with newsdesk.database.writing() as session:
        rows = [sources.add(session, farm.url(source), newsdesk.now()) for source in new]
        numbers = [row.id for row in rows]

    async def polls() -> Costs:
        async with newsdesk.poller() as poller:

            async def once() -> float:
                with newsdesk.database.reading() as session:
                    addresses = [store.address(store.source(session, number or 0)) for number in numbers]
                started = time.process_time()
                report = await poller.poll(addresses)
                assert report.count("failed") == 0, report
                return (time.process_time() - started) * 1_000

            first = await once()
            return {"poll, first": first, "poll, 304": median([await once() for _ in range(TIMES)])}

    return asyncio.run(polls())


def measure(folder: Path, findings: Findings, kept: Path, many: int) -> None:
    """The costs beside `many` items by those beside ten thousand."""
    with (
        farmed(folder / "farm", POLLED * ROUNDS) as farm,
        beside(kept, folder, FEW) as few,
        beside(kept, folder, many) as more,
    ):
        rounds = [(few.costs(farm, turn), more.costs(farm, turn)) for turn in range(ROUNDS)]
    for name in rounds[0][0]:
        little, much = (median(one[part][name] for one in rounds) for part in (0, 1))
        columns = "what", "beside 10,000 items, ms", f"beside {many:,}, ms"
        findings.note("Beside the archive", columns, name, f"{little:.2f}", f"{much:.2f}")
        ratios = tuple(beside_more[name] / beside_few[name] for beside_few, beside_more in rounds)
        limit = 3.0 if name.startswith("search") else 1.5
        findings.goal(Goal(6, f"{name}, {many:,} items beside 10,000", ratios, limit, most=True))
