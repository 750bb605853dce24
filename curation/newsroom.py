"""What the editor's front ends need of the application."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlmodel import Session

    from config.options import Curation, Edition


class Newsroom(Protocol):
    """A newsroom that an editor is at work in."""

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
