"""The web server in our own event loop. uvicorn is known here alone."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from config.errors import UsageFault

MOST_CONNECTIONS = 1_000
KEPT_ALIVE = 15  # seconds
LONGEST_HEAD = 10.0  # seconds that the head of a request may take
LARGEST_HEAD = 16 * 1024  # bytes


class Protocol(H11Protocol):
    """HTTP/1.1 that does not wait for ever for the head of a request."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn itself narrows it so
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(LONGEST_HEAD, self._give_up)

    def _give_up(self) -> None:
        self._patience = None
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Server(uvicorn.Server):
    """uvicorn within our event loop; the signals are ours, so that a stop asked for is exit status 0."""

    def __init__(self, application: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=Protocol,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="off",
                h11_max_incomplete_event_size=LARGEST_HEAD,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=3,
                timeout_keep_alive=KEPT_ALIVE,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve_until_stopped(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        """Serve on this socket until SIGTERM or SIGINT; a second signal ends the process at once."""
        _allow_files()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        serving = asyncio.create_task(self.serve(sockets=[listener]))
        try:
            while not self.started and not serving.done():  # noqa: ASYNC110  uvicorn has a flag, no event
                await asyncio.sleep(0.01)
            ready()
            await serving
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _asked_to_stop(self) -> None:
        if self.should_exit:
            os._exit(1)  # nothing is lost: what is committed is on disk, the rest is polled again
        self.should_exit = True


def _allow_files() -> None:
    """As many open files as the system allows: each reader's connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else soft, hard))


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there; raises UsageFault where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while ")[0]
        raise UsageFault(
            f"{host}:{port}: cannot be listened on: {why}", "name another with serve.port"
        ) from error
    with listener:
        yield listener


def address(listener: socket.socket) -> str:
    """The address a listening socket is reached at."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
