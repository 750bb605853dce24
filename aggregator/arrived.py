"""What polls brought and waits to be stored, and how much of it one transaction takes."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from aggregator.answers import Address
from aggregator.outcomes import Outcome, Read

MOST_AT_ONCE = 250  # sources
MOST_ENTRIES_AT_ONCE = 500
MOMENT = 0.1  # seconds

Polled = tuple[Address, Outcome]


class Arrived:
    """What has arrived, in order, for one who takes it; used in one event loop."""

    def __init__(self) -> None:
        self.entries = 0
        self._waiting = deque[Polled]()
        self._wanted = 1
        self._are_there = asyncio.Event()

    def put(self, one: Polled) -> None:
        """Have one more wait to be taken."""
        self._waiting.append(one)
        self.entries += entries(one)
        if len(self._waiting) >= self._wanted or self.entries >= MOST_ENTRIES_AT_ONCE:
            self._are_there.set()

    async def take(self, missing: int = 1) -> list[Polled]:
        """What has arrived: at least one source's, and no more than one transaction is to hold.

        Where more are `missing`, they are let arrive for a moment: a transaction costs as much as some thirty
        sources in it do.
        """
        if missing > 1:
            with suppress(TimeoutError):
                async with asyncio.timeout(MOMENT):
                    await self._until(min(missing, MOST_AT_ONCE))
        await self._until(1)
        taken, count = list[Polled](), 0
        while self._waiting and len(taken) < MOST_AT_ONCE and count < MOST_ENTRIES_AT_ONCE:
            taken.append(self._waiting.popleft())
            count += entries(taken[-1])
        self.entries -= count
        return taken

    async def _until(self, wanted: int) -> None:
        """Wait until so many sources have arrived, or as many entries as one transaction is to hold."""
        self._wanted = wanted
        if len(self._waiting) < wanted and self.entries < MOST_ENTRIES_AT_ONCE:
            self._are_there.clear()
            await self._are_there.wait()


def entries(one: Polled) -> int:
    """How many entries came."""
    outcome = one[1]
    return len(outcome.feed.entries) if isinstance(outcome, Read) else 0
