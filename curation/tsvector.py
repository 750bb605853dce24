"""The index of the words of items as PostgreSQL keeps it (tsvector), with the words that SQLite would find.

A database on a server knows no function of ours, so that no trigger can write the index: `curation.followed`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, text
from sqlalchemy import select as select_columns
from sqlmodel import col

from curation.indexing import plain, spaced, words
from curation.query import Clause, Text
from curation.tables import Pick
from feeds.tables import Item

LONGEST = 500  # letters of a word; PostgreSQL keeps no more than 2,046 bytes of one
MOST = 700_000  # letters and places in all; PostgreSQL keeps 1 MB of an item
MOST_PLACES = 255  # of one word, likewise
AT_ONCE = 1_000
NOTHING = "' '"  # no word is a space

MATCHES = "item_text.words @@ CAST({} AS tsquery)"
# The weights of D, C, B and A: content, summary, note, title; divided by the logarithm of the length.
RANK = "-ts_rank('{{0.2, 0.4, 0.6, 1.0}}', item_text.words, CAST({} AS tsquery), 1)"

TABLE = """
CREATE TABLE item_text (
    rowid INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE, words TSVECTOR NOT NULL
)
"""
WORDS = "CREATE INDEX item_text_words ON item_text USING gin (words)"
KEEP = text("""
    INSERT INTO item_text (rowid, words) VALUES (:number, CAST(:words AS tsvector))
    ON CONFLICT (rowid) DO UPDATE SET words = excluded.words
""")


def make(connection: Connection) -> None:
    """Make the index, of what is there already."""
    for statement in (TABLE, WORDS):
        connection.exec_driver_sql(statement)
    for some in in_batches(connection.execute(text("SELECT id FROM item ORDER BY id")).scalars().all()):
        index(connection, some)


def index(connection: Connection, numbers: Collection[int]) -> None:
    """Index items, by number, as they are now."""
    notes = defaultdict[int, list[str]](list)
    standing = select_columns(col(Pick.item_id), col(Pick.note)).where(
        col(Pick.item_id).in_(numbers), col(Pick.retracted_at).is_(None)
    )
    for number, note in connection.execute(standing):
        notes[number].append(note)
    rows = select_columns(col(Item.id), col(Item.title), col(Item.summary), col(Item.content))
    found = [
        {"number": row.id, "words": _vector(row.title, " ".join(notes[row.id]), row.summary, row.content)}
        for row in connection.execute(rows.where(col(Item.id).in_(numbers)))
    ]
    if found:
        connection.execute(KEEP, found)


def _vector(title: str, note: str, summary: str, content: str) -> str:
    """The words of an item with their places and weights, as PostgreSQL reads them."""
    places = defaultdict[str, list[str]](list)
    told = (("A", spaced(title)), ("B", spaced(note)), ("C", spaced(summary)), ("D", plain(content)))
    place = size = 0
    for weight, said in told:
        for word in words(said):
            place += 1
            size += len(word[:LONGEST].encode()) if word not in places else 2
            if size > MOST:
                break
            places[word[:LONGEST]].append(f"{place}{weight}")
        place += 1  # no phrase goes on from one text to the next
    return " ".join(f"'{word}':{','.join(at[:MOST_PLACES])}" for word, at in places.items())


def expression(wanted: Iterable[Clause], unwanted: Iterable[Clause] = ()) -> str:
    """Clauses of nothing but words, as the index is asked; no word has a letter that is syntax."""
    said = [_alternatives(clause) for clause in wanted]
    return " & ".join((*said, *(f"!{_alternatives(clause)}" for clause in unwanted)))


def _alternatives(clause: Clause) -> str:
    return f"({' | '.join(_phrase(atom) for atom in clause.any_of if isinstance(atom, Text))})"


def _phrase(atom: Text) -> str:
    said = [word[:LONGEST] for word in words(spaced(atom.words))]
    if not said:
        return NOTHING
    marks = ["A" * atom.title] * (len(said) - 1) + ["A" * atom.title + "*" * atom.prefix]
    pieces = (f"'{word}'{':' * bool(mark)}{mark}" for word, mark in zip(said, marks, strict=True))
    return f"({' <-> '.join(pieces)})"


def in_batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Numbers of items, as many at once as are indexed at once."""
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]
