"""A parser process: it reads the documents it is sent, one after another, and answers with what they say.

    python -m aggregator.parser MEMORY SECONDS

Questions and answers travel through one socket, its standard input and output, in frames. Answers
are JSON: a document that took the parser over could send no more than data. It ends when its socket closes.
"""

from __future__ import annotations

import math
import os
import resource
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Annotated, BinaryIO, Literal

from pydantic import StringConstraints

from aggregator.memory import give_back
from feeds.drawings import Drawing
from feeds.entries import NOWHERE, Entry, Feed, Home, Value

LENGTH = struct.Struct(">I")
READY = b"ready"
BEHIND = 10  # by so much a parser's turn comes after the daemon's, which answers readers (nice)
OUT_OF_MEMORY = 77  # what the process ends with

HASH = StringConstraints(pattern="^[0-9a-f]{16}$")
REFUSED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "urllib.")


class Question(Value):
    """What the frame before a document says of it, as `feeds.parse` takes it, and what is wanted of it.

    Items whose hash is `known` need not be read, where dates are read at the same home as theirs were.
    `drawn` says that its entries are wanted drawn too, without the lines that their source has `repeated`;
    where some are known and all are read nevertheless, few of them are new, and none is drawn.
    """

    url: str
    content_type: str = ""
    home: Home = NOWHERE
    wanted: Literal["feed", "article"] = "feed"
    drawn: bool = False
    repeated: frozenset[int] = frozenset()
    known: frozenset[str] = frozenset()
    known_at: Home = NOWHERE


class Answer(Value):
    """A document's feed, its entries drawn or not, or its article, or the class and the message of what makes
    it unreadable.

    The feed has the entries of all `items`, or of those alone whose hash was not known.
    """

    feed: Feed | None = None
    items: tuple[Annotated[str, HASH], ...] = ()
    home: Home = NOWHERE
    article: Entry | None = None
    drawings: tuple[Drawing, ...] = ()
    kind: str = ""
    message: str = ""


def framed(contents: Iterable[bytes]) -> Iterator[bytes]:
    """Each content after its length."""
    for content in contents:
        yield LENGTH.pack(len(content))
        yield content


def main() -> None:
    """Answer until the socket closes."""
    import feeds.article
    import feeds.parse  # noqa: F401  before there are limits; whoever only asks loads no parser

    give_back()
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    asked, told = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    confine(memory)
    _tell(told, READY)
    try:
        while (question := _next(asked)) is not None and (document := _next(asked)) is not None:
            allow(seconds)
            _tell(told, answer(Question.model_validate_json(question), document).model_dump_json().encode())
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def answer(question: Question, document: bytes) -> Answer:
    """What a document says; raises MemoryError where there is none to read it in."""
    from feeds.article import NoArticle, article
    from feeds.drawings import drawings
    from feeds.parse import Unreadable, read

    said = question.model_dump(include={"url", "content_type"}) | {"home": question.home}
    try:
        if question.wanted == "article":
            return Answer(article=article(document, **said))
        reading = read(document, **said, known=question.known, known_at=question.known_at)
        entries, items = reading.feed.entries, reading.items
        drawn = question.drawn and (len(entries) < len(items) or not question.known)
        found = drawings(entries, question.repeated) if drawn else ()
        return Answer(feed=reading.feed, items=items, home=reading.home, drawings=found)
    except NoArticle as error:
        return Answer(kind="no_article", message=str(error))
    except Unreadable as error:
        if isinstance(error.__cause__, MemoryError):
            raise error.__cause__ from None
        return Answer(kind=error.kind, message=str(error))


def confine(memory: int) -> None:
    """Take from this process what reading does not need: more memory, files to write, a network, children.

    Its turn on the processor comes after that of others.
    """
    os.nice(BEHIND)
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a system that has no such limit, or one that is lower already
            resource.setrlimit(limit, (most, most))
    sys.addaudithook(_refuse)


def allow(seconds: int) -> None:
    """Let this process compute so many seconds more; then the system ends it (SIGXCPU)."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time()) + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if most == resource.RLIM_INFINITY else min(soft, most), most)
    )


def _refuse(event: str, arguments: object) -> None:
    if event.startswith(REFUSED):
        raise PermissionError(f"a parser process may not: {event}")


def _tell(told: BinaryIO, content: bytes) -> None:
    told.writelines(framed([content]))
    told.flush()


def _next(asked: BinaryIO) -> bytes | None:
    """The next frame; None where the socket is closed."""
    length = asked.read(LENGTH.size)
    return asked.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else None


if __name__ == "__main__":
    main()
