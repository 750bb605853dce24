"""The published folder over HTTP: 200, 304, 226 and 410, in the coding that the reader wants.

A bare ASGI application, since what it sends is ready: nothing of a request is built that is not looked at.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator import changes, negotiation
from aggregator.folder import GONE, Folder, Served, is_served
from aggregator.negotiation import IDENTITY
from aggregator.readymade import LARGEST, Header, Question, Ready, Readymade, head, question
from config.options import PRIVATE

METHODS = ("GET", "HEAD", "OPTIONS")
PIECE = 64 * 1024  # bytes handed over at once; a reader who takes none of them in STUCK seconds is left
STUCK = 30.0
FRESH = 60  # seconds for which a reader need not ask again, where nothing else is said
ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer-when-downgrade"}
OF_PAGES = {
    "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}
OF_FEEDS = {  # scripts of other sites may read what is public
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, IM",
    "cross-origin-resource-policy": "cross-origin",
}
PREFLIGHT = {
    "access-control-allow-methods": ", ".join(METHODS),
    "access-control-allow-headers": "A-IM, If-None-Match, If-Modified-Since",
    "access-control-max-age": "86400",
}

Headers = dict[str, str]
Fresh = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: status, headers, body."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(slots=True)
class PublishedFiles:
    """The folder, and `rest`, which answers what is no name of a published file.

    `fresh` says for how many seconds a file, by its name, need not be asked for again. `answered` counts the
    answers by their status.
    """

    folder: Folder
    rest: ASGIApp
    fresh: Fresh = lambda name: FRESH
    answered: Counter[int] = field(default_factory=Counter)
    readymade: Readymade = field(init=False)

    def __post_init__(self) -> None:
        self.readymade = Readymade(self.folder)

    def freshen(self, fresh: Fresh) -> None:
        """From now on, files are fresh for other times."""
        self.fresh = fresh
        self.readymade.forget()

    def at_once(self, scope: Mapping[str, Any]) -> Ready | None:
        """What `__call__` would answer, ready to be sent; None for what is more than a file, or too long."""
        method, path, headers = scope["method"], scope["path"], scope["headers"]
        if method not in ("GET", "HEAD") or (asked := question(method, path, headers)) is None:
            return None
        ready = self.readymade.find(asked) or self._made(asked, scope)
        if ready is not None:
            self.answered[ready.status] += 1
        return ready

    def _made(self, asked: Question, scope: Mapping[str, Any]) -> Ready | None:
        name = _name(scope["path"])
        if name is None or name.startswith(GONE) or (served := self.folder.read(name)) is None:
            return None
        answer = self._found(name, served, headers_of(scope))
        if len(answer.body) > LARGEST:
            return None
        body = b"" if scope["method"] == "HEAD" else answer.body
        ready = Ready(answer.status, head(raw(answer)), body)
        self.readymade.keep(asked, name, served, ready)
        return ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (name := _name(scope["path"])) is None:
            await self.rest(scope, receive, send)
            return
        answer = self.answer(scope["method"], name, headers_of(scope))
        self.answered[answer.status] += 1
        await deliver(answer, send, with_body=scope["method"] != "HEAD")

    def answer(self, method: str, name: str, headers: Mapping[str, str]) -> Answer:
        """What a reader is answered; the names of headers are in small letters."""
        if method not in METHODS:
            return plain(405, {"allow": ", ".join(METHODS)})
        if method == "OPTIONS":
            return Answer(204, ALWAYS | OF_FEEDS | PREFLIGHT | {"allow": ", ".join(METHODS)})
        served = self.folder.read(name) if not name.startswith(GONE) else None
        if served is not None:
            return self._found(name, served, headers)
        gone = self.folder.read(name if name.startswith(GONE) else GONE + name)
        if gone is None:
            return plain(404)
        said = self._said(name, gone, negotiation.coding(headers.get("accept-encoding"), gone.bodies))
        return Answer(410, said[0], said[1])

    def _found(self, name: str, served: Served, headers: Mapping[str, str]) -> Answer:
        coding = negotiation.coding(headers.get("accept-encoding"), served.bodies)
        said, body = self._said(name, served, coding)
        if negotiation.is_current(headers, served.tags.values(), served.modified):
            del said["content-type"]
            return Answer(304, said)
        had = _had(served, headers) if served.had and negotiation.wants_changes(headers) else None
        if had is None:
            return Answer(200, said, body)
        # Shared caches know the tag's whole document alone (RFC 3229 §10.4.1, §10.7.3).
        changed = said | {"im": "feed", "etag": served.tags[IDENTITY], "cache-control": "no-store, im"}
        changed.pop("content-encoding", None)
        return Answer(226, changed, changes.since(PurePosixPath(name).suffix, served.bodies[IDENTITY], had))

    def _said(self, name: str, served: Served, coding: str) -> tuple[Headers, bytes]:
        """The headers of a file in a coding, and its body."""
        is_page = name.endswith(".html")
        said = (
            ALWAYS
            | (OF_PAGES if is_page else OF_FEEDS)
            | {
                "content-type": served.content_type,
                "etag": served.tags[coding],
                "last-modified": format_datetime(served.modified, usegmt=True),
                "cache-control": f"public, max-age={self.fresh(name)}",
            }
        )
        if len(served.bodies) > 1:
            said["vary"] = "Accept-Encoding, A-IM" if served.had else "Accept-Encoding"
        if coding != IDENTITY:
            said["content-encoding"] = coding
        return said, served.bodies[coding]


def plain(status: int, headers: Headers | None = None) -> Answer:
    """An answer that is no more than its status."""
    body = f"{HTTPStatus(status).phrase}\n".encode()
    return Answer(status, ALWAYS | {"content-type": "text/plain; charset=utf-8"} | (headers or {}), body)


async def deliver(answer: Answer, send: Send, with_body: bool = True) -> None:
    """Send an answer, piece by piece; raises TimeoutError where the reader takes none for STUCK seconds."""
    await send({"type": "http.response.start", "status": answer.status, "headers": raw(answer)})
    body = answer.body if with_body else b""
    for place in range(0, len(body) - PIECE, PIECE):
        async with asyncio.timeout(STUCK):
            await send({"type": "http.response.body", "body": body[place : place + PIECE], "more_body": True})
    last = max(len(body) - 1, 0) // PIECE * PIECE
    async with asyncio.timeout(STUCK):
        await send({"type": "http.response.body", "body": body[last:]})


def raw(answer: Answer) -> list[Header]:
    """The headers of an answer as they are sent."""
    headers = dict(answer.headers)
    if answer.status not in (204, 304):
        headers["content-length"] = str(len(answer.body))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _had(served: Served, headers: Mapping[str, str]) -> frozenset[bytes] | None:
    """The entries of the version that a reader says it has; None where that is not known."""
    tags = negotiation.entity_tags(headers.get("if-none-match", ""))
    return next((served.had[tag] for tag in tags if tag in served.had), None)


def _name(path: str) -> str | None:
    """The name of the published file at a path; None where it is that of no such file."""
    name = path[1:] or "index.html"
    return name if is_served(name) and not name.startswith(PRIVATE) else None


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that has nothing."""
    await deliver(plain(404), send, with_body=scope["method"] != "HEAD")


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a request; those given several times as one list (RFC 9110 §5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
