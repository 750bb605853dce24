"""Private editions as an operator has them: told by commands, refused without a token, read by a reader."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
import readers
from conftest import CommandLine
from makers import rss, rss_item
from running import Running, until
from web import Web

TOKEN = "correct-horse-battery"
TEAM = {"slug": "team", "rule": "picks", "token_env": "TEAM_TOKEN"}


@pytest.fixture
def private(command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line of a newsroom with a private edition."""
    monkeypatch.setenv("TEAM_TOKEN", TOKEN)
    monkeypatch.setenv("NEWSDESK_EDITIONS", json.dumps([TEAM]))
    return command


def test_status_says_which_editions_are_private_and_where_they_are_read(private: CommandLine) -> None:
    assert (
        "private         team: https://news.example/private/team.atom, by the token in variable TEAM_TOKEN"
        in private("status").out
    )
    assert private("status", "--json").json["private"] == [
        {
            "edition": "team",
            "url": "https://news.example/private/team.atom",
            "token": "variable TEAM_TOKEN",
        }
    ]
    assert TOKEN not in private("status").out + private("doctor").out


def test_publish_names_the_files_where_they_lie(private: CommandLine) -> None:
    written = private("publish").out.splitlines()
    assert "private/team.atom" in written
    assert "public/recent-news.atom" in written
    assert Path("private/team.atom").exists()
    assert private("lint", "--edition", "team").status == 0


def test_a_digest_tells_of_it_only_where_it_is_named(private: CommandLine, web: Web) -> None:
    private("source", "add", web.put("/feed", rss([rss_item("a")])))
    private("poll", "--all")
    assert private("pick", "1", "--edition", "team", "--note", "For us").status == 0
    assert private("digest").status == 1
    told = private("digest", "--edition", "team").out
    assert "For us" in told
    assert "https://news.example/private/team/1.html" in told


@pytest.mark.parametrize("word", ["run", "serve"])
@pytest.mark.parametrize(
    ("token", "wrong"),
    [(None, "holds no secret"), ("short", "holds no token of 16 or more characters without a space")],
)
def test_a_token_that_is_missing_or_short_is_told_before_anything_is_done(
    private: CommandLine, monkeypatch: pytest.MonkeyPatch, word: str, token: str | None, wrong: str
) -> None:
    monkeypatch.setenv("TEAM_TOKEN", token) if token else monkeypatch.delenv("TEAM_TOKEN")
    said = private(word)
    assert said.status == 2
    assert f"editions: team: variable TEAM_TOKEN: {wrong}" in said.err
    assert not Path("public").exists()
    checked = private("doctor")
    assert checked.status == 1
    assert f"variable TEAM_TOKEN: {wrong}" in checked.out
    assert "found at fault: private editions" in checked.err


def test_doctor_finds_a_private_folder_that_is_open_to_all(private: CommandLine) -> None:
    private("publish")
    assert "private folder" in private("doctor").out
    Path("private").chmod(0o755)
    assert "found at fault: private folder" in private("doctor").err


@pytest.fixture
def daemon(tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A daemon with a pick in its private edition."""
    monkeypatch.setenv("TEAM_TOKEN", TOKEN)
    monkeypatch.setenv("NEWSDESK_EDITIONS", json.dumps([TEAM]))
    feed = web.put("/feed", rss([rss_item("a")]))
    picked = ["pick", "1", "--edition", "team", "--note", "For us alone"]
    (tmp_path / "newsroom").mkdir()
    running = Running(tmp_path / "newsroom", before=[["source", "add", feed], ["poll", "--all"], picked])
    yield running
    running.process.kill()
    running.process.wait()


def status(address: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.slow
def test_the_daemon_serves_it_and_no_log_has_the_token(daemon: Running) -> None:
    address = f"{daemon.address}private/team.atom"
    assert status(address) == 401
    assert status(f"{address}?token={TOKEN}") == 200
    assert status(address, Authorization=f"Bearer {TOKEN}") == 200
    assert status(f"{address}?token={TOKEN}x") == 401
    assert daemon.get("recent-news.atom")[0] == 200
    assert "For us" not in daemon.get("index.html")[1]
    daemon.newsdesk("note", "1", "--edition", "team", "Told anew")
    until(lambda: "Told anew" in daemon.get(f"private/team.atom?token={TOKEN}")[1] and "yes", 10)
    assert daemon.stop() == 0
    assert TOKEN not in daemon.log.read_text()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed (Debian: newsboat)")
def test_newsboat_reads_it_by_a_password_and_by_an_address_and_not_without(
    daemon: Running, tmp_path: Path
) -> None:
    with_password = daemon.address.replace("://", f"://ana:{TOKEN}@") + "private/team.atom"
    with_token = f"{daemon.address}private/team.rss?token={TOKEN}"
    for number, url in enumerate((with_password, with_token)):
        home = tmp_path / f"reader-{number}"
        home.mkdir()
        read = readers.newsboat(home, url)
        assert [title for _, title in read()] == ["Title of a"]
        assert [title for _, title in read()] == ["Title of a"]
    home = tmp_path / "stranger"
    home.mkdir()
    with pytest.raises(AssertionError):
        readers.newsboat(home, f"{daemon.address}private/team.atom")()
