"""What keeping costs: milliseconds of CPU for each source, from the bytes of its document to the database.

    .venv/bin/python benchmarks/ingest.py [SOURCES] [--profile] [--postgresql]

No network: three polls of the same sources, all of them new, then two new items in each, then nothing
changed (304). CPU is that of the parser process and that of the process that stores, beside each other;
`--profile` says where the latter spends it on the first poll. `turn` is for how long it was at that: what is
new is stored while nobody else writes. With `--postgresql` the database is on a server of its own, whose work
is in the turn; its programs are those of the tests (PYTHONPATH=tests).
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator import app, sources, store
from aggregator.answers import Address, Document, NotModified
from aggregator.app import Newsdesk
from aggregator.fetch import Fetcher
from aggregator.outcomes import Outcome
from aggregator.parsers import Limits, Parsers
from aggregator.poll import Poller

ITEMS, NEWS = 25, 2
AT_ONCE = 20  # sources in one transaction
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
WORDS = [f"{a}{b}{c}" for c in ("", *SYLLABLES[:7]) for b in SYLLABLES[:40] for a in SYLLABLES]
LITTLE = ("the", "of", "and", "to", "a", "in", "that", "is", "was", "for", "it", "with", "as", "on", "at")
RARER = list(accumulate(1 / (place + 40) for place in range(len(WORDS))))


def prose(chosen: random.Random, count: int) -> list[str]:
    """Words as a language has them: every other one a little one, the rest the rarer the more there are."""
    said = chosen.choices(WORDS, cum_weights=RARER, k=count)
    said[1::2] = chosen.choices(LITTLE, k=len(said[1::2]))
    return [word.capitalize() if chosen.random() < 0.04 else word for word in said]


def item(number: int, place: int) -> tuple[str, str, str, str, datetime]:
    """Address, title, category, HTML of 1 to 4 kB, and date, each drawn from the item's own numbers."""
    chosen = random.Random(number * 1_000 + place)
    words = prose(chosen, chosen.randrange(200, 640))
    sentences = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(8, len(words), 15)]
    paragraphs = [f"<p>{' '.join(sentences[at : at + 4])}</p>" for at in range(0, len(sentences), 4)]
    address = f"https://s{number}.example/2026/11/{place}-{words[0]}-{words[2]}"
    more = f'<p><img src="/{place}.jpg" alt=""> See <a href="https://{words[10]}.example/{words[12]}-{number}">more</a></p>'
    title = " ".join(words[:8])
    return address, title, words[4], more + "".join(paragraphs), NOON + timedelta(hours=place - ITEMS)


def document(number: int, news: int = 0) -> bytes:
    """The document of a source after so many new items; every other source's is Atom."""
    told = [item(number, place) for place in range(ITEMS + news - 1, news - 1, -1)]
    return (_atom if number % 2 else _rss)(number, told).encode()


