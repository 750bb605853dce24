"""The terms of items, their sources' categories and the editors' tags alike, as SQLite keeps them by term.

Triggers keep the table `item_term` as the items and their tags are, whoever writes them; they call FUNCTIONS,
which every connection that writes has.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlmodel import col, exists, select

from curation.tables import ItemTerm

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


def folded(term: str) -> str:
    """A term as it is looked for: in capitals or not, in whichever of its compatible forms."""
    return unicodedata.normalize("NFKC", term).casefold()


FUNCTIONS: dict[str, Callable[[str], str]] = {"folded": folded}


def has(item_id: Any, term: str) -> ColumnElement[bool]:
    """Whether an item has a term; told row by row, as of a common one."""
    return exists().where(col(ItemTerm.item_id) == item_id, col(ItemTerm.term) == folded(term))


def having(term: str) -> Select[Any]:
    """The numbers of the items that have a term, as a query; some twice."""
    return select(ItemTerm.item_id).where(ItemTerm.term == folded(term))
