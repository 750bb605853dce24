"""What a response says about asking again: when (RFC 9111 §5.2, RFC 9110 §10.2.3), and with what. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_AGE = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hints:
    """How long the answer stays fresh, and how long the server asks to be left alone."""

    fresh_for: timedelta | None = None
    retry_after: timedelta | None = None


def hints(headers: Mapping[str, str]) -> Hints:
    """The hints of a response; dates are measured from the server's own Date."""
    return Hints(_fresh_for(headers), _retry_after(headers))


def validator(headers: Mapping[str, str], name: str) -> str | None:
    """A validator to be echoed byte for byte; one that cannot be (not UTF-8) is not kept."""
    value = headers.get(name)
    return value if value and value.isprintable() and len(value) <= 1024 else None


def _fresh_for(headers: Mapping[str, str]) -> timedelta | None:
    control = headers.get("Cache-Control", "")
    if re.search(r"\bno-(cache|store)\b", control, re.IGNORECASE):
        return None
    if found := MAX_AGE.search(control):
        return timedelta(seconds=int(found[1]))
    return _until(headers, "Expires")


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    asked = headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return timedelta(seconds=int(asked[:10]))
    return _until(headers, "Retry-After")


def _until(headers: Mapping[str, str], name: str) -> timedelta | None:
    then = _date(headers.get(name))
    now = _date(headers.get("Date")) if then else None
    return max(then - now, timedelta()) if then and now else None


def _date(value: str | None) -> datetime | None:
    """An HTTP date (RFC 9110 §5.6.7); None for what is none."""
    if not value:
        return None
    try:
        read = parsedate_to_datetime(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
