"""A database from before the rules for addresses changed: upgraded, it takes nothing known for new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from makers import Clock, keep, rss
from sqlalchemy import text
from sqlmodel import Session, col, select

from aggregator import app, migrations, store
from aggregator.app import Newsdesk
from aggregator.database import Database
from feeds.tables import Item, Source

FEEDS = ["https://www.site.example/feed.xml", "https://site.example/feed.xml", "http://other.example/feed"]

# Number, source, guid, address, the key and the canonical address of before, title.
SITE = "https://www.site.example"
ITEMS = [
    (1, 1, "g", f"{SITE}/1/", "g", f"{SITE}/1", "One"),
    (2, 1, "", f"{SITE}/2?b=1&a=2", f"{SITE}/2?b=1&a=2", f"{SITE}/2?b=1&a=2", "Two"),
    (3, 1, "r", f"{SITE}/3", f"r {SITE}/3", f"{SITE}/3", "Three"),
    (4, 1, "r", f"{SITE}/4", f"r {SITE}/4", f"{SITE}/4", "Four"),
    (5, 1, "http://www.site.example/5", "http://www.site.example/5", "http://www.site.example/5",
     f"{SITE}/5", "Five"),
]  # fmt: skip
PURGED = ["https://www.site.example/6", "http://www.site.example/?p=7"]


def rss_entry(guid: str, link: str, title: str) -> str:
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    return f"<item>{named}<title>{title}</title><link>{link.replace('&', '&amp;')}</link></item>"


def fill(session: Session) -> None:
    for number, url in enumerate(FEEDS, 1):
        key = url.replace("http:", "https:")
        session.connection().execute(
            text(
                "INSERT INTO source"
                " (id, url, canonical_url, status, added_at, next_poll_at, next_poll_reason,"
                " failures, feed_title)"
                " VALUES (:id, :url, :key, 'active', '2026-01-01', '2026-01-01', '', 0, '')"
            ),
            {"id": number, "url": url, "key": key},
        )
    names = ("id", "source_id", "guid", "url", "key", "canonical_url", "title")
    for row in ITEMS:
        session.connection().execute(text("INSERT INTO story (id) VALUES (:id)"), {"id": row[0]})
        session.connection().execute(
            text(
                "INSERT INTO item"
                " (id, source_id, story_id, guid, url, key, canonical_url, title, summary, content,"
                " public_id, fingerprint, timestamp, first_seen_at, authors, categories, enclosures)"
                " VALUES (:id, :source_id, :id, :guid, :url, :key, :canonical_url, :title, '', '',"
                " 'urn:x:' || :id, 'old', '2026-01-01', '2026-01-01', '[]', '[]', '[]')"
            ),
            dict(zip(names, row, strict=True)),
        )
    for key in PURGED:
        session.connection().execute(
            text("INSERT INTO purged_key (source_id, key) VALUES (1, :key)"), {"key": key}
        )


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[Newsdesk]:
    """A newsroom on a database that was filled at schema 0004."""
    url = f"sqlite:///{tmp_path / 'n.db'}"
    database = Database(url)
    with database.connected(writing=True) as connection:
        migrations.upgrade(connection, "0004")
        fill(Session(connection))
    database.close()
    with app.opened(app.chosen(database_url=url, output=tmp_path / "public"), Clock()) as opened:
        yield opened


def test_addresses_are_kept_under_the_rules_of_today(upgraded: Newsdesk) -> None:
    with upgraded.database.reading() as session:
        rows = session.exec(select(Item).order_by(col(Item.id))).all()
        assert [(row.key, row.canonical_url, row.alias) for row in rows] == [
            ("g", "https://site.example/1", "/1"),
            ("https://site.example/2?a=2&b=1", "https://site.example/2?a=2&b=1", "/2?a=2&b=1"),
            ("r https://site.example/3", "https://site.example/3", "/3"),
            ("r https://site.example/4", "https://site.example/4", "/4"),
            ("http://www.site.example/5", "https://site.example/5", "/5"),
        ]
        assert rows[4].global_id == "https://site.example/5"


def test_of_two_sources_of_one_address_one_keeps_the_key_it_had(upgraded: Newsdesk) -> None:
    with upgraded.database.reading() as session:
        found = session.exec(select(Source).order_by(col(Source.id))).all()
        keys = [row.canonical_url for row in found]
        assert keys == [FEEDS[0], "https://site.example/feed.xml", "https://other.example/feed"]
        at = store.source_at(session, "http://www.site.example/feed.xml")
        assert at is not None
        assert at.id == 2


def test_nothing_known_or_purged_is_taken_for_new_after_an_upgrade(upgraded: Newsdesk) -> None:
    entries = [
        rss_entry("", "https://www.site.example/6", "Six"),
        rss_entry("http://www.site.example/?p=7", "https://www.site.example/7", "Seven"),
        *(rss_entry(guid, url, title) for _, _, guid, url, _, _, title in ITEMS),
    ]
    with upgraded.database.writing() as session:
        number = session.exec(select(Source.id).where(Source.url == FEEDS[0])).one()
        assert number == 1
        session.get_one(Source, 2).canonical_url = "https://apart.example/"
        session.flush()
        session.get_one(Source, 1).canonical_url = "https://site.example/feed.xml"
    assert keep(upgraded, rss(entries), FEEDS[0]) == 1
    with upgraded.database.reading() as session:
        assert [row.id for row in session.exec(select(Item).order_by(col(Item.id)))] == [1, 2, 3, 4, 5]
