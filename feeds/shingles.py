"""Texts as sets of their short runs of words: how much of one stands in another. Pure.

A set is kept as its smallest hashes only (bottom-k, Cohen and Kaplan 2007), so that it stays small and
two of them are still compared without bias.
"""

from __future__ import annotations

import html
import re
import sys
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from feeds import wording

# Odd numbers of 64 bits, one for each word of a run, so that a run is hashed anew by its order.
FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
ALL_BITS = 2**64 - 1
LANE = 128  # bits: a product of two numbers of 64
MOST_WORDS = 100_000  # whose hashes are at hand
MOST = 192  # hashes that are kept
REPEATED = 3
BLOCK = re.compile(
    r"</?(?:p|div|li|ul|ol|h[1-6]|br|hr|tr|td|table|blockquote|figure|figcaption|section|article|pre)\b[^>]*>"
)
TAG = re.compile(r"<[^>]+>")
HASHTAGS = re.compile(r"(?:\s*#\w+[\s,;]*)+")
# What leads a line that belongs to the site and not to the text.
LEADS = re.compile(
    r"[-–—>•*\s]*(?:"
    r"(?:a )?lire (?:aussi|egalement|la suite)|a voir aussi|sur le meme sujet|abonnez|inscrivez"
    r"|(?:read|see|watch) (?:also|more|next)|also read|related|more on this|sign up|subscribe"
    r"|the post .* appeared|lee[rn]? tambien|lea tambien|te puede interesar|suscrib|mas informacion"
    r"|lesen sie (?:auch|mehr)|mehr zum thema|auch interessant|abonnieren|jetzt abonnieren"
    r"|leggi anche|potrebbe interessarti|iscriviti|leia (?:tambem|mais)|assine|veja tambem"
    r"|lees ook|lees meer|czytaj (?:tez|takze)|читаите также|подписываитесь|関連記事|相关阅读"
    r")"
)


@dataclass(frozen=True, slots=True)
class Shingles:
    """The smallest hashes of a text's runs, in order, and how many runs there are in all."""

    hashes: tuple[int, ...] = ()
    count: int = 0


def paragraphs(content: str) -> list[str]:
    """The blocks of clean HTML as plain text."""
    found = (html.unescape(TAG.sub("", block)).strip() for block in BLOCK.split(content))
    return [block for block in found if block]


def lines(content: str) -> list[int]:
    """The blocks of clean HTML, hashed: those that many items of a source have are not its texts."""
    return [_line(block) for block in paragraphs(content)]


def repeated(lines: Iterable[Collection[int]]) -> frozenset[int]:
    """The lines that so many items of a source have that they are not the texts of these."""
    times = Counter(line for kept in lines for line in set(kept))
    return frozenset(line for line, count in times.items() if count >= REPEATED)


def body(content: str, without: Collection[int] = ()) -> list[str]:
    """The blocks of clean HTML that are its text: no lines `without`, no pointers elsewhere, no hashtags."""
    return [
        block
        for block in paragraphs(content)
        if not _is_site(block) and not (without and _line(block) in without)
    ]


def shingles(run: Sequence[str]) -> Shingles:
    """The runs of a text's words, each hashed by what its four words are, and where.

    The sum of each word's hash times the factor of its place, in 64 bits: worked out for all runs at once,
    as numbers of one lane a word.
    """
    if len(run) < len(FACTORS):
        return Shingles()
    words = int.from_bytes(b"".join(map(_LANES.__getitem__, run)), "little")
    total, low = 0, _each_lane(ALL_BITS, len(run))
    for place, factor in enumerate(FACTORS):
        total += (words >> LANE * place) * factor & low
    sign = _each_lane(2**63, len(run))  # kept as signed numbers, in the same order
    lanes = array("q", ((total & low) ^ sign).to_bytes(LANE // 8 * len(run), "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    found = set(lanes[: 2 * (len(run) - len(FACTORS) + 1) : 2])
    return Shingles(tuple(sorted(found)[:MOST]), len(found))


def shared(one: Shingles, other: Shingles) -> tuple[float, float]:
    """How much two texts share: of both together (Jaccard), and of the shorter (containment)."""
    if not one.hashes or not other.hashes:
        return 0.0, 0.0
    reach = min(_reach(one), _reach(other))
    a, b = ({number for number in text.hashes if number <= reach} for text in (one, other))
    both, least = len(a & b), min(len(a), len(b))
    return both / len(a | b), both / least if least else 0.0


def hashed(text: str) -> int:
    """A text as a signed number of 64 bits, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _line(block: str) -> int:
    return hashed(wording.fold(block))


class _Lanes(dict[str, bytes]):
    """Each word's hash and as much room for what a product carries, the least byte first, worked out once."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= MOST_WORDS:
            self.clear()
        self[word] = lane = (hashed(word) & ALL_BITS).to_bytes(LANE // 8, "little")
        return lane


_LANES = _Lanes()


def _each_lane(number: int, count: int) -> int:
    """A number in each of so many lanes."""
    return int.from_bytes(number.to_bytes(LANE // 8, "little") * count, "little")


def _reach(text: Shingles) -> int:
    """Up to which hash all of a text's are kept."""
    return text.hashes[-1] if text.count > len(text.hashes) else 2**63


def _is_site(block: str) -> bool:
    return LEADS.match(wording.fold(block)) is not None or HASHTAGS.fullmatch(block) is not None
