"""`newsdesk editor`: who may decide."""

from __future__ import annotations

import click

from curation import terminal
from curation.cli.room import Newsroom
from curation.terminal import json_option

NAME = click.argument("name", metavar="NAME")


@click.group(short_help="Who may decide: add, list, remove.")
def editor() -> None:
    """Who may decide. Whoever decides is known from then on, and need not be added before."""


@editor.command("list", short_help="The editors, and how much they decided.")
@json_option
@click.pass_obj
def show(newsroom: Newsroom, as_json: bool) -> None:
    """List the editors by name, with what they decided; not the saved rules."""
    from curation import editors
    from curation.shapes import time

    with newsroom.reading() as session:
        found = editors.listed(session)
    if as_json:
        terminal.emit(
            [
                {
                    "name": one.name,
                    "since": time(one.since),
                    "left_at": time(one.left_at),
                    "decisions": one.decisions,
                    "last_decision_at": time(one.last_decision_at),
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.name, "removed" if one.left_at else "", one.decisions, terminal.moment(one.last_decision_at))
        for one in found
    ]
    terminal.table(("editor", "", "decisions", "last decision"), rows, "Nobody has decided anything yet.")


@editor.command(short_help="Let somebody decide.")
@NAME
@json_option
@click.pass_obj
def add(newsroom: Newsroom, name: str, as_json: bool) -> None:
    """Let NAME decide, also after having been removed."""
    from curation import editors

    name = newsroom.named(name)
    with newsroom.writing() as session:
        is_new = editors.add(session, name, newsroom.now())
    _tell(name, "may decide", is_new, as_json)


@editor.command(short_help="Let somebody decide no more.")
@NAME
@json_option
@click.pass_obj
def remove(newsroom: Newsroom, name: str, as_json: bool) -> None:
    """Let NAME decide no more; what NAME decided stands."""
    from curation import editors

    with newsroom.writing() as session:
        has_left = editors.remove(session, name, newsroom.now())
    _tell(name, "decides no more", has_left, as_json)


def _tell(name: str, so: str, is_new: bool, as_json: bool) -> None:
    if as_json:
        terminal.emit({"name": name, "already": not is_new})
    else:
        click.echo(f"{name} {so}{'' if is_new else ' already'}.")
