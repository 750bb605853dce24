"""A newsroom at work on sample feeds, with no network: the whole path, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator import app, schedule, serve, sources, store
from aggregator.server import Server, address, listening
from config import starters
from curation import desk, inbox, terminal
from curation.query import parse
from curation.search import Search
from feeds.tables import Item

EDITOR = "demo"
NOTE = (
    "Five days, two chief executives and an open letter: this is the clearest account of who came out ahead. "
    "The account in French is worth reading beside it."
)
HEADLINE = "OpenAI"  # what the story that is picked is found by

Say = Callable[[str], None]


async def run(once: Path | None, port: int, seconds: float | None, say: Say) -> None:
    """Poll, pick, publish and serve the sample newsroom.

    With `once` the published files are left in that folder and nothing is served. Without, it
    serves until it is interrupted, or for `seconds`.
    """
    with TemporaryDirectory(prefix="newsdesk-demo-") as folder:
        home = Path(folder)
        port = 0 if once is not None else _free(port)
        chosen = app.chosen(
            title="The Demo Gazette",
            base_url=f"http://127.0.0.1:{port or 8080}/",
            database_url=f"sqlite:///{home / 'newsdesk.db'}",
            output=once if once is not None else home / "public",
            private=home / "private",
            fetch={"allow_private_networks": ["127.0.0.0/8"], "host_gap": 0},
            serve={"port": port},
        )
        with app.opened(chosen) as newsdesk:
            async with sampled() as samples:
                await fill(newsdesk, samples, say)
                done = await asyncio.to_thread(newsdesk.publish)
                say(f"published {len(done.written)} files in {chosen.output}")
                if once is None:
                    await _serve(newsdesk, seconds, say)


@asynccontextmanager
async def sampled() -> AsyncIterator[str]:
    """The sample sources, served at an address of their own."""
    with listening("127.0.0.1", 0) as listener:
        samples = serve.application(starters.NEWSROOM)
        server = Server(samples, samples.at_once)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield address(listener)
        finally:
            server.should_exit = True
            await serving


async def fill(newsdesk: app.Newsdesk, address: str, say: Say) -> None:
    """Subscribe to the samples, poll them, pick a story."""
    with newsdesk.database.writing() as session:
        for sample in starters.samples():
            given = sample.model_dump(exclude={"file"})
            sources.add(session, f"{address}{sample.file}", newsdesk.now(), **given)
    async with newsdesk.poller() as poller:
        report = await poller.poll(newsdesk.due())
    names = _names(newsdesk)
    for result in sorted(report.results, key=lambda result: result.source):
        brought = result.error.message if result.error else terminal.counted(result.new, "new item")
        say(f"  {names[result.source]}: {brought}")
    say(_pick(newsdesk))


def _names(newsdesk: app.Newsdesk) -> dict[int | None, str]:
    with newsdesk.database.reading() as session:
        return {source.id: source.name for source in store.sources(session)}


def _pick(newsdesk: app.Newsdesk) -> str:
    """Pick the story that several sources tell, as an editor would from the inbox."""
    with newsdesk.database.writing() as session:
        asked = Search(parse(f'"{HEADLINE}"'), session, EDITOR, newsdesk.now())
        found = inbox.waiting(session, inbox.Filters(search=asked), limit=10)
        item = max(found, key=lambda item: len(inbox.listed(session, [item])[0].story))
        edition = desk.edition(newsdesk.editions, "editors-pick")
        editor = desk.Desk(session, newsdesk.curation, newsdesk.now(), EDITOR)
        assert isinstance(item, Item)
        assert item.id is not None
        editor.pick(item.id, edition, note=NOTE)
        return f"picked item {item.id}: {item.title}"


async def _serve(newsdesk: app.Newsdesk, seconds: float | None, say: Say) -> None:
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, os.kill, os.getpid(), signal.SIGTERM)
    with suppress(asyncio.CancelledError):
        await schedule.run(newsdesk, lambda address: _invite(address, seconds, say))


def _invite(address: str, seconds: float | None, say: Say) -> None:
    say(f"\nopen           {address}")
    for name in ("recent-news.rss", "editors-pick.atom", "editors-pick.json"):
        say(f"subscribe to   {address}{name}")
    say(f"\nstops by itself after {seconds:g} seconds" if seconds else "\nCtrl-C stops it")


def _free(port: int) -> int:
    """This port, or another that is free where it is taken."""
    for candidate in (port, 0):
        with suppress(Exception), listening("127.0.0.1", candidate) as listener:
            return int(listener.getsockname()[1])
    return port
