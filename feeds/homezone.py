"""The zone of a source's dates that name none, inferred from when its entries were first seen.

sightings ─> the delay of each in every zone ─> zones that fit alike are one candidate ─> odds ─> the best

An entry comes out between the poll that first sees it and the poll before. In its source's own zone its
date lies between the two: seldom after, for nothing comes from the future; sometimes before, for
entries are held and dated back. `feeds.promptness` weighs these cases.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, NaiveDatetime

from feeds import promptness
from feeds.entries import Value

MOST = 60  # sightings that are kept of a source
MOST_OF_A_POLL = 5  # what comes at once, an archive or a batch, errs at once
LEAST = 5  # sightings between two polls, before anything is said
RECENT = 20  # sightings by which a zone that is held is doubted
SURE = 0.9  # from here on a zone is held
SURER = 0.97  # from here on it takes the place of another
CAUTION = 0.5  # sightings are not as independent as the arithmetic has them
ROUND = 0.3  # what an entry dated on the hour weighs: some are dated by the plan
CLEARLY = 3.0  # natural logarithm of odds
BY_COUNTRY, BY_CUSTOM = 0.25, 0.6  # how doubtful the choice among zones that fit alike is

# One zone for each way in which clocks go. Where several fit alike, the first of them is meant.
_USUAL = (
    "UTC Europe/Paris America/New_York Europe/London America/Los_Angeles America/Chicago Europe/Athens"
    " Europe/Moscow Asia/Kolkata Asia/Shanghai Asia/Tokyo Australia/Sydney America/Sao_Paulo America/Denver"
    " Africa/Johannesburg Africa/Lagos Asia/Jakarta America/Bogota America/Mexico_City America/Phoenix"
    " Asia/Dubai Asia/Karachi Asia/Dhaka Asia/Tehran Asia/Jerusalem Africa/Cairo Pacific/Auckland"
    " Australia/Brisbane Australia/Adelaide America/Santiago America/Halifax America/Puerto_Rico"
    " America/Anchorage Pacific/Honolulu"
)
_UNUSUAL = (
    "Africa/Casablanca America/St_Johns America/Nuuk America/Miquelon America/Noronha Atlantic/Cape_Verde"
    " Atlantic/Azores America/Adak America/Havana Asia/Beirut Asia/Gaza Asia/Kabul Asia/Kathmandu Asia/Yangon"
    " Australia/Darwin Australia/Eucla Australia/Lord_Howe Pacific/Noumea Pacific/Norfolk Pacific/Fiji"
    " Pacific/Tongatapu Pacific/Chatham Pacific/Kiritimati Pacific/Easter Pacific/Gambier Pacific/Marquesas"
    " Pacific/Pitcairn Pacific/Pago_Pago"
)
USUAL, UNUSUAL = (names.split() for names in (_USUAL, _UNUSUAL))
RARE, LIKELY = math.log(0.4), 0.5  # too little to stand against one sighting


class Sighting(Value):
    """A date that names no zone, and when its entry was first seen: at `before`, and not yet at `after`."""

    local: NaiveDatetime
    before: AwareDatetime
    after: AwareDatetime | None = None


class Inference(Value):
    """The zone that fits the sightings best, and why.

    `fit` is how sure its offsets are at the dates seen; `confidence` how sure it is that it stays
    right: less than that where zones that fit alike part from it within the year.
    """

    zone: str
    fit: float
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Zones that had the same offsets at all sightings, and the delays (hours) that these make of them."""

    zones: tuple[str, ...]
    delays: tuple[float, ...]
    score: float


def telling(seen: Iterable[Sighting]) -> list[Sighting]:
    """Those of one poll's sightings that tell of a zone: no bare day, no time that two have; the newest."""
    seen = list(seen)
    times = Counter(one.local for one in seen)
    found = (one for one in seen if one.local.time() != time.min and times[one.local] == 1)
    return sorted(found, key=lambda one: one.local)[-MOST_OF_A_POLL:]


def infer(
    sightings: Sequence[Sighting], likely: Sequence[str] = (), held: str | None = None
) -> Inference | None:
    """The zone of these sightings, the oldest first; None where too few of them tell.

    Of zones that fit alike, `held` comes first, then those `likely` (of its country), then the usual.
    """
    if sum(one.after is not None for one in sightings) < LEAST:
        return None
    ranked = _ranked(sightings, likely, held)
    best, next_best = ranked[:2]
    zone = best.zones[0]
    rival, apart = _rival(best.zones, sightings[-1].local)
    doubt = apart * (BY_COUNTRY if zone in likely else BY_CUSTOM)
    fit = _share(best, ranked, sightings)
    return Inference(
        zone=zone,
        fit=round(fit, 3),
        confidence=round(fit * (1 - doubt), 3),
        evidence=_sentence(sightings, best, next_best)
        + (f"; {rival} fits as well so far" if doubt > 1 - SURE else ""),
    )


def settle(held: str | None, sightings: Sequence[Sighting], likely: Sequence[str] = ()) -> Inference | None:
    """What is believed now of a source whose zone was `held` to be; None where nothing new is.

    A zone that is held gives way only to one that the last sightings make clearly better.
    """
    if held is None:
        found = infer(sightings, likely)
        return found if found and found.fit >= SURE else None
    found = contradiction(held, sightings, likely) or infer(sightings, likely, held)
    return found if found and (found.zone == held or found.fit >= SURER) else None


