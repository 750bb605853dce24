"""What a newsroom needs besides its daily work: retention, backup, a look at its health."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import func, inspect
from sqlmodel import Session, col, select

from aggregator import deliveries, enginetables, figures, migrations, store
from aggregator.database import Database
from config.errors import NewsdeskError, UsageFault
from curation.projections import is_decided_on
from curation.tables import Decision, Pick, Publication
from feeds.tables import Item, Status

PACKAGES = ("aggregator", "curation", "feeds", "config")

MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What retention did."""

    removed: int


def retain(session: Session, before: datetime, published: Collection[str]) -> Kept:
    """Remove items first seen before an instant; what was decided on or is published (by public id) stays.

    At most a thousand at once, so that the write lock is never held for long; the rest waits for
    the next time. The keys of the removed stay known.
    """
    old = session.exec(
        select(Item)
        .where(Item.first_seen_at < before, ~is_decided_on(Item))
        .where(col(Item.public_id).not_in(published))
        .order_by(col(Item.id))
        .limit(MOST_AT_ONCE)
    ).all()
    store.purge(session, old)
    return Kept(removed=len(old))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a newsroom stands, in figures and times; a time is None where there is nothing to date."""

    sources: int
    active: int
    failing: int
    due: int
    next_poll_at: datetime | None
    items: int
    picks: int
    last_decision_at: datetime | None
    last_published_at: datetime | None


def status(session: Session, now: datetime) -> Standing:
    """How a newsroom stands."""
    found = figures.counted(session, now)
    active = found.get(Status.ACTIVE, figures.Counted())
    stands = (col(Pick.retracted_at).is_(None), col(Pick.nominated_by).is_(None))
    picks = select(func.count()).select_from(Pick).where(*stands)
    return Standing(
        sources=sum(one.number for one in found.values()),
        active=active.number,
        failing=sum(one.failing for one in found.values()),
        due=active.due,
        next_poll_at=active.next_poll_at,
        items=session.exec(select(func.count()).select_from(Item)).one(),
        picks=session.exec(picks).one(),
        last_decision_at=session.exec(select(func.max(Decision.at))).one(),
        last_published_at=session.exec(select(func.max(Publication.at))).one(),
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, whether it is well, and what was found."""

    check: str
    ok: bool
    found: str


def examine(database: Database, output: Path, follows: Collection[str] = ()) -> Iterator[Finding]:
    """Look at what can go wrong outside newsdesk's own code; nothing is made or changed.

    `follows` are the kinds of deliveries that the settings ask for.
    """
    stands = _database(database)
    yield stands
    yield Finding(*database.kind.build())
    if stands.ok:
        yield from _queue(database)
    yield _folder(output)
    yield from _followed(database, follows)
    homes = {
        name: Path(spec.origin).parent.parent
        for name in PACKAGES
        if (spec := find_spec(name)) and spec.origin
    }
    together = len(set(homes.values())) == 1 and len(homes) == len(PACKAGES)
    yield Finding("installation", together, ", ".join(sorted({str(home) for home in homes.values()})))


def _database(database: Database) -> Finding:
    try:
        return Finding("database", True, migrations.examine(database))
    except NewsdeskError as error:
        return Finding("database", False, f"{error.message} ({error.remedy})")


def _queue(database: Database) -> Iterator[Finding]:
    """Whether the queue that machines share is that of the installed engine; nothing where there is none."""
    if not database.kind.shares:
        return
    try:
        with database.looked_at() as connection:
            if inspect(connection).has_table("procrastinate_jobs"):
                enginetables.refuse_another(connection)
                yield Finding("queue", True, f"procrastinate, {enginetables.found(connection)}")
    except NewsdeskError as error:
        yield Finding("queue", False, f"{error.message} ({error.remedy})")


def _followed(database: Database, follows: Collection[str]) -> Iterator[Finding]:
    """How that went which follows a publish; nothing is said of what was never tried."""
    if not follows or (database.path is not None and not database.path.exists()):
        return
    with suppress(NewsdeskError), database.looked_at() as connection:
        if not inspect(connection).has_table("delivery"):
            return
        rows = deliveries.kept(Session(connection), follows)
        for kind in follows:
            of_kind = [row for row in rows if row.kind == kind]
            if said := deliveries.said(of_kind):
                yield Finding(deliveries.NAMES[kind], not deliveries.failed(of_kind), said)


def _folder(output: Path) -> Finding:
    """Whether a file can be made in a folder, or where it would be; the file is gone again at once."""
    places = (output.absolute(), *output.absolute().parents)
    try:
        with TemporaryFile(dir=next(place for place in places if place.exists())):
            return Finding("published folder", True, str(output))
    except OSError as error:
        return Finding("published folder", False, f"{output}: cannot be written: {error.strerror}")


def backup(database: Database, file: Path) -> int:
    """Copy the database to a new file; its size in bytes.

    Raises UsageFault where the file is there already or cannot be made.
    """
    try:
        file.touch(exist_ok=False)
    except FileExistsError as error:
        raise UsageFault(f"{file}: is there already", "name a new file") from error
    except OSError as error:
        raise UsageFault(
            f"{file}: cannot be written: {error.strerror}",
            "make its folder, or name a file where this user may write",
        ) from error
    try:
        database.backup(file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return file.stat().st_size
