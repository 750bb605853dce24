"""The queue of polls on PostgreSQL, shared by machines. Procrastinate is known to this and to its tables.

One task, `poll`: some sources of one host. Its lock is the host, so that no two machines ask one host
at once; its queueing lock is its first source, so that no source waits twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from aggregator.enginetables import imported
from aggregator.queue import QUEUE, STALLED, TAKEN_UP, Batch, read
from config.errors import NewsdeskError, TryLater

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.retry import BaseRetryStrategy
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool
    from sqlalchemy.engine import URL

TASK = "poll"
HEARTBEAT = 3.0  # seconds; the other times are in seconds as well
CUT_OFF = 10.0  # without a word from the database: before others take its jobs up, a worker lets go of them
GRACE = 3.0  # for what is under way when a worker is asked to stop
LOOKED = 2.0  # between two looks at what waits, where nobody has told of any
AGAIN = 10  # until a job that failed is tried again
MOST_TIMES = 5  # that one job is tried; what it did not poll becomes due again by itself

# The server, too, learns of a worker that has gone, and lets go of what that one has locked. It knows little
# of a table that is empty in one moment and full in the next, and would sort all that waits for each job.
SERVER = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15s",
    "idle_in_transaction_session_timeout": "15s",
    "enable_sort": "off",
    "enable_bitmapscan": "off",
    "enable_seqscan": "off",
}
CONNECTION = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 8_000,  # milliseconds
    "options": " ".join(f"-c {name}={value}" for name, value in SERVER.items()),
}

log = logging.getLogger("newsdesk")


for noisy in ("procrastinate", "psycopg.pool", "psycopg"):  # a line for each job, and faults told here
    logging.getLogger(noisy).setLevel(logging.CRITICAL)


def defer(connection: Connection, batches: Sequence[Batch]) -> None:
    """Queue batches, in the connection's transaction; none of their keys may be waiting."""
    with imported():
        from procrastinate import App, SyncPsycopgConnector
    task = App(connector=SyncPsycopgConnector()).configure_task
    raw = connection.connection.driver_connection
    jobs = [
        task(TASK, queue=QUEUE, lock=one.host, queueing_lock=one.key, connection=raw).job.evolve(
            task_kwargs=one.written()
        )
        for one in batches
    ]
    if jobs:
        App(connector=SyncPsycopgConnector()).job_manager.batch_defer_jobs(jobs, connection=raw)


