"""The full-screen desk, opened."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import click

from config.zone import zone
from curation.cli.room import EDITION, Newsroom


@click.command(short_help="The desk, in the whole terminal.")
@EDITION
@click.pass_obj
def desk(newsroom: Newsroom, edition: str) -> None:
    """Open the full-screen desk: what waits, the line-ups, and what a story says, at one's fingertips.

    Picks go to the edition given, until you choose another; ? shows the keys. It needs Textual: pip
    install 'newsdesk[desk]'.
    """
    from config.errors import UsageFault
    from curation.desk import edition as named
    from curation.desk import refuse_without_picks

    if find_spec("textual") is None:
        raise UsageFault("desk: Textual is not installed", "pip install 'newsdesk[desk]'")
    target = named(newsroom.editions, edition)
    refuse_without_picks(target)
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageFault("desk: needs a terminal", "in a pipe, use inbox and decide")
    from curation.screen.app import FullScreen
    from curation.screen.browser import usual
    from curation.screen.errands import Errands

    screen = FullScreen(Errands(newsroom, zone(newsroom.curation.zone)), target.slug, usual())
    screen.run()
    if screen.fault is not None:
        raise screen.fault
