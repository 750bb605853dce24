"""What an editor looks at: the inbox, one item, the line-up, the log."""

from __future__ import annotations

from itertools import chain
from typing import Any

import click

from curation import terminal
from curation.cli.room import EDITION, ITEM, PAST, Newsroom
from curation.terminal import json_option


@click.command(short_help="What waits for an editor.")
@click.option("--section", help="Only items of sources in this section.")
@click.option("--source", type=int, help="Only items of this source, by its number.")
@click.option("--lang", "language", help="Only items in this language, for example fr.")
@click.option("--search", help="Only items with these words in title or summary.")
@click.option("--since", type=PAST, help="Only items since this time, or this long ago: 3d.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many at most."
)
@json_option
@click.pass_obj
def inbox(newsroom: Newsroom, /, limit: int, as_json: bool, **given: Any) -> None:
    """List what waits for an editor, newest first: one item for each story that is not picked."""
    from curation import inbox, shapes

    now = newsroom.now()
    with newsroom.reading() as session:
        found = inbox.listed(session, inbox.waiting(session, inbox.Filters(**given), limit))
    if as_json:
        terminal.emit([shapes.item(one, now, newsroom.curation.quorum) for one in found])
        return
    terminal.table(
        ("item", "age", "section", "lang", "source", "title"),
        [
            (
                one.item.id,
                terminal.age(one.item.timestamp, now),
                one.source.section,
                one.language,
                one.source.name if len(one.story) == 1 else f"{len(one.story)} sources",
                one.item.title,
            )
            for one in found
        ],
        nothing="Nothing waits.",
    )


@click.command(short_help="One item, whole.")
@ITEM
@json_option
@click.pass_obj
def show(newsroom: Newsroom, number: int, as_json: bool) -> None:
    """Show one item: its source, its dates, its story, its text, and what was decided about it."""
    from sqlmodel import col, select

    from curation import inbox, rules, shapes, words
    from feeds.tables import Revision

    now, quorum = newsroom.now(), newsroom.curation.quorum
    with newsroom.reading() as session:
        found = inbox.listed(session, [inbox.item(session, number)])[0]
        decisions = inbox.decisions(session, number)
        revisions = session.exec(
            select(Revision).where(Revision.item_id == number).order_by(col(Revision.id))
        ).all()
    if as_json:
        terminal.emit(shapes.whole_item(found, now, quorum, revisions, decisions))
        return
    picked = [words.chosen(pick, rules.status(pick, now, quorum)) for pick in found.standing]
    if found.is_killed or not picked:
        picked = [[("state", shapes.state(found))]]
    terminal.fields([*words.said(found), *chain(*picked)])
    if decisions:
        click.echo()
        words.list_decisions(decisions)
    words.show_text(found)


@click.command(short_help="The line-up as it stands.")
@EDITION
@json_option
@click.pass_obj
def picks(newsroom: Newsroom, edition: str, as_json: bool) -> None:
    """List the picks of an edition that were not taken back, in the order of its line-up.

    Readers see those that are live. Others are waiting for their time, expired, or nominated: picked by
    fewer editors than curation.quorum asks for.
    """
    from curation import inbox, shapes, standing
    from curation.desk import edition as named

    now, quorum = newsroom.now(), newsroom.curation.quorum
    with newsroom.reading() as session:
        stand = standing.standing(session, named(newsroom.editions, edition))
        found = inbox.listed(session, [inbox.item(session, pick.item_id) for pick in stand])
    if as_json:
        terminal.emit([shapes.item(one, now, quorum) for one in found])
        return
    rows = [
        (
            place,
            pick.item_id,
            shapes.pick(pick, now, quorum)["status"],
            ", ".join(pick.editors),
            pick.title or one.item.title,
            pick.note,
        )
        for place, (pick, one) in enumerate(zip(stand, found, strict=True), 1)
    ]
    terminal.table(("place", "item", "status", "by", "title", "note"), rows, nothing="Nothing is picked.")


@click.command(short_help="Who decided what, when, from where.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=30, show_default=True, help="How many at most."
)
@json_option
@click.pass_obj
def log(newsroom: Newsroom, limit: int, as_json: bool) -> None:
    """List the editorial log, the newest decision first."""
    from curation import desk, shapes, words

    with newsroom.reading() as session:
        lines = desk.log(session, limit)
    if as_json:
        terminal.emit([shapes.decision(line) for line in lines])
        return
    words.list_decisions(lines)
