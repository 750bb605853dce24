"""The three walks through the house, each from end to end with nothing of ours left out.

(a) an item, from the wire to the database; (b) a pick, from the command to the published XML;
(c) a scheduled job, from the tick to the row.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from conftest import CommandLine
from makers import Clock, rss, rss_item
from running import until
from sqlmodel import select
from web import Web

from aggregator import sources
from aggregator.answers import Address
from aggregator.app import Newsdesk
from aggregator.daemon import Daemon, guarded
from aggregator.schedule import scheduled
from feeds.entries import Moment
from feeds.tables import Item, Source, Status

SEED = rss_item(
    "https://gazette.example/openai",
    title="Les gagnants et les perdants du Wild Weekend d'OpenAI",
    link="https://gazette.example/openai?utm_source=rss",
    date="2023-11-20 13:56:38",
    text="<p>Cinq jours.</p><script>alert(1)</script><p>Lire aussi : la suite</p>",
)


async def test_walk_a_an_item_from_the_wire_to_the_database(newsdesk: Newsdesk, web: Web) -> None:
    with newsdesk.database.writing() as session:
        url = web.put("/feed", rss([SEED], title="La Gazette"), etag='"v1"')
        sources.add(session, url, newsdesk.now(), language="fr")
    due = newsdesk.due()
    assert [(address.url, address.etag) for address in due] == [(url, None)]
    async with newsdesk.poller() as poller:
        report = await poller.poll(due)
    assert (report.new_items, report.count("failed")) == (1, 0)
    with newsdesk.database.reading() as session:
        item, source = session.exec(select(Item)).one(), session.exec(select(Source)).one()
    seed = datetime(2023, 11, 20, 13, 56, 38, tzinfo=UTC)
    assert item.published == Moment(raw="2023-11-20 13:56:38", at=seed, known_by="assumed UTC", zone="UTC")
    assert (item.timestamp, item.first_seen_at) == (seed, newsdesk.now())
    assert item.canonical_url == "https://gazette.example/openai"
    assert "script" not in item.content + item.summary
    assert (source.etag, source.status, source.name) == ('"v1"', Status.ACTIVE, "La Gazette")
    assert source.next_poll_at > newsdesk.now()
    assert newsdesk.due() == []
    with newsdesk.database.writing() as session:
        assert sources.rezone(session, session.get_one(Source, 1), zone="Europe/Paris") == 1
        item = session.exec(select(Item)).one()
    assert item.published == Moment(
        raw="2023-11-20 13:56:38", at=seed - timedelta(hours=1), known_by="source zone", zone="Europe/Paris"
    )
    assert (item.timestamp, item.revised_at) == (seed - timedelta(hours=1), None)


def test_walk_b_a_pick_from_the_command_to_the_published_xml(command: CommandLine, web: Web) -> None:
    command("source", "add", web.put("/feed", rss([SEED], title="La Gazette")))
    command("poll")
    number = command("inbox", "--search", "OpenAI", "--json").json[0]["id"]
    picked = command("pick", number, "--note", "À lire <aussi>", "--json").json
    assert picked["pick"]["status"] == "live"
    written = command("publish", "--json").json["written"]
    assert {"editors-pick.rss", "editors-pick.atom"} <= set(written)
    for name in ("editors-pick.rss", "editors-pick.atom"):
        entry = feedparser.parse(Path("public", name).read_bytes()).entries[0]
        assert entry.title == "Les gagnants et les perdants du Wild Weekend d'OpenAI"
        assert (entry.id, entry.newsdesk_note) == ("https://gazette.example/openai", "À lire <aussi>")
        assert entry.source.title == "La Gazette"
        assert "À lire &lt;aussi&gt;" in entry.content[0].value
    command("undo")
    command("publish")
    assert feedparser.parse(Path("public/editors-pick.atom").read_bytes()).entries == []


async def test_walk_c_a_scheduled_job_from_the_tick_to_the_row(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    with newsdesk.database.writing() as session:
        sources.add(session, web.put("/good", rss([SEED])), newsdesk.now())
        sources.add(session, web.put("/slow", rss([SEED]), wait=0.5), newsdesk.now())
        sources.add(session, web.url("/none"), newsdesk.now())
    async with newsdesk.poller() as poller:
        daemon = Daemon(newsdesk, poller)
        scheduler = scheduled(daemon)
        scheduler.start(paused=True)
        jobs = scheduler.get_jobs()
        scheduler.shutdown()
        assert {job.id for job in jobs} == {"poll", "publish", "upkeep"}
        assert {(job.max_instances, job.coalesce, job.misfire_grace_time) for job in jobs} == {
            (1, True, None)
        }
        await daemon.poll()
        await asyncio.sleep(0.3)
        await daemon.poll()  # a second tick while the slow one is under way asks nobody again
        while daemon.polling:
            await asyncio.sleep(0.05)
        await daemon.publish()
    assert sorted(asked.path for asked in web.asked) == ["/good", "/none", "/slow"]
    with newsdesk.database.reading() as session:
        rows = session.exec(select(Source).order_by("id")).all()  # type: ignore[arg-type]
    assert [(row.failures, row.error_class) for row in rows] == [(0, None), (0, None), (1, "http_404")]
    assert all(row.next_poll_at > clock.at for row in rows)
    assert (newsdesk.settings.output / "recent-news.rss").exists()


async def test_a_source_that_is_stored_while_the_due_ones_are_read_is_not_asked_twice(
    newsdesk: Newsdesk, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with newsdesk.database.writing() as session:
        sources.add(session, web.put("/slow", rss([SEED]), wait=0.3), newsdesk.now())
    async with newsdesk.poller() as poller:
        daemon = Daemon(newsdesk, poller)
        read = Newsdesk.due

        def late(self: Newsdesk) -> list[Address]:
            due = read(self)
            until(lambda: "" if daemon.polling else "stored", 20)
            return due

        await daemon.poll()
        monkeypatch.setattr(Newsdesk, "due", late)
        await daemon.poll()
        while daemon.polling:
            await asyncio.sleep(0.05)
    assert [asked.path for asked in web.asked] == ["/slow"]


async def test_a_job_that_fails_never_ends_the_scheduler(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    await guarded(fail)()
    assert "a job failed" in caplog.text
