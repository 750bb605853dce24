"""The members of a JSON object from outside: one of a wrong type is as good as absent."""

from __future__ import annotations

from typing import Any

Members = dict[str, Any]


def string(holder: Members, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def strings(holder: Members, name: str) -> list[str]:
    value = holder.get(name)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def object_(holder: Members, name: str) -> Members:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def objects(holder: Members, name: str) -> list[Members]:
    value = holder.get(name)
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def whole(holder: Members, name: str) -> int | None:
    """A number as a whole one; 0 is how some write that it is not known."""
    value = holder.get(name)
    known = isinstance(value, int | float) and 0 < value < 2**53
    return int(value) if known and value else None
