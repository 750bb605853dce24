"""One poll of more than two hundred hostile servers among twenty good ones: what it stores, says and costs.

Each test looks at another side of one newsroom that polled them all, published, and polled again.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from hostile import Case, Hostile, answer
from hostile_documents import DOCUMENTS, FLOODS
from hostile_script import EVERY, SCRIPTED
from hostile_wire import WIRE
from lxml import etree
from makers import rss, rss_item
from running import NEWSDESK, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LEFT_ALONE = {"410 Gone", "429 with a wait", "429 with a wait of a million years"}
DEADLINE = 120  # seconds for one poll of all, on two cores that have other work too
MOST_RESIDENT = 300_000  # kB, of any one process
MOST_TOGETHER = 350_000  # of the command and its parsers
SETTINGS = """
[fetch]
timeout = 6
max_bytes = 4_000_000
concurrency = 64
host_gap = 0
allow_private_networks = ["127.0.0.0/8"]

[[editions]]
slug = "recent-news"
section = "read"
limit = 1000
"""
# How much memory a command takes at most: it, and its children with it, what they share counted once. A child
# that has not become a program of its own yet lives in its parent's memory (vfork(2)).
MEASURED = """
import resource, subprocess, sys, time
from contextlib import suppress
from pathlib import Path

def resident(process, parent=b""):
    here = Path("/proc", str(process))
    found = 0
    with suppress(OSError, IndexError):
        words = (here / "cmdline").read_bytes()
        if words == parent:
            return 0
        found = int((here / "smaps_rollup").read_text().split("Pss:")[1].split()[0])
        children = (here / "task" / str(process) / "children").read_text().split()
        found += sum(resident(child, words) for child in children)
    return found

most, process = 0, subprocess.Popen(sys.argv[2:])
while process.poll() is None:
    most = max(most, resident(process.pid))
    time.sleep(0.1)
alone = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
Path(sys.argv[1]).write_text(f"{alone} {most}")
sys.exit(process.returncode)
"""
IN_JSON = frozenset(
    ("authors", "categories", "enclosures", "links", "published", "updated", "origin", "editorial")
)
ADDRESSED = frozenset(
    ("href", "src", "srcset", "url", "poster", "action", "formaction", "data", "{xlink}href")
)


def titles(name: str) -> list[str]:
    return [f"Good news {number} from {name}" for number in range(3)]


def good(number: int) -> Case:
    """A well-behaved feed of three entries, in one of three formats."""
    name = f"good {number}"
    if number % 3 == 0:
        body = rss([rss_item(f"{number}-{title[10]}", title) for title in titles(name)])
        return Case(name, answer(body), 3)
    if number % 3 == 1:
        entries = "".join(
            f"<entry><id>urn:x:{title[10]}</id><title>{title}</title></entry>" for title in titles(name)
        )
        return Case(
            name, answer(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{entries}</feed>'), 3
        )
    items = [{"id": title[10], "title": title, "content_text": "x"} for title in titles(name)]
    return Case(name, answer(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})), 3)


GOOD = [good(number) for number in range(20)]
BAD = [*WIRE, *DOCUMENTS, *SCRIPTED]
CASES = [case for pair in zip(GOOD, BAD, strict=False) for case in pair] + BAD[len(GOOD) :]


@dataclass
class Newsroom:
    """What came of it all: the polls' reports by case, what they cost, and the folder they left."""

    folder: Path
    first: dict[str, dict[str, Any]]
    second: dict[str, dict[str, Any]]
    seconds: float
    resident: int
    together: int
    trapped: list[str]

    def records(self, query: str) -> list[dict[str, Any]]:
        """Rows by the names of their columns."""
        database = sqlite3.connect(self.folder / "newsdesk.db")
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(query)]
        finally:
            database.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(self.folder / "newsdesk.db")
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()


