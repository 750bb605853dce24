"""The files that a new newsroom starts from, and the sample newsroom of `newsdesk demo`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from config.errors import UsageFault

FOLDER = Path(__file__).with_name("starter")
NEWSROOM = FOLDER / "newsroom"
FILES = ("newsdesk.toml", "sources.opml")


class Sample(BaseModel):
    """One source of the sample newsroom: its document, and what an editor would set of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    section: str | None = None
    language: str | None = None
    zone: str | None = None


def samples() -> tuple[Sample, ...]:
    """The sources of the sample newsroom, in their order."""
    listed = tomllib.loads((NEWSROOM / "newsroom.toml").read_text("utf-8"))
    return tuple(Sample.model_validate(source) for source in listed["source"])


def write(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Write the starter files into a folder; a file that is there is left alone, and told as not written.

    Raises UsageFault where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            file = folder / name
            if file.exists():
                yield file, False
            else:
                file.write_bytes((FOLDER / name).read_bytes())
                yield file, True
    except OSError as error:
        raise UsageFault(
            f"{folder}: cannot be written: {error.strerror}", "name a folder that this user may write"
        ) from error
