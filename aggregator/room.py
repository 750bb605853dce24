"""How many requests are in flight at once, and how those whose answer is slow keep no others waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE = 0.25  # seconds


class Room:
    """Places for so many at once, used in one event loop.

    A place that is held for longer than `PATIENCE` is lent to the next who waits. No more than half of the
    places are lent, so that there are never more than half as many again in flight.
    """

    def __init__(self, places: int) -> None:
        self._free = asyncio.Semaphore(places)
        self._to_lend = places // 2

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it."""
        await self._free.acquire()
        is_lent = False

        def lend() -> None:
            nonlocal is_lent
            if self._to_lend > 0:
                is_lent = True
                self._to_lend -= 1
                self._free.release()

        lending = asyncio.get_running_loop().call_later(PATIENCE, lend)
        try:
            yield
        finally:
            lending.cancel()
            if is_lent:
                self._to_lend += 1
            else:
                self._free.release()
