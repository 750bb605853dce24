"""What stands otherwise without being new waits for the publish that draws it, and costs what it touches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from makers import NOON, Clock, a_minute_later, keep, rss, rss_item
from sqlmodel import col, select, update

from aggregator import moving, sources, store
from aggregator.app import Newsdesk
from config.errors import TryLater
from curation import shifts
from curation.shifts import Shifted
from feeds.tables import Item

pytestmark = pytest.mark.both

A, B = "https://a.example/feed", "https://b.example/feed"
MANY = 60  # days


def dated(days_ago: int) -> str:
    return f"{NOON - timedelta(days=days_ago):%d %b %Y} 09:00:00 GMT"


def told(newsdesk: Newsdesk) -> list[Shifted]:
    with newsdesk.database.reading() as session:
        return shifts.since_forgotten(session)


def date_anew(newsdesk: Newsdesk, by: timedelta) -> None:
    """All items stand at another time, in whatever way that came about."""
    with newsdesk.database.writing() as session:
        for item in session.exec(select(Item)).all():
            session.exec(update(Item).where(col(Item.id) == item.id).values(timestamp=item.timestamp + by))


def remove(newsdesk: Newsdesk, number: int) -> None:
    with newsdesk.database.writing() as session:
        sources.remove(session, store.source(session, number), newsdesk.now())


def days_looked_at(newsdesk: Newsdesk) -> tuple[set[str], set[str]]:
    """The days of which the page was gathered by a publish, and those of which it was removed."""
    a_minute_later(newsdesk)
    done = newsdesk.publish()
    looked_at = {name for name in (*done.written, *done.unchanged) if name.startswith("days/")}
    return {name[5:-5] for name in looked_at}, {
        name[5:-5] for name in done.removed if name.startswith("days")
    }


@pytest.fixture
def archive(newsdesk: Newsdesk, clock: Clock) -> Newsdesk:
    """A source with news of all days but one, and one with news of two, that among them; published."""
    every = [rss_item(f"a{n}", date=dated(n)) for n in range(MANY) if n != 30]
    keep(newsdesk, rss(every), A)
    keep(newsdesk, rss([rss_item("b1", date=dated(30)), rss_item("b2", date=dated(50))]), B)
    clock.move(hours=1)
    newsdesk.publish()
    return newsdesk


def day(days_ago: int) -> str:
    return (NOON.date() - timedelta(days=days_ago)).isoformat()


def test_when_a_source_goes_its_days_are_drawn_and_those_that_led_to_one_without_other_news(
    archive: Newsdesk,
) -> None:
    remove(archive, 2)
    looked_at, removed = days_looked_at(archive)
    assert looked_at == {day(n) for n in (29, 31, 49, 50, 51)}
    assert removed == {day(30)}
    assert days_looked_at(archive) == (set(), set())


def test_what_is_new_or_said_otherwise_is_no_shift(newsdesk: Newsdesk) -> None:
    for text in ("one", "another"):
        keep(newsdesk, rss([rss_item("a", date=dated(1), text=text)]))
    assert told(newsdesk) == []


def test_both_days_of_an_item_are_kept_once_however_often_it_moves(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", date=dated(1))]))
    for hours in (24, -24, 1):
        date_anew(newsdesk, timedelta(hours=hours))
    days = [(one.story_id, one.day) for one in told(newsdesk)]
    assert sorted(days) == [(1, date(2026, 11, 24)), (1, date(2026, 11, 25))]


def test_what_shifts_again_after_it_was_read_is_not_forgotten(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", date=dated(9)), rss_item("b", date=dated(1))]))
    date_anew(newsdesk, timedelta(hours=1))
    read = told(newsdesk)
    with newsdesk.database.writing() as session:
        session.delete(session.get_one(Item, 1))
    with newsdesk.database.writing() as session:
        shifts.forget(session, read)
    assert [(one.story_id, one.day) for one in told(newsdesk)] == [(1, date(2026, 11, 16))]


def test_only_a_publish_of_the_whole_that_comes_to_its_end_forgets(archive: Newsdesk) -> None:
    def refuse() -> None:
        raise TryLater("another is at it", "wait")

    date_anew(archive, timedelta(days=-1))
    before = told(archive)
    archive.publish("recent-news")
    with pytest.raises(TryLater):
        archive.publish(keep=refuse)
    assert told(archive) == before != []
    archive.publish()
    assert told(archive) == []


def test_two_sources_that_become_one_are_published_as_one(archive: Newsdesk) -> None:
    """An item that both have is removed with the other."""
    keep(archive, rss([rss_item("a3", date=dated(3))]), B)
    archive.publish()
    with archive.database.writing() as session:
        moving.adopt(session, store.source(session, 1), B, archive.now())
    archive.publish()
    ours = {file.name: file.read_bytes() for file in (archive.settings.output / "days").glob("*.html")}
    drawn = {one.name: one for one in archive.press.documents()}
    assert ours == {
        name.removeprefix("days/"): one.render() for name, one in drawn.items() if name.startswith("days/")
    }
