"""The forms in which dates are written: a text to the local time and the words for its zone that it holds.

text ─> without entities, escapes, comments ─> plain words ─> the first form that fits ─> Reading
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import unquote

from feeds import datewords, zones
from feeds.entries import Home

LONGEST = 200  # one character may be eighteen once it is plain
MONTH_FIRST = frozenset(("US", "PH", "GU", "PR", "VI", "AS", "MP", "FM", "MH", "PW"))
YEAR_FIRST = frozenset(("CN", "TW", "HK", "MO", "JP", "KR", "KP", "MN", "HU", "LT"))
YEAR_FIRST_LANGUAGES = frozenset(("zh", "ja", "ko", "hu", "lt", "mn"))


class Reading(NamedTuple):
    """A local time as a date says it, and the words it gives for its zone (empty where it gives none)."""

    local: datetime
    zone: str = ""


Parts = dict[str, str]
Form = Callable[[str, Home], Reading | None]


def recognise(text: str, home: Home) -> Reading | None:
    """What a date says, None where it is in no form that is known. Raises ValueError for impossible dates.

    `home` tells which of two orders of numbers, and which of two months of one name, is meant.
    """
    text, comments = _without_comments(datewords.plain(_unwrapped(text))[:LONGEST])
    if not _DIGIT.search(text):
        return None
    text = _TIME_FIRST.sub(r"\2 \1", text)
    text = " ".join(word for word in text.split() if word not in datewords.FILLERS)
    reading = next((reading for form in _FORMS if (reading := form(text, home))), None)
    return reading if reading is None or reading.zone else reading._replace(zone=comments)


_DIGIT = re.compile(r"\d")
_MARKUP = re.compile(r"<[^<>]*>")
_DOTNET = re.compile(r"\\?/date\((\d{1,13})(?:[+-]\d{4})?\)\\?/", re.IGNORECASE)
_COMMENT = re.compile(r"\(([^()]*)\)|\[([^][]*)\]")


def _unwrapped(text: str) -> str:
    """The text without what programs wrap around it: HTML, percent escapes, /Date(milliseconds)/."""
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = unquote(text)
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    return _DOTNET.sub(lambda found: found[1].zfill(13), text) if "/" in text else text


def _without_comments(text: str) -> tuple[str, str]:
    """The text without its comments (RFC 822 §3.4.3, nested), and the innermost of them."""
    comments: list[str] = []
    while found := list(_COMMENT.finditer(text)):
        comments += (match[1] or match[2] or "" for match in found)
        text = _COMMENT.sub(" ", text)
    return text, " ".join(comments)


# Forms. Up to three words may stand before a date: a weekday in any language, an article.

_HALVES = "|".join(datewords.HALVES)
_TIME = rf"""
    (?: (?P<before>{_HALVES}) \s? )?
    (?P<hour>\d{{1,2}})
    (?: \s?(?:h|uhr|[時时點点시])\s? | [:.]?(?=\d\d) | (?=\s?[ap]m\b) )
    (?: (?P<minute>\d{{1,2}})
        (?: (?: \s?(?:min|[分분])\s? | [:.]? ) (?P<second>\d\d|\d(?=[秒초])) [s秒초]?
            (?: [.\s](?P<fraction>\d+) )?
        )?
        (?: \s?(?:min|[分분]) )?
    )?
    (?: \s?(?P<after>[ap]m)\b )?
"""
_WORDS = r"[^\W\d](?:[^\W\d]|[\s/-]){0,40}"
_ZONE = rf"""
    \s? (?P<zone>
        [^\W\d]{{0,5}}\s?[+-]\d{{1,2}}(?::?\d\d)?(?::\d\d)?(?:\s?{_WORDS})?
        | 0000 | {_WORDS}(?:[+-]\d{{1,2}})?
    )
