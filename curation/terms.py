"""The terms of items, their sources' categories and the editors' tags alike, kept by term.

On SQLite triggers keep the table `item_term` as the items and their tags are, whoever writes them; they call
FUNCTIONS, which every connection that writes has. On PostgreSQL `curation.followed` does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, text
from sqlalchemy import select as select_columns
from sqlmodel import col, exists, select

from curation import tsvector
from curation.tables import ItemTerm, Tag
from feeds.tables import Item

_CATEGORIES = """
    INSERT OR IGNORE INTO item_term(term, item_id, is_own)
        SELECT folded(value), {item}.id, 0 FROM {source};
"""
_AGAIN = "DELETE FROM item_term WHERE item_id = new.id AND NOT is_own;"
_OF_NEW = _CATEGORIES.format(item="new", source="json_each(new.categories)")
FILL = (
    _CATEGORIES.format(item="item", source="item, json_each(item.categories)"),
    "INSERT OR IGNORE INTO item_term(term, item_id, is_own) SELECT folded(tag), item_id, 1 FROM tag",
)
TRIGGERS = (
    f"CREATE TRIGGER item_term_of_new AFTER INSERT ON item BEGIN {_OF_NEW} END",
    f"CREATE TRIGGER item_term_of_revised AFTER UPDATE OF categories ON item BEGIN {_AGAIN} {_OF_NEW} END",
    """CREATE TRIGGER item_term_of_gone AFTER DELETE ON item BEGIN
    DELETE FROM item_term WHERE item_id = old.id;
END""",
    """CREATE TRIGGER item_term_of_tagged AFTER INSERT ON tag BEGIN
    INSERT OR IGNORE INTO item_term(term, item_id, is_own) VALUES (folded(new.tag), new.item_id, 1);
END""",
    """CREATE TRIGGER item_term_of_untagged AFTER DELETE ON tag BEGIN
    DELETE FROM item_term WHERE item_id = old.item_id AND is_own;
    INSERT OR IGNORE INTO item_term(term, item_id, is_own)
        SELECT folded(tag), item_id, 1 FROM tag WHERE item_id = old.item_id;
END""",
)

FORGETTING = (
    """CREATE FUNCTION item_term_of_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM item_term WHERE item_id = old.id; RETURN NULL;
END $$""",
    """CREATE TRIGGER item_term_of_gone AFTER DELETE ON item
    FOR EACH ROW EXECUTE FUNCTION item_term_of_gone()""",
)


def folded(term: str) -> str:
    """A term as it is looked for: in capitals or not, in whichever of its compatible forms."""
    return unicodedata.normalize("NFKC", term).casefold()


FUNCTIONS: dict[str, Callable[[str], str]] = {"folded": folded}


def make(connection: Connection) -> None:
    """Fill the table with what is there already, and have the database keep it, as far as it can."""
    if connection.dialect.name == "sqlite":
        for statement in (*FILL, *TRIGGERS):
            connection.exec_driver_sql(statement)
        return
    for statement in FORGETTING:
        connection.exec_driver_sql(statement)
    for some in tsvector.in_batches(
        connection.execute(text("SELECT id FROM item ORDER BY id")).scalars().all()
    ):
        index(connection, some)


def index(connection: Connection, numbers: Collection[int]) -> None:
    """Keep the terms of items, by number, as they are now."""
    connection.execute(delete(ItemTerm).where(col(ItemTerm.item_id).in_(numbers)))
    categories = select_columns(col(Item.id), col(Item.categories)).where(col(Item.id).in_(numbers))
    tags = select_columns(col(Tag.item_id), col(Tag.tag)).where(col(Tag.item_id).in_(numbers))
    theirs = {(number, term, False) for number, terms in connection.execute(categories) for term in terms}
    ours = {(number, term, True) for number, term in connection.execute(tags)}
    rows = {(folded(term), number, is_own) for number, term, is_own in theirs | ours}
    if rows:
        connection.execute(
            insert(ItemTerm),
            [dict(zip(("term", "item_id", "is_own"), row, strict=True)) for row in sorted(rows)],
        )


def has(item_id: Any, term: str) -> ColumnElement[bool]:
    """Whether an item has a term; told row by row, as of a common one."""
    return exists().where(col(ItemTerm.item_id) == item_id, col(ItemTerm.term) == folded(term))


def having(term: str) -> Select[Any]:
    """The numbers of the items that have a term, as a query; some twice."""
    return select(ItemTerm.item_id).where(ItemTerm.term == folded(term))
