"""Private editions are published where their token is asked for, and leave no word in anything public."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import LOOPBACK
from hub import HubProcess
from makers import Clock, a_minute_later, keep, rss, rss_item
from web import Web

from aggregator import app
from aggregator.app import Newsdesk
from aggregator.upkeep import Kept
from config.options import Edition
from curation.desk import Desk

TOKEN = "correct-horse-battery"
TITLE, NOTE = "Only the team is told this", "Between ourselves: buy the harbour"
TEAM = {"slug": "team", "title": "The inner circle", "rule": "picks", "token_env": "TEAM_TOKEN"}
OPEN = {name: value for name, value in TEAM.items() if name != "token_env"}
TELLING = (TITLE, NOTE, "inner circle", "private", "/team", "team.", TOKEN)

Open = Callable[..., AbstractContextManager[Newsdesk]]


@pytest.fixture
def opened(database_url: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A newsroom of two items, with these editions beside the two that it always has."""
    monkeypatch.setenv("TEAM_TOKEN", TOKEN)

    @contextmanager
    def opened(*editions: dict[str, object], **given: Any) -> Iterator[Newsdesk]:
        folders = {"output": tmp_path / "public", "private": tmp_path / "private"}
        chosen = app.chosen(
            title="Example News",
            base_url="https://news.example/",
            database_url=database_url,
            fetch=LOOPBACK,
            editions=editions,
            **folders | given,
        )
        with app.opened(chosen, clock) as newsdesk:
            days = ("Mon, 23 Nov 2026 09:00:00 GMT", "Tue, 24 Nov 2026 09:00:00 GMT")
            keep(newsdesk, rss(rss_item(guid, date=day) for guid, day in zip("ab", days, strict=True)))
            yield newsdesk

    return opened


def with_editions(newsdesk: Newsdesk, *editions: dict[str, object]) -> Newsdesk:
    """The same newsroom under other settings."""
    chosen = tuple(Edition.model_validate(edition) for edition in editions)
    return replace(newsdesk, settings=newsdesk.settings.model_copy(update={"editions": chosen}))


def pick(newsdesk: Newsdesk, number: int, slug: str = "team", **words: str) -> None:
    a_minute_later(newsdesk)
    decide(newsdesk, "pick", number, slug, **words or {"note": NOTE, "title": TITLE})


def decide(newsdesk: Newsdesk, verb: str, number: int, slug: str = "team", **given: str) -> None:
    edition = next(one for one in newsdesk.editions if one.slug == slug)
    with newsdesk.database.writing() as session:
        getattr(Desk(session, newsdesk.curation, newsdesk.now(), "ada"), verb)(number, edition, **given)


