"""`newsdesk source`: what is read, added and shown, one by one or as a whole list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from sqlmodel import Session

    from aggregator.cli import Invocation
    from aggregator.finding import Added
    from feeds.tables import Source

SOURCE = click.argument("number", metavar="SOURCE", type=int)


class Interval(click.ParamType[int]):
    """A duration such as 30m or 6h; 0 gives the choice back to newsdesk."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from config.written import duration

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
        click.option(
            "--prefer/--no-prefer",
            "preferred",
            default=None,
            help="Whether it leads stories before sources that are not preferred.",
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
@click.option("--pick", type=click.IntRange(1), help="Which feed to take, of a page that names several.")
@click.option(
    "--history",
    type=click.IntRange(0, 1_000),
    default=0,
    help="Keep up to so many older pages of it, where it has them.",
)
@json_option
@click.pass_obj
def add(
    invocation: Invocation,
    /,
    url: str,
    no_check: bool,
    pick: int | None,
    history: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Subscribe to the feed at URL, or to the one that the page at URL names. It is fetched once."""
    from aggregator import sources
    from aggregator.cli import shown

    url = sources.address(url)
    with invocation.reading() as session:
        sources.refuse_a_second(session, url)
    if no_check:
        with invocation.writing() as session:
            row, items, entries = sources.add(session, url, invocation.now(), **given), 0, ""
    else:
        added = _found(invocation, url, given, pick, history)
        row, items, entries = (
            added.source,
            added.history.items,
            f", {terminal.counted(len(added.found.read.feed.entries), 'entry', 'entries')}",
        )
    if as_json:
        terminal.emit(shown.shape(row, items))
    else:
        click.echo(f"source {row.id}: {row.name}{entries}")


def _found(invocation: Invocation, url: str, given: dict[str, Any], pick: int | None, history: int) -> Added:
    """Add the feed that an address leads to, saying where it was found and what was kept of its past."""
    import asyncio

    from aggregator import finding

    async def find() -> Added:
        async with invocation.newsdesk.poller() as poller:
            return await finding.subscribe(poller, url, given, pick, history)

    added = asyncio.run(find())
    if added.found.page:
        terminal.say(f"found {added.found.url} by {added.found.page}")
    if history:
        past = added.history
        ended = f"; then {past.ended}" if past.ended else ""
        kept = terminal.counted(past.items, "item", "items")
        pages = terminal.counted(past.pages, "older page", "older pages")
        terminal.say(f"history: {kept} of {pages}{ended}")
    return added


@source.command(name="list", short_help="List the sources.")
@click.option("--failing", is_flag=True, help="Only those whose last poll failed.")
@click.option("--silent", is_flag=True, help="Only those silent for longer than is like them.")
@json_option
@click.pass_obj
def list_(invocation: Invocation, failing: bool, silent: bool, as_json: bool) -> None:
    """List the sources with their state and when they are due.

    A source is silent where its own rhythm gives a silence as long as this a chance of less than 1 %.
    """
    from aggregator import hubs, store
    from aggregator.cli import shown

    now = invocation.now()
    with invocation.reading() as session:
        known = hubs.subscriptions(session)
        rows = [row for row in store.sources(session) if row.failures or not failing]
        rows = [row for row in rows if not silent or _is_silent(session, row, now)]
        items, moves = store.item_counts(session), store.moves(session)
    if as_json:
        terminal.emit(
            [
                shown.shape(
                    row, items.get(row.id or 0, 0), moves.get(row.id or 0, ()), known.get(row.id or 0)
                )
                for row in rows
            ]
        )
        return
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
        nothing=_nothing(failing, silent),
    )


def _is_silent(session: Session, row: Source, now: datetime) -> bool:
    from aggregator import cadence, store
    from feeds.tables import Status

    assert row.id is not None
    return row.status == Status.ACTIVE and cadence.silent(store.active_days(session, row.id), now.date())


def _nothing(failing: bool, silent: bool) -> str:
    wanted = [word for word, asked in (("failing", failing), ("silent", silent)) if asked]
    return f"No source is {' and '.join(wanted)}." if wanted else "No sources yet: newsdesk source add URL"


@source.command(short_help="One source, whole.")
@SOURCE
@json_option
@click.pass_obj
def show(invocation: Invocation, number: int, as_json: bool) -> None:
    """Show one source: what it is, when it was polled, when it is due and how that was reckoned.

    The next poll is the longest of the waits after the last one, or later by the hours it skips.
    """
    from aggregator import homes, hubs, store
    from aggregator.cli import shown

    with invocation.reading() as session:
        row = store.source(session, number)
        items = store.item_counts(session).get(number, 0)
        moves = store.moves(session, number).get(number, ())
        hub = hubs.subscription(session, number)
        doubt = homes.doubt(session, row)
    if as_json:
        terminal.emit(shown.shape(row, items, moves, hub))
        return
    reachable = invocation.newsdesk.settings.serve.public_url is not None
    terminal.fields(shown.fields(row, items, moves, shown.hub_said(hub, reachable) if hub else None, doubt))


@source.command(name="import", short_help="Subscribe to every feed of an OPML list.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def import_(invocation: Invocation, file: Path, as_json: bool) -> None:
    """Subscribe to every feed of an OPML file; nested outlines become sections.

    An outline that cannot be added is reported and skipped.
    """
    from aggregator import sources
    from aggregator.cli import shown

    subscriptions = sources.subscriptions(file)
    with invocation.writing() as session:
        imported = sources.subscribe(session, subscriptions, invocation.now())
    if as_json:
        terminal.emit({"added": [shown.shape(row, 0) for row in imported.added], "skipped": imported.skipped})
        return
    for line in imported.skipped:
        terminal.say(f"skipped: {line}")
    click.echo(f"{terminal.counted(len(imported.added), 'source')} added, {len(imported.skipped)} skipped")


@source.command(short_help="Write the sources as OPML.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def export(invocation: Invocation, file: Path | None) -> None:
    """Write the sources as OPML to FILE, or to standard output."""
    from aggregator import sources
    from feeds import opml

    with invocation.reading() as session:
        outlines = sources.outlines(session)
    body = opml.write(f"Sources of {invocation.newsdesk.site.title}", outlines)
    if file is None:
        click.echo(body, nl=False)
    else:
        sources.save(file, body)
