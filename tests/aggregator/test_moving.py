"""Sources that move: over real HTTP, with two sources that become one, and what editors decided kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from makers import Clock, keep, rss, rss_item
from sqlmodel import select
from web import Web

from aggregator import moving, sources, store
from aggregator.answers import NotModified
from aggregator.app import Newsdesk
from aggregator.outcomes import Report
from config.options import Curation
from curation import desk
from curation.tables import Decision, Pick
from feeds.tables import Item, Move, PurgedKey, Revision, Source, Status, Story


async def a_pass(newsdesk: Newsdesk) -> Report:
    with newsdesk.database.reading() as session:
        addresses = [store.address(row) for row in store.sources(session)]
    async with newsdesk.poller() as poller:
        return await poller.poll(addresses)


def subscribe(newsdesk: Newsdesk, *urls: str, **given: object) -> None:
    with newsdesk.database.writing() as session:
        for url in urls:
            sources.add(session, url, newsdesk.now(), **given)


def the_source(newsdesk: Newsdesk, number: int = 1) -> Source:
    with newsdesk.database.reading() as session:
        return session.get_one(Source, number)


def rows(newsdesk: Newsdesk, kind: Any) -> Sequence[Any]:
    with newsdesk.database.reading() as session:
        return session.exec(select(kind)).all()


async def test_a_source_takes_its_new_address_after_a_week_and_keeps_the_rest(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    subscribe(newsdesk, web.redirect("/old", "/new", 301), title="Mine")
    web.put("/new", rss([rss_item("a")]), etag='"1"')
    for day in range(8):
        assert the_source(newsdesk).url == web.url("/old"), day
        await a_pass(newsdesk)
        clock.move(days=1)
    source = the_source(newsdesk)
    assert (source.url, source.canonical_url.endswith("/new")) == (web.url("/new"), True)
    assert (source.title, source.etag, source.moved_to, source.moved_hits) == ("Mine", '"1"', None, 0)
    await a_pass(newsdesk)
    asked = web.asked[-1]
    assert (asked.path, asked.headers["If-None-Match"]) == ("/new", '"1"')
    (move,) = rows(newsdesk, Move)
    assert (move.from_url, move.to_url) == (web.url("/old"), web.url("/new"))
    assert len(rows(newsdesk, Item)) == 1


@pytest.mark.parametrize("status", [302, 307])
async def test_a_temporary_redirect_is_never_taken_on(
    newsdesk: Newsdesk, web: Web, clock: Clock, status: int
) -> None:
    subscribe(newsdesk, web.redirect("/old", "/new", status))
    web.put("/new", rss([rss_item("a")]))
    for _ in range(10):
        await a_pass(newsdesk)
        clock.move(days=7)
    assert the_source(newsdesk).url == web.url("/old")


async def test_a_permanent_redirect_to_a_page_is_no_hit(newsdesk: Newsdesk, web: Web, clock: Clock) -> None:
    """The login page of a hotel's network answers 301 and 200 for everything."""
    subscribe(newsdesk, web.redirect("/feed", "/login", 301))
    web.put("/login", "<html><p>Room number?", content_type="text/html")
    for _ in range(5):
        await a_pass(newsdesk)
        clock.move(days=7)
    assert (the_source(newsdesk).url, the_source(newsdesk).moved_hits) == (web.url("/feed"), 0)


@pytest.mark.parametrize("status", [404, 410])
async def test_the_new_address_is_taken_at_once_when_the_old_one_says_it_has_nothing(
    newsdesk: Newsdesk, web: Web, clock: Clock, status: int
) -> None:
    subscribe(newsdesk, web.redirect("/old", "/new", 301))
    web.put("/new", rss([rss_item("a")]))
    await a_pass(newsdesk)
    web.put("/old", status=status)
    clock.move(hours=1)
    report = await a_pass(newsdesk)
    source = the_source(newsdesk)
    assert (source.url, source.status, source.not_before_at) == (web.url("/new"), Status.ACTIVE, None)
    assert [result.error and result.error.kind for result in report.results] == ["redirect"]
    await a_pass(newsdesk)
    assert (the_source(newsdesk).failures, web.asked[-1].path) == (0, "/new")


async def test_a_new_address_that_has_nothing_is_not_taken(newsdesk: Newsdesk, web: Web) -> None:
    subscribe(newsdesk, web.redirect("/old", "/new", 301))
    web.put("/new", rss([rss_item("a")]))
    await a_pass(newsdesk)
    web.put("/new", status=404)
    await a_pass(newsdesk)
    assert (the_source(newsdesk).url, the_source(newsdesk).error_class) == (web.url("/old"), "http_404")


