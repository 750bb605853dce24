"""What was public at an instant, as `newsdesk publish --as-of` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator import past
from config.errors import NewsdeskError
from curation import terminal
from curation.shapes import time

if TYPE_CHECKING:
    from aggregator.cli import Invocation
    from aggregator.past import Copy


def tell_the_past(
    invocation: Invocation, at: datetime, edition: str | None, output: Path | None, as_json: bool
) -> None:
    """Say which files were public at an instant, and whether their bytes are the same; or write them."""
    copies = invocation.newsdesk.as_of(at, edition)
    if output is not None:
        past.lay_out(output, copies, invocation.newsdesk.settings.output)
    if as_json:
        terminal.emit(_past_shape(at, output, copies))
    else:
        rows = [
            (str(output / one.name if output else one.name), _judged(one), terminal.moment(one.published_at))
            for one in copies
        ]
        terminal.table(("file", "", "published"), rows)
    if differing := [one.name for one in copies if not one.is_same]:
        raise NewsdeskError(
            f"{', '.join(differing)}: not the bytes that were public",
            "they were rendered by another version of newsdesk",
        )


def _past_shape(at: datetime, output: Path | None, copies: Sequence[Copy]) -> dict[str, Any]:
    """The files of a time as `--json` has them."""
    files = [
        {"path": one.name, "published_at": time(one.published_at), "sha256": one.sha256, "same": one.is_same}
        for one in copies
    ]
    return {"as_of": time(at), "output": output and str(output), "files": files}


def _judged(copy: Copy) -> str:
    return "same bytes" if copy.is_same else "DIFFERS"
