"""A real web server on loopback: it stands for the sites whose feeds are read, and records requests."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self


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
    """Pages by path, and the requests that came for them."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.asked.append(Asked(self.path, dict(self.headers.items()), time.monotonic()))
                web.answer(self, web.pages.get(self.path, Page(b"no such page", "text/plain", 404)))

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
