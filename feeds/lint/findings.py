"""What is found wrong with a document."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 60  # of a value that is shown


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: which rule, the part it is in, the line where known, what is wrong, and the remedy."""

    code: str
    where: str
    line: int | None
    what: str
    remedy: str


def shown(value: str) -> str:
    """A value as it stands in a finding: on one line, quoted, cut."""
    text = " ".join(value.split())
    return repr(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
