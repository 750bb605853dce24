"""What the words after a time say of its zone: `+0100`, `GMT+1`, `CET`, `Europe/Paris`, `Eastern Time`.

An abbreviation keeps its offset all year: EST in July is what it says. RFC 2822 §4.3 reads single
letters other than Z as no zone at all, for RFC 822 had their signs wrong; so does this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from feeds import zones
from feeds.entries import Home, KnownBy

# Hours east of Greenwich, of the abbreviations that have one meaning.
_PLAIN = {
    -10: "hst", -9: "akst", -8: "akdt", -7: "pdt", -6: "mdt", -5: "hne cot pet", -4: "hae vet clt",
    -3.5: "nst", -3: "brt art clst uyt", -2.5: "ndt", -2: "brst", -1: "azot cvt",
    0: "wet", 1: "cet mez met west wat", 2: "cest mesz mest eet cat sast",
    3: "eest msk мск eat trt idt", 3.5: "irst", 4: "msd samt get azt", 4.5: "irdt aft",
    5: "pkt yekt uzt", 5.5: "lkt", 5.75: "npt", 6: "omst", 6.5: "mmt", 7: "wib ict krat novt",
    8: "awst hkt sgt pht phst myt irkt wita ulat", 9: "jst kst wit yakt", 9.5: "acst",
    10: "aest vlat chst", 10.5: "acdt", 11: "aedt magt", 12: "nzst pett", 13: "nzdt",
}  # fmt: skip

# Those of several: hours, and the countries in which they mean that. The first is the most usual:
# that of RFC 822 §5 where it names one, else that of most people.
_AMBIGUOUS: dict[str, tuple[tuple[float, str], ...]] = {
    "est": ((-5, "US CA MX JM PA BS HT KY"), (10, "AU")),
    "edt": ((-4, "US CA BS HT"), (11, "AU")),
    "cst": ((-6, "US CA MX GT SV HN NI CR BZ"), (8, "CN TW HK MO"), (9.5, "AU"), (-5, "CU")),
    "cdt": ((-5, "US CA MX"), (10.5, "AU"), (-4, "CU")),
    "mst": ((-7, "US CA MX"), (8, "MY"), (6.5, "MM"), (3, "RU BY")),
    "pst": ((-8, "US CA MX"), (8, "PH")),
    "ist": ((5.5, "IN LK"), (1, "IE"), (2, "IL PS")),
    "bst": ((1, "GB GG IM JE"), (6, "BD"), (11, "PG")),
    "ast": ((-4, "CA PR BM BB TT DO VI GL"), (3, "SA KW IQ BH QA YE")),
    "adt": ((-3, "CA BM GL"), (4, "IQ")),
    "gst": ((4, "AE OM"), (10, "GU MP"), (-2, "GS")),
    "amt": ((-4, "BR"), (4, "AM")),
    "act": ((-5, "BR"), (9.5, "AU")),
    "ect": ((-5, "EC"), (1, "FR BE DE ES IT NL"), (-4, "LC VC GD DM AG")),
    "sst": ((8, "SG"), (-11, "AS WS")),
    "wst": ((8, "AU"), (13, "WS"), (1, "EH")),
    "cct": ((8, "CN"), (6.5, "CC")),
}

# The country that a language speaks of where no country is known.
_LANGUAGES = {
    "zh": "CN", "he": "IL", "ga": "IE", "hi": "IN", "ta": "IN", "te": "IN", "mr": "IN", "gu": "IN",
    "bn": "BD", "tl": "PH", "fil": "PH", "ms": "MY", "my": "MM", "ru": "RU", "ar": "SA",
    "hy": "AM", "pt": "BR",
}  # fmt: skip

# Said of both halves of a year.
_SEASONLESS = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "aet": "Australia/Sydney",
}

GREENWICH = frozenset(("z", "ut", "utc", "gmt", "zulu", "uct"))
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)?")
_SPELLED_OUT = re.compile(r"((?:[^\W\d]+ ){1,3})time")  # Central European Summer Time


class Said(NamedTuple):
    """A zone, how it was said, its name, and whether it may as well be another of the same name."""

    zone: tzinfo
    known_by: KnownBy
    name: str
    ambiguous: bool = False


def read(words: str, local: datetime, home: Home) -> Said | None:
    """The zone that words in lower case say of a local time; None where they say none that is known.

    An abbreviation is that of the zone of the home where that zone uses it, else that of its country
    or language. Raises ValueError for an offset of a day or more.
    """
    if words in GREENWICH:
        return Said(UTC, "offset", "+00:00")
    if "/" not in words and (found := _OFFSET.search(words)):
        return offset(found[1], int(found[2]), int(found[3] or 0))
    if not words:
        return None
    spelled_out = ("".join(word[0] for word in found[0].split()) for found in _SPELLED_OUT.finditer(words))
    said = (_word(word, local, home) for word in chain(spelled_out, _names(words)))
    return next((zone for zone in said if zone), None)


@cache
def offset(sign: str, hours: int, minutes: int) -> Said:
    east = timedelta(hours=hours, minutes=minutes)
    zone = timezone(-east if sign == "-" else east)
    return Said(zone, "offset", datetime.min.replace(tzinfo=zone).isoformat()[-6:])


@cache
def iana(name: str) -> ZoneInfo | None:
    """The zone that has this name, if there is one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of the zone database
        return None


def _names(words: str) -> Iterator[str]:
    for word in words.split():
        yield word
        if "/" in word:
            yield from word.split("/")


def _word(word: str, local: datetime, home: Home) -> Said | None:
    if word in GREENWICH:
        return Said(UTC, "offset", "+00:00")
    if len(word) < 2:
        return None
    own = iana(home.zone) if home.zone else None
    # CST is the source's own: Shanghai's in a feed from Shanghai, else Chicago's.
    if own and own.tzname(local) == word.upper():
        return Said(own, "zone name", word.upper())
    if meanings := _AMBIGUOUS.get(word):
        return _chosen(word, meanings, home)
    if hours := _hours().get(word):
        return Said(hours, "zone name", word.upper())
    name = _SEASONLESS.get(word) or _iana_names().get(word)
    return Said(ZoneInfo(name), "zone name", name) if name else None


def _chosen(word: str, meanings: tuple[tuple[float, str], ...], home: Home) -> Said:
    country = home.country or zones.region(home.language) or zones.zone_country(home.zone)
    spoken = (home.language or "").partition("-")[0].lower()
    here = country or _LANGUAGES.get(spoken, "")
    known = next((hours for hours, countries in meanings if here in countries.split()), None)
    hours = meanings[0][0] if known is None else known
    return Said(timezone(timedelta(hours=hours)), "zone name", word.upper(), ambiguous=known is None)


@cache
def _hours() -> dict[str, timezone]:
    return {
        name: timezone(timedelta(hours=hours)) for hours, names in _PLAIN.items() for name in names.split()
    }


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
