"""Statements are compiled once for all databases of a test run, as they are within one long-lived process.

An engine remembers what it has compiled for its dialect; each test opens engines of its own. So they are
given one dialect of each kind, and one memory.
"""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

COMPILED: Any = LRUCache(5_000)
MADE: dict[str, Any] = {}


class Once:
    """A dialect that is the same one wherever it is asked for in the same way."""

    def __new__(cls, **given: object) -> Self:
        made: Self = MADE.setdefault(f"{cls.__name__} {sorted(given.items())}", super().__new__(cls))
        return made

    def __init__(self, **given: object) -> None:
        if "is_made" not in vars(self):
            super().__init__(**given)
            self.is_made = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


class SQLite(Once, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class PostgreSQL(Once, PGDialect_psycopg):
    supports_statement_cache = True


def once() -> None:
    registry.register("sqlite", __name__, "SQLite")
    registry.register("postgresql.psycopg", __name__, "PostgreSQL")
