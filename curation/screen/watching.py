"""The desk as it is looked at: its panes, kept as the newsroom is.

Nothing waits for the database: every errand is run in a thread. One reader fills the lists, one after
another, and looks about once a second whether anything changed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ParamSpec, TypeVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Static

from curation.screen import lines, reading
from curation.screen.errands import Errands, told
from curation.screen.panes import NEAR, Listing, Reading
from curation.screen.values import INBOX, Look, Page, Place, Stamp, Story, Whole
from curation.screen.views import PAGE

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 0.4  # seconds, after which the editor is told that the desk waits
SETTLED = 0.06  # seconds for which the cursor stands before the item under it is read
REST = 4  # times as long as reading took, the reader rests
NOTHING = {
    "inbox": "Nothing waits.",
    "section": "Nothing waits.",
    "picks": "Nothing is picked.",
    "recent": "Nothing is here.",
    "found": "Nothing is found.",
}
WIDTHS = [(0, "-slim"), (60, "-narrow"), (100, "-wide")]  # cells, from which a layout holds


class Watching(App[None]):
    """The panes of the desk; `tick` is the time between two looks at the newsroom, in seconds."""

    CSS_PATH = "desk.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = WIDTHS

    places: Listing[Place]
    stories: Listing[Story]
    reading: Reading

    def __init__(self, errands: Errands, target: str, tick: float = 1) -> None:
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.fault: Exception | None = None
        self.errands, self.target, self.tick = errands, target, tick
        self.place, self.before = INBOX, INBOX
        self.page, self.page_of = Page(), Place("found")
        self.stamp: Stamp | None = None
        self.whole: Whole | None = None
        self.message, self.told_at = "", 0
        self.waited_for: set[object] = set()  # the errands that take long
        self.woken, self.stale = asyncio.Event(), True

    def compose(self) -> ComposeResult:
        self.places = Listing(self._place_line, "places")
        self.stories = Listing(self._story_line, "stories")
        self.reading = Reading()
        yield Static(id="head", markup=False)
        with Horizontal(id="panes"):
            yield self.places
            yield self.stories
            yield self.reading
        yield Static(id="foot", markup=False)

    def on_mount(self) -> None:
        self.stories.focus()
        self._keep_reading()

    def _handle_exception(self, error: Exception) -> None:
        """End with a fault of the desk itself, which Textual would print with all it holds in memory."""
        self.fault = error
        super()._handle_exception(error)
        self._exit_renderables.clear()

    # --- lines ------------------------------------------------------------------------------------

    def _place_line(self, place: Place, index: int, width: int) -> lines.Line:
        return lines.place(place, width, self.target)

    def _story_line(self, story: Story, index: int, width: int) -> lines.Line:
        now = self.errands.newsroom.now()
        if self.page_of.kind == "picks":
            return lines.pick(story, width, now, self.page_of.name, index + 1)
        return lines.story(story, width, now, self.target)

    def tell(self, message: str) -> None:
        """Say something at the foot, until the cursor moves."""
        self.message, self.told_at = message, self.stories.cursor
        self.edges()

    def edges(self) -> None:
        """Bring the first and the last line of the screen to what is so."""
        width = self.size.width
        where = f"/ {self.place.name}" if self.place.kind == "found" else self.place.title
        who = f"{self.errands.newsroom.editor}, picking for {self.errands.title(self.target)}"
        self.query_one("#head", Static).update(lines.edges(f" {where}", f"{who} ", width))
        story = self.stories.current
        said = self.message or (lines.in_words(story, self.errands.title) if story else "")
        if self.waited_for:
            said = "waiting for the database…"
        count = lines.counted(self.stories.cursor, len(self.page.stories), self.page.more)
        self.query_one("#foot", Static).update(lines.foot(said, f"{count}  ? for help ", width))

    # --- reading ----------------------------------------------------------------------------------

    async def asked(self, errand: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What an errand brings, run in a thread; that it takes long is told meanwhile."""
        one = object()
        slow = self.set_timer(PATIENCE, lambda: self._wait_for({*self.waited_for, one}))
        try:
            return await asyncio.to_thread(errand, *given, **named)
        finally:
            slow.stop()
            self._wait_for(self.waited_for - {one})

    def _wait_for(self, errands: set[object]) -> None:
        if errands != self.waited_for:
            self.waited_for = errands
            self.edges()

    def look_again(self, place: Place | None = None) -> None:
        """Have the lists read; another place from its beginning."""
        if place is not None:
            self.place, self.message = place, ""
            if place.kind == "picks":
                self.target = place.name
        self.stale = True
        self.woken.set()

    @work(group="lists", exit_on_error=False)
    async def _keep_reading(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self._read()
            except Exception as error:
                self._failed(error)
            taken = time.monotonic() - began
            if not self.stale:
                await self._rest(max(self.tick, REST * taken))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), seconds)
        self.woken.clear()

    async def _read(self) -> None:
        """Read the lists where anything changed; else more stories, where the cursor nears the end."""
        place, stale, self.stale = self.place, self.stale, False
        stamp = await self.asked(self.errands.stamp)
        if stale or stamp != self.stamp:
            in_sight = max(PAGE, self.stories.cursor + NEAR)
            shown = self.page.stories[:in_sight] if self.page_of.key == place.key else ()
            look = await self.asked(self.errands.look, place, shown)
            news = await self.asked(self.errands.news, self.stamp.decision) if self.stamp else ""
            self.stamp = stamp
            if place is self.place:
                self._show(look)
                self.message = news or self.message
                self.edges()
        elif self._is_near_the_end():
            page = await self.asked(self.errands.page, place, self.page.stories)
            if place is self.place:
                self.page = Page(self.page.stories + page.stories, page.more)
                self.stories.show(self.page.stories)

    def _is_near_the_end(self) -> bool:
        return self.page.more and self.stories.cursor + NEAR >= len(self.page.stories)

    def _show(self, look: Look) -> None:
        """Put a look in place of the last; the cursors stay with what they stood on."""
        same = self.page_of.key == self.place.key
        at = _again(self.stories.current, look.page.stories, self.stories.cursor) if same else 0
        self.page, self.page_of = look.page, self.place
        self.stories.nothing = NOTHING[self.place.kind]
        self.stories.show(look.page.stories, at)
        where = [place.key for place in look.places]
        here = self.place if self.place.key in where else self.before
        self.places.show(look.places, where.index(here.key) if here.key in where else 0)

    def _failed(self, error: Exception) -> None:
        if self.page_of.key != self.place.key:
            self._show(Look(tuple(self.places.rows)))
        self.tell(told(error))

    @on(Listing.Moved)
    def _moved(self, event: Listing.Moved) -> None:
        if event.by_hand and (event.listing is self.places or self.stories.cursor != self.told_at):
            self.message = ""
        if event.listing is self.places:
            self._go_to(self.places.current)
        else:
            self._read_current()

    def _go_to(self, place: Place | None) -> None:
        """Look at the place under the cursor, while the editor goes through the places."""
        if place is not None and self.places.has_focus and place.key != self.place.key:
            self.look_again(place)

    @work(group="whole", exclusive=True, exit_on_error=False)
    async def _read_current(self) -> None:
        story = self.stories.current
        self.edges()
        if self._is_near_the_end():
            self.woken.set()
        await asyncio.sleep(SETTLED)
        try:
            whole = None if story is None else await self.asked(self.errands.whole, story.number)
        except Exception as error:
            self.tell(told(error))
            return
        same = whole and self.whole and whole.story.number == self.whole.story.number
        self.whole = whole
        self.reading.show(self._text(whole), again=bool(same))

    def _text(self, whole: Whole | None) -> lines.Line:
        if whole is None:
            return []
        errands = self.errands
        return reading.text(whole, errands.newsroom.now(), errands.zone, errands.title)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.edges)


def _again(story: Story | None, among: Sequence[Story], cursor: int) -> int:
    """Where a story stands now, or else another item of it; the cursor where it is gone."""
    if story is None:
        return cursor
    numbers, keys = [one.number for one in among], [one.key for one in among]
    if story.number in numbers:
        return numbers.index(story.number)
    return keys.index(story.key) if story.key in keys else cursor
