"""`feeds.parse` in processes that can be killed: a document that ends or stalls its parser harms nobody else.

    document ─> waits its turn ─> a parser that is idle, or a new one ─> Feed | Failure

No parser starts before the first document. One that has died, was stopped, or has read enough is replaced.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aggregator.answers import Document, Failure, one_line
from aggregator.arrived import MOST_ENTRIES_AT_ONCE
from aggregator.backlog import Backlog
from aggregator.outcomes import Read, without_body
from aggregator.parser import LENGTH, OUT_OF_MEMORY, Answer, Question, framed
from aggregator.remembered import NOTHING, Memory
from feeds import cutting
from feeds.digest import digest
from feeds.drawings import Drawing
from feeds.entries import NOWHERE, Entry, Home

START_SECONDS = 30
LARGE = 1_000_000  # bytes of a document after which a parser holds on to more memory than it needs
MOST_UNREAD = 8_000_000  # bytes of documents
KEPT = ("PATH", "LANG", "LC_", "LD_", "DYLD_", "PYTHON")  # of the environment; a parser needs no secrets


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading may take: `memory` in bytes for one parser, seconds for one document."""

    parsers: int = 2
    documents: int = 200  # that one parser reads
    memory: int = 1 << 30
    computing: int = 10
    seconds: float = 15.0
    patience: float = 2.0  # from a document's arrival, until another parser helps


LIMITS = Limits()


class Parsers:
    """A few parser processes: a context manager, used in one event loop, which is never held up.

    There is one, which reads documents in the order they come, until a document has had to wait long.
    None reads on while there is much that is `unstored`, as far as that is counted by whoever stores.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._running: set[Parser] = set()
        self._seats: asyncio.LifoQueue[Parser | None] = asyncio.LifoQueue()
        self._opened = 0
        self.unread, self.unstored = Backlog(MOST_UNREAD), Backlog(MOST_ENTRIES_AT_ONCE)
        self._recalling = asyncio.Lock()
        self._open()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(self._end(parser) for parser in list(self._running)))

    @property
    def processes(self) -> list[int]:
        """The process ids of the parsers that run."""
        return [parser.process.pid for parser in self._running]

    async def read(
        self,
        document: Document,
        home: Home = NOWHERE,
        drawn: bool = False,
        recall: Callable[[], Memory] | None = None,
    ) -> Read | Failure:
        """The feed in a document; local times in it are those of its `home`.

        Where all of it is new its entries are wanted `drawn` too: beside the database, not within it.
        What need not be read of it is what `recall` remembers, which is called in another thread; what is
        read then is drawn.
        """
        with self._waits(len(document.body)):
            memory = await self._recalled(recall) if recall else NOTHING
            answer = await self._ask(asked(document, home, memory, drawn), document.body)
        return told(document, answer, memory)

    async def _recalled(self, recall: Callable[[], Memory]) -> Memory:
        async with self._recalling:  # one after another, so that documents are read in the order they come
            return await asyncio.to_thread(recall)

    async def article(self, document: Document) -> Entry | Failure:
        """The article in a web page."""
        question = Question(url=document.url, content_type=document.content_type, wanted="article")
        with self._waits(len(document.body)):
            answer = await self._ask(question, document.body)
        return answer.article or Failure(answer.kind, one_line(answer.message), document.hints)

    async def room(self) -> None:
        """Wait until few enough documents wait to be read, so that fetching does not run ahead of reading."""
        await self.unread.room()

    async def _ask(self, question: Question, document: bytes) -> Answer:
        seat, parser = await self._seats.get(), None
        try:
            await self.unstored.room()
            parser = await self._seated(seat)
            return await parser.ask(question, document)
        except (OSError, EOFError, ValueError) as error:
            if parser is None:
                raise
            return await parser.fate(error)
        finally:
            self._seats.put_nowait(parser if parser is not None and parser.fit else None)
            if parser is not None and not parser.fit:
                await self._end(parser)

    async def _seated(self, parser: Parser | None) -> Parser:
        """The parser of a seat, or a new one where it is empty or its parser has died."""
        if parser is not None:
            if parser.process.poll() is None:
                return parser
            await self._end(parser)
        parser = Parser(self.limits)
        self._running.add(parser)
        return parser

    async def _end(self, parser: Parser) -> None:
        await parser.end()
        self._running.discard(parser)

    def _open(self) -> None:
        """A seat for one more parser, if there may be one more, and it is reading that others wait for."""
        if self._opened < self.limits.parsers and not self.unstored.is_full:
            self._opened += 1
            self._seats.put_nowait(None)

    @contextmanager
    def _waits(self, size: int) -> Iterator[None]:
        impatient = asyncio.get_running_loop().call_later(self.limits.patience, self._open)
        self.unread.add(size)
        try:
            yield
        finally:
            self.unread.add(-size)
            impatient.cancel()


class Parser:
    """One parser process, and the socket it is asked through."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.fit = False  # to be asked: it has answered all that it was asked, and has not read enough
        self._read = 0
        self._socket, theirs = socket.socketpair()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._ready = False
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-P", "-m", "aggregator.parser", str(limits.memory), str(limits.computing)],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for us
            )

    async def ask(self, question: Question, document: bytes) -> Answer:
        """What it answers; raises OSError, EOFError or ValueError where it does not, in time."""
        self.fit = False
        reader, writer = await self._started()
        async with asyncio.timeout(self.limits.seconds):
            writer.writelines(framed([question.model_dump_json().encode(), document]))
            await writer.drain()
            answer = Answer.model_validate_json(await _frame(reader))
        self._read += 1
        self.fit = self._read < self.limits.documents and len(document) <= LARGE
        return answer

    async def _started(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Its streams, once it says that it is ready."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(sock=self._socket)
            async with asyncio.timeout(START_SECONDS):
                await _frame(self._streams[0])
            self._ready = True
        return self._streams

    async def fate(self, error: Exception) -> Answer:
        """What became of it, when it failed to answer."""
        if not self._ready:
            return Answer(kind="internal", message="a parser process did not start")
        if isinstance(error, TimeoutError):
            return Answer(kind="parse_timeout", message=f"not read within {self.limits.seconds:g} seconds")
        if isinstance(error, ValueError):
            return Answer(kind="parse_crash", message="its parser answered what is no answer")
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self.process.wait, 1)
        return verdict(self.process.returncode, self.limits)

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.close()
        self.process.kill()
        await asyncio.to_thread(self.process.wait)

    def close(self) -> None:
        """Close the socket."""
        if self._streams is None:
            self._socket.close()
        else:
            self._streams[1].transport.abort()


