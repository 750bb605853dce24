"""Stories as they waited at an instant: by which item, told by how many sources, how old, of which traits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from curation import ranking
from curation.ranking import Waiting
from feeds.tables import Item, Source, Story

HOUR = timedelta(hours=1)
AT_ONCE = 5_000  # numbers in one query


def _first(*texts: Any) -> ColumnElement[Any]:
    """The first of some texts that is not empty."""
    return func.coalesce(*(func.nullif(text, "") for text in texts))


TELLING: tuple[Any, ...] = (
    col(Item.id),
    col(Item.story_id),
    col(Item.source_id),
    col(Item.timestamp),
    col(Item.first_seen_at),
    col(Story.lead_id),
)
KNOWN: tuple[Any, ...] = (
    col(Item.id).label("number"),
    col(Item.title),
    col(Item.authors),
    col(Source.section),
    col(Source.id).label("source"),
    _first(Source.title, Source.feed_title, Source.url).label("name"),
    _first(Item.language, Source.language, Source.feed_language).label("language"),
)


class Telling(NamedTuple):
    """An item as one of those that tell its story, and the item that leads this."""

    item: int
    story: int
    source: int
    timestamp: datetime
    first_seen_at: datetime
    lead: int | None


class Shelf:
    """Stories and what their items are known by, read when they are first asked for."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.story_of: dict[int, int] = {}
        self._tellings: dict[int, list[Telling]] = {}
        self._traits: dict[int, dict[str, str]] = {}

    def fetch(self, numbers: Iterable[int]) -> None:
        """Have the stories of items at hand; numbers that no item has any more are passed over."""
        for some in _parts({number for number in numbers if number not in self.story_of}):
            stories = select(Item.story_id).where(col(Item.id).in_(some))
            query = (
                columns(*TELLING)
                .join(Story, col(Story.id) == col(Item.story_id))
                .where(col(Item.story_id).in_(stories))
                .order_by(col(Item.timestamp), col(Item.id))
            )
            for telling in map(Telling._make, self.session.connection().execute(query)):
                if telling.item not in self.story_of:
                    self.story_of[telling.item] = telling.story
                    self._tellings.setdefault(telling.story, []).append(telling)

    def lead(self, story: int, at: datetime) -> int | None:
        """The item by which a story was listed at an instant: its lead, else the earliest seen by then."""
        seen = [telling for telling in self._tellings[story] if telling.first_seen_at <= at]
        if any(telling.item == telling.lead for telling in seen):
            return seen[0].lead
        return seen[0].item if seen else None

    def waiting(self, numbers: Iterable[int], at: datetime) -> list[Waiting]:
        """The stories of items as they waited at an instant, in the order of the items."""
        wanted = list(numbers)
        self.fetch(wanted)
        self.know(wanted)
        return [self._waiting(number, at) for number in wanted]

    def know(self, numbers: Iterable[int]) -> None:
        """Have at hand what items are known by."""
        for some in _parts({number for number in numbers if number not in self._traits}):
            query = columns(*KNOWN).join(Source, col(Source.id) == col(Item.source_id))
            for row in self.session.connection().execute(query.where(col(Item.id).in_(some))):
                self._traits[row.number] = ranking.traits(
                    (row.source, row.name),
                    row.section,
                    row.language,
                    [author.name for author in row.authors],
                    row.title,
                )

    def _waiting(self, number: int, at: datetime) -> Waiting:
        tellings = self._tellings[self.story_of[number]]
        seen = [telling for telling in tellings if telling.first_seen_at <= at]
        own = next(telling for telling in tellings if telling.item == number)
        return Waiting(
            number=number,
            sources=len({telling.source for telling in seen} | {own.source}),
            hours=(at - own.timestamp) / HOUR,
            traits=self._traits[number],
        )


def _parts(numbers: set[int]) -> Iterator[list[int]]:
    rest = iter(sorted(numbers))
    while some := list(islice(rest, AT_ONCE)):
        yield some
