"""What an editor looks at: the inbox, what a search finds, one item, the line-up, the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, cast

import click

from curation import terminal
from curation.cli.room import EDITION, ITEM, ITEMS, PAST, Newsroom
from curation.terminal import json_option

if TYPE_CHECKING:
    from sqlmodel import Session

    from curation.inbox import Listed
    from curation.query import Query
    from curation.search import Search
    from curation.suggestions import Rank

LIMIT = click.option(
    "--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many at most."
)


@click.command(short_help="What waits for an editor.")
@click.option("--section", help="Only items of sources in this section.")
@click.option("--source", type=int, help="Only items of this source, by its number.")
@click.option("--lang", "language", help="Only items in this language, for example fr.")
@click.option("--search", "words", metavar="QUERY", help="Only what this query finds; see newsdesk search.")
@click.option("--unseen", is_flag=True, help="Only what you have not marked as seen.")
@click.option("--since", type=PAST, help="Only items since this time, or this long ago: 3d.")
@click.option("--rank", is_flag=True, help="What editors would pick first, rather than the newest.")
@LIMIT
@json_option
@click.pass_obj
def inbox(
    newsroom: Newsroom,
    /,
    words: str | None,
    unseen: bool,
    rank: bool,
    limit: int,
    as_json: bool,
    **given: Any,
) -> None:
    """List what waits for an editor, newest first: one item for each story that is not picked.

    With --rank the newest five hundred are put in the suggested order: by how many sources tell a story, how
    new it is, and what editors picked before. newsdesk why ITEM says what a score is made of.
    """
    from curation import inbox, search, suggestions
    from curation.query import UNSEEN, Query, parse

    clauses = () if words is None else parse(words, _past).clauses
    query = Query((*clauses, *[UNSEEN] * unseen))
    with newsroom.reading() as session:
        inbox.refuse_unknown(session, given["source"], given["section"])
        asked = _asked(newsroom, session, query) if query.clauses else None
        filters = inbox.Filters(search=asked, **given)
        numbers = inbox.numbers(session, filters, suggestions.RANKED if rank else limit)
        ranks = suggestions.ranked(session, numbers, newsroom.editor, newsroom.now())[:limit] if rank else []
        items = search.fetched(session, [one.item for one in ranks] if rank else numbers)
        found = inbox.listed(session, items, newsroom.editor)
    _list(newsroom, found, as_json, "Nothing waits.", ranks)


@click.command(
    short_help="Find items by their words.",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},  # -word is no option
)
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@click.option("--best", is_flag=True, help="The best matches first, rather than the newest.")
@LIMIT
@json_option
@click.pass_obj
def search(newsroom: Newsroom, words: tuple[str, ...], best: bool, limit: int, as_json: bool) -> None:
    """Find items, picked or not, by words of their title, summary, text, and notes; the newest first.

    All the words must occur: write OR between two of which one will do, -word for one that must not, "some
    words" for a phrase, word* for a beginning, title:word for the title alone. Accents and capitals do not
    matter. Fields narrow it: source:2 or source:name, section:, lang:, tag:, by:editor, in:edition, since:,
    until:, and is: with new, seen, unseen, picked or live. An address finds the item that has it.
    """
    from curation import inbox, search
    from curation.query import parse

    query = parse(" ".join(words), _past)
    with newsroom.reading() as session:
        items = search.items(_asked(newsroom, session, query), limit, best)
        found = inbox.listed(session, items, newsroom.editor)
    _list(newsroom, found, as_json, nothing="Nothing is found.")


def _past(value: str) -> datetime:
    """A time of a query, read as those of options are."""
    return cast(datetime, PAST.convert(value, None, click.get_current_context()))


def _asked(newsroom: Newsroom, session: Session, query: Query) -> Search:
    from curation.search import Search

    slugs = [edition.slug for edition in newsroom.editions]
    return Search(query, session, newsroom.editor, newsroom.now(), newsroom.curation.quorum, slugs)


def _list(
    newsroom: Newsroom, found: list[Listed], as_json: bool, nothing: str, ranks: Sequence[Rank] = ()
) -> None:
    """Print items, with their scores where they are ranked."""
    from curation import shapes
    from curation.inbox import called

    now, ranked = newsroom.now(), list(zip_longest(found, ranks))
    if as_json:
        terminal.emit([shapes.item(one, now, newsroom.curation.quorum, rank) for one, rank in ranked])
        return
    terminal.table(
        ("item", *["score"] * bool(ranks), "age", "section", "lang", "source", "title"),
        [
            (
                one.item.id,
                *([f"{rank.score:+.1f}"] if rank else []),
                terminal.age(one.item.timestamp, now),
                one.source.section,
                one.language,
                one.source.name if len(one.story) == 1 else f"{len(one.story)} sources",
                called(one.item),
            )
            for one, rank in ranked
        ],
        nothing=nothing,
    )


@click.command(short_help="Mark items as seen by you.")
@ITEMS
@json_option
@click.pass_obj
def seen(newsroom: Newsroom, numbers: tuple[int, ...], as_json: bool) -> None:
    """Mark items, and with them their stories, as seen by you: inbox --unseen leaves them out.

    The marks are your own, and are no decisions: no other editor and no reader sees them.
    """
    from curation import seen

    with newsroom.writing() as session:
        new = seen.mark(session, newsroom.editor, numbers, newsroom.now())
    _marked(new, numbers, as_json, "seen")


@click.command(short_help="Take such a mark back.")
@ITEMS
@json_option
@click.pass_obj
def unseen(newsroom: Newsroom, numbers: tuple[int, ...], as_json: bool) -> None:
    """Take your mark off items and their stories."""
    from curation import seen

    with newsroom.writing() as session:
        gone = seen.unmark(session, newsroom.editor, numbers)
    _marked(gone, numbers, as_json, "unseen")


def _marked(changed: list[int], numbers: tuple[int, ...], as_json: bool, state: str) -> None:
    already = [number for number in dict.fromkeys(numbers) if number not in changed]
    if as_json:
        terminal.emit({"state": state, "items": changed, "already": already})
        return
    for number in dict.fromkeys(numbers):
        click.echo(f"item {number}: {'already ' * (number in already)}{state}")


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
        found = inbox.listed(session, [inbox.item(session, number)], newsroom.editor)[0]
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
    fewer editors than curation.quorum asks for, or by a rule alone.
    """
    from curation import inbox, shapes, standing, words
    from curation.desk import edition as named

    now, quorum = newsroom.now(), newsroom.curation.quorum
    with newsroom.reading() as session:
        stand = standing.standing(session, named(newsroom.editions, edition))
        items = [inbox.item(session, pick.item_id) for pick in stand]
        found = inbox.listed(session, items, newsroom.editor)
    if as_json:
        terminal.emit([shapes.item(one, now, quorum) for one in found])
        return
    rows = [
        (
            place,
            pick.item_id,
            shapes.pick(pick, now, quorum)["status"],
            words.by(pick),
            pick.title or inbox.called(one.item),
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
    from curation import desk, inbox, shapes, words

    with newsroom.reading() as session:
        lines = desk.log(session, limit)
        titles = inbox.titles(session, {line.item_id for line in lines})
    if as_json:
        terminal.emit([shapes.decision(line) for line in lines])
        return
    words.list_decisions(lines, titles)
