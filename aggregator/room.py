"""How many requests are in flight at once, and how those whose answer is slow keep no others waiting."""

from __future__ import annotations

import asyncio

PATIENCE = 0.25  # seconds


class Room:
    """Places for so many at once, used in one event loop.

    A place that is held for longer than `PATIENCE` is lent to the next who waits. No more than half of the
    places are lent, so that there are never more than half as many again in flight.
    """

    def __init__(self, places: int) -> None:
        self.free = asyncio.Semaphore(places)
        self.to_lend = places // 2

    def place(self) -> Place:
        """One of the places: `async with` waits for it, and holds it."""
        return Place(self)


class Place:
    """One request's place; each serves once."""

    __slots__ = ("_is_lent", "_lending", "_room")

    def __init__(self, room: Room) -> None:
        self._room, self._is_lent = room, False

    async def __aenter__(self) -> None:
        await self._room.free.acquire()
        self._lending = asyncio.get_running_loop().call_later(PATIENCE, self._lend)

    async def __aexit__(self, *_: object) -> None:
        self._lending.cancel()
        if self._is_lent:
            self._room.to_lend += 1
        else:
            self._room.free.release()

    def _lend(self) -> None:
        if self._room.to_lend > 0:
            self._is_lent = True
            self._room.to_lend -= 1
            self._room.free.release()
