"""What is known of a source's items is not read again, and all is kept as if it had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import odd_pieces
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from makers import Clock, rss, rss_item
from odd_pieces import ATOM, CHANNELS, KINDS, ODD, SHELLS, Kind
from sqlalchemy import delete, select
from sqlmodel import SQLModel, col
from web import Web

from aggregator import app, homes, parser, parsers, sources, store
from aggregator.answers import Address, Document, Failure
from aggregator.app import Newsdesk
from aggregator.fetch import Fetcher
from aggregator.outcomes import Outcome, Read
from aggregator.parsers import Parsers
from aggregator.poll import Poller
from feeds.entries import Link
from feeds.tables import Item, Remembered, Source

OURS = {"token", "secret"}  # of a subscription: drawn at random
TOLD = [f"{word} of the flood at Norwick, where the river Elsham rose by {word} metres" for word in "abcdef"]


@dataclass
class Newsroom:
    """A newsroom that is handed documents instead of fetching them; `reads` is how many entries were read."""

    desk: Newsdesk
    poller: Poller
    reads: int = 0

    def subscribe(self, url: str) -> None:
        with self.desk.database.writing() as session:
            sources.add(session, url, self.desk.now())

    def address(self, url: str) -> Address:
        with self.desk.database.reading() as session:
            found = store.source_at(session, url)
            assert found is not None
            return store.address(found)

    def look(self, url: str, body: bytes) -> Outcome:
        """What came of a poll that found this document."""
        address, document = self.address(url), Document(url, body)
        memory = self.poller.recall(address.source_id)
        question = parsers.asked(document, address.home, memory, drawn=address.body_hash is None)
        answer = parser.answer(question, body)
        self.reads = len(answer.feed.entries) if answer.feed else 0
        return parsers.told(document, answer, memory)

    def poll(self, url: str, body: bytes) -> Outcome:
        address, outcome = self.address(url), self.look(url, body)
        self.poller.store([(address, outcome)])
        return outcome

    def forget(self) -> None:
        with self.desk.database.writing() as session:
            session.connection().execute(delete(Remembered))

    def edit(self, url: str, **given: object) -> None:
        with self.desk.database.writing() as session:
            row = store.source_at(session, url)
            assert row is not None
            for name, value in given.items():
                setattr(row, name, value)
            homes.redate(session, row)

    def purge(self, url: str, most: int) -> None:
        """Let retention remove the oldest items of a source."""
        number = self.address(url).source_id
        with self.desk.database.writing() as session:
            oldest = select(Item).where(col(Item.source_id) == number).order_by(col(Item.id)).limit(most)
            store.purge(session, session.scalars(oldest).all())

    def rows(self) -> Mapping[str, list[Any]]:
        """All that is kept, but for what is remembered."""
        with self.desk.database.reading() as session:
            return {
                table.name: sorted(
                    repr([row._mapping[one] for one in table.columns if one.name not in OURS])
                    for row in session.connection().execute(select(table))
                )
                for table in SQLModel.metadata.sorted_tables
                if table.name != Remembered.__tablename__
            }


@contextmanager
def newsroom(url: str, clock: Clock) -> Iterator[Newsroom]:
    with app.opened(app.chosen(database_url=url), clock) as desk:
        yield Newsroom(
            desk,
            Poller(desk.database, Fetcher(desk.settings.fetch), Parsers(), desk.settings.poll, clock),
        )


@pytest.fixture
def room(newsdesk: Newsdesk) -> Newsroom:
    poller = Poller(
        newsdesk.database, Fetcher(newsdesk.settings.fetch), Parsers(), newsdesk.settings.poll, newsdesk.now
    )
    return Newsroom(newsdesk, poller)


URL = "https://site.example/feed.xml"


def document(*places: int, channel: str = "", change: str = "") -> bytes:
    """A document of items by their numbers, each of some words."""
    items = [rss_item(f"n{place}", text=f"<p>{change or TOLD[place % 6]} {place}</p>") for place in places]
    return rss(items, channel=channel).encode()


@pytest.mark.both
def test_of_a_document_only_the_new_items_are_read(room: Newsroom) -> None:
    room.subscribe(URL)
    room.poll(URL, document(*range(25, 0, -1)))
    assert room.reads == 25
    outcome = room.poll(URL, document(*range(27, 2, -1)))
    assert (room.reads, isinstance(outcome, Read) and len(outcome.feed.entries)) == (2, 25)
    room.poll(URL, document(*range(28, 3, -1)))
    assert room.reads == 1


def test_a_revised_item_is_read_once_and_its_neighbours_not_at_all(room: Newsroom) -> None:
    room.subscribe(URL)
    room.poll(URL, document(3, 2, 1))
    changed = document(4, 3, 2, 1).replace(b"Title of n2", b"Another title of n2")
    for reads in (2, 0):
        room.poll(URL, changed)
        assert room.reads == reads
        changed += b"<!-- later -->"
    with room.desk.database.reading() as session:
        assert session.get_one(Item, 2).title == "Another title of n2"


def test_an_item_whose_bytes_change_and_whose_entry_does_not_is_read_once(room: Newsroom) -> None:
    room.subscribe(URL)
    room.poll(URL, document(2, 1))
    spaced = document(2, 1).replace(b"<guid>n1", b" <guid>n1")
    room.poll(URL, spaced)
    room.poll(URL, spaced.replace(b"<item>", rss_item("n3").encode() + b"<item>", 1))
    assert room.reads == 1


@pytest.mark.parametrize(
    ("between", "reads"),
    [
        (lambda room: None, 1),
        (lambda room: room.forget(), 4),
        (lambda room: room.desk.now.move(days=1), 4),
        (lambda room: room.desk.now.move(hours=23), 1),
        (lambda room: room.edit(URL, zone="Europe/Paris"), 4),
        (lambda room: room.edit(URL, language="fr"), 4),
        (lambda room: room.purge(URL, 2), 3),
        (lambda room: room.poller.store([(room.address(URL), Failure("timeout", "late"))]), 4),
    ],
)
def test_where_it_is_not_sure_that_an_item_still_says_the_same_it_is_read_again(
    room: Newsroom, between: Callable[[Newsroom], object], reads: int
) -> None:
    room.subscribe(URL)
    room.poll(URL, document(3, 2, 1))
    between(room)
    room.poll(URL, document(4, 3, 2, 1))
    assert room.reads == reads


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "x"},
        {"content": "x"},
        {"guid": ""},
        {"links": (Link(href="https://x.example/", rel="via"),)},
    ],
)
def test_a_row_that_was_changed_since_stands_in_for_nothing(
    room: Newsroom, changed: dict[str, object]
) -> None:
    room.subscribe(URL)
    room.poll(URL, document(2, 1))
    with room.desk.database.writing() as session:
        row = session.get_one(Item, 1)
        for name, value in changed.items():
            setattr(row, name, value)
    room.poll(URL, document(3, 2, 1))
    assert room.reads == 2


def test_what_is_remembered_goes_with_its_source(room: Newsroom) -> None:
    room.subscribe(URL)
    room.poll(URL, document(2, 1))
    with room.desk.database.writing() as session:
        sources.remove(session, session.get_one(Source, 1), room.desk.now())
    with room.desk.database.reading() as session:
        assert session.scalars(select(Remembered)).all() == []


def test_a_zone_that_is_given_while_a_document_is_read_is_no_reason_to_believe_its_dates(
    room: Newsroom,
) -> None:
    room.subscribe(URL)
    address, outcome = room.address(URL), room.look(URL, document(2, 1))
    room.edit(URL, zone="Europe/Paris")
    room.poller.store([(address, outcome)])
    room.edit(URL, zone=None)
    room.poll(URL, document(3, 2, 1))
    assert room.reads == 3


def test_a_parser_that_answers_what_no_document_says_is_a_failure() -> None:
    asked = Document(URL, document(2, 1))
    answer = parser.answer(parsers.asked(asked), asked.body)
    short = answer.model_copy(update={"items": ("0" * 16, *answer.items)})
    outcome = parsers.told(asked, short)
    assert (isinstance(outcome, Failure), getattr(outcome, "kind", "")) == (True, "parse_crash")
    with pytest.raises(ValueError, match="items"):
        parser.Answer.model_validate_json('{"items": ["nothing"]}')


async def test_a_daemon_remembers_from_one_poll_to_the_next(newsdesk: Newsdesk, web: Web) -> None:
    url = web.put("/feed", document(3, 2, 1).decode())
    with newsdesk.database.writing() as session:
        sources.add(session, url, newsdesk.now())
    async with newsdesk.poller() as poller:
        await poller.poll(newsdesk.due())
        memory = poller.recall(1)
        web.put("/feed", document(4, 3, 2, 1).decode())
        with newsdesk.database.reading() as session:
            addresses = [store.address(session.get_one(Source, 1))]
        outcome = await poller.look(addresses[0])
    assert isinstance(outcome, Read)
    assert (len(memory.entries), outcome.memory.entries, len(outcome.feed.entries)) == (3, memory.entries, 4)


@dataclass(frozen=True)
class Poll:
    """What a source says, hours after it said something else, and what befell it in between."""

    body: bytes
    hours: int
    before: str


GUIDS = ("", "1", "2", "https://site.example/3", "tag:site.example,2026:4")
LINKS = ("", "https://site.example/{n}", "http://old.example/{n}?utm_source=x", "/", "https://site.example/2")
DATES = (
    "",
    "Wed, 25 Nov 2026 09:0{n}:00 GMT",
    "2026-11-24 1{n}:30",
    "1 Jan 1970",
    "Tue, 24 Nov 2026 10:00:00 EST",
)
BEFALLS = ("", "", "", "", "zone", "no zone", "purge", "failure")


FIELDS = {
    "guid": GUIDS,
    "link": LINKS,
    "title": tuple(TOLD[:3]),
    "date": DATES,
    "text": (*TOLD[3:], "<p>A &amp; B</p>"),
}


@st.composite
def ordinary(draw: st.DrawFn) -> tuple[str, ...]:
    """What one item says in turn: always the same, or with something in it changed."""
    said = {name: draw(st.sampled_from(values)) for name, values in FIELDS.items()}
    number, versions = draw(st.sampled_from("123")), [rss_item(**said)]
    for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=2)):
        said[name] = draw(st.sampled_from(FIELDS[name]))
        versions.append(rss_item(**said))
    return tuple(version.replace("{n}", number) for version in versions)


@st.composite
def odd(draw: st.DrawFn, kind: Kind) -> tuple[str, ...]:
    """What one item says in turn, put together of odd pieces now and then."""
    oddity = draw(st.sampled_from((0, 0, 1)))
    inner = st.integers(0, 9).flatmap(lambda n: st.sampled_from(ODD if n < oddity else kind.plain))
    shell = st.integers(0, 9).flatmap(lambda n: st.sampled_from(SHELLS if n < oddity else SHELLS[:1]))
    parts, chosen, number = tuple(draw(st.lists(inner, max_size=4))), draw(shell), draw(st.integers(0, 3))
    return tuple(odd_pieces.item(kind, chosen, parts[:most], number) for most in (len(parts), 2))


@st.composite
def histories(draw: st.DrawFn) -> list[Poll]:
    kind = draw(st.sampled_from(KINDS))
    item = odd(kind) if kind is ATOM else st.one_of(ordinary(), ordinary(), odd(kind))
    pool = draw(st.lists(item, min_size=2, max_size=5))
    channels = draw(st.lists(st.sampled_from(CHANNELS[:5]), min_size=1, max_size=2))
    polls = []
    for number in range(draw(st.integers(2, 5))):
        shown = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6))
        items = [draw(st.sampled_from(versions)) for versions in shown]
        channel = draw(st.sampled_from(channels))
        body = odd_pieces.document(kind.heads[0], channel, items, kind.tails[0], number).encode()
        polls.append(Poll(body, draw(st.sampled_from((1, 1, 2, 25))), draw(st.sampled_from(BEFALLS))))
    return polls


def befall(room: Newsroom, url: str, what: str) -> None:
    """What happens to a source while nobody polls it."""
    if what == "purge":
        room.purge(url, 2)
    elif what == "failure":
        room.poller.store([(room.address(url), Failure("timeout", "not within 20 seconds"))])
    elif what:
        room.edit(url, zone="Asia/Tokyo" if what == "zone" else None)


def told(*items: str) -> Poll:
    return Poll(rss(items).encode(), 1, "")


RENAMED = [  # by ids alone: its row still has the first when it is shown for the third time
    told(rss_item("1", "A", "https://site.example/a")),
    told(rss_item("2", "A", "https://site.example/a")),
    told(rss_item("3", "B"), rss_item("2", "A", "https://site.example/a")),
    told(rss_item("4", "C"), rss_item("1", "A", "https://site.example/a")),
]


def are_kept_alike(new_url: Callable[[], str], examples: int) -> int:
    """See that a newsroom that remembers keeps what one does that forgets; how much less it reads."""
    clock, saved, number = Clock(), 0, 0
    with newsroom(new_url(), clock) as remembering, newsroom(new_url(), clock) as forgetting:

        @settings(max_examples=examples)
        @example(RENAMED)
        @given(histories())
        def check(polls: list[Poll]) -> None:
            nonlocal saved, number
            number += 1
            url = f"https://s{number}.example/feed"
            for room in (remembering, forgetting):
                room.subscribe(url)
            for poll in polls:
                clock.move(hours=poll.hours)
                forgetting.forget()
                for room in (remembering, forgetting):
                    befall(room, url, poll.before)
                    room.poll(url, poll.body)
                saved += forgetting.reads - remembering.reads
                assert remembering.rows() == forgetting.rows()

        check()
    return saved


def test_a_newsroom_that_remembers_keeps_what_one_keeps_that_reads_all(new_url: Callable[[], str]) -> None:
    assert are_kept_alike(new_url, 8) > 0


@pytest.mark.slow
def test_a_newsroom_that_remembers_keeps_at_length_what_one_keeps_that_reads_all(
    new_url: Callable[[], str],
) -> None:
    assert are_kept_alike(new_url, 70) > 0
