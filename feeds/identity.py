"""Which entry is which: within its source, beyond it, and whether it has changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b, sha256

from feeds import urls
from feeds.entries import Entry

LONGEST = 500

_SEEN_BY_READERS = {"title", "summary", "content", "url", "authors", "enclosures", "image", "categories"}
_GLOBAL = re.compile(r"tag:[^\s,:]+,\d{4}(-\d\d){0,2}:\S+|urn:[a-z0-9][a-z0-9-]+:\S+", re.IGNORECASE)


def key(entry: Entry) -> str:
    """What the entry is known by within its source: its guid, else its address, else its text."""
    if guid := entry.guid.strip():
        return _short(guid)
    if entry.url:
        return _short(urls.canonical(entry.url))
    return _digest(f"{entry.title}\n{entry.summary}\n{entry.content}")


def keys(entries: Sequence[Entry]) -> list[str]:
    """One key for each entry of a document, in its order, all distinct.

    Repetitions are counted from the last entry up, because new entries come on top.
    """
    plain = [key(entry) for entry in entries]
    times = Counter(plain)
    taken: set[str] = set()
    found = []
    for entry, name in zip(reversed(entries), reversed(plain), strict=True):
        wanted = f"{name} {_distinction(entry)}".strip() if times[name] > 1 else name
        found.append(_unlike(wanted, taken))
        taken.add(found[-1])
    return found[::-1]


def global_id(entry: Entry) -> str | None:
    """The guid where it is a URI that names this entry beyond its source, else None.

    A web address is given in canonical form, with its fragment; a bare site address names no entry.
    """
    guid = entry.guid.strip()
    if len(guid) <= LONGEST and _GLOBAL.fullmatch(guid):
        return guid
    address = urls.gate(guid)
    if address is None or re.fullmatch(r"https://[^/]+/", urls.canonical(address)):
        return None
    _, mark, fragment = address.partition("#")
    return urls.canonical(address).partition("#")[0] + mark + fragment


def fingerprint(entry: Entry) -> str:
    """A digest of what a reader would see change: neither dates, the guid nor further links."""
    # Without defaults, so that a field added later leaves every known entry as it was.
    seen = entry.model_dump_json(include=_SEEN_BY_READERS, exclude_defaults=True)
    return blake2b(seen.encode(), digest_size=16).hexdigest()


def _distinction(entry: Entry) -> str:
    """What tells an entry from others of the same key: its address, or its title where that is the key."""
    if entry.guid.strip():
        return _short(urls.canonical(entry.url)) if entry.url else ""
    return _digest(entry.title) if entry.url else ""


def _unlike(wanted: str, taken: set[str]) -> str:
    name, times = wanted, 1
    while name in taken:
        times += 1
        name = f"{wanted} #{times}"
    return name


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else _digest(text)


def _digest(text: str) -> str:
    return "sha256:" + sha256(text.encode()).hexdigest()
