"""What came of polls -> rows: items, validators, faults, and when each source is due next.

    outcomes ─> sources that are as they were, together ─> each of the others by itself

Nothing here commits.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from aggregator import cadence, homes, hubs, ingest, moving, quiet, remembered, store
from aggregator.answers import Address, Failure, NotModified
from aggregator.caching import Hints
from aggregator.matching import Arrival
from aggregator.outcomes import Fault, Outcome, Read, Result, Unchanged, is_quiet, moved_to
from aggregator.remembered import Memory
from config.options import Polling
from feeds import identity
from feeds.drawings import Drawing
from feeds.entries import Feed
from feeds.tables import Source, Status

NEWS = timedelta(days=7)  # what was older when first seen is archive, which no rule judges

log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """What a document changed, which new items are no archive, and the items that its entries are.

    The last by their numbers, for the identity (`id`) of each entry.
    """

    changes: ingest.Changes = ingest.Changes()
    news: tuple[int, ...] = ()
    numbers: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Settling:
    """One transaction in which what came of polls is written, at an instant."""

    session: Session
    polling: Polling
    now: datetime
    memories: dict[int, Memory] = field(default_factory=dict)

    def all(self, batch: Sequence[tuple[Address, Outcome]]) -> list[Result]:
        """Write what came of sources, of those together that are as they were."""
        numbers = [address.source_id for address, _ in batch]
        subscribed = hubs.subscribed(self.session, numbers)
        resting = self._rest(batch, subscribed)
        stirred = [number for number in numbers if number not in resting]
        held = store.held(self.session, stirred) if stirred else {}
        settled = []
        for address, outcome in batch:
            source = held.get(address.source_id)
            if source is None or source not in self.session or source.status == Status.REMOVED:
                settled.append(Result(source=address.source_id, url=address.url, outcome="unchanged"))
            else:
                settled.append(self._settle(source, address, outcome, address.source_id in subscribed))
        self.session.flush()  # what has moved to another source's address is gone
        remembered.keep(
            self.session,
            {number: memory for number, memory in self.memories.items() if held[number] in self.session},
        )
        return settled

    def _rest(self, batch: Sequence[tuple[Address, Outcome]], subscribed: Collection[int]) -> Collection[int]:
        """Write what came of sources that are as they were, as far as they can be written together; which
        those are.
        """
        session, now, due = self.session, self.now, dict[int, cadence.Next]()
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

    def _settle(self, source: Source, address: Address, outcome: Outcome, has_hub: bool) -> Result:
        """Write one source's outcome and when it is due next; `has_hub` where one may tell of its changes."""
        session, now = self.session, self.now
        source.last_polled_at = now
        if isinstance(outcome, Failure):
            return self._failed(source, moving.leave(session, source, outcome, now))
        kept = Kept()
        with session.no_autoflush:  # else each question writes the source once more
            if isinstance(outcome, Read):
                read = _at_home(outcome, address, source)
                kept = self._keep(source, read, has_hub)
            if isinstance(outcome, Read | Unchanged):
                source.etag, source.last_modified = outcome.document.etag, outcome.document.last_modified
            told = has_hub and hubs.tells(session, address.source_id, now)
            self._succeeded(source, outcome, told)
        if address.url == source.url:  # else it has moved since it was asked
            moving.follow(session, source, moved_to(outcome), now)
        return Result(
            source=address.source_id,
            url=address.url,
            outcome="changed" if kept.changes else "unchanged",
            new=len(kept.changes.new),
            revised=len(kept.changes.revised),
            news=kept.news,
        )

    def _keep(self, source: Source, read: Read, has_hub: bool) -> Kept:
        assert source.id is not None
        session, now = self.session, self.now
        kept = Kept()
        if read.body_hash != source.body_hash:
            kept = keep(session, source, read.feed, now, read.drawings)
            if read.items:
                told = zip(read.items, read.feed.entries, strict=True)
                self.memories[source.id] = remembered.learned(read.memory, told, kept.numbers, read.home, now)
        source.feed_title, source.site = read.feed.title, read.feed.url
        source.feed_id, source.feed_language, source.pace = read.feed.id, read.feed.language, read.feed.pace
        source.feed_rights, source.feed_icon = read.feed.rights, read.feed.icon or read.feed.logo
        source.body_hash = read.body_hash
        offered = hubs.offer(read.document.links, read.feed)
        if offered or has_hub:
            hubs.note(session, source.id, offered, now)
        if kept.changes.new and has_hub:
            hubs.missed(session, source.id, now)
        if read.feed.left_out:
            log.warning(
                "source %s: %d entries, the oldest, are too many to keep", source.id, read.feed.left_out
            )
        return kept

    def _succeeded(self, source: Source, outcome: Read | Unchanged | NotModified, told: bool) -> None:
        assert source.id is not None
        source.failures = 0
        source.answered_at = self.now
        source.error_class = source.error_message = source.error_at = None
        rhythm, times = self._rhythm(source.interval, told), store.entry_times(self.session, source.id)
        _schedule(
            source, cadence.after_success(source.id, self.now, rhythm, _hints(outcome), times, source.pace)
        )

    def _rhythm(self, interval: int | None, told: bool) -> cadence.Rhythm:
        return cadence.Rhythm(
            shortest=self.polling.min_interval,
            longest=self.polling.max_interval,
            interval=timedelta(seconds=interval) if interval else None,
            told=told,
        )

    def _failed(self, source: Source, failure: Failure) -> Result:
        assert source.id is not None
        if failure.kind == source.error_class == "gone":
            source.status = Status.RETIRED
        source.failures += 1
        source.error_class, source.error_message, source.error_at = failure.kind, failure.message, self.now
        _schedule(
            source,
            cadence.after_failure(
                source.id, self.now, failure.kind, source.failures, failure.hints, source.pace
            ),
        )
        fault = Fault(kind=failure.kind, message=failure.message)
        return Result(source=source.id, url=source.url, outcome="failed", error=fault)


