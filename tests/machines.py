"""Many machines, as processes on one database, and hosts that notice how they are asked."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Self

from makers import rss, rss_item
from running import NEWSDESK, ROOT
from sqlalchemy.engine import URL

from aggregator import app, sources
from aggregator.app import Newsdesk


class Hosts:
    """Feeds on many hosts of a network; each answers after `wait` seconds, and remembers who was there."""

    def __init__(self, wait: float = 0.02, network: str = "127.1") -> None:
        self.wait, self.network = wait, network
        self.asked = Counter[str]()
        self.together: set[str] = set()  # hosts that were asked twice at once
        self.port = 0
        self._answering: set[asyncio.Task[None]] = set()
        self._busy = Counter[str]()
        self._at: dict[str, float] = {}
        self.gaps = defaultdict[str, list[float]](list)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._answer, "0.0.0.0", 0, backlog=1000), self._loop
        )
        self._server = started.result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for answering in self._answering:
            answering.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    def url(self, number: int, of_each: int = 1) -> str:
        """The address of a feed; `of_each` of them are on one host."""
        host = number // of_each
        return f"http://{self.network}.{host // 250}.{host % 250 + 1}:{self.port}/{number}"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        try:
            await self._talk(reader, writer)
        except asyncio.CancelledError:  # a server that is closed
            pass
        finally:
            self._answering.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                body = await self._served(head.split()[1], lines["Host"])
                said = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}"
                writer.write(f"{said}\r\n\r\n".encode() + body)
                await writer.drain()

    async def _served(self, path: str, host: str) -> bytes:
        self.asked[path] += 1
        self._busy[host] += 1
        if self._busy[host] > 1:
            self.together.add(host)
        if host in self._at:
            self.gaps[host].append(time.monotonic() - self._at[host])
        await asyncio.sleep(self.wait)
        self._busy[host] -= 1
        self._at[host] = time.monotonic()
        items = [rss_item(f"https://site.example{path}/{number}") for number in range(2)]
        return rss(items, title=f"Feed {path}").encode()


class Machines:
    """Processes on one database, in folders of their own, whose settings are those of a private network."""

    def __init__(self, folder: Path, database_url: str, gap: float = 0, network: str = "127.0.0.0/8") -> None:
        self.folder, self.url, self.started = folder, database_url, 0
        self.settings = (
            f"[fetch]\nhost_gap = {gap}\nallow_private_networks = ['{network}']\n"
            f"[poll]\ntick = 0.2\n[serve]\nport = 0\n"
        )
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str, url: str | None = None) -> subprocess.Popen[bytes]:
        """Another machine, on which a command runs; its log is `N.log`."""
        self.started += 1
        room = self.folder / f"machine{self.started}"
        room.mkdir()
        (room / "newsdesk.toml").write_text(self.settings)
        environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        environ["NEWSDESK_DATABASE_URL"] = url or self.url
        with (self.folder / f"{self.started}.log").open("wb") as log:
            process = subprocess.Popen([*NEWSDESK, *words], cwd=room, env=environ, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def log(self, number: int) -> str:
        return (self.folder / f"{number}.log").read_text()

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()


@contextmanager
def machines(folder: Path, url: str, **given: Any) -> Iterator[Machines]:
    """Machines that are all off at the end."""
    made = Machines(folder, url, **given)
    try:
        yield made
    finally:
        made.end()


def subscribe(newsdesk: Newsdesk, urls: list[str]) -> None:
    """Have these feeds polled, from now on."""
    with newsdesk.database.writing() as session:
        for url in urls:
            sources.add(session, url, app.utc_now())


def wait(for_it: Callable[[], bool], seconds: float) -> float:
    """How long it took; fails after so many seconds."""
    started = time.monotonic()
    while not for_it():
        assert time.monotonic() - started < seconds, "it did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - started


class Wire:
    """The way to a database server, which can be cut: connections are torn, or they hang without a word."""

    def __init__(self, url: URL) -> None:
        self._server = url
        self.is_cut, self.hangs = False, False
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = url.set(host="127.0.0.1", port=self._listener.getsockname()[1], query={})
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Tear what is connected, and let nobody connect."""
        self.is_cut = True
        for pair in list(self._pairs):
            _shut(pair)

    def mend(self) -> None:
        self.is_cut = self.hangs = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _connected(self) -> socket.socket:
        folder = str(self._server.query.get("host", ""))
        if folder.startswith("/"):
            local = socket.socket(socket.AF_UNIX)
            local.connect(f"{folder}/.s.PGSQL.{self._server.port or 5432}")
            return local
        return socket.create_connection((self._server.host or "localhost", self._server.port or 5432))

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                ours, _ = self._listener.accept()
                if self.is_cut:
                    ours.close()
                    continue
                pair = ours, self._connected()
                self._pairs.add(pair)
                for one, other in (pair, pair[::-1]):
                    Thread(target=self._carry, args=(one, other, pair), daemon=True).start()

    def _carry(
        self, one: socket.socket, other: socket.socket, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        with suppress(OSError):
            while piece := one.recv(65_536):
                while self.hangs:
                    time.sleep(0.1)
                other.sendall(piece)
        _shut(pair)
        for end in pair:
            end.close()
        self._pairs.discard(pair)


def _shut(pair: tuple[socket.socket, socket.socket]) -> None:
    """End both: one that is only closed stays open for a thread that waits for what comes."""
    for end in pair:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
