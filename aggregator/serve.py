"""The published folder over HTTP: strong ETags, 304s, HEAD, and the content types readers know.

Beside it stand the callbacks of hubs (`aggregator.websub`).

Only names that publishing writes are answered: at most in a folder of a folder, no dot files, known endings.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator import websub
from aggregator.websub import Subscriber
from config.errors import NewsdeskError

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".xml": "application/xml",
}
NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,200}/){0,2}[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
FRESH_SECONDS = 60
COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer-when-downgrade"}

log = logging.getLogger(__name__)

Healthy = Callable[[], Awaitable[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it was when last read: its bytes and their validators."""

    body: bytes
    etag: str
    modified: datetime


class Folder:
    """The files of a folder, each read again only when it has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, tuple[tuple[int, int, int], Served]] = {}

    def read(self, name: str) -> Served | None:
        """A file of this name; None where there is none that is served."""
        path = self.folder / name
        if NAME.fullmatch(name) is None or path.suffix not in CONTENT_TYPES:
            return None
        try:
            with path.open("rb") as file:
                said = path.stat()
                stamp = (said.st_ino, said.st_mtime_ns, said.st_size)
                kept = self._kept.get(name)
                if kept is not None and kept[0] == stamp:
                    return kept[1]
                body = file.read()
        except OSError:
            self._kept.pop(name, None)
            return None
        modified = datetime.fromtimestamp(said.st_mtime_ns // 10**9, UTC)
        served = Served(body, f'"{sha256(body).hexdigest()[:32]}"', modified)
        self._kept[name] = (stamp, served)
        return served


def application(
    folder: Path, healthy: Healthy | None = None, subscriber: Subscriber | None = None
) -> Starlette:
    """A web application that serves the published folder, says at /healthz that it does, and hears hubs."""
    files = Folder(folder)

    async def published(request: Request) -> Response:
        name = request.path_params.get("name") or "index.html"
        served = files.read(name)
        if served is None:
            return PlainTextResponse("Not found\n", status_code=404, headers=COMMON)
        return answer(request, served, CONTENT_TYPES[Path(name).suffix])

    async def health(request: Request) -> Response:
        said = await healthy() if healthy is not None else {}
        lines = "".join(f"{name} {value}\n" for name, value in {"status": "ok", **said}.items())
        return PlainTextResponse(lines, headers=COMMON | {"Cache-Control": "no-store"})

    application = Starlette(
        routes=[
            Route("/healthz", health),
            *([callback(subscriber)] if subscriber is not None else []),
            Route("/", published),
            Route("/{name:path}", published),
        ]
    )
    application.router.redirect_slashes = False  # such a redirect would repeat the request's own Host
    return application


def callback(subscriber: Subscriber) -> Route:
    """Where hubs verify subscriptions (GET) and tell of changes (POST)."""

    async def called(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            if not await subscriber.knows(token):
                return plain(404)
            if request.method == "POST":
                return plain(await told(request, token, subscriber))
            said = await subscriber.verify(token, request.query_params)
        except NewsdeskError as error:
            log.error("a hub could not be heard: %s (%s)", error.message, error.remedy)
            return plain(503)
        return plain(404) if said is None else PlainTextResponse(said, headers=COMMON)

    return Route(f"/{websub.PATH}/{{token}}", called, methods=["GET", "POST"])


async def told(request: Request, token: str, subscriber: Subscriber) -> int:
    """Hand on what a hub tells; the status it is answered."""
    try:
        body = await whole(request, subscriber.most_bytes, subscriber.longest)
    except TimeoutError:
        return 408
    if body is None:
        return 413
    signature = request.headers.get("x-hub-signature", "")
    content_type = request.headers.get("content-type", "")
    return 202 if await subscriber.told(token, signature, content_type, body) else 404


async def whole(request: Request, most: int, seconds: float) -> bytes | None:
    """The body of a request; None for one longer than `most`. Raises TimeoutError after so many seconds."""
    body = bytearray()
    async with asyncio.timeout(seconds):
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                return None
    return bytes(body)


def plain(status: int) -> Response:
    """An answer that is no more than its status."""
    return PlainTextResponse(f"{HTTPStatus(status).phrase}\n", status_code=status, headers=COMMON)


def answer(request: Request, served: Served, content_type: str) -> Response:
    """The file, or 304 where the reader has it (RFC 9110 §13.2.2: If-None-Match before If-Modified-Since)."""
    headers = COMMON | {
        "ETag": served.etag,
        "Last-Modified": format_datetime(served.modified, usegmt=True),
        "Cache-Control": f"public, max-age={FRESH_SECONDS}",
        "Access-Control-Allow-Origin": "*",
    }
    if is_current(request, served):
        return Response(status_code=304, headers=headers)
    return Response(served.body, headers=headers | {"Content-Type": content_type})


def is_current(request: Request, served: Served) -> bool:
    """Whether the reader's validators are those of the file."""
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return "*" in tags or served.etag in tags
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and served.modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
