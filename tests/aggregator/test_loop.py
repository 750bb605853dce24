"""The event loop that the program runs in."""

from __future__ import annotations

import subprocess
import sys

from running import ROOT

FILES = """
import asyncio, resource
from aggregator import loop
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
async def soft():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
print(loop.run(soft()), hard)
"""


UNSPEAKABLE = """
from aggregator import loop
class Unspeakable:
    def __repr__(self):
        raise AssertionError("put into words")
async def made():
    return Unspeakable()
print(type(loop.run(made())).__name__)
"""


def said(program: str) -> list[str]:
    """What a program prints, run by itself."""
    words, path = [sys.executable, "-c", program], {"PYTHONPATH": str(ROOT)}
    return subprocess.run(words, env=path, stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    allowed, hard = said(FILES)
    assert allowed == hard


def test_what_a_run_came_to_is_not_put_into_words() -> None:
    """Those of ten thousand results of a poll are a megabyte."""
    assert said(UNSPEAKABLE) == ["Unspeakable"]
