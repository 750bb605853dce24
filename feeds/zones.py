"""Which country an address, a language tag or a time zone is of, and which time zones a country has."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files

from feeds import urls

# Codes of countries under which sites of all countries are found; they say nothing.
_ANYWHERE = "ac ai cc cd co dj fm gg im io la ly me mu nu sh st so tk tl to tv vc ws"
ANYWHERE = frozenset(_ANYWHERE.split())
_WRITTEN = {"uk": "GB", "su": "RU"}


def country(url: str) -> str | None:
    """The country (ISO 3166) of the top-level domain of an address, where it says one."""
    host = urls.host(url).rpartition(":")[0]
    code = host.rpartition(".")[2]
    if code in ANYWHERE:
        return None
    code = _WRITTEN.get(code, code.upper())
    return code if code in _zones() else None


def country_zones(country: str) -> tuple[str, ...]:
    """The IANA zones of a country, the most populous first as far as the zone database orders them so."""
    return _zones().get(country.upper(), ())


def region(language: str | None) -> str | None:
    """The country that a language tag names: FR of `fr-FR`, TW of `zh-Hant-TW`."""
    codes = (subtag.upper() for subtag in (language or "").split("-")[1:])
    return next((code for code in codes if code in _zones()), None)


def zone_country(zone: str | None) -> str | None:
    """The country that an IANA zone is of, None for one of no country, or under an old name."""
    return _countries().get(zone or "")


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    found = defaultdict[str, list[str]](list)
    for line in (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, name, *_ = line.split("\t")
            found[code].append(name)
    return {code: tuple(names) for code, names in found.items()}


@cache
def _countries() -> dict[str, str]:
    return {name: code for code, names in _zones().items() for name in names}
