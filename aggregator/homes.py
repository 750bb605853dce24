"""Where sources are at home: what their dates tell of it, and dates read anew once it is known.

Nothing here commits.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from aggregator import store
from aggregator.matching import Arrival
from feeds import dates, homezone, zones
from feeds.entries import Moment
from feeds.homezone import Inference, Sighting
from feeds.tables import Sightings, Source

NAIVE = ("source zone", "inferred", "assumed UTC")

log = logging.getLogger(__name__)


def learn(session: Session, source: Source, new: Iterable[Arrival], now: datetime) -> None:
    """Note when the dates of new items were first seen, and infer what zone they are in.

    Where another zone is inferred, the source's items are dated anew, unless an editor set its zone.
    """
    assert source.id is not None
    seen = homezone.telling(_sightings(source, new, now))
    if not seen:
        return
    kept = session.get(Sightings, source.id) or Sightings(source_id=source.id)
    kept.seen = (*kept.seen, *seen)[-homezone.MOST :]
    session.add(kept)
    found = homezone.settle(source.inferred_zone, kept.seen, likely(source))
    if found is not None:
        _believe(session, source, kept, found)


def _sightings(source: Source, new: Iterable[Arrival], now: datetime) -> Iterable[Sighting]:
    for arrival in new:
        moment = arrival.entry.published or arrival.entry.updated
        if moment is not None and (local := _local(moment, source)):
            yield Sighting(local=local, before=now, after=source.answered_at)


def _local(moment: Moment, source: Source) -> datetime | None:
    """The local time of a date that names no zone."""
    if moment.known_by not in NAIVE:
        return None
    home = store.home(source).model_copy(update={"zone": None, "confidence": None})
    at = dates.read(moment.raw, home).at
    return at and at.replace(tzinfo=None)


def _believe(session: Session, source: Source, kept: Sightings, found: Inference) -> None:
    before, since = source.inferred_zone, None
    source.inferred_zone, source.zone_confidence = found.zone, found.confidence
    source.zone_evidence = found.evidence
    if found.zone == before:
        return
    if before and (since := homezone.parted(before, found.zone, kept.seen)):
        kept.seen = tuple(one for one in kept.seen if one.before >= since)
    count = 0 if source.zone else redate(session, source, since)
    log.info(
        "source %s: at home in %s: %s; %d items dated anew", source.id, found.zone, found.evidence, count
    )


def likely(source: Source) -> tuple[str, ...]:
    """The zones of the country that a source seems to be of."""
    country = store.home(source).country
    return zones.country_zones(country) if country else ()


def redate(session: Session, source: Source, since: datetime | None = None) -> int:
    """Read the dates of a source's items again where it is at home now; how many of them change.

    With `since` only those of items first seen from then on: before, the source was elsewhere.
    """
    assert source.id is not None
    return store.redate(session, source.id, store.home(source), since)


def doubt(session: Session, source: Source) -> Inference | None:
    """The zone that the source's dates show instead of that which an editor set, where they clearly do."""
    kept = session.get(Sightings, source.id) if source.zone else None
    return homezone.contradiction(source.zone or "", kept.seen, likely(source)) if kept else None
