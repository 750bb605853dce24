"""`newsdesk rule`: rules that decide about what is new, tried before they are switched on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from config.zone import zone
from curation import terminal
from curation.cli.room import PAST, Newsroom
from curation.terminal import json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curation.inbox import Listed
    from curation.rulebook import Rulebook
    from curation.tables import Rule
    from curation.trial import Trial

Command = TypeVar("Command", bound="Callable[..., Any] | click.Command")

WEEK = timedelta(days=7)
NAME = click.argument("name", metavar="RULE")
QUERY: dict[str, Any] = {
    "ignore_unknown_options": True,
    "help_option_names": ["--help"],
}  # -word is no option


@click.group(short_help="Rules that decide about what is new: add, test, on, off, list, remove.")
def rule() -> None:
    """Rules that nominate, pick, kill or tag what a query finds, as soon as it is polled."""


def _for_edition(verb: str, said: str) -> Callable[[Command], Command]:
    """An option that may name an edition."""
    said = f"{said}; for editors-pick where none is named."
    return click.option(f"--{verb}", is_flag=False, flag_value="editors-pick", metavar="[EDITION]", help=said)


@rule.command(short_help="Save a rule; it is off until it is switched on.", context_settings=QUERY)
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@_for_edition("nominate", "Suggest what is found; no reader sees it until an editor picks it")
@_for_edition("pick", "Pick what is found")
@click.option("--kill", is_flag=True, help="Never show the stories of what is found.")
@click.option("--tag", help="Give this tag to what is found.")
@click.option("--note", help="With --pick: what is said of each pick, in Markdown.")
@click.option("--name", help="What to call the rule; else it is named by its query.")
@click.option("--on", "is_on", is_flag=True, help="Switch it on at once.")
@json_option
@click.pass_obj
def add(
    newsroom: Newsroom,
    /,
    words: tuple[str, ...],
    note: str | None,
    name: str | None,
    is_on: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Save a rule: what is done with each new item that QUERY, a search, finds.

    It judges only what is new once it is on, each item once. Its decisions stand in the log under rule:NAME.
    What people have decided on is left alone, and anybody can undo what a rule decided.
    """
    from curation import acts, trial
    from curation.tables import Rule

    act, value = _one_act(given, note)
    now, book = newsroom.now(), _book(newsroom)
    row = Rule(
        name=name or "",
        query=" ".join(words),
        act=act,
        edition=value if act in ("nominate", "pick") else None,
        tag=value if act == "tag" else None,
        note=note or "",
        since=now,
        created_by=newsroom.editor,
        on_since=now if is_on else None,
    )
    with newsroom.writing() as session:
        book.add(session, row)
        found = trial.trial(book.asked(session, row.query, acts.editor(row.name), now), now - WEEK, book.zone)
    _tell(row, as_json, found)


def _one_act(given: dict[str, Any], note: str | None) -> tuple[str, Any]:
    from config.errors import UsageFault

    wanted = [(act, value) for act, value in given.items() if value]
    if len(wanted) != 1:
        raise UsageFault("rule add: takes one act", "give --nominate, --pick, --kill or --tag TAG")
    if note and wanted[0][0] != "pick":
        raise UsageFault("--note: is for rules that pick", "leave it out, or give --pick")
    return wanted[0]


@rule.command(short_help="What a rule would have found of late.", context_settings=QUERY)
@click.argument("words", metavar="RULE|QUERY...", nargs=-1, required=True)
@click.option("--since", type=PAST, help="Try it on what was published since then; a week ago if not given.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many at most."
)
@json_option
@click.pass_obj
def test(
    newsroom: Newsroom, words: tuple[str, ...], since: datetime | None, limit: int, as_json: bool
) -> None:
    """Show which stories a rule, by its name, or a query would have found, and what editors made of them.

    Nothing is decided. How things stand now is what counts, as in a search.
    """
    from curation import acts, inbox, rulebook, search, shapes, trial
    from curation.tables import Rule

    now, text, book = newsroom.now(), " ".join(words), _book(newsroom)
    with newsroom.reading() as session:
        row = session.get(Rule, text.lower())
        query, editor = (row.query, acts.editor(row.name)) if row else (text, newsroom.editor)
        found = trial.trial(book.asked(session, query, editor, now), since or now - WEEK, book.zone)
        items = search.fetched(session, [number for number, *_ in found.stories[:limit]])
        listed = inbox.listed(session, items)
        count = rulebook.decisions(session).get(row.name, 0) if row else 0
    if as_json:
        about = {"query": query, "rule": shapes.rule(row, count) if row else None}
        terminal.emit(about | shapes.trial(found, listed))
        return
    _show(row, found, listed, now)


