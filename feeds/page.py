"""The HTML pages: the front page, and one for each edition, section, day and pick.

Like the feeds they stand for, the pages are a pure function of what is published: absolute dates, no
script, nothing loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date
from typing import Any, NamedTuple

from markupsafe import Markup

from feeds import markup, pagedata, pagenames, pagewords, theme
from feeds.entries import Entry
from feeds.proof import EPOCH, proofread, updated_at
from feeds.shelves import Day, Gone, Masthead, Permalink, Section, Shelf

LEADING = ("editors-pick", "recent-news")  # the two that stand side by side on the front page
ON_THE_FRONT = 20  # entries of each
IN_A_PREVIEW = 200  # characters of a description


class Story(NamedTuple):
    """An entry as it is drawn: with its own page, and what the desk says of it."""

    entry: Entry
    permalink: str
    note: Markup


class Column(NamedTuple):
    """A shelf ready to be drawn."""

    slug: str
    title: str
    description: str
    stories: tuple[Story, ...]


class Head(NamedTuple):
    """What the page says of itself to browsers, search engines and those who link to it."""

    title: str
    description: str
    data: dict[str, Any] | None = None
    article: Entry | None = None


def front(masthead: Masthead, shelves: Sequence[Shelf]) -> bytes:
    """The front page: Editor's Pick and Recent News side by side, every other edition by its name."""
    columns = [ready(shelf, ON_THE_FRONT) for shelf in shelves]
    leading = sorted((c for c in columns if c.slug in LEADING), key=lambda c: LEADING.index(c.slug))
    others = [column for column in columns if column.slug not in LEADING]
    listed = [story.entry for column in leading for story in column.stories]
    described = ", ".join(column.title for column in (*leading, *others))
    head = Head(masthead.title, described, _collection(masthead, "index.html", masthead.title, listed))
    days = {day: None for shelf in shelves for day in _days(shelf)}
    latest = max(days, default=None)
    said = {"leading": leading, "others": others, "latest": latest and pagenames.day(latest)}
    return _page("front.html", masthead, "index.html", head, shelves, columns, **said)


def edition(masthead: Masthead, shelf: Shelf) -> bytes:
    """The page of one edition, with every entry of its line-up."""
    column, name = ready(shelf), f"{shelf.slug}.html"
    listed = [story.entry for story in column.stories]
    head = Head(
        f"{column.title} – {masthead.title}",
        column.description,
        _collection(masthead, name, column.title, listed),
    )
    return _page("edition.html", masthead, name, head, [shelf], [column], column=column)


def section(masthead: Masthead, shown: Section) -> bytes:
    """The page of a section: what was picked of it beside what is new in it."""
    feeds = [Column(shown.edition.name, shown.edition.title, "", ())] if shown.edition else []
    return _listing(masthead, shown.name, shown.title, shown.picks, shown.news, feeds=feeds)


def day(masthead: Masthead, shown: Day) -> bytes:
    """The page of a day in UTC: what was picked on it beside what came on it."""
    title = pagewords.human_day(shown.of, masthead.language)
    near = {"before": shown.before, "after": shown.after}
    around = {word: of and pagenames.day(of) for word, of in near.items()}
    parts = {"around": around, "dated": True}
    return _listing(masthead, pagenames.day(shown.of), title, shown.picks, shown.news, **parts)


def permalink(masthead: Masthead, shown: Permalink) -> bytes:
    """The page of one pick, at an address that stays."""
    column = ready(shown.shelf)
    [story] = column.stories
    described = markup.excerpt(story.note, IN_A_PREVIEW) or markup.excerpt(story.entry.summary, IN_A_PREVIEW)
    data = pagedata.pick(masthead, masthead.base_url + shown.name, story.entry, described)
    head = Head(f"{story.entry.title} – {masthead.title}", described, data, story.entry)
    return _page(
        "permalink.html", masthead, shown.name, head, [shown.shelf], [], story=story, edition=shown.edition
    )


def gone(masthead: Masthead, shown: Gone) -> bytes:
    """The page that says that a pick was withdrawn; it names nothing of it.

    It is shown in the place of the pick's own, so its links are absolute.
    """
    head = Head(f"{pagewords.words(masthead.language)['gone']} – {masthead.title}", "")
    said = {"edition": shown.edition, "at": shown.at, "up": masthead.base_url}
    return _page("gone.html", masthead, shown.name, head, [], [], **said)


