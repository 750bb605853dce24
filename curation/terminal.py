"""How results and faults are shown: tables and colours on a terminal, plain lines in a pipe, JSON when asked.

Results go to standard output; progress and faults to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from config.errors import NewsdeskError

FOLDED = frozenset({"title", "note", "trouble", "found"})  # texts, which take the room that is left
WIDEST = 24  # of any other column

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def emit(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], nothing: str = "") -> None:
    """Print rows under headings: drawn on a terminal, tab-separated and without headings in a pipe.

    `nothing` is said, on standard error, where there are no rows.
    """
    cells = [[_cell(value) for value in row] for row in rows]
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

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        if heading in FOLDED:
            drawn.add_column(heading, overflow="fold", ratio=1)
        else:
            widest = max(cell_len(row[number]) for row in [headings, *cells])
            drawn.add_column(heading, overflow="ellipsis", no_wrap=True, width=min(widest, WIDEST))
    for row in cells:
        drawn.add_row(*map(Text, row))
    Console().print(drawn)


def _cell(value: object) -> str:
    """A value on one line; control characters of a hostile feed reach no terminal."""
    text = "" if value is None else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print named values, one a line, those that are absent left out."""
    shown = [(name, _cell(value)) for name, value in pairs if value not in (None, "", [])]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{click.style(name.ljust(width), bold=True)}  {value}")


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
    click.echo(f"{click.style('newsdesk:', fg='red', bold=True)} {error.message}{remedy}", err=True)


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
