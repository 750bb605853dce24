"""`newsdesk source`: edit, pause, resume, retry and remove, each of one source."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from aggregator.cli.sources import SOURCE, given_by_editor
from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from sqlmodel import Session

    from aggregator.cli import Invocation
    from feeds.tables import Source


@click.command(short_help="Change title, section, language, zone, interval or preference.")
@SOURCE
@given_by_editor
@json_option
@click.pass_obj
def edit(invocation: Invocation, /, number: int, as_json: bool, **given: Any) -> None:
    """Change what is set of a source; an empty text takes a setting back.

    Another zone dates its items anew, as far as their dates name none.
    """
    from aggregator import sources
    from config.errors import UsageFault

    if all(value is None for value in given.values()):
        ways = ", ".join(f"--{name}" for name in sorted(given)).replace("preferred", "prefer")
        raise UsageFault(f"source {number}: nothing to change is given", f"give one or more of {ways}")

    def change(session: Session, row: Source, now: datetime) -> dict[str, Any]:
        redated = sources.rezone(session, row, **given)
        if redated:
            terminal.say(f"source {row.id}: {terminal.counted(redated, 'item')} dated anew")
        return {"redated_items": redated}

    _change(invocation, number, as_json, change)


@click.command(short_help="Poll a source no more.")
@SOURCE
@json_option
@click.pass_obj
def pause(invocation: Invocation, number: int, as_json: bool) -> None:
    """Poll a source no more, until it is resumed."""
    from aggregator import sources

    _change(invocation, number, as_json, lambda session, row, now: sources.pause(row))


@click.command(short_help="Poll a paused source again.")
@SOURCE
@json_option
@click.pass_obj
def resume(invocation: Invocation, number: int, as_json: bool) -> None:
    """Poll a paused source again when it is due."""
    from aggregator import sources

    _change(invocation, number, as_json, lambda session, row, now: sources.resume(row, now))


@click.command(short_help="Poll a failing or retired source at once.")
@SOURCE
@json_option
@click.pass_obj
def retry(invocation: Invocation, number: int, as_json: bool) -> None:
    """Forget a source's failures, and make it due now.

    A retired source is revived. A paused one stays paused, and is due when it is resumed. Where its
    server asked to be left alone until some time (Retry-After), it is due then.
    """
    from aggregator import sources

    def change(session: Session, row: Source, now: datetime) -> None:
        sources.retry(row, now)
        if why := sources.left_alone(row, now):
            terminal.say(f"source {row.id}: {why}")

    _change(invocation, number, as_json, change)


@click.command(short_help="Unsubscribe.")
@SOURCE
@json_option
@click.pass_obj
def remove(invocation: Invocation, number: int, as_json: bool) -> None:
    """Unsubscribe, and delete the items of the source; those an editor decided on stay."""
    from aggregator import sources, store

    with invocation.writing() as session:
        row = store.source(session, number)
        kept = sources.remove(session, row, invocation.now())
    if as_json:
        terminal.emit({"removed": number, "kept_items": kept})
    else:
        click.echo(
            f"source {number}: removed"
            + (f"; kept: {terminal.counted(kept, 'item')} that editors decided on" if kept else "")
        )


def _change(invocation: Invocation, number: int, as_json: bool, change: Any) -> None:
    """Change one source and say how it stands, with what more the change has to say as JSON."""
    from aggregator import hubs, store
    from aggregator.cli import shown

    with invocation.writing() as session:
        row = store.source(session, number)
        more = change(session, row, invocation.now()) or {}
        items = store.item_counts(session).get(number, 0)
        moves = store.moves(session, number).get(number, ())
        hub = hubs.subscription(session, number)
    if as_json:
        terminal.emit(shown.shape(row, items, moves, hub) | more)
    else:
        click.echo(f"source {row.id}: {row.name}: {row.status}, next poll: {shown.when(row)}")


COMMANDS = (edit, pause, resume, retry, remove)
