"""The commands that make a newsroom run: demo, init, run, poll, publish, serve."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curation import terminal
from curation.cli.room import PAST
from curation.terminal import json_option

if TYPE_CHECKING:
    from aggregator.answers import Address
    from aggregator.app import Newsdesk
    from aggregator.cli import Invocation
    from aggregator.outcomes import Report
    from aggregator.publish import Published
    from aggregator.store import Asked
    from feeds.tables import Source


@click.command(short_help="A whole newsroom on sample feeds, no network.")
@click.option(
    "--once",
    type=click.Path(file_okay=False, path_type=Path),
    help="Leave the published files here, and stop.",
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="Where to serve."
)
@click.option("--seconds", type=click.FloatRange(1), help="Stop by itself after this long.")
def demo(once: Path | None, port: int, seconds: float | None) -> None:
    """Show a newsroom at work: poll sample feeds, pick a story, publish, and serve until Ctrl-C.

    Everything happens on this machine, in a folder of its own that is removed at the end.
    """
    from aggregator import demo, loop

    _logging()
    loop.run(demo.run(once, port, seconds, click.echo))


@click.command(short_help="Starter newsdesk.toml and sources.opml.")
@click.argument("folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Write a starter newsdesk.toml and sources.opml into DIR; what is there already is left alone."""
    from config import starters

    for file, written in starters.write(folder):
        click.echo(f"{file}: {'written' if written else 'is there already, left alone'}")
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))}; "
    click.echo(f"next: {there}edit newsdesk.toml; newsdesk source import sources.opml; newsdesk run")


@click.command(short_help="The daemon: polls, publishes, serves.")
@click.option("--no-poll", is_flag=True, help="Publish and serve; on PostgreSQL, plan for the workers too.")
@click.pass_obj
def run(invocation: Invocation, no_poll: bool) -> None:
    """Poll on schedule, publish what changes, and serve it, until SIGTERM or Ctrl-C."""
    import os
    import socket

    from aggregator import loop, schedule

    _logging()
    newsdesk = invocation.newsdesk
    owner = f"process {os.getpid()} on {socket.gethostname()}"
    with newsdesk.database.held(owner) as keep:
        newsdesk.bring_queue_up()
        served = schedule.run(newsdesk, lambda at: terminal.say(f"serving {at}"), not no_poll, keep)
        loop.run(served)


@click.command(short_help="Poll what a daemon on PostgreSQL plans.")
@click.option(
    "--concurrency", type=click.IntRange(1, 10_000), help="Sources polled at once; else fetch.concurrency."
)
@click.pass_obj
def worker(invocation: Invocation, concurrency: int | None) -> None:
    """Poll what 'newsdesk run' plans, here or on any machine, until SIGTERM or Ctrl-C.

    Any number of workers share the work of one database on PostgreSQL. What one that dies was at,
    another does within half a minute.
    """
    from aggregator import app, loop, schedule

    _logging()
    with app.opened(app.load(invocation.config), worker=True) as newsdesk:
        loop.run(schedule.work(newsdesk, concurrency, lambda at_once: _working(newsdesk, at_once)))


def _working(newsdesk: Newsdesk, at_once: int) -> None:
    terminal.say(f"working on {newsdesk.database}, on {at_once} sources at once")


