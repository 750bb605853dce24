"""WHEN: a handful of jobs, and the server beside them. APScheduler is known here alone.

The jobs know when to look; the rows know what is due. So a restart polls nothing early, and no
job is ever one source's.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator import cluster, serve
from aggregator.answers import Address
from aggregator.app import Newsdesk
from aggregator.cluster import Intake
from aggregator.deliver import Outcome
from aggregator.metrics import Metrics
from aggregator.newspaper import Newspaper
from aggregator.outcomes import Report
from aggregator.poll import Poller
from aggregator.private import Private
from aggregator.published import PublishedFiles
from aggregator.server import Server, address, listening
from config.errors import HeldElsewhere, NewsdeskError
from curation.terminal import counted

PUBLISH_SECONDS = 2
LOOKED_AGAIN = timedelta(minutes=1)  # at the files, which others may have changed
HUBS_SECONDS = 5
UPKEEP_EVERY = timedelta(hours=1)
LATE_TICKS = 12  # without a look at what is due

Keep = Callable[[], None]
Job = Callable[[], Coroutine[None, None, None]]

log = logging.getLogger("newsdesk")


async def run(
    newsdesk: Newsdesk, ready: Callable[[str], None], polling: bool = True, keep: Keep = lambda: None
) -> None:
    """The daemon: polls what is due, publishes what changed, serves it, until SIGTERM or SIGINT.

    `ready` is called once, with the address served. A folder that was published before is served at once, and
    brought up to date beside that; a new newsroom publishes first. Raises UsageFault where the address is
    taken, HeldElsewhere where `keep` does while something is published: another daemon has come meanwhile.
    """
    options, private = newsdesk.settings.serve, served_apart(newsdesk)
    with listening(options.host, options.port) as listener:
        async with newsdesk.poller() as poller:
            daemon = Daemon(newsdesk, poller, keep, private)
            if not daemon.stands:
                await daemon.publish()
            if daemon.replaced is not None:
                raise daemon.replaced
            scheduler = daemon.scheduled(polling)
            server = daemon.server = Server(daemon.public, daemon.public.at_once)

            def begin() -> None:
                ready(address(listener))
                scheduler.start()
                if polling and newsdesk.database.kind.shares:
                    daemon.work()

            try:
                await server.serve_until_stopped(listener, begin)
            finally:
                if scheduler.running:
                    scheduler.shutdown(wait=False)
                await daemon.stop()
            if daemon.replaced is not None:
                raise daemon.replaced


async def work(newsdesk: Newsdesk, concurrency: int | None, ready: Callable[[int], None]) -> None:
    """A worker: polls what a daemon on the same database has planned, until SIGTERM or SIGINT.

    `ready` is called once, with how many sources are polled at a time.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with newsdesk.poller(concurrency) as poller:
        ready(poller.fetcher.options.concurrency)
        await cluster.work(Intake(poller, tell), stop)


async def serve_only(newsdesk: Newsdesk, ready: Callable[[str], None]) -> None:
    """Serve the published folder as it is, until SIGTERM or SIGINT."""
    options, private = newsdesk.settings.serve, served_apart(newsdesk)
    with listening(options.host, options.port) as listener:
        fresh = await asyncio.to_thread(newsdesk.freshness)
        published = serve.application(newsdesk.settings.output, fresh=fresh, private=private)
        server = Server(published, published.at_once)
        await server.serve_until_stopped(listener, lambda: ready(address(listener)))


def served_apart(newsdesk: Newsdesk) -> Private | None:
    """What only readers with a token are served; raises SettingsError for one missing or too short."""
    tokens = newsdesk.tokens()
    return Private(newsdesk.settings.private, tokens) if tokens else None


