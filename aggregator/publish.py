"""Editions -> files, whole or not at all.

Each file is written beside its place, synced and renamed over it; a file whose bytes would be the
same is left alone, so that its time and its readers' caches stay true.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from aggregator.newspaper import Newspaper, documents
from config.errors import UsageFault
from curation.lineup import Site
from curation.tables import Publication

BESIDE = ".newsdesk-"  # how a file begins that is being written


@dataclass(slots=True)
class Published:
    """What a publish did: the files written, those that were the same already, and when."""

    at: datetime
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One publisher at a time: who comes second never writes over the first what is older.

    Raises UsageFault where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f"{BESIDE}lock").open("w")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(
    folder: Path, paper: Newspaper, site: Site, at: datetime, only: str | None = None
) -> tuple[Published, list[Publication]]:
    """Bring the folder, or the files of one edition, to a newspaper.

    Every document is rendered before the first file is touched. Raises UsageFault where the
    folder cannot be written.
    """
    ready = [
        (document.name, document.edition, document.render())
        for document in documents(paper, site)
        if only in (None, document.edition)
    ]
    done, records = Published(at), []
    try:
        sweep(folder)
        for name, edition, body in ready:
            if put(folder / name, body):
                done.written.append(name)
                digest = sha256(body).hexdigest()
                records.append(
                    Publication(
                        at=at, path=name, edition=edition, sha256=digest, decision_id=paper.decision_id
                    )
                )
            else:
                done.unchanged.append(name)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return done, records


def _unwritable(folder: Path, error: OSError) -> UsageFault:
    return UsageFault(
        f"{folder}: cannot be written: {error.strerror or error}",
        "name a folder that this user may write as output",
    )


def put(path: Path, body: bytes) -> bool:
    """Replace a file by these bytes at once, durably; False where it has them already."""
    if path.is_file() and path.read_bytes() == body:
        return False
    beside = path.with_name(f"{BESIDE}{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(path.parent)
    return True


def sweep(folder: Path) -> None:
    """Remove what a killed publish left half-written; what a living process writes is left alone."""
    for left in folder.glob(f"{BESIDE}*.*"):
        number = left.suffix.removeprefix(".")
        if not (number.isdecimal() and Path(f"/proc/{number}").exists()):
            left.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
