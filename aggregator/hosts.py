"""Politeness to a host: one request at a time, and a gap between two."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Hosts:
    """One request in flight per host and port, and `gap` seconds between two."""

    def __init__(self, gap: float) -> None:
        self.gap = gap
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for this host's turn, and hold it."""
        clock = asyncio.get_running_loop().time
        async with self._turns[host]:
            if (wait := self._free_at.get(host, 0.0) - clock()) > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                self._free_at[host] = clock() + self.gap
