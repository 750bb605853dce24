"""What polls brought is taken together: what a moment brings, and no more than one transaction is to hold."""

from __future__ import annotations

import asyncio

import pytest
from makers import read, rss, rss_item

from aggregator import arrived
from aggregator.answers import Address, Document, NotModified
from aggregator.arrived import Arrived
from aggregator.outcomes import Outcome, Read

LONG = 5.0  # seconds: no test takes as long


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrived, "MOMENT", LONG)


def brought(numbers: range, outcome: Outcome | None = None) -> Arrived:
    there = Arrived()
    for number in numbers:
        there.put((Address(number, f"https://s{number}.example/"), outcome or NotModified()))
    return there


async def taken(there: Arrived, missing: int) -> list[int]:
    async with asyncio.timeout(LONG / 2):
        return [address.source_id for address, _ in await there.take(missing)]


def document(entries: int) -> Read:
    items = [rss_item(str(number)) for number in range(entries)]
    return read(Document("https://s.example/", rss(items).encode()))


async def test_what_is_there_is_taken_in_order_where_no_more_is_missing() -> None:
    assert await taken(brought(range(3)), missing=3) == [0, 1, 2]


async def test_the_last_that_is_missing_is_waited_for_and_no_longer() -> None:
    there = brought(range(2))
    taking = asyncio.create_task(taken(there, missing=3))
    await asyncio.sleep(0.01)
    assert not taking.done()
    there.put((Address(2, "https://s2.example/"), NotModified()))
    assert await taking == [0, 1, 2]


async def test_after_a_moment_what_is_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrived, "MOMENT", 0.01)
    assert await taken(brought(range(2)), missing=3) == [0, 1]


async def test_nothing_is_taken_before_something_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrived, "MOMENT", 0.01)
    there = Arrived()
    taking = asyncio.create_task(taken(there, missing=3))
    await asyncio.sleep(0.03)
    assert not taking.done()
    there.put((Address(7, "https://s7.example/"), NotModified()))
    assert await taking == [7]


async def test_no_more_sources_are_taken_than_one_transaction_is_to_hold() -> None:
    there = brought(range(arrived.MOST_AT_ONCE + 1))
    assert len(await taken(there, missing=1_000)) == arrived.MOST_AT_ONCE
    assert await taken(there, missing=1) == [arrived.MOST_AT_ONCE]


async def test_no_more_entries_are_taken_than_one_transaction_is_to_hold() -> None:
    some = arrived.MOST_ENTRIES_AT_ONCE * 2 // 5
    there = brought(range(5), document(some))
    assert there.entries == 5 * some
    assert await taken(there, missing=100) == [0, 1, 2], "without waiting for more"
    assert there.entries == 2 * some
    assert await taken(there, missing=2) == [3, 4]
