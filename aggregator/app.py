"""The composition root: Settings -> Newsdesk. Nothing else reads the settings.

What polls and publishes is imported where it is built: an editor's command is quick without it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator import migrations
from aggregator.database import Database
from config import settings
from config.options import Edition, editions

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aggregator.answers import Address
    from aggregator.deliver import Courier, Outcome
    from aggregator.fetch import Fetcher
    from aggregator.figures import Figures
    from aggregator.freshness import Freshness
    from aggregator.newspaper import Newspaper
    from aggregator.past import Copy
    from aggregator.poll import Poller
    from aggregator.press import Press
    from aggregator.publish import Published
    from aggregator.queue import Standing
    from aggregator.upkeep import Kept
    from aggregator.websub import Subscriber
    from config.options import Curation
    from curation.lineup import Site
    from curation.rulebook import Rulebook
    from curation.tables import Delivery


def utc_now() -> datetime:
    """The clock of the running application."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Newsdesk:
    """A newsroom at work: its settings, its database and its clock; new where there was no database."""

    settings: settings.Settings
    database: Database
    now: Callable[[], datetime] = utc_now
    is_new: bool = False

    @property
    def editions(self) -> tuple[Edition, ...]:
        return editions(self.settings.editions)

    @property
    def site(self) -> Site:
        from curation.lineup import Site

        given = self.settings
        return Site(
            title=given.title,
            base_url=given.base_url,
            language=given.language,
            rights=given.rights or None,
            icon=given.icon,
            logo=given.logo,
            theme=given.theme,
        )

    @property
    def curation(self) -> Curation:
        return self.settings.curation

    @property
    def rulebook(self) -> Rulebook:
        from config.zone import zone
        from curation.rulebook import Rulebook

        return Rulebook(self.curation, self.editions, zone(self.curation.zone))

    def due(self) -> list[Address]:
        """The sources that are due now."""
        from aggregator import store

        with self.database.reading() as session:
            return store.due(session, self.now())

    def plan(self) -> int:
        """Queue what is due for the workers; how many sources that is."""
        from aggregator import planning

        return planning.plan(self.database, self.now())

    def bring_queue_up(self) -> None:
        """Bring the queue of the workers to the installed engine; raises UsageFault for a newer one."""
        from aggregator import enginetables

        if self.database.kind.shares:
            enginetables.bring_up(self.database)

    def standing(self) -> Standing | None:
        """How the queue of the workers stands; None where there is none."""
        from aggregator import queue

        if not self.database.kind.shares:
            return None
        with self.database.reading() as session:
            return queue.standing(session.connection())

    @asynccontextmanager
    async def poller(self, concurrency: int | None = None) -> AsyncIterator[Poller]:
        """What polls sources into this newsroom, with an HTTP client and parser processes of its own.

        Raises SettingsError where a secret is missing.
        """
        from concurrent.futures import ThreadPoolExecutor

        from aggregator.fetch import Fetcher
        from aggregator.parsers import Parsers
        from aggregator.poll import Poller
        from config import access

        options = self.settings.fetch
        if concurrency is not None:
            options = options.model_copy(update={"concurrency": concurrency})
        permits = access.permits(options.access)
        with ThreadPoolExecutor(1, "storing") as storing:
            async with Parsers() as parsers, Fetcher(options, permits, parsers.room) as fetcher:
                yield Poller(
                    self.database, fetcher, parsers, self.settings.poll, self.now, self.rulebook, storing
                )

    def subscriber(self, poller: Poller) -> Subscriber | None:
        """What hubs talk to; None where they cannot reach this newsroom."""
        from aggregator.websub import Subscriber

        address = self.settings.serve.public_url
        return Subscriber(poller, address) if address is not None else None

    def freshness(self) -> Freshness:
        """For how long readers need not ask for what is published again."""
        from aggregator.freshness import freshness

        with self.database.reading() as session:
            return freshness(session, self.editions)

    def tokens(self) -> Mapping[str, SecretStr]:
        """The tokens of the private editions, by slug; raises SettingsError for one missing or too short."""
        from config import access

        return access.tokens(self.editions)

    def figures(self) -> Figures:
        """How the sources stand, for who watches them; late is also what waits for a worker."""
        from aggregator import figures

        standing = self.standing()
        with self.database.reading() as session:
            found = figures.figures(session, self.now())
        if standing is None or standing.since is None:
            return found
        return replace(found, late=max(found.late, (self.now() - standing.since).total_seconds()))

    @property
    def press(self) -> Press:
        """What publishes this newsroom."""
        from aggregator.press import Press

        return Press(
            database=self.database,
            output=self.settings.output,
            private=self.settings.private,
            publishing=self.settings.publish,
            editions=self.editions,
            site=self.site,
            quorum=self.curation.quorum,
            now=self.now,
        )

    def newspaper(self) -> Newspaper:
        """What is public now."""
        return self.press.newspaper()

    def publish(
        self, only: str | None = None, anew: bool = False, keep: Callable[[], None] = lambda: None
    ) -> Published:
        """Bring the published folder, or one edition of it, to what is public now, and record it.

        Raises what `keep` raises, which is asked before anything is written, and again and again meanwhile.
        """
        return self.press.publish(only, anew, keep)

    def as_of(self, at: datetime, only: str | None = None) -> list[Copy]:
        """The files that were public at an instant, rendered again; raises NewsdeskError for none."""
        return self.press.as_of(at, only)

    @property
    def courier(self) -> Courier:
        """What tells the hub and runs the command after a publish."""
        from aggregator.deliver import Courier

        return Courier(self.database, self.settings.publish, self.settings.output, self.now)

    def deliveries(self) -> list[Delivery]:
        """How that stands which the settings ask for after a publish."""
        from aggregator import deliveries

        with self.database.reading() as session:
            return deliveries.kept(session, deliveries.asked(self.settings.publish))

    async def deliver(self) -> list[Outcome]:
        """Tell the hub and run the command, where something has changed since that last went well."""
        from aggregator import deliveries

        if not deliveries.asked(self.settings.publish):
            return []  # without a look at the database, and without the HTTP client
        from aggregator.fetch import Fetcher

        found = await self.courier.run_command(at_once=True)
        if self.settings.publish.hub is not None:
            async with Fetcher(self.settings.fetch) as fetcher:
                found += await self.courier.tell_hub(fetcher, at_once=True)
        return found

    def upkeep(self) -> Kept:
        """Remove what retention no longer keeps."""
        from aggregator import sketches, upkeep
        from curation import history

        published = self.newspaper().public_ids
        with self.database.writing() as session:
            sketches.forget(session, self.now())
            history.forget(session, self.now() - self.settings.retention.publications)
            return upkeep.retain(session, self.now() - self.settings.retention.items, published)


def chosen(**given: Any) -> settings.Settings:
    """Settings given in the program, as the sample newsroom has them."""
    return settings.Settings(**given)


def load(path: Path | None) -> settings.Settings:
    """The settings of a newsroom; raises SettingsError for what cannot be meant."""
    return settings.load(path)


@asynccontextmanager
async def fetcher(chosen: settings.Settings) -> AsyncIterator[Fetcher]:
    """What asks for documents as sources are asked, without a database.

    Raises SettingsError where a secret is missing.
    """
    from aggregator.fetch import Fetcher
    from config import access

    options = chosen.fetch
    async with Fetcher(options, access.permits(options.access)) as fetcher:
        yield fetcher


@contextmanager
def opened(
    chosen: settings.Settings, now: Callable[[], datetime] = utc_now, worker: bool = False
) -> Iterator[Newsdesk]:
    """A newsroom with its database brought to this version's schema, closed at the end.

    A `worker` brings it to none: raises UsageFault unless it has that of this version, and can be shared.
    """
    database = Database(chosen.database_url)
    try:
        if worker:
            from aggregator import cluster

            cluster.examine(database)
        is_new = migrations.prepare(database)
        yield Newsdesk(chosen, database, now, is_new)
    finally:
        database.close()
