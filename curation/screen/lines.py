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
    "live": "readers see it",
    "nominated": "more editors are needed",
    "waiting": "its time has not come",
    "held": "withdrawn for a while",
    "expired": "its time is over",
    "out": "too old, or no room for it",
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
    count = "" if row.count is None else f" {row.count}"
    arrow = "←" if row.kind == "picks" and row.name == target else " "
    room = width - cell_len(count + arrow)
    return [(fitted(indent + row.title, room), ""), (count, "dim"), (arrow, "bold")]


def letter(story: Story, slug: str) -> Span:
    """Where a story stands, in one letter; of several editions the one with this slug is meant."""
    if story.is_killed:
        return KILLED
    chosen = story.in_edition(slug) or next(iter(story.chosen), None)
    if chosen is not None:
        return LETTERS[chosen.state]
    return SEEN if story.is_seen else NEW


def story(row: Story, width: int, now: datetime, slug: str) -> Line:
    """A story as it waits: its letter, age, how many sources tell it where it is several, its title.

    Where there is room its own source is named.
    """
    count = f"{min(row.sources, 99)}×" if row.sources > 1 else ""
    spans = [letter(row, slug), (f"{age(row.at, now):>4}", "dim"), (f" {count:>3} ", "cyan")]
    if width >= NARROW:
        spans.append((fitted(row.source, width // 5) + "  ", "dim"))
    return _titled(spans, row.title, width, is_new=not (row.is_seen or row.is_killed or row.chosen))


def pick(row: Story, width: int, now: datetime, slug: str, number: int) -> Line:
    """A story in a line-up: its place, letter, whether pinned and with a note, age of the pick, its title."""
    chosen = row.in_edition(slug)
    if chosen is None:
        return story(row, width, now, slug)
    pin, note = PINNED if chosen.pinned else " ", NOTED if chosen.note else " "
    spans = [(f"{number:>2} ", "dim"), letter(row, slug), (pin + note, "bold")]
    spans.append((f"{age(chosen.at, now):>4} ", "dim"))
    if width >= NARROW:
        spans.append((fitted(", ".join(chosen.by), width // 8) + "  ", "dim"))
    return _titled(spans, chosen.headline or row.title, width)


def _titled(spans: Line, title: str, width: int, is_new: bool = False) -> Line:
    room = width - sum(cell_len(text) for text, _ in spans)
    return [*spans, (fitted(title or "(no title)", room), "bold" if is_new else "")]


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
    """A line with something at either end; what is at the right stays whole."""
    right = one_line(right)
    return fitted(left, width - cell_len(right) - 2) + "  " + right


def foot(said: str, right: str, width: int) -> str:
    """The line at the foot; what is said has it for itself, in several lines, where it is long."""
    said = f" {one_line(said)}"
    return edges(said, right, width) if cell_len(said) + cell_len(right) + 2 <= width else said


def counted(cursor: int, shown: int, more: bool) -> str:
    """The place of the cursor among the lines: 12/200+."""
    return f"{min(cursor + 1, shown)}/{shown}{'+' * more}"


def text(line: Sequence[Span]) -> str:
    """What a line says, without its styles."""
    return "".join(said for said, _ in line)
