"""Due sources -> fetch -> parse -> compare -> store. One bad source spoils no other.

    due ─> fetch (many at once) ─> parse (elsewhere) ─> queue ─> one transaction for all that has arrived

No transaction is open while the network is. A source's items and the validators of the document
they came from are committed together, so that a crash between them loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from aggregator import remembered, settling, sketches
from aggregator.answers import Address, Document, Failure, one_line
from aggregator.arrived import Arrived, Polled, entries
from aggregator.database import Database
from aggregator.fetch import Fetcher
from aggregator.outcomes import (
    Outcome,
    Read,
    Report,
    Result,
    Unchanged,
    is_quiet,
    without_body,
)
from aggregator.parsers import Parsers
from aggregator.remembered import NOTHING, Memory
from aggregator.settling import Settling
from config.errors import TryLater
from config.options import Polling
from curation.rulebook import Rulebook
from feeds.digest import digest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Poller:
    """A pass over sources: what it needs, handed over once; `storing` has the thread that stores, if any."""

    database: Database
    fetcher: Fetcher
    parsers: Parsers
    polling: Polling
    now: Callable[[], datetime]
    rulebook: Rulebook = field(default_factory=Rulebook)
    storing: Executor | None = None

    async def poll(
        self, addresses: Sequence[Address], told: Callable[[Result], None] = lambda result: None
    ) -> Report:
        """Poll these sources; `told` hears of each as it is stored. Raises only for a database that fails."""
        started = time.monotonic()
        results: list[Result] = []
        arrived = Arrived()
        looking = [asyncio.create_task(self.gather(address, arrived)) for address in addresses]
        try:
            while missing := len(addresses) - len(results):
                for result in await self.store_apart(await arrived.take(missing)):
                    results.append(result)
                    told(result)
        finally:
            for task in looking:
                task.cancel()
            self.parsers.unstored.add(-arrived.entries)
        order = {address.source_id: place for place, address in enumerate(addresses)}
        results.sort(key=lambda result: order[result.source])
        return Report(seconds=round(time.monotonic() - started, 3), results=results)

    async def gather(self, address: Address, arrived: Arrived) -> None:
        """Have what a source says now arrive, to be stored."""
        one = address, await self.look(address)
        self.parsers.unstored.add(entries(one))
        arrived.put(one)

    async def store_apart(self, batch: Sequence[Polled]) -> list[Result]:
        """Write what has arrived, in another thread: always the same, for each keeps some memory."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.storing, self.store, batch)
        finally:
            self.parsers.unstored.add(-sum(map(entries, batch)))

    async def look(self, address: Address) -> Outcome:
        """What a source says now; never raises."""
        try:
            answer = await self.fetcher.fetch(address)
            if not isinstance(answer, Document):
                return answer
            if digest(answer.body) == address.body_hash:
                return Unchanged(without_body(answer))
            return await self.read(address, answer)
        except Exception as error:
            log.exception("source %s: newsdesk failed", address.source_id)
            return Failure("internal", one_line(error))

    async def read(self, address: Address, document: Document) -> Read | Failure:
        """What a source's document says, read as far as it is not known."""
        if address.body_hash is None:
            return await self.parsers.read(document, address.home, drawn=True)
        recall = partial(self.recall, address.source_id)
        return await self.parsers.read(document, address.home, recall=recall)

    def recall(self, source_id: int) -> Memory:
        """What need not be read again of a source's documents: nothing, where the database is busy."""
        with suppress(TryLater), self.database.reading() as session:
            memory = remembered.of(session, source_id, self.now())
            repeated = sketches.repeated(session, source_id) if memory.entries else frozenset[int]()
            return replace(memory, repeated=repeated)
        return NOTHING

    def store(self, batch: Sequence[Polled], waits: Sequence[float] = (1, 4)) -> list[Result]:
        """Write what came back of several sources, in one transaction; one at a time where that fails.

        A database that is busy or away is tried again after so many seconds: what it has kept of a
        transaction whose end nobody heard is known by then, and is not kept twice.
        """
        quiet = [one for one in batch if is_quiet(one[1])]
        if self.database.kind.shares and 0 < len(quiet) < len(batch):
            return self.store(quiet) + self.store([one for one in batch if not is_quiet(one[1])])
        try:
            with self.database.writing(beside=len(quiet) == len(batch)) as session:
                settled = Settling(session, self.polling, self.now()).all(batch)
                news = [number for result in settled for number in result.news]
                self.rulebook.judge(session, news, self.now())
                return settled
        except TryLater:
            if not waits:
                raise
            time.sleep(waits[0])
            return self.store(batch, waits[1:])
        except Exception as error:
            if len(batch) > 1:
                return [result for one in batch for result in self.store([one])]
            address, outcome = batch[0]
            if isinstance(outcome, Failure):
                raise
            log.exception("source %s: could not be stored", address.source_id)
            return self.store([(address, Failure("storage", one_line(error)))])

    def keep_older(self, number: int, page: Read) -> int:
        """Keep what an older page of a source has and we do not; how many items that is."""
        with self.database.writing() as session:
            return settling.older(session, number, page.feed, self.now())
