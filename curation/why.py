"""Why an item has its date, its identity and its place in a story: what the rows know, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, desc, distinct, or_, select

from curation import inbox, stories
from curation.tables import StoryPin
from feeds import likeness, urls
from feeds.leading import Lead
from feeds.likeness import Alike
from feeds.profiles import Profile
from feeds.tables import Item, Likeness, Revision, Sketch, Source, Story


@dataclass(frozen=True, slots=True)
class Reasons:
    """An item with all that says how it got where it is."""

    item: Item
    source: Source
    revisions: int
    lead: Lead
    members: tuple[tuple[Item, Source], ...]
    alike: tuple[Likeness, ...]
    pins: tuple[StoryPin, ...]

    @property
    def ordered_by(self) -> str:
        """What the item's timestamp is, in words."""
        item = self.item
        moments = [moment for moment in (item.published, item.updated) if moment and moment.at]
        if any(moment.at == item.timestamp for moment in moments):
            return "the date its source gave"
        if not moments:
            return "first seen: its source gave no date that can be read"
        ahead = moments[0].at is not None and moments[0].at > item.first_seen_at
        return f"first seen: the date its source gave lies {'ahead' if ahead else 'before 1990'}"

    @property
    def known_by(self) -> str:
        """What the item is known by within its source."""
        key, guid, url = self.item.key, self.item.guid.strip(), self.item.url
        if guid and key.startswith(guid[:100]):
            return "its id" if key == guid else "its id, with what tells it from others of that id"
        if url and key.startswith(urls.canonical(url)[:100]):
            return "its address"
        return "a digest of what it says" if key.startswith("sha256:") else "an id it had before"


@dataclass(frozen=True, slots=True)
class Told:
    """A story of some days: how many items and sources tell it, and when the newest did."""

    story_id: int
    items: int
    sources: int
    first: datetime
    newest: datetime


def reasons(session: Session, number: int) -> Reasons:
    """All that says how an item got where it is. Raises UsageFault for an item there is not."""
    item = inbox.item(session, number)
    members = session.exec(
        select(Item, Source)
        .where(Item.story_id == item.story_id, col(Source.id) == col(Item.source_id))
        .order_by(col(Item.timestamp), col(Item.id))
    ).all()
    numbers = [member.id for member, _ in members]
    alike = session.exec(
        select(Likeness)
        .where(col(Likeness.item_id).in_(numbers), col(Likeness.other_id).in_(numbers))
        .order_by(col(Likeness.item_id), col(Likeness.other_id))
    ).all()
    pins = session.exec(
        select(StoryPin)
        .where(or_(StoryPin.item_id == number, StoryPin.other_id == number))
        .order_by(col(StoryPin.item_id), col(StoryPin.other_id))
    ).all()
    return Reasons(
        item=item,
        source=session.get_one(Source, item.source_id),
        revisions=session.exec(select(func.count()).where(Revision.item_id == number)).one(),
        lead=stories.lead(session, item.story_id),
        members=tuple(members),
        alike=tuple(alike),
        pins=tuple(pins),
    )


def between(session: Session, number: int, other: int) -> Likeness | Alike | None:
    """What makes two items alike: the likeness that is kept, else that of their texts now, if any."""
    for one in (number, other):
        inbox.item(session, one)
    pair = {number, other}
    kept = session.exec(
        select(Likeness).where(col(Likeness.item_id).in_(pair), col(Likeness.other_id).in_(pair))
    ).first()
    if kept is not None:
        return kept
    rows = session.exec(select(Sketch.profile).where(col(Sketch.item_id).in_(pair))).all()
    profiles = [Profile.load(row) for row in rows]
    return likeness.compare(*profiles) if len(profiles) == 2 else None


def told_since(session: Session, since: datetime, limit: int) -> Sequence[Told]:
    """The stories of which something was published since an instant, those of most sources first."""
    sources, newest = func.count(distinct(Item.source_id)), func.max(Item.timestamp)
    rows = (
        session.connection()
        .execute(
            select_columns(col(Item.story_id), func.count(), sources, func.min(Item.timestamp), newest)
            .where(col(Item.timestamp) >= since)
            .group_by(col(Item.story_id))
            .order_by(desc(sources), desc(newest), col(Item.story_id))
            .limit(limit)
        )
        .all()
    )
    return [Told(*row) for row in rows]


def leads(session: Session, told: Sequence[Told]) -> list[tuple[Item, Source]]:
    """The item that leads each story, with its source."""
    rows = session.exec(
        select(Item, Source)
        .join(Story, col(Story.lead_id) == col(Item.id))
        .where(col(Story.id).in_([one.story_id for one in told]), col(Source.id) == col(Item.source_id))
    ).all()
    found = {item.story_id: (item, source) for item, source in rows}
    return [found[one.story_id] for one in told]
