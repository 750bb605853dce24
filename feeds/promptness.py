"""How likely an entry is to come out so long after its date, given how often its source is polled.

Durations are hours; likelihoods are densities per hour, as logarithms. Most entries are prompt, within
a poll and the pace at which their source brings them out; some are dated back or held; few are dated ahead.
"""

from __future__ import annotations

import math

PACES = (0.02, 0.1, 0.3)  # hours that sources take to bring out what they have dated
SKEW = 2 / 60  # a clock that is fast
LATE, AHEAD = 0.18, 0.05  # shares of entries
LATE_BY, AHEAD_BY = 6.0, 2.0
ANY_TIME = 1 / 72  # the density of dates that have nothing to do with when they are seen
SHORTEST = 1 / 60  # between two polls


def chances(delay: float, gap: float | None) -> tuple[float, ...]:
    """The likelihood at each pace of an entry seen `delay` after its date and `gap` after the last poll.

    Where no poll went before (None), it says only that nothing comes from the future.
    """
    if delay < -SKEW:
        return (math.log(AHEAD / AHEAD_BY) + delay / AHEAD_BY,) * len(PACES)
    if gap is None:
        return (math.log((1 - AHEAD) * ANY_TIME),) * len(PACES)
    delay, gap = max(delay, 0.0), max(gap, SHORTEST)
    late = LATE / (LATE_BY + gap) / (1 + delay / (LATE_BY + gap)) ** 2
    return tuple(math.log((1 - LATE - AHEAD) * _prompt(delay, gap, pace) + late) for pace in PACES)


def _prompt(delay: float, gap: float, pace: float) -> float:
    """Dated at any time between two polls, and brought out after an exponential delay."""
    before = math.exp(-max(delay - gap, 0.0) / pace)
    return (before - math.exp(-delay / pace)) / gap
