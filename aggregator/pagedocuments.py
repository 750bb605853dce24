"""The pages of a newspaper as documents of the published folder, or of the private one.

curation.pages ─> documents ─> (feeds.page, only where its basis changed) ─> bytes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import ParamSpec, TypeVar

from aggregator.newspaper import Document, basis
from config.errors import UsageFault
from config.options import PRIVATE
from curation.pages import Pages
from feeds import page, pagenames, sitemap, specimen, theme
from feeds.shelves import Masthead, Named

NOTHING_FOR_ROBOTS = b"User-agent: *\nDisallow: /\n"

P = ParamSpec("P")
T = TypeVar("T")


def drawn(draw: Callable[P, T], *shown: P.args, **named: P.kwargs) -> T:
    """What a template makes of something; raises UsageFault for a theme's that is at fault."""
    try:
        return draw(*shown, **named)
    except theme.BrokenTemplate as error:
        raise UsageFault(f"theme: {error}", "mend the theme, or take it out of the settings") from error


def documents(shown: Pages) -> Iterator[Document]:
    """The pages that are to be drawn, and what search engines read first; of private editions theirs alone.

    Raises UsageFault where a theme cannot draw a page of every kind.
    """
    masthead, shelves = shown.masthead, shown.shelves
    if masthead.theme is not None:
        drawn(specimen.draw, masthead)
    named = [Named(shelf.feed.title, shelf.slug) for shelf in shelves]
    if shown.above:
        yield from (*_of_editions(shown), *([mark(masthead, named)] if named else []))
        return
    of_look = partial(_document, _look(masthead))
    yield of_look("index.html", None, page.front, masthead, shelves)
    yield from _of_editions(shown)
    for section in shown.sections:
        yield of_look(section.name, None, page.section, masthead, section)
    for day in shown.days:
        yield of_look(pagenames.day(day.of), None, page.day, masthead, day)
    days = [pagenames.day(of) for of in shown.days_of_late]
    yield of_look("sitemap.xml", None, sitemap.write, masthead, shelves, days)
    yield robots(masthead, named)


def _of_editions(shown: Pages) -> Iterator[Document]:
    """The pages of editions, and of their picks."""
    masthead = shown.masthead
    of_look = partial(_document, _look(masthead))
    for shelf in shown.shelves:
        yield of_look(f"{shelf.slug}.html", slug(shelf.slug), page.edition, masthead, shelf)
    for pick in shown.permalinks:
        yield of_look(pick.name, slug(pick.edition.name), page.permalink, masthead, pick)
    for gone in shown.gone:
        yield of_look(gone.name, slug(gone.edition.name), page.gone, masthead, gone)


def slug(path: str) -> str:
    """The edition whose names begin so."""
    return path.removeprefix(PRIVATE)


def mark(masthead: Masthead, editions: Sequence[Named]) -> Document:
    """What `robots` is to the published folder, to that of the private editions; nobody is served it.

    It is of an edition whose slug none can have.
    """
    of_all = basis("mark", _look(masthead), editions)
    return Document(f"{PRIVATE}robots.txt", PRIVATE, of_all, lambda: NOTHING_FOR_ROBOTS)


def _look(masthead: Masthead) -> str:
    return basis(masthead, theme.fingerprint(masthead.theme))


def robots(masthead: Masthead, editions: Sequence[Named]) -> Document:
    """The document that is rendered anew whenever every page is: with the masthead, the theme, the templates,
    and with what the editions are called.
    """
    of_all = basis(masthead, theme.fingerprint(masthead.theme), editions)
    return _document(of_all, "robots.txt", None, sitemap.robots, masthead)


def _document(
    look: str, name: str, edition: str | None, draw: Callable[..., bytes], masthead: Masthead, *shown: object
) -> Document:
    return Document(name, edition, basis(name, look, shown), partial(drawn, draw, masthead, *shown))
