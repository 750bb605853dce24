"""Where in a TOML text each key stands: the line of it that a message names."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

Place = tuple[int | str, ...]

LONGEST = 200  # lines of one statement; from a longer one on no line is known


def lines(text: str) -> dict[Place, int]:
    """The line, from 1, of every table, key and list member in a text that is TOML.

    A place is what leads there: ("fetch", "timeout"), ("editions", 1, "slug").
    """
    found: dict[Place, int] = {}
    table: Place = ()
    times = Counter[Place]()
    for number, statement, said in _statements(text):
        places = list(_places(said, () if _is_heading(statement) else table))
        if statement.startswith("[["):
            first = places[-1]
            places[-1] = (*first[:-1], times[first])
            times[first] += 1
        if _is_heading(statement):
            table = places[-1]
        for place in places:
            found.setdefault(place, number)
    return found


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each statement (a heading, or a key with its value), with its first line and what it says alone.

    Lines are taken together until they are TOML: so a string or a list of several lines is one statement.
    """
    begun, start = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        begun += f"{line}\n"
        try:
            said = tomllib.loads(begun)
        except ValueError:
            if number - start >= LONGEST:
                return
            continue
        if said:
            yield start, begun.lstrip(), said
        begun, start = "", number + 1


def _is_heading(statement: str) -> bool:
    return statement.startswith("[")


def _places(value: Any, place: Place) -> Iterator[Place]:
    """The places within a value; what lies in another comes after it."""
    for name, member in _members(value):
        yield (*place, name)
        yield from _places(member, (*place, name))


def _members(value: Any) -> Iterable[tuple[int | str, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()