def contradiction(zone: str, sightings: Sequence[Sighting], likely: Sequence[str] = ()) -> Inference | None:
    """The zone that the last sightings show instead of this one, where they clearly do."""
    found = infer(sightings[-RECENT:], likely, zone)
    return found if found and found.zone != zone and found.fit >= SURER else None


def parted(old: str, new: str, sightings: Sequence[Sighting]) -> datetime | None:
    """When a source left the `old` zone for the `new` one; None where it never kept to the old."""
    was, now = (_odds(sightings, _delays(sightings, _offsets(zone, sightings))) for zone in (old, new))
    gains = [sum(now[place:]) - sum(was[place:]) for place in range(len(sightings))]
    best = max(gains)
    return None if gains[0] >= best - CLEARLY else sightings[gains.index(best)].before


def _ranked(sightings: Sequence[Sighting], likely: Sequence[str], held: str | None) -> list[_Candidate]:
    """The zones there are, those together that had the same offsets, the best first."""
    names = dict.fromkeys([*([held] if held else []), *likely, *USUAL, *UNUSUAL])
    alike: dict[tuple[timedelta, ...], list[str]] = {}
    for name in names:
        alike.setdefault(_offsets(name, sightings), []).append(name)
    candidates = [_candidate(zones, offsets, sightings, likely) for offsets, zones in alike.items()]
    return sorted(candidates, key=lambda candidate: candidate.score, reverse=True)


def _candidate(
    zones: Sequence[str],
    offsets: Sequence[timedelta],
    sightings: Sequence[Sighting],
    likely: Sequence[str],
) -> _Candidate:
    delays = _delays(sightings, offsets)
    prior = LIKELY if set(zones) & set(likely) else 0.0 if set(zones) & set(USUAL) else RARE
    paces = zip(*_chances(sightings, delays), strict=True)
    return _Candidate(tuple(zones), delays, prior + CAUTION * _log_mean(sum(pace) for pace in paces))


def _offsets(name: str, sightings: Sequence[Sighting]) -> tuple[timedelta, ...]:
    zone = _zone(name)
    return tuple(zone.utcoffset(one.local) or timedelta() for one in sightings)


def _delays(sightings: Sequence[Sighting], offsets: Sequence[timedelta]) -> tuple[float, ...]:
    """How many hours after its date each entry was seen."""
    return tuple(
        _hours(one.before - one.local.replace(tzinfo=UTC) + offset)
        for one, offset in zip(sightings, offsets, strict=True)
    )


def _chances(sightings: Sequence[Sighting], delays: Sequence[float]) -> list[tuple[float, ...]]:
    """The likelihood of each sighting at each pace, as far as it counts."""
    return [
        tuple(_weight(one) * chance for chance in promptness.chances(delay, _gap(one)))
        for one, delay in zip(sightings, delays, strict=True)
    ]


def _odds(sightings: Sequence[Sighting], delays: Sequence[float]) -> list[float]:
    return [CAUTION * max(chances) for chances in _chances(sightings, delays)]


def _share(best: _Candidate, ranked: Sequence[_Candidate], sightings: Sequence[Sighting]) -> float:
    """The probability of the best candidate among all of them, and among dates that mean something else."""
    noise = CAUTION * sum(_weight(one) * math.log(promptness.ANY_TIME) for one in sightings)
    scores = [noise, *(each.score for each in ranked)]
    most = max(scores)
    return math.exp(best.score - most) / sum(math.exp(score - most) for score in scores)


def _rival(zones: Sequence[str], local: datetime) -> tuple[str, float]:
    """Of zones alike, the one that parts most from the first, and for how much of the year from then on."""
    first, *others = (_year(zone, local) for zone in zones)
    shares = [sum(map(timedelta.__ne__, first, other)) / len(first) for other in others]
    most = max(shares, default=0.0)
    return (zones[1 + shares.index(most)] if shares else "", most)


def _year(name: str, local: datetime) -> list[timedelta]:
    return [_zone(name).utcoffset(local + timedelta(weeks=week)) or timedelta() for week in range(52)]


def _sentence(sightings: Sequence[Sighting], best: _Candidate, next_best: _Candidate) -> str:
    prompt, ahead = _counts(sightings, best.delays)
    fewer, more = _counts(sightings, next_best.delays)
    first, last = sightings[0].before, sightings[-1].before
    return (
        f"of {len(sightings)} dates seen from {first:%Y-%m-%d} to {last:%Y-%m-%d},"
        f" in {best.zones[0]} {prompt} come from between two polls and {ahead} from the future;"
        f" in {next_best.zones[0]}, the next best, {fewer} and {more}"
    )


def _counts(sightings: Sequence[Sighting], delays: Sequence[float]) -> tuple[int, int]:
    """How many dates lie between the polls before and after them, and how many in the future."""
    gaps = [_gap(one) or 0.0 for one in sightings]
    prompt = sum(-promptness.SKEW <= delay <= gap for delay, gap in zip(delays, gaps, strict=True))
    return prompt, sum(delay < -promptness.SKEW for delay in delays)


def _gap(sighting: Sighting) -> float | None:
    return None if sighting.after is None else _hours(sighting.before - sighting.after)


def _weight(sighting: Sighting) -> float:
    return ROUND if sighting.local.minute == sighting.local.second == 0 else 1.0


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600


def _log_mean(values: Iterable[float]) -> float:
    """The logarithm of the mean of what these are the logarithms of."""
    values = list(values)
    most = max(values)
    return most + math.log(sum(math.exp(value - most) for value in values) / len(values))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
