"""Stand-in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import combinations

from feeds import markup
from feeds.entries import Entry


@dataclass(frozen=True, slots=True)
class Alike:
    level: str
    score: float
    evidence: str

    @property
    def rank(self) -> tuple[int, float]:
        return (("same story", "same text", "same item").index(self.level), self.score)


def _h(t: str) -> int:
    return int.from_bytes(blake2b(t.encode(), digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Profile:
    source: int
    at: float
    words: frozenset[str]
    shingles: frozenset[int]

    def dump(self) -> bytes:
        return json.dumps([self.source, self.at, sorted(self.words), sorted(self.shingles)]).encode()

    @classmethod
    def load(cls, b: bytes) -> Profile:
        s, a, w, sh = json.loads(b)
        return cls(s, a, frozenset(w), frozenset(sh))


def lines(content: str) -> list[int]:
    return [_h(line) for line in markup.text(content).split("\n") if line.strip()]


def profile(
    entry: Entry, *, language: str | None, source: int, at: datetime, boilerplate: frozenset[int]
) -> Profile:
    words = frozenset(w for w in re.findall(r"\w+", entry.title.casefold()) if len(w) > 3)
    body = [
        w
        for line in markup.text(entry.content).split("\n")
        if _h(line) not in boilerplate
        for w in re.findall(r"\w+", line.casefold())
    ]
    sh = frozenset(_h(" ".join(body[i : i + 4])) for i in range(len(body) - 3))
    return Profile(source, at.timestamp(), words, sh)


def marks(p: Profile) -> tuple[int, ...]:
    top = sorted(p.words, key=lambda w: (-len(w), w))[:8]
    return tuple({_h(" ".join(sorted(x))) for x in combinations(top, 2)} | set(sorted(p.shingles)[:8]))


def compare(a: Profile, b: Profile) -> Alike | None:
    if a.shingles and b.shingles:
        j = len(a.shingles & b.shingles) / len(a.shingles | b.shingles)
        if min(len(a.shingles), len(b.shingles)) > 40 and j > 0.7:
            return Alike("same text", j, f"{j:.0%} of the text is the same")
    shared = a.words & b.words
    if a.source != b.source and len(shared) >= 3 and abs(a.at - b.at) < 5 * 86400:
        o = len(shared) / min(len(a.words), len(b.words))
        if o >= 0.6:
            return Alike(
                "same story", o, f"headlines share {len(shared)} words: " + ", ".join(sorted(shared))
            )
    return None


def medoid(count: int, scores: Mapping[tuple[int, int], float]) -> int:
    total = [0.0] * count
    for (a, b), s in scores.items():
        total[a] += s
        total[b] += s
    return max(range(count), key=lambda n: (total[n], -n))
