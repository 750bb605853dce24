"""Decision, Editor, what follows from the decisions, and Publication. Rows extend values.

Pick, Kill, Tag and StoryPin are projections: they hold nothing that the log does not say.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from curation.rules import Decided, Picked
from feeds.tables import NUMBERS_ARE_NEVER_REUSED, Kept


class Editor(SQLModel, table=True):
    """Someone whose decisions are on the log."""

    name: str = Field(primary_key=True)
    since: datetime


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
    __table_args__ = (UniqueConstraint("item_id", "edition"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="item.id", index=True)
    edition: str = Field(index=True)
    note: str = Field(default="", sa_type=Text)
    noted_at: datetime | None = None
    worded_at: datetime | None = None
    editors: tuple[str, ...] = Field(default=(), sa_type=Kept(tuple[str, ...]))
    voiced_at: tuple[datetime, ...] = Field(default=(), sa_type=Kept(tuple[datetime, ...]))
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


class Publication(SQLModel, table=True):
    """The record of bytes published: which file, their sha256, when, and the last decision they reflect."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    path: str = Field(index=True)
    edition: str | None = None
    sha256: str
    decision_id: int | None = None