"""
_AFTER = r"[^\d\s+-]{3,14}"  # a weekday in any language
_CLOCK = rf"""
    (?: (?: \s {_AFTER} (?=\s) )? (?: t | \s | (?=[^\W\da-z]) | - ) {_TIME} )?
    (?: {_ZONE} )?
"""
_LEAD = r"(?: [^\d\s]+ \s ){0,3} [^\W\d]{0,9}?"
_DAY = r"(?P<day>\d{1,2}) (?:er|ero|re|st|nd|rd|th|o|a|e|\.)?"
_NUMBER = r"(?P<month> 0?[1-9] | 1[0-2] )"
_MONTH = r"(?P<name>[^\W\d]{2,15})"
_APART = r"[\s/.-]{0,2}"
_WEEKDAY = r"""
    (?: \s? (?: (?:星期|周|週|礼拜|禮拜)[一二三四五六日天] | [月火水木金土日]曜日? | [월화수목금토일]요일 ) )?
"""
_TIME_FIRST = re.compile(r"^(\d{1,2}[:h]\d\d(?::\d\d)?(?: ?[ap]m)?(?: (?:utc|gmt))?)\s(.*\d)$")


def _form(pattern: str) -> Form:
    """The reader of the dates that have this form."""
    form = re.compile(pattern, re.VERBOSE)

    def read(text: str, home: Home) -> Reading | None:
        found = form.fullmatch(text)
        if found is None:
            return None
        return _reading({name: part for name, part in found.groupdict().items() if part}, home)

    return read


def _epoch(text: str, home: Home) -> Reading | None:
    """Unix time in seconds or, by the number of digits, milliseconds or microseconds."""
    if not re.fullmatch(r"\d{9,10}(?:\.\d{1,9})?|\d{13}|\d{16}", text):
        return None
    whole, _, fraction = text.partition(".")
    microseconds = int(whole) * 10 ** max(16 - len(whole), 0) if len(whole) >= 13 else int(whole) * 10**6
    microseconds += int(fraction.ljust(6, "0")[:6]) if fraction else 0
    return Reading(datetime(1970, 1, 1) + timedelta(microseconds=microseconds), "z")  # noqa: DTZ001 - UTC, by its word


_ERA = "|".join(datewords.ERAS)
_FORMS: tuple[Form, ...] = (
    _epoch,
    _form(
        rf"{_LEAD} (?P<year>\d{{4}}) (?P<sep>[-/.:]\s?) {_NUMBER}"
        rf"(?: (?P=sep) (?P<day>\d{{1,2}}) \.? {_CLOCK} )?"
    ),
    _form(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) t (?P<hour>\d\d) (?P<zone>z|[+-]\d\d:?\d\d)?"),
    _form(rf"(?P<year>\d{{4}}) (?P<month>\d\d) (?P<day>\d\d) (?: [t\s]? {_TIME} (?: {_ZONE} )? )?"),
    _form(rf"(?P<year>\d{{4}}) -? w (?P<week>\d\d) (?: -? (?P<weekday>[1-7]) {_CLOCK} )?"),
    _form(rf"(?P<year>\d{{4}}) -? (?P<ordinal>\d{{3}}) {_CLOCK}"),
    _form(rf"{_LEAD} {_DAY} {_APART} {_MONTH} {_APART} '? (?P<year>\d{{2,4}}) \.? {_CLOCK}"),
    _form(rf"{_LEAD} {_MONTH} [\s/.-] {_DAY} [\s/.-] '? (?P<year>\d{{4}}|\d\d) {_CLOCK}"),
    _form(rf"{_LEAD} {_MONTH} \s {_DAY} \s {_TIME} (?: {_ZONE} )? \s (?P<year>\d{{4}})"),
    _form(rf"{_LEAD} (?P<year>\d{{4}}) {_APART} {_MONTH} {_APART} {_DAY} {_CLOCK}"),
    _form(
        rf"{_LEAD} (?P<one>\d{{1,2}}) (?P<sep>[-/.]\s?) (?P<two>\d{{1,2}}) (?P=sep)"
        rf"(?P<three>\d{{4}}|\d\d) \.? {_CLOCK}"
    ),
    _form(
        rf"{_LEAD} (?: (?P<era>{_ERA})\s? )? (?P<year>\d{{1,4}}|元) \s?[年년]\s? {_NUMBER} \s?[月월]\s?"
        rf"(?: (?P<day>\d{{1,2}}) \s?[日號号일] {_WEEKDAY} (?: \s? {_TIME} )? (?: {_ZONE} )? )?"
    ),
)


def _reading(part: Parts, home: Home) -> Reading | None:
    """The local time that the parts of a date make up. Raises ValueError where there is no such time."""
    if midnight := _day(part, home):
        return Reading(midnight + _since_midnight(part), part.get("zone", ""))
    return None


def _day(part: Parts, home: Home) -> datetime | None:
    """The midnight that begins the day; None where the month's name is no month's."""
    if "one" in part:
        year, month, day = _numbers((part["one"], part["two"], part["three"]), part["sep"], home)
        return datetime(_year(year), int(month), int(day))  # noqa: DTZ001 - local until it is placed
    year_number = _year(part["year"], part.get("era", ""))
    if "week" in part:
        return datetime.fromisocalendar(year_number, int(part["week"]), int(part.get("weekday", 1)))
    if "ordinal" in part:
        return _ordinal(year_number, int(part["ordinal"]))
    number = datewords.month(part["name"], home.language) if "name" in part else int(part["month"])
    return datetime(year_number, number, int(part.get("day", 1))) if number else None  # noqa: DTZ001 - likewise


def _ordinal(year: int, day: int) -> datetime:
    found = datetime(year, 1, 1) + timedelta(days=day - 1)  # noqa: DTZ001 - local until it is placed
    if found.year != year:
        raise ValueError("no such day of the year")
    return found


def _numbers(number: tuple[str, str, str], separator: str, home: Home) -> tuple[str, str, str]:
    """Year, month and day of a date in numbers, by what each can be, else by the custom of the home.

    Dots are never in the American order.
    """
    first, second, last = number
    if len(last) == 2 and (int(first) > 31 or _year_first(home)):
        return first, second, last
    if int(second) > 12 or (int(first) <= 12 and separator[0] != "." and _country(home) in MONTH_FIRST):
        return last, first, second
    return last, second, first


def _year_first(home: Home) -> bool:
    spoken = (home.language or "").partition("-")[0].lower()
    return _country(home) in YEAR_FIRST or spoken in YEAR_FIRST_LANGUAGES


def _country(home: Home) -> str | None:
    return home.country or zones.region(home.language) or zones.zone_country(home.zone)


def _year(digits: str, era: str = "") -> int:
    """Two and three digits count as in RFC 2822 §4.3; those after the name of an era from its first year."""
    year = 1 if digits == "元" else int(digits)
    if era:
        return datewords.ERAS[era] + year
    if len(digits) == 4:
        return year
    return year + (2000 if len(digits) == 2 and year < 50 else 1900)


def _since_midnight(part: Parts) -> timedelta:
    """The time of day. 24:00 is the next midnight, and a leap second (RFC 3339 §5.7) the next minute."""
    hour, minute, second = (int(part.get(name, 0)) for name in ("hour", "minute", "second"))
    if half := part.get("before") or part.get("after"):
        if hour == 0 and half == "pm":  # noon to Japanese and Korean papers, but nothing in English
            raise ValueError("no such hour of half a day")
        hour = _of_half(hour, datewords.HALVES[half])
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):
        raise ValueError("no such time of day")
    microsecond = int(part.get("fraction", "").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond)


def _of_half(hour: int, first: int) -> int:
    """The hour of the day, of a half whose hours begin with `first`; 13:56 pm means but one thing."""
    found = first + (hour - first) % 12
    if hour > 12 and hour != found:
        raise ValueError("no such hour of half a day")
    return found
