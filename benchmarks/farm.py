"""A farm of sources that is the same on every machine: RSS and Atom, 20 to 30 items of 1 to 3 kB of HTML.

Each source has a loopback address of its own behind one nginx, as sources in the world do, and is given with
an ETag and a Last-Modified. What a source says is a function of its number, of how many items are new since
the beginning, and of how often it was stamped: a stamp changes the dates of its channel alone.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

SYLLABLES = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "ar", "en", "ol")]
WORDS = [first + second for first in SYLLABLES for second in SYLLABLES]
WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(WORDS))))
NAMES = 200  # of people and places that a source tells of; every fourth word is one of them
FEWEST, MOST = 20, 30  # items of a source
BETWEEN = timedelta(hours=30)  # two items of a source
NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log stderr crit; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_timeout 30;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ application/rss+xml rss; application/atom+xml atom; }}
  server {{ listen 0.0.0.0:{port} backlog=4096; root {root}; }}
}}
"""


@dataclass(slots=True)
class Farmed:
    """A source of the farm as it stands."""

    number: int
    size: int  # items of its document
    news: int = 0
    stamps: int = 0

    @property
    def items(self) -> int:
        """How many items it has told of, in all of its documents."""
        return self.size + self.news

    @property
    def kind(self) -> str:
        return "atom" if self.number % 3 == 0 else "rss"

    @property
    def path(self) -> str:
        return f"{self.number}.{self.kind}"


@dataclass(slots=True)
class Farm:
    """So many sources, with items of days that end with `day`; in the folder are those that were written."""

    folder: Path
    count: int
    day: datetime
    port: int = 0
    sources: list[Farmed] = field(init=False)

    def __post_init__(self) -> None:
        self.sources = [
            Farmed(number, FEWEST + number * 7 % (MOST - FEWEST + 1)) for number in range(self.count)
        ]

    def url(self, source: Farmed) -> str:
        number = source.number
        host = f"127.{1 + number // 60_000}.{number // 250 % 240}.{number % 250 + 1}"
        return f"http://{host}:{self.port}/{source.path}"

    def items(self, sources: Iterable[Farmed]) -> int:
        return sum(source.items for source in sources)

    def tell_news(self, sources: Iterable[Farmed], items: int = 2) -> None:
        """Give each of these sources new items, in the place of its oldest."""
        for source in sources:
            source.news += items
            self.write([source])

    def stamp(self, sources: Iterable[Farmed]) -> None:
        """Change the dates of these channels, and nothing else of them."""
        for source in sources:
            was, said = head(source, self.day), (self.folder / source.path).read_text(encoding="utf-8")
            source.stamps += 1
            self._put(source, head(source, self.day) + said.removeprefix(was))

    def write(self, sources: Iterable[Farmed]) -> None:
        for source in sources:
            self._put(source, document(source, self.day))

    def _put(self, source: Farmed, said: str) -> None:
        file = self.folder / source.path
        file.write_text(said, encoding="utf-8")
        changed = self.day.timestamp() + 60 * (source.news + source.stamps)
        os.utime(file, (changed, changed))  # which nginx makes the validators of


def yesterday() -> datetime:
    """Ten in the evening of yesterday: a farm is the same for a whole day, and nothing of it lies ahead."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=2)


def document(source: Farmed, day: datetime) -> str:
    """What a source says."""
    numbers = range(source.items - 1, source.news - 1, -1)
    items = "".join(item(source, number, day) for number in numbers)
    return f"{head(source, day)}{items}{'</feed>' if source.kind == 'atom' else '</channel></rss>'}\n"


def head(source: Farmed, day: datetime) -> str:
    """What a source says before its items."""
    stamp = day + timedelta(minutes=source.news + source.stamps)
    home = f"https://s{source.number}.example/"
    if source.kind == "atom":
        return (
            f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f'<title>Source {source.number}</title><id>{home}</id><link href="{home}"/>'
            f"<updated>{stamp.isoformat()}</updated>\n"
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Source {source.number}'
        f"</title><link>{home}</link><description>Benchmark</description>"
        f"<lastBuildDate>{format_datetime(stamp)}</lastBuildDate>\n"
    )


def item(source: Farmed, number: int, day: datetime) -> str:
    """One item of a source; those it began with are the older the smaller their number."""
    chance = random.Random(source.number * 100_003 + number)
    at = day + (number - source.size) * BETWEEN if number < source.size else day + timedelta(minutes=number)
    url = f"https://s{source.number}.example/{number}"
    own = names(source.number)
    title, html = " ".join(words(chance, own, 8)).capitalize(), "".join(paragraphs(chance, own))
    if source.kind == "atom":
        return (
            f'<entry><title>{title}</title><id>{url}</id><link href="{url}"/>'
            f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated>"
            f'<content type="html"><![CDATA[{html}]]></content></entry>\n'
        )
    return (
        f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><description><![CDATA[{html}]]></description></item>\n"
    )


@lru_cache(maxsize=64)
def names(source: int) -> Sequence[str]:
    """What a source tells of and others hardly do, so that titles of two sources are not alike by chance."""
    syllables = random.Random(-1 - source).choices(SYLLABLES, k=3 * NAMES)
    return ["".join(syllables[at : at + 3]) for at in range(0, len(syllables), 3)]


def words(chance: random.Random, own: Sequence[str], count: int) -> list[str]:
    said = chance.choices(WORDS, cum_weights=WEIGHTS, k=count)
    said[3::4] = chance.choices(own, k=len(said[3::4]))
    return said


def paragraphs(chance: random.Random, own: Sequence[str]) -> Iterator[str]:
    """HTML of one to three kilobytes."""
    for _ in range(chance.randint(3, 8)):
        said = words(chance, own, 50)
        said[6] = f'<a href="https://{said[6]}.example/{chance.randrange(10**6)}">{said[6]}</a>'
        said[20] = f"<em>{said[20]}</em>"
        yield f"<p>{' '.join(said)}.</p>\n"


def program(name: str) -> str | None:
    """Where a program is; a user's path does not have those of servers in every system."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def served(root: Path, folder: Path, port: int | None = None) -> Iterator[int]:
    """One nginx of one process that serves a folder at every loopback address; its port, free or given."""
    nginx, port = program("nginx"), port or free_port()
    assert nginx is not None, "nginx is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(user + NGINX.format(folder=folder.resolve(), port=port, root=root.resolve()))
    serving = subprocess.Popen([nginx, "-p", str(folder.resolve()), "-c", str(configuration.resolve())])
    try:
        answers(port)
        yield port
    finally:
        serving.terminate()
        serving.wait()


def answers(port: int, seconds: float = 10) -> None:
    """Wait until somebody listens there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on port {port}")