def newsdesk(folder: Path, *words: str) -> Any:
    """What a command prints as JSON; how much memory it took is noted in `resident`."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "resident", *NEWSDESK, *words, "--json"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def opml(web: Hostile) -> str:
    """All sources, those that flood in a section of their own: their items would crowd out the others'."""
    flooding = {case.name for case in FLOODS}
    sections = {"read": "", "floods": ""}
    for name, url in web.urls.items():
        sections["floods" if name in flooding else "read"] += f'<outline xmlUrl="{url}"/>'
    body = "".join(f'<outline text="{name}">{inside}</outline>' for name, inside in sections.items())
    return f'<opml version="2.0"><body>{body}</body></opml>'


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder = tmp_path_factory.mktemp("newsroom")
    (folder / "newsdesk.toml").write_text(SETTINGS)
    with Hostile(CASES) as web:
        (folder / "all.opml").write_text(opml(web))
        newsdesk(folder, "source", "import", "all.opml")
        names = {url: name for name, url in web.urls.items()}

        def poll() -> dict[str, dict[str, Any]]:
            return {names[result["url"]]: result for result in newsdesk(folder, "poll", "--all")["results"]}

        started = time.monotonic()
        first = poll()
        seconds = time.monotonic() - started
        resident, together = map(int, (folder / "resident").read_text().split())
        newsdesk(folder, "publish")
        yield Newsroom(folder, first, poll(), seconds, resident, together, web.trapped)


def outcome(result: dict[str, Any]) -> str | int:
    """The class of what failed, else how many items are new."""
    return result["error"]["class"] if result["error"] else result["new"]


def test_there_are_more_than_a_hundred_hostile_cases_each_of_its_own_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 220


def test_each_case_is_classified_as_the_table_says(newsroom: Newsroom) -> None:
    found = {name: outcome(result) for name, result in newsroom.first.items()}
    assert found == {case.name: case.expected for case in CASES}


def test_each_failure_has_a_line_for_people(newsroom: Newsroom) -> None:
    messages = [result["error"]["message"] for result in newsroom.first.values() if result["error"]]
    assert all(message.isprintable() and 0 < len(message) <= 500 for message in messages)


def test_every_item_of_the_good_feeds_is_stored(newsroom: Newsroom) -> None:
    stored = {title for (title,) in newsroom.rows("SELECT title FROM item")}
    assert stored >= {title for case in GOOD for title in titles(case.name)}


def test_the_poll_ends_in_time_and_in_little_memory(newsroom: Newsroom) -> None:
    assert newsroom.seconds < DEADLINE
    assert newsroom.resident < MOST_RESIDENT
    assert 30_000 < newsroom.together < MOST_TOGETHER


def test_a_second_poll_finds_the_same_and_nothing_new(newsroom: Newsroom) -> None:
    again = {name: outcome(result) for name, result in newsroom.second.items()}
    asked = {case.name: case.expected for case in CASES if case.name not in LEFT_ALONE}
    assert again == {name: was if isinstance(was, str) else 0 for name, was in asked.items()}
    assert [name for name, result in newsroom.second.items() if result["revised"]] == []


def test_the_trap_records_who_asks() -> None:
    with Hostile([]) as web:
        with pytest.raises(ConnectionError):
            urlopen(f"{web.trap}/entity")
        assert web.trapped == ["/entity"]


def test_no_document_makes_newsdesk_ask_or_open_what_it_names(newsroom: Newsroom) -> None:
    assert newsroom.trapped == []
    assert newsroom.rows("SELECT id FROM item WHERE content LIKE '%root:%' OR title LIKE '%root:%'") == []


