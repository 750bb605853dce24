"""Where a source is at home is learned from its polls, and its items are dated accordingly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import CommandLine
from makers import NOON, Clock, keep, read, rss, rss_item
from sqlalchemy import insert
from sqlmodel import col, select

from aggregator import homes, ingest, moving, poll, sources, store
from aggregator.answers import Document
from aggregator.app import Newsdesk
from aggregator.fetch import Fetcher
from aggregator.parsers import Parsers
from feeds.entries import Moment
from feeds.tables import Item, Revision, Sightings, Source, Story

URL = "https://site.example/feed.xml"


class Desk:
    """A source that brings an item out every hour or so, dated by its clock, and is polled soon after."""

    def __init__(self, newsdesk: Newsdesk, clock: Clock, zone: str) -> None:
        self.newsdesk, self.clock, self.zone = newsdesk, clock, zone
        self.dated: dict[str, datetime] = {}
        self.entries: list[str] = []

    def brings(self, count: int, **given: object) -> None:
        """So many items, one after the other, each polled a little after it is dated."""
        for _ in range(count):
            number = len(self.dated)
            self.clock.move(minutes=51)
            self.poll(**given)  # finds nothing new
            self.clock.move(minutes=30)
            at = self.clock.at - timedelta(minutes=2 + number * 7 % 26, seconds=11)
            local = at.astimezone(ZoneInfo(self.zone))
            self.dated[str(number)] = at
            self.entries.insert(0, rss_item(str(number), date=f"{local:%Y-%m-%d %H:%M:%S}"))
            self.poll(**given)

    def poll(self, **given: object) -> None:
        keep(self.newsdesk, rss(self.entries), URL, **given)

    def source(self) -> Source:
        with self.newsdesk.database.reading() as session:
            return session.exec(select(Source)).one()

    def items(self) -> Sequence[Item]:
        with self.newsdesk.database.reading() as session:
            return session.exec(select(Item).order_by(col(Item.id))).all()

    def edit(self, **given: object) -> int:
        with self.newsdesk.database.writing() as session:
            return sources.rezone(session, store.source(session, 1), **given)

    def wrong(self) -> list[str]:
        """The items whose date or place in the order is not when they came out."""
        return [
            item.guid
            for item in self.items()
            if item.published is None or {item.published.at, item.timestamp} != {self.dated[item.guid]}
        ]


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"])
def test_the_zone_of_a_source_is_learned_and_all_its_items_are_dated_by_it(
    newsdesk: Newsdesk, clock: Clock, zone: str
) -> None:
    desk = Desk(newsdesk, clock, zone)
    desk.brings(4)
    assert desk.source().inferred_zone is None
    assert {item.published.known_by for item in desk.items() if item.published} == {"assumed UTC"}
    desk.brings(26)
    assert (desk.source().inferred_zone, desk.source().zone) == (zone, None)
    assert {item.published.known_by for item in desk.items() if item.published} == {"inferred"}
    assert desk.wrong() == []
    assert all(item.revised_at is None for item in desk.items())


def test_what_only_seems_to_come_from_the_future_finds_its_place(newsdesk: Newsdesk, clock: Clock) -> None:
    """Dates of Tokyo, read as UTC, are nine hours ahead: ordered by first sight, with the claim kept."""
    desk = Desk(newsdesk, clock, "Asia/Tokyo")
    desk.brings(4)
    first = desk.items()[0]
    assert first.published is not None
    assert first.published.at == desk.dated["0"] + timedelta(hours=9)
    assert first.timestamp == first.first_seen_at
    desk.brings(10)
    assert desk.wrong() == []
    assert desk.items()[0].first_seen_at == first.first_seen_at


def test_the_country_of_a_site_names_the_zone_among_those_that_fit(newsdesk: Newsdesk, clock: Clock) -> None:
    desk = Desk(newsdesk, clock, "Europe/Madrid")
    desk.brings(14, language="es-ES")
    source = desk.source()
    assert source.inferred_zone == "Europe/Madrid"
    assert source.zone_confidence is not None
    assert source.zone_confidence < 0.9, "Lagos keeps the same time until March"
    assert "come from between two polls" in (source.zone_evidence or "")


def test_the_zone_of_an_editor_is_never_changed_but_doubted(
    newsdesk: Newsdesk, clock: Clock, command: CommandLine
) -> None:
    desk = Desk(newsdesk, clock, "Asia/Tokyo")
    desk.brings(14, zone="Europe/Paris")
    assert (desk.source().zone, desk.source().inferred_zone) == ("Europe/Paris", "Asia/Tokyo")
    assert {item.published.known_by for item in desk.items() if item.published} == {"source zone"}
    shown = command("source", "show", 1)
    assert "Europe/Paris, set by an editor" in shown.out
    assert "its dates are those of Asia/Tokyo" in shown.out
    assert desk.edit(zone="") == 14
    assert desk.wrong() == []
    assert "Asia/Tokyo, inferred with confidence" in command("source", "show", 1).out


def test_a_source_show_says_how_the_zone_is_known(
    newsdesk: Newsdesk, clock: Clock, command: CommandLine
) -> None:
    Desk(newsdesk, clock, "Asia/Tokyo").brings(14)
    said = command("source", "show", 1).out
    assert "Asia/Tokyo, inferred with confidence" in said
    assert "14 dates seen from" in said
    inferred = command("source", "show", 1, "--json").json["inferred_zone"]
    assert (inferred["zone"], inferred["confidence"] >= 0.9) == ("Asia/Tokyo", True)


def test_a_server_that_moves_is_followed_and_what_came_before_stays(newsdesk: Newsdesk, clock: Clock) -> None:
    desk = Desk(newsdesk, clock, "UTC")
    desk.brings(20)
    desk.zone = "Asia/Tokyo"
    desk.brings(16)
    assert desk.source().inferred_zone == "Asia/Tokyo"
    assert desk.wrong() == []
    desk.brings(4)
    assert desk.wrong() == []


def test_items_without_naive_dates_tell_nothing(newsdesk: Newsdesk, clock: Clock) -> None:
    dates = ("Wed, 25 Nov 2026 11:00:00 GMT", "2026-11-25", "soon", "")
    for number, date in enumerate(dates):
        clock.move(minutes=30)
        keep(newsdesk, rss([rss_item(str(number), date=date)]), URL)
    with newsdesk.database.reading() as session:
        assert session.exec(select(Sightings)).all() == []


def test_a_failed_poll_bounds_no_date(newsdesk: Newsdesk, clock: Clock) -> None:
    """What comes after an hour of failures came out at any time within it."""
    desk = Desk(newsdesk, clock, "UTC")
    desk.brings(1)
    before = desk.source().answered_at
    clock.move(minutes=30)
    address = store.address(desk.source())
    poller = poll.Poller(
        newsdesk.database, Fetcher(newsdesk.settings.fetch), Parsers(), newsdesk.settings.poll, newsdesk.now
    )
    poller.store([(address, poll.Failure("timeout", "too slow"))])
    assert (desk.source().last_polled_at, desk.source().answered_at) == (clock.at, before)


def test_a_source_that_is_given_another_zone_while_it_is_read_is_dated_by_it(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([]), URL)
    with newsdesk.database.reading() as session:
        address = store.address(store.source(session, 1))
    document = Document(URL, rss([rss_item("a", date="2026-11-25 12:00:00")]).encode())
    late = read(document, address.home)
    with newsdesk.database.writing() as session:
        sources.rezone(session, store.source(session, 1), zone="Europe/Paris")
    poller = poll.Poller(
        newsdesk.database, Fetcher(newsdesk.settings.fetch), Parsers(), newsdesk.settings.poll, newsdesk.now
    )
    poller.store([(address, late)])
    with newsdesk.database.reading() as session:
        item = session.exec(select(Item)).one()
    assert item.timestamp == NOON - timedelta(hours=1)


# --- an editor's zone, and a source's corrections -------------------------------------------------


def test_an_edited_zone_dates_ten_thousand_items_in_seconds(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss(), URL)
    said = Moment(raw="2026-11-20 13:56:38", at=NOON, known_by="assumed UTC", zone="UTC")
    same = {"source_id": 1, "public_id": "", "fingerprint": "", "guid": "", "title": "", "summary": ""}
    times = {"published": said, "timestamp": NOON, "first_seen_at": NOON}
    numbers = range(1, 10_001)
    with newsdesk.database.writing() as session:
        session.execute(insert(Story), [{"id": number} for number in numbers])
        rows = [{"key": str(number), "story_id": number} | same | times for number in numbers]
        session.execute(insert(Item), rows)
    started = time.process_time()
    with newsdesk.database.writing() as session:
        assert sources.rezone(session, store.source(session, 1), zone="Europe/Paris") == 10_000
    assert time.process_time() - started < 10
    with newsdesk.database.writing() as session:
        source = store.source(session, 1)
        assert {item.timestamp.hour for item in session.exec(select(Item))} == {12}
        assert sources.rezone(session, source, zone="Europe/Madrid") == 10_000, "by another zone's name"
        assert sources.rezone(session, source, zone="Europe/Madrid") == 0
        assert sources.rezone(session, source, title="Another") == 0
        assert session.exec(select(Revision)).all() == []


def test_dating_anew_leaves_dates_that_say_their_own_offset(newsdesk: Newsdesk) -> None:
    dates = (
        "Fri, 20 Nov 2026 13:56:38 +0000",
        "Fri, 20 Nov 2026 13:56:38 CET",
        "2026-11-20 13:56:38",
        "soon",
    )
    keep(newsdesk, rss(rss_item(date, date=date) for date in dates), URL)
    with newsdesk.database.writing() as session:
        assert sources.rezone(session, store.source(session, 1), zone="Asia/Tokyo") == 1
        at = {item.guid: item.published and item.published.at for item in session.exec(select(Item))}
    assert [(moment.hour if moment else None) for moment in map(at.__getitem__, dates)] == [13, 12, 4, None]


def test_source_edit_says_how_many_items_it_dates_anew(newsdesk: Newsdesk, command: CommandLine) -> None:
    keep(newsdesk, rss([rss_item("a", date="2023-11-20 13:56:38")]), URL)
    said = command("source", "edit", 1, "--zone", "Europe/Paris")
    assert "source 1: 1 item dated anew" in said.err
    assert command("source", "edit", 1, "--zone", "", "--json").json["redated_items"] == 1
    assert command("source", "edit", 1, "--title", "Gazette", "--json").json["redated_items"] == 0


HOUR = timedelta(hours=1)


def written(at: datetime) -> str:
    return f"{at:%a, %d %b %Y %H:%M:%S} GMT"


@pytest.mark.parametrize(
    ("corrected", "order"),
    [
        pytest.param(NOON - 5 * HOUR, NOON - 5 * HOUR, id="earlier: it moves down"),
        pytest.param(NOON - HOUR, NOON - HOUR, id="later, but before it was first seen"),
        pytest.param(NOON + 3 * HOUR, NOON - 2 * HOUR, id="after it was first seen: it is not made new"),
        pytest.param(datetime(1971, 1, 1, tzinfo=UTC), NOON - 2 * HOUR, id="unbelievable"),
    ],
)
@pytest.mark.parametrize("title", ["Title of a", "Corrected"], ids=["only the date", "with the title"])
def test_a_date_that_its_source_corrects_is_kept_and_makes_nothing_new(
    newsdesk: Newsdesk, clock: Clock, corrected: datetime, order: datetime, title: str
) -> None:
    keep(newsdesk, rss([rss_item("a", date=written(NOON - 2 * HOUR))]), URL)
    clock.move(hours=4)
    keep(newsdesk, rss([rss_item("a", title=title, date=written(corrected))]), URL)
    with newsdesk.database.reading() as session:
        item = session.exec(select(Item)).one()
        assert len(session.exec(select(Revision)).all()) == (title == "Corrected")
    assert item.published is not None
    assert (item.published.at, item.timestamp, item.first_seen_at) == (corrected, order, NOON)
    assert (item.revised_at is None) is (title != "Corrected")


def test_a_date_that_its_source_leaves_out_later_stays(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", date=written(NOON - HOUR))]), URL)
    keep(newsdesk, rss([rss_item("a", title="Corrected")]), URL)
    with newsdesk.database.reading() as session:
        item = session.exec(select(Item)).one()
    assert (item.published and item.published.at, item.timestamp) == (NOON - HOUR, NOON - HOUR)


def test_a_date_in_words_that_are_known_is_no_correction() -> None:
    kept = Moment(raw="x", at=NOON, known_by="assumed UTC")
    assert ingest.correction(kept, Moment(raw="x", at=NOON + HOUR, known_by="inferred")) is kept
    assert ingest.correction(None, kept) is kept
    assert ingest.correction(kept, None) is kept


def test_of_two_sources_that_become_one_all_items_are_dated_in_its_zone(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", date="2026-11-20 13:00:00")]), URL, zone="Asia/Tokyo")
    keep(newsdesk, rss([rss_item("b", date="2026-11-20 13:00:00")]), "https://other.example/")
    with newsdesk.database.writing() as session:
        moving.merge(session, store.source(session, 1), store.source(session, 2))
    with newsdesk.database.reading() as session:
        assert [item.timestamp.hour for item in session.exec(select(Item))] == [4, 4]


def test_the_zones_of_a_country_are_those_of_the_sites_language_or_domain() -> None:
    made = {"canonical_url": "", "added_at": NOON, "next_poll_at": NOON}
    for given, zones in (
        ({"url": "https://x.example/", "feed_language": "fr-FR"}, ("Europe/Paris",)),
        ({"url": "https://x.jp/", "feed_language": "ja"}, ("Asia/Tokyo",)),
        ({"url": "https://cdn.example/", "site": "https://x.jp/"}, ("Asia/Tokyo",)),
        ({"url": "https://x.io/", "feed_language": "en"}, ()),
    ):
        assert homes.likely(Source(**made, **given)) == zones
