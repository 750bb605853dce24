"""What an editor's commands take: their newsroom, and the options they share."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from curation.newsroom import Newsroom as Newsroom

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Instant(click.ParamType[datetime]):
    """A time in an editor's words, in the editor's zone (`curation.times`)."""

    name = "time"

    def __init__(self, direction: Literal["past", "future"]) -> None:
        self.direction = direction

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from curation import times

        if isinstance(value, datetime):
            return value
        assert ctx is not None, "an option is read in the context of its command"
        newsroom: Newsroom = ctx.find_root().obj
        return times.read(value, newsroom.now(), zone(newsroom.curation.zone), self.direction)


def zone(configured: str | None) -> ZoneInfo:
    """The editor's zone: that of the terminal (TZ), else the one configured, the machine's, or UTC."""
    from zoneinfo import ZoneInfo

    machine = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").removeprefix(":"), configured, machine):
        try:
            if name:
                return ZoneInfo(name)
        except (ValueError, OSError):
            continue
    return ZoneInfo("UTC")


PAST, FUTURE = Instant("past"), Instant("future")
ITEM = click.argument("number", metavar="ITEM", type=int)
ITEMS = click.argument("numbers", metavar="ITEM...", type=int, nargs=-1, required=True)
EDITION = click.option(
    "--edition", default="editors-pick", show_default=True, help="The edition meant, by its slug."
)
