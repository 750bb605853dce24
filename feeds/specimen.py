"""A specimen of every page, drawn to see whether a theme holds before anything is published by it."""

from __future__ import annotations

from datetime import UTC, datetime

from feeds import page
from feeds.entries import Editorial, Entry, Feed, Link, Moment, Origin, Person
from feeds.shelves import Day, Gone, Masthead, Named, Permalink, Section, Shelf

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PICKS, NEWS = Named("Editor's Pick", "editors-pick"), Named("Recent News", "recent-news")


def draw(masthead: Masthead) -> list[bytes]:
    """One page of each kind; raises theme.BrokenTemplate where one cannot be drawn."""
    masthead = masthead._replace(sections=(Named("City", "section/city.html"),))
    picks, news, none = _shelf(PICKS, _picked()), _shelf(NEWS, _entry()), Shelf("other", Feed(title="Other"))
    today = AT.date()
    return [
        page.front(masthead, [news, picks, none]),
        page.edition(masthead, picks),
        page.edition(masthead, none),
        page.section(masthead, Section("City", "section/city.html", picks, news, NEWS)),
        page.day(masthead, Day(today, picks, news, before=today, after=today)),
        page.day(masthead, Day(today, none, none)),
        page.permalink(masthead, Permalink("editors-pick/1.html", PICKS, picks)),
        page.gone(masthead, Gone("gone/editors-pick/1.html", PICKS, AT)),
        page.letter(masthead, page.ready(picks), "A specimen"),
    ]


def _shelf(edition: Named, entry: Entry) -> Shelf:
    feed = Feed(title=edition.title, description="A specimen.", updated=AT, entries=(entry,))
    return Shelf(edition.name, feed, (f"{edition.name}/1.html",), ("<p>A <em>note</em>.</p>",))


def _entry() -> Entry:
    return Entry(
        guid="https://source.example/1",
        url="https://source.example/1",
        title="A headline",
        summary="A summary.",
        authors=(Person(name="An author"),),
        language="ar",
        image="https://source.example/1.jpg",
        links=(Link(href="https://other.example/1", rel="related", hreflang="fr", title="Another source"),),
        published=Moment(raw=AT.isoformat(), at=AT),
        origin=Origin(id="https://source.example/feed", title="A source", url="https://source.example/"),
    )


def _picked() -> Entry:
    said = Editorial(note="A *note*.", editors=("Ada",), published=AT, correction="One letter.")
    return _entry().model_copy(update={"editorial": said})
