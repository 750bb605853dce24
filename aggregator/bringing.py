"""One publish at work in a folder: what that is to hold, and how each file comes into its place.

All is staged before the first file is replaced: a fault of rendering, or a full disk, leaves the folder
as it was. Of one document the variants are put in place before itself, and all have one time: who finds a
variant with another time than the document's knows that it belongs to the one before or after.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator import files, manifest, pack
from aggregator.files import Stage, Staged
from aggregator.manifest import BEGUN, REMOVED, WRITTEN, Kept, Manifest, Part
from aggregator.newspaper import Document

Keep = Callable[[], None]

A_FEW = 50  # changes of the folder


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


def basis(document: Document, compress: Iterable[str]) -> str:
    """A digest of all that the files of a document come from."""
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
        self.plan = plan
        self._stage = Stage(folder, plan.mode)
        self._now = time.time_ns()
        self._changes: list[Change] = []
        self._touched: set[Path] = set()

    def bring(self) -> None:
        """Do all of it; what is staged and not used is swept away whatever happens."""
        try:
            self._ready(self.plan.documents)
            self._place_all()
            self._remove(self._stale())
            self._sync()
        finally:
            files.sweep(self.folder)

    def _stale(self) -> list[Kept]:
        """What is ours and not to be there; a removal once begun is gone on with."""
        listed = {document.name for document in self.plan.documents}
        named = (self.kept.find(name) for name in self.plan.removed)
        outside = self.kept.outside(self.plan.kept) if self.plan.whole else ()
        left = {row.name: row for row in (*filter(None, named), *outside) if row.parts}
        return [row for name, row in sorted(left.items()) if name not in listed]

    def _ready(self, documents: Sequence[Document]) -> None:
        """Render and stage what is not as it is to be; nothing in the folder is replaced yet."""
        for document in documents:
            wanted = basis(document, self.plan.compress)
            before = self.kept.find(document.name)
            if before is None or before.basis != wanted or not self._stands(before):
                self._changes.append(self._change(document, wanted, before))

    def _stands(self, row: Kept) -> bool:
        return all(files.stands(self._place(row.name, part.suffix), part) for part in row.parts)

    def _place(self, name: str, suffix: str = "") -> Path:
        return self.folder / self._within(name, suffix)

    def _within(self, name: str, suffix: str) -> str:
        return f"{name.removeprefix(self.plan.above)}{suffix}"

    def _change(self, document: Document, wanted: str, before: Kept | None) -> Change:
        name, body = document.name, document.render()
        bodies = pack.variants(name, body, self.plan.compress) | {"": body}  # itself last
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
        return Change(Kept(name, document.edition, wanted, tuple(parts), state), tuple(staged), dropped)

    def _place_all(self) -> None:
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

    def _remove(self, rows: Sequence[Kept]) -> None:
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

    def _sync(self) -> None:
        """Have all that was done outlive a loss of power, and keep how it was left."""
        for folder in sorted({*self._touched, self.folder} if self._touched else ()):
            if folder.is_dir():
                files.sync(folder)
        self.kept.keep(change.after for change in self._changes)
