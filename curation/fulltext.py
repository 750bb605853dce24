"""The index of the words of items: what is asked of it, in the words of the database that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Float,
    Select,
    String,
    TypeDecorator,
    bindparam,
    column,
    select,
    table,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE

from curation import fts5, tsvector
from curation.query import Clause

MOST_RANKED = 5_000
KINDS: dict[str, Any] = {"sqlite": fts5, "postgresql": tsvector}

INDEX = table("item_text", column("rowid"))


@dataclass(frozen=True, slots=True)
class Said:
    """Clauses of nothing but words: all that is to be said, and what is not."""

    wanted: Sequence[Clause]
    unwanted: Sequence[Clause] = ()


def make(connection: Connection) -> None:
    """Make the index, of what is there already and of what comes."""
    KINDS[connection.dialect.name].make(connection)


class _Asked(TypeDecorator[Said]):
    """What is said, as the database is asked for it."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Said | None, dialect: Dialect) -> str:
        assert value is not None
        return str(KINDS[dialect.name].expression(value.wanted, value.unwanted))


class matches(FunctionElement[bool]):  # noqa: N801  a function of SQL
    """Whether a row of the index says it."""

    type: Any = NULLTYPE  # of a Boolean SQLite is asked whether it is 1, which it cannot say of MATCH
    inherit_cache = True

    def __init__(self, said: Said) -> None:
        super().__init__(bindparam(None, said, _Asked()))


class rank(FunctionElement[float]):  # noqa: N801  likewise
    """How well a row of the index says it, the least being the best."""

    type = Float()
    inherit_cache = True

    def __init__(self, said: Said) -> None:
        super().__init__(bindparam(None, said, _Asked()))


@compiles(matches)
def _matches(element: matches, compiler: Any, **given: Any) -> str:
    return str(KINDS[compiler.dialect.name].MATCHES.format(compiler.process(element.clauses, **given)))


@compiles(rank)
def _rank(element: rank, compiler: Any, **given: Any) -> str:
    written: str = KINDS[compiler.dialect.name].RANK
    return written.format(compiler.process(element.clauses, **given)) if "{}" in written else written


def newest(said: Said) -> Select[Any]:
    """The numbers of the newest items that say it, as a query."""
    return (
        select(INDEX.c.rowid)
        .select_from(INDEX)
        .where(matches(said))
        .order_by(INDEX.c.rowid.desc())
        .limit(MOST_RANKED)
    )


def ranked(said: Said) -> Select[Any]:
    """The same with the rank of each."""
    return newest(said).add_columns(rank(said).label("rank"))
