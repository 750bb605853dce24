"""The panes of the desk: lists of lines with a cursor, and the reading pane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from curation.screen.lines import Line

R = TypeVar("R")
COLOURS = frozenset({"red", "green", "yellow", "magenta", "cyan"})
PLAIN = Style()
NEAR = 100  # lines before the end, where more are asked for


def content(line: Line) -> Content:
    """Spans as Textual shows them; nothing in them is markup, and colours are the terminal's own."""
    return Content.assemble(*((text, f"ansi_{style}" if style in COLOURS else style) for text, style in line))


def bound(actions: Mapping[str, str]) -> list[BindingType]:
    """Keys bound to actions, for the help of the desk itself to show."""
    return [Binding(key, action, show=False) for key, action in actions.items()]


class Listing(ScrollView, Generic[R], can_focus=True):
    """Lines under a cursor. Only those in sight are drawn, so that there may be any number."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "j,down": "go(1)",
            "k,up": "go(-1)",
            "space,pagedown": "page(1)",
            "b,pageup": "page(-1)",
            "g,home": "first",
            "G,end": "last",
            "enter": "open",
        }
    )
    cursor: reactive[int] = reactive(0)

    class Told(Message):
        """Something about a list."""

        def __init__(self, listing: Listing[Any]) -> None:
            super().__init__()
            self.listing = listing

    class Moved(Told):
        """The cursor stands elsewhere, or on another line; by the editor's hand, or as the lines changed."""

        def __init__(self, listing: Listing[Any], by_hand: bool) -> None:
            super().__init__(listing)
            self.by_hand = by_hand

    class Opened(Told):
        """The line under the cursor is to be opened."""

    def __init__(self, draw: Callable[[R, int, int], Line], name: str) -> None:
        super().__init__(id=name)
        self.draw = draw
        self.rows: Sequence[R] = ()
        self.nothing = ""

    @property
    def current(self) -> R | None:
        """What stands under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def show(self, rows: Sequence[R], cursor: int | None = None) -> None:
        """Put these lines in place of the others; the cursor stays unless it is given."""
        self.rows = rows
        self.virtual_size = Size(0, len(rows))
        self.cursor = self.cursor if cursor is None else cursor
        self.refresh()
        self.post_message(self.Moved(self, by_hand=False))

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.rows) - 1))

    def watch_cursor(self) -> None:
        top, height = round(self.scroll_y), max(self.size.height, 1)
        if not top <= self.cursor < top + height:
            y = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=y, animate=False)
        self.refresh()

    def on_resize(self) -> None:
        self.call_after_refresh(self.watch_cursor)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, index = self.size.width, round(self.scroll_y) + y
        if index >= len(self.rows):
            said = self.nothing if y == 1 and not self.rows else ""
            return Strip([Segment(f" {said}"[:width], PLAIN)]).adjust_cell_length(width, PLAIN)
        is_current = index == self.cursor
        is_lit = is_current and self.has_focus
        base = Style(reverse=is_lit, bold=is_current or None)
        spans = [("> " if is_current else "  ", ""), *self.draw(self.rows[index], index, width - 3)]
        segments = [Segment(text, base if is_lit else Style.parse(style) + base) for text, style in spans]
        return Strip([*segments, Segment(" ", base)]).adjust_cell_length(width, base)

    def move_to(self, cursor: int) -> None:
        """Put the cursor on a line, by the editor's hand."""
        self.cursor = cursor
        self.post_message(self.Moved(self, by_hand=True))

    def action_go(self, by: int) -> None:
        self.move_to(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.move_to(self.cursor + by * max(self.size.height - 1, 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self.rows) - 1)

    def action_open(self) -> None:
        self.post_message(self.Opened(self))

    def on_click(self, event: events.Click) -> None:
        self.move_to(round(self.scroll_y) + event.y)
        if event.chain == 2:
            self.action_open()


class Reading(VerticalScroll, can_focus=True):
    """The reading pane."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "j,down": "scroll_down",
            "k,up": "scroll_up",
            "space,pagedown": "page_down",
            "b,pageup": "page_up",
            "g,home": "scroll_home",
            "G,end": "scroll_end",
        }
    )

    def __init__(self) -> None:
        self.text = Static(markup=False)
        super().__init__(self.text, id="reading")

    def show(self, line: Line, again: bool = False) -> None:
        """Show a text, from its beginning unless it is the same item again."""
        self.text.update(content(line))
        if not again:
            self.scroll_home(animate=False)
