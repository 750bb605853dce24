"""How long publishing takes, with ten thousand items and with a million, and beside feedgen alone.

    .venv/bin/python benchmarks/publishing.py [ITEMS...]

The newsroom is that of `finding.py`: thirty picks, fifty recent items, and two thousand picks that ran out
long ago. Printed are medians, of the line-ups as the database gives them and of all that follows until the
folder is as it is to be. feedgen alone builds RSS and Atom of the same entries, and nothing
else: no JSON Feed, no page, no variant, no file.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from feedgen.feed import FeedGenerator
from finding import BEGINNING, ITEM, STORY, fill, rows
from sqlalchemy import Connection, insert, text

from aggregator import app, newspaper, publish
from aggregator.app import Newsdesk
from aggregator.bringing import Plan
from config.options import EDITORS_PICK
from curation.desk import Desk
from curation.tables import Decision, Editor, Pick
from feeds import proof, render
from feeds.entries import Feed

ROUNDS = 9
OLD_PICKS = 2_000


def timed(name: str, work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The median of the processor's time for some work in milliseconds; what is `before` it is not counted.

    Printed beside it is the time by the clock, in which the disk and other programs have a part.
    """
    times, clock = [], []
    for _ in range(ROUNDS):
        before()
        started, began = time.process_time(), time.perf_counter()
        work()
        times.append((time.process_time() - started) * 1_000)
        clock.append((time.perf_counter() - began) * 1_000)
    print(f"  {name:46} {median(times):8.1f} ms {median(clock):8.1f} ms by the clock", flush=True)
    return median(times)


def feedgen_alone(feeds: Iterable[Feed]) -> None:
    """RSS and Atom as a program would write them that has nothing but feedgen."""
    for feed in feeds:
        document = FeedGenerator()
        document.id(feed.id)
        document.title(feed.title)
        document.link(href=feed.url, rel="alternate")
        document.description(feed.description)
        document.language(feed.language)
        for entry in feed.entries:
            one = document.add_entry(order="append")
            one.id(entry.guid)
            one.title(entry.title)
            one.summary(entry.summary)
            one.content(entry.content, type="html")
            one.published(entry.published.at if entry.published else None)
            one.updated(entry.published.at if entry.published else None)
        document.rss_str(pretty=True)
        document.atom_str(pretty=True)


def one_more(newsdesk: Newsdesk, numbers: random.Random, number: int) -> None:
    with newsdesk.database.connected(writing=True) as connection:
        for row in rows(numbers, number, number + 1):
            connection.execute(text(STORY), [{"id": row["story"]}])
            connection.execute(text(ITEM), [row])


def picked_long_ago(connection: Connection, count: int) -> None:
    """Picks from all over the archive, each of which ran out two days after it was made."""
    connection.execute(insert(Editor), [{"name": "ada", "since": BEGINNING}])
    for number in range(1, count - 100, max(count // OLD_PICKS, 1)):
        at = BEGINNING + timedelta(seconds=150 * number, hours=1)
        until = at + timedelta(days=2)
        said = {"visible_from": at.isoformat(), "until": until.isoformat()}
        line = {"at": at, "editor": "ada", "via": "cli", "verb": "pick", "payload": said}
        of = {"item_id": number, "edition": EDITORS_PICK.slug}
        connection.execute(insert(Decision).values(**line, **of))
        row = Pick(**of, editors=("ada",), voiced_at=(at,), picked_at=at, changed_at=at)
        row.visible_from, row.until = at, until
        connection.execute(insert(Pick).values(**row.model_dump(exclude={"id"})))


def pick(newsdesk: Newsdesk, number: int) -> None:
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, EDITORS_PICK)


def unpick(newsdesk: Newsdesk, number: int) -> None:
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").unpick(number, EDITORS_PICK)


def changes(newsdesk: Newsdesk) -> Iterator[None]:
    """One change of Editor's Pick after another: a pick is made, and taken back."""
    for number in count(100):
        if number % 10:  # each tenth tells a story again
            yield pick(newsdesk, number)
            yield unpick(newsdesk, number)


def measure(newsdesk: Newsdesk, items: int) -> list[float]:
    """The medians of a publish without a change, after a new item, and after a pick."""
    newsdesk.publish()
    paper = newsdesk.newspaper()
    timed("of which the line-ups", newsdesk.newspaper)
    found = [timed("without a change", newsdesk.publish)]
    more, picked, numbers = (
        iter(range(items + 11, items + 1_000, 10)),
        iter(range(items - 99, items - 60)),
        random.Random(2),
    )
    found.append(timed("after a new item", newsdesk.publish, lambda: one_more(newsdesk, numbers, next(more))))
    found.append(timed("after a pick", newsdesk.publish, lambda: pick(newsdesk, next(picked))))
    compare(newsdesk, paper)
    return found


def compare(newsdesk: Newsdesk, paper: newspaper.Newspaper) -> None:
    feeds = list(paper.lineups.values())
    alone = timed("feedgen alone, RSS and Atom of both editions", lambda: feedgen_alone(feeds))

    def rendered() -> None:
        for ready in map(proof.proofread, feeds):
            render.rss(ready)
            render.atom(ready)

    ours = timed("our RSS and Atom of both editions", rendered)
    plan = Plan(list(newspaper.documents(paper, newsdesk.site)), compress=("gz", "br", "zst"))

    def anew() -> None:
        with TemporaryDirectory() as folder, publish.alone(Path(folder)):
            publish.write(Path(folder), plan, newsdesk.now())

    whole = timed("all documents and variants into a new folder", anew)
    print(f"  ours/feedgen: RSS and Atom {ours / alone:.2f}, all in a new folder {whole / alone:.2f}")


def main() -> None:
    results = []
    for items in map(int, sys.argv[1:] or ("10000", "1000000")):
        with TemporaryDirectory() as folder:
            chosen = app.chosen(
                database_url=f"sqlite:///{folder}/newsdesk.db", output=Path(folder) / "public"
            )
            with app.opened(chosen) as newsdesk:
                with newsdesk.database.connected(writing=True) as connection:
                    fill(connection, items)
                    picked_long_ago(connection, items)
                for number in range(items - 50, items - 20):
                    pick(newsdesk, number)
                print(f"\npublishing with {items:,} items", flush=True)
                results.append(measure(newsdesk, items))
    for name, *times in zip(("without a change", "after a new item", "after a pick"), *results, strict=True):
        print(f"{name}: {' / '.join(f'{one / times[0]:.2f}' for one in times)}")


if __name__ == "__main__":
    main()
