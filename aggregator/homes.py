"""Where sources are at home: what their dates tell of it, and dates read anew once it is known.

Nothing here commits.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, update

from aggregator import ingest, store, stories
from aggregator.matching import Arrival
from feeds import dates, homezone, zones
from feeds.entries import Entry, Home, Moment
from feeds.homezone import Inference, Sighting
from feeds.tables import Item, Sightings, Source

_DATED = (col(Item.id), col(Item.published), col(Item.updated), col(Item.first_seen_at))
_REDATE = (
    update(Item)
    .where(col(Item.id) == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in ("published", "updated", "timestamp")})
)
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
    session.flush()
    query, home = select_columns(*_DATED).where(col(Item.source_id) == source.id), store.home(source)
    if since is not None:
        query = query.where(col(Item.first_seen_at) >= since)
    again = [row for old in session.connection().execute(query) if (row := _redated(old, home))]
    if again:
        session.connection().execute(_REDATE, again)
        for held in session.identity_map.values():
            if isinstance(held, Item):
                session.expire(held)
        stories.redraw_source(session, source)
    return len(again)


def _redated(row: Any, home: Home) -> dict[str, Any] | None:
    """What changes of an item whose dates are read at this home, if anything does."""
    published, updated = (ingest.read_again(moment, home) for moment in (row.published, row.updated))
    if (published, updated) == (row.published, row.updated):
        return None
    entry = Entry(guid="", published=published, updated=updated)
    return {
        "number": row.id,
        "new_published": published,
        "new_updated": updated,
        "new_timestamp": ingest.timestamp(entry, row.first_seen_at),
    }


def doubt(session: Session, source: Source) -> Inference | None:
    """The zone that the source's dates show instead of that which an editor set, where they clearly do."""
    kept = session.get(Sightings, source.id) if source.zone else None
    return homezone.contradiction(source.zone or "", kept.seen, likely(source)) if kept else None
