"""Both indexes have the same words of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import sqlite
from curation import indexing, tsvector
from curation.query import Clause, Text

WRITTEN = "".join(map(chr, (*range(0x20, 0x180), *range(0x386, 0x3CF), *range(0x400, 0x460)))) + (
    "\u0301\u0308\u064e\xad אבגשׂ ابتكتَب हिन्दी ไทย 東京タワー한국어 ＡＢＣ ﬁ ½ ™ “”–… 😀"
)


@pytest.fixture(scope="module")
def unicode61() -> object:
    """The words that SQLite's index has of a text, in their order."""
    connection = sqlite.module().connect(":memory:")
    how = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
    connection.execute(f'CREATE VIRTUAL TABLE one USING fts5(said, tokenize="{how}")')
    connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(one, instance)")

    def parted(text: str) -> list[str]:
        connection.execute("DELETE FROM one")
        connection.execute("INSERT INTO one VALUES (?)", (text,))
        terms = connection.execute('SELECT term FROM words ORDER BY "offset"')
        return [word for (word,) in terms if word]  # an accent alone leaves an empty one

    yield parted
    connection.close()


@given(said=st.text(st.sampled_from(WRITTEN), max_size=30))
def test_words_are_parted_and_folded_as_sqlite_does(unicode61: object, said: str) -> None:
    spaced = indexing.spaced(said)
    assert list(indexing.words(spaced)) == unicode61(spaced)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("clauses", "asked"),
    [
        ([(Text("Élysée"),)], "('elysee')"),
        ([(Text("slow wire"),)], "('slow' <-> 'wire')"),
        ([(Text("slow wir", prefix=True),)], "('slow' <-> 'wir':*)"),
        ([(Text("a b", prefix=True, title=True),)], "('a':A <-> 'b':A*)"),
        ([(Text("東京"),)], "('東' <-> '京')"),
        ([(Text("rain"), Text("snow")), (Text("tram"),)], "(('rain') | ('snow')) & ('tram')"),
        ([(Text("…"),)], "(' ')"),  # nothing can be found of what is no word
        ([(Text("it's \\ & | ! <-> 'x':* %"),)], "('it' <-> 's' <-> 'x')"),
    ],
)
def test_what_is_asked_of_postgresql_is_of_quoted_words_alone(
    clauses: list[tuple[Text, ...]], asked: str
) -> None:
    said = tsvector.expression([Clause(atoms) for atoms in clauses])
    assert said.replace("((", "(").replace("))", ")") == asked.replace("((", "(").replace("))", ")")


def test_what_is_not_wanted_is_asked_not_to_be_there() -> None:
    said = tsvector.expression([Clause((Text("tram"),))], [Clause((Text("strike"), Text("rain")), True)])
    assert said == "(('tram')) & !(('strike') | ('rain'))"
