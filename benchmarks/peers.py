"""The programs that newsdesk is measured beside, each polling the same sources in its own way.

Each is asked with validators, as it does or as its manual says, and says how many items it then has of the
sources it was asked for: what is wrong is not timed.
"""

from __future__ import annotations

import json
import shlex
import sqlite3
import subprocess
import sys
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from measure import Taken, run

HERE = Path(__file__).resolve().parent
READER = HERE.parent / ".bench" / "peers" / "bin" / "python"
Urls = Sequence[str]

SFEEDRC = """
sfeedpath={folder}/feeds
maxjobs=10
fetch() {{
  curl -L --max-redirs 1 -H "User-Agent:" -f -s -m 15 --etag-compare "$3.etag" --etag-save "$3.etag" "$2"
}}
feeds() {{
{feeds}
}}
"""
NEWSBOAT = """
reload-threads 10
cleanup-on-quit no
keep-articles-days 0
"""
NEWSDESK = """
database_url = "sqlite:///newsdesk.db"
output = "public"
[fetch]
host_gap = 0
allow_private_networks = ["127.0.0.0/8"]
timeout = {timeout}
"""


class Program(Protocol):
    """A program that polls: `name` is how it is called, `group` names a set of the sources."""

    name: str

    @abstractmethod
    def subscribe(self, group: str, urls: Urls) -> None:
        """Take these sources up, as a group and as a part of all."""

    @abstractmethod
    def poll(self, group: str) -> tuple[Taken, int]:
        """Poll a group; what that took, without the start, and how many items there are of it now."""


@dataclass(slots=True)
class Reader:
    """reader, with ten workers."""

    folder: Path
    name: str = "reader"

    def _words(self, verb: str, group: str) -> list[str | Path]:
        return [READER, HERE / "with_reader.py", "reader.db", verb, group]

    def subscribe(self, group: str, urls: Urls) -> None:
        words = [str(word) for word in self._words("add", group)]
        subprocess.run(words, cwd=self.folder, input="\n".join(urls), text=True, check=True)

    def poll(self, group: str) -> tuple[Taken, int]:
        taken = run(self._words("update", group), self.folder)
        wall, cpu, entries = taken.said.split()
        return Taken(float(wall), float(cpu), taken.megabytes), int(entries)


@dataclass(slots=True)
class Sfeed:
    """sfeed_update, ten at once, with curl's own keeping of ETags."""

    folder: Path
    name: str = "sfeed_update"
    groups: dict[str, Urls] = field(default_factory=dict)

    def subscribe(self, group: str, urls: Urls) -> None:
        self.groups[group] = urls
        feeds = "\n".join(f"  feed {named(url)} {shlex.quote(url)}" for url in urls)
        (self.folder / f"{group}.rc").write_text(SFEEDRC.format(folder=self.folder, feeds=feeds))
        (self.folder / "feeds").mkdir(exist_ok=True)

    def poll(self, group: str) -> tuple[Taken, int]:
        taken = run(["sfeed_update", f"{group}.rc"], self.folder)
        files = [self.folder / "feeds" / named(url) for url in self.groups[group]]
        return taken, sum(file.read_bytes().count(b"\n") for file in files)


def named(url: str) -> str:
    return url.split("//")[1].replace("/", "_").replace(":", "_")


@dataclass(slots=True)
class Newsboat:
    """newsboat, reloading with ten threads."""

    folder: Path
    name: str = "newsboat"
    groups: dict[str, Urls] = field(default_factory=dict)

    def subscribe(self, group: str, urls: Urls) -> None:
        self.groups[group] = urls
        (self.folder / f"{group}.urls").write_text("\n".join(urls) + "\n")
        (self.folder / "config").write_text(NEWSBOAT)

    def poll(self, group: str) -> tuple[Taken, int]:
        words = ["newsboat", "-C", "config", "-c", "cache.db", "-u", f"{group}.urls", "-x", "reload"]
        taken = run(words, self.folder, {"HOME": str(self.folder)})
        with sqlite3.connect(self.folder / "cache.db") as cache:
            rows = cache.execute("SELECT feedurl, count(*) FROM rss_item GROUP BY feedurl").fetchall()
        counts = dict(rows)
        return taken, sum(counts.get(url, 0) for url in self.groups[group])


@dataclass(slots=True)
class Newsdesk:
    """newsdesk by its own command."""

    folder: Path
    name: str = "newsdesk"
    timeout: float = 20
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def command(self, *words: str) -> Taken:
        """What a command takes, its start included."""
        (self.folder / "newsdesk.toml").write_text(NEWSDESK.format(timeout=self.timeout))
        path = {"PYTHONPATH": str(HERE.parent)}
        return run([sys.executable, "-m", "aggregator.cli", *words], self.folder, path)

    def subscribe(self, group: str, urls: Urls) -> None:
        (self.folder / "urls.opml").write_text(opml(urls))
        self.command("source", "import", "urls.opml")
        known = self._table("SELECT url, id FROM source")
        self.numbers[group] = [known[url] for url in urls]

    def poll(self, group: str) -> tuple[Taken, int]:
        report, taken = self.report(group)
        assert report["failed"] == 0, f"{report['failed']} of {report['polled']} polls failed"
        counts = self._table("SELECT source_id, count(*) FROM item GROUP BY source_id")
        wanted = self.numbers.get(group, list(counts))
        return taken, sum(counts.get(number, 0) for number in wanted)

    def report(self, group: str) -> tuple[dict[str, int], Taken]:
        """What the command says of a pass, and what the pass took: the start of the command is left out."""
        chosen = map(str, self.numbers[group]) if group in self.numbers else ["--all"]
        taken = self.command("poll", "--json", *chosen)
        assert taken.said.endswith("}\n"), f"the report is cut off after {len(taken.said):,} characters"
        report = json.loads(taken.said)
        return report, Taken(report["seconds"], taken.cpu - start(), taken.megabytes)

    def _table(self, query: str) -> dict[Any, int]:
        with closing(sqlite3.connect(self.folder / "newsdesk.db")) as database:
            return dict(database.execute(query).fetchall())


@cache
def start() -> float:
    """Seconds of CPU for a pass of newsdesk over nothing, in a newsroom of its own."""
    with TemporaryDirectory() as folder:
        with_nothing = Newsdesk(Path(folder))
        took = [with_nothing.command("poll", "--json").cpu for _ in range(4)]
    return median(took[1:])  # the first makes the database


def opml(urls: Urls) -> str:
    outlines = "".join(f'<outline type="rss" text="s" xmlUrl="{url}"/>' for url in urls)
    return f'<opml version="2.0"><head/><body>{outlines}</body></opml>'


def curl(urls: Urls, folder: Path) -> Taken:
    """What curl takes for the same sources, 50 at once, all of which answer 304: the limit."""
    config = folder / "curl.txt"
    config.write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls))
    fifty = ["curl", "-s", "--parallel", "--parallel-max", "50"]
    taken = run([*fifty, "-w", r"%{http_code}\n", "-H", "If-None-Match: *", "-K", config], folder)
    assert set(taken.said.split()) == {"304"}, "curl was answered otherwise"
    return taken
