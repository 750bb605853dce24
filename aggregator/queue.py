"""The batches of sources that wait for a worker, as the engine's tables have them.

What is asked here the engine has no function for, or none that is safe where several ask at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from aggregator.postgresql import OURS, PLANNER

QUEUE = "newsdesk"
TAKEN_UP = 100  # the priority of what a worker left behind: before everything that merely waits
STALLED = 15  # seconds without a heartbeat, after which a worker's jobs are another's

ALONE = text(f"SELECT pg_try_advisory_xact_lock({OURS}, {PLANNER})")
WAITING = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = :queue")
# A job that nobody does any more: its worker has let go of it, or is silent, or has lost it.
LEFT = """
    job.status = 'doing' AND job.queue_name = :queue AND (job.id = ANY(:lost) OR NOT EXISTS (
        SELECT FROM procrastinate_workers AS worker WHERE worker.id = job.worker_id
        AND worker.last_heartbeat > now() - make_interval(secs => :stalled)))
"""
AGAIN = """EXISTS (SELECT FROM procrastinate_jobs AS other
    WHERE other.status = 'todo' AND other.queueing_lock = job.queueing_lock)
"""
# A row that is locked is left for the next time: who holds it may have gone without a word.
FREE = "id IN (SELECT job.id FROM procrastinate_jobs AS job WHERE {} FOR UPDATE SKIP LOCKED)"
DROP = text("DELETE FROM procrastinate_jobs WHERE " + FREE.format(f"{LEFT} AND {AGAIN}"))  # noqa: S608  texts of ours
TAKE_UP = text(
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, priority = :priority WHERE "  # noqa: S608  likewise
    + FREE.format(f"{LEFT} AND NOT {AGAIN}")
    + " RETURNING id"
)
STANDING = text("""
    SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
    coalesce(sum(jsonb_array_length(args->'sources')) FILTER (WHERE status = 'todo'), 0),
    min(args->>'since') FILTER (WHERE status IN ('todo', 'doing')),
    (SELECT count(*) FROM procrastinate_workers
        WHERE last_heartbeat > now() - make_interval(secs => :stalled))
    FROM procrastinate_jobs WHERE queue_name = :queue
""")


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources of one host, due `since`; they are still to be polled while their next poll is `until`."""

    host: str
    sources: tuple[int, ...]
    since: datetime
    until: datetime

    @property
    def key(self) -> str:
        """What no two batches that wait share."""
        return f"source:{self.sources[0]}"

    def written(self) -> dict[str, Any]:
        """As it is queued."""
        times = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {"host": self.host, "sources": list(self.sources), **times}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the queue stands: live workers, jobs that wait and that run, sources that wait.

    `since` is when the source was due that of all in the queue has been due the longest.
    """

    workers: int = 0
    waiting: int = 0
    running: int = 0
    sources: int = 0
    since: datetime | None = None

    def figures(self) -> dict[str, int]:
        """Its counts by name."""
        return {name: getattr(self, name) for name in ("workers", "waiting", "running", "sources")}


def plans_alone(connection: Connection) -> bool:
    """Whether nobody else is planning, until the end of the transaction."""
    return bool(connection.execute(ALONE).scalar())


def waiting(connection: Connection) -> set[str]:
    """The keys of the batches that wait."""
    return set(connection.execute(WAITING, {"queue": QUEUE}).scalars())


def take_up(connection: Connection, lost: Sequence[int] = ()) -> int:
    """Queue again, before all others, the jobs of workers that have died, and those `lost`; how many.

    In one statement, for two that list and then change would undo what a third has begun. A job whose
    key waits already is dropped: what is left of it becomes due again by itself.
    """
    given = {"queue": QUEUE, "stalled": STALLED, "lost": list(lost)}
    connection.execute(DROP, given)
    return len(connection.execute(TAKE_UP, given | {"priority": TAKEN_UP}).all())


def standing(connection: Connection) -> Standing:
    """How the queue stands."""
    jobs, running, sources, since, workers = connection.execute(
        STANDING, {"queue": QUEUE, "stalled": STALLED}
    ).one()
    oldest = datetime.fromisoformat(since) if since else None
    return Standing(workers, jobs, running, sources, oldest)


def read(host: str, sources: Sequence[int], since: str, until: str) -> Batch:
    """A batch as it was queued."""
    return Batch(host, tuple(sources), datetime.fromisoformat(since), datetime.fromisoformat(until))
