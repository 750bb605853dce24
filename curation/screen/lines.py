"""What one line of the desk says, as spans of a text and its style, cut to a width of cells. Pure.

State is told by letters: colours only repeat what a letter says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from curation.screen.values import Chosen, Place, Story
from curation.terminal import age, one_line

Span = tuple[str, str]
Line = list[Span]

LETTERS = {
    "live": ("P", "green"),
    "nominated": ("N", "yellow"),
    "waiting": ("W", "cyan"),
    "held": ("H", "magenta"),
    "expired": ("E", "dim"),
    "out": ("O", "dim"),
}
STATES = {
    "live": "picked, readers see it",
    "nominated": "picked by fewer editors than it needs",
    "waiting": "picked, its time has not come",
    "held": "picked, withdrawn for a while",
    "expired": "picked, its time is over",
    "out": "picked, too old or no room for it",
}
KILLED, NEW, SEEN = ("K", "red"), ("•", "bold"), (" ", "")
PINNED, NOTED = "^", "+"
NARROW = 66  # cells, below which a line has no room for the name of a source


def fitted(text: str, width: int) -> str:
    """A text on one line in exactly so many cells, its end cut where it is longer."""
    text = one_line(text)
    if cell_len(text) > width > 0:
        return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)
    return set_cell_size(text, max(width, 0))


def place(row: Place, width: int, target: str = "") -> Line:
    """A place; of a line-up how many picks stand, and an arrow where picks go to it."""
    indent = "  " * (row.kind == "section")
    arrow = " ←" if row.kind == "picks" and row.name == target else ""
    count = f"{'' if row.count is None else row.count}{arrow}"
    room = width - cell_len(count) - 1
    return [(fitted(indent + row.title, room), ""), (f" {count}", "dim")]


def marks(story: Story, slug: str) -> Span:
    """Where a story stands, in three cells: its letter, whether it is pinned, whether it has a note.

    Of several editions the one with this slug is meant.
    """
    if story.is_killed:
        return f"{KILLED[0]}  ", KILLED[1]
    chosen = story.in_edition(slug) or next(iter(story.chosen), None)
    if chosen is None:
        letter, style = SEEN if story.is_seen else NEW
        return f"{letter}  ", style
    letter, style = LETTERS[chosen.state]
    pin, note = PINNED if chosen.pinned else " ", NOTED if chosen.note else " "
    return f"{letter}{pin}{note}", style


def story(row: Story, width: int, now: datetime, slug: str, number: int | None = None) -> Line:
    """A story: its place where it has one, its marks, age, sources and title."""
    spans = [(f"{number:>2} ", "dim")] if number is not None else []
    spans += [marks(row, slug), (f"{age(row.at, now):>4}  ", "dim"), *_told_by(row, width)]
    chosen = row.in_edition(slug)
    title = (chosen.headline if chosen else None) or row.title or "(no title)"
    room = width - sum(cell_len(text) for text, _ in spans)
    is_new = not (row.is_seen or row.is_killed or row.chosen)
    return [*spans, (fitted(title, room), "bold" if is_new else "")]


def _told_by(row: Story, width: int) -> Line:
    """How many sources tell a story, and where there is room the name of its own."""
    count = f"{row.sources}×" if row.sources > 1 else ""
    spans = [(f"{count:>3} ", "cyan")]
    if width >= NARROW:
        spans.append((fitted(row.source, width // 5) + "  ", "dim"))
    return spans


def in_words(story: Story, title: Callable[[str], str]) -> str:
    """Where a story stands, for the line at the foot; `title` names an edition."""
    if story.is_killed:
        return "killed"
    if story.chosen:
        return "; ".join(f"{_stands(one)} in {title(one.edition)}" for one in story.chosen)
    return "seen" if story.is_seen else "new"


def _stands(chosen: Chosen) -> str:
    pinned = ", pinned" if chosen.pinned else ""
    state = "picked" if chosen.state == "live" else chosen.state
    return f"{state} by {', '.join(chosen.by)}{pinned}"


def edges(left: str, right: str, width: int) -> str:
    """A line with something at either end; what is at the right stays whole where it can."""
    right = one_line(right)
    return fitted(left, width - cell_len(right) - 2) + "  " + right


def counted(cursor: int, shown: int, more: bool) -> str:
    """The place of the cursor among the lines: 12/200+."""
    return f"{min(cursor + 1, shown)}/{shown}{'+' * more}"


def text(line: Sequence[Span]) -> str:
    """What a line says, without its styles."""
    return "".join(said for said, _ in line)