def asked(
    document: Document, home: Home = NOWHERE, memory: Memory = NOTHING, drawn: bool = False
) -> Question:
    """What a parser is asked of a document of which this is remembered; what is read beside it is drawn."""
    return Question(
        url=document.url,
        content_type=document.content_type,
        home=home,
        drawn=(drawn or bool(memory.entries)) and len(document.body) <= LARGE,
        repeated=memory.repeated,
        known=frozenset(memory.entries),
        known_at=memory.home,
    )


def told(document: Document, answer: Answer, memory: Memory = NOTHING) -> Read | Failure:
    """What a document says, by what a parser read of it and what was remembered."""
    if (feed := answer.feed) is None:
        return Failure(answer.kind, one_line(answer.message), document.hints)
    try:
        whole = cutting.completed(feed, answer.items, memory.entries)
    except ValueError as error:
        return Failure("parse_crash", f"its parser answered {error}", document.hints)
    return Read(
        without_body(document),
        whole,
        digest(document.body),
        _beside(whole.entries, feed.entries, answer.drawings),
        answer.items,
        answer.home,
        NOTHING if whole is feed else memory,
    )


def _beside(
    entries: Sequence[Entry], read: Sequence[Entry], drawings: Sequence[Drawing]
) -> Sequence[Drawing | None]:
    """The drawings of those entries that were read, where they were drawn, beside all entries."""
    drawn = dict(zip(map(id, read), drawings, strict=False))
    return tuple(drawn.get(id(entry)) for entry in entries) if drawn else ()


def verdict(status: int | None, limits: Limits) -> Answer:
    """What the status that a parser ended with says of its document."""
    if status == -signal.SIGXCPU:
        return Answer(kind="parse_timeout", message=f"not read in {limits.computing} seconds of computing")
    if status == OUT_OF_MEMORY:
        return Answer(kind="parse_crash", message=f"not read in {limits.memory >> 20} MB of memory")
    how = f"of {signal.Signals(-status).name}" if status and status < 0 else f"with status {status}"
    return Answer(kind="parse_crash", message=f"its parser died {how}")


def environment() -> dict[str, str]:
    """What a parser has of our environment, and the places our own modules are found."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    return kept | {"PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)}


async def _frame(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(LENGTH.unpack(await reader.readexactly(LENGTH.size))[0])
