"""Goal 7: publishing after one change, beside feedgen alone, and what is rendered where nothing changed."""

from __future__ import annotations

import asyncio
import sys
import threading
from itertools import count
from pathlib import Path
from types import FrameType

import archive
import publishing
from measure import ROUNDS, Findings, Goal, note

from aggregator.app import Newsdesk
from aggregator.schedule import Daemon

TIMES = 5
RENDERING = ("feeds/render.py", "feeds/jsonfeed.py", "feeds/page.py")


def measure(folder: Path, findings: Findings, kept: Path) -> None:
    ratios = []
    with archive.opened(archive.made(kept, archive.FEW), folder) as newsdesk:
        newsdesk.publish()
        picked = count(100)
        feeds = list(newsdesk.newspaper().lineups.values())
        for _ in range(ROUNDS):
            alone = archive.took(lambda: publishing.feedgen_alone(feeds), TIMES)
            ours = archive.took(newsdesk.publish, TIMES, lambda: publishing.pick(newsdesk, next(picked)))
            note(f"publishing {ours:.1f} ms, feedgen alone {alone:.1f} ms")
            ratios.append(ours / alone)
        rendered = asyncio.run(calls_of_rendering(newsdesk))
    findings.goal(
        Goal(7, "publishing after a pick, CPU beside feedgen alone", tuple(ratios), 2, most=True),
        Goal(7, "nothing changed: calls of what renders", (rendered,), 0, most=True, unit=""),
    )


async def calls_of_rendering(newsdesk: Newsdesk) -> int:
    """How many functions that render are called when the daemon looks, and nothing has changed."""
    called = 0

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal called
        called += event == "call" and frame.f_code.co_filename.endswith(RENDERING)

    async with newsdesk.poller() as poller:
        daemon = Daemon(newsdesk, poller)
        await daemon.publish()
        sys.setprofile(look)
        threading.setprofile(look)
        try:
            await daemon.publish()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    return called
