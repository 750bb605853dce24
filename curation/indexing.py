"""A text as its words are indexed and looked for, whichever database keeps the index."""

from __future__ import annotations

import re
import unicodedata

from feeds import markup

LONGEST = 100_000  # characters of an item's text
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")

# Scripts that part no words, and Hangul, whose particles cling to them: each character is indexed as a word.
_UNPARTED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
)
# Soft hyphens, tatweel, and the points of Hebrew and Arabic, which most texts leave out.
_UNWRITTEN = re.compile("[\xad\u0591-\u05bd\u05bf\u05c1\u05c2\u05c7\u0640\u064b-\u0652\u0670]")


def spaced(text: str) -> str:
    """A text as its words are indexed and looked for: compatible forms as one, unparted scripts parted."""
    return _UNPARTED.sub(r" \1 ", _UNWRITTEN.sub("", unicodedata.normalize("NFKC", text[:LONGEST])))


def plain(html: str) -> str:
    """HTML as its words are indexed."""
    return spaced(markup.text(html))


def words(spaced_text: str) -> list[str]:
    """The words of a text that was `spaced`, as SQLite's unicode61 parts and folds them."""
    return spaced_text.translate(_FOLDED).split()


class _Folded(dict[int, str]):
    """Letters in small, the Latin ones without their accents, each worked out once; a space for the rest."""

    def __missing__(self, number: int) -> str:
        self[number] = folded = _folded(chr(number))
        return folded


def _folded(character: str) -> str:
    category = unicodedata.category(character)
    if "\u0300" <= character <= "\u036f":
        return ""
    if category[0] not in "LNM" and category not in ("Co", "Cn"):
        return " "
    small = "σ" if character == "ς" else character.lower()[0]
    letter = unicodedata.normalize("NFD", small)[0]
    return letter if letter in _LATIN else small


_FOLDED = _Folded()
