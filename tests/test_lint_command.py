"""`newsdesk lint`: a line for each finding, for feeds at addresses, in files, and for the newsroom's own."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from conftest import CommandLine
from makers import rss, rss_item
from web import Web

from aggregator.cli.linting import lint
from feeds.lint import PROFILES

SELF = '<link xmlns="http://www.w3.org/2005/Atom" rel="self" href="{}"/>'


def right(address: str) -> str:
    date = "Tue, 24 Nov 2026 12:00:00 GMT"
    item = rss_item("e1", date=date).replace("<guid>", '<guid isPermaLink="false">')
    return rss([item], channel=SELF.format(address))


@pytest.mark.sqlite
def test_a_file_is_checked_line_by_line(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(right("https://a.example/").replace("24 Nov", "32 Nov"))
    said = command("lint", "a.rss")
    assert said.status == 1
    assert said.out.startswith(
        "a.rss:2: entry 1 pubDate: is no date: 'Tue, 32 Nov 2026 12:00:00 GMT' (write it"
    )
    assert said.err == "newsdesk: 1 finding in 1 feed\n"
    assert not (tmp_path / "newsdesk.db").exists()


def test_feeds_are_checked_at_their_addresses_as_they_are_served(command: CommandLine, web: Web) -> None:
    fine = web.put("/fine", right(web.url("/fine")))
    assert command("lint", fine).err.endswith("1 feed checked, nothing found\n")
    elsewhere = web.put("/elsewhere", right(fine), content_type="text/html")
    missing = web.url("/missing")
    said = command("lint", fine, elsewhere, missing, "--json")
    found = {(one["feed"], one["code"]) for one in said.json}
    assert found == {(elsewhere, "self-elsewhere"), (elsewhere, "content-type"), (missing, "unfetched")}


def test_what_cannot_be_read_is_named_with_the_remedy(command: CommandLine) -> None:
    said = command("lint", "nowhere.rss")
    assert (said.status, said.out) == (2, "")
    assert "nowhere.rss: cannot be read: No such file or directory" in said.err


def test_what_a_feed_says_reaches_no_terminal_as_it_is(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(right("https://a.example/").replace("<link>", "<link>\x9b31m", 1))
    said = command("lint", "a.rss")
    assert said.status == 1
    assert said.out.isascii()


def test_a_newsroom_checks_its_own_feeds_before_they_go_out(command: CommandLine, web: Web) -> None:
    assert command("source", "add", web.put("/feed", rss([rss_item("a")])), "--json").status == 0
    command("poll")
    said = command("lint")
    assert (said.status, said.out) == (0, "")
    assert said.err.endswith("6 feeds checked, nothing found\n")
    assert command("lint", "--edition", "recent-news").err.startswith("3 feeds")
    assert not Path("public").exists()


def test_a_profile_is_of_the_editions_that_editors_fill(command: CommandLine) -> None:
    said = command("lint", "--profile", "google-editors-picks", "--json")
    assert {(one["feed"], one["code"]) for one in said.json} == {
        ("public/editors-pick.rss", code) for code in ("too-few", "stale", "missing-logo")
    }


@pytest.mark.parametrize("words", [("--edition", "nowhere"), ("a.rss", "--edition", "recent-news")])
def test_an_edition_is_one_of_this_newsroom(command: CommandLine, words: tuple[str, ...]) -> None:
    assert command("lint", *words).status == 2


def test_the_command_knows_every_profile() -> None:
    choices = [one.type for one in lint.params if isinstance(one.type, click.Choice)]
    assert [tuple(one.choices) for one in choices] == [tuple(PROFILES)]
