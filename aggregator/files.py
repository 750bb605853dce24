"""Files that are put into a folder whole: staged beside their places and synced, then renamed over them.

    stage, stage, … ─> place, place, … ─> sync

Whoever is killed between two of these leaves each file as it was or as it is to be, and in the folder
`STAGED` what `sweep` removes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from aggregator.manifest import Part

BESIDE = ".newsdesk-"  # how the names begin of what lies in the folder and is not published
STAGED = f"{BESIDE}staged"
MODE = 0o644
SECOND = 10**9  # in nanoseconds
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is whole on disk, and the place it is for; mtime in nanoseconds, as the disk keeps it."""

    at: Path
    place: Path
    mtime: int


class Stage:
    """Where files are made ready for a folder."""

    def __init__(self, folder: Path, mode: int = MODE) -> None:
        self.folder, self.mode = folder, mode
        self._count = 0

    def put(self, name: str, body: bytes, mtime: int) -> Staged:
        """Write a file for this name; mtime in nanoseconds."""
        (self.folder / STAGED).mkdir(exist_ok=True)
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir() and not place.is_symlink():
            raise IsADirectoryError(0, "a folder is in the way", str(place))
        at = self.folder / STAGED / str(self._count)
        with at.open("wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(file.fileno(), self.mode)
            os.utime(file.fileno(), ns=(mtime, mtime))
            self._count += 1
            return Staged(at, place, os.fstat(file.fileno()).st_mtime_ns)

    def sync(self) -> None:
        """Have all that is staged outlive a loss of power; many at once, which disks take together."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(sync, sorted((self.folder / STAGED).iterdir())) if self._count else ())


def put(place: Path, body: bytes) -> None:
    """Replace a file that lies elsewhere, at once or not at all."""
    beside = place.with_name(f"{BESIDE}{place.name}")
    try:
        beside.write_bytes(body)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def place(staged: Staged) -> None:
    """Put a staged file in its place, over whatever file or link is there."""
    staged.at.replace(staged.place)


def stands(place: Path, part: Part) -> bool:
    """Whether a file is as it was left; one that was only touched is given its time back."""
    found = _seen(place)
    if found is None or found.st_size != part.size:
        return False
    if found.st_mtime_ns != part.mtime:
        if (body := _read(place)) is None or digest(body) != part.sha256:
            return False
        os.utime(place, ns=(part.mtime, part.mtime))
    return True


def holds(place: Path, body: bytes) -> int | None:
    """The time, in nanoseconds, of a file that has these bytes; None where it has others."""
    found = _seen(place)
    if found is None or found.st_size != len(body) or _read(place) != body:
        return None
    return found.st_mtime_ns


def later(place: Path, now: int) -> int:
    """A time, in nanoseconds, for what replaces a file: now, but in a later second than the file's.

    libcurl takes what was last modified in the same second for unchanged, whatever its tag says.
    """
    found = _seen(place)
    return max(now, (found.st_mtime_ns // SECOND + 1) * SECOND) if found else now


def remove(place: Path, digests: Collection[str]) -> None:
    """Remove a file whose digest is one of these; another has become somebody else's, and stays."""
    if _seen(place) and (body := _read(place)) is not None and digest(body) in digests:
        place.unlink()


def sweep(folder: Path) -> None:
    """Remove what a killed publish left staged; only who is alone in the folder does this."""
    staged = folder / STAGED
    if staged.is_symlink():  # what it leads to is none of ours
        staged.unlink()
    elif staged.is_dir():
        for left in staged.iterdir():
            left.unlink()
        staged.rmdir()


def sync(place: Path) -> None:
    """Have a file's bytes, or the names in a folder, outlive a loss of power."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(body: bytes) -> str:
    """What a file's bytes are known by."""
    return sha256(body).hexdigest()


def _read(place: Path) -> bytes | None:
    """A file's bytes; None where somebody has locked it against us."""
    try:
        return place.read_bytes()
    except PermissionError:
        return None


def _seen(place: Path) -> os.stat_result | None:
    """What the system says of a regular file; None where there is none."""
    try:
        found = place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None