@click.command(short_help="One pass over the sources that are due.")
@click.argument("numbers", metavar="[SOURCE]...", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every active source, due or not.")
@json_option
@click.pass_obj
def poll(invocation: Invocation, numbers: tuple[int, ...], everything: bool, as_json: bool) -> None:
    """Fetch the sources that are due, or those named, and keep what is new.

    A source that fails is reported, keeps its fault, and costs the others nothing.
    """
    from aggregator import loop, sources, store

    with invocation.reading() as session:
        if numbers:
            rows = [store.source(session, number) for number in dict.fromkeys(numbers)]
            addresses = _askable(rows, invocation.now())
        elif everything:
            addresses = _askable(store.unpaused(session), invocation.now())
        else:
            addresses = store.due(session, invocation.now())
    report = loop.run(_poll(invocation, addresses, quiet=as_json))
    if as_json:
        terminal.emit(shape(report))
        return
    for result in report.results:
        if result.error is not None:
            trouble = sources.trouble(result.error.kind, result.error.message)
            terminal.say(f"source {result.source} {result.url}: {trouble}")
    click.echo(summary(report))


def _askable(rows: Iterable[Source | Asked], now: datetime) -> list[Address]:
    """The sources that may be asked now; the others are named, with the reason."""
    from aggregator import sources, store

    addresses = []
    for row in rows:
        if why := sources.left_alone(row, now):
            terminal.say(f"source {row.id}: {why}")
        else:
            addresses.append(store.address(row))
    return addresses


async def _poll(invocation: Invocation, addresses: list[Address], quiet: bool) -> Report:
    async with invocation.newsdesk.poller() as poller:
        if quiet or not addresses or not sys.stderr.isatty():
            return await poller.poll(addresses)
        with _bar(len(addresses)) as advance:
            return await poller.poll(addresses, lambda result: advance())


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error; what it gives is called at each step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("polling"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("polling", total=total)
        yield lambda: bar.advance(task)


def summary(report: Report) -> str:
    """A pass in one line."""
    if not report.results:
        return "No source is due."
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in ("changed", "unchanged", "failed"))
    items = f"{terminal.counted(report.new_items, 'new item')}, {report.revised_items} revised"
    return f"{len(report.results)} polled in {report.seconds:.1f} s: {counts}; {items}"


def shape(report: Report) -> dict[str, Any]:
    """A pass as `--json` has it."""
    return {
        "polled": len(report.results),
        **{outcome: report.count(outcome) for outcome in ("unchanged", "changed", "failed")},
        "new_items": report.new_items,
        "revised_items": report.revised_items,
        "seconds": report.seconds,
        "results": [
            result.model_dump(exclude={"error"})
            | {"error": result.error and {"class": result.error.kind, "message": result.error.message}}
            for result in report.results
        ],
    }


@click.command(short_help="Write every edition's files.")
@click.option("--edition", help="Only the files of this edition.")
@click.option("--anew", is_flag=True, help="Draw every page again, also where nothing changed.")
@click.option("--as-of", type=PAST, help="As they were at this time: 2d, 'last tuesday', 2026-11-24T15:00.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write the files of that time; without it they are only compared.",
)
@json_option
@click.pass_obj
def publish(
    invocation: Invocation,
    edition: str | None,
    anew: bool,
    as_of: datetime | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Write the published files as the database has them now; files that would be the same are left alone.

    Files of ours that are not published any more are removed. Then the hub is told of the feeds that
    changed, and the command of the settings is run, where there are such; exit status 1 where that fails.

    With --as-of the published folder stays as it is: the feeds that were public then are rendered again
    from the record, and each is held against the digest of that time. Exit status 1 where one differs.
    """
    import asyncio

    from aggregator.cli.past import tell_the_past
    from aggregator.cli.shown import delivery_shape
    from config.errors import NewsdeskError
    from curation import desk, shapes

    newsdesk = invocation.newsdesk
    if as_of is not None:
        tell_the_past(invocation, as_of, edition, output, as_json)
        return
    if output is not None:
        raise click.UsageError(
            "--output is for --as-of: the published folder is set by output in the settings"
        )
    if edition is not None:
        desk.edition(newsdesk.editions, edition)
    done = newsdesk.publish(edition, anew)
    delivered = asyncio.run(newsdesk.deliver())
    if as_json:
        files = {"written": done.written, "unchanged": done.unchanged, "removed": done.removed}
        follows = [delivery_shape(row) for row in newsdesk.deliveries()]
        terminal.emit(files | {"at": shapes.time(done.at), "deliveries": follows})
    else:
        _tell(done, newsdesk.press.place)
        for outcome in delivered:
            terminal.say("" if outcome.error else f"{outcome}: done")
    if faults := [f"{outcome}: {outcome.error}" for outcome in delivered if outcome.error]:
        raise NewsdeskError("; ".join(faults), "the next 'newsdesk publish' and the daemon try again")


def _tell(done: Published, place: Callable[[str], Path]) -> None:
    for name in done.written:
        click.echo(place(name))
    for name in done.removed:
        terminal.say(f"removed {place(name)}")
    removed = f", {len(done.removed)} removed" if done.removed else ""
    written = terminal.counted(len(done.written), "file")
    terminal.say(f"{written} written, {len(done.unchanged)} unchanged{removed}")


@click.command(short_help="Serve the published files, without polling.")
@click.pass_obj
def serve(invocation: Invocation) -> None:
    """Serve the published folder as it is; nothing is polled or published."""
    from aggregator import loop, schedule

    _logging()
    newsdesk = invocation.newsdesk
    loop.run(schedule.serve_only(newsdesk, lambda address: terminal.say(f"serving {address}")))


def _logging() -> None:
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)-7s %(message)s", level=logging.INFO)
    for noisy in ("alembic", "asyncio", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # else each tick of an outage is told


COMMANDS = (demo, init, run, worker, poll, publish, serve)
