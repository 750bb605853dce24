"""What an editor asks about stories: why an item stands where it does, and which stories are told most."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from curation import terminal
from curation.cli.room import ITEM, PAST, Newsroom
from curation.terminal import json_option

DAY = timedelta(days=1)


@click.command(short_help="How an item got its date, its identity and its story.")
@ITEM
@click.argument("other", metavar="[OTHER]", type=int, required=False)
@json_option
@click.pass_obj
def why(newsroom: Newsroom, number: int, other: int | None, as_json: bool) -> None:
    """Say why an item has its date, what it is known by, on what evidence it stands in its story, and what
    the suggested order (inbox --rank) makes of it.

    With another item: what makes the two alike, if anything does.
    """
    from curation import answers, suggestions, why

    with newsroom.reading() as session:
        if other is None:
            found = why.reasons(session, number)
            (rank,) = suggestions.ranked(session, [number], newsroom.editor, newsroom.now())
            said = answers.reasons(found, rank) if as_json else None
        else:
            alike = why.between(session, number, other)
            said = answers.between(number, other, alike) if as_json else None
    if said is not None:
        terminal.emit(said)
    elif other is None:
        answers.show_reasons(found, rank)
    else:
        click.echo(answers.alike_in_words(number, other, alike))


@click.command(short_help="The stories that most sources tell.")
@click.option(
    "--since", type=PAST, help="Stories told since this time, or this long ago; a day ago if not given."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many at most."
)
@json_option
@click.pass_obj
def stories(newsroom: Newsroom, since: datetime | None, limit: int, as_json: bool) -> None:
    """List the stories told since a time, those of most sources first, then the newest."""
    from curation import answers, inbox, why

    now = newsroom.now()
    with newsroom.reading() as session:
        told = why.told_since(session, since or now - DAY, limit)
        found = why.leads(session, told)
    if as_json:
        terminal.emit([answers.told(one, *lead) for one, lead in zip(told, found, strict=True)])
        return
    rows = [
        (
            one.story_id,
            lead.id,
            one.sources,
            one.items,
            terminal.age(one.newest, now),
            source.name,
            inbox.called(lead),
        )
        for one, (lead, source) in zip(told, found, strict=True)
    ]
    headings = ("story", "item", "sources", "items", "newest", "lead", "title")
    terminal.table(headings, rows, nothing="Nothing was told in this time.")


@click.command(short_help="What the suggested order has learned, and how good it is.")
@click.option("--backtest", is_flag=True, help="Replay the log: where did each pick stand just before?")
@click.option("--since", type=PAST, help="With --backtest: picks since this time, or this long ago.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many traits at most."
)
@json_option
@click.pass_obj
def rank(newsroom: Newsroom, backtest: bool, since: datetime | None, limit: int, as_json: bool) -> None:
    """List what counts for and against a story in the suggested order (inbox --rank), by your past choices.

    With --backtest the log is replayed: what waited is ranked just before each pick, by what could be
    learned from the choices until then. Neither picks anything.
    """
    from config.errors import UsageFault
    from curation import ranks, shapes, suggestions

    if backtest:
        _replay(newsroom, since, as_json)
        return
    if since is not None:
        raise UsageFault("--since: says of which picks a backtest is made", "add --backtest")
    with newsroom.reading() as session:
        model = suggestions.model(session)
    lessons = model.lessons(newsroom.editor)[:limit]
    if as_json:
        terminal.emit([shapes.reason(one) for one in lessons])
    else:
        ranks.show_lessons(lessons, model.picked)


def _replay(newsroom: Newsroom, since: datetime | None, as_json: bool) -> None:
    from curation import backtest, ranks

    silent = as_json or not sys.stderr.isatty()
    with newsroom.reading() as session:
        replayed = backtest.trials(session, since)
        with click.progressbar(replayed, label="replaying", file=sys.stderr, hidden=silent) as steps:
            trials = list(steps)
    figures = backtest.figures(trials)
    if as_json:
        terminal.emit(ranks.backtest(trials, figures))
    else:
        ranks.show_backtest(trials, figures)
