"""Documents -> files, whole or not at all; what is as it is to be is not rendered and not touched.

    look ─> render what changed ─> stage ─> put in place ─> remove what is stale ─> sync ─> record

All is staged before the first file is replaced: a fault of rendering, or a full disk, leaves the folder
as it was. Of one document the variants are put in place before itself, and all have one time: who finds a
variant with another time than the document's knows that it belongs to the one before or after.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from aggregator import files, manifest, pack
from aggregator.files import Stage, Staged
from aggregator.manifest import BEGUN, REMOVED, WRITTEN, Broken, Kept, Manifest, Part
from aggregator.newspaper import Document
from config.errors import NewsdeskError, UsageFault
from curation.tables import Publication

Keep = Callable[[], None]

A_FEW = 50  # changes of the folder
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


@dataclass(frozen=True, slots=True)
class Plan:
    """What the folder is to hold: these documents, and under the prefixes `kept` what was there.

    What is ours and neither listed nor kept is stale, unless the plan is not the `whole`; the names
    `removed` are stale in any case. `compress` names the variants beside each document: gz, br, zst.
    `above` is how the names of all documents begin that the folder is for; it is not repeated in it. `mode`
    are the permissions of the files.
    """

    documents: Sequence[Document]
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    compress: tuple[str, ...] = ()
    whole: bool = True
    above: str = ""
    mode: int = files.MODE


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
        is_so = found is not None and found.basis == _basis(document, compress)
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
        bringing = Bringing(folder, kept, plan, keep)
        try:
            bringing.ready(plan.documents)
            bringing.place()
            bringing.remove(_stale(kept, plan))
            bringing.sync()
        finally:
            files.sweep(folder)
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


def _stale(kept: Manifest, plan: Plan) -> list[Kept]:
    """What is ours and not to be there; a removal once begun is gone on with."""
    listed = {document.name for document in plan.documents}
    named = (kept.find(name) for name in plan.removed)
    found = [*filter(None, named), *(kept.outside(plan.kept) if plan.whole else ())]
    left = {row.name: row for row in found if row.parts}
    return [row for name, row in sorted(left.items()) if name not in listed]


def _basis(document: Document, compress: Iterable[str]) -> str:
    return f"{document.basis} {' '.join(compress)}"


@dataclass(frozen=True, slots=True)
class Change:
    """What brings a document to how it is to be: what is put in place, in order, and variants that go."""

    after: Kept
    staged: tuple[Staged, ...]
    dropped: tuple[Path, ...]


class Bringing:
    """One publish at work in a folder."""

    def __init__(self, folder: Path, kept: Manifest, plan: Plan, keep: Keep) -> None:
        self.folder = folder
        self._keep = keep
        self.kept = kept
        self.compress = plan.compress
        self._above = plan.above
        self._stage = Stage(folder, plan.mode)
        self._now = time.time_ns()
        self._changes: list[Change] = []
        self._touched: set[Path] = set()

    def ready(self, documents: Sequence[Document]) -> None:
        """Render and stage what is not as it is to be; nothing in the folder is replaced yet."""
        for document in documents:
            basis = _basis(document, self.compress)
            before = self.kept.find(document.name)
            if before is None or before.basis != basis or not self._stands(before):
                self._changes.append(self._change(document, basis, before))

    def _stands(self, row: Kept) -> bool:
        return all(files.stands(self._place(row.name, part.suffix), part) for part in row.parts)

    def _place(self, name: str, suffix: str = "") -> Path:
        return self.folder / self._within(name, suffix)

    def _within(self, name: str, suffix: str) -> str:
        return f"{name.removeprefix(self._above)}{suffix}"

    def _change(self, document: Document, basis: str, before: Kept | None) -> Change:
        name, body = document.name, document.render()
        bodies = pack.variants(name, body, self.compress) | {"": body}  # itself last
        place = self._place(name)
        mtime = files.holds(place, body) or files.later(place, self._now)
        parts, staged = [], []
        for suffix, packed in bodies.items():
            if files.holds(self._place(name, suffix), packed) != mtime:
                staged.append(self._stage.put(self._within(name, suffix), packed, mtime))
            stamp = staged[-1].mtime if staged else mtime
            parts.append(Part(suffix, len(packed), stamp, files.digest(packed)))
        gone = (self._place(name, f".{suffix}") for suffix in pack.VARIANTS if f".{suffix}" not in bodies)
        dropped = tuple(variant for variant in gone if variant.is_file())
        is_begun = before is not None and (before.basis == BEGUN or before.state == WRITTEN)
        state = WRITTEN if staged or dropped or is_begun else manifest.KEPT
        return Change(Kept(name, document.edition, basis, tuple(parts), state), tuple(staged), dropped)

    def place(self) -> None:
        """Put what is staged in its place. What is begun is ours from before its first file is there."""
        begun = [change.after for change in self._changes if change.staged or change.dropped]
        self._stage.sync()
        self._keep()
        self.kept.keep(self._begun(row) for row in begun)
        for number, change in enumerate(self._changes):
            self._make_sure(number)
            for place in change.dropped:
                place.unlink()
            for staged in change.staged:
                files.place(staged)
                self._touched.add(staged.place.parent)
            self._touched.update(place.parent for place in change.dropped)

    def _make_sure(self, number: int) -> None:
        if number and number % A_FEW == 0:
            self._keep()

    def _begun(self, row: Kept) -> Kept:
        before = self.kept.find(row.name)
        parts = (*(before.parts if before else ()), *row.parts)
        return replace(row, basis=BEGUN, parts=tuple(dict.fromkeys(parts)), state=WRITTEN)

    def remove(self, rows: Sequence[Kept]) -> None:
        """Remove documents that are stale; what somebody else has changed since is left, and forgotten."""
        if rows:
            self._keep()
        self.kept.keep(replace(row, basis=BEGUN, state=REMOVED) for row in rows)
        for number, row in enumerate(rows):
            self._make_sure(number)
            for part in row.parts:
                digests = {other.sha256 for other in row.parts if other.suffix == part.suffix}
                files.remove(self._place(row.name, part.suffix), digests)
            place = self._place(row.name)
            self._touched.add(place.parent)
            if place.parent != self.folder:
                with suppress(OSError):  # others are left in it
                    place.parent.rmdir()
            if place.exists():
                self.kept.drop(row.name)
            else:
                gone = Kept(row.name, row.edition, BEGUN, (), REMOVED)
                self._changes.append(Change(gone, (), ()))

    def sync(self) -> None:
        """Have all that was done outlive a loss of power, and keep how it was left."""
        for folder in sorted({*self._touched, self.folder} if self._touched else ()):
            if folder.is_dir():
                files.sync(folder)
        self.kept.keep(change.after for change in self._changes)


def _unwritable(folder: Path, error: OSError) -> NewsdeskError:
    if error.errno in FULL:
        return NewsdeskError(f"{folder}: the disk is full", "make room; what was published is as it was")
    place = error.filename or folder
    why = "a file is in the way" if isinstance(error, FileExistsError) else error.strerror or error
    return UsageFault(
        f"{place}: cannot be written: {why}",
        "name a folder that this user may write as output",
    )