def _rss(number: int, told: Sequence[tuple[str, str, str, str, datetime]]) -> str:
    items = "".join(
        f"<item><guid>{address}</guid><title>{title}</title><link>{address}</link><category>{about}</category>"
        f"<category>News</category><pubDate>{format_datetime(at)}</pubDate>"
        f"<description><![CDATA[{html}]]></description></item>"
        for address, title, about, html, at in told
    )
    channel = (
        f"<title>Source {number}</title><link>https://s{number}.example/</link><description>d</description>"
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'


def _atom(number: int, told: Sequence[tuple[str, str, str, str, datetime]]) -> str:
    entries = "".join(
        f'<entry><id>{address}</id><title>{title}</title><link href="{address}"/><category term="{about}"/>'
        f'<category term="News"/><updated>{at.isoformat()}</updated>'
        f'<content type="html">{escape(html)}</content></entry>'
        for address, title, about, html, at in told
    )
    feed = f'<id>https://s{number}.example/</id><title>Source {number}</title><link href="https://s{number}.example/"/>'
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{feed}{entries}</feed>'


class Costs:
    """CPU since the last look, in milliseconds for each source: of this process and of the parsers."""

    def __init__(self, parsers: Parsers, count: int) -> None:
        self.parsers, self.count = parsers, count
        self._here, self._there = self._now()

    def _now(self) -> tuple[float, float]:
        spent = (Path(f"/proc/{pid}/schedstat").read_text().split()[0] for pid in self.parsers.processes)
        return time.process_time() * 1000, sum(map(int, spent)) / 1e6

    def since(self) -> tuple[float, float]:
        before, now = (self._here, self._there), self._now()
        self._here, self._there = now
        return (now[0] - before[0]) / self.count, (now[1] - before[1]) / self.count


def keep(poller: Poller, read: Sequence[tuple[Address, Outcome]], new: int) -> None:
    """Store what was read; refuses to time what went wrong."""
    batches = (read[at : at + AT_ONCE] for at in range(0, len(read), AT_ONCE))
    found = [result.new for batch in batches for result in poller.store(batch)]
    assert found == [new] * len(read), found


async def measured(desk: Newsdesk, poller: Poller, profiled: bool) -> None:
    addresses = as_they_are(desk)
    await poller.parsers.read(Document("https://warm.example/", document(0)), drawn=True)
    bytes_ = sum(len(document(place)) for place in range(len(addresses))) // len(addresses)
    print(f"{len(addresses)} sources of {ITEMS} items, {bytes_:,} bytes each; milliseconds of CPU for each")
    print(f"{'':24}{'parser':>9}{'hand-over':>11}{'store':>9}{'all':>9}{'turn':>9}")
    for name, news, new in (("first poll", 0, ITEMS), (f"{NEWS} new items", NEWS, NEWS)):
        addresses = as_they_are(desk)
        bodies = [Document(address.url, document(place, news)) for place, address in enumerate(addresses)]
        costs = Costs(poller.parsers, len(addresses))
        documents = [
            (address, await poller.read(address, body))
            for address, body in zip(addresses, bodies, strict=True)
        ]
        handed, parsed = costs.since()
        profile, started = cProfile.Profile(), time.monotonic()
        profile.runcall(keep, poller, documents, new) if profiled else keep(poller, documents, new)
        stored, _ = costs.since()
        turn = (time.monotonic() - started) * 1000 / len(addresses)
        print(f"{name:24}{parsed:9.2f}{handed:11.2f}{stored:9.2f}{parsed + handed + stored:9.2f}{turn:9.2f}")
        if profiled:
            pstats.Stats(profile).sort_stats("tottime").print_stats(45).sort_stats("cumtime").print_stats(90)
    costs = Costs(poller.parsers, len(addresses))
    keep(poller, [(address, NotModified()) for address in addresses], 0)
    stored, _ = costs.since()
    print(f"{'304':24}{0:9.2f}{0:11.2f}{stored:9.2f}{stored:9.2f}")


@contextmanager
def database(on_a_server: bool) -> Iterator[str]:
    """The address of a database that is gone at the end."""
    if not on_a_server:
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/n.db"
        return
    import postgres

    with postgres.own_server() as server:
        databases = postgres.Databases(server)
        yield databases.make().render_as_string(hide_password=False)
        databases.close()


async def main(count: int, profiled: bool, on_a_server: bool) -> None:
    with database(on_a_server) as url, app.opened(app.chosen(database_url=url)) as desk:
        subscribe(desk, count)
        async with Parsers(Limits(parsers=1, documents=1_000_000)) as parsers:
            poller = Poller(
                desk.database, Fetcher(desk.settings.fetch), parsers, desk.settings.poll, lambda: NOON
            )
            await measured(desk, poller, profiled)


def subscribe(desk: Newsdesk, count: int) -> None:
    with desk.database.writing() as session:
        for place in range(count):
            sources.add(session, f"https://s{place}.example/feed", NOON)


def as_they_are(desk: Newsdesk) -> list[Address]:
    """All sources, as they are asked now."""
    with desk.database.reading() as session:
        return [store.address(source) for source in store.sources(session)]


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    asyncio.run(main(numbers[0] if numbers else 60, "--profile" in sys.argv, "--postgresql" in sys.argv))
