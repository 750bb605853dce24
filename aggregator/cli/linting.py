"""The command that checks feeds by rules that others have published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.errors import NewsdeskError, UsageFault
from curation import terminal
from curation.terminal import json_option

if TYPE_CHECKING:
    from aggregator.answers import Document, Failure
    from aggregator.cli import Invocation
    from feeds.lint import Finding, Logo, Written

GOOGLE = "google-editors-picks"


@dataclass(frozen=True, slots=True)
class Feed:
    """A document to check: what it is called, its bytes, where it is and what it is served as, if known."""

    name: str
    body: bytes
    address: str = ""
    content_type: str = ""


Faults = list[tuple[str, "Finding"]]


@click.command(short_help="Check feeds against published rules.")
@click.argument("feeds", metavar="[URL|FILE]...", nargs=-1)
@click.option("--edition", help="Of this newsroom's feeds, only those of this edition.")
@click.option("--profile", type=click.Choice((GOOGLE,)), help="Also the rules of a house that carries feeds.")
@json_option
@click.pass_obj
def lint(
    invocation: Invocation, feeds: tuple[str, ...], edition: str | None, profile: str | None, as_json: bool
) -> None:
    """Check feeds by the rules of their formats, at an address, in a file, or this newsroom's own.

    Its own are checked as they would go out now, before they do; with a profile, the RSS of the editions
    that editors fill. Each finding is a line: the feed, the line in it, what is wrong, the remedy. Exit
    status 1 where there is one.
    """
    if feeds and edition:
        raise click.UsageError("--edition is for this newsroom's own feeds: name none beside it")
    faults: Faults = []
    documents = [*_named(invocation, feeds, faults)] if feeds else [*_own(invocation, edition, profile)]
    faults += [(feed.name, found) for feed in documents for found in _checked(invocation, feed, profile)]
    if as_json:
        terminal.emit([_shape(*fault) for fault in faults])
    else:
        for fault in faults:
            click.echo(_line(*fault))
    checked = terminal.counted(len(feeds) or len(documents), "feed")
    if faults:
        raise NewsdeskError(f"{terminal.counted(len(faults), 'finding')} in {checked}")
    terminal.say(f"{checked} checked, nothing found")


def _own(invocation: Invocation, edition: str | None, profile: str | None) -> Iterator[Feed]:
    """This newsroom's feeds as they are to be published."""
    from aggregator import newspaper
    from curation import desk

    newsdesk = invocation.newsdesk
    if edition is not None:
        desk.edition(newsdesk.editions, edition)
    picked = {one.slug for one in newsdesk.editions if one.rule == "picks"}
    for document in newspaper.documents(newsdesk.newspaper(), newsdesk.site):
        name, slug = document.name, document.edition
        is_asked = newspaper.is_feed(name, slug) and edition in (None, slug)
        if is_asked and (profile is None or (slug in picked and name.endswith(".rss"))):
            address = f"{newsdesk.site.base_url}{name}"
            yield Feed(str(newsdesk.press.place(name)), document.render(), address)


def _named(invocation: Invocation, names: Iterable[str], faults: Faults) -> Iterator[Feed]:
    """The feeds at addresses and in files; what cannot be fetched is a fault."""
    import asyncio

    from aggregator.answers import Document
    from aggregator.sources import REMEDIES
    from feeds.lint import Finding

    for name in names:
        if "://" not in name:
            yield Feed(name, _file(Path(name)))
        elif isinstance(answer := asyncio.run(_fetched(invocation, name)), Document):
            yield Feed(name, answer.body, name, answer.content_type)
        else:
            remedy = REMEDIES.get(answer.kind, "check the address")
            what = f"cannot be fetched: {answer.kind}: {answer.message}"
            faults.append((name, Finding("unfetched", "document", None, what, remedy)))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        said = f"{path}: cannot be read: {error.strerror or error}"
        raise UsageFault(said, "name a feed's file, or its address with https://") from error


async def _fetched(invocation: Invocation, url: str, accept: str | None = None) -> Document | Failure:
    from aggregator import app
    from aggregator.answers import Address, NotModified

    async with app.fetcher(app.load(invocation.config)) as fetcher:
        answer = await fetcher.fetch(Address(0, url, accept=accept))
    assert not isinstance(answer, NotModified), "nobody asked whether it was modified"
    return answer


def _checked(invocation: Invocation, feed: Feed, profile: str | None) -> Iterator[Finding]:
    from aggregator import app
    from feeds import lint

    now = app.utc_now()
    try:
        written = lint.read(feed.body)
    except lint.Broken as error:
        yield error.finding
        return
    yield from lint.check(written, now, feed.address, feed.content_type)
    if profile is not None:
        yield from lint.PROFILES[profile](written, now, _logo(invocation, written))


def _logo(invocation: Invocation, written: Written) -> Logo | None:
    """A feed's picture; None where it has none, or none that can be fetched."""
    import asyncio

    from aggregator.answers import Document
    from feeds.lint import Logo

    for said in written.feed.all("logo"):
        answer = asyncio.run(_fetched(invocation, said.text.strip(), "image/png, image/*;q=0.9"))
        return Logo(answer.body) if isinstance(answer, Document) else None
    return None


def _line(name: str, found: Finding) -> str:
    place = f"{name}:{found.line}" if found.line else name
    return terminal.one_line(f"{place}: {found.where}: {found.what} ({found.remedy})")


def _shape(name: str, found: Finding) -> dict[str, Any]:
    """A finding as `--json` has it."""
    return {
        "feed": name,
        "line": found.line,
        "where": found.where,
        "code": found.code,
        "what": found.what,
        "remedy": found.remedy,
    }
