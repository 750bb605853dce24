"""What is kept of entries for comparing, drawn where a document is read: no database is needed. Pure.

What a source repeats is no part of an entry's text. Of the entries of one document that is what three of
them have; whoever knows more of a source draws those anew which that concerns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from feeds import profiles, shingles
from feeds.entries import Entry
from feeds.profiles import Profile

NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Drawing:
    """An entry's `profile`, of no source and at no time yet, with the marks by which its like are found.

    `lines` are the hashes of its blocks, `without` those of them that are left out of the profile.
    """

    profile: Profile
    marks: tuple[int, ...]
    lines: tuple[int, ...]
    without: frozenset[int]

    def of(self, source: int, language: str | None, at: datetime) -> Profile:
        """The profile of an entry of this source, by its number, in this language (BCP 47), dated `at`."""
        spoken = profiles.spoken(language)
        return replace(self.profile, source=source, language=spoken, at=at.timestamp())


def drawing(entry: Entry, lines: Sequence[int], repeated: Collection[int]) -> Drawing:
    """An entry drawn, whose blocks have these hashes, without those that its source repeats."""
    without = frozenset(lines).intersection(repeated)
    profile = profiles.profile(entry, language=None, source=0, at=NEVER, boilerplate=without)
    return Drawing(profile, profiles.marks(profile), tuple(lines), without)


def drawings(entries: Sequence[Entry], repeated: Collection[int] = ()) -> list[Drawing]:
    """The entries of one document, drawn without what these repeat, and what their source has `repeated`."""
    lines = [shingles.lines(entry.content) for entry in entries]
    repeated = shingles.repeated(lines).union(repeated)
    return [drawing(entry, its, repeated) for entry, its in zip(entries, lines, strict=True)]
