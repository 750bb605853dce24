"""Answers as they go over the wire, by the requests that they answered: one like them needs no other look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from aggregator.folder import Folder, Served, Stamp

MOST = 4_096  # answers
LONGEST = 400  # bytes of a header; who says more is answered anew each time
LARGEST = 256 * 1024  # bytes of a body, all of which waits in memory for its reader

Header = tuple[bytes, bytes]
Question = tuple[str, str, bytes | None, bytes | None, bytes | None]


class Ready(NamedTuple):
    """An answer: its headers, but for the date, up to the empty line; and its body."""

    status: int
    head: bytes
    body: bytes


class Known(NamedTuple):
    """What was answered from a file; the body is what the file then had in a coding, if it had one."""

    name: str
    stamp: Stamp
    status: int
    head: bytes
    coding: str | None


class Readymade:
    """The answers from the files of a folder; they stand while the file does, and the oldest make room."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._known: dict[Question, Known] = {}

    def find(self, asked: Question) -> Ready | None:
        """What is answered; None where it is not known, or not any more."""
        if (known := self._known.get(asked)) is None:
            return None
        name, stamp, status, head, coding = known
        served = self.folder.read(name)
        if served is None or served.stamp != stamp:
            del self._known[asked]
            return None
        return Ready(status, head, b"" if coding is None else served.bodies[coding])

    def keep(self, asked: Question, name: str, served: Served, answer: Ready) -> None:
        """Keep what was answered from a file as it is."""
        coding = next((coding for coding, body in served.bodies.items() if body is answer.body), None)
        if len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[asked] = Known(name, served.stamp, answer.status, answer.head, coding)

    def forget(self) -> None:
        """Forget them all: from now on they are others."""
        self._known.clear()


def question(method: str, path: str, headers: Iterable[Header]) -> Question | None:
    """What a request asks of a file; None where more of it counts than can be told so."""
    coding = tag = date = None
    for name, value in headers:
        if name == b"accept-encoding" and coding is None and len(value) <= LONGEST:
            coding = value
        elif name == b"if-none-match" and tag is None and len(value) <= LONGEST:
            tag = value
        elif name == b"if-modified-since" and date is None and len(value) <= LONGEST:
            date = value
        elif name in (b"accept-encoding", b"if-none-match", b"if-modified-since", b"a-im"):
            return None
    return method, path, coding, tag, date


def head(headers: Iterable[Header]) -> bytes:
    """Headers up to the empty line."""
    return b"".join(b"%b: %b\r\n" % header for header in headers) + b"\r\n"
