"""New items as rows: their numbers are those that the database would give."""

from __future__ import annotations

import pytest
from makers import keep, rss, rss_item
from sqlmodel import Session, col, select

from aggregator import newcomers
from aggregator.app import Newsdesk
from feeds.tables import Item

pytestmark = pytest.mark.both


def numbers(newsdesk: Newsdesk) -> list[int | None]:
    with newsdesk.database.reading() as session:
        return list(session.exec(select(Item.id).order_by(col(Item.id))))


def goes(session: Session, number: int) -> None:
    session.delete(session.get_one(Item, number))


def test_a_number_is_never_given_twice(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("b"), rss_item("a")]))
    first, last = numbers(newsdesk)
    assert first is not None
    assert last is not None
    with newsdesk.database.writing() as session:
        goes(session, last)
    keep(newsdesk, rss([rss_item("d"), rss_item("c")]))
    assert numbers(newsdesk) == [first, last + 1, last + 2]


def test_a_row_written_otherwise_gets_the_number_after_those_taken(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    (number,) = numbers(newsdesk)
    with newsdesk.database.writing() as session:
        kept = session.get_one(Item, number)
        other = Item(**kept.model_dump(exclude={"id", "key"}), key="b")
        session.add(other)
        session.flush()
        assert other.id == (number or 0) + 1
        assert min(newcomers.numbers(session.connection(), "item", 2)) == (number or 0) + 2
