"""Any date found in a feed, read as an instant, with how that was known.

raw text ─> a usual form, else feeds.dateforms ─> local time, words for its zone ─> feeds.zonewords ─> instant
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from feeds import dateforms, zonewords
from feeds.entries import NOWHERE, Doubt, Home, Moment

LONGEST = 200
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=10)

_ENGLISH = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: number for number, name in enumerate(_ENGLISH.split(), 1)}
_RFC_822 = re.compile(
    r"[A-Z][a-z]{2}, (\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|([+-])(\d\d)(\d\d))",
    re.ASCII,
)


def read(raw: str, home: Home = NOWHERE) -> Moment:
    """The moment a date means; without an instant where it means none. Raises nothing.

    `home` is where its source is: it places dates that name no zone themselves, and says what
    words and numbers mean that mean different things in different places.
    """
    raw = " ".join(raw.split())
    raw = (raw if raw.isprintable() else "".join(filter(str.isprintable, raw)))[:LONGEST]
    try:
        usual = _usual(raw)
        if usual and usual.tzinfo:
            return Moment(raw=raw, at=usual.astimezone(UTC), known_by="offset", zone=usual.isoformat()[-6:])
        reading = dateforms.Reading(usual) if usual else dateforms.recognise(raw, home)
        # Year 1 is how some programs, Hugo among them, write "no date".
        if reading and reading.local.year > 1:
            return _placed(raw, reading, home)
    except (ValueError, OverflowError):
        pass
    return Moment(raw=raw)


def believable(at: datetime | None, first_seen: datetime) -> bool:
    """Whether an entry first seen at `first_seen` can be of `at`: from 1990 to ten minutes ahead."""
    return at is not None and EARLIEST <= at <= first_seen + AHEAD


def _usual(raw: str) -> datetime | None:
    """The time in one of the forms that nearly every date is in: of RFC 3339, RFC 822, and of databases."""
    try:
        # fromisoformat takes what follows 13:56 and a dot for a fraction of a second.
        iso = raw[10:11] in ("T", " ") and raw[16:17] == ":" and len(raw) in (19, 20, 24, 25)
        at = datetime.fromisoformat(raw) if iso else _rfc_822(raw)
    except ValueError:  # a leap second, 24:00, or no time at all
        return None
    return at if at and at.year > 1 else None


def _rfc_822(raw: str) -> datetime | None:
    found = _RFC_822.fullmatch(raw)
    if found is None or found[2] not in _MONTHS:
        return None
    day, name, year, hour, minute, second, sign, hours, minutes = found.groups()
    zone = zonewords.offset(sign, int(hours), int(minutes)).zone if sign else UTC
    return datetime(int(year), _MONTHS[name], int(day), int(hour), int(minute), int(second), tzinfo=zone)


def _placed(raw: str, reading: dateforms.Reading, home: Home) -> Moment:
    """A local time by its own offset or zone's name, else by its source's zone, else by UTC."""
    zone = zonewords.read(reading.zone, reading.local, home) or _zone(home)
    at = reading.local.replace(tzinfo=zone.zone).astimezone(UTC)
    return Moment(
        raw=raw,
        at=at,
        known_by=zone.known_by,
        zone=zone.name,
        zone_confidence=home.confidence if zone.known_by == "inferred" else None,
        doubt="ambiguous zone" if zone.ambiguous else _change(reading.local, zone.zone),
    )


def _zone(home: Home) -> zonewords.Said:
    """The zone of the dates of a source that name none."""
    own = zonewords.iana(home.zone) if home.zone else None
    if own and home.zone:
        return zonewords.Said(own, "source zone" if home.confidence is None else "inferred", home.zone)
    return zonewords.Said(UTC, "assumed UTC", "UTC")


def _change(local: datetime, zone: tzinfo) -> Doubt | None:
    """Whether the clocks of a zone show a time twice, or leap over it.

    By PEP 495 such a time is read, at fold 0, as the earlier instant, or moves forward.
    """
    if isinstance(zone, timezone):
        return None
    before, after = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if before is None or after is None or before == after:
        return None
    return "repeated hour" if before > after else "skipped hour"
