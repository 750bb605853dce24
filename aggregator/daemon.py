"""What a daemon does, job by job: it polls or plans, publishes, tells who follows, and says how it is.

When each is done is `aggregator.schedule`'s.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta

from aggregator import cluster, serve
from aggregator.answers import Address
from aggregator.app import Newsdesk
from aggregator.bringing import Keep
from aggregator.cluster import Intake
from aggregator.deliver import Outcome
from aggregator.metrics import Metrics
from aggregator.newspaper import Newspaper
from aggregator.outcomes import Report
from aggregator.poll import Poller
from aggregator.private import Private
from aggregator.published import PublishedFiles
from aggregator.server import Server
from config.errors import HeldElsewhere, NewsdeskError
from curation.terminal import counted

LOOKED_AGAIN = timedelta(minutes=1)  # at the files, which others may have changed
LATE_TICKS = 12  # without a look at what is due

Job = Callable[[], Coroutine[None, None, None]]

log = logging.getLogger("newsdesk")


class Daemon:
    """The jobs, and what they remember between two ticks.

    `keep` raises HeldElsewhere where another daemon has taken over. One that shares its database plans what
    is due for workers; unless told not to be `polling` it is one of them.
    """

    def __init__(
        self,
        newsdesk: Newsdesk,
        poller: Poller,
        keep: Keep = lambda: None,
        private: Private | None = None,
        polling: bool = True,
    ) -> None:
        self.newsdesk, self.keep = newsdesk, keep
        self.plans = newsdesk.database.kind.shares  # for workers, wherever they are
        self.works = self.plans and polling  # as one of them
        self.polls = polling or self.plans
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
        self._polled = 0
        self._planned = time.monotonic()
        self.metrics = Metrics(newsdesk.figures, newsdesk.standing)
        self.metrics.polling.set_function(lambda: self.polling)
        self.public = self._application(private)

    def _application(self, private: Private | None) -> PublishedFiles:
        """What the daemon answers over HTTP."""
        told = serve.Told(self.health, self.unready)
        output = self.newsdesk.settings.output
        return serve.application(output, told, self.subscriber, self.metrics, private=private)

    def whole(self, job: Job) -> Job:
        """A job that is done to its end, which the daemon waits for when it stops."""

        async def whole_job() -> None:
            task = asyncio.create_task(guarded(job)())
            self._whole_jobs.add(task)
            task.add_done_callback(self._whole_jobs.discard)
            await asyncio.shield(task)

        return guarded(whole_job)

    async def poll(self) -> None:
        """Start a pass over what is due and not under way: a slow source holds up no later pass.

        A source that is stored while the due ones are read may stand among them as it was: it is left out.
        """
        self._planned = time.monotonic()
        under_way = set(self._busy)
        due = await asyncio.to_thread(self.newsdesk.due)
        under_way |= self._busy
        addresses = [address for address in due if address.source_id not in under_way]
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
        self._polled += len(report.results)
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
        return {"polls": self._polled, "polling": self.polling}

    async def unready(self) -> Mapping[str, object]:
        """What /readyz says that there is to wait for; nothing where all is well."""
        said: dict[str, object] = {}
        if self._published is None:
            said["published"] = "not yet"
        late = time.monotonic() - self._planned
        if self.polls and late > LATE_TICKS * self.newsdesk.settings.poll.tick:
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
