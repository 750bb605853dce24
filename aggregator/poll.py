"""Due sources -> fetch -> parse -> compare -> store. One bad source spoils no other.

    due ─> fetch (many at once) ─> parse (elsewhere) ─> queue ─> one transaction for all that has arrived

No transaction is open while the network is. A source's items and the validators of the document
they came from are committed together, so that a crash between them loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from aggregator import cadence, homes, hubs, ingest, moving, quiet, store
from aggregator.answers import Address, Document, Failure, NotModified, one_line
from aggregator.caching import Hints
from aggregator.database import Database
from aggregator.fetch import Fetcher
from aggregator.matching import Arrival
from aggregator.outcomes import (
    Fault,
    Outcome,
    Read,
    Report,
    Result,
    Unchanged,
    is_quiet,
    moved_to,
    without_body,
)
from aggregator.parsers import Parsers
from config.errors import TryLater
from config.options import Polling
from curation.rulebook import Rulebook
from feeds import identity
from feeds.digest import digest
from feeds.entries import NOWHERE, Feed, Home
from feeds.tables import Source, Status

MOST_AT_ONCE = 100  # sources
MOST_ENTRIES_AT_ONCE = 1_000
NEWS = timedelta(days=7)  # what was older when first seen is archive, which no rule judges

log = logging.getLogger(__name__)


Kept = tuple[ingest.Changes, tuple[int, ...]]  # what a document changed, and which new items are no archive
UNTOLD: Kept = (ingest.Changes(), ())


@dataclass(frozen=True, slots=True)
class Poller:
    """A pass over sources: what it needs, handed over once."""

    database: Database
    fetcher: Fetcher
    parsers: Parsers
    polling: Polling
    now: Callable[[], datetime]
    rulebook: Rulebook = field(default_factory=Rulebook)

    async def poll(
        self, addresses: Sequence[Address], told: Callable[[Result], None] = lambda result: None
    ) -> Report:
        """Poll these sources; `told` hears of each as it is stored. Raises only for a database that fails."""
        started = time.monotonic()
        results: list[Result] = []
        arrived: asyncio.Queue[tuple[Address, Outcome]] = asyncio.Queue()

        async def gather(address: Address) -> None:
            arrived.put_nowait((address, await self.look(address)))

        looking = [asyncio.create_task(gather(address)) for address in addresses]
        try:
            while len(results) < len(addresses):
                for result in await asyncio.to_thread(self.store, await gathered(arrived)):
                    results.append(result)
                    told(result)
        finally:
            for task in looking:
                task.cancel()
        order = {address.source_id: place for place, address in enumerate(addresses)}
        results.sort(key=lambda result: order[result.source])
        return Report(seconds=round(time.monotonic() - started, 3), results=results)

    async def look(self, address: Address) -> Outcome:
        """What a source says now; never raises."""
        try:
            answer = await self.fetcher.fetch(address)
            if not isinstance(answer, Document):
                return answer
            if digest(answer.body) == address.body_hash:
                return Unchanged(without_body(answer))
            return await self.read(answer, address.home)
        except Exception as error:
            log.exception("source %s: newsdesk failed", address.source_id)
            return Failure("internal", one_line(error))

    async def read(self, document: Document, home: Home = NOWHERE) -> Read | Failure:
        """The feed in a document; local times in it are those of its `home`."""
        feed = await self.parsers.read(document, home)
        return (
            feed if isinstance(feed, Failure) else Read(without_body(document), feed, digest(document.body))
        )

    def store(
        self, batch: Sequence[tuple[Address, Outcome]], waits: Sequence[float] = (1, 4)
    ) -> list[Result]:
        """Write what came back of several sources, in one transaction; one at a time where that fails.

        A database that is busy or away is tried again after so many seconds: what it has kept of a
        transaction whose end nobody heard is known by then, and is not kept twice.
        """
        quiet = [one for one in batch if is_quiet(one[1])]
        if self.database.kind.shares and 0 < len(quiet) < len(batch):
            return self.store(quiet) + self.store([one for one in batch if not is_quiet(one[1])])
        try:
            with self.database.writing(beside=len(quiet) == len(batch)) as session:
                settled = self._settled(session, batch)
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

    def _settled(self, session: Session, batch: Sequence[tuple[Address, Outcome]]) -> list[Result]:
        numbers = [address.source_id for address, _ in batch]
        subscribed = hubs.subscribed(session, numbers)
        resting = self._rest(session, batch, subscribed)
        held = store.held(session, [number for number in numbers if number not in resting])
        settled = []
        for address, outcome in batch:
            source = held.get(address.source_id)
            if source is None or source not in session or source.status == Status.REMOVED:
                settled.append(Result(source=address.source_id, url=address.url, outcome="unchanged"))
            else:
                has_hub = address.source_id in subscribed
                settled.append(self._settle(session, source, address, outcome, has_hub))
        return settled

    def _rest(
        self, session: Session, batch: Sequence[tuple[Address, Outcome]], subscribed: Collection[int]
    ) -> Collection[int]:
        """Write what came of sources that are as they were, as far as they can be written together."""
        now, due = self.now(), dict[int, cadence.Next]()
        outcomes = {address.source_id: outcome for address, outcome in batch if is_quiet(outcome)}
        for one in quiet.resting(session, outcomes) if outcomes else ():
            told = one.number in subscribed and hubs.tells(session, one.number, now)
            hints = _hints(outcomes[one.number])
            rhythm = self._rhythm(one.interval, told)
            due[one.number] = cadence.after_success(one.number, now, rhythm, hints, one.times, one.pace)
        quiet.answered(session, due, now)
        unread = {number: one.document for number, one in outcomes.items() if isinstance(one, Unchanged)}
        quiet.validated(session, {number: unread[number] for number in unread if number in due})
        return due

    def _settle(
        self, session: Session, source: Source, address: Address, outcome: Outcome, has_hub: bool
    ) -> Result:
        """Write one source's outcome and when it is due next; `has_hub` where one may tell of its changes."""
        now = self.now()
        source.last_polled_at = now
        if isinstance(outcome, Failure):
            return self._failed(source, moving.leave(session, source, outcome, now), now)
        changes, news = UNTOLD
        with session.no_autoflush:  # else each question writes the source once more
            if isinstance(outcome, Read):
                read = _at_home(outcome, address, source)
                changes, news = self._keep(session, source, read, now, has_hub)
            if isinstance(outcome, Read | Unchanged):
                source.etag, source.last_modified = outcome.document.etag, outcome.document.last_modified
            told = has_hub and hubs.tells(session, address.source_id, now)
            self._succeeded(session, source, outcome, now, told)
        if address.url == source.url:  # else it has moved since it was asked
            moving.follow(session, source, moved_to(outcome), now)
        return Result(
            source=address.source_id,
            url=address.url,
            outcome="changed" if changes else "unchanged",
            new=len(changes.new),
            revised=len(changes.revised),
            news=news,
        )

    def _keep(self, session: Session, source: Source, read: Read, now: datetime, has_hub: bool) -> Kept:
        assert source.id is not None
        changes, news = UNTOLD
        if read.body_hash != source.body_hash:
            changes, news = keep(session, source, read.feed, now)
        source.feed_title, source.site = read.feed.title, read.feed.url
        source.feed_id, source.feed_language, source.pace = read.feed.id, read.feed.language, read.feed.pace
        source.feed_rights, source.feed_icon = read.feed.rights, read.feed.icon or read.feed.logo
        source.body_hash = read.body_hash
        offered = hubs.offer(read.document.links, read.feed)
        if offered or has_hub:
            hubs.note(session, source.id, offered, now)
        if changes.new and has_hub:
            hubs.missed(session, source.id, now)
        if read.feed.left_out:
            log.warning(
                "source %s: %d entries, the oldest, are too many to keep", source.id, read.feed.left_out
            )
        return changes, news

    def keep_older(self, number: int, page: Read) -> int:
        """Keep what an older page of a source has and we do not; how many items that is.

        It revises nothing: what is known was read from a newer page.
        """
        now = self.now()
        with self.database.writing() as session:
            arrived = _arrivals(store.source(session, number), page.feed, now)
            new = ingest.compare(arrived, store.known(session, number, arrived)).new
            store.keep(session, number, ingest.Changes(new), now)
        return len(new)

    def _succeeded(
        self,
        session: Session,
        source: Source,
        outcome: Read | Unchanged | NotModified,
        now: datetime,
        told: bool,
    ) -> None:
        assert source.id is not None
        source.failures = 0
        source.answered_at = now
        source.error_class = source.error_message = source.error_at = None
        rhythm, times = self._rhythm(source.interval, told), store.entry_times(session, source.id)
        _schedule(source, cadence.after_success(source.id, now, rhythm, _hints(outcome), times, source.pace))

    def _rhythm(self, interval: int | None, told: bool) -> cadence.Rhythm:
        return cadence.Rhythm(
            shortest=self.polling.min_interval,
            longest=self.polling.max_interval,
            interval=timedelta(seconds=interval) if interval else None,
            told=told,
        )

    def _failed(self, source: Source, failure: Failure, now: datetime) -> Result:
        assert source.id is not None
        if failure.kind == source.error_class == "gone":
            source.status = Status.RETIRED
        source.failures += 1
        source.error_class, source.error_message, source.error_at = failure.kind, failure.message, now
        _schedule(
            source,
            cadence.after_failure(source.id, now, failure.kind, source.failures, failure.hints, source.pace),
        )
        fault = Fault(kind=failure.kind, message=failure.message)
        return Result(source=source.id, url=source.url, outcome="failed", error=fault)


