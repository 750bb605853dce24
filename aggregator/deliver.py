"""After a change of the published folder: tells the hub (WebSub), runs the command. Failures are kept.

    wanted in the database ─> claimed ─> ping, or command ─> settled in the database

No transaction is open meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aggregator import deliveries
from aggregator.answers import Failure, one_line
from aggregator.database import Database
from aggregator.deliveries import COMMAND, HUB, NAMES
from aggregator.fetch import Fetcher
from config.options import Publishing
from curation.tables import Delivery

MOST_SAID = 4_096  # bytes of what a command prints, the last of them
PIPE, MOST_READS = 65_536, 16  # bytes at a time, and how often at the end: as much as a pipe holds


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: what was delivered, and why it failed where it did."""

    kind: str
    about: str
    error: str | None

    def __str__(self) -> str:
        return f"{NAMES[self.kind]} {self.about}".rstrip()


@dataclass(frozen=True, slots=True)
class Courier:
    """What follows a publish, as the settings ask for it; at each call what is wanted and due."""

    database: Database
    options: Publishing
    output: Path
    now: Callable[[], datetime]

    async def tell_hub(self, fetcher: Fetcher, at_once: bool = False) -> list[Outcome]:
        """Tell the hub of each document that has changed; `at_once` without waiting after a failure."""
        hub = self.options.hub
        if hub is None:
            return []

        async def ping(row: Delivery) -> str | None:
            answer = await fetcher.post(hub, request(row.about))
            return f"{answer.kind}: {answer.message}" if isinstance(answer, Failure) else None

        # A ping waits for its turn at the host behind all those before it.
        gap = timedelta(seconds=fetcher.options.timeout + fetcher.options.host_gap)
        return await self._each(HUB, gap, at_once, ping)

    async def run_command(self, at_once: bool = False) -> list[Outcome]:
        """Run the command, if anything has changed; `at_once` without waiting after a failure."""
        if not self.options.command:
            return []
        longest = self.options.command_timeout

        async def run(row: Delivery) -> str | None:
            return await ran(self.options.command, self._environ(row), longest.total_seconds())

        return await self._each(COMMAND, longest + timedelta(seconds=10), at_once, run)

    def _environ(self, row: Delivery) -> dict[str, str]:
        return {
            "NEWSDESK_OUTPUT": str(self.output.absolute()),
            "NEWSDESK_WRITTEN": "\n".join(row.written),
            "NEWSDESK_REMOVED": "\n".join(row.removed),
        }

    async def _each(
        self,
        kind: str,
        longest: timedelta,
        at_once: bool,
        deliver: Callable[[Delivery], Awaitable[str | None]],
    ) -> list[Outcome]:
        """Deliver one after another; who is interrupted leaves the rest to be done."""
        outcomes, left = [], await asyncio.to_thread(self._claimed, kind, longest, at_once)
        try:
            while left:
                row = left[0]
                error = await deliver(row)
                await asyncio.to_thread(self._settle, row, error)
                outcomes.append(Outcome(kind, row.about, error))
                left.pop(0)
        finally:
            if left:
                self._release(left)
        return outcomes

    def _claimed(self, kind: str, longest: timedelta, at_once: bool) -> list[Delivery]:
        with self.database.reading() as session:
            if not deliveries.due(session, kind, self.now(), at_once):
                return []
        with self.database.writing() as session:
            rows = deliveries.due(session, kind, self.now(), at_once)
            for row in rows:
                deliveries.claim(row, self.now(), longest * len(rows))
            return rows

    def _release(self, rows: list[Delivery]) -> None:
        with self.database.writing() as session:
            for row in rows:
                deliveries.release(session, row)

    def _settle(self, row: Delivery, error: str | None) -> None:
        with self.database.writing() as session:
            deliveries.settle(session, row, error, self.now())


def request(url: str) -> dict[str, str]:
    """What a hub is told: the protocol leaves it open (W3C WebSub §6), hubs know one name or the other."""
    return {"hub.mode": "publish", "hub.url": url, "hub.topic": url}


async def ran(words: tuple[str, ...], environ: Mapping[str, str], seconds: float) -> str | None:
    """Run a command; None where it ended well, else what it ended with and the last it printed.

    It has no input, and is killed with all that it began once it has ended, after so many seconds, or when
    we are cancelled.
    """
    with heard() as (printing, last):
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                env=os.environ | environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=printing,
                stderr=printing,
                start_new_session=True,
            )
        except OSError as error:
            return one_line(f"{words[0]}: {error.strerror or error}")
        try:
            async with asyncio.timeout(seconds):
                status = await process.wait()
            ended = f"exit status {status}" if status > 0 else f"signal {-status}"
        except TimeoutError:
            status, ended = 1, f"not done within {seconds:g} seconds"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        return one_line(": ".join(filter(None, (ended, last())))) if status else None


@contextmanager
def heard() -> Iterator[tuple[int, Callable[[], str]]]:
    """A pipe to print into, and what tells the last line printed; no more than that is kept.

    A child of the command may hold it open for longer than the command runs.
    """
    loop, kept = asyncio.get_running_loop(), bytearray()
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)

    def hear() -> None:
        with suppress(BlockingIOError):
            kept.extend(os.read(ours, PIPE))
            del kept[:-MOST_SAID]

    def last() -> str:
        for _ in range(MOST_READS):
            hear()
        lines = kept.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    loop.add_reader(ours, hear)
    try:
        yield theirs, last
    finally:
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)
