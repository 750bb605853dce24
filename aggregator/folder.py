"""The published folder as it is served: its files in every coding, read again only where they changed."""

from __future__ import annotations

import gzip
import os
import re
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

from aggregator import changes
from aggregator.negotiation import IDENTITY
from aggregator.unpack import Broken, TooLarge, Unpacker

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
}
FEEDS = (".rss", ".atom", ".json")
NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}/){0,2}[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
GONE = "gone/"  # where the page stands that is shown in place of one that went
VARIANTS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
WORTH_CODING = 1_000  # bytes; less is sent as it is
MOST_KEPT = 64 * 1024 * 1024  # bytes of files in memory
MOST_VERSIONS = 30  # of a feed, of which it is known what readers who have one lack

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it was when last read, in each coding, with the validators of each.

    `stamp` is another when the file is. `had` tells of each version that readers may have, by its entity
    tags, which entries it has.
    """

    stamp: Stamp
    content_type: str
    bodies: Mapping[str, bytes]
    tags: Mapping[str, str]
    modified: datetime
    had: Mapping[str, frozenset[bytes]]

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))


class Folder:
    """The files of a folder, by their names; what was read last stays in memory, up to MOST_KEPT bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: OrderedDict[str, Served] = OrderedDict()
        self.size = 0  # bytes in memory
        self._versions: dict[str, OrderedDict[str, frozenset[bytes]]] = {}

    def read(self, name: str) -> Served | None:
        """A file of this name; None where there is none that is served."""
        kept = self._kept.get(name)
        if kept is None and not is_served(name):
            return None
        place = f"{self.folder}/{name}"
        try:
            if kept is not None and kept.stamp == _stamp(os.stat(place)):  # noqa: PTH116  no Path for each request
                self._kept.move_to_end(name)
                return kept
            served = self._load(Path(place), name)
        except OSError:
            self._forget(name)
            return None
        self._keep(name, served)
        return served

    def _load(self, path: Path, name: str) -> Served:
        """A file and its variants; raises OSError for what is none, or lies elsewhere."""
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise FileNotFoundError(name)
        with path.open("rb") as file:
            said, body = os.fstat(file.fileno()), file.read()
        bodies = {IDENTITY: body, **_variants(path, body)}
        tags = {coding: f'"{sha256(one).hexdigest()[:32]}"' for coding, one in bodies.items()}
        modified = datetime.fromtimestamp(said.st_mtime_ns // 10**9, UTC)
        content_type, had = CONTENT_TYPES[path.suffix], self._history(name, body, tags)
        return Served(_stamp(said), content_type, bodies, tags, modified, had)

    def _history(self, name: str, body: bytes, tags: Mapping[str, str]) -> Mapping[str, frozenset[bytes]]:
        if (ending := PurePosixPath(name).suffix) not in FEEDS or "/" in name:
            return {}
        versions = self._versions.setdefault(name, OrderedDict())
        entries = changes.entries(ending, body)
        versions.update(dict.fromkeys(tags.values(), entries))
        while len(versions) > MOST_VERSIONS * len(tags):
            versions.popitem(last=False)
        return versions

    def _keep(self, name: str, served: Served) -> None:
        self._forget(name)
        self._kept[name] = served
        self.size += served.size
        while self.size > MOST_KEPT and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, name: str) -> None:
        if (kept := self._kept.pop(name, None)) is not None:
            self.size -= kept.size


def is_served(name: str) -> bool:
    """Whether a file of this name, if there is one, is served."""
    return NAME.fullmatch(name) is not None and PurePosixPath(name).suffix in CONTENT_TYPES


def _stamp(said: os.stat_result) -> Stamp:
    return said.st_ino, said.st_mtime_ns, said.st_size


def _variants(path: Path, body: bytes) -> dict[str, bytes]:
    """The precompressed files beside it that say the same; gzip is made where there is none.

    One that says something else is of a version that is going or coming.
    """
    if len(body) < WORTH_CODING:
        return {}
    found = {}
    for coding, ending in VARIANTS.items():
        with suppress(OSError):
            coded = path.with_name(path.name + ending).read_bytes()
            if _says(coded, coding, body):
                found[coding] = coded
    found.setdefault("gzip", gzip.compress(body, 6, mtime=0))
    return found


def _says(coded: bytes, coding: str, body: bytes) -> bool:
    with suppress(Broken, TooLarge):
        return b"".join(Unpacker(coding, len(body)).unpack(coded)) == body
    return False
