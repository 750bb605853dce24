"""The index of the words of items as SQLite keeps it (FTS5).

Triggers keep the table `item_text` as the items and the notes of their picks are, whoever writes them; they
call FUNCTIONS, which every connection that writes has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from curation.indexing import plain, spaced
from curation.query import Clause, Text

WEIGHTS = (5.0, 2.0, 1.0, 3.0)  # of title, summary, content, note

MATCHES = "item_text MATCH {}"
RANK = f"bm25(item_text, {', '.join(map(str, WEIGHTS))})"

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

FUNCTIONS: dict[str, Callable[[str], str]] = {"spaced": spaced, "plain": plain}


def make(connection: Connection) -> None:
    """Make the index, of what is there already and of what comes."""
    for statement in (TABLE, FILL, *TRIGGERS):
        connection.exec_driver_sql(statement)


def expression(wanted: Iterable[Clause], unwanted: Iterable[Clause] = ()) -> str:
    """Clauses of nothing but words, as the index is asked; every word is quoted, so that none is syntax."""
    said = " AND ".join(f"({_alternatives(clause)})" for clause in wanted)
    return " NOT ".join((f"({said})", *(f"({_alternatives(clause)})" for clause in unwanted)))


def _alternatives(clause: Clause) -> str:
    return " OR ".join(_phrase(atom) for atom in clause.any_of if isinstance(atom, Text))


def _phrase(text: Text) -> str:
    words = " ".join(spaced(text.words).replace('"', " ").split())
    return f'{"title : " * text.title}"{words}"{" *" * text.prefix}'
