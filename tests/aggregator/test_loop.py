"""The event loop that the program runs in."""

from __future__ import annotations

import subprocess
import sys

from running import ROOT

PROGRAM = """
import asyncio, resource
from aggregator import loop
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
async def soft():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
print(loop.run(soft()), hard)
"""


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    allowed, hard = map(int, ran.stdout.split())
    assert allowed == hard
