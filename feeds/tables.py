"""Source, Item, Story: what is kept of the feeds we read. Rows extend values.

An Item is an Entry as kept from one Source. It has no editorial field: what the editors
decide stands in `curation.tables`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlmodel import Field, SQLModel

from feeds.columns import NUMBERS_ARE_NEVER_REUSED, Kept
from feeds.entries import Editorial, Enclosure, Entry, Home, Link, Moment, Origin, Pace, Person, Value
from feeds.homezone import Sighting


class Status(StrEnum):
    """Whether a source is polled: paused by an editor, or retired by its server's 410.

    A removed source is kept, unseen, only where an editor decided on an item of it. The manual one has
    the articles that editors added, and no feed.
    """

    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"
    REMOVED = "removed"
    MANUAL = "manual"


class Term(Value):
    """One term of the arithmetic of the next poll: how long it asks to wait, in seconds, and why."""

    seconds: int
    reason: str


class Source(SQLModel, table=True):
    """A feed we subscribe to, with its polling state.

    `title`, `section`, `language`, `zone`, `interval` (seconds) and `preferred` are what an editor gave;
    `feed_title`, `feed_id`, `feed_language`, `feed_rights`, `feed_icon`, `site` and `pace` are what the feed
    last said. `etag` and
    `last_modified` are the validators of the last document kept, as the server wrote them.
    Nobody asks before `not_before_at`, for its server said so. `moved_to` is where permanent
    redirects led `moved_hits` times in a row since `moved_since`. `renamed_polls` of its polls in a row
    gave every known entry another id (`feeds.identity.unstable`). `answered_at` is the last poll that
    did not fail; `inferred_zone` where its dates show it to be at home, which counts where no editor
    gave a zone.
    """

    __table_args__ = (NUMBERS_ARE_NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(sa_type=Text)
    canonical_url: str = Field(unique=True, sa_type=Text)
    title: str | None = None
    section: str | None = Field(default=None, index=True)
    language: str | None = None
    zone: str | None = None
    interval: int | None = None
    preferred: bool = False
    status: Status = Field(default=Status.ACTIVE, sa_type=Text)
    added_at: datetime

    feed_title: str = ""
    feed_id: str | None = Field(default=None, sa_type=Text)
    feed_language: str | None = None
    feed_rights: str | None = Field(default=None, sa_type=Text)
    feed_icon: str | None = Field(default=None, sa_type=Text)
    site: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    inferred_zone: str | None = None
    zone_confidence: float | None = None
    zone_evidence: str | None = Field(default=None, sa_type=Text)

    answered_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_changed_at: datetime | None = None
    next_poll_at: datetime = Field(index=True)
    next_poll_reason: str = "new source"
    next_poll_terms: tuple[Term, ...] = Field(default=(), sa_type=Kept(tuple[Term, ...]))
    not_before_at: datetime | None = None
    pace: Pace | None = Field(default=None, sa_type=Kept(Pace))
    moved_to: str | None = Field(default=None, sa_type=Text)
    moved_hits: int = 0
    moved_since: datetime | None = None
    renamed_polls: int = 0
    failures: int = 0
    error_class: str | None = None
    error_message: str | None = None
    error_at: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it: the editor's title, else the feed's, else the address."""
        return self.title or self.feed_title or self.url


def first_said(*columns: Any) -> ColumnElement[str]:
    """The first of some columns of text that says something, as a column."""
    return func.coalesce(*(func.nullif(column, "") for column in columns))


NAME = first_said(Source.title, Source.feed_title, Source.url)  # that of a source, as a column


class Sightings(SQLModel, table=True):
    """When the last dates of a source that name no zone were first seen, the oldest first."""

    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", primary_key=True)
    seen: tuple[Sighting, ...] = Field(default=(), sa_type=Kept(tuple[Sighting, ...]))


class Remembered(SQLModel, table=True):
    """Which of our items those of a source's last document are, each by its hash (`feeds.cutting`).

    `home` is where its dates were read, `read_at` when a document of the source was last read whole.
    """

    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", primary_key=True)
    home: Home = Field(sa_type=Kept(Home))
    read_at: datetime
    items: bytes


class Move(SQLModel, table=True):
    """An address that a source had before it adopted that of a permanent redirect."""

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", index=True)
    at: datetime
    from_url: str = Field(sa_type=Text)
    to_url: str = Field(sa_type=Text)


