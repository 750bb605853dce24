"""The rows of one newsroom's database copied into another's, whichever kinds of database they are.

    begin ─> copy (each table by its keys, in batches) ─> index ─> number on ─> compare ─> end

While it is begun and not ended the target is marked, and opened by nothing else. A batch is one
transaction, so that the target always has the first rows of each table by its key: who goes on reads there
how far it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    TableClause,
    Text,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    true,
    tuple_,
)
from sqlalchemy import Table as Made
from sqlmodel import SQLModel

from aggregator import migrations
from aggregator.database import Database
from config.errors import NewsdeskError, UsageFault
from curation import followed, fulltext, tsvector
from feeds.columns import Kept

BATCH = 1_000  # rows
MARK = Made(migrations.UNFINISHED, MetaData(), Column("origin", Text), Column("schema", Text))
DERIVED = "item_term"  # worked out of items and their tags, as the words are
SHIFTS = "shift"  # filled by triggers as items go, under numbers that the rows copied may have
ITEM = table("item", column("id"))

Told = Callable[[str, int, int], None]  # what is copied, how many rows of it are, of how many


class Rows:
    """A table as its rows are copied: in the order of its key, JSON as it is written."""

    def __init__(self, of: Made) -> None:
        self.name = of.name
        self.table: TableClause = table(of.name, *(column(one.name, _kept(one)) for one in of.columns))
        self.key = [self.table.c[one.name] for one in of.primary_key]
        self.is_numbered = [one.name for one in self.key] == ["id"]

    def ordered(self, where: ColumnElement[bool]) -> Select[Any]:
        return select(self.table).where(where).order_by(*self.key)

    def after(self, last: Sequence[Any] | None) -> ColumnElement[bool]:
        """Which rows follow a key; all follow None."""
        return true() if last is None else tuple_(*self.key) > tuple(last)

    def upto(self, last: Sequence[Any]) -> ColumnElement[bool]:
        return tuple_(*self.key) <= tuple(last)

    def last(self, connection: Connection) -> Sequence[Any] | None:
        """The last key that there is; None where there is no row."""
        newest = select(*self.key).order_by(*(one.desc() for one in self.key)).limit(1)
        found = connection.execute(newest).one_or_none()
        return None if found is None else tuple(found)

    def count(self, connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(self.table)).scalar_one()


def _kept(of: Column[Any]) -> Any:
    """The type of a column, without the values that the program makes of its JSON."""
    return JSON(none_as_null=True) if isinstance(of.type, Kept) else of.type


def tables() -> list[Rows]:
    """Our own tables, each after those that it refers to; no other table of the database is touched."""
    return [Rows(one) for one in SQLModel.metadata.sorted_tables]


def begin(target: Database, origin: str) -> bool:
    """Make an empty database ready and mark it as begun; False where it was begun before, from there.

    Raises UsageFault for one that has a newsroom in it, or anything else.
    """
    migrations.refuse_an_empty_file(target)
    with target.connected(writing=True) as connection:
        if inspect(connection).has_table(MARK.name):
            _refuse_another(connection, target, origin)
            return False
        found = migrations.version(connection)
        if found is None and (fault := target.kind.fault_in(connection)):
            raise UsageFault(f"{target}: {fault[0]}", fault[1])
        if found is not None and _has_rows(connection):
            raise UsageFault(f"{target}: has a newsroom in it already", "name an empty database")
        if found != migrations.NEWEST:
            migrations.upgrade(connection)
        MARK.create(connection)
        connection.execute(insert(MARK).values(origin=origin, schema=migrations.NEWEST))
        return True


def _refuse_another(connection: Connection, target: Database, origin: str) -> None:
    begun, schema = connection.execute(select(MARK.c.origin, MARK.c.schema)).one()
    remedy = "go on as it was begun, or make the database anew"
    if begun != origin:
        raise UsageFault(f"{target}: another newsroom is being moved into it, from {begun}", remedy)
    if schema != migrations.NEWEST:
        raise UsageFault(f"{target}: was begun by another version of newsdesk (schema {schema})", remedy)


def _has_rows(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names())
    return any(one.count(connection) for one in tables() if one.name in there)


def end(target: Database) -> None:
    """The target is whole, and may be opened."""
    with target.connected(writing=True) as connection:
        MARK.drop(connection)


def empty(target: Database) -> None:
    """Take out again all that was copied, and that items went."""
    every = tables()
    shifts = [one for one in every if one.name == SHIFTS]
    with target.connected(writing=True) as connection:
        for one in (*shifts, *reversed(every), *shifts):
            connection.execute(delete(one.table))


def copy(source: Connection, target: Database, told: Told) -> int:
    """Copy what the target does not have yet; how many rows that were."""
    return sum(_copied(source, target, one, told) for one in tables() if one.name != DERIVED)


def _copied(source: Connection, target: Database, of: Rows, told: Told) -> int:
    with target.connected() as connection:
        last, begun = of.last(connection), of.count(connection)
    total, done = of.count(source), begun
    for rows in batches(source, of.ordered(of.after(last))):
        with target.connected(writing=True) as connection:
            connection.execute(insert(of.table), rows)
        done += len(rows)
        told(of.name, done, total)
    return done - begun


def batches(connection: Connection, rows: Select[Any]) -> Iterator[list[dict[str, Any]]]:
    """Rows by the names of their columns, a thousand at once."""
    found = connection.execute(rows.execution_options(yield_per=BATCH))
    for part in found.mappings().partitions():
        yield [{name: _storable(value) for name, value in row.items()} for row in part]


def _storable(value: Any) -> Any:
    """A value as both databases can keep it: PostgreSQL has no text with a NUL in it."""
    return value.replace("\0", "") if isinstance(value, str) and "\0" in value else value


def index(target: Database, told: Told) -> None:
    """Index the words and terms of the items that are not yet; SQLite's triggers have done so."""
    words = fulltext.INDEX.c.rowid
    with target.connected() as connection:
        indexed = connection.execute(select(func.coalesce(func.max(words), 0))).scalar_one()
        numbers = select(ITEM.c.id).where(ITEM.c.id > indexed).order_by(ITEM.c.id)
        waiting = connection.execute(numbers).scalars().all()
    done = 0
    for some in tsvector.in_batches(waiting):
        with target.connected(writing=True) as connection:
            followed.index(connection, some)
        done += len(some)
        told("words", done, len(waiting))


