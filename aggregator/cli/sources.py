"""`newsdesk source`: the commands on what is read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from aggregator.cli import Invocation
    from aggregator.poll import Read
    from feeds.tables import Source

SOURCE = click.argument("number", metavar="SOURCE", type=int)


class Interval(click.ParamType[int]):
    """A duration such as 30m or 6h; 0 gives the choice back to newsdesk."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from config.options import duration

        try:
            return int(duration(value).total_seconds())
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no duration; write 30m or 6h", param, ctx)


def given_by_editor(command: Any) -> Any:
    """The options that say what an editor sets of a source."""
    for option in (
        click.option(
            "--interval", type=Interval(), help="How often to poll it, for example 30m; 0 for its own rhythm."
        ),
        click.option("--zone", help="The time zone of its dates that name none, for example Europe/Paris."),
        click.option("--language", help="Its language, for example fr."),
        click.option("--section", help="The section it belongs to."),
        click.option("--title", help="What to call it; else its own title."),
    ):
        command = option(command)
    return command


@click.group(short_help="What is read: add, list, show, edit, pause, resume, retry, remove, import, export.")
def source() -> None:
    """Subscribe to feeds, and look after the subscriptions."""


@source.command(short_help="Subscribe to a feed.")
@click.argument("url")
@given_by_editor
@click.option("--no-check", is_flag=True, help="Add it without fetching it once.")
@json_option
@click.pass_obj
def add(invocation: Invocation, /, url: str, no_check: bool, as_json: bool, **given: Any) -> None:
    """Subscribe to the feed at URL. It is fetched once to see that it is one."""
    from aggregator import sources

    newsdesk = invocation.newsdesk
    url = sources.address(url)
    with newsdesk.database.reading() as session:
        sources.refuse_a_second(session, url)
    found = None if no_check else _look(invocation, url, given.get("zone"))
    with newsdesk.database.writing() as session:
        row = sources.add(session, url, newsdesk.now(), **given)
        if found is not None:
            row.feed_title, row.site, row.feed_language = (
                found.feed.title,
                found.feed.url,
                found.feed.language,
            )
        session.flush()
    if as_json:
        terminal.emit(shape(row, 0))
    else:
        entries = found and terminal.counted(len(found.feed.entries), "entry", "entries")
        click.echo(f"source {row.id}: {row.name}" + (f", {entries}" if entries else ""))


def _look(invocation: Invocation, url: str, zone: str | None) -> Read:
    """The feed at an address; raises SourceRefused where there is none."""
    import asyncio

    from aggregator import sources
    from aggregator.fetch import Address, Failure
    from aggregator.poll import Outcome, Read

    async def look() -> Outcome:
        async with invocation.newsdesk.fetcher() as fetcher:
            return await invocation.newsdesk.poller(fetcher).look(Address(0, url, zone=zone))

    outcome = asyncio.run(look())
    if not isinstance(outcome, Read):
        failure = (
            outcome
            if isinstance(outcome, Failure)
            else Failure("protocol", "304 to an unconditional request")
        )
        raise sources.refused(url, failure)
    return outcome


@source.command(name="list", short_help="List the sources.")
@click.option("--failing", is_flag=True, help="Only those whose last poll failed.")
@json_option
@click.pass_obj
def list_(invocation: Invocation, failing: bool, as_json: bool) -> None:
    """List the sources with their state and when they are due."""
    from aggregator import store

    with invocation.reading() as session:
        rows = [row for row in store.sources(session) if row.failures or not failing]
        items = store.item_counts(session)
    if as_json:
        terminal.emit([shape(row, items.get(row.id or 0, 0)) for row in rows])
        return
    now = invocation.now()
    terminal.table(
        ("source", "state", "section", "items", "changed", "title", "trouble"),
        [
            (
                row.id,
                row.status,
                row.section,
                items.get(row.id or 0, 0),
                row.last_changed_at and terminal.age(row.last_changed_at, now),
                row.name,
                row.error_class and f"{row.error_class}: {row.error_message}",
            )
            for row in rows
        ],
        nothing="No source is failing." if failing else "No sources yet: newsdesk source add URL",
    )


@source.command(short_help="One source, whole.")
@SOURCE
@json_option
@click.pass_obj
def show(invocation: Invocation, number: int, as_json: bool) -> None:
    """Show one source: what it is, when it was polled, when it is due and why."""
    from aggregator import sources, store
    from config.options import spell

    with invocation.reading() as session:
        row = store.source(session, number)
        items = store.item_counts(session).get(number, 0)
    if as_json:
        terminal.emit(shape(row, items))
        return
    terminal.fields(
        [
            ("source", row.id),
            ("title", row.name),
            ("url", row.url),
            ("site", row.site),
            ("section", row.section),
            ("language", row.language or row.feed_language),
            ("zone", row.zone),
            ("interval", row.interval and spell(timedelta(seconds=row.interval))),
            ("state", row.status),
            ("items", items),
            ("last polled", terminal.moment(row.last_polled_at)),
            ("last changed", terminal.moment(row.last_changed_at)),
            ("next poll", _when(row, f": {row.next_poll_reason}")),
            ("trouble", row.error_class and sources.trouble(row.error_class, row.error_message or "")),
            ("failures", row.failures or None),
        ]
    )


