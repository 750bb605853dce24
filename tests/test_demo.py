"""`newsdesk demo`: a newcomer sees a newsroom at work, with no network and nothing to set up."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections import Counter
from pathlib import Path

import feedparser
import pytest
from running import NEWSDESK, ROOT, until

from aggregator import demo
from config import starters
from feeds.parse import parse

SEED = "Les gagnants et les perdants du Wild Weekend d'OpenAI"
ORIGINAL = "OpenAI's Wild Weekend: The Winners and Losers"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `newsdesk demo --once` leaves behind."""
    folder = tmp_path_factory.mktemp("demo")
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    words = [*NEWSDESK, "demo", "--once", "published"]
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"^picked item \d+: {re.escape(ORIGINAL)}$", done.stdout, re.MULTILINE)
    assert [file.name for file in folder.iterdir()] == ["published"]
    return folder / "published"


def test_it_leaves_every_published_file(once: Path) -> None:
    slugs = ("recent-news", "editors-pick")
    files = {f"{slug}.{ending}" for slug in slugs for ending in ("rss", "atom", "json", "html")}
    assert files | {"index.html", "sources.opml"} <= {file.name for file in once.iterdir()}


def test_the_story_told_by_three_sources_shows_once_the_original_leading(once: Path) -> None:
    entries = feedparser.parse((once / "recent-news.atom").read_bytes()).entries
    titles = Counter(entry.title for entry in entries)
    assert (titles[SEED], titles[ORIGINAL]) == (0, 1)
    assert len(titles) > 30
    (lead,) = (entry for entry in entries if entry.title == ORIGINAL)
    related = [link.title for link in lead.links if link.rel == "related"]
    assert related == ["Le Courrier numérique"]


def test_one_story_is_picked_with_a_note(once: Path) -> None:
    picks = json.loads((once / "editors-pick.json").read_bytes())["items"]
    assert [item["title"] for item in picks] == [ORIGINAL]
    assert picks[0]["_newsdesk"]["note"] == demo.NOTE


def test_the_samples_are_of_every_format_and_in_two_languages() -> None:
    samples = starters.samples()
    feeds = [parse((starters.NEWSROOM / one.file).read_bytes(), url="https://x.example/") for one in samples]
    assert len(samples) >= 4
    assert {Path(one.file).suffix for one in samples} == {".rss", ".atom", ".json"}
    assert {one.language for one in samples} == {"fr", "en"}
    seeds = [entry for feed in feeds for entry in feed.entries if entry.title.casefold() == SEED.casefold()]
    assert len(seeds) == 2
    assert any("utm_" in (entry.url or "") for entry in seeds)
    assert any(entry.published and entry.published.raw == "2023-11-20 13:56:38" for entry in seeds)
    assert any("Lire aussi" in entry.content and "#OpenAI" in entry.content for entry in seeds)


def test_it_serves_what_it_published_until_it_is_interrupted(tmp_path: Path) -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "log"
    with log.open("w") as out:
        words = [*NEWSDESK, "demo", "--port", "0"]
        process = subprocess.Popen(words, cwd=tmp_path, env=environ, stdout=out, stderr=out)
    try:
        until(lambda: "Ctrl-C stops it" if "Ctrl-C stops it" in log.read_text() else "", 20)
        told = log.read_text()
        front = re.search(r"open +(\S+)", told)
        feed = re.search(r"subscribe to +(\S+editors-pick\.atom)", told)
        assert front
        assert feed
        with urllib.request.urlopen(front[1]) as page, urllib.request.urlopen(feed[1]) as atom:
            shown = page.read().decode()
            assert ORIGINAL.replace("'", "&#39;") in shown
            assert feed[1] in shown
            assert [entry.title for entry in feedparser.parse(atom.read()).entries] == [ORIGINAL]
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert "Traceback" not in log.read_text()