class Subscription(SQLModel, table=True):
    """A source's subscription to a hub that tells of its changes (WebSub, W3C Recommendation of 2018).

    `token` is the path of the source's own callback, `secret` the key of the hub's signatures.
    """

    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", primary_key=True)
    hub: str = Field(sa_type=Text)
    topic: str = Field(sa_type=Text)
    token: str = Field(unique=True)
    secret: str
    state: str = "requested"
    requested_at: datetime
    expires_at: datetime | None = None
    last_told_at: datetime | None = None


class Story(SQLModel, table=True):
    """The items, from any source, that tell the same story.

    `lead_id` is the item that leads it, `medoid_id` the one that is most like all the others:
    whatever joins the story is like it.
    """

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int | None = Field(default=None, index=True)
    medoid_id: int | None = None


class Sketch(SQLModel, table=True):
    """What comparing needs of an item's text (`feeds.likeness.Profile`), and its lines, as bytes.

    Kept while other items may tell the same story.
    """

    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True)
    profile: bytes
    lines: bytes = b""


class Mark(SQLModel, table=True):
    """A mark of an item, of those that items which are alike have in common (`feeds.likeness.marks`)."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: int = Field(sa_type=BigInteger, primary_key=True)
    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True, index=True)


_REVISED = text("revised_at IS NOT NULL")


class Item(Entry, SQLModel, table=True):
    """An Entry as kept from one Source.

    `key` is what the entry is known by within its source, `alias` what else where that fails
    (`feeds.identity`), `public_id` the id it is republished under. `timestamp` orders it:
    its source's date where believable, else `first_seen_at`, which never changes.
    """

    model_config = {"frozen": False, "extra": "ignore"}
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_item_order", "timestamp", "id"),
        Index("ix_item_alias", "source_id", "alias"),
        Index("ix_item_of_source", "source_id", "timestamp", "story_id"),
        Index("ix_item_of_story", "story_id", "timestamp", "source_id"),
        Index("ix_item_revised_at", "revised_at", sqlite_where=_REVISED, postgresql_where=_REVISED),
        CheckConstraint("key <> ''", name="item_has_a_key"),
        NUMBERS_ARE_NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    story_id: int = Field(foreign_key="story.id")
    key: str = Field(sa_type=Text)
    alias: str = Field(default="", sa_type=Text)
    public_id: str = Field(sa_type=Text)
    global_id: str | None = Field(default=None, index=True, sa_type=Text)
    canonical_url: str | None = Field(default=None, index=True, sa_type=Text)
    fingerprint: str
    timestamp: datetime
    first_seen_at: datetime = Field(index=True)
    revised_at: datetime | None = None

    content: str = Field(default="", sa_type=Text)
    authors: tuple[Person, ...] = Field(default=(), sa_type=Kept(tuple[Person, ...]))
    categories: tuple[str, ...] = Field(default=(), sa_type=Kept(tuple[str, ...]))
    enclosures: tuple[Enclosure, ...] = Field(default=(), sa_type=Kept(tuple[Enclosure, ...]))
    links: tuple[Link, ...] = Field(default=(), sa_type=Kept(tuple[Link, ...]))
    published: Moment | None = Field(default=None, sa_type=Kept(Moment))
    updated: Moment | None = Field(default=None, sa_type=Kept(Moment))
    origin: Origin | None = Field(default=None, sa_type=Kept(Origin))
    editorial: Editorial | None = Field(default=None, sa_type=Kept(Editorial))


class Revision(SQLModel, table=True):
    """What an item said before its source changed it, and when we saw the change."""

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", index=True)
    at: datetime
    title: str
    summary: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)


class Likeness(SQLModel, table=True):
    """Why an item stands in its story: the item it is like, at which level, on what evidence."""

    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True)
    other_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True)
    level: str
    score: float
    evidence: str


class PurgedKey(SQLModel, table=True):
    """The key of an item that retention removed, so that no poll takes it for a new one.

    With it what tells that an entry is this item though its source calls it otherwise.
    """

    __tablename__ = "purged_key"
    __table_args__ = (Index("ix_purged_key_alias", "source_id", "alias"),)

    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(primary_key=True, sa_type=Text)
    alias: str = Field(default="", sa_type=Text)
    canonical_url: str | None = Field(default=None, sa_type=Text)
    title: str = ""
    timestamp: datetime | None = None
