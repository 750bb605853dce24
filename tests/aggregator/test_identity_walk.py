"""One source polled again and again, its documents bad in every known way: each article is one item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlmodel import col, select

from aggregator import app, store
from aggregator.app import Newsdesk
from feeds.tables import Item, PurgedKey, Revision, Source

STEPS = st.sampled_from(["publish", "edit", "churn", "move", "leave", "return", "twice", "again", "purge"])


@dataclass
class Publisher:
    """A source as its publisher has it: articles by number, and what it does to them between two polls."""

    name: str
    titles: dict[int, str] = field(default_factory=dict)
    shown: list[int] = field(default_factory=list)
    host: int = 0
    ids: int = 0
    twice: bool = False

    def do(self, step: str, which: int) -> None:
        """Change one thing."""
        number = self.shown[which % len(self.shown)] if self.shown else 0
        self.twice = step == "twice"
        if step == "publish":
            self.shown.insert(0, len(self.titles) + 1)
            self.titles[len(self.titles) + 1] = f"Article {len(self.titles) + 1}"
        elif step == "edit" and self.shown:
            self.titles[number] += "!"
        elif step == "churn":
            self.ids += 1
        elif step == "move":
            self.host += 1
        elif step == "leave" and len(self.shown) > 1:
            self.shown.remove(number)
        elif step == "return":
            self.shown = sorted(self.titles, reverse=True)

    def document(self) -> str:
        """What it says now; an article that is said twice is said under two ids of one address."""
        items = [self._item(number) for number in self.shown]
        return rss(items + items[:1] if self.twice else items)

    def _item(self, number: int) -> str:
        link = f"https://{self.name}-{self.host}.example/2026/article-{number}"
        return rss_item(f"{self.ids}-{number}", self.titles[number], link, text=f"Text of {number}")


@pytest.fixture(scope="module")
def newsroom(new_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsdesk]:
    """One newsroom for all examples: each is a source of its own."""
    chosen = app.chosen(database_url=new_url(), output=tmp_path_factory.mktemp("public"))
    with app.opened(chosen, Clock()) as opened:
        yield opened


def items(newsdesk: Newsdesk, source: int = 1) -> list[tuple[int | None, str, str]]:
    with newsdesk.database.reading() as session:
        found = session.exec(select(Item).where(Item.source_id == source).order_by(col(Item.id)))
        return [(row.id, row.key, row.title) for row in found]


def purge(newsdesk: Newsdesk, source: int = 1) -> int:
    with newsdesk.database.writing() as session:
        found = session.exec(select(Item).where(Item.source_id == source)).all()
        store.purge(session, found)
        return len(found)


NUMBERS = count(1)


@given(st.lists(st.tuples(STEPS, st.integers(0, 5)), min_size=3, max_size=9))
@settings(max_examples=5)
def test_however_a_source_changes_each_of_its_articles_is_one_item(
    newsroom: Newsdesk, steps: list[tuple[str, int]]
) -> None:
    publisher, purged, source = Publisher(f"site{next(NUMBERS)}"), 0, 0
    url = f"https://{publisher.name}.example/feed.xml"
    for step, which in [("publish", 0), ("publish", 0), ("publish", 0), *steps]:
        if step == "purge":
            purged += purge(newsroom, source)
        publisher.do(step, which)
        said = publisher.document()
        source = keep(newsroom, said, url)
        found = items(newsroom, source)
        assert len(found) + purged == len(publisher.titles), step
        keep(newsroom, said.replace("<description>d<", "<description>e<"), url)  # another text of the channel
        assert items(newsroom, source) == found


def revisions(newsdesk: Newsdesk) -> list[str]:
    with newsdesk.database.reading() as session:
        return [row.title for row in session.exec(select(Revision).order_by(col(Revision.id)))]


def test_an_item_that_goes_there_and_back_keeps_each_text_once(newsdesk: Newsdesk, clock: Clock) -> None:
    for title in ("A", "B", "A", "B", "A"):
        keep(newsdesk, rss([rss_item("g", title)]))
        clock.move(hours=1)
    assert revisions(newsdesk) == ["A", "B"]


def test_an_item_that_changes_for_ever_keeps_its_first_text_and_its_last(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    for views in range(60):
        keep(newsdesk, rss([rss_item("g", f"{views} views")]))
        clock.move(hours=1)
    kept = revisions(newsdesk)
    assert len(kept) == store.MOST_REVISIONS
    assert (kept[0], kept[1], kept[-1]) == ("0 views", "40 views", "58 views")


def test_a_purged_item_is_remembered_with_its_other_names(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("g", "Quay", "https://site.example/quay-1?utm_source=rss")]))
    purge(newsdesk)
    keep(newsdesk, rss([rss_item("h", "Quay", "https://www.site.example/quay-1/")]))
    assert items(newsdesk) == []
    with newsdesk.database.reading() as session:
        row = session.exec(select(PurgedKey)).one()
        assert (row.key, row.alias, row.title) == ("h", "/quay-1", "Quay")  # the id it came under last
        assert row.canonical_url == "https://site.example/quay-1"


@pytest.mark.parametrize("polls", [2, 3])
def test_a_source_whose_ids_change_three_times_in_a_row_is_known_for_it(
    newsdesk: Newsdesk, clock: Clock, polls: int
) -> None:
    for poll in range(polls + 1):
        number = keep(newsdesk, rss([rss_item(f"s{poll}", "Quay", "https://site.example/quay")]))
        clock.move(hours=1)
    with newsdesk.database.reading() as session:
        assert session.get_one(Source, number).renamed_polls == polls
    keep(newsdesk, rss([rss_item("t", "Edited", "https://site.example/quay")]))
    assert len(items(newsdesk)) == (1 if polls == 3 else 2)
