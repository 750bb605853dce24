"""All that was ever public in an edition is in its line-up or on a page of its history, which stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from makers import Clock, a_minute_later, documents, keep, rss, rss_item
from sqlmodel import select

from aggregator import app, newspaper
from aggregator.app import Newsdesk
from curation import archive
from curation.desk import Desk
from curation.tables import PublishedLineup, PublishedPage
from curation.verbs import carry_out
from feeds.entries import Feed

SMALL = [{"slug": "editors-pick", "limit": 4, "expire": "oldest"}, {"slug": "recent-news", "limit": 6}]


@pytest.fixture
def newsdesk(tmp_path: Path, clock: Clock) -> Iterator[Newsdesk]:
    """A newsroom whose editions are short: pages of two picks, and of three entries of Recent News."""
    chosen = app.chosen(
        base_url="https://news.example/",
        database_url=f"sqlite:///{tmp_path / 'n.db'}",
        output=tmp_path / "public",
        editions=SMALL,
    )
    with app.opened(chosen, clock) as opened:
        keep(opened, rss([rss_item(f"https://site.example/{number}") for number in range(12, 0, -1)]))
        yield opened


def do(newsdesk: Newsdesk, verb: str, item: int | None = None, **given: Any) -> None:
    """Carry out one order a minute later, and go to press: no file is written yet."""
    a_minute_later(newsdesk)
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), "ada")
        carry_out(desk, newsdesk.editions, {"verb": verb, "item": item, **given}, ZoneInfo("UTC"))
        site, at = newsdesk.site, newsdesk.now()
        paper = newspaper.newspaper(session, newsdesk.editions, site, at, 1)
        newspaper.gone_to_press(session, paper, newsdesk.editions, site, at)


def page(newsdesk: Newsdesk, number: int, edition: str = "editors-pick") -> Feed:
    with newsdesk.database.reading() as session:
        row = session.get_one(PublishedPage, (edition, number))
        return archive._page(session, row, newsdesk.site.base_url, edition).feed


def numbers(feed: Feed) -> list[int]:
    """The items of a feed, by the end of their ids."""
    return [int(entry.guid.rpartition("/")[2]) for entry in feed.entries]


def files(newsdesk: Newsdesk, edition: str = "editors-pick") -> dict[str, bytes]:
    return documents(newsdesk.settings.output / edition)


def test_line_up_and_pages_hold_every_pick_that_was_ever_public(newsdesk: Newsdesk) -> None:
    for item in range(1, 10):
        do(newsdesk, "pick", item)
    live = newsdesk.newspaper().lineups["editors-pick"]
    assert numbers(live) == [9, 8, 7, 6]
    assert live.previous == "https://news.example/editors-pick/archive-3.atom"
    pages = [page(newsdesk, number) for number in (1, 2, 3)]
    assert [numbers(one) for one in pages] == [[2, 1], [4, 3], [6, 5]]
    assert [one.previous for one in pages] == [None, *(one.feed_url for one in pages[:2])]
    assert {(one.archive, one.current, one.id) for one in pages} == {
        (True, "https://news.example/editors-pick.atom", live.id)
    }


def test_a_page_is_written_in_each_format_by_the_publish_that_closes_it_and_then_left_alone(
    newsdesk: Newsdesk,
) -> None:
    for item in range(1, 6):
        do(newsdesk, "pick", item)
    newsdesk.publish()
    before = files(newsdesk)
    assert before.keys() == {f"archive-1.{ending}" for ending in ("rss", "atom", "json")}
    assert newsdesk.publish().written == []
    for item in range(6, 10):
        do(newsdesk, "pick", item)
    newsdesk.publish()
    assert {name: files(newsdesk)[name] for name in before} == before
    assert newsdesk.newspaper().past == ()


def test_what_was_corrected_after_its_page_closed_takes_a_further_place_when_it_leaves(
    newsdesk: Newsdesk,
) -> None:
    for item in range(1, 6):
        do(newsdesk, "pick", item)
    do(newsdesk, "correct", 2, correction="Two, not three.")
    assert numbers(page(newsdesk, 1)) == [2, 1]
    for item in range(6, 12):
        do(newsdesk, "pick", item)
    second = [page(newsdesk, number) for number in (1, 2, 3, 4)]
    places = [(number, entry) for number, one in enumerate(second, 1) for entry in one.entries]
    held = [
        (number, entry.editorial and entry.editorial.correction)
        for number, entry in places
        if entry.guid.endswith("/2")
    ]
    assert held == [(1, ""), (3, "Two, not three.")]


def test_a_killed_story_leaves_its_page_which_says_so_and_comes_back_to_it_with_an_undo(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    for item in range(1, 8):
        do(newsdesk, "pick", item)
    newsdesk.publish()
    before = files(newsdesk)
    do(newsdesk, "kill", 1)
    newsdesk.publish()
    assert numbers(page(newsdesk, 1)) == [2]
    assert [(one.guid, one.at) for one in page(newsdesk, 1).deleted] == [("https://site.example/1", clock())]
    changed = files(newsdesk)
    assert {name for name in before if changed[name] != before[name]} == {
        f"archive-1.{ending}" for ending in ("rss", "atom", "json")
    }
    assert all(b"site.example/1<" not in body for body in changed.values())
    do(newsdesk, "undo")
    newsdesk.publish()
    assert files(newsdesk) == before


def test_what_is_taken_back_while_it_waits_comes_into_no_page_until_it_is_given_back(
    newsdesk: Newsdesk,
) -> None:
    for item in (1, 2):
        do(newsdesk, "pick", item)
    do(newsdesk, "unpick", 1)
    for item in range(3, 8):
        do(newsdesk, "pick", item)
    assert numbers(page(newsdesk, 1)) == [3, 2]
    do(newsdesk, "undo", decision=3)
    for item in range(8, 12):
        do(newsdesk, "pick", item)
    assert 1 in [number for one in (2, 3, 4) for number in numbers(page(newsdesk, one))]


def test_the_pages_that_the_published_folder_has_lost_are_written_again(newsdesk: Newsdesk) -> None:
    for item in range(1, 10):
        do(newsdesk, "pick", item)
    newsdesk.publish()
    before = files(newsdesk)
    assert len(before) == 9
    shutil.rmtree(newsdesk.settings.output)
    newsdesk.publish()
    assert files(newsdesk) == before


def test_a_site_that_moves_takes_its_history_along(newsdesk: Newsdesk, clock: Clock) -> None:
    for item in range(1, 10):
        do(newsdesk, "pick", item)
    newsdesk.publish()
    moved = newsdesk.settings.model_copy(update={"base_url": "https://moved.example/"})
    Newsdesk(moved, newsdesk.database, clock).publish()
    assert page(Newsdesk(moved, newsdesk.database, clock), 2).previous == (
        "https://moved.example/editors-pick/archive-1.atom"
    )
    with newsdesk.database.reading() as session:
        assert [row.is_written for row in session.exec(select(PublishedPage))] == [True] * 3


def test_more_pages_than_are_written_at_once_are_all_written(newsdesk: Newsdesk) -> None:
    with newsdesk.database.writing() as session:
        session.add_all(
            PublishedPage(
                edition="editors-pick", number=number, closed_at=newsdesk.now(), channel=Feed(), entries=()
            )
            for number in range(1, archive.MOST_PAGES + 2)
        )
    done = newsdesk.publish()
    pages = {f"editors-pick/{name}" for name in files(newsdesk)}
    assert pages == {name for name in done.written if "archive" in name}
    assert len(pages) == 3 * (archive.MOST_PAGES + 1)


def test_recent_news_has_its_history_too(newsdesk: Newsdesk, clock: Clock) -> None:
    """Items 7 to 12 are public first, then those that come later."""
    newsdesk.publish()
    clock.move(hours=1)
    keep(newsdesk, rss([rss_item(f"https://site.example/{number}") for number in range(18, 12, -1)]))
    newsdesk.publish()
    assert numbers(newsdesk.newspaper().lineups["recent-news"]) == [18, 17, 16, 15, 14, 13]
    pages = [numbers(page(newsdesk, number, "recent-news")) for number in (1, 2)]
    assert pages == [[9, 8, 7], [12, 11, 10]]


def test_an_unchanged_publication_writes_no_row(newsdesk: Newsdesk, clock: Clock) -> None:
    do(newsdesk, "pick", 1)
    newsdesk.publish()
    with newsdesk.database.reading() as session:
        before = session.exec(select(PublishedLineup)).all()
    clock.move(hours=1)
    newsdesk.publish()
    with newsdesk.database.reading() as session:
        assert session.exec(select(PublishedLineup)).all() == before
    assert {row.edition for row in before} == {"recent-news", "editors-pick"}
