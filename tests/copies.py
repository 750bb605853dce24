"""Copies of a database on PostgreSQL, lent to one test after another: emptying costs less than making."""

from __future__ import annotations

from typing import Any

from postgres import Databases
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

SO_MANY = 10_000  # rows that are deleted slow down the next test, until VACUUM comes
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
# The version, and what may be told of a schema and of the settings of a database.
SHAPE = """
SELECT (SELECT string_agg(version_num, ' ') FROM alembic_version),
  (SELECT md5(string_agg((relname, relacl, attname, atttypid, attnotnull, atthasdef)::text, ' '
     ORDER BY relname, attnum)) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
   WHERE relnamespace = 'public'::regnamespace),
  (SELECT string_agg((oid, tgenabled)::text, ' ' ORDER BY oid) FROM pg_trigger),
  (SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_constraint),
  (SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT md5(string_agg((objoid, objsubid, description)::text, ' ' ORDER BY objoid, objsubid))
   FROM pg_description WHERE classoid = 'pg_class'::regclass),
  (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_'),
  (SELECT (datacl, datconnlimit)::text FROM pg_database WHERE datname = current_database()),
  (SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid
   WHERE datname = current_database())
"""
ALONE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
FROM_ONE = """
SELECT setval((quote_ident(schemaname) || '.' || quote_ident(sequencename))::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""


class Copy:
    """A database, which may be made again what it was at first."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self._deleted = 0
        with self._engine.connect() as connection:
            self._shape = self._seen(connection)
            names = connection.exec_driver_sql(TABLES).scalars().all()
        self._tables = [f'"{name}"' for name in names if name != "alembic_version"]

    def empty(self) -> bool:
        """Whether nothing of what was done is left; raises where a test has cut us off."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(ALONE)
            if self._seen(connection) != self._shape:
                return False
            connection.exec_driver_sql("SET session_replication_role = replica")  # no trigger, in any order
            for name in self._with_rows(connection):
                self._deleted += connection.exec_driver_sql(f"DELETE FROM {name}").rowcount
            connection.exec_driver_sql(FROM_ONE)
        return self._deleted < SO_MANY

    def close(self) -> None:
        self._engine.dispose()

    def _with_rows(self, connection: Connection) -> list[str]:
        asked = (f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in self._tables)
        return list(connection.exec_driver_sql(" UNION ALL ".join(asked)).scalars())

    def _seen(self, connection: Connection) -> tuple[Any, ...]:
        return tuple(connection.exec_driver_sql(SHAPE).one())


class Copies:
    """Copies of one database, as many as are lent at once."""

    def __init__(self, databases: Databases, template: URL) -> None:
        self._databases, self._template = databases, template
        self._free: list[Copy] = []

    def take(self) -> Copy:
        return self._free.pop() if self._free else Copy(self._databases.copy(self._template))

    def give_back(self, copy: Copy) -> None:
        """Keep it for the next one, if it can be made what it was; else take it away."""
        try:
            is_empty = copy.empty()
        except DBAPIError:
            is_empty = False
        if is_empty:
            self._free.append(copy)
            return
        copy.close()
        self._databases.drop(copy.url)

    def close(self) -> None:
        for copy in self._free:
            copy.close()
