"""What an editor decides: words to orders, carried out all or none (`curation.verbs`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from config.zone import zone
from curation import terminal
from curation.cli.room import EDITION, FUTURE, ITEM, ITEMS, Newsroom
from curation.terminal import json_option

if TYPE_CHECKING:
    from curation.writer import Outcome

Order = dict[str, Any]


@click.command(short_help="Choose an item for Editor's Pick.")
@ITEMS
@EDITION
@click.option("--note", help="What you say of it, in Markdown; shown with it.")
@click.option("--title", help="A headline of your own.")
@click.option("--top", "position", flag_value=1, type=int, help="Put it first: --position 1.")
@click.option("--position", type=int, help="Its place in the line-up, from 1.")
@click.option("--at", "visible_from", type=FUTURE, help="Not before this time: 2h, 'tomorrow 8:00'.")
@click.option("--until", type=FUTURE, help="Only until this time: 3d, 'friday noon'.")
@json_option
@click.pass_obj
def pick(
    newsroom: Newsroom, /, numbers: tuple[int, ...], position: int | None, as_json: bool, **given: Any
) -> None:
    """Choose items for an edition; again, to change what was said of them.

    Several items are chosen all or none, and where they are given a place stand there in the order named.
    """
    orders = [
        {"verb": "pick", "item": number, "position": position and position + further, **given}
        for further, number in enumerate(numbers)
    ]
    _tell(newsroom, _carried_out(newsroom, orders), as_json, many=len(numbers) > 1)


def _on_picks(verb: str, short: str, said: str) -> click.Command:
    """The command of a verb that takes items and an edition, and nothing else."""

    @click.command(verb, short_help=short, help=said)
    @ITEMS
    @EDITION
    @json_option
    @click.pass_obj
    def command(newsroom: Newsroom, numbers: tuple[int, ...], edition: str, as_json: bool) -> None:
        _decide(newsroom, verb, numbers, as_json, edition=edition)

    return command


def _on_stories(verb: str, short: str, said: str) -> click.Command:
    """The command of a verb that takes items, whatever the edition."""

    @click.command(verb, short_help=short, help=said)
    @ITEMS
    @json_option
    @click.pass_obj
    def command(newsroom: Newsroom, numbers: tuple[int, ...], as_json: bool) -> None:
        _decide(newsroom, verb, numbers, as_json)

    return command


unpick = _on_picks("unpick", "Take an item out of Editor's Pick.", "Take items out of an edition.")
pin = _on_picks("pin", "Keep a pick above the others.", "Keep picks above all that are not pinned.")
unpin = _on_picks("unpin", "Let a pinned pick go.", "Let picks stand where they would without their pin.")
release = _on_picks(
    "release", "Show a pick again that was held.", "Let readers see picks again that were held."
)
kill = _on_stories(
    "kill", "Never show a story.", "Show the stories of these items in no edition, whatever joins them."
)
revive = _on_stories(
    "revive", "Let a killed story be shown.", "Let the stories of these items be shown again."
)
split = _on_stories("split", "Say that an item is a story of its own.", "Take items out of their stories.")


@click.command(short_help="Say something of a pick.")
@ITEM
@click.argument("text")
@EDITION
@json_option
@click.pass_obj
def note(newsroom: Newsroom, number: int, text: str, edition: str, as_json: bool) -> None:
    """Say TEXT of a pick, in Markdown; an empty TEXT takes away what was said."""
    _decide(newsroom, "note", [number], as_json, edition=edition, note=text)


@click.command(short_help="Say what was put right in a pick.")
@ITEM
@click.argument("text")
@EDITION
@json_option
@click.pass_obj
def correct(newsroom: Newsroom, number: int, text: str, edition: str, as_json: bool) -> None:
    """Tell readers in TEXT what was put right since a pick went out; an empty TEXT takes it back."""
    _decide(newsroom, "correct", [number], as_json, edition=edition, correction=text)


@click.command(short_help="Give a pick a headline.")
@ITEM
@click.argument("title")
@EDITION
@json_option
@click.pass_obj
def retitle(newsroom: Newsroom, number: int, title: str, edition: str, as_json: bool) -> None:
    """Put TITLE in place of the item's own; an empty one gives it back its own."""
    _decide(newsroom, "retitle", [number], as_json, edition=edition, title=title)


@click.command(short_help="Put a pick at a place.")
@ITEM
@EDITION
@click.option("--to", "place", type=int, help="To this place of the line-up, from 1.")
@click.option("--top", is_flag=True, help="To the first place.")
@click.option("--bottom", is_flag=True, help="To the last place, and to stay there.")
@click.option("--up", is_flag=True, help="One place up.")
@click.option("--down", is_flag=True, help="One place down.")
@click.option("--before", type=int, metavar="ITEM", help="Above this item.")
@click.option("--after", type=int, metavar="ITEM", help="Below this item.")
@json_option
@click.pass_obj
def move(newsroom: Newsroom, /, number: int, as_json: bool, **where: Any) -> None:
    """Put a pick at a place of the line-up, where it stays until it is moved again.

    Of two that were put at one place, the one put there last has it.
    """
    _decide(newsroom, "move", [number], as_json, **{key: value or None for key, value in where.items()})


