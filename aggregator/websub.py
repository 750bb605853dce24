"""The subscriber's side of WebSub (W3C Recommendation of 2018): asks hubs, verifies, takes what they tell.

    a hub calls ─> its signature ─> read, as a poll's document is ─> compare ─> store

What a hub tells is a hint: where it cannot be used, the source is polled instead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator import hubs, settling, store
from aggregator.answers import Document, Failure
from aggregator.outcomes import Read
from aggregator.poll import Poller
from feeds.entries import NOWHERE, Feed, Home
from feeds.tables import Source, Subscription

PATH = "websub"
LONGEST_READING = 5.0  # seconds; then the hub has its answer and the source is polled
LONGEST_CHALLENGE = 2_048

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The subscriptions of a newsroom whose daemon hubs reach below `public_url`, which ends with a slash."""

    poller: Poller
    public_url: str

    @property
    def most_bytes(self) -> int:
        """The longest body that a hub may send."""
        return self.poller.fetcher.options.max_bytes

    @property
    def longest(self) -> float:
        """How many seconds a hub may take to send it."""
        return self.poller.fetcher.options.timeout

    async def subscribe(self) -> None:
        """Ask the hubs for new subscriptions, and for leases to be renewed before they end."""
        asked = await asyncio.to_thread(self._to_be_asked)
        await asyncio.gather(*map(self._ask, asked))

    def _to_be_asked(self) -> list[Subscription]:
        with self.poller.database.reading() as session:
            if not hubs.to_be_asked(session, self.poller.now()):
                return []
        with self.poller.database.writing() as session:
            hubs.lapse(session, self.poller.now())
            rows = hubs.to_be_asked(session, self.poller.now())
            for row in rows:
                hubs.ask(row, self.poller.now())
            return rows

    async def _ask(self, row: Subscription) -> None:
        answer = await self.poller.fetcher.post(row.hub, self.request(row))
        if isinstance(answer, Failure):
            log.warning("source %d: its hub %s: %s: %s", row.source_id, row.hub, answer.kind, answer.message)
            await asyncio.to_thread(self._refused, row)

    def _refused(self, asked: Subscription) -> None:
        with self.poller.database.writing() as session:
            row = session.get(Subscription, asked.source_id)
            if row is not None and row.token == asked.token:
                hubs.refuse(row)

    def request(self, row: Subscription) -> dict[str, str]:
        """What a hub is asked (W3C WebSub §5.1)."""
        return {
            "hub.mode": "subscribe",
            "hub.topic": row.topic,
            "hub.callback": f"{self.public_url}{PATH}/{row.token}",
            "hub.secret": row.secret,
            "hub.lease_seconds": str(int(hubs.LEASE.total_seconds())),
        }

    async def knows(self, token: str) -> bool:
        """Whether a hub may call here."""
        return await asyncio.to_thread(self._subscription, token) is not None

    async def verify(self, token: str, asked: Mapping[str, str]) -> str | None:
        """What a hub is answered that asks whether we meant it, or denies; None where we did not.

        Nobody is ever asked to unsubscribe, so such a question is somebody else's doing.
        """
        return await asyncio.to_thread(self._verify, token, asked)

    def _verify(self, token: str, asked: Mapping[str, str]) -> str | None:
        mode, topic = asked.get("hub.mode"), asked.get("hub.topic", "")
        challenge, lease = asked.get("hub.challenge", ""), asked.get("hub.lease_seconds", "")
        with self.poller.database.writing() as session:
            row = hubs.answering_to(session, token)
            if row is None:
                return None
            if mode == "denied":
                return "" if hubs.deny(session, row, topic, self.poller.now()) else None
            if mode != "subscribe" or not 0 < len(challenge) <= LONGEST_CHALLENGE:
                return None
            seconds = int(lease) if lease.isascii() and lease.isdigit() and len(lease) < 10 else None
            return challenge if hubs.verify(row, topic, seconds, self.poller.now()) else None

    async def told(self, token: str, signature: str, content_type: str, body: bytes) -> bool:
        """Take what a hub tells; False where the callback is nobody's.

        What is not signed with the subscription's secret is dropped without a word (W3C WebSub §8.1).
        """
        row = await asyncio.to_thread(self._subscription, token)
        if row is None:
            return False
        if not hubs.is_signed(row, signature, body):
            log.warning("source %d: a call that its hub did not sign was dropped", row.source_id)
            return True
        feed = await self._read(row, content_type, body)
        await asyncio.to_thread(self._settle, row, feed)
        return True

    def _subscription(self, token: str) -> Subscription | None:
        with self.poller.database.reading() as session:
            return hubs.answering_to(session, token)

    async def _read(self, row: Subscription, content_type: str, body: bytes) -> Feed | None:
        document = Document(url=row.topic, body=body, content_type=content_type)
        home = await asyncio.to_thread(self._home, row)
        try:
            async with asyncio.timeout(LONGEST_READING):
                found = await self.poller.parsers.read(document, home)
        except TimeoutError:
            return None
        return found.feed if isinstance(found, Read) else None

    def _home(self, row: Subscription) -> Home:
        with self.poller.database.reading() as session:
            source = session.get(Source, row.source_id)
            return store.home(source) if source else NOWHERE

    def _settle(self, called: Subscription, feed: Feed | None) -> None:
        """Keep what was told; the source's validators stay those of the last document polled."""
        now = self.poller.now()
        with self.poller.database.writing() as session:
            row = hubs.answering_to(session, called.token)
            if row is None:
                return
            hubs.told(row, now)
            source = session.get_one(Source, row.source_id)
            if feed is None or not feed.entries:
                hubs.make_due(source, now, "its hub told of a change")
                return
            kept = settling.keep(session, source, feed, now)
            self.poller.rulebook.judge(session, kept.news, now)
            log.info("source %d: its hub told of %d new items", row.source_id, len(kept.changes.new))
