"""What the daemon answers over HTTP: the published folder, its health and figures, and the callbacks of hubs.

Only names that publishing writes are answered: no dot files, known endings (`aggregator.folder`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator import websub
from aggregator.folder import Folder
from aggregator.metrics import Metrics
from aggregator.private import ROUTE, Private, PrivateFiles
from aggregator.published import ALWAYS, FRESH, Fresh, PublishedFiles
from aggregator.websub import Subscriber
from config.errors import NewsdeskError

log = logging.getLogger(__name__)

Said = Callable[[], Awaitable[Mapping[str, object]]]
NO_STORE = ALWAYS | {"cache-control": "no-store"}


async def nothing() -> Mapping[str, object]:
    """What a server says that has only files."""
    return {}


@dataclass(frozen=True, slots=True)
class Told:
    """What is asked of the daemon: how it is, and what keeps it from being ready, none where it is."""

    health: Said = nothing
    unready: Said = nothing


def application(
    folder: Path,
    told: Told | None = None,
    subscriber: Subscriber | None = None,
    metrics: Metrics | None = None,
    fresh: Fresh = lambda name: FRESH,
    private: Private | None = None,
) -> PublishedFiles:
    """A web application that serves the published folder, and the private one to those who may read it, says
    how the daemon is, and hears hubs.
    """
    told, metrics, answered = told or Told(), metrics or Metrics(), Counter[int]()

    async def health(request: Request) -> Response:
        return lines({"status": "ok", **await told.health()})

    async def ready(request: Request) -> Response:
        lacking = await told.unready()
        return lines(lacking or {"status": "ready"}, 503 if lacking else 200)

    async def figures(request: Request) -> Response:
        body, content_type = await asyncio.to_thread(metrics.text, published.answered)
        return Response(body, headers=NO_STORE | {"content-type": content_type})

    rest = Starlette(
        routes=[
            Route("/healthz", health),
            Route("/readyz", ready),
            Route("/metrics", figures),
            *([callback(subscriber)] if subscriber is not None else []),
            *(
                [Route(ROUTE, PrivateFiles(private, lambda name: published.fresh(name), answered))]
                if private is not None
                else []
            ),
            Route("/{path:path}", lambda request: plain(404)),
        ]
    )
    rest.router.redirect_slashes = False  # such a redirect would repeat the request's own Host
    published = PublishedFiles(Folder(folder), rest, fresh, answered)
    return published


def lines(said: Mapping[str, object], status: int = 200) -> Response:
    """A line for each thing that is said."""
    text = "".join(f"{name} {value}\n" for name, value in said.items())
    return PlainTextResponse(text, status_code=status, headers=NO_STORE)


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
        return plain(404) if said is None else PlainTextResponse(said, headers=ALWAYS)

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
    return PlainTextResponse(f"{HTTPStatus(status).phrase}\n", status_code=status, headers=ALWAYS)
