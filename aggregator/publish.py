"""Documents -> files, whole or not at all; what is as it is to be is not rendered and not touched.

look ─> render what changed ─> stage ─> put in place ─> remove what is stale ─> sync ─> record
"""

from __future__ import annotations

import errno
import fcntl
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from aggregator import files
from aggregator.bringing import Bringing, Keep, Plan, basis
from aggregator.manifest import REMOVED, WRITTEN, Broken, Kept, Manifest
from aggregator.newspaper import Document
from config.errors import NewsdeskError, UsageFault
from curation.tables import Publication

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Published:
    """What a publish did: the documents written, those that were the same already, those removed, and when.

    `changes` are what was written and removed, as it was left; also what an earlier publish did that was
    killed before it went on record.
    """

    at: datetime
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changes: list[Kept] = field(default_factory=list)

    def join(self, other: Published) -> None:
        """Add what was done at the same time to another folder."""
        for name in ("written", "unchanged", "removed", "changes"):
            getattr(self, name).extend(getattr(other, name))


@contextmanager
def alone(folder: Path, mode: int = 0o777) -> Iterator[None]:
    """One publisher at a time: who comes second never writes over the first what is older.

    `mode` are the permissions of a folder that is to be made. Raises UsageFault where it cannot be written.
    """
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
        lock = (folder / f"{files.BESIDE}lock").open("a")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(folder: Path, plan: Plan, at: datetime, keep: Keep = lambda: None) -> Published:
    """Bring the folder to a plan; only who is alone there does this.

    Raises UsageFault where the folder cannot be written, NewsdeskError where the disk is full, and what
    `keep` raises: it is asked before the first file is replaced, and again before every few, whether this
    is still the one to do so. What is done by then stays, and whoever publishes next goes on from it.
    """
    kept = Manifest(folder)
    try:
        try:
            return _written(folder, kept, plan, at, keep)
        except Broken as error:
            log.warning("%s is broken, and made anew: %s", kept.path, error)
            kept.forget()
            return _written(folder, kept, plan, at, keep)
    except OSError as error:
        raise _unwritable(folder, error) from error


def last(session: Session) -> list[Publication]:
    """What the last publish of the whole wrote that wrote anything, but for the editions' own documents."""
    of_the_whole = select(Publication).where(col(Publication.edition).is_(None))
    newest_first = of_the_whole.order_by(col(Publication.id).desc())
    rows = session.exec(newest_first.execution_options(yield_per=50))
    found = list[Publication]()
    for row in rows:
        if found and row.at != found[0].at:
            rows.close()
            break
        found.append(row)
    return found


def wrote(session: Session, above: str) -> bool:
    """Whether documents whose names begin so were ever written, as far as that is on record."""
    query = select(Publication.id).where(col(Publication.path).startswith(above))
    return session.exec(query.limit(1)).first() is not None


def holds(
    folder: Path, document: Document, compress: Sequence[str] = (), written: Iterable[Publication] = ()
) -> bool:
    """Whether the folder has a document as it is to be, and others as they were written; only who is alone
    there asks.
    """
    kept = Manifest(folder)
    with suppress(Broken), kept.opened():
        found = kept.find(document.name)
        is_so = found is not None and found.basis == basis(document, compress)
        return is_so and all((one := kept.find(row.path)) and one.sha256 == row.sha256 for row in written)
    return False


def records(done: Published, decision_id: int | None) -> list[Publication]:
    """What was written as it goes on record, with the last decision it reflects."""
    return [
        Publication(
            at=done.at, path=row.name, edition=row.edition, sha256=row.sha256, decision_id=decision_id
        )
        for row in done.changes
        if row.state == WRITTEN
    ]


def recorded(folder: Path) -> None:
    """What was written and removed is on record; only who is alone in the folder says so."""
    kept = Manifest(folder)
    with kept.opened():
        kept.recorded()


def _written(folder: Path, kept: Manifest, plan: Plan, at: datetime, keep: Keep) -> Published:
    files.sweep(folder)
    with kept.opened():
        Bringing(folder, kept, plan, keep).bring()
        changes = kept.unrecorded()
    written = {change.name for change in changes if change.state == WRITTEN}
    listed = [document.name for document in plan.documents]
    return Published(
        at=at,
        written=[*(name for name in listed if name in written), *sorted(written.difference(listed))],
        unchanged=[name for name in listed if name not in written],
        removed=[change.name for change in changes if change.state == REMOVED],
        changes=changes,
    )


def _unwritable(folder: Path, error: OSError) -> NewsdeskError:
    if error.errno in FULL:
        return NewsdeskError(f"{folder}: the disk is full", "make room; what was published is as it was")
    place = error.filename or folder
    why = "a file is in the way" if isinstance(error, FileExistsError) else error.strerror or error
    return UsageFault(
        f"{place}: cannot be written: {why}",
        "name a folder that this user may write as output",
    )
