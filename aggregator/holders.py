"""Who has a file locked, as the system tells it (Linux: /proc/locks)."""

from __future__ import annotations

import os
from pathlib import Path

LOCKS, PROCESSES = Path("/proc/locks"), Path("/proc")
WRITE_LOCK = ("120", "120")  # the byte of a WAL index that who writes has locked (SQLite, walformat §2.3.1)
RESERVED = ("1073741825", "1073741825")  # and the one of a database without a WAL


def writer(database: Path) -> str | None:
    """Who is writing a SQLite database: `newsdesk run (process 4711)`; None where the system does not say.

    The files are not opened for it: closing one would give up this process's own locks on it (POSIX).
    """
    index = database.with_name(f"{database.name}-shm")
    process = _holder(index, WRITE_LOCK) or _holder(database, RESERVED)
    return f"{_name(process)} (process {process})" if process else None


def _holder(path: Path, span: tuple[str, str]) -> int | None:
    try:
        said = path.stat()
        lines = LOCKS.read_text().splitlines()
    except OSError:
        return None
    file = f"{os.major(said.st_dev):02x}:{os.minor(said.st_dev):02x}:{said.st_ino}"
    for line in lines:
        match line.split():
            case [_, "POSIX", _, "WRITE", process, held, begin, end] if (held, begin, end) == (file, *span):
                return max(int(process), 0) or None  # none in a container of its own
    return None


def _name(process: int) -> str:
    """The program and its command; not its arguments, which may be secrets."""
    try:
        said = (PROCESSES / str(process) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "another program"
    words = [Path(word).name for word in said if word]
    if words and words[0].startswith("python"):
        words = [word for word in words[1:] if not word.startswith("-")]
    words = words[:1] + [word for word in words[1:2] if word.isalpha()]
    return " ".join(words) if all(word.isprintable() for word in words) and words else "another program"
