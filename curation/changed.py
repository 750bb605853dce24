"""What changed since an instant: the stories it is about, and the picks of them.

What is asked for grows with what changed, never with what there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, exists, or_, select

from curation.shifts import Shifted
from curation.tables import Appearance, Decision, Pick, PublishedSite
from feeds.opml import Outline
from feeds.tables import Item, Move, Source

# What was decided or read is dated by when that began, and seen by others when it is committed.
UNSEEN = timedelta(minutes=5)
AT_ONCE = 1_000  # numbers in one query


class Drawn(NamedTuple):
    """When all was last drawn as it stood, the sources as subscription lists name them now, and what has
    shifted since.
    """

    at: datetime
    reading: Sequence[Outline]
    shifted: Sequence[Shifted]


class Changed(NamedTuple):
    """The stories that changed since an instant, and the days on which news came to stand, or stands no
    more, without being new.
    """

    since: datetime
    stories: set[int]
    days: set[date]


def since(session: Session, drawn: Drawn) -> Changed:
    """What changed since all was last drawn."""
    shifted = {one.story_id for one in drawn.shifted}
    stories = shifted | _stories(session, drawn.at, _sources(session, drawn))
    return Changed(drawn.at, stories, {one.day for one in drawn.shifted})


def _stories(session: Session, since: datetime, of_sources: Collection[str]) -> set[int]:
    """The stories of which an item is new, was revised, or decided about by an editor, or whose source is
    called or found otherwise.
    """
    since -= UNSEEN
    story = select(Item.story_id)  # distinct would go through all stories
    found = set(session.exec(story.where(Item.first_seen_at > since)))
    found.update(session.exec(story.where(col(Item.revised_at) > since)))
    decided = set[int]()
    for decision in session.exec(select(Decision).where(Decision.at > since)):
        decided |= {decision.item_id, *decision.payload.get("others", ())}
    found.update(batched(session, story, Item.id, decided))
    of_source = story.join(Source, col(Source.id) == col(Item.source_id))
    found.update(batched(session, of_source, Source.url, of_sources))
    of_moved = story.join(Move, col(Move.source_id) == col(Item.source_id))
    return found.union(batched(session, of_moved, Move.from_url, of_sources))


def _sources(session: Session, drawn: Drawn) -> set[str]:
    """The addresses, old and new, of sources that were published in other words since, or came or went.

    What was published since then, or last before, is on record.
    """
    newest_first = select(PublishedSite.at, PublishedSite.reading).order_by(col(PublishedSite.id).desc())
    now, then = set(drawn.reading), list[set[Outline]]()
    rows = session.exec(newest_first.execution_options(yield_per=1))
    for at, reading in rows:
        then.append({Outline.model_validate(one) for one in reading})
        if at <= drawn.at:
            rows.close()
            break
    always = now.intersection(*then)
    return {one.url for told in (now, *then) for one in told - always}


def picks(session: Session, of_stories: Iterable[int]) -> list[Pick]:
    """The picks of stories, standing or not."""
    query = select(Pick).join(Item, col(Item.id) == col(Pick.item_id)).order_by(col(Pick.id))
    return batched(session, query, Item.story_id, of_stories)


def returning(session: Session, since: datetime, editions: Collection[str]) -> list[Pick]:
    """The held picks of editions that readers see again since an instant, or will, without a decision: the
    hold, or the pick itself, has come to its end.
    """
    held = select(Pick).where(col(Pick.edition).in_(sorted(editions)), col(Pick.held))
    return list(session.exec(held.where(or_(col(Pick.held_until) > since, col(Pick.until) > since))))


class Undone(NamedTuple):
    """A pick of which no decision is left, and when it was taken back from readers who had seen it."""

    edition: str
    item_id: int
    withdrawn_at: datetime | None


def undone(session: Session, of_stories: Collection[int] | None) -> list[Undone]:
    """The picks, of stories or of all, that were undone as if they had never been."""
    of_it = (col(Appearance.guid) == Item.public_id) & (col(Appearance.edition) == Decision.edition)
    is_left = exists().where(col(Pick.item_id) == Decision.item_id, col(Pick.edition) == Decision.edition)
    query = (
        select_columns(col(Decision.edition), col(Decision.item_id), col(Appearance.withdrawn_at))
        .join(Item, col(Item.id) == col(Decision.item_id))
        .outerjoin(Appearance, of_it)
        .where(col(Decision.edition).is_not(None), ~is_left)
        .order_by(col(Decision.edition), col(Decision.item_id))
        .distinct()
    )
    if of_stories is None:
        rows = list(session.connection().execute(query))
    else:
        rows = batched(session, query, Item.story_id, of_stories)
    return [Undone(edition or "", item_id, at) for edition, item_id, at in rows]


def batched(session: Session, query: Any, column: Any, values: Iterable[Any]) -> list[Any]:
    """The rows of a query whose column is among some values, however many those are."""
    left, found = iter(sorted(values)), list[Any]()
    while batch := list(islice(left, AT_ONCE)):
        found += session.exec(query.where(col(column).in_(batch)))
    return found
