"""What the desk reads of the newsroom: places, pages, and how a story stands in each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from makers import Clock, keep, rss, rss_item
from screens import WEEKEND

from aggregator import sources, store
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, RECENT_NEWS, Curation, Edition
from curation.desk import Desk
from curation.query import parse
from curation.screen import views
from curation.screen.values import INBOX, Place, Stamp, Story
from curation.screen.views import Views

SHORT = Edition(
    slug="short", title="Short", rule="picks", limit=1, expire="oldest", max_age=timedelta(days=1)
)
EDITIONS = (RECENT_NEWS, EDITORS_PICK, WEEKEND, SHORT)


@pytest.fixture
def stocked(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom in which items 1 to 5 wait, the last the newest."""
    items = [rss_item(name, date=f"{day} Nov 2026 12:00:00 GMT") for day, name in enumerate("abcde", 20)]
    keep(newsdesk, rss(items), section="city")
    return newsdesk


@contextmanager
def looking(newsdesk: Newsdesk, quorum: int = 1, size: int = views.PAGE) -> Iterator[Views]:
    with newsdesk.database.reading() as session:
        yield Views(session, EDITIONS, "ada", newsdesk.now(), quorum, size)


def decide(newsdesk: Newsdesk, verb: str, *given: object, editor: str = "ada", **named: object) -> None:
    with newsdesk.database.writing() as session:
        getattr(Desk(session, Curation(), newsdesk.now(), editor), verb)(*given, **named)


def numbers(stories: tuple[Story, ...]) -> list[int]:
    return [story.number for story in stories]


def test_what_has_no_title_is_named_by_how_its_text_begins(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss(["<item><guid>a</guid><description>Fog over the river.</description></item>"]))
    with looking(newsdesk) as desk:
        assert [story.title for story in desk.page(INBOX).stories] == ["Fog over the river."]
        assert desk.whole(1).story.title == "Fog over the river."


def test_places_are_the_inbox_its_sections_the_line_ups_and_the_rest(stocked: Newsdesk) -> None:
    keep(stocked, rss([rss_item("z")]), "https://other.example/feed", section="arts")
    gone = keep(stocked, rss([rss_item("y")]), "https://gone.example/feed", section="gone")
    with stocked.database.writing() as session:
        sources.remove(session, store.source(session, gone), stocked.now())
    decide(stocked, "pick", 1, EDITORS_PICK)
    with looking(stocked) as desk:
        assert desk.places() == (
            INBOX,
            Place("section", "arts", "arts"),
            Place("section", "city", "city"),
            Place("picks", "editors-pick", "Editor's Pick", 1),
            Place("picks", "weekend", "Weekend", 0),
            Place("picks", "short", "Short", 0),
            Place("recent", "recent-news", "Recent News"),
        )


def test_pages_follow_one_another_and_none_is_told_twice(stocked: Newsdesk) -> None:
    shown: tuple[Story, ...] = ()
    with looking(stocked, size=2) as desk:
        for there_is_more in (True, True, False):
            page = desk.page(INBOX, None, shown)
            shown += page.stories
            assert page.more == there_is_more
    assert numbers(shown) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("place", "query", "found"),
    [
        (INBOX, None, [5, 4, 3, 2, 1]),
        (Place("section", "city"), None, [5, 4, 3, 2, 1]),
        (Place("section", "none"), None, []),
        (Place("recent", "recent-news"), None, [5, 4, 3, 2, 1]),
        (Place("picks", "editors-pick"), None, []),
        (Place("found"), "title:b OR title:d", [4, 2]),
    ],
)
def test_a_place_has_its_stories(
    stocked: Newsdesk, place: Place, query: str | None, found: list[int]
) -> None:
    with looking(stocked) as desk:
        page = desk.page(place, parse(query) if query else None)
        assert (numbers(page.stories), page.more) == (found, False)


def test_a_story_that_was_decided_on_stays_in_the_inbox_where_it_stood(stocked: Newsdesk) -> None:
    with looking(stocked) as desk:
        shown = desk.page(INBOX).stories
    decide(stocked, "pick", 4, EDITORS_PICK)
    decide(stocked, "kill", 2)
    keep(stocked, rss([rss_item("f", date="25 Nov 2026 10:00:00 GMT")]))
    with looking(stocked) as desk:
        assert numbers(desk.page(INBOX).stories) == [6, 5, 3, 1]
        again = desk.again(INBOX, None, shown).stories
    assert numbers(again) == [6, 5, 4, 3, 2, 1]
    assert [story.is_killed for story in again] == [False, False, False, False, True, False]
    assert [one.edition for story in again for one in story.chosen] == ["editors-pick"]


def test_a_line_up_shows_who_is_out_for_want_of_room_or_youth(stocked: Newsdesk, clock: Clock) -> None:
    decide(stocked, "pick", 1, SHORT)
    clock.move(hours=1)
    decide(stocked, "pick", 2, SHORT)
    with looking(stocked) as desk:
        stories = desk.page(Place("picks", "short")).stories
        assert [(one.number, one.chosen[0].state) for one in stories] == [(2, "live"), (1, "out")]
    clock.move(days=2)
    with looking(stocked) as desk:
        stories = desk.page(Place("picks", "short")).stories
        assert [one.chosen[0].state for one in stories] == ["out", "out"]


def test_a_pick_is_a_nomination_until_enough_editors_made_it(stocked: Newsdesk) -> None:
    decide(stocked, "pick", 1, EDITORS_PICK)
    with looking(stocked, quorum=2) as desk:
        assert desk.whole(1).story.chosen[0].state == "nominated"


def test_every_item_of_a_picked_story_is_shown_as_picked(stocked: Newsdesk) -> None:
    decide(stocked, "merge", 2, into=1)
    decide(stocked, "pick", 2, EDITORS_PICK, note="n")
    with looking(stocked) as desk:
        assert [desk.whole(number).story.chosen[0].note for number in (1, 2)] == ["n", "n"]
        assert [one.number for one in desk.whole(1).also] == [2]


def test_the_stamp_changes_with_each_decision_item_and_minute(stocked: Newsdesk, clock: Clock) -> None:
    def stamp() -> Stamp:
        with stocked.database.reading() as session:
            return views.stamp(session, clock())

    first = stamp()
    assert stamp() == first
    decide(stocked, "kill", 1)
    second = stamp()
    keep(stocked, rss([rss_item("f")]))
    third = stamp()
    clock.move(minutes=1)
    assert len({first, second, third, stamp()}) == 4


def test_what_others_decided_is_told_and_not_ones_own(stocked: Newsdesk) -> None:
    decide(stocked, "kill", 1)
    decide(stocked, "kill", 2, editor="bob")
    decide(stocked, "kill", 3)
    with stocked.database.reading() as session:
        assert [line.item_id for line in views.decided_since(session, 1, "ada")] == [2]
        assert views.decided_since(session, 2, "ada") == []
