"""Any date found in a feed, read as an instant, with how that was known.

raw text ─> plain words ─> the first recogniser that knows the form ─> local time and zone words ─> instant
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from feeds.entries import NOWHERE, Home, KnownBy, Moment

LONGEST = 200
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=10)

_MONTH_NAMES = (
    "jan january janv janvier",
    "feb february fev fevr fevrier",
    "mar march mars",
    "apr april avr avril",
    "may mai",
    "jun june juin",
    "jul july juil juillet",
    "aug august aou aout",
    "sep sept september septembre",
    "oct october octobre",
    "nov november novembre",
    "dec december decembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

# Hours east of Greenwich. RFC 822 §5 fixes the North American ones; names with two meanings
# (IST, AST, ECT…) are left out, so that the source's own zone decides.
_ABBREVIATIONS = {
    name: timezone(timedelta(hours=hours))
    for hours, names in {
        -10: "hst", -9: "akst", -8: "pst akdt", -7: "pdt mst", -6: "mdt cst", -5: "cdt est", -4: "edt",
        -3.5: "nst", -3: "brt", -2.5: "ndt", 0: "wet", 1: "cet mez bst west", 2: "cest mesz eet cat sast",
        3: "eest msk eat trt", 4: "msd gst samt", 5: "pkt yekt", 5.75: "npt", 6: "omst", 7: "wib krat novt",
        8: "awst hkt sgt pht irkt", 9: "jst kst wit yakt", 9.5: "acst", 10: "aest vlat chst", 10.5: "acdt",
        11: "aedt magt", 12: "nzst pett", 13: "nzdt",
    }.items()
    for name in names.split()
}  # fmt: skip


class Reading(NamedTuple):
    """A local time as a date says it, and the words it gives for its zone (empty where it gives none)."""

    local: datetime
    zone: str = ""


Recogniser = Callable[[str], Reading | None]


def read(raw: str, home: Home = NOWHERE) -> Moment:
    """The moment a date means; without an instant where it means none. Raises nothing.

    `home` is where its source is: it places dates that name no zone themselves.
    """
    raw = "".join(filter(str.isprintable, " ".join(raw.split())))[:LONGEST]
    try:
        reading = _recognise(_plain(raw))
        # Year 1 is how some programs, Hugo among them, write "no date".
        if reading and reading.local.year > 1:
            return _place(raw, reading, home)
    except (ValueError, OverflowError):
        pass
    return Moment(raw=raw)


def believable(at: datetime | None, first_seen: datetime) -> bool:
    """Whether an entry first seen at `first_seen` can be of `at`: from 1990 to ten minutes ahead."""
    return at is not None and EARLIEST <= at <= first_seen + AHEAD


def _plain(text: str) -> str:
    """The text in unaccented lower case, without commas, comments and the dots of abbreviations."""
    text = unicodedata.normalize("NFKD", text.replace("\N{MINUS SIGN}", "-")).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    while (bare := re.sub(r"\([^()]*\)|\[[^][]*\]", " ", text)) != text:
        text = bare
    return " ".join(re.sub(r"(?<=[^\W\d])\.", "", text).replace(",", " ").split())


# Forms. Weekdays are one word of any language: they are not looked at ("mar" is also March).

_TIME = r"""
    (?P<hour>\d{1,2}) (?: h | [:.]? (?=\d\d) ) (?P<minute>\d\d)?
    (?: [:.]? (?P<second>\d\d) (?: [.\s] (?P<fraction>\d+) )? )?
    (?: \s? (?P<half>[ap])m )?
"""
_ZONE = r"""
    \s? (?P<zone>
        (?:utc|gmt)? \s? [+-]\d{1,2}(?::?\d\d)? (?:\s?[a-z]{1,5})? | [a-z]+(?:/[a-z_+-]+)+ | [a-z]{1,5}
    )