def _listing(masthead: Masthead, name: str, title: str, picks: Shelf, news: Shelf, **parts: Any) -> bytes:
    words = pagewords.words(masthead.language)
    columns = [
        ready(shelf)._replace(slug=kind, title=words[kind])
        for shelf, kind in ((picks, "picks"), (news, "news"))
    ]
    listed = [story.entry for column in columns for story in column.stories]
    head = Head(f"{title} – {masthead.title}", "", _collection(masthead, name, title, listed))
    shown = {"heading": title, "shown": [column for column in columns if column.stories]}
    said = {"feeds": [], "around": {"before": None, "after": None}, "dated": False} | shown | parts
    return _page("listing.html", masthead, name, head, [picks, news], [], **said)


def _page(
    template: str,
    masthead: Masthead,
    name: str,
    head: Head,
    shelves: Sequence[Shelf],
    columns: Sequence[Column],
    **parts: Any,
) -> bytes:
    changed = max((updated_at(shelf.feed) for shelf in shelves), default=EPOCH)
    said = {
        "head": head,
        "data": Markup(pagedata.script(head.data)) if head.data else None,  # noqa: S704  it escapes what HTML reads
        "columns": columns,
        "changed": changed if changed > EPOCH else None,
        "up": "../" * name.count("/"),
        "name": name,
    }
    return theme.draw(masthead.theme, template, **_shared(masthead) | said | parts)


def _shared(masthead: Masthead) -> dict[str, Any]:
    """What every template is told."""
    language = masthead.language
    direction, spoken = pagewords.direction(language), pagewords.spoken(language)
    ours = "" if language.lower().split("-")[0] == spoken else f' lang="{spoken}"'
    return {
        "masthead": masthead,
        "language": language,
        "direction": direction,
        "ours": Markup(ours),  # noqa: S704  it marks our own words where the page is in another language
        "words": pagewords.words(language),
        "human": lambda at: pagewords.human(at, language),
        "way": lambda text: pagewords.way(text, direction),
        "address": lambda name: f"{masthead.base_url}{name}",
    }


def byline(entry: Entry, language: str) -> list[str]:
    """Whose an entry is and when it came out, in words."""
    dated = entry.editorial.published if entry.editorial else None
    names = [entry.origin.title if entry.origin else "", ", ".join(author.name for author in entry.authors)]
    return [*filter(None, names), *([pagewords.human(dated, language)] if dated else [])]


def letter(masthead: Masthead, shown: Column, subject: str) -> bytes:
    """A newsletter, whose styles stand in its elements."""
    said = {"subject": subject, "column": shown, "byline": lambda entry: byline(entry, masthead.language)}
    return theme.draw(masthead.theme, "digest.html", **_shared(masthead), **said)


def ready(shelf: Shelf, most: int | None = None) -> Column:
    """A shelf ready to be drawn, or the beginning of it: proofread, and without the texts of its entries."""
    entries = [entry.model_copy(update={"content": ""}) for entry in shelf.feed.entries[:most]]
    feed = proofread(shelf.feed.model_copy(update={"entries": tuple(entries)}))
    return Column(shelf.slug, feed.title, feed.description, tuple(_stories(shelf, feed.entries)))


def _stories(shelf: Shelf, entries: Sequence[Entry]) -> Iterator[Story]:
    nothing = ("",) * len(entries)
    with_each = zip(entries, shelf.permalinks or nothing, shelf.notes or nothing, strict=False)
    for entry, permalink, note in with_each:
        yield Story(entry, permalink, Markup(markup.clean(note)))  # noqa: S704  it is cleaned here


def _days(shelf: Shelf) -> Iterator[date]:
    for entry in shelf.feed.entries:
        if entry.published and entry.published.at:
            yield entry.published.at.astimezone(UTC).date()


def _collection(masthead: Masthead, name: str, title: str, listed: list[Entry]) -> dict[str, Any]:
    return pagedata.collection(masthead, masthead.base_url + name, title, listed)
