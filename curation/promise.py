"""What an edition promises its readers, and whether the promise is kept: pure, in words.

`min` and `limit` bound how many picks are live, `fresh` is the longest time between two new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.options import Edition

NEARLY = 0.75  # of the time between two picks: from then on a new one is due


def warnings(edition: Edition, appeared: Sequence[datetime], at: datetime) -> list[str]:
    """What is short at an instant, or soon will be; `appeared` is when each live pick appeared."""
    found = []
    if len(appeared) < edition.min:
        found.append(f"{edition.slug}: {len(appeared)} live, {edition.min} wanted")
    if edition.fresh is not None:
        found += _stale(edition.slug, edition.fresh, max(appeared, default=None), at)
    return found


def _stale(slug: str, fresh: timedelta, last: datetime | None, at: datetime) -> list[str]:
    if last is None:
        return [f"{slug}: no pick is live; a new one is due within {spell_hours(fresh)}"]
    waited = at - last
    if waited < NEARLY * fresh:
        return []
    due = f"was due within {spell_hours(fresh)}" if waited > fresh else f"is due within {spell_hours(fresh)}"
    return [f"{slug}: last new pick {spell_hours(waited)} ago; one {due}"]


def spell_hours(length: timedelta) -> str:
    """A length of time in whole hours, as editors count it."""
    return f"{length // timedelta(hours=1)} h"


def is_full(edition: Edition, standing: int) -> bool:
    """Whether an edition takes no further pick: as many stand as it shows, and it drops none by itself."""
    return edition.expire is None and standing >= edition.limit
