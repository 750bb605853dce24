"""Decision, Editor, what follows from the decisions, and what was public. Rows extend values.

Pick, Kill, Tag and StoryPin are projections: they hold nothing that the log does not say.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from curation.rules import Decided, Picked
from feeds.columns import NUMBERS_ARE_NEVER_REUSED, Kept
from feeds.entries import Entry, Feed


class Editor(SQLModel, table=True):
    """Someone whose decisions are on the log; who has left decides no more."""

    name: str = Field(primary_key=True)
    since: datetime
    left_at: datetime | None = None


class Decision(Decided, SQLModel, table=True):
    """One line of the editorial log. Lines are added, never changed or removed.

    An item that an editor decided on cannot be deleted while the line stands.
    """

    model_config = {"frozen": False}
    __table_args__ = (NUMBERS_ARE_NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    editor: str = Field(foreign_key="editor.name")
    via: str
    verb: str
    item_id: int = Field(foreign_key="item.id", index=True)
    edition: str | None = Field(default=None, index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    undoes: int | None = Field(default=None, foreign_key="decision.id")


class Pick(Picked, SQLModel, table=True):
    """The pick of an item for an edition: the projection of its decisions (`rules.project`)."""

    model_config = {"frozen": False}
    __table_args__ = (
        UniqueConstraint("item_id", "edition"),
        Index("ix_pick_order", "edition", "retracted_at", "pinned", "picked_at", "id"),
        Index("ix_pick_until", "edition", "until"),
        Index("ix_pick_held", "edition", "held", "changed_at"),
        Index("ix_pick_visible_from", "visible_from"),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    edition: str = Field(index=True)
    note: str = Field(default="", sa_type=Text)
    noted_at: datetime | None = None
    correction: str = Field(default="", sa_type=Text)
    corrected_at: datetime | None = None
    worded_at: datetime | None = None
    editors: tuple[str, ...] = Field(default=(), sa_type=Kept(tuple[str, ...]))
    voiced_at: tuple[datetime, ...] = Field(default=(), sa_type=Kept(tuple[datetime, ...]))
    nominated_by: str | None = None
    picked_at: datetime
    visible_from: datetime
    until: datetime | None = None
    held_until: datetime | None = None
    changed_at: datetime
    retracted_at: datetime | None = None


class Kill(SQLModel, table=True):
    """An item whose story is shown in no edition, whichever items join it, and the decision that says so."""

    item_id: int = Field(foreign_key="item.id", primary_key=True)
    decision_id: int = Field(foreign_key="decision.id")


class Tag(SQLModel, table=True):
    """An editor's own tag of an item, beside the categories of its source."""

    item_id: int = Field(foreign_key="item.id", primary_key=True)
    tag: str = Field(primary_key=True, index=True)
    decision_id: int = Field(foreign_key="decision.id")


class ItemTerm(SQLModel, table=True):
    """A term of an item, folded: a category of its source's, or an editor's own tag (`curation.terms`)."""

    __tablename__ = "item_term"
    __table_args__ = ({"sqlite_with_rowid": False},)

    term: str = Field(sa_type=Text, primary_key=True)
    item_id: int = Field(primary_key=True, index=True)
    is_own: bool = Field(primary_key=True)


class StoryPin(SQLModel, table=True):
    """An editor's word that two items tell the same story (`together`), or do not; it outlives regrouping.

    `item_id` is the smaller number of the two.
    """

    __tablename__ = "story_pin"
    __table_args__ = (CheckConstraint("item_id < other_id", name="story_pin_is_in_order"),)

    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True)
    other_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True, index=True)
    together: bool
    decision_id: int = Field(foreign_key="decision.id")


class SeenMark(SQLModel, table=True):
    """An editor's own mark that an item, and so its story, was seen. No Decision: it says nothing public."""

    __tablename__ = "seen_mark"

    item_id: int = Field(foreign_key="item.id", ondelete="CASCADE", primary_key=True)
    editor: str = Field(foreign_key="editor.name", primary_key=True)
    at: datetime


class Rule(SQLModel, table=True):
    """A saved rule: what is done with each new item that its query finds, while it is switched on.

    Its decisions are `acts.editor(name)`'s. `edition` is that of a nomination or pick, `note` a pick's.
    """

    name: str = Field(primary_key=True)
    query: str = Field(sa_type=Text)
    act: str
    edition: str | None = None
    tag: str | None = None
    note: str = Field(default="", sa_type=Text)
    since: datetime
    created_by: str
    on_since: datetime | None = None


