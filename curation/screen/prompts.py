"""What the desk asks its editor: a line, a note, and the help it gives. Each is a screen of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from config.errors import NewsdeskError
from curation.screen.errands import told
from curation.screen.keys import DECIDING, LEAVING, MOVING
from curation.screen.lines import LETTERS, NOTED, PINNED, STATES, Line
from curation.screen.panes import bound, content

Check = Callable[[str], object]  # raises NewsdeskError for what cannot be meant


class Asking(ModalScreen[str | None]):
    """Something to be written; what is refused can be mended, and nothing written is lost."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"escape": "leave"})

    def __init__(self, label: str, text: str, check: Check) -> None:
        super().__init__()
        self.label, self.text, self.check = label, text, check
        self.hint = Static(label, markup=False)
        self.ahead = ""

    def type_ahead(self, event: Key) -> None:
        """Take a key that was typed while this prompt was still coming up."""
        if event.is_printable and event.character:
            self.ahead += event.character
            self._put_in()

    def on_descendant_focus(self) -> None:
        if isinstance(self.focused, TextArea):
            self.focused.move_cursor(self.focused.document.end)
        self._put_in()

    def _put_in(self) -> None:
        if isinstance(self.focused, TextArea):
            self.focused.insert(self.ahead)
        elif isinstance(self.focused, Input):
            self.focused.insert_text_at_cursor(self.ahead)
        else:
            return
        self.ahead = ""

    def answer(self, text: str) -> None:
        """End with what was written, unless it is refused."""
        try:
            self.check(text)
        except NewsdeskError as error:
            self.hint.update(f"{self.label}: {told(error)}")
        else:
            self.dismiss(text)

    def action_leave(self) -> None:
        self.dismiss(None)


class AskLine(Asking):
    """A line to be written, at the foot of the screen."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.hint
            yield Input(self.text, compact=True, select_on_focus=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.answer(event.value)


class AskNote(Asking):
    """A text of several lines to be written."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"ctrl+s": "save"})

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.hint
            yield TextArea(self.text, compact=True, highlight_cursor_line=False)

    def action_save(self) -> None:
        self.answer(self.query_one(TextArea).text)


class Help(ModalScreen[None]):
    """The keys, and what the letters before a story mean."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {"escape,q,enter,question_mark,ctrl+c": "dismiss", "j,down,space": "down", "k,up,b": "up"}
    )

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(content(help_text()), markup=False)

    def action_down(self) -> None:
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_up(self) -> None:
        self.query_one(VerticalScroll).scroll_page_up(animate=False)


def help_text() -> Line:
    """The help: keys and letters, each with its meaning."""
    said: Line = []
    for heading, keys in (("Moving", MOVING), ("Deciding", DECIDING), ("Leaving", LEAVING)):
        said.append((f"{heading}\n", "bold"))
        said += [(f"  {key.written:<19}{key.does}\n", "") for key in keys]
        said.append(("\n", ""))
    said.append(("Letters\n", "bold"))
    letters = {letter: f"picked: {STATES[state]}" for state, (letter, _) in LETTERS.items()}
    marks = letters | {"K": "killed", "•": "new to you", PINNED: "pinned", NOTED: "has a note"}
    said += [(f"  {mark:<19}{meaning}\n", "") for mark, meaning in marks.items()]
    said.append(("\nEsc closes this; Space and b turn its pages", "dim"))
    return said
