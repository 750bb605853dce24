"""The daemon as an operator has it: a process that polls, publishes, serves, and stops when asked."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from makers import rss, rss_item
from running import NEWSDESK, Running, until
from web import Web

from aggregator.daemon import guarded

pytestmark = pytest.mark.usefixtures("named_database")

FIRST = rss([rss_item("a", title="The first story")])


def polled(daemon: Running) -> bool:
    """Wait until the story that its source tells is served."""
    return bool(until(lambda: "The first story" in daemon.get("recent-news.rss")[1] and "yes", 10))


@pytest.fixture
def add(web: Web) -> list[str]:
    """The command that subscribes to a feed on loopback."""
    return ["source", "add", web.put("/feed", FIRST, etag='"1"')]


@pytest.fixture
def running(tmp_path: Path, add: list[str]) -> Iterator[Running]:
    daemon = Running(tmp_path, before=[add])
    yield daemon
    daemon.process.kill()
    daemon.process.wait()


def test_what_is_polled_is_published_and_served(running: Running) -> None:
    assert polled(running)
    assert running.get("")[0] == 200
    assert "status ok" in running.get("healthz")[1]


@pytest.mark.both
def test_a_pick_from_another_terminal_is_served_within_five_seconds(running: Running) -> None:
    assert polled(running)
    assert running.newsdesk("pick", "1", "--note", "Read it").returncode == 0
    until(lambda: "Read it" in running.get("editors-pick.atom")[1] and "yes", 5)


@pytest.mark.both
def test_a_second_daemon_on_the_database_is_refused_and_told_who_holds_it(running: Running) -> None:
    second = running.newsdesk("run")
    assert second.returncode == 3
    assert f"process {running.process.pid} on " in second.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_asked(running: Running, number: int) -> None:
    assert running.stop(number) == 0
    assert "Traceback" not in running.log.read_text()


async def test_a_job_that_is_under_way_when_it_stops_is_no_fault() -> None:
    job = asyncio.create_task(guarded(lambda: asyncio.sleep(60))())
    await asyncio.sleep(0)
    job.cancel()
    assert await job is None


def test_it_stops_in_time_though_a_source_is_silent(tmp_path: Path, add: list[str], web: Web) -> None:
    web.pages["/feed"].wait = 30
    daemon = Running(tmp_path, before=[[*add, "--no-check"]])
    until(lambda: "yes" if web.asked else "", 10)
    assert daemon.stop() == 0


@pytest.mark.both
def test_a_restart_polls_nothing_early_even_after_a_kill(tmp_path: Path, add: list[str], web: Web) -> None:
    daemon = Running(tmp_path, before=[add])
    assert polled(daemon)
    daemon.process.kill()
    daemon.process.wait()
    asked = len(web.asked)
    again = Running(tmp_path)
    time.sleep(1)
    assert again.get("recent-news.rss")[0] == 200
    assert again.stop() == 0
    assert len(web.asked) == asked


@pytest.mark.sqlite
def test_an_address_that_is_taken_is_refused_in_one_line(running: Running, tmp_path: Path) -> None:
    port = running.address.rsplit(":", 1)[1].strip("/")
    other = tmp_path / "other"
    other.mkdir()
    environ = running.environ | {"NEWSDESK_SERVE__PORT": port}
    words = [*NEWSDESK, "run"]
    refused = subprocess.run(words, cwd=other, env=environ, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 2
    made, fault = refused.stderr.splitlines()
    assert made == "newsdesk: new database newsdesk.db"
    assert fault.startswith(f"newsdesk: 127.0.0.1:{port}: cannot be listened on: ")