class Tags(HTMLParser):
    """The tags and attributes a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def dangers(html: str) -> list[str]:
    """What in HTML would run a script, or load what is not of the web."""
    return [
        f"{tag} {attributes}"
        for tag, attributes in Tags(html).seen
        if tag in ("script", "iframe", "object", "embed", "base")
        or any(name.startswith("on") or name in ("style", "srcdoc") for name in attributes)
        or not all(harmless(value) for name, value in attributes.items() if name in ADDRESSED)
    ]


def harmless(address: str | None) -> bool:
    """Whether an address is of the web or relative, as a browser would take it."""
    plain = re.sub(r"[\x00-\x20]", "", address or "")
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", plain, re.IGNORECASE)
    return scheme is None or scheme[1].lower() in ("http", "https", "mailto")


def texts(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every text within a stored value, and the name it has there."""
    if isinstance(value, str) and name in IN_JSON:
        value = json.loads(value)
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from texts(inner, member)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, f"one of {name}")
    elif isinstance(value, str):
        yield name, value


def stored(newsroom: Newsroom) -> list[tuple[str, str]]:
    """Every text that is stored of a feed or an item, and what it is called."""
    return [
        found
        for table in ("source", "item", "revision")
        for row in newsroom.records(f"SELECT * FROM {table}")
        for name, value in row.items()
        for found in texts(value, name)
    ]


def test_no_field_that_is_stored_would_run_were_it_taken_for_html(newsroom: Newsroom) -> None:
    """Titles and names too: many readers take them for HTML. Ids and dates are kept to the letter, a
    summary may speak of HTML, and a message quotes its server: all of them are escaped when published."""
    quoted = {"guid", "feed_id", "key", "id", "raw", "summary", "error_message"}
    fields = stored(newsroom)
    assert {name for name, _ in fields} >= {
        "title",
        "name",
        "feed_title",
        "content",
        "note",
        "one of categories",
    }
    assert [(name, text) for name, text in fields if name not in quoted and dangers(text)] == []


def test_every_stored_address_is_of_the_web_and_no_pixel_tracks(newsroom: Newsroom) -> None:
    fields = stored(newsroom)
    names = {"url", "uri", "image", "comments", "site", "feed_url"}
    assert [text for name, text in fields if name in names and not re.match("https?://", text)] == []
    assert [text for name, text in fields if name == "content" and "a.example/p.gif" in text] == []


def published(newsroom: Newsroom, *endings: str) -> list[Path]:
    """The documents of these formats, wherever in the published folder they are."""
    return sorted(file for file in (newsroom.folder / "public").rglob("*") if file.suffix in endings)


def test_what_hostile_documents_say_is_published(newsroom: Newsroom) -> None:
    """So that the next two tests see something."""
    feed = json.loads((newsroom.folder / "public" / "recent-news.json").read_text())
    assert sum("hostile()" in json.dumps(item) for item in feed["items"]) > 2 * len(EVERY)


def test_no_script_stands_in_any_published_page(newsroom: Newsroom) -> None:
    pages = published(newsroom, ".html")
    assert {page.name for page in pages} > {"editors-pick.html", "index.html", "recent-news.html"}
    assert [danger for page in pages for danger in dangers(without_data(page.read_text()))] == []


def without_data(html: str) -> str:
    """A page without its JSON-LD, which no browser runs; fails where that is anything else."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    if found is None:
        return html
    assert json.loads(found[1])["@context"] == "https://schema.org"
    return html.replace(found[0], "")


def test_no_script_stands_in_any_published_feed(newsroom: Newsroom) -> None:
    feeds = published(newsroom, ".rss", ".atom", ".opml")
    assert len(feeds) == 5
    for file in feeds:
        for element in etree.fromstring(file.read_bytes()).iter():
            if file.suffix == ".rss" or element.get("type") == "html":  # RSS leaves open what is HTML
                assert dangers(element.text or "") == [], file.name
            assert all(harmless(value) for name, value in element.attrib.items() if name in ADDRESSED)
    for file in published(newsroom, ".json"):
        items = json.loads(file.read_text())["items"]
        assert [danger for item in items for danger in dangers(item.get("content_html", ""))] == []
        assert all(harmless(item.get(name)) for item in items for name in ("url", "image", "external_url"))
