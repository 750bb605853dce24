"""What is to be done after a change of the published folder: the hub told, the command run. Rows alone.

    wanted ─> claimed ─> done
                 └─> failed ─> claimed, after a while or by the next publish

Nothing here commits, asks a hub or runs a command.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from config.options import Publishing
from curation.tables import Delivery
from curation.terminal import counted, moment

HUB, COMMAND = "hub", "command"
NAMES = {HUB: "publish.hub", COMMAND: "publish.command"}  # as the settings call them
MOST_NAMED = 1_000  # documents; more are named as ANY
ANY = ("*",)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)
MOST_DOUBLINGS = 10


def asked(options: Publishing) -> list[str]:
    """The kinds that the settings ask for."""
    wanted = {HUB: options.hub is not None, COMMAND: bool(options.command)}
    return [kind for kind, is_wanted in wanted.items() if is_wanted]


def want_told(session: Session, documents: Mapping[str, str], now: datetime) -> None:
    """Have the hub told of documents, by address, each with its digest; not of what it was told of before."""
    for url, digest in documents.items():
        row = _row(session, HUB, url, now)
        if row.sha256 != digest or row.wanted_at is not None:
            row.sha256 = digest
            _want(row, now)


def want_run(session: Session, written: Collection[str], removed: Collection[str], now: datetime) -> None:
    """Have the command run for documents that were written and removed, beside those it still waits for."""
    row = _row(session, COMMAND, "", now)
    row.written = _named(row.written, written, without=removed)
    row.removed = _named(row.removed, removed, without=written)
    _want(row, now)


def _row(session: Session, kind: str, about: str, now: datetime) -> Delivery:
    row = session.get(Delivery, (kind, about))
    if row is None:
        row = Delivery(kind=kind, about=about, next_at=now)
        session.add(row)
    return row


def _want(row: Delivery, now: datetime) -> None:
    row.wanted_at = now
    if not row.failures:
        row.next_at = now


def _named(before: tuple[str, ...], names: Collection[str], without: Collection[str]) -> tuple[str, ...]:
    named = tuple(sorted({*before, *names} - {*without}))
    return ANY if before == ANY or len(named) > MOST_NAMED else named


def due(session: Session, kind: str, now: datetime, at_once: bool = False) -> list[Delivery]:
    """What is to be done, the longest wanted first; `at_once` though it failed a moment ago."""
    free = or_(col(Delivery.claimed_until).is_(None), col(Delivery.claimed_until) <= now)
    query = select(Delivery).where(Delivery.kind == kind, col(Delivery.wanted_at).is_not(None), free)
    if not at_once:
        query = query.where(Delivery.next_at <= now)
    return list(session.exec(query.order_by(col(Delivery.wanted_at), col(Delivery.about))))


def claim(row: Delivery, now: datetime, longest: timedelta) -> None:
    """Somebody sets about it, for so long at the most."""
    row.claimed_until = now + longest


def release(session: Session, begun: Delivery) -> None:
    """Whoever set about it was interrupted."""
    row = session.get(Delivery, (begun.kind, begun.about))
    if row is not None and row.claimed_until == begun.claimed_until:
        row.claimed_until = None


def settle(session: Session, begun: Delivery, error: str | None, now: datetime) -> None:
    """It was done, or failed: then it is tried again after 30 seconds, doubled up to six hours."""
    row = session.get(Delivery, (begun.kind, begun.about))
    if row is None or row.claimed_until != begun.claimed_until:
        return  # somebody else is at it
    row.claimed_until = None
    if error is not None:
        row.error, row.error_at = error, now
        row.next_at = now + min(FIRST_WAIT * 2 ** min(row.failures, MOST_DOUBLINGS), LONGEST_WAIT)
        row.failures += 1
        return
    row.error, row.error_at, row.failures = None, None, 0
    row.done_at = row.next_at = now
    if _wish(row) == _wish(begun):
        row.wanted_at, row.written, row.removed = None, (), ()


def _wish(row: Delivery) -> object:
    return row.wanted_at, row.sha256, row.written, row.removed


def kept(session: Session, kinds: Collection[str]) -> list[Delivery]:
    """How everything of these kinds stands, by kind and address."""
    query = select(Delivery).where(col(Delivery.kind).in_(kinds))
    return list(session.exec(query.order_by(col(Delivery.kind), col(Delivery.about))))


def said(rows: Collection[Delivery]) -> str:
    """How everything of one kind stands, in a line; empty where nothing was ever wanted."""
    failing = failed(rows)
    if failing:
        last = max(failing, key=lambda row: row.error_at or row.next_at)
        many = f" for {len(failing)} of {counted(len(rows), 'document')}" if len(rows) > 1 else ""
        times = counted(last.failures, "time")
        return f"failed {times}{many}: {last.error}; again {moment(last.next_at)}"
    if waiting := [row.wanted_at for row in rows if row.wanted_at is not None]:
        return f"waiting since {moment(min(waiting))}"
    done = [row.done_at for row in rows if row.done_at is not None]
    return f"done {moment(max(done))}" if done else ""


def failed(rows: Collection[Delivery]) -> list[Delivery]:
    """Those that failed the last time, and are still wanted."""
    return [row for row in rows if row.wanted_at is not None and row.failures]
