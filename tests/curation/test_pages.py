"""The pages beside the line-ups: which there are, what they show, and which are drawn after a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from makers import NOON, Clock, keep, rss, rss_item
from sqlalchemy import event

from aggregator import app, sources
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, Edition
from curation import changed, pages, shifts
from curation.desk import Desk
from curation.lineup import lineup
from curation.pages import Pages

MONDAY, TUESDAY = "Mon, 23 Nov 2026 09:00:00 GMT", "Tue, 24 Nov 2026 09:00:00 GMT"
CITY = Edition(slug="city", title="City desk", section="City")


def gathered(newsdesk: Newsdesk, since: datetime | None = None, *more: Edition, quorum: int = 1) -> Pages:
    editions, at = (*newsdesk.editions, *more), newsdesk.now()
    with newsdesk.database.reading() as session:
        lineups = {one.slug: lineup(session, one, newsdesk.site, at, quorum) for one in editions}
        last = since and changed.Drawn(since, sources.outlines(session), shifts.since_forgotten(session))
        return pages.gathered(session, editions, lineups, newsdesk.site, at, quorum, last)


def decide(newsdesk: Newsdesk, verb: str, number: int, editor: str = "ada", **given: object) -> None:
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), editor)
        where = () if verb in ("kill", "revive") else (EDITORS_PICK,)
        getattr(desk, verb)(number, *where, **given)


def names(shown: Pages) -> list[str]:
    return [one.name for one in shown.permalinks]


def gone(shown: Pages) -> list[str]:
    return [one.name for one in shown.gone]


def titles(shelf: pages.Shelf) -> list[str]:
    return [entry.title for entry in shelf.feed.entries]


def days(shown: Pages) -> list[str]:
    return [day.of.isoformat() for day in shown.days]


@pytest.fixture
def filled(newsdesk: Newsdesk) -> Newsdesk:
    """Two items of two days, the second in a section."""
    keep(newsdesk, rss([rss_item("a", date=MONDAY)]), "https://a.example/feed")
    keep(newsdesk, rss([rss_item("b", date=TUESDAY)]), "https://b.example/feed", section="City")
    return newsdesk


def test_at_first_there_is_a_page_for_every_section_day_and_pick(filled: Newsdesk) -> None:
    decide(filled, "pick", 2, note="Read *it*", title="Ours")
    shown = gathered(filled)
    assert [section.name for section in shown.sections] == ["section/city.html"]
    assert days(shown) == ["2026-11-23", "2026-11-24", "2026-11-25"]  # it was picked on the third
    assert names(shown) == ["editors-pick/2.html"]
    [picks] = [one for one in shown.shelves if one.slug == "editors-pick"]
    assert (picks.permalinks, picks.notes) == (("editors-pick/2.html",), ("<p>Read <em>it</em></p>",))


def test_a_day_has_what_came_and_what_was_picked_on_it_and_leads_to_its_neighbours(filled: Newsdesk) -> None:
    decide(filled, "pick", 1)
    monday, tuesday, today = gathered(filled).days
    assert [titles(day.news) for day in (monday, tuesday, today)] == [["Title of a"], ["Title of b"], []]
    assert [titles(day.picks) for day in (monday, tuesday, today)] == [[], [], ["Title of a"]]
    assert (monday.before, monday.after) == (None, date(2026, 11, 24))
    assert today.before == date(2026, 11, 24)


def test_a_section_has_its_own_news_and_picks_and_knows_the_edition_it_fills(filled: Newsdesk) -> None:
    decide(filled, "pick", 1)
    decide(filled, "pick", 2)
    [city] = gathered(filled, None, CITY).sections
    assert (titles(city.news), titles(city.picks)) == (["Title of b"], ["Title of b"])
    assert city.edition == pages.named(CITY)
    assert gathered(filled).sections[0].edition is None


def test_a_pick_keeps_its_page_when_it_is_retitled_and_when_it_has_run_out(
    filled: Newsdesk, clock: Clock
) -> None:
    decide(filled, "pick", 1, until=NOON + timedelta(hours=1))
    decide(filled, "retitle", 1, title="Otherwise")
    assert names(gathered(filled)) == ["editors-pick/1.html"]
    clock.move(hours=2)
    shown = gathered(filled)
    assert (names(shown), gone(shown)) == (["editors-pick/1.html"], [])
    assert titles(shown.permalinks[0].shelf) == ["Otherwise"]


@pytest.mark.parametrize(("verb", "back"), [("unpick", "pick"), ("hold", "release"), ("kill", "revive")])
def test_what_readers_saw_and_is_withdrawn_is_said_to_be_gone_until_it_comes_back(
    filled: Newsdesk, clock: Clock, verb: str, back: str
) -> None:
    decide(filled, "pick", 1)
    since = clock.move(hours=3)
    decide(filled, verb, 1)
    shown = gathered(filled, since)
    assert (names(shown), gone(shown)) == ([], ["gone/editors-pick/1.html"])
    assert shown.gone[0].at == since
    assert shown.withdrawn() == ("editors-pick/1.html",)
    assert all(not day.picks.feed.entries for day in shown.days)
    since = clock.move(hours=3)
    decide(filled, back, 1)
    shown = gathered(filled, since)
    assert (names(shown), gone(shown)) == (["editors-pick/1.html"], [])
    assert shown.withdrawn() == ("gone/editors-pick/1.html",)


def test_what_readers_never_saw_leaves_no_page(filled: Newsdesk, clock: Clock) -> None:
    decide(filled, "pick", 1, visible_from=NOON + timedelta(days=1))
    assert names(gathered(filled)) == []
    decide(filled, "unpick", 1)
    shown = gathered(filled)
    assert (names(shown), gone(shown)) == ([], [])


def test_what_readers_saw_and_is_put_off_has_no_page_until_its_time(filled: Newsdesk, clock: Clock) -> None:
    """Nor has the day on which it is to appear, which would tell of it, nor any more that on which it did."""
    decide(filled, "pick", 1)
    since = clock.move(hours=3)
    decide(filled, "pick", 1, visible_from=NOON + timedelta(days=1))
    shown = gathered(filled, since)
    assert (names(shown), gone(shown)) == ([], [])
    of_it = ("editors-pick/1.html", "gone/editors-pick/1.html")
    assert shown.withdrawn() == ("days/2026-11-25.html", "days/2026-11-26.html", *of_it)
    assert shown.withdrawn("editors-pick") == of_it
    assert shown.withdrawn("editors") == ()
    assert "2026-11-26" not in days(shown)
    clock.move(days=1)
    assert names(gathered(filled, since)) == ["editors-pick/1.html"]


def test_only_the_days_that_changed_are_drawn_and_the_neighbours_of_new_ones(
    filled: Newsdesk, clock: Clock
) -> None:
    for number in range(5):
        when = f"{number + 1:02} Nov 2026 09:00:00 GMT"
        keep(filled, rss([rss_item(f"old{number}", date=when)]), "https://old.example/feed")
    since = clock.move(hours=3)
    assert days(gathered(filled, since)) == []
    keep(filled, rss([rss_item("late", date="03 Nov 2026 10:00:00 GMT")]), "https://late.example/feed")
    assert days(gathered(filled, since)) == ["2026-11-03"]
    keep(filled, rss([rss_item("new", date="09 Nov 2026 10:00:00 GMT")]), "https://new.example/feed")
    assert days(gathered(filled, since)) == ["2026-11-03", "2026-11-05", "2026-11-09", "2026-11-23"]


def test_a_revised_item_has_its_day_drawn_anew(filled: Newsdesk, clock: Clock) -> None:
    since = clock.move(hours=3)
    keep(filled, rss([rss_item("a", title="Mended", date=MONDAY)]), "https://a.example/feed")
    shown = gathered(filled, since)
    assert days(shown) == ["2026-11-23"]
    assert titles(shown.days[0].news) == ["Mended"]


def test_a_pick_that_appears_by_itself_is_on_the_page_of_its_day(filled: Newsdesk, clock: Clock) -> None:
    decide(filled, "pick", 1, visible_from=NOON + timedelta(days=2))
    since = clock.move(days=1)
    clock.move(days=1, hours=1)
    shown = gathered(filled, since)
    assert days(shown)[-1] == "2026-11-27"
    assert titles(shown.days[-1].picks) == ["Title of a"]
    assert names(shown) == ["editors-pick/1.html"]


def test_a_pick_is_on_the_day_on_which_enough_editors_had_picked_it(tmp_path: Path, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path / 'two.db'}"
    with app.opened(app.chosen(database_url=url, curation={"quorum": 2}), clock) as newsdesk:
        keep(newsdesk, rss([rss_item("a", date=MONDAY)]))
        decide(newsdesk, "pick", 1)
        since = clock.move(days=1)
        assert names(gathered(newsdesk, quorum=2)) == []
        decide(newsdesk, "pick", 1, editor="bo")
        shown = gathered(newsdesk, since, quorum=2)
    told = {day.of.isoformat(): titles(day.picks) for day in shown.days if day.picks.feed.entries}
    assert told == {"2026-11-26": ["Title of a"]}


def test_every_pick_that_a_page_leads_to_has_its_own_page(filled: Newsdesk, clock: Clock) -> None:
    """Also one that is in no line-up any more, on a day that is drawn for another reason."""
    decide(filled, "pick", 1, until=NOON + timedelta(hours=1))
    since = clock.move(hours=4)
    decide(filled, "pick", 2)
    shown = gathered(filled, since)
    linked = {name for day in shown.days for name in day.picks.permalinks}
    assert linked == {"editors-pick/1.html", "editors-pick/2.html"}
    assert linked <= set(names(shown))


def test_what_began_before_and_was_kept_after_the_last_publish_is_not_missed(
    filled: Newsdesk, clock: Clock
) -> None:
    keep(filled, rss([rss_item("slow", date=MONDAY)]), "https://slow.example/feed")
    published = clock.move(minutes=2)
    assert "2026-11-23" in days(gathered(filled, published))


@contextmanager
def counted(newsdesk: Newsdesk) -> Iterator[list[str]]:
    statements: list[str] = []

    def heard(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = newsdesk.database.engine
    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", heard)


def test_what_is_asked_does_not_grow_with_the_archive(filled: Newsdesk, clock: Clock) -> None:
    def asked() -> int:
        since = clock.move(hours=3)
        keep(filled, rss([rss_item(str(since), date=TUESDAY)]), "https://new.example/feed")
        with counted(filled) as statements:
            gathered(filled, since)
        return len(statements)

    clock.move(days=40)  # the map of the site names a month of days, and no more
    month = [
        rss_item(f"m{n}", date=(clock() - timedelta(days=n)).strftime("%d %b %Y 09:00:00 GMT"))
        for n in range(40)
    ]
    keep(filled, rss(month), "https://month.example/feed")
    before = asked()
    old = [
        rss_item(f"y{n}", date=f"{n % 28 + 1:02} {['Jan', 'Feb', 'Mar'][n % 3]} 2025 09:00:00 GMT")
        for n in range(80)
    ]
    keep(filled, rss(old), "https://old.example/feed")
    clock.move(days=2)
    gathered(filled, clock())
    assert asked() == before


def test_a_day_is_told_in_utc(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", date="Mon, 23 Nov 2026 23:30:00 -0200")]))
    assert days(gathered(newsdesk)) == ["2026-11-24"]
    assert gathered(newsdesk).days_of_late == (datetime(2026, 11, 24, tzinfo=UTC).date(),)
