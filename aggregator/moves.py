"""When does a source take on the address that its server sends it to? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds import urls

LEAST_HITS = 3
LEAST_TIME = timedelta(days=7)
DEAD = frozenset({"http_404", "gone"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where permanent redirects (301, 308) led, so many times in a row since an instant."""

    to: str
    hits: int
    since: datetime


def seen(before: Sighting | None, to: str | None, now: datetime) -> Sighting | None:
    """What is known after a feed was found through permanent redirects at `to`, or, None, at home."""
    if to is None:
        return None
    if before is None or before.to != to:
        return Sighting(to, 1, now)
    return Sighting(to, before.hits + 1, before.since)


def settled(url: str, sighting: Sighting | None, now: datetime) -> bool:
    """Whether the new address is taken on: seen three times over a week, or only http become https.

    A redirect by mistake, or by the login page of a hotel's network, does not last a week.
    """
    if sighting is None:
        return False
    lasting = sighting.hits >= LEAST_HITS and now - sighting.since >= LEAST_TIME
    return lasting or secured(url, sighting.to)


def secured(url: str, to: str) -> bool:
    """Whether two addresses differ by https in place of http and by nothing else."""
    return url.startswith("http://") and to == urls.gate("https://" + url.removeprefix("http://"))


def abandoned(sighting: Sighting | None, kind: str, elsewhere: bool) -> bool:
    """Whether the old address, which used to redirect, now says itself that there is nothing (404, 410)."""
    return sighting is not None and kind in DEAD and not elsewhere
