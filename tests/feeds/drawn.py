"""Pages drawn of small values, and what stands in them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import lxml.html

from feeds import dates, page
from feeds.entries import Editorial, Entry, Feed, Origin
from feeds.shelves import Day, Gone, Masthead, Named, Permalink, Section, Shelf

BASE = "https://news.example/desk/"
HARBOUR = Origin(id="https://harbour.example/feed", title="Harbour Ledger", url="https://harbour.example/")


def entry(**said: object) -> Entry:
    defaults: dict[str, object] = {
        "guid": "https://harbour.example/1",
        "url": "https://harbour.example/1",
        "title": "Cranes inspected",
        "summary": "Every crane, since 1998.",
        "origin": HARBOUR,
        "published": dates.read("2023-11-20T13:56:00Z"),
    }
    return Entry.model_validate(defaults | said)


def shelf(slug: str = "recent-news", *entries: Entry, title: str = "Recent News", note: str = "") -> Shelf:
    notes = tuple(note for _ in entries)
    return Shelf(slug, Feed(title=title, language="en", entries=entries), notes=notes)


def masthead(language: str = "en", title: str = "The Example") -> Masthead:
    return Masthead(title, BASE, language, (Named("City", "section/city.html"),))


def front(*shelves: Shelf, language: str = "en") -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(page.front(masthead(language), shelves))


def edition(shown: Shelf, language: str = "en") -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(page.edition(masthead(language), shown))


def permalink(shown: Shelf, language: str = "en") -> lxml.html.HtmlElement:
    named = Permalink("editors-pick/7.html", Named("Editor’s Pick", "editors-pick"), shown)
    return lxml.html.document_fromstring(page.permalink(masthead(language), named))


def gone(language: str = "en") -> lxml.html.HtmlElement:
    named = Named("Editor’s Pick", "editors-pick")
    withdrawn = Gone("gone/editors-pick/7.html", named, datetime(2026, 11, 25, 12, tzinfo=UTC))
    return lxml.html.document_fromstring(page.gone(masthead(language), withdrawn))


def section(picks: Shelf, news: Shelf, own: Named | None = None) -> lxml.html.HtmlElement:
    shown = Section("City", "section/city.html", picks, news, own)
    return lxml.html.document_fromstring(page.section(masthead(), shown))


def day(picks: Shelf, news: Shelf, language: str = "en") -> lxml.html.HtmlElement:
    shown = Day(date(2023, 11, 20), picks, news, before=date(2023, 11, 18))
    return lxml.html.document_fromstring(page.day(masthead(language), shown))


def find(document: lxml.html.HtmlElement, path: str) -> list[lxml.html.HtmlElement]:
    """The elements at an XPath in which `.name` stands for any element of that class."""
    of_class = r"*[contains(concat(' ', @class, ' '), ' \1 ')]"
    return document.xpath(re.sub(r"(?<=/)\.([\w-]+)", of_class, path))


def words(document: lxml.html.HtmlElement, path: str) -> list[str]:
    return [" ".join(element.text_content().split()) for element in find(document, path)]


PICKED = Editorial(
    note="Read the index.", editors=("Inès", "Tom"), published=datetime(2023, 11, 19, 8, tzinfo=UTC)
)
