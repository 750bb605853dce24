"""What the desk shows, as values: places, stories, one item whole. Texts are as their sources wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["inbox", "section", "picks", "recent", "found"]
State = Literal["nominated", "waiting", "live", "held", "expired", "retracted", "out"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where stories are looked at: the inbox, a section of it, an edition by its slug, what a query found."""

    kind: Kind
    name: str = ""
    title: str = "Inbox"
    count: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name

    @property
    def query(self) -> str:
        """What a search in this place begins with."""
        name = f'"{self.name}"' if " " in self.name else self.name
        begins = {"section": f"section:{name} ", "picks": f"in:{name} ", "found": self.name}
        return begins.get(self.kind, "")


INBOX = Place("inbox")


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a pick stands in an edition, and when it appeared.

    `out` is one that would be live, but is too old, or there is no room for it.
    """

    edition: str
    state: State
    at: datetime
    by: tuple[str, ...] = ()
    pinned: bool = False
    note: str = ""
    headline: str | None = None
    visible_from: datetime | None = None
    until: datetime | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story by the item that stands for it. Its key stays when another item does."""

    number: int
    key: int
    at: datetime
    title: str
    source: str = ""
    sources: int = 1
    language: str | None = None
    url: str | None = None
    is_seen: bool = False
    is_killed: bool = False
    chosen: tuple[Chosen, ...] = ()

    def in_edition(self, slug: str) -> Chosen | None:
        """How it is picked in an edition; None where it is not."""
        return next((one for one in self.chosen if one.edition == slug), None)


@dataclass(frozen=True, slots=True)
class Page:
    """Stories in their order, and whether there are more."""

    stories: tuple[Story, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """The places there are, and the stories of one of them."""

    places: tuple[Place, ...] = ()
    page: Page = Page()


@dataclass(frozen=True, slots=True)
class Also:
    """Another item of a story."""

    number: int
    source: str
    title: str


@dataclass(frozen=True, slots=True)
class Whole:
    """An item as it is read: its text in paragraphs, its dates, what else tells its story."""

    story: Story
    first_seen_at: datetime
    revised_at: datetime | None = None
    source_wrote: str | None = None
    section: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is newest in the newsroom: a decision, an item; by it the desk sees that something changed."""

    decision: int = 0
    item: int = 0
    minute: int = 0
