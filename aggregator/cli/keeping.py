"""The commands that look after a newsroom: status, backup, doctor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from aggregator.cli import Invocation
    from aggregator.upkeep import Finding, Standing
    from config.options import Edition


@click.command(short_help="How the newsroom stands.")
@json_option
@click.pass_obj
def status(invocation: Invocation, as_json: bool) -> None:
    """Sources and their troubles, items, picks, the last decision and publish, and what editions lack.

    On PostgreSQL also how many workers there are, and what waits for them.
    """
    from dataclasses import asdict

    from aggregator import deliveries, upkeep
    from aggregator.cli.shown import delivery_shape, private_shape, queued
    from curation import standing
    from curation.shapes import time

    newsdesk = invocation.newsdesk
    with invocation.reading() as session:
        found = upkeep.status(session, newsdesk.now())
        warnings = standing.warnings(session, newsdesk.editions, newsdesk.now(), newsdesk.curation.quorum)
    rows, waiting, late = newsdesk.deliveries(), newsdesk.standing(), newsdesk.figures().late
    apart = [private_shape(one, newsdesk.site.base_url) for one in newsdesk.editions if one.is_private]
    if as_json:
        times = {name: time(value) for name, value in asdict(found).items() if name.endswith("_at")}
        follows = [delivery_shape(row) for row in rows]
        others = {
            "database": str(newsdesk.database),
            "deliveries": follows,
            "warnings": warnings,
            "private": apart,
        }
        queue = {"late_seconds": round(late, 1), "queue": waiting and waiting.figures()}
        terminal.emit(asdict(found) | times | queue | others)
        return
    terminal.fields(
        [
            *_stands(found, queued(waiting, late)),
            *(
                (name, deliveries.said([row for row in rows if row.kind == kind]))
                for kind, name in deliveries.NAMES.items()
            ),
            ("database", newsdesk.database),
            *(("private", "{edition}: {url}, by the token in {token}".format(**one)) for one in apart),
            *(("warning", warning) for warning in warnings),
        ]
    )


def _stands(found: Standing, queue: Iterable[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    yield "sources", f"{found.sources}: {found.active} active, {found.failing} failing, {found.due} due"
    yield "next poll", terminal.moment(found.next_poll_at) or "none"
    yield from queue
    yield "items", found.items
    yield "picks", found.picks
    yield "last decision", terminal.moment(found.last_decision_at) or "none yet"
    yield "last published", terminal.moment(found.last_published_at) or "never"


@click.command(short_help="A consistent copy of the database.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(invocation: Invocation, file: Path) -> None:
    """Copy the database to FILE, while others may be writing to it.

    One on PostgreSQL is copied by PostgreSQL's own pg_dump: the line to run is told.
    """
    from aggregator import upkeep

    size = upkeep.backup(invocation.newsdesk.database, file)
    click.echo(f"{file}: {size:,} bytes")


@click.command(short_help="Put a backup in the place of the database.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(invocation: Invocation, file: Path) -> None:
    """Put the backup FILE in the place of the database, which is kept beside it under another name.

    Stop the daemon first, and let no other command be at work.
    """
    from aggregator import app, restoring
    from aggregator.database import Database

    database = Database(app.load(invocation.config).database_url)
    kept = restoring.restore(database, file, app.utc_now())
    click.echo(f"{database}: restored from {file}" + (f"; what was there is {kept}" if kept else ""))


@click.command(short_help="Check the newsroom's health.")
@click.option("--rebuild", is_flag=True, help="Work all picks, kills, tags and pins out from the log anew.")
@click.option("--regroup", is_flag=True, help="Find the stories of the last fourteen days anew.")
@json_option
@click.pass_obj
def doctor(invocation: Invocation, rebuild: bool, regroup: bool, as_json: bool) -> None:
    """Check the database, its program, the published folder, private editions, what follows a publish, the
    installation.

    Exit status 1 on a fault.

    Nothing is made or changed: a database that is missing, damaged or old stays as it is. Only with
    --rebuild what differs from the editorial log is mended, and named; with --regroup items find their
    stories again, as if they came now: what editors merged stays together, what they split stays apart.
    """
    from aggregator import app, deliveries, upkeep
    from aggregator.database import Database
    from config.errors import NewsdeskError
    from config.options import editions

    chosen = app.load(invocation.config)
    follows = deliveries.asked(chosen.publish)
    findings = list(upkeep.examine(Database(chosen.database_url), chosen.output, follows))
    findings += _private(editions(chosen.editions), chosen.private)
    if rebuild:
        findings += _rebuilt(invocation)
    if regroup:
        findings.append(_regrouped(invocation))
    if as_json:
        terminal.emit([{"check": one.check, "ok": one.ok, "found": one.found} for one in findings])
    else:
        terminal.table(
            ("check", "", "found"), [(one.check, "ok" if one.ok else "FAULT", one.found) for one in findings]
        )
    faults = dict.fromkeys(one.check for one in findings if not one.ok)
    if faults:
        raise NewsdeskError(f"found at fault: {', '.join(faults)}")


def _private(editions: Iterable[Edition], folder: Path) -> Iterator[Finding]:
    """Whether the private editions have their tokens, and nobody else on this machine reads their folder."""
    from aggregator.upkeep import Finding
    from config import access
    from config.errors import UsageFault

    private = [one for one in editions if one.is_private]
    if not private:
        return
    try:
        access.tokens(private)
    except UsageFault as fault:
        yield Finding("private editions", False, fault.message.replace("\n", "; "))
    else:
        yield Finding("private editions", True, ", ".join(one.slug for one in private))
    if folder.exists():
        is_open = bool(folder.stat().st_mode & 0o007)
        said = f"{folder}: whoever is on this machine may read it" if is_open else str(folder)
        yield Finding("private folder", not is_open, said)


def _rebuilt(invocation: Invocation) -> list[Finding]:
    """What of the projections was found to differ from the editorial log; it is mended."""
    from aggregator.upkeep import Finding
    from curation import projections

    with invocation.writing() as session:
        differences = projections.rebuild(session)
    if not differences:
        return [Finding("editorial log", True, "picks, kills, tags and story pins are what it says")]
    return [Finding("editorial log", False, f"{difference}; mended") for difference in differences]


def _regrouped(invocation: Invocation) -> Finding:
    from aggregator import sketches, stories
    from aggregator.upkeep import Finding

    with invocation.writing() as session:
        items = stories.regroup(session, invocation.now() - sketches.WINDOW)
    return Finding("stories", True, f"found anew for {terminal.counted(items, 'item')}")


COMMANDS = (status, backup, restore, doctor)
