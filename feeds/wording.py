"""The words of a text that say what it is about, in a form in which texts are compared. Pure.

text ─> folded ─> words, numbers, CJK pairs ─> without stop words ─> without endings
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice

from feeds.stopwords import STOP_WORDS

# A script that puts no space between words is compared by pairs of its characters; a name in Latin letters
# stands within its text without a space as well.
_UNSPACED_RANGES = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED = f"[{_UNSPACED_RANGES}]"
_LETTERS = rf"[^\W\d_{_UNSPACED_RANGES}]+"
WORD = re.compile(
    rf"\d+(?:[.,\u00a0\u202f' ]\d{{3}})*(?:[.,]\d+)?|{_UNSPACED}+|{_LETTERS}(?:-?\d+|(?:-{_LETTERS})*)"
)
# Most words are of small letters alone: passed over, many at once; what may be another is captured.
UNCOMMON = re.compile(rf"(?:[a-z]+(?![^\W_]|-)[ ,.\n]*)+|({WORD.pattern})")
UNSPACED = re.compile(rf"{_UNSPACED}{{2,}}")
_ENDINGS = """
    ing ed es en er em as os is ami ach ych ego e s n x a o i y
    ами ями ого его ому ах ях ов ев ой ый ая ое ые ом ам а я ы и у ю е о
"""
ENDINGS = frozenset(_ENDINGS.split())
LONGEST_ENDING = 3
SHORTEST_STEM = 4
SEPARATORS = re.compile(r"[^\d]")
SENTENCE = re.compile(r"(?:^|[.!?:»«\"“„–—|\n]\s*)$")
TITLE_CASE = 0.9  # of the longer words begin with a capital: capitals say nothing then


def words(text: str) -> dict[str, str]:
    """The significant words of a text as they are compared, each with its form in it."""
    found: dict[str, str] = {}
    for match in dict.fromkeys(WORD.findall(text)):
        for form, shown in _forms(match):
            found.setdefault(form, shown)
    return found


def names(text: str) -> dict[str, str]:
    """The names and numbers of a text as `words` has them: what stays when a headline is translated.

    A capital counts where no sentence begins, and in a text that capitalises only some of its words.
    """
    found = [word for word in UNCOMMON.findall(text) if word and not (word.islower() and word.isalpha())]
    titled = _is_titled(text, found)
    kept: dict[str, str] = {}
    end = 0
    for word in found:
        place = text.index(word, end)
        end = place + len(word)
        if _is_coined(word) or (word[0].isupper() and not titled and not _begins(text, place)):
            kept.update(_forms(word))
    return kept


def run(text: str) -> list[str]:
    """All words of a text in their order, folded; an unspaced one by its characters."""
    if text.isascii():
        return text.lower().translate(_PARTED).split()
    parted = _decomposed(text).translate(_PARTED)
    words = parted.split()
    if not UNSPACED.search(parted):
        return words
    return [part for word in words for part in (word if UNSPACED.match(word) else (word,))]


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    return _decomposed(text).translate(_WITHOUT_MARKS)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text.casefold())


class _WithoutMarks(dict[int, int | None]):
    """Each character by itself, but for those that combine with another, which go."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


class _Parted(dict[int, str | None]):
    """The same, with a space for each character that is of no word."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        of_word = character if character.isalnum() or character == "_" else " "
        self[code] = None if unicodedata.combining(character) else of_word
        return self[code]


_WITHOUT_MARKS, _PARTED = _WithoutMarks(), _Parted()


@lru_cache(maxsize=32_768)
def _forms(word: str) -> tuple[tuple[str, str], ...]:
    """What a word is compared by, and how it is shown; nothing where it is a stop word."""
    if word[0].isdigit():
        return ((SEPARATORS.sub("", word), word),)
    if UNSPACED.fullmatch(word):
        return tuple((word[place : place + 2],) * 2 for place in range(len(word) - 1))
    if "-" in word and not any(len(part) <= 3 or fold(part) in STOP_WORDS for part in word.split("-")):
        return tuple(form for part in word.split("-") for form in _forms(part))
    folded = fold(word).replace("-", "")
    if len(folded) < 2 or folded in STOP_WORDS:
        return ()
    stem = folded if _is_coined(word) else _without_ending(folded)
    return ((stem if len(stem) >= SHORTEST_STEM else folded, folded),)


def _without_ending(word: str) -> str:
    for length in range(LONGEST_ENDING, 0, -1):
        if word[-length:] in ENDINGS:
            return word[:-length]
    return word


def _is_coined(word: str) -> bool:
    """Whether a word is a number, or written as only names are: OpenAI, GPT-4, NATO."""
    if word.islower() and word.isalpha():
        return False
    rest = word[1:]
    return word[0].isdigit() or rest != rest.lower() or any(map(str.isdigit, rest))


def _begins(text: str, place: int) -> bool:
    """Whether a sentence begins at a place of a text."""
    return SENTENCE.search(text, max(0, place - 4), place) is not None


def _is_titled(text: str, uncommon: list[str]) -> bool:
    capitals = len([word for word in uncommon if len(word) > 3 and word[0].isupper()])
    if not capitals:
        return False
    enough = int(capitals / TITLE_CASE) + 1  # more need not be counted
    longer = (found for found in WORD.finditer(text) if len(found[0]) > 3 and found[0][0].isalpha())
    count = sum(1 for _ in islice(longer, enough))
    return count > 2 and capitals >= TITLE_CASE * count
