"""WHEN: a handful of jobs, and the server beside them. APScheduler is known here alone.

The jobs know when to look; the rows know what is due. So a restart polls nothing early, and no
job is ever one source's.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from starlette.applications import Starlette

from aggregator import serve
from aggregator.answers import Address
from aggregator.app import Newsdesk
from aggregator.deliver import Outcome
from aggregator.newspaper import Newspaper
from aggregator.poll import Poller, Report
from config.errors import NewsdeskError, UsageFault
from curation.terminal import counted

PUBLISH_SECONDS = 2
LOOKED_AGAIN = timedelta(minutes=1)  # at the files, which others may have changed
HUBS_SECONDS = 5
UPKEEP_EVERY = timedelta(hours=1)

log = logging.getLogger("newsdesk")


async def run(newsdesk: Newsdesk, ready: Callable[[str], None], polling: bool = True) -> None:
    """The daemon: polls what is due, publishes what changed, serves it, until SIGTERM or SIGINT.

    `ready` is called once, with the address served. Raises UsageFault where the address is taken.
    """
    options = newsdesk.settings.serve
    with listening(options.host, options.port) as listener:
        async with newsdesk.poller() as poller:
            daemon = Daemon(newsdesk, poller)
            await daemon.publish()
            scheduler = daemon.scheduled(polling)
            server = Server(serve.application(newsdesk.settings.output, daemon.health, daemon.subscriber))
            scheduler.start()
            try:
                await server.serve_until_stopped(listener, lambda: ready(address(listener)))
            finally:
                scheduler.shutdown(wait=False)
                await daemon.stop()


async def serve_only(newsdesk: Newsdesk, ready: Callable[[str], None]) -> None:
    """Serve the published folder as it is, until SIGTERM or SIGINT."""
    options = newsdesk.settings.serve
    with listening(options.host, options.port) as listener:
        server = Server(serve.application(newsdesk.settings.output))
        await server.serve_until_stopped(listener, lambda: ready(address(listener)))


class Daemon:
    """The jobs, and what they remember between two ticks."""

    def __init__(self, newsdesk: Newsdesk, poller: Poller) -> None:
        self.newsdesk = newsdesk
        self.poller = poller
        self.subscriber = newsdesk.subscriber(poller)
        self._busy: set[int] = set()
        self._passes: set[asyncio.Task[None]] = set()
        self._published: tuple[Newspaper, datetime] | None = None
        self._polls = 0

    def scheduled(self, polling: bool) -> AsyncIOScheduler:
        """The scheduler with its jobs; a late run is run late, never dropped."""
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        now = self.newsdesk.now()
        if polling:
            tick = self.newsdesk.settings.poll.tick
            scheduler.add_job(guarded(self.poll), "interval", seconds=tick, id="poll", next_run_time=now)
        if polling and self.subscriber is not None:
            scheduler.add_job(guarded(self.subscriber.subscribe), "interval", seconds=HUBS_SECONDS, id="hubs")
        scheduler.add_job(guarded(self.publish), "interval", seconds=PUBLISH_SECONDS, id="publish")
        follow = self.newsdesk.settings.publish
        if follow.hub is not None:
            scheduler.add_job(guarded(self.tell_hub), "interval", seconds=PUBLISH_SECONDS, id="hub")
        if follow.command:
            scheduler.add_job(guarded(self.run_command), "interval", seconds=PUBLISH_SECONDS, id="command")
        seconds = UPKEEP_EVERY.total_seconds()
        scheduler.add_job(guarded(self.upkeep), "interval", seconds=seconds, id="upkeep", next_run_time=now)
        return scheduler

    async def poll(self) -> None:
        """Start a pass over what is due and not under way: a slow source holds up no later pass."""
        due = await asyncio.to_thread(self.newsdesk.due)
        addresses = [address for address in due if address.source_id not in self._busy]
        if addresses:
            self._busy.update(address.source_id for address in addresses)
            task = asyncio.create_task(guarded(lambda: self._pass(addresses))())
            self._passes.add(task)
            task.add_done_callback(self._passes.discard)

    async def _pass(self, addresses: list[Address]) -> None:
        try:
            report = await self.poller.poll(addresses, lambda result: self._busy.discard(result.source))
        finally:
            self._busy.difference_update(address.source_id for address in addresses)
        self._polls += len(report.results)
        tell(report)

    @property
    def polling(self) -> int:
        """How many sources are being polled."""
        return len(self._busy)

    async def publish(self) -> None:
        """Publish, if anything public is not as it was last published, and now and then to mend files."""
        paper = await asyncio.to_thread(self.newsdesk.newspaper)
        if self._is_published(paper):
            return
        done = await asyncio.to_thread(self.newsdesk.publish)
        self._published = paper, self.newsdesk.now()
        for did, names in (("published", done.written), ("removed", done.removed)):
            if names:
                log.info("%s %s", did, ", ".join(names))

    def _is_published(self, paper: Newspaper) -> bool:
        if self._published is None or not (self.newsdesk.settings.output / "index.html").exists():
            return False
        last, at = self._published
        return paper == last and self.newsdesk.now() - at < LOOKED_AGAIN

    async def tell_hub(self) -> None:
        """Tell the hub of what has changed."""
        note(await self.newsdesk.courier.tell_hub(self.poller.fetcher))

    async def run_command(self) -> None:
        """Run the command, where something has changed; one that takes long holds up nothing else."""
        note(await self.newsdesk.courier.run_command())

    async def upkeep(self) -> None:
        """Retention, an hour apart."""
        kept = await asyncio.to_thread(self.newsdesk.upkeep)
        if kept.removed:
            log.info("retention removed %d items", kept.removed)

    async def health(self) -> dict[str, object]:
        """What /healthz says beside 'ok'."""
        return {"polls": self._polls, "polling": self.polling}

    async def stop(self) -> None:
        """Give up the fetches under way; what they had brought is stored already."""
        passes = list(self._passes)
        for task in passes:
            task.cancel()
        await asyncio.gather(*passes, return_exceptions=True)


class Server(uvicorn.Server):
    """uvicorn within our event loop; the signals are ours, so that a stop asked for is exit status 0."""

    def __init__(self, application: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=3,
                timeout_keep_alive=15,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve_until_stopped(self, listener: socket.socket, ready: Callable[[], None]) -> None:
        """Serve on this socket until SIGTERM or SIGINT; a second signal ends the process at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        serving = asyncio.create_task(self.serve(sockets=[listener]))
        try:
            while not self.started and not serving.done():  # noqa: ASYNC110  uvicorn has a flag, no event
                await asyncio.sleep(0.01)
            ready()
            await serving
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _asked_to_stop(self) -> None:
        if self.should_exit:
            os._exit(1)  # nothing is lost: what is committed is on disk, the rest is polled again
        self.should_exit = True


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there; raises UsageFault where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while ")[0]
        raise UsageFault(
            f"{host}:{port}: cannot be listened on: {why}", "name another with serve.port"
        ) from error
    with listener:
        yield listener


def address(listener: socket.socket) -> str:
    """The address a listening socket is reached at."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def guarded(job: Callable[[], Awaitable[None]]) -> Callable[[], Coroutine[None, None, None]]:
    """A job whose faults are logged, a known one in a line, and never end the scheduler."""

    async def guarded_job() -> None:
        try:
            await job()
        except NewsdeskError as error:
            log.error("%s (%s)", error.message, error.remedy)
        except Exception:
            log.exception("a job failed")

    return guarded_job


def note(outcomes: Iterable[Outcome]) -> None:
    """What was delivered in the log, a line for each."""
    for one in outcomes:
        if one.error is None:
            log.info("%s: done", one)
        else:
            log.warning("%s: %s", one, one.error)


def tell(report: Report) -> None:
    """A pass in the log: a line for each failed source, and one for all."""
    for result in report.results:
        if result.error is not None:
            log.warning(
                "source %d %s: %s: %s", result.source, result.url, result.error.kind, result.error.message
            )
    log.info(
        "polled %s: %d changed, %d unchanged, %d failed; %s, %d revised",
        counted(len(report.results), "source"),
        report.count("changed"),
        report.count("unchanged"),
        report.count("failed"),
        counted(report.new_items, "new item"),
        report.revised_items,
    )
