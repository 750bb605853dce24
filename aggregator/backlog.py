"""How much waits between two that work one after the other, so that the first does not run ahead."""

from __future__ import annotations

import asyncio


class Backlog:
    """What waits, by whatever it is counted in, of which there should not be more than `most`.

    It is used in one event loop.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()

    @property
    def is_full(self) -> bool:
        """Whether more waits than should."""
        return not self._room.is_set()

    def add(self, amount: int) -> None:
        """Count what has come to wait, or, less than nothing, what waits no longer."""
        self._waiting += amount
        if self._waiting > self.most:
            self._room.clear()
        else:
            self._room.set()

    async def room(self) -> None:
        """Wait until there is no more than should be."""
        await self._room.wait()
