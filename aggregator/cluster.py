"""Who does what was planned: the polls of one machine among many.

batch ─> what of it is still claimed ─> fetch (many at once) ─> one transaction for all that has arrived
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aggregator import enginetables, migrations, planning, queue
from aggregator.answers import Address
from aggregator.arrived import Arrived
from aggregator.database import Database
from aggregator.engine import Shift
from aggregator.outcomes import Report, Result
from aggregator.poll import Poller
from aggregator.queue import Batch
from config.errors import NewsdeskError, TryLater, UsageFault

RESTING = 2
BACK = 2.0  # seconds until a queue that was lost is gone back to

log = logging.getLogger("newsdesk")


@dataclass(slots=True)
class Intake:
    """What the batches of one machine bring, stored together; `told` hears of each transaction."""

    poller: Poller
    told: Callable[[Report], None]
    polling: int = 0
    _arrived: Arrived = field(default_factory=Arrived)
    _stored: dict[int, asyncio.Future[Result]] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        return self.poller.fetcher.options.host_gap

    async def poll(self, batch: Batch) -> None:
        """Poll what of a batch is still to be polled, and keep its host to itself for the gap after it."""
        addresses = await asyncio.to_thread(self._claimed, batch)
        fresh = [address for address in addresses if address.source_id not in self._stored]
        if not fresh:
            return
        self.polling += len(fresh)
        try:
            await asyncio.gather(*map(self._poll_one, fresh))
        finally:
            self.polling -= len(fresh)
        await asyncio.sleep(self.gap)

    def _claimed(self, batch: Batch) -> list[Address]:
        with self.poller.database.reading() as session:
            return planning.claimed(session, batch)

    async def _poll_one(self, address: Address) -> None:
        stored = self._stored[address.source_id] = asyncio.get_running_loop().create_future()
        try:
            await self.poller.gather(address, self._arrived)
            await stored
        finally:
            del self._stored[address.source_id]

    async def store(self) -> None:
        """Store what arrives, until cancelled; a fault is that of all whose transaction it was."""
        while True:
            batch = await self._arrived.take()
            waiting = [self._stored.get(address.source_id) for address, _ in batch]
            started = time.monotonic()
            try:
                results = await self.poller.store_apart(batch)
            except Exception as error:
                for one in waiting:
                    if one is not None and not one.done():
                        one.set_exception(error)
                continue
            for one, result in zip(waiting, results, strict=True):
                if one is not None and not one.done():
                    one.set_result(result)
            self.told(Report(seconds=round(time.monotonic() - started, 3), results=results))


async def work(intake: Intake, stop: asyncio.Event) -> None:
    """Do what is queued, until asked to stop; a database that is away is waited for.

    Raises UsageFault where it is, or becomes, that of another newsdesk.
    """
    database = intake.poller.database
    # A host that is let rest for the gap takes up a batch's place, and no connection.
    slots = intake.poller.fetcher.options.concurrency * (RESTING if intake.gap else 1)
    storing = asyncio.create_task(intake.store())
    try:
        while not stop.is_set():
            try:
                await asyncio.to_thread(look, database, [])  # what is wrong is told plainly here
                await Shift(database.url, slots, intake.poll, lambda lost: look(database, lost)).run(stop)
            except TryLater as error:
                log.warning("%s (%s); trying again", error.message, error.remedy)
            except NewsdeskError:
                raise
            except Exception:
                log.exception("the queue failed; trying again")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BACK)
    finally:
        storing.cancel()
        await asyncio.gather(storing, return_exceptions=True)


def look(database: Database, lost: list[int]) -> None:
    """Take up what workers that died have left; raises UsageFault for a database of another newsdesk."""
    with database.queueing() as connection:
        refuse(database, migrations.version(connection))
        enginetables.refuse_another(connection)
        if taken := queue.take_up(connection, lost):
            log.warning("%d batches of workers that ended are taken up", taken)


def refuse(database: Database, found: str | None) -> None:
    """Raise UsageFault unless a database has this newsdesk's schema: a worker upgrades none."""
    if found != migrations.NEWEST:
        raise UsageFault(
            f"{database}: has schema {found or 'none yet'}, this newsdesk {migrations.NEWEST}",
            "start 'newsdesk run' of this version, which upgrades it, before its workers",
        )


def examine(database: Database) -> None:
    """Raise UsageFault where machines cannot share a database, or where it is of another newsdesk.

    Raises TryLater where it cannot be written.
    """
    if not database.kind.shares:
        raise UsageFault(
            f"{database}: cannot be shared by several machines",
            "move the newsroom to PostgreSQL, or let 'newsdesk run' poll",
        )
    enginetables.known()
    look(database, [])
