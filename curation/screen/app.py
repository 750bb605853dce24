"""The full-screen desk: what its keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.events import DescendantFocus, Key

from curation import notes
from curation.desk import headline
from curation.screen.browser import Browser
from curation.screen.errands import Errands, told
from curation.screen.keys import KEYS
from curation.screen.panes import Listing, bound
from curation.screen.prompts import Asking, AskLine, AskNote, Help
from curation.screen.values import Place, Story
from curation.screen.watching import Watching
from curation.terminal import one_line

WHOLE_STORY = ("kill", "revive")  # verbs that are about no edition
OF_NOTHING = ("undo", "redo")


class FullScreen(Watching):
    """An editor's desk."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {name: action for key in KEYS for name, action in key.binds.items()}
    )

    def __init__(self, errands: Errands, target: str, browser: Browser, tick: float = 1) -> None:
        super().__init__(errands, target, tick)
        self.browser = browser
        self.drafts: dict[tuple[str, int], str] = {}
        self.in_turn = asyncio.Lock()

    def on_key(self, event: Key) -> None:
        """A key that nothing took comes here, also from a pane that a prompt has just been put over."""
        if isinstance(self.screen, Asking):
            self.screen.type_ahead(event)

    # --- deciding ---------------------------------------------------------------------------------

    def action_decide(self, verb: str) -> None:
        """Carry out a verb that needs nothing but the story under the cursor."""
        if verb in OF_NOTHING:
            self.order(verb)
        elif (story := self._current()) is not None and (verb in WHOLE_STORY or self._is_picked(story)):
            self.order(verb, story)

    def action_pick(self) -> None:
        if (story := self._current()) is not None:
            self.order("pick", story)

    def action_move(self, direction: str) -> None:
        story = self._current()
        if self.place.kind != "picks":
            self.tell("stories are moved in a line-up: choose one at the left")
        elif story is not None:
            self.order("move", story, **{direction: True})

    def action_next_edition(self) -> None:
        """Let picks go to the next line-up; in a line-up they go to that one."""
        slugs = [edition.slug for edition in self.errands.line_ups]
        if self.place.kind == "picks":
            self.tell(f"picks go to {self.errands.title(self.target)} here")
            return
        self.target = slugs[(slugs.index(self.target) + 1) % len(slugs)]
        self.places.refresh()
        self.stories.refresh()
        self.tell(f"picks go to {self.errands.title(self.target)}")

    def order(self, verb: str, story: Story | None = None, **given: Any) -> None:
        """Have an order carried out, after those before it."""
        about = {} if story is None else {"item": story.number}
        edition = {} if verb in (*WHOLE_STORY, *OF_NOTHING) else {"edition": self.target}
        self._in_turn(self.errands.decide, {"verb": verb, **about, **edition, **given})

    @work(group="deciding", exit_on_error=False)
    async def _in_turn(self, errand: Callable[..., str], *given: Any) -> None:
        async with self.in_turn:
            try:
                self.tell(await self.asked(errand, *given))
            except Exception as error:
                self.tell(told(error))
            else:
                self.drafts.pop(_draft_of(given[0]), None)
        self.look_again()

    def action_seen(self) -> None:
        if (story := self._current()) is not None:
            self._in_turn(self.errands.mark, story.number, True)
            self.stories.action_go(1)

    def action_unseen(self) -> None:
        if (story := self._current()) is not None:
            self._in_turn(self.errands.mark, story.number, False)

    def _current(self) -> Story | None:
        if self.stories.current is None:
            self.tell("there is no story here")
        return self.stories.current

    def _is_picked(self, story: Story) -> bool:
        picked = story.in_edition(self.target) is not None
        if not picked:
            self.tell(f"item {story.number}: is not picked in {self.errands.title(self.target)}; p picks it")
        return picked

    # --- writing ----------------------------------------------------------------------------------

    def action_note(self) -> None:
        """Write the note of a pick."""
        self._write("note", AskNote, "Note (Ctrl-S keeps it, Esc does not)", notes.kept)

    def action_title(self) -> None:
        """Write the headline of a pick."""
        self._write("title", AskLine, "Headline (empty for its own)", headline)

    def _write(
        self, name: str, asking: type[AskNote] | type[AskLine], label: str, check: Callable[[str], object]
    ) -> None:
        story = self._current()
        if story is None or not self._is_picked(story):
            return
        chosen = story.in_edition(self.target)
        assert chosen is not None, "it is picked"
        said = chosen.note if name == "note" else chosen.headline or one_line(story.title)
        text = self.drafts.get((name, story.number), said)
        verb = "note" if name == "note" else "retitle"

        def written(answer: str | None) -> None:
            if answer is not None and answer != said:
                self.drafts[name, story.number] = answer
                self.order(verb, story, **{name: answer})

        self.push_screen(asking(f"{label}: {one_line(story.title)}", text, check), written)

    def action_search(self) -> None:
        """Ask for a query, and show what it finds."""

        def asked(answer: str | None) -> None:
            if answer is not None:
                if self.place.kind != "found":
                    self.before = self.place
                self.look_again(Place("found", answer.strip()))
                self._open_stories()

        self.push_screen(AskLine("Search", self.place.query, self.errands.query), asked)

    # --- going about ------------------------------------------------------------------------------

    @on(Listing.Opened)
    def _opened(self, event: Listing.Opened) -> None:
        if event.listing is self.places and (place := self.places.current) is not None:
            self.look_again(place)
            self._open_stories()
        elif event.listing is self.stories and self.stories.current is not None:
            self.screen.set_focus(None)  # else that of a list that is hidden goes to the other list
            self.screen.add_class("reads")
            self.call_after_refresh(self.reading.focus)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Whoever is in the reading pane reads, however they came there."""
        if event.widget in (self.places, self.stories, self.reading):
            self.reading.screen.set_class(event.widget is self.reading, "reads")

    def _open_stories(self) -> None:
        self.screen.remove_class("reads", "goes")
        self.call_after_refresh(self.stories.focus)

    def action_return(self) -> None:
        if self.screen.has_class("reads"):
            self._open_stories()
        elif self.place.kind == "found":
            self.look_again(self.before)
        elif not self.places.display and self.size.width < 60:
            self.screen.add_class("goes")
            self.call_after_refresh(self.places.focus)

    def action_story(self, by: int) -> None:
        self.stories.action_go(by)

    def action_refresh(self) -> None:
        self.page_of = Place("found")
        self.look_again()

    @work(group="browsing", exit_on_error=False)
    async def action_browse(self) -> None:
        story = self._current()
        if story is None:
            return
        url = story.url or ""
        if not url.startswith(("http://", "https://")):
            self.tell(f"item {story.number}: has no web address")
        else:
            self.tell(f"opening {url}")
            try:
                await self._open(url)
            except Exception as error:
                self.tell(told(error))

    async def _open(self, url: str) -> None:
        if self.browser.takes_terminal:
            with self.suspend():
                self.browser.open(url)
        else:
            await asyncio.to_thread(self.browser.open, url)

    def action_help(self) -> None:
        self.push_screen(Help())

    def action_leave(self) -> None:
        """Leave the reading pane, or else the desk."""
        if self.screen.has_class("reads"):
            self._open_stories()
        else:
            self.action_leave_at_once()

    def action_leave_at_once(self) -> None:
        self.exit()


def _draft_of(order: Any) -> tuple[str, int]:
    """What was written in an order, and of which item; of a mark nothing was."""
    if not isinstance(order, dict):
        return "", 0
    return next((name for name in ("note", "title") if name in order), ""), order.get("item", 0)
