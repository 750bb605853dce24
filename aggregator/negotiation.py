"""What a reader's request asks of a file: in which coding, and whether it has it already. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

IDENTITY = "identity"
PREFERRED = ("br", "zstd", "gzip")  # of those a reader wants alike, the one that is smallest as a rule
MOST = 100  # members of a header that are looked at
UNASKED = ("feedparser/", "rss2email/")  # this library asks for changes; its programs take 226 for a fault

_CODING = re.compile(r"\s*([A-Za-z0-9-]+|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_TAG = re.compile(r'\s*(?:W/)?("[^"]*")\s*')


def coding(accepted: str | None, available: Collection[str]) -> str:
    """The coding of those available that a reader wants most (RFC 9110 §12.5.3), or `identity`.

    What is not understood is as if it were not there: the file as it is can always be read.
    """
    wanted = _weights(accepted)
    rest = wanted.get("*", 0.0)
    weighed = {name: wanted.get(name, rest) for name in PREFERRED if name in available}
    best = max(weighed, key=lambda name: weighed[name], default=IDENTITY)
    return best if weighed.get(best, 0.0) > 0 and weighed[best] >= wanted.get(IDENTITY, 0.0) else IDENTITY


def _weights(accepted: str | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for member in (accepted or "").split(",", MOST)[:MOST]:
        if match := _CODING.fullmatch(member):
            found[match[1].lower().removeprefix("x-")] = min(float(match[2] or 1), 1.0)
    return found


def is_current(headers: Mapping[str, str], tags: Collection[str], modified: datetime) -> bool:
    """Whether a reader has the file: by a tag of it, else by its date (RFC 9110 §13.2.2)."""
    if (given := headers.get("if-none-match")) is not None:
        return given.strip() == "*" or any(tag in tags for tag in entity_tags(given))
    since = headers.get("if-modified-since")
    try:
        return since is not None and modified <= _aware(parsedate_to_datetime(since))
    except (ValueError, TypeError, OverflowError):
        return False


def entity_tags(header: str) -> Sequence[str]:
    """The entity tags of an If-None-Match header, compared weakly: `W/` does not count."""
    return [match[1] for member in header.split(",", MOST)[:MOST] if (match := _TAG.fullmatch(member))]


def wants_changes(headers: Mapping[str, str]) -> bool:
    """Whether a reader takes the new entries of a feed alone (RFC 3229 with the `feed` manipulation)."""
    if headers.get("user-agent", "").startswith(UNASKED):
        return False
    asked = headers.get("a-im", "").split(",", MOST)[:MOST]
    return any(member.partition(";")[0].strip().lower() == "feed" for member in asked)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
