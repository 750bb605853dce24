"""How long an editor waits for the inbox, the suggested order, a line-up and a search, with ten thousand
items and with a million.

    .venv/bin/python benchmarks/finding.py [ITEMS...]

The items are made up: words as frequent as in a language (Zipf), every twentieth item in Japanese, a thousand
sources of which two have a section to themselves; up to a thousand picks are there to learn from. Printed are
medians of what a command asks of the database, the connection being warm; a million items take about eight
minutes to make, and three gigabytes.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import Session

from aggregator import app
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, RECENT_NEWS
from curation import backtest, fts5, inbox, lineup, search, suggestions, terms
from curation.desk import Desk
from curation.query import parse

SOURCES, WORDS, WORDS_IN_ITEM, AT_ONCE, ROUNDS, PICKS = 1_000, 50_000, 120, 5_000, 5, 1_000
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))
VOCABULARY = [f"w{rank}" for rank in range(WORDS)]
CHARACTERS = "東京都市新聞日本猫犬国会議員大学生活電気車道山川田中小上下"

SOURCE = """INSERT INTO source (id, url, canonical_url, section, language, status, added_at, feed_title,
    next_poll_at, next_poll_reason, failures)
    VALUES (:id, :url, :url, :section, :language, 'active', :at, :url, :at, '', 0)"""
STORY = "INSERT INTO story (id) VALUES (:id)"
ITEM = """INSERT INTO item (id, guid, title, summary, content, source_id, story_id, key, public_id, timestamp,
    first_seen_at, fingerprint, authors, categories, enclosures, links)
    VALUES (:id, :id, :title, :summary, :content, :source, :story, :id, :id, :dated,
    :at, '', '[]', '["tag"]', '[]', '[]')"""

QUERIES = (
    "w0",
    "w300",
    "w40000",
    "w0 w5000",
    '"w0 w1"',
    "w0 OR w40000",
    "w0 -w1",
    "w1*",
    "title:w3",
    "東京",
    "猫",
)
FIELDS = (
    "section:tech",
    "section:rare",
    "source:7",
    "lang:fr",
    "is:picked",
    "is:new",
    "by:ada",
    "w0 section:rare",
)


def said(numbers: random.Random, number: int) -> list[str]:
    if number % 20 == 0:
        return ["".join(numbers.choices(CHARACTERS, k=6)) for _ in range(20)]
    return numbers.choices(VOCABULARY, cum_weights=WEIGHTS, k=WORDS_IN_ITEM)


def rows(numbers: random.Random, begin: int, end: int) -> Iterator[dict[str, Any]]:
    for number in range(begin, end):
        words, at = said(numbers, number), BEGINNING + timedelta(seconds=150 * number)
        yield {
            "id": number,
            "title": " ".join(words[:8]),
            "summary": " ".join(words[8:40]),
            "content": f"<p>{' '.join(words[8:])}</p>",
            "source": SOURCES if number % 10_000 == 0 else number * 7_919 % (SOURCES - 1) + 1,
            "story": number if number % 10 else number - 1,
            "dated": stored(at - timedelta(seconds=numbers.randrange(6_000))),
            "at": stored(at),
        }


def stored(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


@contextmanager
def bare(connection: Connection) -> Iterator[None]:
    """The table of items without indexes and triggers, which are made again when it is full."""
    of_items = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'item' AND sql IS NOT NULL"
    found = connection.exec_driver_sql(f"{of_items} AND type <> 'table'").all()
    for kind, name, _ in found:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    yield
    for statement in (fts5.FILL, *terms.FILL, *(made for _, _, made in found)):
        connection.exec_driver_sql(statement)


def fill(connection: Connection, count: int) -> None:
    """Make the sources and so many items, in a database that has none."""
    with bare(connection):
        fill_bare(connection, count)


def fill_bare(connection: Connection, count: int) -> None:
    numbers = random.Random(1)
    for number in range(1, SOURCES + 1):
        section = "rare" if number >= SOURCES - 1 else "tech" if number > 600 else "news"
        row = {
            "id": number,
            "url": f"https://s{number}.example/",
            "at": stored(BEGINNING),
            "section": section,
        }
        connection.execute(text(SOURCE), row | {"language": ("en", "fr", "de")[number % 3]})
    for begin in range(1, count + 1, AT_ONCE):
        batch = list(rows(numbers, begin, min(begin + AT_ONCE, count + 1)))
        connection.execute(text(STORY), [{"id": row["id"]} for row in batch])
        connection.execute(text(ITEM), batch)


def pick(newsdesk: Newsdesk, session: Session, count: int) -> None:
    """Pick so many of the items for another edition, each an hour after it came."""
    digest = EDITORS_PICK.model_copy(update={"slug": "digest", "limit": count})
    for number in range(count // 2, count - 100, max(count // 2 // PICKS, 1)):
        at = BEGINNING + timedelta(seconds=150 * number, hours=1)
        Desk(session, newsdesk.curation, at, "bo").pick(number, digest)


def timed(name: str, work: Callable[[], list[Any]]) -> None:
    """Print the median time of some work, and of the first time."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = work()
        times.append((time.perf_counter() - started) * 1_000)
    print(f"{name:32} {median(times):8.1f} ms   first {times[0]:8.1f} ms   {len(found):4} rows", flush=True)


