"""What an editor looks for, in words -> a Query. Pure: the reading of times is given.

query = clause…                 all of them hold
clause = ["-"] atom | atom "OR" atom…
atom = word | word* | "a phrase" | title:… | field:value
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from config.errors import UsageFault

LONGEST = 1_000  # characters
MOST = 50  # words and conditions
STATES = ("new", "seen", "unseen", "nominated", "picked", "held", "killed", "live")
FIELDS = ("source", "section", "lang", "tag", "by", "is", "in", "since", "until", "title")
SAME = {"before": "until", "language": "lang"}
TIMES = ("since", "until")

_TOKEN = re.compile(
    r"""(?P<minus>-)? (?:(?P<field>[^\W\d_]+):(?!//))?
    (?:"(?P<phrase>[^"]*)(?P<closed>")?|(?P<word>[^\s"]*))""",
    re.VERBOSE,
)
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_WEB = re.compile(r"https?://\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """Words side by side: the last as a beginning where `prefix`, all in the title where `title`."""

    words: str
    prefix: bool = False
    title: bool = False

    def __str__(self) -> str:
        return f'{"title:" * self.title}"{self.words}"{"*" * self.prefix}'


@dataclass(frozen=True, slots=True)
class Test:
    """A field of FIELDS, or `url`, with the value that an item is to have in it."""

    __test__ = False  # pytest

    field: str
    value: str | datetime

    def __str__(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        return value if self.field == "url" else f'{self.field}:"{value}"'


Atom = Text | Test


@dataclass(frozen=True, slots=True)
class Clause:
    """What an item must say or be, one of these, or where `negated` must not."""

    any_of: tuple[Atom, ...]
    negated: bool = False

    def __str__(self) -> str:
        return "-" * self.negated + " OR ".join(map(str, self.any_of))


UNSEEN = Clause((Test("is", "unseen"),))


@dataclass(frozen=True, slots=True)
class Query:
    """Clauses that all hold. Its text is a query that means the same."""

    clauses: tuple[Clause, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.clauses))


def parse(text: str, time: Callable[[str], datetime] = datetime.fromisoformat) -> Query:
    """What a query means; `time` reads the values of `since:` and `until:`.

    Raises UsageFault, naming the place, for a query that means nothing, and nothing else.
    """
    if len(text) > LONGEST:
        raise UsageFault(f"the query has {len(text):,} characters", f"shorten it to {LONGEST:,}")
    clauses: list[Clause] = []
    joins = False
    for place, negated, atom in _atoms(text, time):
        if atom is None:
            if joins or not clauses or clauses[-1].negated:
                raise _fault(
                    "OR", place, "stands between two words that are wanted", 'write "OR" for the word'
                )
            joins = True
        elif joins:
            if negated:
                raise _fault("-", place, "cannot follow OR", "leave it out")
            clauses[-1] = Clause((*clauses[-1].any_of, atom))
            joins = False
        else:
            clauses.append(Clause((atom,), negated))
    if joins or not clauses:
        raise UsageFault("the query ends where a word is wanted", "write words, or a field such as lang:fr")
    if sum(len(clause.any_of) for clause in clauses) > MOST:
        raise UsageFault(f"the query has more than {MOST} parts", "leave some out")
    return Query(tuple(clauses))


def _atoms(text: str, time: Callable[[str], datetime]) -> Iterator[tuple[int, bool, Atom | None]]:
    """Each part of a query with its place from 1 and whether it is not wanted; None for OR."""
    line = "".join(each if each.isprintable() else " " for each in text.translate(_QUOTES))
    at = 0
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        token = _TOKEN.match(line, at)
        assert token is not None, "a token may be empty"
        place, at = at + 1, token.end()
        if token["word"] == token[0] == "OR":
            yield place, False, None
        else:
            starred = token["phrase"] is not None and line.startswith("*", at)
            at += starred
            yield place, bool(token["minus"]), _atom(token, place, starred, time)


def _atom(token: re.Match[str], place: int, starred: bool, time: Callable[[str], datetime]) -> Atom:
    if token["phrase"] is not None and not token["closed"]:
        raise _fault(token[0], place, "its quotation mark is never closed", 'write the second "')
    value = token["phrase"] if token["phrase"] is not None else token["word"]
    if token[0].startswith("--"):
        raise _fault(
            token[0], place, "is no option", "see --help; what must not occur has one minus before it"
        )
    field = (token["field"] or "").lower()
    if field and field != "title":
        return _test(SAME.get(field, field), " ".join(value.split()), place, time)
    if not field and token["phrase"] is None and _WEB.match(value):
        return Test("url", value)
    prefix = starred or (token["phrase"] is None and value.endswith("*"))
    words = " ".join(value.replace("*", " ").split()) if token["phrase"] is None else " ".join(value.split())
    if not any(map(_is_said, words)):
        raise _fault(token[0], place, "has no letter or digit to look for", "write a word")
    return Text(words, prefix, bool(field))


def _test(field: str, value: str, place: int, time: Callable[[str], datetime]) -> Test:
    if field not in FIELDS:
        remedy = f"the fields are {', '.join(FIELDS)}; a word with a colon is written in quotation marks"
        raise _fault(f"{field}:", place, "is no field", remedy)
    if not value:
        raise _fault(f"{field}:", place, "has no value", f"write it as {EXAMPLES[field]}")
    if field in TIMES:
        return Test(field, _time(field, value, place, time))
    if field == "is" and value.lower() not in STATES:
        raise _fault(f"is:{value}", place, "is no state", f"the states are {', '.join(STATES)}")
    return Test(field, value.lower() if field == "is" else value)


EXAMPLES = {
    "source": "source:2, or source:wire for a part of its name",
    "section": "section:city",
    "lang": "lang:fr",
    "tag": "tag:transport",
    "by": "by:ada",
    "is": "is:picked",
    "in": "in:editors-pick",
    "since": "since:3d",
    "until": "until:2026-11-24",
}


def _time(field: str, value: str, place: int, time: Callable[[str], datetime]) -> datetime:
    try:
        return time(value)
    except UsageFault as error:
        raise _fault(f"{field}:{value}", place, error.message, error.remedy) from error
    except (ValueError, OverflowError) as error:
        raise _fault(f"{field}:{value}", place, "is no time", f"write it as {EXAMPLES[field]}") from error


def _is_said(character: str) -> bool:
    """Whether a character is part of a word, as full text knows words."""
    return unicodedata.category(character)[0] in "LNM"


def _fault(said: str, place: int, wrong: str, remedy: str) -> UsageFault:
    return UsageFault(f"{said[:60]!r} at character {place} of the query: {wrong}", remedy)