@source.command(short_help="Change title, section, language, zone or interval.")
@SOURCE
@given_by_editor
@json_option
@click.pass_obj
def edit(invocation: Invocation, /, number: int, as_json: bool, **given: Any) -> None:
    """Change what is set of a source; an empty text takes a setting back."""
    from aggregator import sources
    from config.errors import UsageFault

    if all(value is None for value in given.values()):
        ways = ", ".join(f"--{name}" for name in sorted(given))
        raise UsageFault(f"source {number}: nothing to change is given", f"give one or more of {ways}")
    _change(invocation, number, as_json, lambda row, now: sources.edit(row, **given))


@source.command(short_help="Poll a source no more.")
@SOURCE
@json_option
@click.pass_obj
def pause(invocation: Invocation, number: int, as_json: bool) -> None:
    """Poll a source no more, until it is resumed."""
    from aggregator import sources

    _change(invocation, number, as_json, lambda row, now: sources.pause(row))


@source.command(short_help="Poll a paused source again.")
@SOURCE
@json_option
@click.pass_obj
def resume(invocation: Invocation, number: int, as_json: bool) -> None:
    """Poll a paused source again when it is due."""
    from aggregator import sources

    _change(invocation, number, as_json, sources.resume)


@source.command(short_help="Poll a failing or retired source at once.")
@SOURCE
@json_option
@click.pass_obj
def retry(invocation: Invocation, number: int, as_json: bool) -> None:
    """Forget a source's failures, and make it due now.

    A retired source is revived. A paused one stays paused, and is due when it is resumed.
    """
    from aggregator import sources

    _change(invocation, number, as_json, sources.retry)


@source.command(short_help="Unsubscribe.")
@SOURCE
@json_option
@click.pass_obj
def remove(invocation: Invocation, number: int, as_json: bool) -> None:
    """Unsubscribe, and delete the items of the source; those an editor decided on stay."""
    from aggregator import sources, store

    with invocation.writing() as session:
        row = store.source(session, number)
        kept = sources.remove(session, row)
    if as_json:
        terminal.emit({"removed": number, "kept_items": kept})
    else:
        click.echo(
            f"source {number}: removed"
            + (f"; kept: {terminal.counted(kept, 'item')} that editors decided on" if kept else "")
        )


@source.command(name="import", short_help="Subscribe to every feed of an OPML list.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def import_(invocation: Invocation, file: Path, as_json: bool) -> None:
    """Subscribe to every feed of an OPML file; nested outlines become sections.

    An outline that cannot be added is reported and skipped.
    """
    from aggregator import sources

    subscriptions = sources.subscriptions(file)
    with invocation.writing() as session:
        imported = sources.subscribe(session, subscriptions, invocation.now())
    if as_json:
        terminal.emit({"added": [shape(row, 0) for row in imported.added], "skipped": imported.skipped})
        return
    for line in imported.skipped:
        terminal.say(f"skipped: {line}")
    click.echo(f"{terminal.counted(len(imported.added), 'source')} added, {len(imported.skipped)} skipped")


@source.command(short_help="Write the sources as OPML.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def export(invocation: Invocation, file: Path | None) -> None:
    """Write the sources as OPML to FILE, or to standard output."""
    from aggregator import sources, store
    from feeds import opml

    with invocation.reading() as session:
        outlines = sources.outlines(store.sources(session))
    body = opml.write(f"Sources of {invocation.newsdesk.site.title}", outlines)
    if file is None:
        click.echo(body, nl=False)
    else:
        sources.save(file, body)


def _change(invocation: Invocation, number: int, as_json: bool, change: Any) -> None:
    """Change one source and say how it stands."""
    from aggregator import store

    with invocation.writing() as session:
        row = store.source(session, number)
        change(row, invocation.now())
        items = store.item_counts(session).get(number, 0)
    if as_json:
        terminal.emit(shape(row, items))
    else:
        click.echo(f"source {row.id}: {row.name}: {row.status}, next poll: {_when(row)}")


def _when(row: Source, reason: str = "") -> str:
    """When a source is polled next, and the reason where it is given."""
    if row.status != "active":
        again = "resume" if row.status == "paused" else "retry"
        return f"not before 'newsdesk source {again} {row.id}'"
    return f"{terminal.moment(row.next_poll_at)}{reason}"


def shape(row: Source, items: int) -> dict[str, Any]:
    """A source as `--json` has it."""
    from curation.shapes import time

    error = {"class": row.error_class, "message": row.error_message, "at": time(row.error_at)}
    return {
        "id": row.id,
        "url": row.url,
        "title": row.name,
        "section": row.section,
        "language": row.language or row.feed_language,
        "zone": row.zone,
        "interval": row.interval,
        "status": row.status,
        "items": items,
        "last_polled_at": time(row.last_polled_at),
        "last_changed_at": time(row.last_changed_at),
        "next_poll_at": time(row.next_poll_at),
        "next_poll_reason": row.next_poll_reason,
        "failures": row.failures,
        "error": error if row.error_class else None,
    }
