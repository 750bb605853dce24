"""The web server itself: what a peer of ill will, or of a bad line, can do to it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aggregator import serve
from aggregator.server import LARGEST_HEAD, LONGEST_HEAD, Server, listening


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "index.html").write_text("front")
    (tmp_path / "long.html").write_text("long " * 200_000)
    with listening("127.0.0.1", 0) as listener:
        server = Server(serve.application(tmp_path))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join()


def said(port: int, request: bytes) -> bytes:
    """All that is answered to what is sent, until the other side closes."""
    answered = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer, suppress(ConnectionError):
        peer.sendall(request)
        while piece := peer.recv(65_536):
            answered += piece
    return answered


def test_requests_sent_at_once_are_answered_in_their_order(port: int) -> None:
    two = b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /none.rss HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answers = said(port, two)
    assert answers.index(b"200 OK") < answers.index(b"front") < answers.index(b"404 Not Found")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * (64 * LARGEST_HEAD) + b"\r\n\r\n",
        b"GET /" + b"x" * (64 * LARGEST_HEAD) + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
    ids=["a long header", "a long path", "two lengths", "two hosts", "no host", "a NUL", "TLS"],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(port: int, request_: bytes) -> None:
    answered = said(port, request_)
    assert answered.startswith(b"HTTP/1.1 400") or answered == b""
    assert b"front" not in answered
    assert b"front" in said(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


def test_the_host_that_a_request_names_stands_nowhere_in_the_answer(port: int) -> None:
    for path in (b"/", b"/none/", b"/healthz/"):
        answered = said(
            port, b"GET " + path + b" HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        )
        assert answered
        assert b"evil" not in answered


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n"], ids=["nothing", "half a head"])
def test_who_never_ends_the_head_of_a_request_is_not_waited_for(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
        started = time.monotonic()
        peer.sendall(sent)
        assert peer.recv(1) == b""
        assert time.monotonic() - started < LONGEST_HEAD + 3


def test_readers_that_take_nothing_hold_up_no_other(port: int) -> None:
    stuck = []
    try:
        for _ in range(100):
            peer = socket.socket()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            peer.connect(("127.0.0.1", port))
            peer.sendall(b"GET /long.html HTTP/1.1\r\nHost: a\r\n\r\n")
            stuck.append(peer)
        assert b"front" in said(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    finally:
        for peer in stuck:
            peer.close()