def _show(row: Rule | None, found: Trial, listed: Sequence[Listed], now: datetime) -> None:
    from curation import inbox, words

    days = ", ".join(f"{day}: {count}" for day, count in found.days.items())
    terminal.fields(
        [
            ("rule", row and words.rule(row)),
            ("found", f"{_of_all(found)} since {terminal.moment(found.since)}, {found.a_day:.1f} a day"),
            ("by day", days),
            ("editors", f"picked {found.count('picked')} of them, killed {found.count('killed')}"),
        ]
    )
    if not listed:
        return
    click.echo()
    terminal.table(
        ("item", "age", "source", "editors", "title"),
        [
            (
                one.item.id,
                terminal.age(one.item.timestamp, now),
                one.source.name,
                found.fates.get(one.item.story_id),
                inbox.called(one.item),
            )
            for one in listed
        ],
    )


@rule.command("list", short_help="The rules there are.")
@json_option
@click.pass_obj
def list_rules(newsroom: Newsroom, as_json: bool) -> None:
    """List all rules by name, with the number of decisions that each has made."""
    from curation import rulebook, shapes, words

    with newsroom.reading() as session:
        rows, counts = rulebook.rules(session), rulebook.decisions(session)
    if as_json:
        terminal.emit([shapes.rule(row, counts.get(row.name, 0)) for row in rows])
        return
    terminal.table(
        ("rule", "state", "does", "what it finds", "decisions", "by"),
        [
            (
                row.name,
                words.state(row),
                words.act(row),
                row.query,
                counts.get(row.name, 0),
                row.created_by,
            )
            for row in rows
        ],
        nothing="There is no rule.",
    )


@rule.command(short_help="Switch a rule on.")
@NAME
@json_option
@click.pass_obj
def on(newsroom: Newsroom, name: str, as_json: bool) -> None:
    """Let a rule decide about what is new from now on; what is here already it never judges."""
    _switch(newsroom, name, True, as_json)


@rule.command(short_help="Switch a rule off.")
@NAME
@json_option
@click.pass_obj
def off(newsroom: Newsroom, name: str, as_json: bool) -> None:
    """Let a rule decide about nothing more; what it has decided stands."""
    _switch(newsroom, name, False, as_json)


@rule.command(short_help="Remove a rule.")
@NAME
@json_option
@click.pass_obj
def remove(newsroom: Newsroom, name: str, as_json: bool) -> None:
    """Forget a rule; its decisions stand, and stay in the log."""
    from curation import rulebook

    with newsroom.writing() as session:
        row = rulebook.rule(session, name)
        session.delete(row)
        count = rulebook.decisions(session).get(row.name, 0)
    if as_json:
        terminal.emit(_changed(row, count))
        return
    click.echo(f"rule {row.name}: removed; {terminal.counted(count, 'decision')} of it in the log")


def _switch(newsroom: Newsroom, name: str, is_on: bool, as_json: bool) -> None:
    from curation import acts, rulebook, trial

    now, book = newsroom.now(), _book(newsroom)
    with newsroom.writing() as session:
        row = rulebook.rule(session, name)
        already = (row.on_since is not None) == is_on
        if not already:
            row.on_since = now if is_on else None
            session.add(row)
        count = rulebook.decisions(session).get(row.name, 0)
        asked = book.asked(session, row.query, acts.editor(row.name), now)
        found = trial.trial(asked, now - WEEK, book.zone) if is_on else None
    _tell(row, as_json, found, already, count)


def _book(newsroom: Newsroom) -> Rulebook:
    from curation.rulebook import Rulebook

    return Rulebook(newsroom.curation, newsroom.editions, zone(newsroom.curation.zone))


def _tell(row: Rule, as_json: bool, found: Trial | None, already: bool = False, decisions: int = 0) -> None:
    """Say how a rule stands, what it would have found in the last week, and whether that is much."""
    from curation import words

    much = found is not None and found.is_wide and row.act in ("kill", "pick")
    warning = f"it would {row.act} {_of_all(found)} of the last 7 days" if found and much else None
    if as_json:
        terminal.emit(_changed(row, decisions, already, found, warning))
        return
    told = f"; finds {_of_all(found)} of the last 7 days" if found else ""
    stands = f"{row.name}: already {words.state(row)}" if already else words.rule(row)
    click.echo(f"rule {stands}{told}")
    if warning:
        terminal.say(f"newsdesk: {warning}: see 'newsdesk rule test {row.name}'")


def _changed(
    row: Rule, decisions: int, already: bool = False, found: Trial | None = None, warning: str | None = None
) -> dict[str, Any]:
    """A change of a rule as `--json` has it."""
    from curation import shapes

    return {
        "rule": shapes.rule(row, decisions),
        "already": already,
        "stories": found and len(found.stories),
        "told": found and found.told,
        "warning": warning,
    }


def _of_all(found: Trial) -> str:
    return f"{len(found.stories):,} of {terminal.counted(found.told, 'story', 'stories')}"


COMMANDS = (rule,)
