"""What an editor's commands take: their newsroom, and the options they share."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from sqlmodel import Session

    from config.options import Curation, Edition


class Newsroom(Protocol):
    """What an editor's command needs of the application."""

    @property
    def editor(self) -> str: ...
    @property
    def editions(self) -> tuple[Edition, ...]: ...
    @property
    def curation(self) -> Curation: ...
    def now(self) -> datetime: ...
    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


class Instant(click.ParamType[datetime]):
    """An ISO date or time (UTC where it names no zone), or a duration from now: `3d`, `12h`."""

    name = "time"

    def __init__(self, direction: int) -> None:
        self.direction = direction

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from config.options import duration

        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
        except ValueError:
            pass
        try:
            return datetime.now(UTC) + self.direction * duration(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time; write 2026-11-25T08:00 or 3d", param, ctx)


PAST, FUTURE = Instant(-1), Instant(+1)
ITEM = click.argument("number", metavar="ITEM", type=int)
EDITION = click.option(
    "--edition", default="editors-pick", show_default=True, help="The edition meant, by its slug."
)
