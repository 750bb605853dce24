"""What an editor's commands take: their newsroom, and the options they share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import click

from config.zone import zone
from curation.newsroom import Newsroom as Newsroom


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


PAST, FUTURE = Instant("past"), Instant("future")
ITEM = click.argument("number", metavar="ITEM", type=int)
ITEMS = click.argument("numbers", metavar="ITEM...", type=int, nargs=-1, required=True)
EDITION = click.option(
    "--edition", default="editors-pick", show_default=True, help="The edition meant, by its slug."
)
