"""The web server in our own event loop. uvicorn is known here alone."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from aggregator.readymade import Ready
from config.errors import UsageFault

MOST_CONNECTIONS = 1_000
KEPT_ALIVE = 15  # seconds
LONGEST_HEAD = 10.0  # seconds that the head of a request may take
LARGEST_HEAD = 16 * 1024  # bytes, beside those that came with its first
MOST_HEADERS = 100
MOST_KEPT, LONGEST_KEPT = 4_096, 1_024  # requests that are known by their bytes, and how many of these
TURN = 0.0005
LONGEST_STANDSTILL = 30.0  # seconds for which a peer may take nothing of what is sent

Request = Mapping[str, Any]  # its scope, as ASGI has it
AtOnce = Callable[[Request], Ready | None]


class Answers:
    """What is `ready` for a request; one of the same bytes as one before is not parsed again."""

    def __init__(self, ready: AtOnce) -> None:
        self.ready = ready
        self._seen: dict[bytes, Request] = {}

    def again(self, data: bytes) -> Ready | None:
        """The answer to bytes that were a whole request before."""
        request = self._seen.get(data)
        return None if request is None else self.ready(request)

    def remember(self, data: bytes, request: Request) -> None:
        """These bytes are this request, whole; the oldest that are remembered make room."""
        if len(data) <= LONGEST_KEPT:
            if len(self._seen) >= MOST_KEPT:
                del self._seen[next(iter(self._seen))]
            self._seen[data] = request


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 that writes at once what is ready, and waits for no peer for ever."""

    _heard = True  # whether no message is under way
    _begun = 0  # messages, in what came last
    _room: int | None = None  # bytes that the head under way may still take
    _at_once: Request | None = None  # the last request that was answered at once
    _running: RequestResponseCycle | None = None  # the last that was given to the application
    _patience: asyncio.TimerHandle | None = None

    def __init__(self, answers: Answers, **given: Any) -> None:
        super().__init__(**given)
        self.answers = answers

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn itself narrows it so
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        is_first, room = self._heard and not self._is_answering(), self._room
        if is_first and self._is_free() and (answer := self.answers.again(data)) is not None:
            self._unset_keepalive_if_required()
            self._stop_waiting()
            self._answer(answer)
            return
        self._begun = 0
        super().data_received(data)
        if self._room is not None and room is not None:
            self._room -= len(data)
        if is_first and self._heard and self._begun == 1 and self._at_once is self.scope:
            self.answers.remember(data, self.scope)
        self._bound()

    def _bound(self) -> None:
        """Wait so long, and for so much, as the message under way may take."""
        if self._heard or self._is_answering():
            self._stop_waiting()
        elif self._room is not None and self._room < 0:
            self.send_400_response("The head of the request is too large.")
        else:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heard, self._room = False, LARGEST_HEAD
        self._begun += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) == MOST_HEADERS:
            raise ValueError("a request has too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._room = None
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError("a request names no host, or several")  # RFC 9112 §3.2
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._heard = True
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        can_be = cycle.keep_alive and app is self.app and self._is_free()
        answer = self.answers.ready(cycle.scope) if can_be else None
        if answer is None:
            self._running = cycle
            super()._start_asgi_task(cycle, app)
            return
        self._at_once = cycle.scope
        cycle.response_started = cycle.response_complete = True
        self._answer(answer)

    def _is_free(self) -> bool:
        """Whether nothing of earlier answers is still to go, and there is room for one more connection."""
        is_crowded = len(self.connections) >= MOST_CONNECTIONS
        return not (self.pipeline or self.flow.write_paused or is_crowded)

    def _answer(self, answer: Ready) -> None:
        said = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]  # Date
        self.transport.write(b"".join((STATUS_LINE[answer.status], *said, answer.head)))
        if answer.body:
            self.transport.write(answer.body)
        self.on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()  # which closes, once all has been taken
        self._watch()

    def _watch(self, left: int | None = None) -> None:
        """Break with a peer who takes nothing of what is there for it."""
        now = self.transport.get_write_buffer_size()
        if now and now == left:
            self.transport.abort()
        elif now:
            self.loop.call_later(LONGEST_STANDSTILL, self._watch, now)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._running is not None:  # uvicorn tells the last request alone, which may still wait its turn
            self._running.disconnected = True
        self.pipeline.clear()
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
    """uvicorn within our event loop; what is `ready` for a request is sent without a task of its own.

    The signals are ours, so that a stop asked for is exit status 0.
    """

    def __init__(self, application: ASGIApp, ready: AtOnce = lambda request: None) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=partial(Protocol, Answers(ready)),  # type: ignore[arg-type]  # uvicorn asks for a class, and only calls it
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="off",
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
        _answer_soon()
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


def _answer_soon() -> None:
    """No thread that polls or publishes keeps readers waiting for long.

    One that computes is asked to let another have its turn after TURN seconds, and what is loaded by now,
    which takes long to look through for garbage, is left out of that.
    """
    sys.setswitchinterval(TURN)
    gc.freeze()


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
