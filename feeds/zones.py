"""Which country an address is of, and which time zones a country has."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

# Codes of countries under which sites of all countries are found; they say nothing.
_ANYWHERE = "ac ai cc cd co dj fm gg im io la ly me mu nu sh st so tk tl to tv vc ws"
ANYWHERE = frozenset(_ANYWHERE.split())
_WRITTEN = {"uk": "GB", "su": "RU"}


def country(url: str) -> str | None:
    """The country (ISO 3166) of the top-level domain of an address, where it says one."""
    host = urlsplit(url).hostname or ""
    code = host.rpartition(".")[2]
    if code in ANYWHERE:
        return None
    code = _WRITTEN.get(code, code.upper())
    return code if code in _zones() else None


def country_zones(country: str) -> tuple[str, ...]:
    """The IANA zones of a country, the most populous first as far as the zone database orders them so."""
    return _zones().get(country.upper(), ())


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    found = defaultdict[str, list[str]](list)
    for line in (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, name, *_ = line.split("\t")
            found[code].append(name)
    return {code: tuple(names) for code, names in found.items()}
