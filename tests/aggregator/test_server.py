"""The web server itself: what a peer of ill will, or of a bad line, can do to it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import product
from pathlib import Path

import pytest

from aggregator import loop, serve
from aggregator.server import LARGEST_HEAD, LONGEST_HEAD, LONGEST_STANDSTILL, MOST_HEADERS, Server, listening

LOOPS = {"uvloop, where it is there": loop.run, "asyncio": asyncio.run}


@contextmanager
def serving(folder: Path, run: Callable[..., None]) -> Iterator[int]:
    """The port at which a folder is served from a loop of its own."""
    published = serve.application(folder)
    with listening("127.0.0.1", 0) as listener:
        server = Server(published, published.at_once)
        thread = threading.Thread(target=lambda: run(server.serve(sockets=[listener])))
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("front")
    (tmp_path / "feed.rss").write_text("feed " * 20_000)
    (tmp_path / "long.html").write_text("long " * 200_000)
    return tmp_path


@pytest.fixture(params=LOOPS)
def port(folder: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    with serving(folder, LOOPS[request.param]) as served:
        yield served


@pytest.fixture
def ports(folder: Path) -> Iterator[list[int]]:
    """One for each loop, for tests that wait long: they wait once."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(folder, run)) for run in LOOPS.values()]


def resident() -> float:
    """Megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 1e6


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


WHOLE = b"GET /feed.rss HTTP/1.1\r\nHost: a\r\n"
FEED = (b"HTTP/1.1 200 OK", b"feed " * 20_000)


def answers(peer: socket.socket, count: int) -> list[tuple[bytes, bytes]]:
    """So many answers, each with its status line and its body, read from a connection that stays."""
    found, read = [], peer.makefile("rb")
    for _ in range(count):
        lines = list(iter(read.readline, b"\r\n"))
        length = next((int(line[16:]) for line in lines if line.startswith(b"content-length: ")), 0)
        found.append((lines[0].strip(), read.read(length)))
    return found


def test_a_request_is_answered_alike_however_often_and_in_whatever_pieces_it_comes(port: int) -> None:
    whole, with_all = WHOLE + b"\r\n", WHOLE + b"If-None-Match: *\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        for count, *pieces in ((1, whole), (1, whole), (1, whole[:30], whole[30:]), (2, whole + whole)):
            for piece in pieces:
                peer.sendall(piece)
                time.sleep(0.05)
            assert answers(peer, count) == [FEED] * count
        peer.sendall(with_all + whole + with_all + whole[:7])
        unchanged = (b"HTTP/1.1 304 Not Modified", b"")
        assert answers(peer, 3) == [unchanged, FEED, unchanged]
        peer.sendall(whole[7:])
        assert answers(peer, 1) == [FEED]


def test_a_connection_is_closed_where_the_reader_asks_for_that(port: int) -> None:
    for request_ in (WHOLE + b"Connection: close\r\n\r\n", b"GET /feed.rss HTTP/1.0\r\n\r\n"):
        for _ in range(3):
            answered = said(port, request_)
            assert answered.startswith(b"HTTP/1.1 200 OK")
            assert answered.endswith(b"feed ")
            assert b"connection: close" in answered


def test_what_looks_like_a_request_within_the_body_of_one_is_none(port: int) -> None:
    whole = WHOLE + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(whole)
        answers(peer, 1)
        peer.sendall(b"POST /feed.rss HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(whole))
        time.sleep(0.1)
        peer.sendall(whole)
        assert answers(peer, 1)[0][0] == b"HTTP/1.1 405 Method Not Allowed"
        peer.sendall(WHOLE + b"Connection: close\r\n\r\n")
        assert answers(peer, 1) == [FEED]
        assert peer.recv(1) == b""


def test_a_reader_that_asks_and_asks_and_takes_nothing_fills_no_memory(port: int) -> None:
    """A hundred kilobytes for each of forty bytes: as many answers as fit are written, the rest wait."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        before = resident()
        peer.sendall((WHOLE + b"\r\n") * 1_000)
        time.sleep(0.5)
        assert resident() - before < 20
        assert b"front" in said(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * (64 * LARGEST_HEAD) + b"\r\n\r\n",
        b"GET /" + b"x" * (64 * LARGEST_HEAD) + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * MOST_HEADERS + b"\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
    ids=[
        "a long header",
        "a long path",
        "two lengths",
        "two hosts",
        "no host",
        "a NUL",
        "many headers",
        "TLS",
    ],
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
def test_who_never_ends_the_head_of_a_request_is_not_waited_for(ports: list[int]) -> None:
    started = time.monotonic()
    with ExitStack() as stack:
        peers = []
        for port, sent in product(ports, [b"", b"GET / HTTP/1.1\r\nHost: a\r\n"]):
            peers.append(stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)))
            peers[-1].sendall(sent)
        assert [peer.recv(1) for peer in peers] == [b""] * 4
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


@pytest.mark.slow
def test_who_takes_nothing_of_an_answer_is_left(ports: list[int], caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(socket.socket()) for _ in ports]
        for peer, port in zip(peers, ports, strict=True):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            peer.settimeout(1)
            peer.connect(("127.0.0.1", port))
            peer.sendall((WHOLE + b"\r\n") * 60)
        time.sleep(2.5 * LONGEST_STANDSTILL)
        assert max(map(taken, peers)) < 60 * len(FEED[1])
    assert caplog.messages == []


def taken(peer: socket.socket) -> int:
    """How many bytes are there for a peer until it is left."""
    count = 0
    with suppress(ConnectionResetError):
        while piece := peer.recv(65_536):
            count += len(piece)
    return count
