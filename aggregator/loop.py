"""The event loop that the program runs in: uvloop where it is installed, else that of Python itself."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from aggregator import memory

Made = TypeVar("Made")


def run(main: Coroutine[Any, Any, Made]) -> Made:
    """Run a coroutine to its end in a loop of its own, with as many open files as the system allows and with
    little memory that is kept unused; what it comes to.
    """
    _allow_files()
    memory.give_back()
    memory.collect_seldom()
    made: list[Made] = []

    async def whole() -> None:  # a runner that ends puts its task into words, and with it what that came to
        made.append(await main)

    with asyncio.Runner(loop_factory=_factory()) as runner:
        runner.run(whole())
    return made[0]


def _allow_files() -> None:
    """As many open files as the system allows: each connection, to a source or of a reader, is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else soft, hard))


def _factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # it is not made for Windows, nor for PyPy
        return asyncio.new_event_loop
    return uvloop.new_event_loop
