"""The index of the words of items, as SQLite keeps it (FTS5). What is of this dialect stands here alone.

Triggers keep the table `item_text` as the items and the notes of their picks are, whoever writes them; they
call FUNCTIONS, which every connection that writes has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table

from curation.query import Clause, Text
from feeds import markup

LONGEST = 100_000  # characters of an item's text
MOST_RANKED = 5_000
WEIGHTS = (5.0, 2.0, 1.0, 3.0)  # of title, summary, content, note

INDEX = table("item_text", column("rowid"))

TABLE = """
CREATE VIRTUAL TABLE item_text USING fts5(title, summary, content, note, prefix='1 2 3',
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'")
"""
FILL = """
INSERT INTO item_text(rowid, title, summary, content, note)
    SELECT id, spaced(title), spaced(summary), plain(content), spaced(coalesce(
        (SELECT group_concat(note, ' ') FROM pick WHERE item_id = item.id AND retracted_at IS NULL), ''))
    FROM item
"""
_NOTES = """
    UPDATE item_text SET note = spaced(coalesce((SELECT group_concat(note, ' ') FROM pick
        WHERE item_id = {row}.item_id AND retracted_at IS NULL), '')) WHERE rowid = {row}.item_id;
"""
TRIGGERS = (
    """CREATE TRIGGER item_text_of_new AFTER INSERT ON item BEGIN
    INSERT INTO item_text(rowid, title, summary, content, note)
        VALUES (new.id, spaced(new.title), spaced(new.summary), plain(new.content), '');
END""",
    """CREATE TRIGGER item_text_of_revised AFTER UPDATE OF title, summary, content ON item BEGIN
    UPDATE item_text SET title = spaced(new.title), summary = spaced(new.summary),
        content = plain(new.content) WHERE rowid = new.id;
END""",
    """CREATE TRIGGER item_text_of_gone AFTER DELETE ON item BEGIN
    DELETE FROM item_text WHERE rowid = old.id;
END""",
    f"""CREATE TRIGGER item_text_of_picked AFTER INSERT ON pick WHEN new.note <> '' BEGIN
    {_NOTES.format(row="new")}
END""",
    f"""CREATE TRIGGER item_text_of_noted AFTER UPDATE OF note, retracted_at ON pick
    WHEN new.note <> '' OR old.note <> '' BEGIN
    {_NOTES.format(row="new")}
END""",
    f"""CREATE TRIGGER item_text_of_unpicked AFTER DELETE ON pick WHEN old.note <> '' BEGIN
    {_NOTES.format(row="old")}
END""",
)

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


FUNCTIONS: dict[str, Callable[[str], str]] = {"spaced": spaced, "plain": plain}


def expression(wanted: Iterable[Clause], unwanted: Iterable[Clause] = ()) -> str:
    """Clauses of nothing but words, as the index is asked; every word is quoted, so that none is syntax."""
    said = " AND ".join(f"({_alternatives(clause)})" for clause in wanted)
    return " NOT ".join((f"({said})", *(f"({_alternatives(clause)})" for clause in unwanted)))


def _alternatives(clause: Clause) -> str:
    return " OR ".join(_phrase(atom) for atom in clause.any_of if isinstance(atom, Text))


def _phrase(text: Text) -> str:
    words = " ".join(spaced(text.words).replace('"', " ").split())
    return f'{"title : " * text.title}"{words}"{" *" * text.prefix}'


def matches(said: str) -> ColumnElement[bool]:
    """Whether a row of the index is what an expression asks for."""
    return literal_column("item_text").op("MATCH", is_comparison=True)(said)


def newest(said: str) -> Select[Any]:
    """The numbers of the newest items that an expression asks for, as a query."""
    return (
        select(INDEX.c.rowid)
        .select_from(INDEX)
        .where(matches(said))
        .order_by(INDEX.c.rowid.desc())
        .limit(MOST_RANKED)
    )


def ranked(said: str) -> Select[Any]:
    """The same with the rank of each, the least being the best (BM25)."""
    return newest(said).add_columns(func.bm25(literal_column("item_text"), *WEIGHTS).label("rank"))
