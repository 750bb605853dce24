"""What editors decided, brought out: gathered, put on record, written, recorded.

What is private goes into a folder of its own, and nobody is told of it.

database ─> line-ups, pages that changed ─> on record ─> plan ─> (aggregator.publish) ─> what follows
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from aggregator import deliveries, files, manifest, newspaper, pagedocuments, past, publish
from aggregator.bringing import Keep, Plan
from aggregator.database import Database
from aggregator.newspaper import Document, Newspaper
from aggregator.past import Copy
from aggregator.publish import Published
from config.options import PRIVATE, Edition, Publishing
from curation import archive, changed, pages, permalinks, shifts
from curation.lineup import Site
from curation.pages import Pages
from curation.shifts import Shifted
from feeds.shelves import Named

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600  # permissions


@dataclass(frozen=True, slots=True)
class Press:
    """What publishes a newsroom: what it is published from, where to, and how."""

    database: Database
    output: Path
    private: Path
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
        paper, drawn, _ = self._gathered(self.now(), anew=True)
        of_pages = (document for each in drawn for document in pagedocuments.documents(each))
        return [*newspaper.documents(paper, self.site), *of_pages]

    def as_of(self, at: datetime, only: str | None = None) -> list[Copy]:
        """The files that were public at an instant, rendered again; raises NewsdeskError for none."""
        with self.database.reading() as session:
            return past.as_of(session, at, only)

    def publish(self, only: str | None, anew: bool, keep: Keep) -> Published:
        """Bring the published folder, and the private one, or one edition to what is public now; record it.

        What goes out is on record before it does, what is written once it is. Pages that nothing changed
        on are left as they are, unless all are to be drawn `anew`. Raises what `keep` raises, which is asked
        before anything is written whether this is still the one to do so.
        """
        with self._alone():
            at = self.now()
            paper, drawn, shifted = self._gathered(at, anew)
            keep()
            paper = self._gone_to_press(paper, at, only)
            done = Published(at)
            for each in drawn:
                done.join(self._bring(self._plan(paper, each, only), paper, at, keep))
            if only is None and shifted:
                with self.database.writing() as session:
                    shifts.forget(session, shifted)
        if len(paper.past) == archive.MOST_PAGES:
            further = self.publish(only, False, keep)
            done.written += further.written
        return done

    def place(self, name: str) -> Path:
        """Where a document is written, by its name."""
        folder = self.private if name.startswith(PRIVATE) else self.output
        return folder / name.removeprefix(PRIVATE)

    def _has_private(self, session: Session) -> bool:
        """Whether there are private editions, or this newsroom had some in that folder."""
        if any(edition.is_private for edition in self.editions):
            return True
        return (self.private / manifest.NAME).exists() and publish.wrote(session, PRIVATE)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self.database.reading() as session:
            has_private = self._has_private(session)
        with publish.alone(self.output), ExitStack() as stack:
            if has_private:
                stack.enter_context(publish.alone(self.private, PRIVATE_FOLDER))
            yield

    def _bring(self, plan: Plan, paper: Newspaper, at: datetime, keep: Keep) -> Published:
        """Bring a folder to a plan, and record what was done; of what is private nobody is told."""
        folder = self.private if plan.above else self.output
        done = publish.write(folder, plan, at, keep)
        past = [page for page in paper.past if page.path.startswith(PRIVATE) == bool(plan.above)]
        if done.changes or past:
            with self.database.writing() as session:
                session.add_all(publish.records(done, paper.decision_id))
                archive.written(session, past)
                if not plan.above:
                    self._want_delivered(session, done)
            publish.recorded(folder)
        return done

    def _newspaper(self, session: Session, at: datetime) -> Newspaper:
        return newspaper.newspaper(session, self.editions, self.site, at, self.quorum, self.publishing.hub)

    def _gathered(self, at: datetime, anew: bool) -> tuple[Newspaper, list[Pages], list[Shifted]]:
        """What is public at an instant, the pages of it that changed since all was last published, or all
        where they look otherwise or are to be drawn `anew`, and what has shifted that these pages show.

        Those of the private editions come first, since the others date what was last published.
        """
        with self.database.reading() as session:
            paper = self._newspaper(session, at)
            shifted = shifts.since_forgotten(session)
            drawn_at = None if anew else self._drawn_at(session)
            drawn = None if drawn_at is None else changed.Drawn(drawn_at, paper.reading, shifted)
            shown = paper.lineups, self.site, at, self.quorum
            gathered = [pages.gathered(session, self._editions(private=False), *shown, drawn)]
            if self._has_private(session):
                drawn = drawn if drawn and self._holds_private(session) else None
                gathered.insert(0, pages.apart(session, self._editions(private=True), *shown, drawn))
            return paper, gathered, shifted

    def _drawn_at(self, session: Session) -> datetime | None:
        """When all pages that there are were last drawn; None where they do not look as they would now."""
        robots = pagedocuments.robots(pages.masthead(session, self.site), self._named(private=False))
        last = publish.last(session)
        is_alike = publish.holds(self.output, robots, self.publishing.compress, last)
        return last[0].at if last and is_alike else None

    def _holds_private(self, session: Session) -> bool:
        """Whether the pages of the private editions look as they would now."""
        mark = pagedocuments.mark(pages.masthead(session, self.site), self._named(private=True))
        return publish.holds(self.private, mark, self.publishing.compress)

    def _editions(self, *, private: bool) -> list[Edition]:
        return [edition for edition in self.editions if edition.is_private == private]

    def _named(self, *, private: bool) -> list[Named]:
        return [permalinks.named(edition) for edition in self._editions(private=private)]

    def _gone_to_press(self, paper: Newspaper, at: datetime, only: str | None) -> Newspaper:
        """What is public from an instant on, with the pages of history that the folders have lost."""
        with self.database.writing() as session:
            for edition in self.editions:
                newest = archive.newest_page(session, edition.slug, written=True)
                if newest and not self.place(archive.page_name(edition.path, newest)).exists():
                    archive.rewrite(session, edition.slug)
            return newspaper.gone_to_press(session, paper, self.editions, self.site, at, only)

    def _plan(self, paper: Newspaper, drawn: Pages, only: str | None) -> Plan:
        every = [*newspaper.documents(paper, self.site), *pagedocuments.documents(drawn)]
        of_it = [one for one in every if one.name.startswith(PRIVATE) == bool(drawn.above)]
        return Plan(
            documents=[document for document in of_it if only in (None, document.edition)],
            kept=drawn.kept,
            removed=drawn.withdrawn(only),
            compress=self.publishing.compress,
            whole=only is None,
            above=drawn.above,
            mode=PRIVATE_FILE if drawn.above else files.MODE,
        )

    def _want_delivered(self, session: Session, done: Published) -> None:
        if self.publishing.hub is not None:
            feeds = [row for row in done.changes if row.sha256 and newspaper.is_feed(row.name, row.edition)]
            told = {f"{self.site.base_url}{row.name}": row.sha256 for row in feeds}
            deliveries.want_told(session, told, self.now())
        if self.publishing.command:
            deliveries.want_run(session, done.written, done.removed, self.now())