@click.command(short_help="Withdraw a pick for a while.")
@ITEMS
@EDITION
@click.option("--until", type=FUTURE, help="Until this time: 2h, 'monday 9:00'; else until it is released.")
@json_option
@click.pass_obj
def hold(newsroom: Newsroom, /, numbers: tuple[int, ...], as_json: bool, **given: Any) -> None:
    """Withdraw picks from readers until they are released, or until a time."""
    _decide(newsroom, "hold", numbers, as_json, **given)


def _tagging(verb: str, short: str, said: str) -> click.Command:
    @click.command(verb, short_help=short, help=said)
    @click.argument("tag")
    @ITEMS
    @json_option
    @click.pass_obj
    def command(newsroom: Newsroom, tag: str, numbers: tuple[int, ...], as_json: bool) -> None:
        _decide(newsroom, verb, numbers, as_json, tag=tag)

    return command


tag = _tagging("tag", "Give an item a tag.", "Give items TAG, beside the categories of their sources.")
untag = _tagging("untag", "Take a tag back.", "Take TAG, which an editor gave, back from items.")


@click.command(short_help="Say that items tell one story.")
@click.argument("into", metavar="ITEM", type=int)
@click.argument("numbers", metavar="ITEM...", type=int, nargs=-1, required=True)
@json_option
@click.pass_obj
def merge(newsroom: Newsroom, into: int, numbers: tuple[int, ...], as_json: bool) -> None:
    """Let the stories of the further items join that of the first. Regrouping never parts them again."""
    _decide(newsroom, "merge", numbers, as_json, into=into)


@click.command(short_help="Take a decision back.")
@click.argument("number", metavar="[DECISION]", type=int, required=False)
@json_option
@click.pass_obj
def undo(newsroom: Newsroom, number: int | None, as_json: bool) -> None:
    """Take back a decision by its number in the log, or your own last one that stands.

    The log keeps both. An undo can be undone by its own number, or by redo.
    """
    _tell(newsroom, _carried_out(newsroom, [{"verb": "undo", "decision": number}]), as_json)


@click.command(short_help="Take your last undo back.")
@json_option
@click.pass_obj
def redo(newsroom: Newsroom, as_json: bool) -> None:
    """Take back your own last undo that stands."""
    _tell(newsroom, _carried_out(newsroom, [{"verb": "redo"}]), as_json)


@click.command(short_help="Carry out orders from a script.")
@click.option("--each", is_flag=True, help="Carry out what can be, and tell what cannot.")
@json_option
@click.pass_obj
def decide(newsroom: Newsroom, each: bool, as_json: bool) -> None:
    """Read orders from standard input, one JSON object a line, and carry out all of them or none."""
    from config.errors import NewsdeskError
    from curation import orders

    lines = list(orders.read(sys.stdin.buffer))
    if not each:
        _tell(
            newsroom, _carried_out(newsroom, [order for _, order in lines], orders.at(lines)), as_json, True
        )
        return
    faults: list[NewsdeskError] = []
    outcomes: list[Outcome] = []
    for line in lines:
        try:
            outcomes += _carried_out(newsroom, [line[1]], orders.at([line]))
        except NewsdeskError as fault:
            terminal.fault(fault, as_json)
            faults.append(fault)
    _tell(newsroom, outcomes, as_json, True)
    if faults:
        raise NewsdeskError(
            f"{terminal.counted(len(faults), 'order')} of {len(lines)} could not be carried out"
        )


def _decide(newsroom: Newsroom, verb: str, numbers: Sequence[int], as_json: bool, **given: Any) -> None:
    """One verb on each of several items."""
    orders = [{"verb": verb, "item": number, **given} for number in numbers]
    _tell(newsroom, _carried_out(newsroom, orders), as_json, many=len(numbers) > 1)


def _carried_out(
    newsroom: Newsroom,
    orders: Sequence[Order],
    named: Callable[[int, Exception], Exception] | None = None,
) -> list[Outcome]:
    """Carry out orders in one transaction; `named` says in which of them a fault lies."""
    from config.errors import UsageFault
    from curation.desk import Desk
    from curation.verbs import carry_out

    outcomes: list[Outcome] = []
    with newsroom.writing() as session:
        desk = Desk(session, newsroom.curation, newsroom.now(), newsroom.editor)
        for order in orders:
            try:
                outcomes.append(carry_out(desk, newsroom.editions, order, zone(newsroom.curation.zone)))
            except UsageFault as fault:
                raise named(len(outcomes), fault) if named else fault from fault
    return outcomes


def _tell(newsroom: Newsroom, outcomes: Sequence[Outcome], as_json: bool, many: bool = False) -> None:
    """Say what a verb did: one line each, or the JSON shape (a list where there may be several)."""
    from curation import shapes, words

    now, quorum = newsroom.now(), newsroom.curation.quorum
    told = [shapes.outcome(outcome, now, quorum) for outcome in outcomes]
    if as_json:
        terminal.emit(told if many else told[0])
        return
    for outcome, shape in zip(outcomes, told, strict=True):
        click.echo(words.line(outcome, shape["pick"]["status"] if outcome.pick else "not picked"))


COMMANDS = (
    pick,
    unpick,
    note,
    correct,
    retitle,
    move,
    pin,
    unpin,
    hold,
    release,
    kill,
    revive,
    tag,
    untag,
    merge,
    split,
    undo,
    redo,
    decide,
)
