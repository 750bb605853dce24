"""The queue of polls on PostgreSQL, shared by machines. Procrastinate is known here alone.

One task, `poll`: some sources of one host. Its lock is the host, so that no two machines ask one host
at once; its queueing lock is its first source, so that no source waits twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from config.errors import UsageFault

if TYPE_CHECKING:
    from procrastinate import App
    from sqlalchemy.engine import URL

QUEUE, TASK = "newsdesk", "poll"
TAKEN_UP = 100  # the priority of what a worker left behind: before everything that merely waits
HEARTBEAT = 3.0  # seconds
STALLED = 15  # seconds without a heartbeat, after which a worker's jobs are another's

# Without it each fetch of a job reads all that wait (procrastinate#1242).
INDEX = (
    "CREATE INDEX newsdesk_jobs_lock ON procrastinate_jobs (lock)"
    " WHERE status IN ('todo', 'doing'); ANALYZE procrastinate_jobs"
)
COMMENT = "SELECT obj_description('procrastinate_jobs'::regclass)"
WAITING = text(
    "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock IS NOT NULL"
)
STANDING = text("""
    SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
    coalesce(sum(jsonb_array_length(args->'sources')) FILTER (WHERE status = 'todo'), 0),
    min(args->>'since') FILTER (WHERE status IN ('todo', 'doing')),
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :stalled))
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
        return f"source:{self.sources[0]}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the queue stands: live workers, jobs that wait and that run, sources that wait, the oldest's time."""

    workers: int = 0
    waiting: int = 0
    running: int = 0
    sources: int = 0
    since: datetime | None = None


@contextmanager
def imported() -> Iterator[None]:
    """What needs the engine; raises UsageFault where it is not installed."""
    try:
        yield
    except ImportError as error:
        raise UsageFault(
            f"several machines need procrastinate, which is not installed ({error})",
            "install newsdesk[cluster]",
        ) from error


def build(connection: Connection) -> None:
    """Make the engine's tables, and write down which version of it they are of."""
    with imported():
        from procrastinate.schema import SchemaManager
    raw: Any = connection.connection.driver_connection
    raw.execute(SchemaManager.get_schema())
    raw.execute(INDEX)
    raw.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{known()}'")


def known() -> str:
    """The version of the engine's tables that the installed engine knows: its newest migration's name."""
    with imported():
        from procrastinate.schema import SchemaManager
    return max(file.stem for file in Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def refuse_another(connection: Connection) -> None:
    """Raise UsageFault where the engine's tables are of another version than the installed engine."""
    found = str(connection.exec_driver_sql(COMMENT).scalar())
    if found != (ours := known()):
        raise UsageFault(
            f"the queue's tables are of another procrastinate (they stand at {found}, the installed one at {ours})",
            "install the same version of newsdesk[cluster] on every machine",
        )


def waiting(connection: Connection) -> set[str]:
    """The keys of the batches that wait."""
    return set(connection.execute(WAITING).scalars())


def defer(connection: Connection, batches: Sequence[Batch]) -> None:
    """Queue batches, in the connection's transaction; none of their keys may be waiting."""
    with imported():
        from procrastinate import App, SyncPsycopgConnector
    task = App(connector=SyncPsycopgConnector()).configure_task
    raw = connection.connection.driver_connection
    jobs = [
        task(TASK, queue=QUEUE, lock=one.host, queueing_lock=one.key, connection=raw).job.evolve(
            task_kwargs=_written(one)
        )
        for one in batches
    ]
    if jobs:
        App(connector=SyncPsycopgConnector()).job_manager.batch_defer_jobs(jobs, connection=raw)


def _written(batch: Batch) -> dict[str, Any]:
    return {
        "host": batch.host,
        "sources": list(batch.sources),
        "since": batch.since.isoformat(),
        "until": batch.until.isoformat(),
    }


def read(host: str, sources: Sequence[int], since: str, until: str) -> Batch:
    """A batch as it was queued."""
    return Batch(host, tuple(sources), datetime.fromisoformat(since), datetime.fromisoformat(until))


def standing(connection: Connection) -> Standing:
    """How the queue stands."""
    jobs, running, sources, since, workers = connection.execute(
        STANDING, {"queue": QUEUE, "stalled": STALLED}
    ).one()
    oldest = datetime.fromisoformat(since) if since else None
    return Standing(workers, jobs, running, sources, oldest)


def opened(url: URL, size: int) -> App:
    """The engine on a database, by at most so many connections; to be opened by the caller."""
    with imported():
        from procrastinate import App, PsycopgConnector
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    alive = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 8_000}
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # else a line for each job
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    connector = PsycopgConnector(
        conninfo=conninfo, kwargs={"connect_timeout": 5, **alive}, min_size=1, max_size=size, timeout=10
    )
    return App(connector=connector)
