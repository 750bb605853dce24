"""`newsdesk add`: an article from outside the sources."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from curation import terminal
from curation.cli.room import EDITION, PAST
from curation.terminal import json_option

if TYPE_CHECKING:
    from aggregator.cli import Invocation
    from curation.desk import Outcome
    from feeds.entries import Entry


@click.command(short_help="Keep an article that no source has.")
@click.argument("url")
@click.option("--title", help="Its title, in place of what its page says.")
@click.option("--summary", help="What it says, in place of what its page does.")
@click.option("--author", "authors", multiple=True, help="Who wrote it; again, for several.")
@click.option("--date", type=PAST, help="When it was published: a time, or how long ago.")
@click.option("--pick", is_flag=True, help="Pick it too.")
@click.option("--note", help="Pick it, and say this of it.")
@EDITION
@json_option
@click.pass_obj
def add(
    invocation: Invocation,
    /,
    url: str,
    pick: bool,
    note: str | None,
    edition: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Keep the article at URL as an item, with the title, authors, date, image and summary of its page.

    Where an item has the address already, it is named, and picked if that is asked.
    """
    from aggregator import articles, sources
    from curation.desk import Desk
    from curation.desk import edition as named

    url, chosen = sources.address(url), named(invocation.editions, edition)
    with invocation.reading() as session:
        already = articles.known(session, url)
    entry = None if already else _look(invocation, url, given)
    with invocation.writing() as session:
        if entry is not None:
            already = articles.known(session, entry.url or url)
        number = already or articles.keep(session, _certain(entry), invocation.now())
        outcome = None
        if pick or note is not None:
            desk = Desk(session, invocation.curation, invocation.now(), invocation.editor)
            outcome = desk.pick(number, chosen, note=note)
        if already is None:
            invocation.newsdesk.rulebook.judge(session, [number], invocation.now())
    _tell(invocation, number, already is not None, outcome, as_json)


def _certain(entry: Entry | None) -> Entry:
    assert entry is not None, "what is not known was looked at"
    return entry


def _look(invocation: Invocation, url: str, given: dict[str, Any]) -> Entry:
    import asyncio

    from aggregator import articles

    async def look() -> Entry:
        async with invocation.newsdesk.poller() as poller:
            return await articles.look(poller, url, _instead(**given))

    return asyncio.run(look())


def _instead(
    title: str | None, summary: str | None, authors: tuple[str, ...], date: datetime | None
) -> dict[str, Any]:
    """What an editor says in place of the page, as an Entry has it."""
    from feeds import markup, normal
    from feeds.entries import Moment

    people = [person for name in authors if (person := normal.person(name, None, ""))]
    said = {
        "title": markup.title(title or ""),
        "summary": markup.title(summary or "", normal.SUMMARY),
        "authors": normal.people(people),
        "published": date and Moment(raw=date.isoformat(), at=date, known_by="offset"),
    }
    return {name: value for name, value in said.items() if value}


def _tell(invocation: Invocation, number: int, already: bool, outcome: Outcome | None, as_json: bool) -> None:
    from curation import inbox, shapes, words

    now, quorum = invocation.now(), invocation.curation.quorum
    with invocation.reading() as session:
        found = inbox.listed(session, [inbox.item(session, number)], invocation.editor)[0]
    picked = outcome and shapes.outcome(outcome, now, quorum)
    if as_json:
        terminal.emit({"item": shapes.item(found, now, quorum), "already": already, "outcome": picked})
        return
    kept = f"already here, from {found.source.name}: " if already else ""
    click.echo(f"item {number}: {kept}{found.item.title}")
    if outcome and picked:
        click.echo(words.line(outcome, picked["pick"]["status"]))
