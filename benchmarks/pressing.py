"""Goal 7: publishing after one change, beside feedgen alone, and what is rendered where nothing changed."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path
from types import FrameType

import archive
import publishing
from measure import ROUNDS, Findings, Goal, note

from aggregator import newspaper
from aggregator.app import Newsdesk
from aggregator.daemon import Daemon
from aggregator.newspaper import Document

TIMES, OFTEN = 5, 15  # of what takes long, and of what takes milliseconds
RENDERING = ("feeds/render.py", "feeds/jsonfeed.py", "feeds/page.py")


def measure(folder: Path, findings: Findings, kept: Path) -> None:
    whole, rendering = [], []
    with archive.opened(archive.made(kept, archive.FEW), folder) as newsdesk:
        newsdesk.publish()
        changing = publishing.changes(newsdesk)
        feeds = list(newsdesk.newspaper().lineups.values())
        changed = Changed(newsdesk)

        for _ in range(ROUNDS):
            alone = archive.took(lambda: publishing.feedgen_alone(feeds), OFTEN)
            ours = archive.took(newsdesk.publish, TIMES, lambda: next(changing))
            only = archive.took(changed.render, OFTEN, lambda: (next(changing), changed.look()))
            note(f"publishing {ours:.1f} ms, its feeds {only:.1f} ms, feedgen's {alone:.1f} ms")
            whole.append(ours / alone)
            rendering.append(only / alone)
        rendered = asyncio.run(calls_of_rendering(newsdesk))
    findings.goal(
        Goal(
            7,
            "after a pick, what changed of RSS, Atom and JSON, beside feedgen's",
            tuple(rendering),
            2,
            most=True,
        ),
        Goal(7, "the whole publish after a pick, its pages and files too", tuple(whole), 2, most=True),
        Goal(7, "nothing changed: calls of what renders", (rendered,), 0, most=True, unit=""),
    )


class Changed:
    """The feeds of a newsroom that are to be rendered, as a publish has it: those whose basis is another."""

    def __init__(self, newsdesk: Newsdesk) -> None:
        self.newsdesk = newsdesk
        self.bases = dict[str, str]()
        self.documents = list[Document]()
        self.look()
        self.render()

    def look(self) -> None:
        paper = self.newsdesk.newspaper()
        every = newspaper.documents(paper, self.newsdesk.site)
        feeds = [one for one in every if newspaper.is_feed(one.name, one.edition)]
        self.documents = [one for one in feeds if self.bases.get(one.name) != one.basis]
        self.bases = {one.name: one.basis for one in feeds}

    def render(self) -> None:
        assert self.documents
        for document in self.documents:
            document.render()


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
