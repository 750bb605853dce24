"""The daemon as an operator has it: a process that polls, publishes, serves, and stops when asked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from makers import rss, rss_item
from web import Web

ROOT = Path(__file__).parents[2]
NEWSDESK = [sys.executable, "-m", "aggregator.cli"]


class Running:
    """A daemon in a folder of its own, and the address it serves."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        self.environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.log = folder / "run.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*NEWSDESK, "run", *words], cwd=folder, env=self.environ, stderr=log, stdout=log
            )
        self.address = until(self._served, 20)

    def _served(self) -> str:
        found = re.search(r"serving (http://\S+)", self.log.read_text())
        assert self.process.poll() is None, self.log.read_text()
        return found[1] if found else ""

    def get(self, name: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(self.address + name, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, ""

    def newsdesk(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*NEWSDESK, *words], cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=30
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)


def until(found: Callable[[], str], seconds: float) -> str:
    """What is found, as soon as it is; fails after some seconds."""
    end = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return what


@pytest.fixture
def folder(tmp_path: Path, web: Web) -> Path:
    """A newsroom that reads one feed from loopback."""
    (tmp_path / "newsdesk.toml").write_text(
        "[fetch]\nhost_gap = 0\nallow_private_networks = ['127.0.0.0/8']\n"
        "[poll]\ntick = 0.2\n[serve]\nport = 0\n"
    )
    url = web.put("/feed", rss([rss_item("a", title="The first story")]), etag='"1"')
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [*NEWSDESK, "source", "add", url], cwd=tmp_path, env=environ, check=True, capture_output=True
    )
    return tmp_path


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    daemon = Running(folder)
    yield daemon
    daemon.process.kill()
    daemon.process.wait()


def test_what_is_polled_is_published_and_served(running: Running) -> None:
    until(lambda: "The first story" in running.get("recent-news.rss")[1] and "yes", 10)
    assert running.get("")[0] == 200
    assert "status ok" in running.get("healthz")[1]


def test_a_pick_from_another_terminal_is_served_within_five_seconds(running: Running) -> None:
    until(lambda: "The first story" in running.get("recent-news.rss")[1] and "yes", 10)
    assert running.newsdesk("pick", "1", "--note", "Read it").returncode == 0
    until(lambda: "Read it" in running.get("editors-pick.atom")[1] and "yes", 5)


def test_a_second_daemon_on_the_database_is_refused_and_told_who_holds_it(running: Running) -> None:
    second = running.newsdesk("run")
    assert second.returncode == 3
    assert f"process {running.process.pid} on " in second.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_asked(running: Running, number: int) -> None:
    assert running.stop(number) == 0
    assert "Traceback" not in running.log.read_text()


def test_it_stops_in_time_though_a_source_is_silent(folder: Path, web: Web) -> None:
    web.pages["/feed"].wait = 30
    daemon = Running(folder)
    until(lambda: len(web.asked) > 1 and "yes", 10)
    assert daemon.stop() == 0


def test_a_restart_polls_nothing_early_even_after_a_kill(folder: Path, web: Web) -> None:
    daemon = Running(folder)
    until(lambda: "The first story" in daemon.get("recent-news.rss")[1] and "yes", 10)
    daemon.process.kill()
    daemon.process.wait()
    asked = len(web.asked)
    again = Running(folder)
    time.sleep(1)
    assert again.get("recent-news.rss")[0] == 200
    assert again.stop() == 0
    assert len(web.asked) == asked


def test_an_address_that_is_taken_is_refused_in_one_line(running: Running, tmp_path: Path) -> None:
    port = running.address.rsplit(":", 1)[1].strip("/")
    other = tmp_path / "other"
    other.mkdir()
    environ = running.environ | {"NEWSDESK_SERVE__PORT": port}
    refused = subprocess.run(
        [*NEWSDESK, "run"], cwd=other, env=environ, capture_output=True, text=True, timeout=30
    )
    assert refused.returncode == 2
    assert re.fullmatch(rf"newsdesk: 127\.0\.0\.1:{port}: cannot be listened on: .*\n", refused.stderr)
