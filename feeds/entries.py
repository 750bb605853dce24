"""Entry and Feed: what a feed document says, whichever way it travels.

The same values come out of `feeds.parse` and go into `feeds.render`, so reading and
writing are inverses of each other. All are frozen; all times are aware UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

KnownBy = Literal["offset", "zone name", "source zone", "inferred", "assumed UTC", "first seen"]
Doubt = Literal["repeated hour", "skipped hour", "ambiguous zone"]

# How sure an instant is that is known so, and the share of that which is left of it in doubt.
SURE: dict[KnownBy, float] = {
    "offset": 1.0,
    "zone name": 0.95,
    "source zone": 0.9,
    "inferred": 0.8,
    "assumed UTC": 0.5,
}
LEFT: dict[Doubt, float] = {"repeated hour": 0.6, "skipped hour": 0.7, "ambiguous zone": 0.6}


class Value(BaseModel):
    """A frozen value, equal by its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Value):
    """An author (RFC 4287 §3.2; RSS author and dc:creator; JSON Feed author)."""

    name: str
    uri: str | None = None
    email: str | None = None


class Enclosure(Value):
    """An attached file; length in bytes, duration in seconds."""

    url: str
    type: str = "application/octet-stream"
    length: int | None = None
    duration: int | None = None


class Link(Value):
    """A further link of an entry (RFC 4287 §4.2.7): `rel` is related, via, canonical (RFC 6596) or alternate.

    `type` is None for HTML, and where none is stated.
    """

    href: str
    rel: str
    type: str | None = None
    hreflang: str | None = None
    title: str | None = None


class Home(Value):
    """Where a source is at home, as far as its dates need it.

    `zone` is the IANA zone of the dates that name none, given by an editor, or inferred with this
    `confidence` (0 to 1). `language` (BCP 47) and `country` (ISO 3166) tell what an abbreviation means.
    """

    zone: str | None = None
    confidence: float | None = None
    language: str | None = None
    country: str | None = None


NOWHERE = Home()


class Moment(Value):
    """A date as its source wrote it, the instant it was read as, and how that was known.

    `at` is None where the string means no instant. `zone` is the name or offset by which
    a local time was placed, `zone_confidence` how sure it was, being inferred, that the source is at
    home there; `doubt` is why another instant could have been meant.
    """

    raw: str
    at: AwareDatetime | None = None
    known_by: KnownBy | None = None
    zone: str | None = None
    zone_confidence: float | None = None
    doubt: Doubt | None = None

    @property
    def confidence(self) -> float:
        """From 0 to 1: how sure it is that `at` is the instant that was meant."""
        return confidence(self.known_by, self.zone_confidence, self.doubt)


def confidence(known_by: KnownBy | None, zone: float | None, doubt: Doubt | None) -> float:
    """How sure an instant is that is `known_by` this, its `zone` being sure so far.

    A zone that was inferred is never surer than one that an editor gave.
    """
    sure = SURE.get(known_by, 0.0) if known_by else 0.0
    if known_by == "inferred" and zone is not None:
        sure = min(zone, SURE["source zone"])
    return round(sure * LEFT[doubt], 3) if doubt else sure


class Origin(Value):
    """The feed an entry comes from (atom:source, RSS source), as it was when the entry was taken from it."""

    id: str
    title: str = ""
    url: str | None = None  # the site
    feed_url: str | None = None
    updated: AwareDatetime | None = None
    rights: str | None = None
    icon: str | None = None


class Deleted(Value):
    """An entry that was public and is no more (RFC 6721): its id, when it went, and why, in one sentence."""

    guid: str
    at: AwareDatetime
    comment: str = ""


class Editorial(Value):
    """What the publishing desk says of an entry: the `newsdesk` module of a feed.

    `noted_by` wrote the note, at `noted_at`. `published` is the date the entry's own source gave it,
    kept beside the time of the pick. `correction` says what was put right since it went out.
    """

    note: str = ""
    noted_by: str = ""
    noted_at: AwareDatetime | None = None
    editors: tuple[str, ...] = ()
    published: AwareDatetime | None = None
    correction: str = ""


class Entry(Value):
    """One entry of a feed.

    `guid` is the entry's id as its source wrote it, empty where there is none. `title` and
    `summary` are plain text, `content` is clean HTML, every address is absolute. `links` are those
    beside its page (`url`), its enclosures and its comments.
    """

    guid: str
    url: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    comments: str | None = None
    links: tuple[Link, ...] = ()
    rights: str | None = None
    published: Moment | None = None
    updated: Moment | None = None
    origin: Origin | None = None
    editorial: Editorial | None = None


class Pace(Value):
    """How often a feed says it is worth asking: RSS ttl, skipHours and skipDays; the Syndication module.

    `ttl` and `period` are seconds; `skip_hours` are hours of GMT from 0, `skip_days` weekdays from
    Monday, 0.
    """

    ttl: int | None = None
    period: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


class Feed(Value):
    """A feed document: its channel and its entries, in the document's order.

    `icon` is a small square picture, `logo` a larger one, twice as wide as high (RFC 4287 §4.2.5, §4.2.8).
    `hub` is where changes are told (WebSub rel=hub), `previous` the page of older entries
    (RFC 5005 rel=prev-archive or next), `left_out` how many entries, the oldest, were too many to keep.
    `archive` marks a page of history that never changes, whose `current` is the document being subscribed
    to (RFC 5005 §4); `deleted` are the entries that went.
    """

    title: str = ""
    id: str = ""
    url: str | None = None  # the site
    feed_url: str | None = None  # the document itself (rel=self)
    description: str = ""
    language: str | None = None
    icon: str | None = None
    logo: str | None = None
    rights: str | None = None
    authors: tuple[Person, ...] = ()
    updated: datetime | None = None
    hub: str | None = None
    previous: str | None = None
    archive: bool = False
    current: str | None = None
    left_out: int = 0
    pace: Pace | None = None
    entries: tuple[Entry, ...] = ()
    deleted: tuple[Deleted, ...] = ()
