"""For how long a reader need not ask again: half of what usually lies between two changes of an edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath
from statistics import median

from sqlmodel import Session, col, select

from config.options import Edition
from curation.tables import Publication

LOOKED_AT = 20  # changes
SHORTEST, LONGEST = 60, 900  # seconds


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds by edition, and for what is of none."""

    editions: Mapping[str, int] = field(default_factory=dict)
    rest: int = SHORTEST

    def __call__(self, name: str) -> int:
        """For how many seconds a published file, by its name, is fresh."""
        path = PurePosixPath(name)
        edition = path.parts[0] if len(path.parts) > 1 else path.stem
        return self.editions.get(edition, self.rest)


def freshness(session: Session, editions: Iterable[Edition]) -> Freshness:
    """How fresh the files of these editions are, by when each was published last.

    What is of none is as fresh as the public edition that changes most often.
    """
    found = {edition: seconds(_changes(session, edition)) for edition in editions}
    rest = min((found[edition] for edition in found if not edition.is_private), default=SHORTEST)
    return Freshness({edition.slug: found[edition] for edition in found}, rest)


def seconds(changes: Sequence[datetime]) -> int:
    """Half the median time between changes, the newest first, of a minute to a quarter of an hour."""
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(changes)]
    return min(max(int(median(gaps) / 2), SHORTEST), LONGEST) if gaps else SHORTEST


def _changes(session: Session, edition: Edition) -> Sequence[datetime]:
    query = select(Publication.at).where(Publication.path == f"{edition.path}.atom")
    return session.exec(query.order_by(col(Publication.id).desc()).limit(LOOKED_AT)).all()
