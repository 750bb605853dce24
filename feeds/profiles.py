"""What comparing needs of an entry, and the marks by which its like are found. Pure."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from feeds import leading, urls, wording
from feeds.entries import Entry
from feeds.identity import global_id
from feeds.shingles import Shingles, body, hashed, shingles

LEAD = 60  # words of an article that say what it is about, with its summary
MOST_FACTS = 80
MOST_LINKS = 12


@dataclass(frozen=True)
class Profile:
    """What comparing needs of an item.

    `at` is in seconds since 1970. `address` is canonical, `place` its fragment; `originals` are the
    addresses that it names as its original page. `lead` are the words of summary and first
    paragraphs, `names` the names and numbers of title and lead with their forms there, `facts`
    those of the whole text.
    """

    source: int
    language: str
    at: float
    title: str
    id: str | None
    address: str | None
    place: str
    originals: frozenset[str]
    links: frozenset[str]
    lead: frozenset[str]
    names: dict[str, str]
    facts: frozenset[str]
    length: int
    text: Shingles

    @cached_property
    def head(self) -> dict[str, str]:
        """The significant words of the title, each with its form in it."""
        return wording.words(self.title)

    def dump(self) -> bytes:
        """As bytes, for keeping."""
        said = {name: value for name, value in vars(self).items() if name not in ("text", "head")}
        plain = {
            name: sorted(value) if isinstance(value, frozenset) else value for name, value in said.items()
        }
        head = json.dumps(plain | {"count": self.text.count}, ensure_ascii=False).encode()
        return head + b"\n" + array("q", self.text.hashes).tobytes()

    @classmethod
    def load(cls, kept: bytes) -> Profile:
        """What `dump` made."""
        head, _, hashes = kept.partition(b"\n")
        plain = json.loads(head)
        count = plain.pop("count")
        said: dict[str, Any] = {
            name: frozenset(one) if isinstance(one, list) else one for name, one in plain.items()
        }
        return cls(**said, text=Shingles(tuple(array("q", hashes)), count))


def profile(
    entry: Entry,
    *,
    language: str | None,
    source: int,
    at: datetime,
    boilerplate: Collection[int] = (),
) -> Profile:
    """What comparing needs of an entry of a source, dated `at`, without the lines that its source repeats."""
    blocks = body(entry.content, boilerplate)
    text = "\n".join(blocks)
    run = wording.run(text)
    begin = " ".join(text.split(maxsplit=LEAD)[:LEAD])
    own = urlsplit(entry.url or "").hostname
    outside = {link for link in leading.named(entry) if urlsplit(link).hostname != own and is_page(link)}
    return Profile(
        source=source,
        language=spoken(language),
        at=at.timestamp(),
        title=entry.title,
        id=global_id(entry),
        address=urls.canonical(entry.url) if entry.url else None,
        place=urlsplit(entry.url or "").fragment,
        originals=leading.canonical(link.href for link in entry.links if link.rel == "canonical"),
        links=frozenset(sorted(outside)[:MOST_LINKS]),
        lead=frozenset(wording.words(f"{entry.summary}\n{begin}")),
        names=wording.names(entry.title) | wording.names(f"{entry.summary}\n{begin}"),
        facts=frozenset(list(wording.names(text))[:MOST_FACTS]),
        length=len(run),
        text=shingles(run),
    )


def spoken(language: str | None) -> str:
    """A language tag (BCP 47) as far as comparing minds it; empty where none is known."""
    return (language or "").partition("-")[0].lower()


def marks(found: Profile) -> tuple[int, ...]:
    """What items that are alike have in common: keys of an index, some sixty for each item.

    Two names and three words that items share are each one key, so that hardly any two that are unlike
    share one.
    """
    head = sorted(found.head, key=lambda word: (word not in found.names, -len(word), word))
    names = sorted(found.names, key=lambda word: (word not in found.head, -len(word), word))
    triples = combinations(sorted(list(dict.fromkeys([*head[:6], *names]))[:7]), 3)
    pairs = combinations(sorted(names[:6]), 2)
    said = {f"words {' '.join(words)}" for words in (*triples, *pairs)}
    said |= {f"link {link}" for link in (*found.links, *found.originals, found.address) if link}
    said |= {f"id {found.id}"} if found.id else set()
    return tuple(sorted({*map(hashed, said), *found.text.hashes[:8]}))


def is_page(address: str) -> bool:
    """Whether an address names more than a site."""
    parts = urlsplit(address)
    return parts.path not in ("", "/") or bool(parts.query)


def is_article(address: str) -> bool:
    """Whether an address looks like that of one article: a number in it, or several words at its end."""
    parts = urlsplit(address)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return any(char.isdigit() for char in parts.path + parts.query) or len(last.split("-")) > 2
