"""What finds the items that a new one may be like: marks in an index, and texts ready for comparing.

Looking takes as long at a million items as at a thousand: each mark is one seek, of which only the
newest items are read.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import BindParameter, bindparam, delete, func, insert, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from feeds import shingles
from feeds.profiles import Profile
from feeds.tables import Item, Mark, Sketch

WINDOW = timedelta(days=14)  # in which items may tell the same story
NEWEST = 32  # items under one mark: what has more of them tells nothing
MOST = 40  # items worth comparing with
EARLIER = 30  # items of a source whose lines are looked at for those that repeat

# Of each mark the newest items only. SQLite knows no LATERAL: it takes those from the one on that stands so
# far from the end.
NEAR = {
    "sqlite": text(
        """
        SELECT mark.mark, mark.item_id FROM json_each(:marks) AS wanted
        JOIN mark ON mark.mark = wanted.value AND mark.item_id >= coalesce((
            SELECT item_id FROM mark WHERE mark = wanted.value
            ORDER BY item_id DESC LIMIT 1 OFFSET :newest - 1
        ), 0)
        """
    ),
    "postgresql": text(
        """
        SELECT CAST(wanted.value AS bigint), near.item_id
        FROM json_array_elements_text(CAST(:marks AS json)) AS wanted, LATERAL (
            SELECT item_id FROM mark WHERE mark = CAST(wanted.value AS bigint)
            ORDER BY item_id DESC LIMIT :newest
        ) AS near
        """
    ),
}

# Some thirty marks of each item cost PostgreSQL's driver more than all else, row by row.
MARKS = text(
    """
    INSERT INTO mark (mark, item_id)
    SELECT * FROM unnest(CAST(:mark AS bigint[]), CAST(:item_id AS integer[]))
    """
)

_SOURCE: BindParameter[int] = bindparam("source_id")
_NUMBERS: BindParameter[int] = bindparam("numbers", expanding=True)
_LAST = (
    select_columns(col(Item.id))
    .where(col(Item.source_id) == _SOURCE)
    .order_by(col(Item.timestamp).desc(), col(Item.id).desc())
    .limit(EARLIER)
)
_LINES = select_columns(col(Sketch.lines)).where(col(Sketch.item_id).in_(_LAST))
_PROFILES = select_columns(col(Sketch.item_id), col(Sketch.profile)).where(col(Sketch.item_id).in_(_NUMBERS))
_KEEP = insert(Sketch)


def near(session: Session, wanted: Sequence[Sequence[int]]) -> list[list[int]]:
    """For each of several items the kept ones that share its marks, by number.

    Those that share most come first, then the newest.
    """
    given = {"marks": json.dumps(list({mark for marks in wanted for mark in marks})), "newest": NEWEST}
    connection = session.connection()
    under = defaultdict[int, list[int]](list)
    for mark, number in connection.execute(NEAR[connection.dialect.name], given):
        under[mark].append(number)
    return [
        _most_shared(Counter(chain.from_iterable(under.get(mark, ()) for mark in marks))) for marks in wanted
    ]


def _most_shared(shared: Counter[int]) -> list[int]:
    return sorted(shared, key=lambda number: (-shared[number], -number))[:MOST]


def profiles(session: Session, numbers: Collection[int]) -> dict[int, Profile]:
    """What comparing needs of these items, by number; those of the window only."""
    if not numbers:
        return {}
    rows = session.connection().execute(_PROFILES, {"numbers": list(numbers)})
    return {number: Profile.load(profile) for number, profile in rows}


def repeated(session: Session, source_id: int, lines: Iterable[Sequence[int]] = ()) -> frozenset[int]:
    """The lines that items of a source repeat: its last thirty, and those that come now."""
    earlier = session.connection().execute(_LINES, {"source_id": source_id}).scalars()
    return shingles.repeated([*map(_read, earlier), *lines])


def keep(session: Session, found: Collection[tuple[int, Profile, Sequence[int], Sequence[int]]]) -> None:
    """Keep items, by number, with their profiles, lines and marks; nothing was kept of them before."""
    if not found:
        return
    connection = session.connection()
    connection.execute(
        _KEEP,
        [
            {"item_id": number, "profile": profile.dump(), "lines": array("q", lines).tobytes()}
            for number, profile, lines, _ in found
        ],
    )
    marks = [(mark, number) for number, *_, marks in found for mark in set(marks)]
    if marks and connection.dialect.name == "postgresql":
        wanted, numbers = zip(*marks, strict=True)
        connection.execute(MARKS, {"mark": list(wanted), "item_id": list(numbers)})
    elif marks:
        connection.exec_driver_sql("INSERT INTO mark (mark, item_id) VALUES (?, ?)", marks)


def clear(session: Session, numbers: Collection[int]) -> None:
    """Let go of what was kept of items, by number, before they are drawn anew."""
    if numbers:
        given = [{"number": number} for number in numbers]
        for kept in (Mark, Sketch):
            session.connection().execute(delete(kept).where(col(kept.item_id) == bindparam("number")), given)


def forget(session: Session, now: datetime) -> None:
    """Let go of what only items of the window need: an older item joins no story."""
    newest = select(func.max(Item.id)).where(Item.first_seen_at < now - WINDOW)
    last = session.exec(newest).one()
    if last is not None:
        session.exec(delete(Mark).where(col(Mark.item_id) <= last))
        session.exec(delete(Sketch).where(col(Sketch.item_id) <= last))


def _read(lines: bytes) -> Sequence[int]:
    return array("q", lines)
