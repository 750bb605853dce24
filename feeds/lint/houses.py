"""What houses that carry feeds ask of them, beyond what the formats do: profiles, by name."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.lint import values
from feeds.lint.findings import Finding, shown
from feeds.lint.rules import finding
from feeds.lint.values import Fault
from feeds.lint.written import Written

PNG = b"\x89PNG\r\n\x1a\n"
FEWEST, MOST = 3, 5  # picks that stand in Google's Editors' Picks at any time
FRESH = timedelta(hours=48)  # in which one new pick at least is wanted
TITLE = 75  # characters, of which a headline has fewer


@dataclass(frozen=True, slots=True)
class Logo:
    """A feed's picture as it was fetched, empty where it could not be."""

    body: bytes

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels of a PNG; None for anything else."""
        if not self.body.startswith(PNG) or self.body[12:16] != b"IHDR" or len(self.body) < 24:
            return None
        width, height = struct.unpack(">II", self.body[16:24])
        return width, height


Profile = Callable[[Written, datetime, Logo | None], Iterator[Finding]]


def google_editors_picks(written: Written, now: datetime, logo: Logo | None) -> Iterator[Finding]:
    """Google News' Editors' Picks (support.google.com/news/publisher/answer/1407682, as it was).

    RSS; three to five links, one of them new within 48 hours; each with its author and a headline of
    fewer than 75 characters; a PNG as logo, 250 pixels wide and 20 to 40 high, or 40 high and 125 to 250
    wide.
    """
    feed = written.feed
    if written.kind != "rss":
        yield Finding("not-rss", "document", feed.line, "is no RSS", "hand in the edition's .rss")
        return
    yield from _number(written)
    yield from _fresh(written, now)
    for entry in written.entries:
        for said in entry.all("title"):
            if len(said.text.strip()) >= TITLE:
                what = f"has {len(said.text.strip())} characters: {shown(said.text)}"
                yield finding(entry, said, Fault("long-title", what, f"keep it under {TITLE}"))
        if not entry.has("author"):
            yield Finding("missing-author", entry.where, entry.line, "has no author", "name its author")
        if not entry.has("link"):
            yield Finding("missing-link", entry.where, entry.line, "has no link", "give its address")
    yield from _logo(written, logo)


def _number(written: Written) -> Iterator[Finding]:
    feed, number = written.feed, len(written.entries)
    if number < FEWEST:
        remedy = f"keep {FEWEST} at all times: min = {FEWEST} warns the desk"
        yield Finding("too-few", "feed", feed.line, f"has {number} of at least {FEWEST} entries", remedy)
    if number > MOST:
        remedy = f'limit = {MOST} with expire = "oldest" keeps to it'
        yield Finding("too-many", "feed", feed.line, f"has {number} of at most {MOST} entries", remedy)


def _fresh(written: Written, now: datetime) -> Iterator[Finding]:
    told = (said for entry in written.entries for said in entry.all("published"))
    newest = max(filter(None, (values.instant(said, written.kind) for said in told)), default=None)
    if newest is None or now - newest > FRESH:
        since = f"since {newest:%Y-%m-%d %H:%M} UTC" if newest else "with a date"
        remedy = 'pick one every 48 hours: fresh = "48h" warns the desk'
        yield Finding("stale", "feed", written.feed.line, f"has no new entry {since}", remedy)


def _logo(written: Written, logo: Logo | None) -> Iterator[Finding]:
    feed = written.feed
    said = next(feed.all("logo"), None)
    if said is None:
        yield Finding("missing-logo", "feed", feed.line, "has no picture", "set logo to the address of a PNG")
        return
    if logo is None or not logo.body:
        fault = Fault("unread-logo", f"cannot be read: {shown(said.text)}", "check the address")
    elif logo.size is None:
        fault = Fault("bad-logo", "is no PNG", "make it a PNG")
    elif not _fits(*logo.size):
        width, height = logo.size
        remedy = "make it 250 wide and 20 to 40 high, or 40 high and 125 to 250 wide"
        fault = Fault("bad-logo", f"is {width} × {height} pixels", remedy)
    else:
        return
    yield finding(feed, said, fault)


def _fits(width: int, height: int) -> bool:
    return (width == 250 and 20 <= height <= 40) or (height == 40 and 125 <= width <= 250)


PROFILES: Mapping[str, Profile] = {"google-editors-picks": google_editors_picks}
