"""A web server on loopback that misbehaves: every case has an address of its own and its own play."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Self

RSS = "application/rss+xml"


@dataclass(frozen=True)
class Visit:
    """A connection to one case, the path that was asked for, and the server's addresses."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    path: str
    url: str
    trap: str

    async def say(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Send bytes as they stand, with a pause after each piece."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if pause:
                await asyncio.sleep(pause)


Play = Callable[[Visit], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """What a server does, and what a poll makes of it: a failure's class, or how many items are kept."""

    name: str
    play: Play
    expected: str | int


def head(*headers: str, status: str = "200 OK", content_type: str = RSS) -> bytes:
    """The head of an answer as it stands on the wire."""
    said = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", "Connection: close", *headers, "", ""]
    return "\r\n".join(said).encode()


def raw(*pieces: bytes, pause: float = 0.0) -> Play:
    """Answer with these bytes, and hang up."""
    return lambda visit: visit.say(*pieces, pause=pause)


def answer(body: bytes | str, *headers: str, status: str = "200 OK", content_type: str = RSS) -> Play:
    """Answer with a document, in which `@TRAP@` stands for the address that nobody may ask."""
    data = body.encode() if isinstance(body, str) else body

    async def play(visit: Visit) -> None:
        said = data.replace(b"@TRAP@", visit.trap.encode())
        length = f"Content-Length: {len(said)}"
        await visit.say(head(length, *headers, status=status, content_type=content_type), said)

    return play


def redirect(to: str, status: str = "302 Found") -> Play:
    """Send whoever asks elsewhere; `@URL@` and `@TRAP@` are the case's own address and the trap's."""

    async def play(visit: Visit) -> None:
        where = to.replace("@URL@", visit.url).replace("@TRAP@", visit.trap)
        await visit.say(head(f"Location: {where}", "Content-Length: 0", status=status))

    return play


def endlessly(first: bytes, piece: bytes, pause: float = 0.0) -> Play:
    """Answer with a beginning, and then with one piece for ever."""

    async def play(visit: Visit) -> None:
        await visit.say(first)
        while True:
            await visit.say(piece, pause=pause)

    return play


async def silence(visit: Visit) -> None:
    """Take the question and answer nothing, for as long as whoever asks stays."""
    await visit.reader.read()


def reset(after: bytes = b"") -> Play:
    """Send these bytes and break the connection off with a RST."""

    async def play(visit: Visit) -> None:
        await visit.say(after)
        await asyncio.sleep(0.05 if after else 0)
        broken = visit.writer.get_extra_info("socket")
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        visit.writer.transport.abort()

    return play


async def refused(visit: Visit) -> None:
    """Nobody listens at the address of a case that is played by this."""
    raise AssertionError("this server does not listen")


@dataclass
class Hostile:
    """The server of many cases, each at a port of its own, and a trap that records who asks."""

    cases: Iterable[Case]
    urls: dict[str, str] = field(default_factory=dict)
    trapped: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._ready, self._loop = Event(), asyncio.new_event_loop()
        self._done = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            self.trap = await stack.enter_async_context(self._listening(self._record))
            for case in self.cases:
                place = closed_port() if case.play is refused else self._listening(case.play)
                self.urls[case.name] = f"{await stack.enter_async_context(place)}/feed"
            self._ready.set()
            await self._done.wait()
        visits = asyncio.all_tasks() - {asyncio.current_task()}
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    async def _record(self, visit: Visit) -> None:
        self.trapped.append(visit.path)

    @asynccontextmanager
    async def _listening(self, play: Play) -> AsyncIterator[str]:
        async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(
                OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError
            ):
                asked = await reader.readuntil(b"\r\n\r\n")
                path = asked.split(b" ", 2)[1].decode()
                await play(Visit(reader, writer, path, url, getattr(self, "trap", "")))
            writer.close()

        server = await asyncio.start_server(visited, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield url
        finally:
            server.close()


@asynccontextmanager
async def closed_port() -> AsyncIterator[str]:
    """An address that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