"""
_CLOCK = rf"(?: (?: t | \s (?:(?:a|at)\s)? ) {_TIME} )? (?: {_ZONE} )?"
_WEEKDAY = r"(?: [^\W\d]+ \s )?"
_DAY = r"(?P<day>\d{1,2}) (?:er|st|nd|rd|th)?"
_NUMBER = r"(?P<month> 0?[1-9] | 1[0-2] )"
_MONTH = r"(?P<name>[^\W\d]+)"


def _form(pattern: str) -> Recogniser:
    """The recogniser of the dates that have this form."""
    form = re.compile(pattern, re.VERBOSE)

    def recognise(text: str) -> Reading | None:
        found = form.fullmatch(text)
        return found and _reading({name: part for name, part in found.groupdict().items() if part})

    return recognise


def _epoch(text: str) -> Reading | None:
    """Unix time, in seconds or (with 13 digits) milliseconds."""
    if not re.fullmatch(r"\d{9,10}(\.\d+)?|\d{13}", text):
        return None
    seconds = int(text) / 1000 if len(text.partition(".")[0]) == 13 else float(text)
    return Reading(datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), "z")


_RECOGNISERS: tuple[Recogniser, ...] = (
    _epoch,
    _form(rf"(?P<year>\d{{4}}) (?P<sep>[-/.]) {_NUMBER} (?: (?P=sep) (?P<day>\d{{1,2}}) {_CLOCK} )?"),
    _form(rf"(?P<year>\d{{4}}) (?P<month>\d\d) (?P<day>\d\d) (?: t? {_TIME} (?: {_ZONE} )? )?"),
    _form(rf"{_WEEKDAY} {_DAY} [\s/.-]? {_MONTH} [\s/.-]? (?P<year>\d{{2,4}}) {_CLOCK}"),
    _form(rf"{_WEEKDAY} {_MONTH} \s {_DAY} \s (?P<year>\d{{4}}) {_CLOCK}"),
    _form(rf"{_WEEKDAY} {_MONTH} \s {_DAY} \s {_TIME} (?: {_ZONE} )? \s (?P<year>\d{{4}})"),
    _form(rf"{_WEEKDAY} (?P<day>\d{{1,2}}) (?P<sep>[-/.]) {_NUMBER} (?P=sep) (?P<year>\d{{4}}) {_CLOCK}"),
    _form(rf"{_WEEKDAY} {_NUMBER} (?P<sep>[-/.]) (?P<day>\d{{1,2}}) (?P=sep) (?P<year>\d{{4}}) {_CLOCK}"),
)  # fmt: skip


def _recognise(text: str) -> Reading | None:
    return next((reading for recognise in _RECOGNISERS if (reading := recognise(text))), None)


def _reading(part: dict[str, str]) -> Reading | None:
    """The local time that the parts of a date make up. Raises ValueError where there is no such time."""
    month = _MONTHS.get(part["name"], 0) if "name" in part else int(part["month"])
    day = int(part.get("day", 1))
    if not month:
        return None
    midnight = datetime(_year(part["year"]), month, day)  # noqa: DTZ001 - local until it is placed
    return Reading(midnight + _since_midnight(part), part.get("zone", ""))


def _year(digits: str) -> int:
    """Two and three digits count as in RFC 2822 §4.3."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if len(digits) == 2 and year < 50 else 1900)


def _since_midnight(part: dict[str, str]) -> timedelta:
    """The time of day. 24:00 is the next midnight, and a leap second (RFC 3339 §5.7) the next minute."""
    hour, minute, second = (int(part.get(name, 0)) for name in ("hour", "minute", "second"))
    if half := part.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("no such hour of half a day")
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise ValueError("no such time of day")
    microsecond = int(part.get("fraction", "").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond)


def _place(raw: str, reading: Reading, home: Home) -> Moment:
    zone, known_by, name = _zone_of(reading, home)
    # PEP 495: by fold=0 a repeated hour is the earlier instant, and a skipped one moves forward.
    at = reading.local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return Moment(raw=raw, at=at, known_by=known_by, zone=name)


def _zone_of(reading: Reading, home: Home) -> tuple[tzinfo, KnownBy, str]:
    """The zone of a local time: its own offset or zone's name, else its source's zone, else UTC."""
    own = _iana(home.zone) if home.zone else None
    if offset := _offset(reading.zone):
        return offset, "offset", datetime.min.replace(tzinfo=offset).isoformat()[-6:]
    if found := _named(reading, own):
        return found[0], "zone name", found[1]
    if own and home.zone:
        return own, "source zone" if home.confidence is None else "inferred", home.zone
    return UTC, "assumed UTC", "UTC"


def _offset(words: str) -> timezone | None:
    """The offset that `words` spell out (`Z`, `GMT`, `+0100`, `UTC+1`), if they do."""
    if words in ("z", "ut", "utc", "gmt"):
        return UTC
    found = re.match(r"(?:utc|gmt)?\s?([+-])(\d{1,2}):?(\d\d)?", words)
    if not found:
        return None
    sign, hours, minutes = found.groups()
    east = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-east if sign == "-" else east)


def _named(reading: Reading, own: ZoneInfo | None) -> tuple[tzinfo, str] | None:
    """The zone that a date names, and its name as it is usually written."""
    if "/" in reading.zone:
        name = _iana_names().get(reading.zone, "")
        return (ZoneInfo(name), name) if name else None
    name = reading.zone.upper()
    # CST is the source's own: Shanghai's in a feed from Shanghai, else Chicago's.
    if own and name and own.tzname(reading.local) == name:
        return own, name
    return (_ABBREVIATIONS[reading.zone], name) if reading.zone in _ABBREVIATIONS else None


@cache
def _iana(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of the zone database
        return None


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
