"""Places for requests: who is slow lends his, and never are more than half as many again taken."""

from __future__ import annotations

import asyncio

import pytest

from aggregator import room
from aggregator.room import Room

PATIENCE = 0.05
LONG = 6 * PATIENCE


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", PATIENCE)


class Crowd:
    """Those who hold a place, for as long as each is told, and the most there were at once."""

    def __init__(self, places: int) -> None:
        self.room = Room(places)
        self.within = self.most = 0

    async def visit(self, seconds: float) -> float:
        """Seconds that passed until there was a place."""
        clock = asyncio.get_running_loop().time
        came = clock()
        async with self.room.place():
            waited = clock() - came
            self.within += 1
            self.most = max(self.most, self.within)
            try:
                await asyncio.sleep(seconds)
            finally:
                self.within -= 1
        return waited

    async def visits(self, *seconds: float) -> list[float]:
        return await asyncio.gather(*map(self.visit, seconds))


async def test_as_many_as_there_are_places_come_in_at_once() -> None:
    crowd = Crowd(4)
    waits = await crowd.visits(*[PATIENCE / 5] * 12)
    assert crowd.most == 4
    assert max(waits[:4]) < PATIENCE / 5 <= min(waits[4:])


async def test_who_is_slow_lends_his_place_to_the_next() -> None:
    waits = await Crowd(2).visits(LONG, LONG, 0, 0, 0)
    assert PATIENCE * 0.9 <= min(waits[2:]) <= max(waits) < LONG


async def test_no_more_than_half_of_the_places_are_lent() -> None:
    crowd = Crowd(4)
    await crowd.visits(*[LONG] * 12)
    assert crowd.most == 6


async def test_an_only_place_is_never_lent() -> None:
    crowd = Crowd(1)
    waits = await crowd.visits(LONG, 0)
    assert (crowd.most, waits[1] >= LONG * 0.9) == (1, True)


async def test_a_place_that_was_lent_may_be_lent_again_and_is_not_there_twice() -> None:
    crowd = Crowd(2)
    for _ in range(2):
        await crowd.visits(LONG, LONG, LONG)
        assert crowd.most == 3
    crowd.most = 0
    await crowd.visits(*[0.001] * 20)
    assert crowd.most == 2


async def test_who_is_called_away_leaves_his_place_lent_or_not() -> None:
    crowd = Crowd(2)
    visits = [asyncio.create_task(crowd.visit(LONG)) for _ in range(3)]
    await asyncio.sleep(2 * PATIENCE)
    assert crowd.within == 3
    for visit in visits:
        visit.cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    waits = await crowd.visits(0.001, 0.001)
    assert (crowd.most, max(waits) < PATIENCE) == (3, True)
