"""Orders of a script: JSON, one object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from config.errors import NewsdeskError, UsageFault

MOST = 10_000  # in one run, which is one transaction
LONGEST_LINE = 1_000_000  # bytes

Line = tuple[int, dict[str, Any]]  # its number in the input, and the order


def read(stream: IO[bytes]) -> Iterator[Line]:
    """The orders of a stream, blank lines passed over; raises UsageFault naming the line that is none."""
    for number in range(1, MOST + 2):
        text = stream.readline(LONGEST_LINE + 1)
        if not text:
            return
        if len(text) > LONGEST_LINE or number > MOST:
            raise UsageFault(
                f"line {number}: is too much", f"give at most {MOST:,} lines of {LONGEST_LINE:,} bytes"
            )
        if text.strip():
            yield number, _order(number, text)


def _order(number: int, text: bytes) -> dict[str, Any]:
    try:
        order = json.loads(text)
    except (ValueError, RecursionError):
        order = None
    if not isinstance(order, dict):
        raise UsageFault(f"line {number}: is no JSON object", 'write {"verb": "pick", "item": 42}')
    return order


def at(lines: Sequence[Line]) -> Callable[[int, Exception], Exception]:
    """Faults named by the line of the order that they lie in."""

    def named(place: int, fault: Exception) -> Exception:
        assert isinstance(fault, NewsdeskError)
        return UsageFault(f"line {lines[place][0]}: {fault.message}", fault.remedy)

    return named
