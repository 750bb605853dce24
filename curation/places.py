"""The places of a line-up: its order, and what there is room for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from curation.rules import Picked

BOTTOM = 1_000  # the last place there can be in a line-up

P = TypeVar("P", bound=Picked)


def arrange(picks: Iterable[P]) -> list[P]:
    """The order of a line-up: the pinned first, then newest pick first, those with a position at their place.

    Of two at one position the one put there last has it, and the other stands below.
    """
    newest_first = sorted(picks, key=lambda pick: (pick.picked_at, pick.item_id), reverse=True)
    first = _placed([pick for pick in newest_first if pick.pinned], 0)
    return first + _placed([pick for pick in newest_first if not pick.pinned], len(first))


def _placed(newest_first: list[P], above: int) -> list[P]:
    """Picks below so many others, those with a position inserted at their place in the whole."""
    order = [pick for pick in newest_first if pick.position is None]
    placed = [pick for pick in reversed(newest_first) if pick.position is not None]
    for pick in sorted(placed, key=lambda pick: (pick.position, pick.placed_by)):
        order.insert(max((pick.position or 1) - 1 - above, 0), pick)
    return order


def shortened(picks: Sequence[P], limit: int) -> list[P]:
    """The picks of a line-up that there is room for: the oldest that are not pinned fall out."""
    oldest_first = sorted(picks, key=lambda pick: (pick.pinned, pick.picked_at, pick.item_id))
    out = {id(pick) for pick in oldest_first[: max(len(picks) - limit, 0)]}
    return [pick for pick in picks if id(pick) not in out]