def number_on(source: Database, rows: Connection, target: Database) -> None:
    """Have further rows of the target numbered as the source would have numbered them."""
    given = source.kind.last_numbers(rows)
    there = {one.name: (one.last(rows) or (0,))[0] for one in tables() if one.is_numbered}
    last = {name: max(number, given.get(name, 0)) for name, number in there.items()}
    with target.connected(writing=True) as connection:
        target.kind.filled(connection, {name: number for name, number in last.items() if number})


def is_part(source: Connection, target: Database) -> bool:
    """Whether the target has nothing but the first rows of each table of the source, as they are there."""
    for one in tables():
        with target.connected() as connection:
            last, there = one.last(connection), digest(connection, one.ordered(true()))
        if last and one.name != DERIVED and there != digest(source, one.ordered(one.upto(last))):
            return False
    return True


def compare(source: Connection, target: Database, told: Told) -> dict[str, int]:
    """How many rows each table has, the same on both sides; raises NewsdeskError where one differs."""
    found = {}
    for number, one in enumerate(every := tables(), 1):
        here = digest(source, one.ordered(true()))
        with target.connected() as connection:
            there = digest(connection, one.ordered(true()))
        if here != there:
            counts = f"{here[0]} rows here, {there[0]} there"
            raise NewsdeskError(f"{target}: the table {one.name} differs: {counts}", "please report this")
        found[one.name] = here[0]
        told("tables compared", number, len(every))
    return found


def digest(connection: Connection, rows: Select[Any]) -> tuple[int, str]:
    """How many rows there are, and a digest of all that they say."""
    count, said = 0, sha256()
    for some in batches(connection, rows):
        count += len(some)
        for row in some:
            said.update(to_json(list(row.values()), bytes_mode="base64"))
    return count, said.hexdigest()
