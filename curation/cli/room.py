"""What an editor's commands take: their newsroom, and the options they share."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import click

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlmodel import Session

    from config.options import Curation, Edition


class Newsroom(Protocol):
    """What an editor's command needs of the application."""

    @property
    def editor(self) -> str: ...
    def named(self, name: str) -> str: ...
    @property
    def editions(self) -> tuple[Edition, ...]: ...
    @property
    def curation(self) -> Curation: ...
    def now(self) -> datetime: ...
    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


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
