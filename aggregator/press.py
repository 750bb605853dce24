"""What editors decided, brought out: gathered, put on record, written, recorded.

database ─> line-ups on record ─> pages that changed ─> plan ─> (aggregator.publish) ─> what follows
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from aggregator import deliveries, newspaper, pagedocuments, past, publish
from aggregator.database import Database
from aggregator.newspaper import Document, Newspaper
from aggregator.past import Copy
from aggregator.publish import Plan, Published
from config.options import Edition, Publishing
from curation import archive, pages, permalinks
from curation.lineup import Site, lineup
from curation.pages import Pages


@dataclass(frozen=True, slots=True)
class Press:
    """What publishes a newsroom: what it is published from, where to, and how."""

    database: Database
    output: Path
    publishing: Publishing
    editions: tuple[Edition, ...]
    site: Site
    quorum: int
    now: Callable[[], datetime]

    def newspaper(self) -> Newspaper:
        """What is public now."""
        with self.database.reading() as session:
            return newspaper.newspaper(
                session, self.editions, self.site, self.now(), self.quorum, self.publishing.hub
            )

    def documents(self) -> list[Document]:
        """All that is public now, as a publish would draw it anew; none goes on record."""
        with self.database.reading() as session:
            drawn = self._gathered(session, self.now())
        return [*newspaper.documents(self.newspaper(), self.site), *pagedocuments.documents(drawn)]

    def as_of(self, at: datetime, only: str | None = None) -> list[Copy]:
        """The files that were public at an instant, rendered again; raises NewsdeskError for none."""
        with self.database.reading() as session:
            return past.as_of(session, at, only)

    def publish(self, only: str | None = None, anew: bool = False) -> Published:
        """Bring the published folder, or one edition of it, to what is public now, and record it.

        What goes out is on record before it does, what is written once it is. Pages that nothing changed
        on are left as they are, unless all are to be drawn `anew`.
        """
        with publish.alone(self.output):
            at = self.now()
            paper = self._gone_to_press(at, only)
            done = publish.write(self.output, self._plan(paper, self._pages(at, anew), only), at)
            if done.changes or paper.past:
                with self.database.writing() as session:
                    session.add_all(publish.records(done, paper.decision_id))
                    archive.written(session, paper.past)
                    self._want_delivered(session, done)
                publish.recorded(self.output)
        if len(paper.past) == archive.MOST_PAGES:
            further = self.publish(only)
            done.written += further.written
        return done

    def _gone_to_press(self, at: datetime, only: str | None) -> Newspaper:
        """What is public from an instant on, with the pages of history that the folder has lost."""
        with self.database.writing() as session:
            for slug in (edition.slug for edition in self.editions):
                newest = archive.newest_page(session, slug, written=True)
                if newest and not (self.output / archive.page_name(slug, newest)).exists():
                    archive.rewrite(session, slug)
            return newspaper.gone_to_press(
                session, self.editions, self.site, at, self.quorum, only, self.publishing.hub
            )

    def _pages(self, at: datetime, anew: bool) -> Pages:
        """The pages that changed since everything was last published, or all where they look otherwise."""
        with self.database.reading() as session:
            named = [permalinks.named(edition) for edition in self.editions]
            robots = pagedocuments.robots(pages.masthead(session, self.site), named)
            last = publish.last(session)
            is_alike = publish.holds(self.output, robots, self.publishing.compress, last)
            return self._gathered(session, at, last[0].at if last and is_alike and not anew else None)

    def _gathered(self, session: Session, at: datetime, since: datetime | None = None) -> Pages:
        lineups = {
            edition.slug: lineup(session, edition, self.site, at, self.quorum) for edition in self.editions
        }
        return pages.gathered(session, self.editions, lineups, self.site, at, self.quorum, since)

    def _plan(self, paper: Newspaper, drawn: Pages, only: str | None) -> Plan:
        every = [*newspaper.documents(paper, self.site), *pagedocuments.documents(drawn)]
        return Plan(
            documents=[document for document in every if only in (None, document.edition)],
            kept=drawn.kept,
            removed=drawn.withdrawn(only),
            compress=self.publishing.compress,
            whole=only is None,
        )

    def _want_delivered(self, session: Session, done: Published) -> None:
        if self.publishing.hub is not None:
            feeds = [row for row in done.changes if row.sha256 and newspaper.is_feed(row.name, row.edition)]
            told = {f"{self.site.base_url}{row.name}": row.sha256 for row in feeds}
            deliveries.want_told(session, told, self.now())
        if self.publishing.command:
            deliveries.want_run(session, done.written, done.removed, self.now())
