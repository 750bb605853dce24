"""A pass over real HTTP: what is new is kept once, and a source that fails costs the others nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from makers import Clock, read, rss, rss_item, tagging
from sqlmodel import select
from web import Web

from aggregator import arrived, sources, store
from aggregator.answers import Document
from aggregator.app import Newsdesk
from aggregator.arrived import Polled
from aggregator.outcomes import Read, Report, Result
from aggregator.poll import Poller
from curation import inbox
from curation.tables import Decision
from feeds.tables import Item, Likeness, Revision, Source, Status


def subscribe(newsdesk: Newsdesk, *urls: str, **given: object) -> None:
    with newsdesk.database.writing() as session:
        for url in urls:
            sources.add(session, url, newsdesk.now(), **given)


async def a_pass(newsdesk: Newsdesk, everything: bool = False) -> Report:
    with newsdesk.database.reading() as session:
        addresses = [store.address(row) for row in store.sources(session)] if everything else newsdesk.due()
    async with newsdesk.poller() as poller:
        return await poller.poll(addresses)


def items(newsdesk: Newsdesk) -> Sequence[Item]:
    with newsdesk.database.reading() as session:
        return session.exec(select(Item).order_by("id")).all()  # type: ignore[arg-type]


def tagged(newsdesk: Newsdesk) -> list[int]:
    """The items that were given a tag, one by one."""
    with newsdesk.database.reading() as session:
        return [line.item_id for line in session.exec(select(Decision).where(Decision.verb == "tag"))]


def the_source(newsdesk: Newsdesk, number: int = 1) -> Source:
    with newsdesk.database.reading() as session:
        return session.get_one(Source, number)


async def test_what_is_new_is_kept(newsdesk: Newsdesk, web: Web) -> None:
    subscribe(
        newsdesk, web.put("/feed", rss([rss_item("a", date="Mon, 20 Nov 2023 13:56:38 GMT")], title="Them"))
    )
    report = await a_pass(newsdesk)
    assert (report.count("changed"), report.new_items) == (1, 1)
    item = items(newsdesk)[0]
    assert (item.guid, item.title, item.timestamp) == (
        "a",
        "Title of a",
        datetime(2023, 11, 20, 13, 56, 38, tzinfo=UTC),
    )
    assert the_source(newsdesk).name == "Them"


async def test_polling_twice_stores_nothing_twice(newsdesk: Newsdesk, web: Web) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a"), rss_item("b")])))
    await a_pass(newsdesk)
    again = await a_pass(newsdesk, everything=True)
    assert (again.count("unchanged"), again.new_items, len(items(newsdesk))) == (1, 0, 2)


async def test_validators_are_echoed_and_a_304_changes_nothing(newsdesk: Newsdesk, web: Web) -> None:
    said = {"etag": 'W/"odd \\"quotes\\""', "last_modified": "Mon, 20 Nov 2023 13:56:38 GMT"}
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a")]), **said))
    await a_pass(newsdesk)
    report = await a_pass(newsdesk, everything=True)
    asked = web.asked[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == (said["etag"], said["last_modified"])
    assert report.count("unchanged") == 1


async def test_a_failing_source_costs_the_others_nothing(newsdesk: Newsdesk, web: Web) -> None:
    good = [web.put(f"/{number}", rss([rss_item(f"n{number}")])) for number in range(3)]
    bad = [
        web.put("/page", "<html><p>hello", content_type="text/html"),
        web.url("/none"),
        "http://127.0.0.1:9/",
    ]
    subscribe(newsdesk, *good, *bad)
    report = await a_pass(newsdesk)
    kinds = {result.error.kind for result in report.results if result.error}
    assert (report.count("changed"), kinds) == (3, {"not_a_feed", "http_404", "connect"})
    with newsdesk.database.reading() as session:
        failing = [row for row in store.sources(session) if row.failures]
    assert [row.error_class for row in failing] == ["not_a_feed", "http_404", "connect"]
    assert all(row.error_message and row.next_poll_at > newsdesk.now() for row in failing)


async def test_a_failure_keeps_what_was_stored_and_the_validators(newsdesk: Newsdesk, web: Web) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a")]), etag='"1"'))
    await a_pass(newsdesk)
    web.put("/feed", "gone", status=500)
    await a_pass(newsdesk, everything=True)
    assert (len(items(newsdesk)), the_source(newsdesk).etag, the_source(newsdesk).failures) == (1, '"1"', 1)
    web.put("/feed", rss([rss_item("a")]), etag='"2"')
    await a_pass(newsdesk, everything=True)
    assert (the_source(newsdesk).failures, the_source(newsdesk).error_class) == (0, None)


async def test_a_source_is_not_due_before_its_time(newsdesk: Newsdesk, web: Web, clock: Clock) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a")]), headers={"Cache-Control": "max-age=7200"}))
    await a_pass(newsdesk)
    clock.move(hours=1, minutes=59)
    assert newsdesk.due() == []
    clock.move(hours=1)
    assert [address.source_id for address in newsdesk.due()] == [1]


async def test_a_source_that_is_late_waits_through_the_hours_that_its_feed_skips(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    skips = "<skipHours><hour>13</hour><hour>14</hour></skipHours>"
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a")], channel=skips)))
    await a_pass(newsdesk)
    late = clock.move(hours=1, minutes=30)
    assert (the_source(newsdesk).next_poll_at < late, newsdesk.due()) == (True, [])
    with newsdesk.database.writing() as session:
        sources.retry(session.get_one(Source, 1), late)
    assert len(newsdesk.due()) == 1  # for an editor asked for it
    await a_pass(newsdesk)
    clock.move(hours=2)
    assert len(newsdesk.due()) == 1


async def test_a_410_retires_a_source_when_it_is_said_again(newsdesk: Newsdesk, web: Web) -> None:
    subscribe(newsdesk, web.put("/feed", status=410))
    await a_pass(newsdesk)
    assert the_source(newsdesk).status == Status.ACTIVE
    await a_pass(newsdesk, everything=True)
    assert (the_source(newsdesk).status, the_source(newsdesk).error_class) == (Status.RETIRED, "gone")


async def test_a_changed_entry_revises_its_item(newsdesk: Newsdesk, web: Web, clock: Clock) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a", title="Before")])))
    await a_pass(newsdesk)
    web.put("/feed", rss([rss_item("a", title="After")]))
    later = clock.move(hours=1)
    report = await a_pass(newsdesk, everything=True)
    assert (report.new_items, report.revised_items) == (0, 1)
    item = items(newsdesk)[0]
    assert (item.title, item.revised_at, item.first_seen_at < later) == ("After", later, True)
    with newsdesk.database.reading() as session:
        assert [row.title for row in session.exec(select(Revision))] == ["Before"]


async def test_a_local_time_is_read_in_the_zone_of_its_source(newsdesk: Newsdesk, web: Web) -> None:
    feed = rss([rss_item("a", date="2023-11-20 13:56:38")])
    subscribe(newsdesk, web.put("/paris", feed), zone="Europe/Paris")
    subscribe(newsdesk, web.put("/unknown", feed.replace("<guid>a", "<guid>b")))
    await a_pass(newsdesk)
    read = {item.guid: item for item in items(newsdesk)}
    said = {guid: item.published.known_by for guid, item in read.items() if item.published}
    assert read["a"].timestamp == datetime(2023, 11, 20, 12, 56, 38, tzinfo=UTC)
    assert read["b"].timestamp == datetime(2023, 11, 20, 13, 56, 38, tzinfo=UTC)
    assert said == {"a": "source zone", "b": "assumed UTC"}


async def test_an_entry_dated_in_the_future_is_ordered_by_when_it_was_seen(
    newsdesk: Newsdesk, web: Web
) -> None:
    feed = [rss_item("a", date="Fri, 20 Nov 2043 13:56:38 GMT"), rss_item("b")]
    subscribe(newsdesk, web.put("/feed", rss(feed)))
    await a_pass(newsdesk)
    assert {item.timestamp for item in items(newsdesk)} == {newsdesk.now()}
    assert (
        next(item.published.raw for item in items(newsdesk) if item.published)
        == "Fri, 20 Nov 2043 13:56:38 GMT"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            rss_item("a", link="https://x.example/1"),
            rss_item("b", link="http://x.example/1/?utm_source=b#top"),
        ),
        (
            rss_item("tag:x.example,2023:1", link="https://x.example/1"),
            rss_item("tag:x.example,2023:1", link="https://y.example/9"),
        ),
    ],
    ids=["the same address", "the same id"],
)
async def test_the_same_entry_of_two_sources_is_one_story_on_evidence(
    newsdesk: Newsdesk, web: Web, one: str, other: str
) -> None:
    subscribe(newsdesk, web.put("/1", rss([one])), web.put("/2", rss([other])))
    await a_pass(newsdesk)
    assert len({item.story_id for item in items(newsdesk)}) == 1
    with newsdesk.database.reading() as session:
        assert len(inbox.leads(session, inbox.Filters(), 10)) == 1
        likeness = session.exec(select(Likeness)).one()
    assert likeness.level == "same item"
    assert likeness.evidence.startswith("the same")


@pytest.mark.parametrize(
    "links",
    [("https://x.example/20#1", "https://x.example/20#2"), ("https://x.example/", "https://x.example/")],
    ids=["places within a page", "the front page"],
)
async def test_entries_of_a_source_whose_address_names_no_entry_stay_apart(
    newsdesk: Newsdesk, web: Web, links: tuple[str, str]
) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a", link=links[0]), rss_item("b", link=links[1])])))
    await a_pass(newsdesk)
    assert len({item.story_id for item in items(newsdesk)}) == 2


async def test_what_retention_removed_is_not_taken_for_new(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    """The 60 newest stay, for they are published; the older of 70 go after a year, and stay gone."""
    subscribe(newsdesk, web.put("/feed", rss([rss_item(str(number)) for number in range(70)])))
    await a_pass(newsdesk)
    clock.move(days=366)
    assert newsdesk.upkeep().removed == 20
    web.put("/feed", rss([rss_item(str(number)) for number in range(70)], title="Changed"))
    report = await a_pass(newsdesk, everything=True)
    assert (report.new_items, len(items(newsdesk))) == (0, 50)


async def test_a_source_removed_while_it_is_fetched_is_forgotten(newsdesk: Newsdesk, web: Web) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a")])))
    addresses = newsdesk.due()
    with newsdesk.database.writing() as session:
        sources.remove(session, store.source(session, 1), newsdesk.now())
    async with newsdesk.poller() as poller:
        report = await poller.poll(addresses)
    assert (report.new_items, items(newsdesk)) == (0, [])


async def test_one_slow_source_does_not_keep_the_others_from_being_stored(
    newsdesk: Newsdesk, web: Web
) -> None:
    with Web() as slow:
        subscribe(
            newsdesk,
            slow.put("/slow", rss([rss_item("s")]), wait=1.0),
            web.put("/feed", rss([rss_item("a")])),
        )
        told: list[int] = []

        def tell(result: Result) -> None:
            told.append(result.source)
            assert len(items(newsdesk)) == len(told)

        async with newsdesk.poller() as poller:
            await poller.poll(newsdesk.due(), tell)
    assert told == [2, 1]


async def test_what_arrives_in_a_moment_is_stored_together(
    newsdesk: Newsdesk, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrived, "MOMENT", 20.0)
    subscribe(newsdesk, *(web.put(f"/{number}", rss([rss_item("a")])) for number in range(12)))
    sizes: list[int] = []

    def store(self: Poller, batch: Sequence[Polled]) -> list[Result]:
        sizes.append(len(batch))
        return stored(self, batch)

    stored = Poller.store
    monkeypatch.setattr(Poller, "store", store)
    report = await a_pass(newsdesk)
    assert (report.new_items, sizes) == (12, [12])
    assert report.seconds < arrived.MOMENT, "nothing is waited for that has arrived"


async def test_a_document_that_cannot_be_stored_is_a_failure_of_its_source(newsdesk: Newsdesk) -> None:
    """Whatever breaks in the middle of a batch, the others of the batch are stored."""
    subscribe(newsdesk, "https://good.example/", "https://bad.example/")
    tagging(newsdesk, "title")
    good, bad = newsdesk.due()
    document = Document("https://good.example/", rss([rss_item("a")]).encode())
    fetched = read(document)
    broken = Read(document, fetched.feed.model_copy(update={"title": None}), "hash")
    async with newsdesk.poller() as poller:
        results = poller.store([(good, fetched), (bad, broken)])
    assert [(result.outcome, result.error and result.error.kind) for result in results] == [
        ("changed", None),
        ("failed", "storage"),
    ]
    assert len(items(newsdesk)) == len(tagged(newsdesk)) == 1, "and judged once"


async def test_a_flood_of_entries_is_kept_as_far_as_its_newest_thousand_and_noted(
    newsdesk: Newsdesk, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    subscribe(newsdesk, web.put("/feed", rss([rss_item(str(number)) for number in range(1_002)])))
    assert (await a_pass(newsdesk)).new_items == 1_000
    assert "source 1: 2 entries, the oldest, are too many to keep" in caplog.text


async def test_an_older_page_adds_items_and_revises_none(newsdesk: Newsdesk, web: Web) -> None:
    tagging(newsdesk, "title OR words")
    subscribe(newsdesk, web.put("/feed", rss([rss_item("a", title="Newest words")])))
    await a_pass(newsdesk)
    page = rss([rss_item("a", title="Older words"), rss_item("b")])
    async with newsdesk.poller() as poller:
        older = await poller.parsers.read(Document("https://site.example/2", page.encode()))
        assert isinstance(older, Read)
        assert (poller.keep_older(1, older), poller.keep_older(1, older)) == (1, 0)
    assert [item.title for item in items(newsdesk)] == ["Newest words", "Title of b"]
    assert tagged(newsdesk) == [1], "what is archive is judged by no rule"
