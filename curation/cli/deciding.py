"""What an editor decides: words to verbs, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curation import terminal
from curation.cli.room import EDITION, FUTURE, ITEM, Newsroom
from curation.terminal import json_option

if TYPE_CHECKING:
    from sqlmodel import Session

    from curation.desk import Desk, Outcome


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
