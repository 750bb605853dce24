"""Where news came to stand otherwise than by being new: what no time in a row of an item tells.

Triggers keep the table `shift`, whoever writes: of an item that is removed, or dated anew, or told in another
story, and of a story that another item leads. It is read in the snapshot that pages are drawn from, and
forgotten by the numbers that were read: what shifts meanwhile gets a later number, and waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, delete
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from curation.tables import Shift

AT_ONCE = 1_000  # numbers in one statement


class Shifted(NamedTuple):
    """A story that is told otherwise on a day, or on that day no more."""

    id: int
    story_id: int
    day: date


# What it is called, what happens, whether that is a shift, and of which stories on which days.
_SHIFTS = (
    ("gone", "DELETE ON item", "", ("SELECT old.story_id, {old}",)),
    (
        "moved",
        "UPDATE OF timestamp, story_id ON item",
        "old.timestamp <> new.timestamp OR old.story_id <> new.story_id",
        ("SELECT old.story_id, {old}", "SELECT new.story_id, {new}"),
    ),
    (
        "led",
        "UPDATE OF lead_id ON story",
        "old.lead_id <> new.lead_id",
        ("SELECT new.id, {item} FROM item WHERE item.id = new.lead_id",),
    ),
)
_SQLITE = """CREATE TRIGGER shift_of_{name} AFTER {happens} {when} BEGIN
    INSERT OR REPLACE INTO shift(story_id, day) {rows};
END"""
_FUNCTION = """CREATE FUNCTION shift_of_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO shift(story_id, day) {rows} ON CONFLICT (story_id, day) DO UPDATE SET id = excluded.id;
    RETURN NULL;
END $$"""
_POSTGRESQL = """CREATE TRIGGER shift_of_{name} AFTER {happens}
    FOR EACH ROW {when} EXECUTE FUNCTION shift_of_{name}()"""
KINDS = {
    "sqlite": ("date({}.timestamp)", "WHEN {}", (_SQLITE,)),
    "postgresql": ("({}.timestamp AT TIME ZONE 'UTC')::date", "WHEN ({})", (_FUNCTION, _POSTGRESQL)),
}


def make(connection: Connection) -> None:
    """Have the database keep the table."""
    day, when, statements = KINDS[connection.dialect.name]
    days = {row: day.format(row) for row in ("old", "new", "item")}
    for name, happens, is_one, rows in _SHIFTS:
        given = {"name": name, "happens": happens, "when": when.format(is_one) if is_one else ""}
        given["rows"] = " UNION ".join(rows).format(**days)
        for statement in statements:
            connection.exec_driver_sql(statement.format(**given))


def since_forgotten(session: Session) -> list[Shifted]:
    """All that shifted and was not forgotten yet."""
    query = select_columns(col(Shift.id), col(Shift.story_id), col(Shift.day)).order_by(col(Shift.id))
    return [Shifted._make(row) for row in session.connection().execute(query)]


def forget(session: Session, shifted: Sequence[Shifted]) -> None:
    """What was read has been drawn. What shifted again since then has another number, and is left."""
    left = iter([one.id for one in shifted])
    while numbers := list(islice(left, AT_ONCE)):
        session.connection().execute(delete(Shift).where(col(Shift.id).in_(numbers)))
