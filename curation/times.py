"""Times in an editor's words -> an instant. Pure: the zone and the present are given.

Read are ISO dates and times, durations (`3d`, `in 2 hours`), `now`, and a day (`today`, `tomorrow`,
`monday`, `20 Dec`), an hour (`8:00`, `noon`, `tonight`), or both. A day alone begins at midnight.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from config.errors import UsageFault
from config.written import duration

Direction = Literal["past", "future"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HOURS = {"midnight": time(0), "noon": time(12), "tonight": time(20)}
NEARBY = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
CLOCK = re.compile(r"(\d{1,2}):(\d\d)|(\d{1,2})(?::(\d\d))? ?([ap])m")
LENGTH = re.compile(
    r"(\d{1,12}) ?(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?|y(?:ears?)?)"
)
DATE = re.compile(r"(\d{1,2})\.? ([a-z]{3,9})(?: (\d{4}))?|([a-z]{3,9}) (\d{1,2})(?: (\d{4}))?")
EXAMPLES = "write 2026-11-25T08:00, 3d, 'tomorrow 8:00' or 'monday noon'"


def read(text: str, now: datetime, zone: ZoneInfo, direction: Direction) -> datetime:
    """The instant that an editor means, in UTC; where it could be several, the nearest in the direction.

    Raises UsageFault for what is no time, or for one that the clocks of the zone skip.
    """
    words = " ".join(text.lower().split())
    try:
        found = (
            _iso(text.strip(), zone) or _length(words, now, direction) or _said(words, now, zone, direction)
        )
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise UsageFault(f"{text[:60]!r} is no time", EXAMPLES)
    return found


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    """RFC 3339, or any of ISO 8601 that has a year; in the editor's zone where it names none."""
    if not re.match(r"\d{4}-?\d\d", text):
        return None
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else _placed(found, zone)


def _length(words: str, now: datetime, direction: Direction) -> datetime | None:
    """A length of time from now: forward where it is to come (`in 2 hours`), else back (`2 hours ago`)."""
    back = words.endswith(" ago") or (direction == "past" and not words.startswith("in "))
    found = LENGTH.fullmatch(words.removeprefix("in ").removesuffix(" ago"))
    if found is None:
        return None
    length = duration(f"{found[1]}{found[2][0]}")
    return now - length if back else now + length


def _said(words: str, now: datetime, zone: ZoneInfo, direction: Direction) -> datetime | None:
    if words == "now":
        return now
    local = now.astimezone(zone)
    day_words, hour = _split(words)
    if hour is None and not day_words:
        return None
    if not day_words:
        return _nearest([local.date() + timedelta(n) for n in (-1, 0, 1)], hour, now, zone, direction)
    if day_words in NEARBY:
        return _placed(datetime.combine(local.date() + timedelta(NEARBY[day_words]), hour or time()), zone)
    return _nearest(_days(day_words, local.date()), hour, now, zone, direction)


def _split(words: str) -> tuple[str, time | None]:
    """The words for the day, and the time of day after them."""
    day, _, last = words.rpartition(" ")
    if last in ("am", "pm"):
        day, _, number = day.rpartition(" ")
        last = f"{number} {last}"
    if last in HOURS and (hour := HOURS[last]):
        return day or ("today" if last == "tonight" else ""), hour
    if last == "midnight":
        return day, time()
    found = CLOCK.fullmatch(last)
    if found is None:
        return words, None
    return day.removesuffix(" at"), _clock(found)


def _clock(found: re.Match[str]) -> time:
    if found[5] is None:
        return time(int(found[1]), int(found[2]))
    if not 1 <= int(found[3]) <= 12:
        raise ValueError("twelve hours make half a day")
    return time(int(found[3]) % 12 + (12 if found[5] == "p" else 0), int(found[4] or 0))


def _days(words: str, today: date) -> list[date]:
    """The days that a weekday or a date can mean, around today."""
    name = words.removeprefix("next ").removeprefix("last ")
    weekdays = [number for number, day in enumerate(DAYS) if len(name) >= 3 and day.startswith(name)]
    if weekdays:
        ahead = (weekdays[0] - today.weekday()) % 7
        return [today + timedelta(ahead + weeks) for weeks in (-7, 0, 7)]
    found = DATE.fullmatch(name)
    if found is None:
        return []
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
    number = MONTHS.index(month[:3]) + 1
    years = [int(year)] if year else range(today.year - 4, today.year + 5)  # for the 29th of February
    return [date(one, number, int(day)) for one in years if year or int(day) <= monthrange(one, number)[1]]


def _nearest(
    days: list[date], hour: time | None, now: datetime, zone: ZoneInfo, direction: Direction
) -> datetime | None:
    """Of some days at an hour the nearest to come, or the nearest gone; the only one wherever it lies."""
    here = now.astimezone(zone).replace(tzinfo=None)
    times = [datetime.combine(day, hour or time()) for day in days]
    if len(times) > 1:
        gone, to_come = [one for one in times if one <= here], [one for one in times if one > here]
        times = gone[-1:] if direction == "past" else to_come[:1]
    return _placed(times[0], zone) if times else None


def _placed(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time as an instant; the first of two where the clocks go back (PEP 495)."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        raise UsageFault(
            f"{local:%Y-%m-%d %H:%M}: is skipped by the clocks of {zone.key}", "name another hour"
        )
    return instant
