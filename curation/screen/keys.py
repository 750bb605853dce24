"""The keys of the desk: one table, which binds them, and which the help and the guide show. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Key:
    """Keys as they are written, what they do, and the action of each; a pane binds those without."""

    written: str
    does: str
    binds: Mapping[str, str] = field(default_factory=dict)


MOVING = (
    Key("j k ↓ ↑", "down, up; in the reading pane by lines"),
    Key("g G", "to the first, to the last"),
    Key("Space b PgDn PgUp", "a page down, up"),
    Key(
        "Tab → ←",
        "to the next pane, to the one before",
        {"right": "app.focus_next", "left": "app.focus_previous"},
    ),
    Key("Enter", "open: a place, then a story"),
    Key("] [", "to the next story, to the one before", {"]": "story(1)", "[": "story(-1)"}),
    Key("Esc", "back, from reading or from a search", {"escape": "return"}),
    Key("/", "search, as newsdesk search does", {"/": "search"}),
    Key("r", "read the list again, without what was decided", {"r": "refresh"}),
)
DECIDING = (
    Key("p P", "pick, unpick", {"p": "pick", "P": "decide('unpick')"}),
    Key("e", "pick for the next line-up, as the arrow shows", {"e": "next_edition"}),
    Key("n", "write a note, in Markdown", {"n": "note"}),
    Key("t", "give a headline", {"t": "title"}),
    Key("K J", "one place up, down in the line-up", {"K": "move('up')", "J": "move('down')"}),
    Key("a A", "pin above the others, unpin", {"a": "decide('pin')", "A": "decide('unpin')"}),
    Key("h H", "hold, release", {"h": "decide('hold')", "H": "decide('release')"}),
    Key("x X", "kill the story, revive it", {"x": "decide('kill')", "X": "decide('revive')"}),
    Key("s S", "mark as seen and go on, take the mark off", {"s": "seen", "S": "unseen"}),
    Key("u Ctrl-R", "undo your last decision, redo", {"u": "decide('undo')", "ctrl+r": "decide('redo')"}),
)
LEAVING = (
    Key("o", "open in the web browser", {"o": "browse"}),
    Key("Ctrl-Z", "go to the shell for a while; fg comes back", {"ctrl+z": "suspend_process"}),
    Key("?", "these keys", {"?": "help"}),
    Key("q", "leave: the reading pane, then the desk", {"q": "leave", "ctrl+c": "leave_at_once"}),
)
KEYS = (*MOVING, *DECIDING, *LEAVING)