class Publication(SQLModel, table=True):
    """The record of bytes published: which file, their sha256, when, and the last decision they reflect."""

    __table_args__ = (Index("ix_publication_of_path", "path", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    path: str
    edition: str | None = None
    sha256: str
    decision_id: int | None = None


class Delivery(SQLModel, table=True):
    """What is to be done after a change of the published folder, and how it last went.

    `kind` is hub, which is told of the document at the address `about`, or command. While `wanted_at` is set
    it is yet to be done, not before `next_at`, and not while somebody is at it (`claimed_until`). `sha256`
    is that of the document, `written` and `removed` name the documents changed since the last time.
    """

    kind: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    sha256: str = ""
    written: tuple[str, ...] = Field(default=(), sa_type=Kept(tuple[str, ...]))
    removed: tuple[str, ...] = Field(default=(), sa_type=Kept(tuple[str, ...]))
    wanted_at: datetime | None = None
    next_at: datetime
    claimed_until: datetime | None = None
    failures: int = 0
    error: str | None = Field(default=None, sa_type=Text)
    error_at: datetime | None = None
    done_at: datetime | None = None


class Shift(SQLModel, table=True):
    """A story that is told otherwise on a day, or on that day no more, though nothing new was told: what a
    publish has yet to draw (`curation.shifts`).
    """

    __table_args__ = (UniqueConstraint("story_id", "day"), NUMBERS_ARE_NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    story_id: int
    day: date


class PublishedEntry(SQLModel, table=True):
    """An entry exactly as it was public, known by the digest of what it says; kept once, wherever it stood.

    `shown_at` is the last line-up on record that shows it; `archived` whether a page of history holds it.
    """

    __tablename__ = "published_entry"
    __table_args__ = (NUMBERS_ARE_NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    guid: str = Field(sa_type=Text)
    value: Entry = Field(sa_type=Kept(Entry))
    shown_at: datetime = Field(index=True)
    archived: bool = False


class PublishedLineup(SQLModel, table=True):
    """An edition as it was public from an instant on: its channel, and its entries by their numbers."""

    __tablename__ = "published_lineup"
    __table_args__ = (Index("ix_published_lineup_order", "edition", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    edition: str
    channel: Feed = Field(sa_type=Kept(Feed))
    entries: tuple[int, ...] = Field(default=(), sa_type=Kept(tuple[int, ...]))
    decision_id: int | None = None


class PublishedSite(SQLModel, table=True):
    """What was public from an instant on beside the line-ups: the site, its editions, what it reads.

    `reading` are the outlines of `sources.opml`.
    """

    __tablename__ = "published_site"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    site: dict[str, Any] = Field(sa_type=JSON)
    editions: tuple[str, ...] = Field(sa_type=Kept(tuple[str, ...]))
    reading: list[dict[str, Any]] = Field(sa_type=JSON)


class Appearance(SQLModel, table=True):
    """An entry that was ever public in an edition, and what became of it there.

    `entry_id` is what it last said there, `shown_at` the last line-up on record that shows it. It waits
    for a page of history since `queued_at`; `pages` are those that hold it, the last of them what
    `archived_id` says. `withdrawn_at` is when it was taken back from readers, `reason` why, in words.
    """

    __table_args__ = (
        UniqueConstraint("guid", "edition"),
        Index("ix_appearance_queue", "edition", "queued_at"),
        Index("ix_appearance_withdrawn", "edition", "withdrawn_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(sa_type=Text)
    edition: str
    first_at: datetime
    shown_at: datetime
    entry_id: int
    queued_at: datetime | None = None
    archived_id: int | None = None
    pages: tuple[int, ...] = Field(default=(), sa_type=Kept(tuple[int, ...]))
    withdrawn_at: datetime | None = None
    reason: str = ""


class PublishedPage(SQLModel, table=True):
    """A page of an edition's history: entries as they were last public when it closed, the newest first.

    `is_written` is whether the published folder has it as it is to be.
    """

    __tablename__ = "published_page"

    edition: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    closed_at: datetime
    channel: Feed = Field(sa_type=Kept(Feed))
    entries: tuple[int, ...] = Field(sa_type=Kept(tuple[int, ...]))
    is_written: bool = Field(default=False, index=True)
