"""Politeness to a host: one request at a time, and a gap between two."""

from __future__ import annotations

import asyncio
from collections import defaultdict


class Hosts:
    """One request in flight per host and port, and `gap` seconds between two."""

    def __init__(self, gap: float) -> None:
        self.gap = gap
        self.turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.free_at: dict[str, float] = {}

    def turn(self, host: str) -> Turn:
        """This host's turn: `async with` waits for it, and holds it."""
        return Turn(self, host)


class Turn:
    """One request's turn at a host; each serves once."""

    __slots__ = ("_clock", "_host", "_hosts", "_lock")

    def __init__(self, hosts: Hosts, host: str) -> None:
        self._hosts, self._host, self._lock = hosts, host, hosts.turns[host]
        self._clock = asyncio.get_running_loop().time

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        if (wait := self._hosts.free_at.get(self._host, 0.0) - self._clock()) > 0:
            try:
                await asyncio.sleep(wait)
            except BaseException:
                self._lock.release()
                raise

    async def __aexit__(self, *_: object) -> None:
        self._hosts.free_at[self._host] = self._clock() + self._hosts.gap
        self._lock.release()