class Shift:
    """One worker's stay at the queue: it ends when it is asked to, or when the database is lost.

    `poll` does a batch; `look` is called every few seconds, in a thread, with the jobs that this worker
    has lost track of, and raises where the database is away or is another's.
    """

    def __init__(
        self,
        url: URL,
        slots: int,
        poll: Callable[[Batch], Awaitable[None]],
        look: Callable[[list[int]], None],
    ) -> None:
        self.slots, self.poll, self.look = slots, poll, look
        self._app = _app(url)
        self._app.task(name=TASK, queue=QUEUE, pass_context=True, retry=_again())(self._do)
        self._running: dict[int, asyncio.Task[Any]] = {}
        self._worker: int | None = None
        self._strays: set[int] = set()
        self._heard = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Do what waits. Raises TryLater where the database is away, UsageFault where it is another's."""
        from procrastinate.exceptions import ProcrastinateException

        try:
            async with asyncio.timeout(CUT_OFF):
                await self._app.open_async()
            await self._until(stop)
        except (ProcrastinateException, TimeoutError) as error:
            said = str(error.__cause__ or error).partition("\n")[0] or "nobody answers"
            raise TryLater(f"the queue cannot be reached: {said}", "see that its server runs") from error
        finally:
            with suppress(Exception):
                await self._app.close_async()

    async def _until(self, stop: asyncio.Event) -> None:
        working = asyncio.create_task(
            self._app.run_worker_async(
                queues=[QUEUE],
                concurrency=self.slots,
                delete_jobs="always",
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                fetch_job_polling_interval=LOOKED,
            )
        )
        watching = asyncio.create_task(self._watch())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():  # nothing more may be said to the database: another does these jobs by now
                await self._let_go()
        finally:
            for task in (working, watching, stopping):
                task.cancel()
            ended = await asyncio.gather(working, watching, return_exceptions=True)
        faults = [one for one in ended if isinstance(one, Exception)]
        if faults:
            raise next((one for one in faults if isinstance(one, NewsdeskError)), faults[0])
        if not stop.is_set():
            raise TryLater("the queue was lost", "it is gone back to")

    async def _do(self, context: JobContext, /, **written: Any) -> None:
        number, task = context.job.id, asyncio.current_task()
        assert number is not None
        assert task is not None
        self._worker = context.job.worker_id
        self._running[number] = task
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # told of elsewhere
        try:
            await self.poll(read(**written))
        except NewsdeskError as error:
            log.warning("%s: %s (%s)", written["host"], error.message, error.remedy)
            raise
        finally:
            if self._is_cut_off():
                await self._let_go()
            del self._running[number]

    async def _watch(self) -> None:
        """Look after the queue; raises TryLater once the database is not heard of any more."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            while not self._is_cut_off():
                await asyncio.wait({looking}, timeout=self._heard + CUT_OFF - time.monotonic())
                if looking.done():
                    looking.result()
        finally:
            looking.cancel()
        raise TryLater("the database is not heard of any more", "see that its server runs")

    async def _keep_looking(self) -> None:
        from procrastinate.exceptions import ProcrastinateException

        while True:
            with suppress(TryLater, ProcrastinateException):
                await self._look()
            await asyncio.sleep(HEARTBEAT)

    async def _look(self) -> None:
        asked = time.monotonic()
        lost = await self._lost()
        await asyncio.to_thread(self.look, lost)
        self._heard = asked

    async def _lost(self) -> list[int]:
        """The jobs that the database believes this worker does, and that have ended here for some seconds."""
        if self._worker is None:
            return []
        jobs = await self._app.job_manager.list_jobs_async(status="doing", worker_id=self._worker)
        strays = {job.id for job in jobs if job.id is not None} - self._running.keys()
        lost, self._strays = strays & self._strays, strays
        return sorted(lost)

    def _is_cut_off(self) -> bool:
        return time.monotonic() - self._heard >= CUT_OFF

    async def _let_go(self) -> None:
        """Say nothing more to the database: what this worker does, another has taken up."""
        with suppress(Exception):
            await asyncio.wait_for(self._app.close_async(), 1)
        for task in set(self._running.values()) - {asyncio.current_task()}:
            task.cancel()


def _app(url: URL) -> App:
    with imported():
        from procrastinate import App, PsycopgConnector
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return App(connector=PsycopgConnector(pool_factory=_pool, conninfo=address, kwargs=CONNECTION))


def _pool(**given: Any) -> AsyncConnectionPool:
    """The engine's connections: all that is asked is single statements, which notice a broken one."""
    from psycopg_pool import AsyncConnectionPool

    async def alone(connection: AsyncConnection) -> None:
        await connection.set_autocommit(True)

    size: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": 5}
    return AsyncConnectionPool(**given | size | {"configure": alone, "check": None})


def _again() -> BaseRetryStrategy:
    """When a job is tried again: at once where its worker was stopped, else a little later."""
    from procrastinate.exceptions import JobAborted
    from procrastinate.retry import BaseRetryStrategy, RetryDecision

    class Again(BaseRetryStrategy):
        def get_retry_decision(self, *, exception: BaseException, job: Any) -> RetryDecision | None:
            if isinstance(exception, JobAborted | asyncio.CancelledError):
                return RetryDecision(retry_in={"seconds": 0}, priority=TAKEN_UP)
            return RetryDecision(retry_in={"seconds": AGAIN}) if job.attempts < MOST_TIMES else None

    return Again()
