"""Which item of a story leads it: the original where that can be told. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeds import urls
from feeds.entries import Entry

HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"', re.IGNORECASE)  # content is clean HTML: quoted, escaped
MOST_LINKS = 200
ORIGINAL = ("via", "canonical")  # rel


@dataclass(frozen=True, slots=True)
class Member:
    """An item of a story, as far as leading it is concerned; addresses are canonical.

    `home` is where its source is found, `named` the addresses of pages and feeds that it names as
    where it is from, or links to.
    """

    number: int
    timestamp: datetime
    address: str | None = None
    home: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """The number of the item that leads, and why, in words."""

    number: int
    reason: str
    namers: tuple[int, ...] = field(default=())


def lead(members: Sequence[Member]) -> Lead:
    """Who leads: the one that most others name or link to, else one of a preferred source, else the earliest.

    Raises ValueError where there is nobody.
    """
    namers = {member.number: _namers(member, members) for member in members}
    first = min(
        members, key=lambda one: (-len(namers[one.number]), not one.preferred, one.timestamp, one.number)
    )
    named = namers[first.number]
    if named:
        return Lead(first.number, f"named as the original by {_numbers(named)}", named)
    if first.preferred and not all(one.preferred for one in members):
        return Lead(first.number, "from a source that the editors prefer")
    return Lead(first.number, "the earliest" if len(members) > 1 else "alone in its story")


def named(entry: Entry) -> frozenset[str]:
    """What an entry names as where it is from: its origin, its original page, the pages it links to."""
    origin = entry.origin
    said = [origin.id, origin.url, origin.feed_url] if origin else []
    said += [link.href for link in entry.links if link.rel in ORIGINAL]
    said += [html.unescape(found) for found in HREF.findall(entry.content)[:MOST_LINKS]]
    return canonical(said) - {urls.canonical(entry.url or "")}


def canonical(addresses: Iterable[str | None]) -> frozenset[str]:
    """Addresses in the form in which they are compared."""
    return frozenset(urls.canonical(address) for address in addresses if address)


def _namers(member: Member, members: Collection[Member]) -> tuple[int, ...]:
    """The others that name this one and are not named by it."""
    return tuple(
        other.number
        for other in members
        if other is not member and _names(other, member) and not _names(member, other)
    )


def _names(member: Member, other: Member) -> bool:
    if member.home & other.home:
        return other.address in member.named
    return other.address in member.named or bool(other.home & member.named)


def _numbers(numbers: Collection[int]) -> str:
    return ("item " if len(numbers) == 1 else "items ") + ", ".join(map(str, numbers))