def measure(newsdesk: Newsdesk, session: Session) -> None:
    now = newsdesk.now()

    def asked(query: str) -> search.Search:
        return search.Search(parse(query), session, "ada", now, 1, [RECENT_NEWS.slug, EDITORS_PICK.slug])

    def waiting(**filters: Any) -> list[Any]:
        return inbox.listed(session, inbox.waiting(session, inbox.Filters(**filters), 30), "ada")

    def ranked() -> list[Any]:
        numbers = inbox.numbers(session, inbox.Filters(), suggestions.RANKED)
        return suggestions.ranked(session, numbers, "ada", now)

    timed("inbox", waiting)
    timed("inbox --rank", ranked)
    timed("why", lambda: suggestions.ranked(session, [1], "ada", now))
    timed("rank --backtest of 30 picks", lambda: list(backtest.trials(session, now - timedelta(hours=1))))
    for filters in (
        {"section": "tech"},
        {"section": "rare"},
        {"source": 7},
        {"language": "fr"},
        {"tag": "tag"},
    ):
        timed(f"inbox {filters}", lambda filters=filters: waiting(**filters))
    for query in ("w0", "w300", "w40000", "東京", "is:unseen"):
        timed(f"inbox --search {query}", lambda query=query: waiting(search=asked(query)))
    for edition in (RECENT_NEWS, EDITORS_PICK):
        timed(
            f"line-up {edition.slug}",
            lambda edition=edition: list(lineup.lineup(session, edition, newsdesk.site, now).entries),
        )
    for query in (*QUERIES, *FIELDS):
        timed(f"search {query}", lambda query=query: search.items(asked(query), 30))
    for query in ("w0", "w300", "w40000"):
        timed(f"search --best {query}", lambda query=query: search.items(asked(query), 30, best=True))


def main() -> None:
    for count in map(int, sys.argv[1:] or ("10000", "1000000")):
        with TemporaryDirectory() as folder:
            chosen = app.chosen(database_url=f"sqlite:///{folder}/newsdesk.db")
            with app.opened(chosen) as newsdesk:
                started = time.perf_counter()
                with newsdesk.database.connected(writing=True) as connection:
                    fill(connection, count)
                with newsdesk.database.writing() as session:
                    pick(newsdesk, session, count)
                    for number in range(count - 50, count - 20):
                        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, EDITORS_PICK)
                size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1_000_000
                print(f"\n{count:,} items, made in {time.perf_counter() - started:.0f} s, {size:,.0f} MB")
                with newsdesk.database.reading() as session:
                    measure(newsdesk, session)


if __name__ == "__main__":
    main()
