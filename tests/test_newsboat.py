"""A daemon that reads two dozen documents as the wild writes them, and a real reader of its feeds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import readers
from running import Running, until
from web import Web

DOCUMENTS = Path(__file__).with_name("documents")
NOT_FEEDS = {"README.md", "page.html"}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed (Debian: newsboat)")
def test_newsboat_subscribes_to_what_the_daemon_made_of_the_wild(tmp_path: Path, web: Web) -> None:
    documents = sorted(file for file in DOCUMENTS.iterdir() if file.name not in NOT_FEEDS)
    assert len(documents) >= 20
    outlines = [f'<outline xmlUrl="{web.put(f"/{file.name}", file.read_bytes())}"/>' for file in documents]
    newsroom = tmp_path / "newsroom"
    newsroom.mkdir()
    (newsroom / "wild.opml").write_text(f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>')
    daemon = Running(newsroom, before=[["source", "import", "wild.opml"]])
    try:
        until(lambda: daemon.json("source", "list", "--json")[-1]["last_polled_at"], 30)
        sources = daemon.json("source", "list", "--json")
        assert [source["error"] for source in sources if source["error"]] == []
        assert daemon.json("status", "--json")["items"] >= 40
        waiting = daemon.json("inbox", "--limit", "50", "--json")
        chosen = [item["id"] for item in waiting[3:6]]
        daemon.json("pick", *map(str, chosen), "--note", "The desk says so", "--json")
        until(lambda: "The desk says so" in daemon.get("editors-pick.atom")[1] and "yes", 5)
        for slug, file, entries in (
            ("recent-news", "recent-news.rss", 50),
            ("editors-pick", "editors-pick.atom", 3),
        ):
            published = [item["title"] for item in json.loads(daemon.get(f"{slug}.json")[1])["items"]]
            assert len(published) == entries
            (tmp_path / slug).mkdir()
            kept = readers.newsboat(tmp_path / slug, daemon.address + file)()
            assert sorted(title for _, title in kept) == sorted(published)
        assert daemon.stop() == 0
    finally:
        daemon.process.kill()
