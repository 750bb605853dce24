"""What of the published folder is ours: each document as it was left there, kept in the folder itself.

A small SQLite file, so that a look or a change costs the same among ten documents and among a hundred
thousand. Lost or broken it begins anew: then nothing in the folder is ours until it is published again.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from aggregator import sqlite

NAME = ".newsdesk-manifest"
VERSION = 1
AFTER_SLASH = "0"  # the character after "/", where the names under a prefix end
PRAGMAS = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL")
SCHEMA = (
    """CREATE TABLE document (name TEXT PRIMARY KEY, edition TEXT, basis TEXT NOT NULL, parts TEXT NOT NULL,
       state TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX unrecorded ON document (name) WHERE state <> 'kept'",
    f"PRAGMA user_version = {VERSION}",
)
FIELDS = "name, edition, basis, parts, state"

KEPT, WRITTEN, REMOVED = "kept", "written", "removed"  # the latter two: not yet on record
BEGUN = ""  # the basis of a document that is being written or removed


class Part(NamedTuple):
    """A file as it was left: the document itself, or with a suffix such as `.gz` a variant; mtime in ns."""

    suffix: str
    size: int
    mtime: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it was left; one begun has the parts of before and those that were to come."""

    name: str
    edition: str | None
    basis: str
    parts: tuple[Part, ...]
    state: str = KEPT

    @property
    def sha256(self) -> str:
        """The digest of the document itself."""
        return next((part.sha256 for part in self.parts if not part.suffix), "")


class Broken(Exception):
    """The manifest cannot be read; without it everything is rendered and compared anew."""


class Unwritable(OSError):
    """The manifest cannot be written."""


class Manifest:
    """The documents of a folder that are ours. Only who is alone there opens it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._connection: Any = None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Raises Broken where it is no manifest of this version, Unwritable where it cannot be written."""
        with told():
            self._connection = sqlite.module().connect(self.path, isolation_level=None)
            try:
                self._prepare()
                yield
            finally:
                self._connection.close()

    def _prepare(self) -> None:
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not version and not tables:
            for statement in SCHEMA:
                self._connection.execute(statement)
        elif version != VERSION:
            raise Broken(f"{self.path}: is no manifest")

    def forget(self) -> None:
        """Begin anew."""
        for ending in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(f"{NAME}{ending}").unlink(missing_ok=True)

    def find(self, name: str) -> Kept | None:
        """A document of this name, whatever its state."""
        rows = self._rows("name = ?", name)
        return rows[0] if rows else None

    def unrecorded(self) -> list[Kept]:
        """What was written or removed and is not yet on record, by name."""
        return self._rows("state <> 'kept' ORDER BY name")

    def outside(self, prefixes: Sequence[str]) -> list[Kept]:
        """The documents under none of these prefixes, which end with a slash; the others are not read."""
        found, begin = [], ""
        for prefix in sorted(prefixes):
            found += self._rows("name >= ? AND name < ?", begin, prefix)
            begin = max(begin, prefix[:-1] + AFTER_SLASH)
        return found + self._rows("name >= ?", begin)

    def keep(self, rows: Iterable[Kept]) -> None:
        """Keep these as they are now, all or none."""
        values = [(row.name, row.edition, row.basis, json.dumps(row.parts), row.state) for row in rows]
        if values:
            with self._writing():
                self._connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)", values)

    def drop(self, name: str) -> None:
        """A document is not ours any more."""
        with self._writing():
            self._connection.execute("DELETE FROM document WHERE name = ?", (name,))

    def recorded(self) -> None:
        """All that was written or removed is on record."""
        with self._writing():
            # The condition of the index, word for word, or SQLite would read every row.
            self._connection.execute("DELETE FROM document WHERE state <> 'kept' AND state = 'removed'")
            self._connection.execute("UPDATE document SET state = 'kept' WHERE state <> 'kept'")

    def _rows(self, where: str, *values: str) -> list[Kept]:
        query = f"SELECT {FIELDS} FROM document WHERE {where}"  # noqa: S608  the conditions are ours
        found = self._connection.execute(query, values)
        try:
            return [
                Kept(name, edition, basis, tuple(Part(*part) for part in json.loads(parts)), state)
                for name, edition, basis, parts, state in found
            ]
        except (ValueError, TypeError) as error:
            raise Broken(f"{self.path}: {error}") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


@contextmanager
def told() -> Iterator[None]:
    """SQLite's faults as Broken, or as Unwritable where the file may be well."""
    module = sqlite.module()
    try:
        yield
    except module.OperationalError as error:
        number = errno.ENOSPC if "disk is full" in str(error) else errno.EIO
        raise Unwritable(number, f"{NAME}: {error}") from error
    except module.DatabaseError as error:
        raise Broken(str(error)) from error
