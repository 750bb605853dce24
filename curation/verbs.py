"""Every verb of an editor by its name, with what it takes: commands and scripts alike go by it.

An order is an object: `verb`, then `item` and what the verb takes, with the names that the log has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from config.errors import UsageFault
from config.options import Edition
from curation import times
from curation.desk import Desk, Outcome, edition

DEFAULT_EDITION = "editors-pick"


@dataclass(frozen=True, slots=True)
class Verb:
    """What a verb takes: an item or not, whether it is about an edition, what it needs, what it may have."""

    in_edition: bool = True
    needs: tuple[str, ...] = ("item",)
    takes: tuple[str, ...] = ()


PLACES = ("place", "top", "bottom", "up", "down", "before", "after")
STORY = Verb(in_edition=False)

VERBS: dict[str, Verb] = {
    "pick": Verb(takes=("note", "title", "position", "visible_from", "until")),
    "unpick": Verb(),
    "note": Verb(needs=("item", "note")),
    "retitle": Verb(needs=("item", "title")),
    "correct": Verb(needs=("item", "correction")),
    "move": Verb(takes=PLACES),
    "pin": Verb(),
    "unpin": Verb(),
    "hold": Verb(takes=("until",)),
    "release": Verb(),
    "kill": STORY,
    "revive": STORY,
    "tag": Verb(in_edition=False, needs=("item", "tag")),
    "untag": Verb(in_edition=False, needs=("item", "tag")),
    "merge": Verb(in_edition=False, needs=("item", "into")),
    "split": STORY,
    "undo": Verb(in_edition=False, needs=(), takes=("decision",)),
    "redo": Verb(in_edition=False, needs=()),
}

WHOLE = frozenset({"item", "position", "place", "before", "after", "into", "decision"})
SWITCHES = frozenset({"top", "bottom", "up", "down"})
TIMES = frozenset({"visible_from", "until"})
SAME = {"item": "number", "decision": "number"}  # the names of the desk's parameters


def carry_out(desk: Desk, editions: tuple[Edition, ...], order: Mapping[str, Any], zone: ZoneInfo) -> Outcome:
    """Carry out one order; raises UsageFault where it, or a value in it, cannot be meant."""
    name = order.get("verb")
    verb = VERBS.get(name) if isinstance(name, str) else None
    if verb is None:
        raise UsageFault(f"verb {name!r:.64}: there is none", f"there are {', '.join(VERBS)}")
    assert isinstance(name, str)
    given = {key: value for key, value in order.items() if key != "verb" and value is not None}
    slug = given.pop("edition", DEFAULT_EDITION) if verb.in_edition else None
    _refuse_other_keys(name, verb, given)
    values = {SAME.get(key, key): _value(desk, key, value, zone) for key, value in given.items()}
    where = {} if slug is None else {"edition": edition(editions, str(slug))}
    done: Outcome = getattr(desk, name)(**values, **where)
    return done


def _refuse_other_keys(name: str, verb: Verb, given: Mapping[str, Any]) -> None:
    known = (*verb.needs, *verb.takes)
    if missing := [key for key in verb.needs if key not in given]:
        raise UsageFault(f"{name}: {missing[0]} is missing", f"{name} needs {', '.join(verb.needs)}")
    if other := [key for key in given if key not in known]:
        near = get_close_matches(other[0], known, n=1)
        raise UsageFault(
            f"{name}: takes no {other[0][:64]!r}", f"the nearest is {near[0]}" if near else "leave it out"
        )


def _value(desk: Desk, key: str, value: Any, zone: ZoneInfo) -> Any:
    """A value of the type that its key has."""
    if key in TIMES:
        if isinstance(value, datetime):
            return value
        if isinstance(value, str):
            return times.read(value, desk.now, zone, "future")
    wanted, said = _type(key)
    if type(value) is not wanted:
        raise UsageFault(f"{key} {value!r:.64}: is no {said}", f"give {key} as a {said}")
    return value


def _type(key: str) -> tuple[type, str]:
    if key in WHOLE:
        return int, "whole number"
    if key in SWITCHES:
        return bool, "true or false"
    return str, "text"
