"""What came of a poll: of one source as it was asked and as it is stored, and of a whole pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeGuard

from pydantic import BaseModel, Field

from aggregator.answers import Document, Failure, NotModified
from aggregator.remembered import NOTHING, Memory
from feeds.drawings import Drawing
from feeds.entries import NOWHERE, Feed, Home


class Fault(BaseModel):
    """A source's failure: its class (DESIGN §4.6) and a line for people."""

    kind: str
    message: str


class Result(BaseModel):
    """How the poll of one source went; `news` are the numbers of its new items that are no archive."""

    source: int
    url: str
    outcome: Literal["unchanged", "changed", "failed"]
    new: int = 0
    revised: int = 0
    error: Fault | None = None
    news: tuple[int, ...] = Field((), exclude=True)


class Report(BaseModel):
    """How a pass went, over all of its sources."""

    seconds: float
    results: list[Result]

    def count(self, outcome: str) -> int:
        """How many sources had this outcome."""
        return sum(result.outcome == outcome for result in self.results)

    @property
    def new_items(self) -> int:
        return sum(result.new for result in self.results)

    @property
    def revised_items(self) -> int:
        return sum(result.revised for result in self.results)


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was fetched and read; `drawings` are those of its entries, where they were wanted.

    `items` are the hashes of the items that its entries are, where these are certain (`feeds.cutting`). Those
    in the `memory` were not read: what they say was known. `home` is where its dates were read.
    """

    document: Document
    feed: Feed
    body_hash: str
    drawings: Sequence[Drawing | None] = ()
    items: Sequence[str] = ()
    home: Home = NOWHERE
    memory: Memory = NOTHING


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A document that says what the last one said; only its validators may be new."""

    document: Document


Outcome = Read | Unchanged | NotModified | Failure


def is_quiet(outcome: Outcome) -> TypeGuard[Unchanged | NotModified]:
    """Whether an outcome changes nothing but the row of its own source."""
    return isinstance(outcome, Unchanged | NotModified) and moved_to(outcome) is None


def moved_to(outcome: Read | Unchanged | NotModified) -> str | None:
    """Where a source is said to have gone for good; None where it is not."""
    return outcome.moved_to if isinstance(outcome, NotModified) else outcome.document.moved_to


def without_body(document: Document) -> Document:
    """A document that has been read: its body is let go before it waits to be stored."""
    return replace(document, body=b"")
