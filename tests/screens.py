"""The full-screen desk under test: a newsroom to open it in, its keys pressed, its screen as plain text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from textual.pilot import Pilot

from aggregator.app import Newsdesk
from config.options import Curation, Edition
from curation.desk import Desk
from curation.screen.app import FullScreen
from curation.screen.browser import Browser
from curation.screen.errands import Errands
from curation.tables import Decision

WEEKEND = Edition(slug="weekend", title="Weekend", rule="picks")


@dataclass
class Room:
    """A newsroom with an editor in it, as the command line hands it to the desk."""

    newsdesk: Newsdesk
    editor: str = "ada"
    curation: Curation = field(default_factory=Curation)

    @property
    def editions(self) -> tuple[Edition, ...]:
        return (*self.newsdesk.editions, WEEKEND)

    def now(self) -> datetime:
        return self.newsdesk.now()

    def reading(self) -> AbstractContextManager[Session]:
        return self.newsdesk.database.reading()

    def writing(self) -> AbstractContextManager[Session]:
        return self.newsdesk.database.writing()


class AtWork:
    """Someone at the desk: presses keys, looks at the screen."""

    def __init__(self, desk: FullScreen, pilot: Pilot[None], newsdesk: Newsdesk) -> None:
        self.desk, self.pilot, self.newsdesk = desk, pilot, newsdesk

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; fail where it does not within ten seconds."""
        for _ in range(500):
            if holds():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it never came so; the screen:\n{self.screen}")

    async def shows(self, *said: str) -> None:
        """Wait until the screen says all of these, and everything asked for has come."""
        await self.until(lambda: all(each in self.screen for each in said))

    async def settled(self) -> None:
        """Wait until what is shown is all that was asked for."""
        desk = self.desk
        await self.until(lambda: desk.stamp and not desk.stale and not desk.in_turn.locked())
        await self.until(lambda: _number(desk.whole and desk.whole.story) == _number(desk.stories.current))
        await self.pilot.pause(0.1)

    @property
    def lines(self) -> list[str]:
        """The screen as plain text, line by line."""
        strips = self.desk.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    @property
    def foot(self) -> str:
        return self.lines[-1].strip()

    @property
    def log(self) -> list[tuple[str, int, str | None, str, str]]:
        """The decisions, each as its verb, item, edition, editor and front end."""
        with self.newsdesk.database.reading() as session:
            decisions = session.exec(select(Decision).order_by(col(Decision.id))).all()
        return [(one.verb, one.item_id, one.edition, one.editor, one.via) for one in decisions]

    def by_other(self, verb: str, *given: object, editor: str = "bob") -> None:
        """What another editor decides meanwhile, from a terminal of their own."""
        with self.newsdesk.database.writing() as session:
            desk = Desk(session, Curation(), self.newsdesk.now(), editor)
            getattr(desk, verb)(*given)


def _number(story: object) -> object:
    return getattr(story, "number", None)


@asynccontextmanager
async def at_work(
    newsdesk: Newsdesk,
    width: int = 80,
    height: int = 24,
    *,
    opens: Callable[[str], object] = print,
    **room: object,
) -> AsyncIterator[AtWork]:
    """The desk, opened by Ada in a terminal of this size, with the inbox read."""
    errands = Errands(Room(newsdesk, **room), ZoneInfo("Europe/Paris"))  # type: ignore[arg-type]
    desk = FullScreen(errands, "editors-pick", Browser(opens), tick=0.05)
    with ThreadPoolExecutor() as threads:  # whose last errand ends before the database is closed
        asyncio.get_running_loop().set_default_executor(threads)
        async with desk.run_test(size=(width, height)) as pilot:
            work = AtWork(desk, pilot, newsdesk)
            await work.settled()
            yield work
