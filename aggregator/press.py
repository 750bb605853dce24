"""What editors decided, brought out: gathered, put on record, written, recorded.

database ─> line-ups, pages that changed ─> on record ─> plan ─> (aggregator.publish) ─> what follows
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
from aggregator.publish import Keep, Plan, Published
from config.options import Edition, Publishing
from curation import archive, changed, pages, permalinks
from curation.lineup import Site
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
            return self._newspaper(session, self.now())

    def documents(self) -> list[Document]:
        """All that is public now, as a publish would draw it anew; none goes on record."""
        paper, drawn = self._gathered(self.now(), anew=True)
        return [*newspaper.documents(paper, self.site), *pagedocuments.documents(drawn)]

    def as_of(self, at: datetime, only: str | None = None) -> list[Copy]:
        """The files that were public at an instant, rendered again; raises NewsdeskError for none."""
        with self.database.reading() as session:
            return past.as_of(session, at, only)

    def publish(self, only: str | None, anew: bool, keep: Keep) -> Published:
        """Bring the published folder, or one edition of it, to what is public now, and record it.

        What goes out is on record before it does, what is written once it is. Pages that nothing changed
        on are left as they are, unless all are to be drawn `anew`. Raises what `keep` raises, which is asked
        before anything is written whether this is still the one to do so.
        """
        with publish.alone(self.output):
            at = self.now()
            paper, drawn = self._gathered(at, anew)
            keep()
            paper = self._gone_to_press(paper, at, only)
            done = publish.write(self.output, self._plan(paper, drawn, only), at, keep)
            if done.changes or paper.past:
                with self.database.writing() as session:
                    session.add_all(publish.records(done, paper.decision_id))
                    archive.written(session, paper.past)
                    self._want_delivered(session, done)
                publish.recorded(self.output)
        if len(paper.past) == archive.MOST_PAGES:
            further = self.publish(only, False, keep)
            done.written += further.written
        return done

    def _newspaper(self, session: Session, at: datetime) -> Newspaper:
        return newspaper.newspaper(session, self.editions, self.site, at, self.quorum, self.publishing.hub)

    def _gathered(self, at: datetime, anew: bool) -> tuple[Newspaper, Pages]:
        """What is public at an instant, and the pages of it that changed since all was last published, or
        all where they look otherwise, or are to be drawn `anew`.
        """
        with self.database.reading() as session:
            paper = self._newspaper(session, at)
            drawn_at = None if anew else self._drawn_at(session)
            drawn = None if drawn_at is None else changed.Drawn(drawn_at, paper.reading)
            return paper, pages.gathered(
                session, self.editions, paper.lineups, self.site, at, self.quorum, drawn
            )

    def _drawn_at(self, session: Session) -> datetime | None:
        """When all pages that there are were last drawn; None where they do not look as they would now."""
        named = [permalinks.named(edition) for edition in self.editions]
        robots = pagedocuments.robots(pages.masthead(session, self.site), named)
        last = publish.last(session)
        is_alike = publish.holds(self.output, robots, self.publishing.compress, last)
        return last[0].at if last and is_alike else None

    def _gone_to_press(self, paper: Newspaper, at: datetime, only: str | None) -> Newspaper:
        """What is public from an instant on, with the pages of history that the folder has lost."""
        with self.database.writing() as session:
            for slug in (edition.slug for edition in self.editions):
                newest = archive.newest_page(session, slug, written=True)
                if newest and not (self.output / archive.page_name(slug, newest)).exists():
                    archive.rewrite(session, slug)
            return newspaper.gone_to_press(session, paper, self.editions, self.site, at, only)

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
