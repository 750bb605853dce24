"""WHEN: a handful of jobs, and the server beside them. APScheduler is known here alone.

The jobs know when to look; the rows know what is due. So a restart polls nothing early, and no
job is ever one source's.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator import cluster, serve
from aggregator.app import Newsdesk
from aggregator.bringing import Keep
from aggregator.cluster import Intake
from aggregator.daemon import Daemon, Job, guarded, tell
from aggregator.private import Private
from aggregator.server import Server, address, listening

PUBLISH_SECONDS = 2
HUBS_SECONDS = 5
UPKEEP_EVERY = timedelta(hours=1)


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
            daemon = Daemon(newsdesk, poller, keep, private, polling)
            if not daemon.stands:
                await daemon.publish()
            if daemon.replaced is not None:
                raise daemon.replaced
            scheduler = scheduled(daemon)
            server = daemon.server = Server(daemon.public, daemon.public.at_once)

            def begin() -> None:
                ready(address(listener))
                scheduler.start()
                if daemon.works:
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


def scheduled(daemon: Daemon) -> AsyncIOScheduler:
    """The scheduler with the jobs of a daemon; a late run is run late, never dropped."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    )
    now, options = daemon.newsdesk.now(), daemon.newsdesk.settings

    def add(name: str, job: Job, seconds: float, **given: object) -> None:
        scheduler.add_job(job, "interval", seconds=seconds, id=name, **given)

    if daemon.polls:
        job = daemon.plan if daemon.plans else daemon.poll
        add("poll", guarded(job), options.poll.tick, next_run_time=now)
    if daemon.polls and daemon.subscriber is not None:
        add("hubs", guarded(daemon.subscriber.subscribe), HUBS_SECONDS)
    add("publish", daemon.whole(daemon.publish), PUBLISH_SECONDS, next_run_time=now)
    if options.publish.hub is not None:
        add("hub", guarded(daemon.tell_hub), PUBLISH_SECONDS)
    if options.publish.command:
        add("command", guarded(daemon.run_command), PUBLISH_SECONDS)
    add("upkeep", daemon.whole(daemon.upkeep), UPKEEP_EVERY.total_seconds(), next_run_time=now)
    return scheduler
