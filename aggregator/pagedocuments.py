"""The pages of a newspaper as documents of the published folder.

curation.pages ─> documents ─> (feeds.page, only where its basis changed) ─> bytes
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import ParamSpec, TypeVar

from aggregator.newspaper import Document, basis
from config.errors import UsageFault
from curation.pages import Pages
from feeds import page, pagenames, sitemap, specimen, theme
from feeds.shelves import Masthead

P = ParamSpec("P")
T = TypeVar("T")


def drawn(draw: Callable[P, T], *shown: P.args, **named: P.kwargs) -> T:
    """What a template makes of something; raises UsageFault for a theme's that is at fault."""
    try:
        return draw(*shown, **named)
    except theme.BrokenTemplate as error:
        raise UsageFault(f"theme: {error}", "mend the theme, or take it out of the settings") from error


def documents(shown: Pages) -> Iterator[Document]:
    """The pages that are to be drawn, and what search engines read first.

    Raises UsageFault where a theme cannot draw a page of every kind.
    """
    masthead, shelves = shown.masthead, shown.shelves
    if masthead.theme is not None:
        drawn(specimen.draw, masthead)
    of_look = partial(_document, basis(masthead, theme.fingerprint(masthead.theme)))
    yield of_look("index.html", None, page.front, masthead, shelves)
    for shelf in shelves:
        yield of_look(f"{shelf.slug}.html", shelf.slug, page.edition, masthead, shelf)
    for section in shown.sections:
        yield of_look(section.name, None, page.section, masthead, section)
    for day in shown.days:
        yield of_look(pagenames.day(day.of), None, page.day, masthead, day)
    for pick in shown.permalinks:
        yield of_look(pick.name, pick.edition.name, page.permalink, masthead, pick)
    for gone in shown.gone:
        yield of_look(gone.name, gone.edition.name, page.gone, masthead, gone)
    days = [pagenames.day(of) for of in shown.days_of_late]
    yield of_look("sitemap.xml", None, sitemap.write, masthead, shelves, days)
    yield robots(masthead)


def robots(masthead: Masthead) -> Document:
    """The document that changes whenever every page does: with the masthead, the theme, the templates."""
    return _document(
        basis(masthead, theme.fingerprint(masthead.theme)), "robots.txt", None, sitemap.robots, masthead
    )


def _document(
    look: str, name: str, edition: str | None, draw: Callable[..., bytes], masthead: Masthead, *shown: object
) -> Document:
    return Document(name, edition, basis(name, look, shown), partial(drawn, draw, masthead, *shown))
