"""The command that moves a newsroom to another database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from aggregator.cli import Invocation
    from aggregator.copying import Told
    from aggregator.database import Database


@click.command(short_help="Move the newsroom to another database.")
@click.option("--to", "url", required=True, metavar="URL", help="An empty database: postgresql+psycopg://…")
@json_option
@click.pass_obj
def migrate(invocation: Invocation, url: str, as_json: bool) -> None:
    """Copy the newsroom into an empty database on PostgreSQL, and see that it is the same there.

    Stop the daemon first; what editors would decide meanwhile is refused. The database that is moved from
    is not changed. Every row is compared, and every document that is published. Run again, it goes on
    where it was stopped.
    """
    from aggregator import app, transfer
    from aggregator.database import Database

    chosen, at = app.load(invocation.config), app.utc_now()
    with closing(Database(chosen.database_url)) as source, closing(_named(url)) as target:
        here, there = (app.Newsdesk(chosen, database, lambda: at) for database in (source, target))
        with _progress(quiet=as_json) as told:
            moved = transfer.move(here, there, told)
    if as_json:
        terminal.emit({"from": str(source), "to": str(target), **asdict(moved)})
        return
    rows = terminal.counted(sum(moved.rows.values()), "row")
    tables, documents = len(moved.rows), terminal.counted(moved.documents, "document")
    click.echo(f"{rows} in {tables} tables and {documents} are the same in both, after {moved.seconds:.1f} s")
    click.echo("write into newsdesk.toml, and start the daemon:")
    click.echo(setting(target))


def _named(url: str) -> Database:
    """The database to move to; raises UsageFault for no address."""
    from aggregator.database import Database
    from config.errors import UsageFault

    try:
        database = Database(url)
    except UsageFault as error:
        raise UsageFault(error.message.replace("database_url", "--to", 1), error.remedy) from error
    if database.url.get_backend_name() == "sqlite" and database.path is None:
        raise UsageFault("--to: a database in memory is gone at once", "name a file, or a server")
    return database


def setting(database: Database) -> str:
    """The line that names a database; its password, which ~/.pgpass is the place for, is left out."""
    url = database.url._replace(password=None).render_as_string()
    aside = "  # its password belongs into ~/.pgpass" if database.url.password else ""
    return f'database_url = "{url}"{aside}'


@contextmanager
def _progress(quiet: bool) -> Iterator[Told]:
    """How far it has come, on standard error: a bar on a terminal, else a line for what is done."""
    if quiet:
        yield lambda step, done, total: None
    elif sys.stderr.isatty():
        with _bar() as told:
            yield told
    else:
        yield _line


def _line(step: str, done: int, total: int) -> None:
    if done == total:
        terminal.say(f"{step}: {total:,}")


@contextmanager
def _bar() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)


COMMANDS = (migrate,)
