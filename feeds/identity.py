"""Which entry is which: within its source, beyond it, and whether it has changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256

from feeds import urls
from feeds.entries import Entry

LONGEST = 500
UNSTABLE = 3  # polls in a row

_SEEN_BY_READERS = {"title", "summary", "content", "url", "authors", "enclosures", "image", "categories"}
_GLOBAL = re.compile(r"tag:[^\s,:]+,\d{4}(-\d\d){0,2}:\S+|urn:[a-z0-9][a-z0-9-]+:\S+", re.IGNORECASE)


def key(entry: Entry) -> str:
    """What the entry is known by within its source: its guid, else its address, else its text."""
    if guid := entry.guid.strip():
        return short(guid)
    if entry.url:
        return short(urls.canonical(entry.url))
    return _text(entry)


@dataclass(frozen=True, slots=True)
class Names:
    """What an entry may be known by within its source.

    `plain` is its guid, else its address, else its text; `full` has the address beside the guid, or
    the title beside the address. `key` is the plain name where its document does not repeat it, else
    the full one, numbered where even that is repeated. `alias` holds where the others fail: the path
    and query of its address on whatever host, else its text.
    """

    key: str
    plain: str
    full: str
    alias: str
    repeated: bool = False


def names(entries: Sequence[Entry], trusted: bool = True) -> list[Names]:
    """The names of a document's entries, in its order, the keys all distinct.

    Where guids are not `trusted`, they are not looked at. Repetitions are counted from the last entry
    up, because new entries come on top.
    """
    if not trusted:
        entries = [entry.model_copy(update={"guid": ""}) for entry in entries]
    plain = [key(entry) for entry in entries]
    times = Counter(plain)
    taken: set[str] = set()
    found = []
    for entry, name in zip(reversed(entries), reversed(plain), strict=True):
        full, repeated = f"{name} {_distinction(entry)}".strip(), times[name] > 1
        own = unlike(full if repeated else name, taken)
        taken.add(own)
        found.append(Names(own, name, full, alias(entry), repeated))
    return found[::-1]


def keys(entries: Sequence[Entry]) -> list[str]:
    """One key for each entry of a document, in its order, all distinct."""
    return [name.key for name in names(entries)]


def alias(entry: Entry) -> str:
    """Path and query of an entry's address, or of a guid that is one; its text where these name nothing."""
    address = entry.url or urls.gate(entry.guid.strip())
    return (short(urls.place(address)) if address else "") or _text(entry)


def unstable(polls: int, kept: int, renamed: int) -> int:
    """For how many polls in a row a source gave every entry that was known another id.

    `kept` and `renamed` count the known entries of the last poll. From `UNSTABLE` on it stays as it is:
    such ids are not looked at again. One poll of new ids is a move to another system, and no habit.
    """
    if polls >= UNSTABLE:
        return polls
    if kept:
        return 0
    return polls + 1 if renamed else polls


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
    """What tells an entry from others of the same key: its address, or its title where there is no other."""
    if entry.guid.strip() and entry.url:
        return short(urls.canonical(entry.url))
    return _digest(entry.title) if entry.title and (entry.url or entry.guid.strip()) else ""


def unlike(wanted: str, taken: set[str]) -> str:
    """A name that is not taken: the one wanted, else numbered."""
    name, times = wanted, 1
    while name in taken:
        times += 1
        name = f"{wanted} #{times}"
    return name


def _text(entry: Entry) -> str:
    return _digest(f"{entry.title}\n{entry.summary}\n{entry.content}")


def short(text: str) -> str:
    """A name as it is kept: a digest of one that is long."""
    return text if len(text) <= LONGEST else _digest(text)


def _digest(text: str) -> str:
    return "sha256:" + sha256(text.encode()).hexdigest()
