"""Who plans what machines poll: due sources are claimed, and queued, in one transaction.

A claim is a source's next poll, set to an instant that is its batch's alone: what has been polled, or
asked for anew, since it was queued has another. So a batch may be done twice, or never, and no source
is polled twice for it, nor lost: a claim that nobody takes up ends, and the source is due again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from aggregator import engine, queue, store
from aggregator.answers import Address
from aggregator.database import Database
from aggregator.queue import Batch
from feeds import urls
from feeds.tables import Source, Status

CLAIMED = timedelta(hours=1)
MOST_CLAIMED = 5_000  # sources at once
MOST_OF_A_HOST = 20  # sources, which one worker polls one after another
MOST_WAITING = 20_000  # batches: more would only grow old, and what is due is known without them
REASON = "it waits for a worker"


def plan(database: Database, now: datetime) -> int:
    """Queue what is due; how many sources that is. Any number of planners may run: one at a time does it."""
    with database.queueing() as connection, Session(connection) as session:
        if not queue.plans_alone(connection):
            return 0
        waiting = queue.waiting(connection)
        if len(waiting) >= MOST_WAITING:
            return 0
        due = store.due(session, now, MOST_CLAIMED)
        since = _since(session, [address.source_id for address in due], now)
        until = now + CLAIMED
        batches = [one for one in batched(due, since, until) if one.key not in waiting]
        _claim(session, batches, until)
        engine.defer(connection, batches)
        return sum(len(one.sources) for one in batches)


def _since(session: Session, numbers: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Since when these are due, as far as nobody else is writing them; they are held."""
    query = (
        select(Source.id, Source.next_poll_at)
        .where(col(Source.id).in_(numbers), Source.next_poll_at <= now)
        .with_for_update(skip_locked=True)
    )
    return {number: at for number, at in session.exec(query) if number is not None}


def batched(due: Sequence[Address], since: Mapping[int, datetime], until: datetime) -> Iterator[Batch]:
    """What is due as batches, each of one host, in the order of the first of each."""
    hosts = defaultdict[str, list[int]](list)
    for address in due:
        if address.source_id in since:
            hosts[urls.host(address.url) or address.url].append(address.source_id)
    for host, numbers in hosts.items():
        for start in range(0, len(numbers), MOST_OF_A_HOST):
            part = tuple(numbers[start : start + MOST_OF_A_HOST])
            yield Batch(host, part, min(since[number] for number in part), until)


def _claim(session: Session, batches: Sequence[Batch], until: datetime) -> None:
    numbers = [number for one in batches for number in one.sources]
    claim = {"next_poll_at": until, "next_poll_reason": REASON, "next_poll_terms": ()}
    session.connection().execute(update(Source).where(col(Source.id).in_(numbers)).values(claim))


def claimed(session: Session, batch: Batch) -> list[Address]:
    """Of a batch, what is still to be polled for it."""
    query = (
        select(Source)
        .where(col(Source.id).in_(batch.sources), Source.next_poll_at == batch.until)
        .where(Source.status == Status.ACTIVE)
    )
    rows = {row.id: row for row in session.exec(query)}
    return [store.address(rows[number]) for number in batch.sources if number in rows]