class Daemon:
    """The jobs, and what they remember between two ticks."""

    def __init__(
        self,
        newsdesk: Newsdesk,
        poller: Poller,
        keep: Keep = lambda: None,
        private: Private | None = None,
    ) -> None:
        self.newsdesk, self.keep = newsdesk, keep
        self.server: Server | None = None
        self.replaced: HeldElsewhere | None = None
        self.poller = poller
        self.subscriber = newsdesk.subscriber(poller)
        self.intake = Intake(poller, self._count)
        self._stop = asyncio.Event()
        self._busy: set[int] = set()
        self._passes: set[asyncio.Task[None]] = set()
        self._whole_jobs: set[asyncio.Task[None]] = set()
        self._published: tuple[Newspaper, datetime] | None = None
        self._polls = 0
        self._planned, self._is_polling = time.monotonic(), False
        self.metrics = Metrics(newsdesk.figures, newsdesk.standing)
        self.metrics.polling.set_function(lambda: self.polling)
        self.public = self._application(private)

    def _application(self, private: Private | None) -> PublishedFiles:
        """What the daemon answers over HTTP."""
        told = serve.Told(self.health, self.unready)
        output = self.newsdesk.settings.output
        return serve.application(output, told, self.subscriber, self.metrics, private=private)

    def scheduled(self, polling: bool) -> AsyncIOScheduler:
        """The scheduler with its jobs; a late run is run late, never dropped."""
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        )
        now = self.newsdesk.now()
        plans = self.newsdesk.database.kind.shares  # for workers, wherever they are
        self._is_polling = polling or plans
        if self._is_polling:
            tick, job = self.newsdesk.settings.poll.tick, self.plan if plans else self.poll
            scheduler.add_job(guarded(job), "interval", seconds=tick, id="poll", next_run_time=now)
        if self._is_polling and self.subscriber is not None:
            scheduler.add_job(guarded(self.subscriber.subscribe), "interval", seconds=HUBS_SECONDS, id="hubs")
        publish = self._whole(self.publish)
        scheduler.add_job(publish, "interval", seconds=PUBLISH_SECONDS, id="publish", next_run_time=now)
        follow = self.newsdesk.settings.publish
        if follow.hub is not None:
            scheduler.add_job(guarded(self.tell_hub), "interval", seconds=PUBLISH_SECONDS, id="hub")
        if follow.command:
            scheduler.add_job(guarded(self.run_command), "interval", seconds=PUBLISH_SECONDS, id="command")
        seconds = UPKEEP_EVERY.total_seconds()
        upkeep = self._whole(self.upkeep)
        scheduler.add_job(upkeep, "interval", seconds=seconds, id="upkeep", next_run_time=now)
        return scheduler

    def _whole(self, job: Job) -> Job:
        """A job that is done to its end, which the daemon waits for when it stops."""

        async def whole() -> None:
            task = asyncio.create_task(guarded(job)())
            self._whole_jobs.add(task)
            task.add_done_callback(self._whole_jobs.discard)
            await asyncio.shield(task)

        return guarded(whole)

    async def poll(self) -> None:
        """Start a pass over what is due and not under way: a slow source holds up no later pass."""
        self._planned = time.monotonic()
        due = await asyncio.to_thread(self.newsdesk.due)
        addresses = [address for address in due if address.source_id not in self._busy]
        if addresses:
            self._busy.update(address.source_id for address in addresses)
            task = asyncio.create_task(guarded(lambda: self._pass(addresses))())
            self._passes.add(task)
            task.add_done_callback(self._passes.discard)

    async def plan(self) -> None:
        """Queue what is due for the workers."""
        self._planned = time.monotonic()
        await asyncio.to_thread(self.newsdesk.plan)

    def work(self) -> None:
        """Be one of the workers."""
        task = asyncio.create_task(guarded(lambda: cluster.work(self.intake, self._stop))())
        self._passes.add(task)
        task.add_done_callback(self._passes.discard)

    async def _pass(self, addresses: list[Address]) -> None:
        try:
            report = await self.poller.poll(addresses, lambda result: self._busy.discard(result.source))
        finally:
            self._busy.difference_update(address.source_id for address in addresses)
        self._count(report)

    def _count(self, report: Report) -> None:
        self._polls += len(report.results)
        self.metrics.count(report)
        tell(report)

    @property
    def polling(self) -> int:
        """How many sources are being polled, in this process."""
        return len(self._busy) + self.intake.polling

    async def publish(self) -> None:
        """Publish, if anything public is not as it was last published, and now and then to mend files.

        A daemon in whose place another has come stops instead.
        """
        try:
            await self._publish()
        except HeldElsewhere as replaced:
            self.replaced = replaced
            if self.server is not None:
                self.server.should_exit = True

    async def _publish(self) -> None:
        await asyncio.to_thread(self.keep)
        paper = await asyncio.to_thread(self.newsdesk.newspaper)
        if self._is_published(paper):
            return
        with self.metrics.publishing.time():
            done = await asyncio.to_thread(self.newsdesk.publish, keep=self.keep)
        self._published = paper, self.newsdesk.now()
        self.public.freshen(await asyncio.to_thread(self.newsdesk.freshness))
        if done.written:
            self.metrics.written.inc(len(done.written))
            self.metrics.published_at.set(done.at.timestamp())
        for did, names in (("published", done.written), ("removed", done.removed)):
            if names:
                log.info("%s %s", did, ", ".join(names))

    @property
    def stands(self) -> bool:
        """Whether there is a published folder."""
        return (self.newsdesk.settings.output / "index.html").exists()

    def _is_published(self, paper: Newspaper) -> bool:
        if self._published is None or not self.stands:
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

    async def unready(self) -> Mapping[str, object]:
        """What /readyz says that there is to wait for; nothing where all is well."""
        said: dict[str, object] = {}
        if self._published is None:
            said["published"] = "not yet"
        late = time.monotonic() - self._planned
        if self._is_polling and late > LATE_TICKS * self.newsdesk.settings.poll.tick:
            said["planned"] = f"{late:.0f} seconds ago"
        try:
            await asyncio.to_thread(self.newsdesk.due)
        except NewsdeskError as error:
            said["database"] = error.message
        return said

    async def stop(self) -> None:
        """Give up the fetches under way, whose documents so far are stored; wait for what is written else."""
        passes = list(self._passes)
        for task in passes:
            task.cancel()
        await asyncio.gather(*passes, *self._whole_jobs, return_exceptions=True)


def guarded(job: Callable[[], Awaitable[None]]) -> Job:
    """A job whose faults are logged, a known one in a line, and never end the scheduler.

    One that is under way when the daemon stops is given up without a word.
    """

    async def guarded_job() -> None:
        try:
            await job()
        except asyncio.CancelledError:  # which APScheduler would log as a fault
            return
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