def published(newsdesk: Newsdesk) -> list[str]:
    """Publish a minute later; the names of what was written and removed."""
    a_minute_later(newsdesk)
    done = newsdesk.publish()
    return sorted([*done.written, *(f"-{name}" for name in done.removed)])


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by name, in plain; not what newsdesk keeps there for itself."""
    found = [file for file in folder.rglob("[!.]*") if file.is_file() and file.suffix not in (".br", ".zst")]
    return {file.relative_to(folder).as_posix(): _plain(file) for file in found}


def _plain(file: Path) -> bytes:
    body = file.read_bytes()
    return gzip.decompress(body) if file.suffix == ".gz" else body


def public(newsdesk: Newsdesk) -> dict[str, bytes]:
    return files(newsdesk.settings.output)


def private(newsdesk: Newsdesk) -> dict[str, bytes]:
    return files(newsdesk.settings.private)


def documents(of: dict[str, bytes]) -> set[str]:
    return {name for name in of if not name.endswith(".gz")}


def assert_tells_nothing(newsdesk: Newsdesk) -> None:
    telling = [
        (name, word)
        for name, body in public(newsdesk).items()
        for word in TELLING
        if word in name or word.encode() in body
    ]
    assert telling == []


OF_TEAM = {"team.rss", "team.atom", "team.json", "team.html", "robots.txt"}


def test_a_private_pick_stands_in_its_own_folder_and_no_word_of_it_in_the_public_one(opened: Open) -> None:
    with opened(TEAM) as newsdesk:
        before = newsdesk.publish() and public(newsdesk)
        pick(newsdesk, 1)
        written = published(newsdesk)
        assert written == [
            f"private/{name}" for name in ("team.atom", "team.html", "team.json", "team.rss")
        ] + ["private/team/1.html"]
        assert public(newsdesk) == before
        assert_tells_nothing(newsdesk)
        shown = private(newsdesk)
        assert documents(shown) == OF_TEAM | {"team/1.html"}
        assert all(TITLE.encode() in shown[name] for name in ("team.atom", "team.rss", "team.json"))
        assert TITLE.encode() in shown["team/1.html"]
        assert NOTE.encode() in shown["team/1.html"]
        assert [name for name, body in shown.items() if TOKEN.encode() in body] == []
        assert published(newsdesk) == []


@pytest.mark.parametrize("deed", ["unpick", "hold", "retitle", "correct", "note"])
def test_whatever_is_decided_about_it_stays_there(opened: Open, deed: str) -> None:
    given = {"retitle": {"title": "x"}, "correct": {"correction": NOTE}, "note": {"note": TITLE}}
    with opened(TEAM) as newsdesk:
        pick(newsdesk, 1)
        published(newsdesk)
        before = public(newsdesk)
        a_minute_later(newsdesk)
        decide(newsdesk, deed, 1, **given.get(deed, {}))
        written = published(newsdesk)
        assert written
        assert all(name.lstrip("-").startswith("private/") for name in written)
        assert public(newsdesk) == before


def test_a_private_pick_on_a_day_without_news_makes_no_page_of_that_day(opened: Open, clock: Clock) -> None:
    with opened(TEAM) as newsdesk:
        newsdesk.publish()
        clock.move(days=3)
        pick(newsdesk, 1)
        clock.move(days=3)
        decide(newsdesk, "unpick", 1)
        published(newsdesk)
        newsdesk.publish(anew=True)
        assert {name for name in documents(public(newsdesk)) if name.startswith("days/")} == {
            "days/2026-11-23.html",
            "days/2026-11-24.html",
        }


def test_its_folder_and_files_are_for_this_user_alone(opened: Open) -> None:
    with opened(TEAM) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        folder = newsdesk.settings.private
        assert folder.stat().st_mode & 0o777 == 0o700
        modes = {file.stat().st_mode & 0o777 for file in folder.rglob("[!.]*") if file.is_file()}
        assert modes == {0o600}
        assert (newsdesk.settings.output / "index.html").stat().st_mode & 0o777 == 0o644


def test_an_edition_that_stays_public_is_named_where_the_private_one_is_not(opened: Open) -> None:
    """So that the words looked for are those that would be there."""
    with opened(OPEN) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        shown = public(newsdesk)
        assert b"inner circle" in shown["index.html"]
        assert b"/team.html" in shown["sitemap.xml"]
        assert TITLE.encode() in shown["days/2026-11-25.html"]
        assert NOTE.encode() in shown["team/1.html"]
        assert not newsdesk.settings.private.exists()


def test_an_item_that_is_picked_in_both_is_public_as_the_public_one_has_it(opened: Open) -> None:
    with opened(TEAM) as newsdesk:
        pick(newsdesk, 1)
        pick(newsdesk, 1, "editors-pick", note="For all")
        published(newsdesk)
        assert b"For all" in public(newsdesk)["editors-pick/1.html"]
        assert b"For all" not in private(newsdesk)["team/1.html"]
        assert_tells_nothing(newsdesk)


def test_its_feeds_and_pages_name_each_other_by_where_they_are_served(opened: Open) -> None:
    with opened(TEAM, publish={"hub": "https://hub.example/"}) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        shown = {name: body.decode() for name, body in private(newsdesk).items()}
        assert '"feed_url": "https://news.example/private/team.json"' in shown["team.json"]
        assert "https://news.example/private/team.atom" in shown["team.atom"]
        assert "hub.example" not in shown["team.atom"] + shown["team.rss"] + shown["team.json"]
        assert 'rel="canonical" href="https://news.example/private/team/1.html"' in shown["team/1.html"]
        assert 'href="../../private/team.html"' in shown["team/1.html"]
        assert 'href="../private/team/1.html"' in shown["team.html"]
        assert 'href="../index.html"' in shown["team.html"]


@pytest.mark.parametrize("only", [None, "team"])
def test_one_that_was_public_is_removed_there_by_the_next_publish_and_the_reverse(
    opened: Open, only: str | None
) -> None:
    with opened(OPEN) as newsdesk:
        pick(newsdesk, 1)
        pick(newsdesk, 2)
        newsdesk.publish()
        decide(newsdesk, "unpick", 2)
        published(newsdesk)
        assert documents(public(newsdesk)) >= {"team.atom", "team/1.html", "gone/team/2.html"}
        before = public(newsdesk)
        closed = with_editions(newsdesk, TEAM)
        if only:
            closed.publish(only)
        published(closed)
        assert_tells_nothing(closed)
        assert documents(private(closed)) == OF_TEAM | {"team/1.html", "gone/team/2.html"}
        published(with_editions(newsdesk, OPEN))
        assert documents(public(newsdesk)) == documents(before)
        assert private(newsdesk) == {}


def test_one_that_is_taken_out_of_the_settings_is_removed(opened: Open) -> None:
    with opened(TEAM, {"slug": "board", "token_env": "TEAM_TOKEN"}) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        board = {name for name in documents(private(newsdesk)) if name.startswith("board")}
        assert board == {"board.rss", "board.atom", "board.json", "board.html"}
        assert b"Title of a" in private(newsdesk)["board.atom"]
        published(with_editions(newsdesk, TEAM))
        assert documents(private(newsdesk)) == OF_TEAM | {"team/1.html"}
        published(with_editions(newsdesk))
        assert private(newsdesk) == {}


def test_the_two_that_always_exist_may_be_private_and_the_front_page_is_drawn_without(opened: Open) -> None:
    both = [{"slug": slug, "token_env": "TEAM_TOKEN"} for slug in ("recent-news", "editors-pick")]
    with opened(*both) as newsdesk:
        pick(newsdesk, 1, "editors-pick", note=NOTE)
        newsdesk.publish()
        shown = public(newsdesk)
        assert not {name for name in shown if name.startswith(("recent-news", "editors-pick"))}
        assert b"Example News" in shown["index.html"]
        assert NOTE.encode() not in b"".join(shown.values())
        assert NOTE.encode() in private(newsdesk)["editors-pick.atom"]


def test_neither_hub_nor_command_is_told(opened: Open, web: Web, tmp_path: Path) -> None:
    told = ["sh", "-c", f"env | grep ^NEWSDESK_ >> {tmp_path}/told"]
    with HubProcess() as hub, opened(TEAM, publish={"hub": hub.url, "command": told}) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        assert [one.error for one in asyncio.run(newsdesk.deliver())] == [None] * 7
        pick(newsdesk, 2)
        assert published(newsdesk)
        assert asyncio.run(newsdesk.deliver()) == []
        said = (tmp_path / "told").read_text() + "".join(hub.standing["pings"])
        assert "recent-news.atom" in said
        assert "private" not in said.replace(str(tmp_path), "")
        assert "team" not in said.replace(str(tmp_path), "")


def test_what_it_was_is_on_record_and_told_only_where_it_is_named(opened: Open) -> None:
    with opened(TEAM) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        then, before = newsdesk.now(), private(newsdesk)
        pick(newsdesk, 2)
        published(newsdesk)
        copies = newsdesk.as_of(then, "team")
        assert {copy.name for copy in copies} == {
            f"private/team.{ending}" for ending in ("rss", "atom", "json")
        }
        assert all(copy.is_same for copy in copies)
        assert all(copy.body == before[copy.name.removeprefix("private/")] for copy in copies)
        assert not [copy.name for copy in newsdesk.as_of(then) if copy.name.startswith("private")]


def test_a_withdrawal_is_told_to_its_readers_and_its_history_has_pages(opened: Open) -> None:
    with opened(TEAM | {"limit": 1, "expire": "oldest"}) as newsdesk:
        for number in (1, 2):
            pick(newsdesk, number)
            published(newsdesk)
        decide(newsdesk, "unpick", 2)
        published(newsdesk)
        shown = private(newsdesk)
        assert b"deleted-entry" in shown["team.atom"]
        assert {"gone/team/2.html", "team/1.html"} < documents(shown)
        assert "team/2.html" not in shown
        pages = {name: body for name, body in shown.items() if name.startswith("team/archive-")}
        assert documents(pages) >= {"team/archive-1.atom"}
        assert b"https://news.example/private/team/archive-1.atom" in pages["team/archive-1.atom"]
        assert_tells_nothing(newsdesk)


def test_a_page_of_history_that_was_lost_is_written_again(opened: Open) -> None:
    with opened(TEAM | {"limit": 1, "expire": "oldest"}) as newsdesk:
        for number in (1, 2):
            pick(newsdesk, number)
            published(newsdesk)
        decide(newsdesk, "unpick", 2)
        published(newsdesk)
        (newsdesk.settings.private / "team/archive-1.atom").unlink()
        assert published(newsdesk) == ["private/team/archive-1.atom"]


def test_retention_keeps_what_only_a_private_edition_shows(opened: Open, clock: Clock) -> None:
    recent = {"slug": "recent-news", "section": "nowhere"}
    with opened(recent, {"slug": "board", "token_env": "TEAM_TOKEN", "limit": 1}) as newsdesk:
        newsdesk.publish()
        clock.move(days=400)
        assert newsdesk.upkeep() == Kept(removed=1)
        assert b"Title of b" in private(newsdesk)["board.atom"]
        assert newsdesk.upkeep() == Kept(removed=0)


def test_a_folder_called_private_that_is_somebody_elses_is_left_alone(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary.html").write_text("dear diary")
    with opened() as newsdesk:
        newsdesk.publish()
        assert [file.name for file in newsdesk.settings.private.iterdir()] == ["diary.html"]
    with opened(TEAM) as newsdesk:
        newsdesk.publish()
        assert (newsdesk.settings.private / "diary.html").read_text() == "dear diary"


def test_a_private_folder_that_was_lost_is_made_anew(opened: Open) -> None:
    with opened(TEAM) as newsdesk:
        pick(newsdesk, 1)
        newsdesk.publish()
        before, folder = private(newsdesk), newsdesk.settings.private
        folder.rename(folder.with_name("lost"))
        published(newsdesk)
        assert private(newsdesk) == before