def keep(
    session: Session, source: Source, feed: Feed, now: datetime, drawings: Sequence[Drawing | None] = ()
) -> Kept:
    """Write what a feed says that is not known of its source; `drawings` are those of its entries, if any."""
    assert source.id is not None
    arrived = _arrivals(source, feed, now, drawings)
    changes = ingest.compare(arrived, store.known(session, source.id, arrived))
    new = store.keep(session, source.id, changes, now)
    homes.learn(session, source, changes.new, now)
    source.renamed_polls = identity.unstable(source.renamed_polls, changes.kept, changes.renamed)
    if changes:
        source.last_changed_at = now
    numbers = {id(arrival.entry): number for number, arrival in changes.known.items()}
    numbers |= {id(item.arrival.entry): item.id for item in new if item.id is not None}
    news = tuple(item.id for item in new if item.id is not None and item.timestamp > now - NEWS)
    return Kept(changes, news, numbers)


def older(session: Session, number: int, feed: Feed, now: datetime) -> int:
    """Keep what an older page of a source has and we do not; how many items that is.

    It revises nothing: what is known was read from a newer page.
    """
    arrived = _arrivals(store.source(session, number), feed, now)
    new = ingest.compare(arrived, store.known(session, number, arrived)).new
    store.keep(session, number, ingest.Changes(new), now)
    return len(new)


def _at_home(read: Read, address: Address, source: Source) -> Read:
    """What was read, in the zone that its source may have been given since it was asked."""
    home = store.home(source)
    if home.zone == address.home.zone:
        return read
    return replace(read, feed=ingest.feed_again(read.feed, home), items=())


def _hints(outcome: Read | Unchanged | NotModified) -> Hints:
    return outcome.hints if isinstance(outcome, NotModified) else outcome.document.hints


def _arrivals(
    source: Source, feed: Feed, now: datetime, drawings: Sequence[Drawing | None] = ()
) -> list[Arrival]:
    trusted = source.renamed_polls < identity.UNSTABLE
    return ingest.arrivals(feed, source.url, now, trusted, drawings)


def _schedule(source: Source, due: cadence.Next) -> None:
    source.next_poll_at, source.next_poll_reason, source.next_poll_terms = due.at, due.reason, due.terms
    source.not_before_at = due.not_before
