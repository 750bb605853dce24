"""What the desk has done for it: reading, deciding. It blocks, and is run in threads.

Each errand opens a session of its own, and ends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.errors import NewsdeskError
from config.options import Edition
from curation import rules, seen, times, words
from curation.desk import Desk
from curation.newsroom import Newsroom
from curation.query import Query, parse
from curation.screen.values import Look, Page, Place, Stamp, Story, Whole
from curation.screen.views import Views, decided_since, stamp
from curation.verbs import carry_out


@dataclass(frozen=True, slots=True)
class Errands:
    """What is asked of a newsroom in an editor's name; faults of the database are told as NewsdeskError."""

    newsroom: Newsroom
    zone: ZoneInfo

    @property
    def line_ups(self) -> list[Edition]:
        """The editions that take picks."""
        return [edition for edition in self.newsroom.editions if edition.rule == "picks"]

    def title(self, slug: str) -> str:
        """The title of an edition."""
        return next((one.title for one in self.newsroom.editions if one.slug == slug), slug)

    def query(self, text: str) -> Query:
        """A query as `newsdesk search` reads it; raises UsageFault for one that means nothing."""
        return parse(text, self._past)

    def _past(self, value: str) -> datetime:
        return times.read(value, self.newsroom.now(), self.zone, "past")

    def decide(self, order: Mapping[str, Any]) -> str:
        """Carry out an order; what it did, in one line."""
        room = self.newsroom
        with room.writing() as session:
            desk = Desk(session, room.curation, room.now(), room.editor, via="desk")
            done = carry_out(desk, room.editions, order, self.zone)
            pick = done.pick
            status = rules.status(pick, desk.now, room.curation.quorum) if pick else "not picked"
            return words.line(done, status)

    def mark(self, number: int, is_seen: bool) -> str:
        """Mark an item as seen by the editor, or take the mark off; what it did, in one line."""
        room = self.newsroom
        with room.writing() as session:
            if is_seen:
                changed = seen.mark(session, room.editor, [number], room.now())
            else:
                changed = seen.unmark(session, room.editor, [number])
        return f"item {number}: {'already ' * (not changed)}{'seen' if is_seen else 'unseen'}"

    def look(self, place: Place, shown: Sequence[Story]) -> Look:
        """The places, and the stories of one of them: the first, or as many as are shown."""
        with self._views() as views:
            query = self._query_of(place)
            page = views.again(place, query, shown) if shown else views.page(place, query)
            return Look(views.places(), page)

    def page(self, place: Place, after: Sequence[Story]) -> Page:
        """The stories of a place that come after those that are shown."""
        with self._views() as views:
            return views.page(place, self._query_of(place), after)

    def _query_of(self, place: Place) -> Query | None:
        return self.query(place.name) if place.kind == "found" else None

    def whole(self, number: int) -> Whole:
        """An item as it is read; raises UsageFault for one that is gone."""
        with self._views() as views:
            return views.whole(number)

    def stamp(self) -> Stamp:
        """What is newest now."""
        with self.newsroom.reading() as session:
            return stamp(session, self.newsroom.now())

    def news(self, since: int) -> str:
        """What others decided after a line of the log, in one line; nothing where they did not."""
        with self.newsroom.reading() as session:
            lines = decided_since(session, since, self.newsroom.editor)
        if not lines:
            return ""
        more = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
        return f"{lines[-1].editor}: {words.in_words(lines[-1])}{more}"

    @contextmanager
    def _views(self) -> Iterator[Views]:
        room = self.newsroom
        with room.reading() as session:
            yield Views(session, room.editions, room.editor, room.now(), room.curation.quorum)


def told(error: Exception) -> str:
    """A fault in one line."""
    if not isinstance(error, NewsdeskError):
        return f"failed unexpectedly: {type(error).__name__}: {error} (please report this)"
    return f"{error.message} ({error.remedy})" if error.remedy else error.message