async def test_a_source_that_moves_to_the_address_of_another_becomes_one_with_it(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    subscribe(newsdesk, web.redirect("/old", "/new", 301), section="world")
    subscribe(newsdesk, web.put("/new", rss([rss_item("a"), rss_item("b")])), title="Theirs", section="city")
    for _ in range(9):
        await a_pass(newsdesk)
        clock.move(days=1)
    with newsdesk.database.reading() as session:
        (source,) = store.sources(session)
        assert (source.id, source.url, source.title, source.section) == (
            1,
            web.url("/new"),
            "Theirs",
            "world",
        )
        assert store.item_counts(session) == {1: 2}
        assert len(session.exec(select(Story)).all()) == 2


# --- two sources, one after the other ---------------------------------------------------------------

OLD, NEW = "https://old.example/feed", "https://new.example/feed"


def pick(newsdesk: Newsdesk, number: int) -> None:
    with newsdesk.database.writing() as session:
        at_work = desk.Desk(session, Curation(), newsdesk.now(), "ada")
        at_work.pick(number, desk.edition(newsdesk.editions, "editors-pick"))


def adopt(newsdesk: Newsdesk) -> list[Item]:
    """Let the source at OLD take the address NEW; the items there are then."""
    with newsdesk.database.writing() as session:
        source = store.source_at(session, OLD)
        assert source is not None
        moving.adopt(session, source, NEW, newsdesk.now())
    with newsdesk.database.reading() as session:
        return list(session.exec(select(Item).order_by("id")))  # type: ignore[arg-type]


def numbers(newsdesk: Newsdesk, guid: str) -> list[int]:
    with newsdesk.database.reading() as session:
        return [item.id or 0 for item in session.exec(select(Item).where(Item.guid == guid))]


@pytest.mark.parametrize(
    ("picked", "kept"),
    [((), [0]), ((0,), [0]), ((1,), [1])],
    ids=["the first seen", "the first, picked", "the second, picked"],
)
@pytest.mark.parametrize("first", [OLD, NEW])
def test_of_the_same_item_in_both_the_picked_one_is_kept(
    newsdesk: Newsdesk, clock: Clock, first: str, picked: tuple[int, ...], kept: list[int]
) -> None:
    second = NEW if first == OLD else OLD
    keep(newsdesk, rss([rss_item("a")]), first)
    clock.move(hours=1)
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]), second)
    twins = numbers(newsdesk, "a")
    for place in picked:
        pick(newsdesk, twins[place])
    items = adopt(newsdesk)
    assert sorted(item.id or 0 for item in items if item.guid == "a") == [twins[place] for place in kept]
    assert len(items) == 2
    assert len({item.source_id for item in items}) == 1
    assert [one.item_id for one in rows(newsdesk, Pick)] == [twins[place] for place in picked]


def test_where_both_were_decided_on_both_stay_and_the_log_as_it_is(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", link="https://x.example/1")]), OLD)
    keep(newsdesk, rss([rss_item("a", link="https://x.example/2")]), NEW)
    twins = numbers(newsdesk, "a")
    for number in twins:
        pick(newsdesk, number)
    before = [line.model_dump() for line in rows(newsdesk, Decision)]
    assert [item.id for item in adopt(newsdesk)] == twins
    assert [line.model_dump() for line in rows(newsdesk, Decision)] == before
    assert len(rows(newsdesk, Pick)) == 2
    keep(newsdesk, rss([rss_item("a", link="https://x.example/1")]), NEW)
    assert len(rows(newsdesk, Item)) == 2


def test_what_either_source_purged_is_not_taken_for_new(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]), OLD)
    keep(newsdesk, rss([rss_item("c")]), NEW)
    with newsdesk.database.writing() as session:
        store.purge(session, session.exec(select(Item).where(Item.guid == "c")).all())
    adopt(newsdesk)
    keep(newsdesk, rss([rss_item(guid) for guid in "abc"]), NEW)
    assert sorted(item.guid for item in rows(newsdesk, Item)) == ["a", "b"]


def test_what_one_purged_and_the_other_has_is_revised_as_before(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]), OLD)
    keep(newsdesk, rss([rss_item("a")]), NEW)
    with newsdesk.database.writing() as session:
        theirs = session.exec(select(Item).join(Source).where(Source.url == NEW)).all()  # type: ignore[arg-type]
        store.purge(session, theirs)
    adopt(newsdesk)
    assert rows(newsdesk, PurgedKey) == []
    keep(newsdesk, rss([rss_item("a", title="After")]), NEW)
    assert [item.title for item in rows(newsdesk, Item)] == ["After"]


def test_what_a_lost_twin_said_before_is_kept_as_what_the_other_said(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([rss_item("a", title="Now")]), OLD)
    clock.move(hours=1)
    keep(newsdesk, rss([rss_item("a", title="Before")]), NEW)
    keep(newsdesk, rss([rss_item("a", title="Now")]), NEW)
    (item,) = adopt(newsdesk)
    assert [(one.item_id, one.title) for one in rows(newsdesk, Revision)] == [(item.id, "Before")]


async def test_a_poll_of_an_address_that_a_source_no_longer_has_moves_nothing(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss(), OLD)
    with newsdesk.database.reading() as session:
        address = store.address(session.get_one(Source, 1))
    adopt(newsdesk)
    async with newsdesk.poller() as poller:
        poller.store([(address, NotModified(moved_to=NEW))])
    assert len(rows(newsdesk, Move)) == 1
    assert (the_source(newsdesk).moved_to, the_source(newsdesk).moved_hits) == (None, 0)


def test_earlier_moves_of_both_are_kept(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss(), OLD)
    other = keep(newsdesk, rss(), NEW)
    with newsdesk.database.writing() as session:
        session.add(Move(source_id=other, at=newsdesk.now(), from_url="https://older.example/", to_url=NEW))
    adopt(newsdesk)
    with newsdesk.database.reading() as session:
        (moved,) = store.moves(session).values()
    assert [move.from_url for move in moved] == ["https://older.example/", OLD]


def test_a_removed_source_at_the_new_address_gives_its_decided_items(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]), OLD)
    keep(newsdesk, rss([rss_item("b"), rss_item("c")]), NEW)
    pick(newsdesk, numbers(newsdesk, "b")[0])
    with newsdesk.database.writing() as session:
        removed = store.source_at(session, NEW)
        assert removed is not None
        sources.remove(session, removed, newsdesk.now())
    assert [item.guid for item in adopt(newsdesk)] == ["a", "b"]
    assert [(row.id, row.status) for row in rows(newsdesk, Source)] == [(1, Status.ACTIVE)]
