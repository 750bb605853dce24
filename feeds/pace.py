"""How often a feed says it is worth asking: RSS ttl, skipHours, skipDays; the Syndication module."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from feeds.entries import Pace

MINUTE, DAY = 60, 86_400
PERIODS = {"hourly": 3_600, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Skipped = tuple[tuple[int, ...], tuple[int, ...]]


def pace(ttl: str, period: str, frequency: str, skipped: Skipped) -> Pace | None:
    """The pace in what a channel's elements say; None where they say none.

    A frequency is how many times in a period there is something new: daily, and once, unless said.
    """
    base = PERIODS.get(period.strip().lower() or "daily") if period.strip() or frequency.strip() else None
    times = max(_number(frequency) or 1, 1)
    minutes = _number(ttl) or 0
    found = Pace(
        ttl=minutes * MINUTE or None,
        period=base and (base // times or None),
        skip_hours=skipped[0],
        skip_days=skipped[1],
    )
    return found if found != Pace() else None


def skipped(xml: str) -> Skipped:
    """The hours of GMT and the weekdays in which an RSS channel wants to be left alone.

    feedparser keeps but the last of each. RSS 0.91 counts hours from 1 to 24, RSS 2.0 from 0 to 23.
    The text must come from `feeds.decode.xml`: it has no DTD.
    """
    if "<skipHours" not in xml and "<skipDays" not in xml:
        return (), ()
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError:
        return (), ()
    hours = {hour % 24 for text in _texts(root, "hour") if (hour := _number(text)) is not None and hour <= 24}
    days = {DAYS.index(day) for text in _texts(root, "day") if (day := text.strip().lower()) in DAYS}
    return tuple(sorted(hours)), tuple(sorted(days))


def _texts(root: ElementTree.Element, name: str) -> Iterator[str]:
    for element in root.iterfind(f"./channel/skip{name.title()}s/{name}"):
        yield element.text or ""


def _number(text: str) -> int | None:
    """A whole number of at most seven digits."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else None
