"""Simulated sources whose dates name no zone: what their polls would see, over a change of clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from feeds import homezone
from feeds.homezone import Sighting

# A change of clocks near the start of each, in the north, the south, and where there is none.
ZONES = {
    "UTC": datetime(2026, 3, 29, tzinfo=UTC),
    "Europe/Paris": datetime(2026, 3, 29, tzinfo=UTC),
    "Europe/London": datetime(2025, 10, 26, tzinfo=UTC),
    "Europe/Athens": datetime(2025, 10, 26, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 8, tzinfo=UTC),
    "America/Los_Angeles": datetime(2025, 11, 2, tzinfo=UTC),
    "America/Phoenix": datetime(2026, 3, 8, tzinfo=UTC),
    "America/St_Johns": datetime(2025, 11, 2, tzinfo=UTC),
    "America/Sao_Paulo": datetime(2026, 3, 29, tzinfo=UTC),
    "Africa/Lagos": datetime(2025, 10, 26, tzinfo=UTC),
    "Asia/Kolkata": datetime(2026, 3, 29, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2025, 10, 26, tzinfo=UTC),
    "Asia/Tokyo": datetime(2026, 3, 29, tzinfo=UTC),
    "Australia/Sydney": datetime(2026, 4, 5, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2025, 10, 5, tzinfo=UTC),
    "Pacific/Auckland": datetime(2026, 4, 5, tzinfo=UTC),
    "Pacific/Chatham": datetime(2025, 9, 28, tzinfo=UTC),
}


@dataclass(frozen=True)
class Newsroom:
    """A source at home in a zone, polled every so many minutes, which brings items out as sources do."""

    zone: str
    seed: int
    items: int = 20
    around: datetime | None = None

    def polls(self) -> Iterator[list[Sighting]]:
        """What each poll that brings something new tells, the first of them all that is there already."""
        random = Random(f"{self.zone} {self.seed}")
        change = self.around or ZONES[self.zone]
        start = change - timedelta(days=random.uniform(10, 40))
        minutes, pace = random.uniform(15, 60), random.uniform(1, 20)
        out = sorted(
            self._item(random, start + timedelta(days=random.uniform(0.1, 50)), pace)
            for _ in range(self.items)
        )
        old = sorted(
            self._item(random, start - timedelta(days=random.uniform(0, 20)), pace) for _ in range(10)
        )
        yield [Sighting(local=local, before=start) for _, local in old]
        after = before = start
        while out:
            after, before = before, before + timedelta(minutes=minutes * random.uniform(0.9, 1.1))
            seen = [local for at, local in out if at <= before]
            out = out[len(seen) :]
            if seen:
                yield [Sighting(local=local, before=before, after=after) for local in seen]

    def _item(self, random: Random, at: datetime, pace: float) -> tuple[datetime, datetime]:
        """When an item comes out, and the local time by which it is dated."""
        hours = random.choices(
            (0.0, random.uniform(1, 72), random.uniform(0.5, 8), -1.0), (0.8, 0.1, 0.05, 0.05)
        )[0]
        dated = at - timedelta(hours=hours)
        return (
            at + timedelta(minutes=random.expovariate(1 / pace)),
            dated.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None, microsecond=0),
        )


def kept(polls: Iterator[list[Sighting]]) -> list[Sighting]:
    """The sightings that are kept after all of the polls."""
    return [one for seen in polls for one in homezone.telling(seen)][-homezone.MOST :]


def same(one: str, other: str, sightings: list[Sighting]) -> bool:
    """Whether two zones have the same offsets on every day from the first date to the last."""
    first, last = min(seen.local for seen in sightings), max(seen.local for seen in sightings)
    days = [first + timedelta(hours=6 * step) for step in range((last - first).days * 4)]
    return all(ZoneInfo(one).utcoffset(day) == ZoneInfo(other).utcoffset(day) for day in days)
