"""How results and faults are shown: tables and colours on a terminal, plain lines in a pipe, JSON when asked.

Results go to standard output; progress and faults to standard error.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BufferedWriter, RawIOBase, TextIOWrapper
from itertools import chain
from typing import Any
from unicodedata import category

import click

from config.errors import NewsdeskError

FOLDED = frozenset({"title", "note", "trouble", "found"})  # texts, which take the room that is left
NARROWED = frozenset({"editor", "by"})  # where a terminal is too narrow for all
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
WIDEST = 24  # of any column that is no text
WIDEST_TEXT = 100  # of a paragraph, however wide the terminal is

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def write_whole() -> None:
    """Have standard output write all of what is printed.

    Where Python is told not to buffer it (PYTHONUNBUFFERED, usual in containers) it asks the system once, and
    drops what a pipe did not take because a signal broke in (CPython issue 85393).
    """
    raw = getattr(sys.stdout, "buffer", None)
    if isinstance(raw, RawIOBase):
        sys.stdout = TextIOWrapper(
            BufferedWriter(raw), sys.stdout.encoding, sys.stdout.errors, line_buffering=True
        )


def is_left() -> bool:
    """Whether who read what is printed has gone, as `head` does when it has seen enough."""
    watched = select.poll()
    watched.register(sys.stdout.fileno(), 0)  # that a pipe is broken is told unasked
    return bool(watched.poll(0))


def emit(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print rows under headings: drawn on a terminal, tab-separated and without headings in a pipe.

    `nothing` is said, on standard error, where there are no rows.
    """
    cells = [[one_line(value) for value in row] for row in rows]
    if not cells:
        say(nothing)
    elif sys.stdout.isatty():
        _drawn(headings, cells)
    else:
        for row in cells:
            click.echo("\t".join(row))


def _drawn(headings: Sequence[str], cells: list[list[str]]) -> None:
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
    )
    for number, heading in enumerate(headings):
        if heading in FOLDED and any(row[number] for row in cells):
            drawn.add_column(heading, overflow="fold", ratio=1)
        elif heading in NARROWED:
            drawn.add_column(heading, overflow="fold", max_width=WIDEST)
        else:
            widest = max(cell_len(row[number]) for row in [headings, *cells])
            drawn.add_column(heading, overflow="ellipsis", no_wrap=True, width=min(widest, WIDEST))
    for row in cells:
        drawn.add_row(*map(Text, row))
    Console().print(drawn)


def one_line(value: object) -> str:
    """A value on one line; control characters of a hostile feed reach no terminal."""
    text = "" if value is None else str(value)
    if text.isprintable():
        return text
    pairs = zip(chain(" ", text), text, strict=False)
    return "".join(shown if shown.isprintable() or _joins(before, shown) else " " for before, shown in pairs)


def _joins(before: str, shown: str) -> bool:
    """Whether a joiner belongs to a word, as in Persian or Sinhala, rather than to a picture."""
    return shown in JOINERS and category(before)[0] in "LM"


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print named values, one a line, those that are absent left out; on a terminal a long one is folded."""
    shown = [(name, one_line(value)) for name, value in pairs if value not in (None, "", [])]
    widest = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        lines = _folded(value, width() - widest - 2) if sys.stdout.isatty() else [value]
        click.echo(f"{_styled(name.ljust(widest), bold=True)}  {lines[0]}")
        for line in lines[1:]:
            click.echo(f"{'':{widest}}  {line}")


def _styled(text: str, **style: Any) -> str:
    """A text with its style, plain where NO_COLOR asks for that (no-color.org)."""
    return text if os.environ.get("NO_COLOR") else click.style(text, **style)


def _folded(text: str, room: int) -> list[str]:
    """A text in lines of so many columns; an address stays whole, so that it can be followed."""
    return textwrap.wrap(text, max(room, 20), break_long_words=False, break_on_hyphens=False) or [""]


def width() -> int:
    """How wide a text is set: as the terminal is, but never so wide that lines are hard to follow."""
    return min(shutil.get_terminal_size().columns, WIDEST_TEXT)


def is_wide(columns: int) -> bool:
    """Whether lines may be so wide; in a pipe they may."""
    return not sys.stdout.isatty() or shutil.get_terminal_size().columns >= columns


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 entry, 2 entries."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say(line: str) -> None:
    """A line for people, on standard error."""
    if line:
        click.echo(line, err=True)


def fault(error: NewsdeskError, as_json: bool) -> None:
    """Tell a fault: what is wrong in one line, then the remedy; as JSON on standard error when asked."""
    if as_json:
        told = {"class": type(error).__name__, "message": error.message, "remedy": error.remedy or None}
        click.echo(json.dumps({"error": told}, ensure_ascii=False), err=True)
        return
    remedy = f" ({error.remedy})" if error.remedy else ""
    click.echo(f"{_styled('newsdesk:', fg='red', bold=True)} {error.message}{remedy}", err=True)


def age(then: datetime, now: datetime) -> str:
    """How long ago, in one unit: 5m, 3h, 12d, 4y."""
    seconds = max(int((now - then).total_seconds()), 0)
    for unit, size in (("y", 31_557_600), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return "now"


def moment(at: datetime | None) -> str | None:
    """An instant for people, in UTC, to the second."""
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
