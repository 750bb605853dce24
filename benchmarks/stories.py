"""What it costs to find the story of one new item, beside an archive of a thousand items and of a million.

    .venv/bin/python benchmarks/stories.py [ITEMS]

Every item of the archive is within the window in which items may tell the same story: the worst case.
Headlines are of seven words from twenty thousand, the commonest as common as in any language (Zipf). Of more
than twenty thousand items the index holds the marks of all.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import insert
from sqlmodel import Session

from aggregator import app, ingest, sketches, sources, sqlite, stories
from aggregator.app import Newsdesk
from aggregator.matching import Arrival
from feeds.entries import Entry, Feed
from feeds.profiles import marks, profile
from feeds.tables import Item, Sketch, Source, Story

NOW = datetime(2026, 11, 25, tzinfo=UTC)
WORDS = [f"word{number}" for number in range(20_000)]
WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(WORDS))))
NEW = 200
BATCH = 20_000
KEPT = 20_000  # items; of the others there are the marks, which are all that finding reads
MARKS = 25  # of one item


def entry(chance: random.Random, number: int) -> Entry:
    """An entry with a headline of seven words, one of them hardly anybody else has."""
    words = [*chance.choices(WORDS, cum_weights=WEIGHTS, k=6), f"name{number % 5_000}"]
    url = f"https://example.org/{number}"
    return Entry(guid=url, url=url, title=" ".join(words))


def fill(session: Session, count: int) -> None:
    """An archive of so many items, of a hundred sources, told in the last days.

    What search keeps of them is left out, as is what only the removal of items needs: it is quicker so.
    """
    chance = random.Random(count)
    connection = session.connection()
    for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    connection.exec_driver_sql("DROP INDEX ix_mark_item_id")
    connection.exec_driver_sql("CREATE TEMP TABLE marked (mark INTEGER, item_id INTEGER)")
    first = min(count, KEPT)
    for start in range(1, first + 1, BATCH):
        told = [(number, entry(chance, number)) for number in range(start, min(start + BATCH, first + 1))]
        connection.execute(insert(Story), [{"id": n, "lead_id": n, "medoid_id": n} for n, _ in told])
        connection.execute(insert(Item), [row(one, number) for number, one in told])
        drawn = [(n, profile(one, language="en", source=2 + n % 99, at=NOW)) for n, one in told]
        sketches_of = [{"item_id": n, "profile": one.dump(), "lines": b""} for n, one in drawn]
        connection.execute(insert(Sketch), sketches_of)
        marked = [(mark, number) for number, one in drawn for mark in marks(one)]
        connection.exec_driver_sql("INSERT INTO marked VALUES (?, ?)", marked)
    connection.exec_driver_sql("INSERT INTO mark SELECT mark, item_id FROM marked ORDER BY mark, item_id")


def crowd(file: Path, count: int) -> None:
    """Fill the index up with the marks of so many items in all, of which the further ones are not kept."""
    connection = sqlite.module().connect(file)  # without foreign keys
    for pragma in ("synchronous = OFF", "cache_size = -1000000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(
        "WITH RECURSIVE further(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM further WHERE n < ?)"
        " INSERT OR IGNORE INTO mark SELECT random() AS mark, ? + n % ? FROM further ORDER BY mark",
        ((count - KEPT) * MARKS, KEPT + 1, count - KEPT),
    )
    connection.commit()
    connection.close()


def row(said: Entry, number: int) -> dict[str, object]:
    """An entry as a row."""
    given = {name: getattr(said, name) for name in Entry.model_fields}
    at = NOW - timedelta(seconds=number % 86_400)
    return given | {
        "id": number,
        "source_id": 2 + number % 99,
        "story_id": number,
        "key": said.guid,
        "public_id": said.guid,
        "global_id": said.guid,
        "canonical_url": said.guid,
        "fingerprint": "",
        "timestamp": at,
        "first_seen_at": at,
    }


def arrivals(count: int, turn: int) -> Iterator[Arrival]:
    """New items, as a poll brings them, in each turn others."""
    chance = random.Random(7 + turn)
    while True:
        feed = Feed(entries=(entry(chance, count + chance.randrange(10**9)),))
        yield from ingest.arrivals(feed, "https://source.example/feed", NOW)


def measure(newsdesk: Newsdesk, count: int, turn: int = 0) -> tuple[float, float, float]:
    """Seconds of finding the candidates of one item, seconds of telling it whole, and candidates found."""
    finding, telling, found = [], [], []
    with newsdesk.database.writing() as session:
        source = session.get_one(Source, 1)
        for arrival in islice(arrivals(count, turn), NEW):
            drawn = profile(arrival.entry, language="en", source=1, at=NOW)
            keys = marks(drawn)
            begin = time.perf_counter()
            (near,) = sketches.near(session, [keys])
            sketches.profiles(session, near)
            finding.append(time.perf_counter() - begin)
            found.append(len(near))
            begin = time.perf_counter()
            stories.tell(session, source, [arrival], NOW)
            telling.append(time.perf_counter() - begin)
            session.expunge_all()
            source = session.get_one(Source, 1)
    return median(finding), median(telling), sum(found) / len(found)


def main() -> None:
    """Measure at a thousand items and at a million, or as many as are named."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{'items':>10} {'find':>9} {'tell':>9} {'candidates':>11}")
    times = []
    for count in (1_000, most):
        with TemporaryDirectory() as folder:
            chosen = app.chosen(
                database_url=f"sqlite:///{folder}/newsdesk.db", output=Path(folder) / "public"
            )
            with app.opened(chosen, lambda: NOW) as newsdesk:
                with newsdesk.database.writing() as session:
                    for number in range(100):
                        sources.add(session, f"https://s{number}.example/feed", NOW)
                    fill(session, count)
                if count > KEPT:
                    crowd(Path(folder) / "newsdesk.db", count)
                with newsdesk.database.writing() as session:
                    session.connection().exec_driver_sql("CREATE INDEX ix_mark_item_id ON mark (item_id)")
                finding, telling, found = measure(newsdesk, count)
        times.append((finding, telling))
        print(f"{count:>10,} {finding * 1e3:>6.2f} ms {telling * 1e3:>6.2f} ms {found:>11.1f}")
    (few, whole_few), (many, whole_many) = times
    print(f"a million beside a thousand: {many / few:.2f} to find, {whole_many / whole_few:.2f} to tell")


if __name__ == "__main__":
    main()
