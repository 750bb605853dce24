"""A real web server on loopback: it stands for the sites whose feeds are read, and records requests.

`ask` is the other side: one fetch, as newsdesk does it, where loopback may be connected to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self

from aggregator.answers import Address, Answer, Document, Failure
from aggregator.fetch import Fetcher
from config.options import Fetching


@dataclass
class Page:
    """What is answered at a path; with an etag or a date, conditional requests are answered with 304."""

    body: bytes = b""
    content_type: str = "application/rss+xml"
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    at: float


class Web:
    """Pages by path, the requests that came for them, and how many were in flight at once."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.busiest = 0
        self._busy = 0
        self._counting = Lock()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a body waits 40 ms for what acknowledges its head

            def do_GET(self) -> None:
                web.asked.append(Asked(self.path, dict(self.headers.items()), time.monotonic()))
                web.count(1)
                try:
                    web.answer(self, web.pages.get(self.path, Page(b"no such page", "text/plain", 404)))
                finally:
                    web.count(-1)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def handle(self) -> None:
                with suppress(ConnectionError):  # whoever asked has gone away
                    super().handle()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: bytes | str = b"", **said: object) -> str:
        """Answer this at a path; the address of it."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(data, **said)  # type: ignore[arg-type]  # the fields of Page
        return self.url(path)

    def put_raw(self, path: str, *pieces: bytes, pause: float = 0.0) -> str:
        """Answer with these bytes as they stand, with a pause after each, and hang up."""

        def act(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            for piece in pieces:
                handler.wfile.write(piece)
                time.sleep(pause)

        return self.put(path, act=act)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Send whoever asks for a path elsewhere."""
        return self.put(path, status=status, headers={"Location": to})

    def count(self, more: int) -> None:
        with self._counting:
            self._busy += more
            self.busiest = max(self.busiest, self._busy)

    def answer(self, handler: BaseHTTPRequestHandler, page: Page) -> None:
        time.sleep(page.wait)
        if page.act is not None:
            page.act(handler)
            return
        current = (page.etag and handler.headers.get("If-None-Match") == page.etag) or (
            page.last_modified and handler.headers.get("If-Modified-Since") == page.last_modified
        )
        body = b"" if current else page.body
        handler.send_response(304 if current else page.status)
        said = {"ETag": page.etag, "Last-Modified": page.last_modified, "Content-Type": page.content_type}
        for name, value in (said | page.headers).items():
            if value is not None:
                handler.send_header(name, value)
        if not current:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def options(**chosen: object) -> Fetching:
    """How sources are asked where IPv4 loopback may be; a timeout may be shorter than an operator's."""
    loopback = Fetching(allow_private_networks=("127.0.0.0/8",), host_gap=0)  # type: ignore[arg-type]  # read
    return loopback.model_copy(update=chosen)


async def ask(
    url: str, etag: str | None = None, last_modified: str | None = None, **chosen: object
) -> Answer:
    """Fetch one address once."""
    async with Fetcher(options(**chosen)) as fetcher:
        return await fetcher.fetch(Address(1, url, etag, last_modified))


def http(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """An answer as it stands on the wire."""
    said = [f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([f"HTTP/1.1 {status}", *said, "", ""]).encode() + body


def failed(answer: Answer) -> Failure:
    """The answer, which is a failure with one line for people."""
    assert isinstance(answer, Failure), answer
    assert answer.message.isprintable()
    assert 0 < len(answer.message) <= 500
    return answer


def found(answer: Answer) -> Document:
    """The answer, which is a document."""
    assert isinstance(answer, Document), answer
    return answer
