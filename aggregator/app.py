"""The composition root: Settings -> Newsdesk. Nothing else reads the settings.

What polls and publishes is imported where it is built: an editor's command is quick without it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator import migrations
from aggregator.database import Database
from config import settings
from config.options import Edition, editions

if TYPE_CHECKING:
    from aggregator.answers import Address
    from aggregator.poll import Poller
    from aggregator.publish import Newspaper, Published
    from aggregator.upkeep import Kept
    from aggregator.websub import Subscriber
    from config.options import Curation
    from curation.lineup import Site


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

        chosen = self.settings
        return Site(chosen.title, chosen.base_url, chosen.language, chosen.theme)

    @property
    def curation(self) -> Curation:
        return self.settings.curation

    def due(self) -> list[Address]:
        """The sources that are due now."""
        from aggregator import store

        with self.database.reading() as session:
            return store.due(session, self.now())

    @asynccontextmanager
    async def poller(self) -> AsyncIterator[Poller]:
        """What polls sources into this newsroom, with an HTTP client and parser processes of its own.

        Raises SettingsError where a secret is missing.
        """
        from aggregator.fetch import Fetcher
        from aggregator.parsers import Parsers
        from aggregator.poll import Poller
        from config import access

        options = self.settings.fetch
        permits = access.permits(options.access)
        async with Parsers() as parsers, Fetcher(options, permits, parsers.room) as fetcher:
            yield Poller(self.database, fetcher, parsers, self.settings.poll, self.now)

    def subscriber(self, poller: Poller) -> Subscriber | None:
        """What hubs talk to; None where they cannot reach this newsroom."""
        from aggregator.websub import Subscriber

        address = self.settings.serve.public_url
        return Subscriber(poller, address) if address is not None else None

    def newspaper(self) -> Newspaper:
        """What is public now."""
        from aggregator import publish

        with self.database.reading() as session:
            return publish.newspaper(session, self.editions, self.site, self.now(), self.curation.quorum)

    def _whole(self, anew: bool) -> Newspaper:
        """What is public now, with the pages that are to be drawn anew."""
        from aggregator import publish

        editions, site, now, quorum = self.editions, self.site, self.now(), self.curation.quorum
        with self.database.reading() as session:
            paper = publish.newspaper(session, editions, site, now, quorum)
            since = None if anew else publish.published_at(session)
            return publish.with_pages(session, paper, editions, site, now, quorum, since)

    def publish(self, only: str | None = None, anew: bool = False) -> Published:
        """Bring the published folder, or one edition of it, to what is public now, and record it.

        Pages that nothing changed on are left as they are, unless all are to be drawn `anew`.
        """
        from aggregator import publish

        output = self.settings.output
        with publish.alone(output):
            done, records = publish.write(output, self._whole(anew), self.site, self.now(), only)
            if records:
                with self.database.writing() as session:
                    session.add_all(records)
        return done

    def upkeep(self) -> Kept:
        """Remove what retention no longer keeps."""
        from aggregator import sketches, upkeep

        published = self.newspaper().public_ids
        with self.database.writing() as session:
            sketches.forget(session, self.now())
            return upkeep.retain(session, self.now() - self.settings.retention.items, published)


def chosen(**given: Any) -> settings.Settings:
    """Settings given in the program, as the sample newsroom has them."""
    return settings.Settings(**given)


def load(path: Path | None) -> settings.Settings:
    """The settings of a newsroom; raises SettingsError for what cannot be meant."""
    return settings.load(path)


@contextmanager
def opened(chosen: settings.Settings, now: Callable[[], datetime] = utc_now) -> Iterator[Newsdesk]:
    """A newsroom with its database brought to this version's schema, closed at the end."""
    database = Database(chosen.database_url)
    try:
        is_new = migrations.prepare(database)
        yield Newsdesk(chosen, database, now, is_new)
    finally:
        database.close()
