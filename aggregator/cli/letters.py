"""The command that makes a newsletter of picks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.errors import NewsdeskError, UsageFault
from curation.cli.room import EDITION, PAST

if TYPE_CHECKING:
    from aggregator.cli import Invocation
    from feeds.shelves import Masthead, Shelf


@click.command(short_help="A newsletter of what was picked.")
@click.option("--since", type=PAST, default="7d", show_default=True, help="What was picked from then on.")
@EDITION
@click.option(
    "--format",
    "form",
    type=click.Choice(("md", "html", "eml")),
    default="md",
    show_default=True,
    help="Markdown, HTML for a mail program, or a message ready to be sent.",
)
@click.option("--from", "sender", default="", help="The mail address a message is from.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default=Path("-"),
    help="The file to write; else standard output.",
)
@click.pass_obj
def digest(
    invocation: Invocation, since: datetime, edition: str, form: str, sender: str, output: Path
) -> None:
    """Tell what was picked since a time, each pick with its note, the newest first.

    The same picks make the same newsletter. Where nothing was picked, none is made, with status 1.
    """
    from curation import desk, pages

    newsdesk, now = invocation.newsdesk, invocation.now()
    chosen = desk.edition(newsdesk.editions, edition)
    if chosen.rule != "picks":
        raise UsageFault(
            f"edition {edition!r}: fills itself and takes no picks", "name one whose rule is picks"
        )
    with invocation.reading() as session:
        picked = pages.told(session, chosen, newsdesk.site, since, now, newsdesk.curation.quorum)
        masthead = pages.masthead(session, newsdesk.site)
    if not picked.feed.entries:
        raise NewsdeskError(f"{edition}: nothing was picked since {since:%Y-%m-%d %H:%M} UTC", "see --since")
    _put(output, _made(masthead, picked, form, sender))


def _made(masthead: Masthead, picked: Shelf, form: str, sender: str) -> bytes:
    from aggregator.pagedocuments import drawn
    from feeds import newsletter

    try:
        if form == "eml":
            return drawn(newsletter.message, masthead, picked, sender)
        if form == "html":
            return drawn(newsletter.html, masthead, picked).encode()
        return newsletter.markdown(masthead, picked).encode()
    except newsletter.NoMailAddress as error:
        raise UsageFault(f"--from {sender!r}: is no mail address", "write ana@example.org") from error


def _put(output: Path, made: bytes) -> None:
    from aggregator import files

    if output == Path("-"):
        click.echo(made, nl=False)
        return
    try:
        files.put(output, made)
    except OSError as error:
        said = f"{output}: cannot be written: {error.strerror or error}"
        raise UsageFault(said, "name another file") from error
