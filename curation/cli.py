"""The editor's commands: words to verbs, nothing else.

What a command needs, it takes from the newsroom it is run in (`Newsroom`), which the application hands over.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import click

from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from sqlmodel import Session

    from config.options import Curation, Edition
    from curation.desk import Desk, Outcome


class Newsroom(Protocol):
    """What an editor's command needs of the application."""

    @property
    def editor(self) -> str: ...
    @property
    def editions(self) -> tuple[Edition, ...]: ...
    @property
    def curation(self) -> Curation: ...
    def now(self) -> datetime: ...
    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


class Instant(click.ParamType[datetime]):
    """An ISO date or time (UTC where it names no zone), or a duration from now: `3d`, `12h`."""

    name = "time"

    def __init__(self, direction: int) -> None:
        self.direction = direction

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from config.options import duration

        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(value)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
        except ValueError:
            pass
        try:
            return datetime.now(UTC) + self.direction * duration(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time; write 2026-11-25T08:00 or 3d", param, ctx)


PAST, FUTURE = Instant(-1), Instant(+1)
ITEM = click.argument("number", metavar="ITEM", type=int)
EDITION = click.option(
    "--edition", default="editors-pick", show_default=True, help="The edition meant, by its slug."
)


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
    terminal.fields([*words.said(found), *chain(*picked or [[("state", "new")]])])
    if decisions:
        click.echo()
        words.list_decisions(decisions)
    words.show_text(found)


@click.command(short_help="Choose an item for Editor's Pick.")
@click.argument("numbers", metavar="ITEM...", type=int, nargs=-1, required=True)
@EDITION
@click.option("--note", help="What you say of it; shown with it.")
@click.option("--title", help="A headline of your own.")
@click.option("--top", "position", flag_value=1, type=int, help="Put it first: --position 1.")
@click.option("--position", type=int, help="Its place in the line-up, from 1.")
@click.option("--at", "visible_from", type=FUTURE, help="Not before this time, or only after this long: 2h.")
@click.option("--until", type=FUTURE, help="Only until this time, or for this long: 3d.")
@json_option
@click.pass_obj
def pick(newsroom: Newsroom, /, numbers: tuple[int, ...], edition: str, as_json: bool, **given: Any) -> None:
    """Choose items for an edition; again, to change what was said of them.

    Several items are chosen all or none.
    """
    from curation.desk import edition as named

    chosen = named(newsroom.editions, edition)
    with newsroom.writing() as session:
        desk = _desk(newsroom, session)
        outcomes = [desk.pick(number, chosen, **given) for number in numbers]
    _tell(newsroom, outcomes, as_json, many=len(numbers) > 1)


@click.command(short_help="Take an item out of Editor's Pick.")
@ITEM
@EDITION
@json_option
@click.pass_obj
def unpick(newsroom: Newsroom, number: int, edition: str, as_json: bool) -> None:
    """Take an item out of an edition."""
    from curation.desk import edition as named

    with newsroom.writing() as session:
        outcome = _desk(newsroom, session).unpick(number, named(newsroom.editions, edition))
    _tell(newsroom, [outcome], as_json)


@click.command(short_help="Take a decision back.")
@click.argument("number", metavar="[DECISION]", type=int, required=False)
@json_option
@click.pass_obj
def undo(newsroom: Newsroom, number: int | None, as_json: bool) -> None:
    """Take back a decision by its number in the log, or your own last one that stands.

    The log keeps both. An undo can be undone by its own number.
    """
    with newsroom.writing() as session:
        outcome = _desk(newsroom, session).undo(number)
    _tell(newsroom, [outcome], as_json)


@click.command(short_help="The line-up as it stands.")
@EDITION
@json_option
@click.pass_obj
def picks(newsroom: Newsroom, edition: str, as_json: bool) -> None:
    """List the picks of an edition that were not taken back, in the order of its line-up.

    Readers see those that are live. Others are waiting for their time, expired, or nominated: picked by
    fewer editors than curation.quorum asks for.
    """
    from curation import inbox, lineup, shapes
    from curation.desk import edition as named

    now, quorum = newsroom.now(), newsroom.curation.quorum
    with newsroom.reading() as session:
        standing = lineup.standing(session, named(newsroom.editions, edition))
        found = inbox.listed(session, [inbox.item(session, pick.item_id) for pick in standing])
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
        for place, (pick, one) in enumerate(zip(standing, found, strict=True), 1)
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


COMMANDS = (inbox, show, pick, unpick, picks, undo, log)


def _desk(newsroom: Newsroom, session: Session) -> Desk:
    from curation.desk import Desk

    return Desk(session, newsroom.curation, newsroom.now(), newsroom.editor)


def _tell(newsroom: Newsroom, outcomes: list[Outcome], as_json: bool, many: bool = False) -> None:
    """Say what a verb did: one line each, or the JSON shape (a list where several items were named)."""
    from curation import shapes, words

    now, quorum = newsroom.now(), newsroom.curation.quorum
    told = [shapes.outcome(outcome, now, quorum) for outcome in outcomes]
    if as_json:
        terminal.emit(told if many else told[0])
        return
    for outcome, shape in zip(outcomes, told, strict=True):
        click.echo(words.line(outcome, shape["pick"]["status"] if outcome.pick else "not picked"))