async def gathered(arrived: asyncio.Queue[tuple[Address, Outcome]]) -> list[tuple[Address, Outcome]]:
    """What has arrived, at least one source's and no more than one transaction is to hold."""
    batch = [await arrived.get()]
    while not arrived.empty() and len(batch) < MOST_AT_ONCE and _entries(batch) < MOST_ENTRIES_AT_ONCE:
        batch.append(arrived.get_nowait())
    return batch


def _hints(outcome: Read | Unchanged | NotModified) -> Hints:
    return outcome.hints if isinstance(outcome, NotModified) else outcome.document.hints


def _entries(batch: Sequence[tuple[Address, Outcome]]) -> int:
    return sum(len(outcome.feed.entries) for _, outcome in batch if isinstance(outcome, Read))


def _at_home(read: Read, address: Address, source: Source) -> Read:
    """What was read, in the zone that its source may have been given since it was asked."""
    home = store.home(source)
    return read if home.zone == address.home.zone else replace(read, feed=ingest.feed_again(read.feed, home))


def keep(session: Session, source: Source, feed: Feed, now: datetime) -> Kept:
    """Write what a feed says that is not known of its source."""
    assert source.id is not None
    arrived = _arrivals(source, feed, now)
    changes = ingest.compare(arrived, store.known(session, source.id, arrived))
    new = store.keep(session, source.id, changes, now)
    homes.learn(session, source, changes.new, now)
    source.renamed_polls = identity.unstable(source.renamed_polls, changes.kept, changes.renamed)
    if changes:
        source.last_changed_at = now
    return changes, tuple(item.id for item in new if item.id is not None and item.timestamp > now - NEWS)


def _arrivals(source: Source, feed: Feed, now: datetime) -> list[Arrival]:
    return ingest.arrivals(feed, source.url, now, trusted=source.renamed_polls < identity.UNSTABLE)


def _schedule(source: Source, due: cadence.Next) -> None:
    source.next_poll_at, source.next_poll_reason, source.next_poll_terms = due.at, due.reason, due.terms
    source.not_before_at = due.not_before
