"""Feeds that Hypothesis builds: what every format newsdesk writes must carry through unchanged.

`feeds()` draws a Feed that is already in the form in which `feeds.parse` returns one: texts are
folded and legal XML, content is HTML that `feeds.markup.clean` leaves alone, addresses are absolute
and normalised, guids are URIs and all different, dates are whole seconds in UTC read from RFC 3339.

Beyond that it keeps to what reading would otherwise supply or fold away:
an entry with content has a summary (reading takes one from the content), a summary differs from the
title (reading drops one that repeats it), an entry has a language where the feed has one (reading
inherits it), `updated` is later than `published` and not without it (reading takes an only date as
`published`), an enclosure is no image (reading would take it as the entry's), no two authors share an
e-mail (feedparser lends the first's to the second), an Editorial or Origin that is there says something.

`feeds(sparse=True)` also leaves out what RSS and Atom demand and JSON Feed does not: titles and dates
of entries, the feed's own description and date.
"""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from feeds import dates
from feeds.entries import (
    Deleted,
    Editorial,
    Enclosure,
    Entry,
    Feed,
    Link,
    Moment,
    Origin,
    Pace,
    Person,
)

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEGéàçœßñØŁЖяΩλ日本語한"
SIGNS = ".,;:!?()-—’“”«»'\"%+/#🎉"
HONEST = ("AT&T", "R&D", "<", ">", "&", "C#", "100 %", "…")  # look like markup and are not
LANGUAGES = ("en", "fr", "de", "pt-BR")
REL = 'rel="noopener noreferrer nofollow"'


def words(alphabet: str = LETTERS + SIGNS) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=9)


def texts(most: int = 8) -> st.SearchStrategy[str]:
    """A non-empty line of plain text of at most `most` words, a single space between them."""
    word = words() | st.sampled_from(HONEST)
    return st.lists(word, min_size=1, max_size=most).map(" ".join)


def names() -> st.SearchStrategy[str]:
    """A person's name: letters only, so that no format's `mail (name)` is seen in it."""
    return st.lists(words(LETTERS), min_size=1, max_size=3).map(" ".join)


def urls(host: str = "news.example") -> st.SearchStrategy[str]:
    """An absolute https address as WHATWG writes it, with and without a query."""
    part = st.text("abcxyz0189-_~", min_size=1, max_size=6) | st.just("%C3%A9t%C3%A9")
    path = st.lists(part, max_size=3).map(lambda parts: "/" + "/".join(parts))
    query = st.sampled_from(("", "?p=12", "?a=1&b=2", "?q=%C3%A9"))
    return st.builds(lambda path, query: f"https://{host}{path}{query}", path, query)


def guids() -> st.SearchStrategy[str]:
    """An id that is an absolute URI, as Atom demands: https, urn:uuid or tag (RFC 4151)."""
    tags = st.integers(1, 10**6).map(lambda number: f"tag:news.example,2023:{number}")
    return urls("id.example") | st.uuids().map(lambda uuid: uuid.urn) | tags


def instants() -> st.SearchStrategy[datetime]:
    """Whole seconds in UTC, late enough for every validator."""
    seconds = st.integers(800_000_000, 2_050_000_000)  # 1995 to 2034
    return seconds.map(lambda at: datetime.fromtimestamp(at, UTC))


def moment(at: datetime) -> Moment:
    """The instant as JSON Feed and Atom write it, and as it is read back from there."""
    return dates.read(f"{at:%Y-%m-%dT%H:%M:%SZ}")


def paragraphs() -> st.SearchStrategy[str]:
    """One block of clean HTML, written as the cleaner writes it."""
    text = texts(4).map(lambda line: html.escape(line, quote=False))
    link = st.builds('<a href="{}" {}>{}</a>'.format, urls().map(html.escape), st.just(REL), text)
    inline = text | text.map("<em>{}</em>".format) | text.map("<strong>{}</strong>".format) | link
    return st.one_of(
        inline.map("<p>{}</p>".format),
        inline.map("<blockquote><p>{}</p></blockquote>".format),
        st.lists(inline, min_size=1, max_size=2).map(
            lambda items: "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
        ),
    )


def contents() -> st.SearchStrategy[str]:
    return st.lists(paragraphs(), min_size=1, max_size=2).map("".join)


def people() -> st.SearchStrategy[tuple[Person, ...]]:
    mail = st.sampled_from((None, "desk@news.example", "ana.b@post.example"))
    person = st.builds(Person, name=names(), uri=st.none() | urls("people.example"), email=mail)
    apart = (lambda person: person.name, lambda person: person.email or person.name)
    return st.lists(person, max_size=2, unique_by=apart).map(tuple)


def enclosures() -> st.SearchStrategy[Enclosure]:
    return st.builds(
        Enclosure,
        url=urls("files.example"),
        type=st.sampled_from(("audio/mpeg", "video/mp4", "application/pdf")),
        length=st.none() | st.integers(1, 10**9),
        duration=st.none() | st.integers(1, 10**5),
    )


def links(page: str | None) -> st.SearchStrategy[tuple[Link, ...]]:
    """Further links of an entry: alternates only beside a page, no two of one type and language."""
    kinds = st.sampled_from((None, "application/pdf", "application/atom+xml"))
    languages = st.sampled_from((None, *LANGUAGES))
    link = st.builds(
        Link,
        href=urls("further.example"),
        rel=st.sampled_from(("related", "via", "canonical", *(("alternate",) if page else ()))),
        type=kinds,
        hreflang=languages,
        title=st.none() | texts(3),
    ).filter(lambda link: link.rel != "alternate" or bool(link.type or link.hreflang))
    apart = (lambda link: (link.rel, link.href), lambda link: (link.rel, link.type, link.hreflang))
    return st.lists(link, max_size=3, unique_by=apart).map(tuple)


def origins() -> st.SearchStrategy[Origin]:
    return st.builds(
        Origin,
        id=guids(),
        title=texts(4),
        url=urls("origin.example"),
        feed_url=urls("feed.origin.example"),
        updated=instants(),
        rights=st.none() | texts(4),
        icon=st.none() | urls("pictures.example"),
    )


def editorials() -> st.SearchStrategy[Editorial]:
    editors = st.lists(names(), max_size=2, unique=True).map(tuple)
    said = st.just("") | texts()
    at = st.none() | instants()
    unsigned = st.builds(Editorial, note=said, editors=editors, published=at, correction=said)
    note = {"note": texts(), "noted_by": names(), "noted_at": instants()}
    signed = st.builds(Editorial, **note, editors=editors, published=at, correction=said)
    return (unsigned | signed).filter(lambda editorial: editorial != Editorial())


def tombstones() -> st.SearchStrategy[tuple[Deleted, ...]]:
    numbers = st.integers(1, 10**6).map(lambda number: f"tag:gone.example,2023:{number}")
    gone = st.builds(Deleted, guid=numbers, at=instants(), comment=st.just("") | texts(6))
    return st.lists(gone, max_size=2, unique_by=lambda one: one.guid).map(tuple)


@st.composite
def entries(draw: st.DrawFn, guid: str, language: str | None, sparse: bool) -> Entry:
    """One entry of a feed in `language`, which it inherits or replaces by its own."""
    published = draw(instants())
    later = draw(st.none() | st.integers(1, 10**7))
    title = draw(texts())
    content = draw(st.just("") | contents())
    summary = draw(texts(20) if content else st.just("") | texts(20))
    own_languages = st.sampled_from(LANGUAGES)
    page = draw(st.none() | urls() | (st.just(guid) if guid.startswith("https") else st.none()))
    entry = Entry(
        guid=guid,
        url=page,
        title=title,
        summary="" if summary == title and not content else summary + "." * (summary == title),
        content=content,
        authors=draw(people()),
        categories=draw(st.lists(texts(2), max_size=3, unique=True).map(tuple)),
        language=draw(st.just(language) | own_languages),
        image=draw(st.none() | urls("pictures.example")),
        enclosures=draw(
            st.lists(enclosures(), max_size=2, unique_by=lambda enclosure: enclosure.url).map(tuple)
        ),
        comments=draw(st.none() | urls("talk.example")),
        links=draw(links(page)),
        rights=draw(st.none() | texts(4)),
        published=moment(published),
        updated=moment(published + timedelta(seconds=later)) if later else None,
        origin=draw(st.none() | origins()),
        editorial=draw(st.none() | editorials()),
    )
    if not sparse:
        return entry
    left_out = draw(st.sampled_from(((), ("title",), ("updated",), ("published", "updated"))))
    return entry.model_copy(update={name: Entry.model_fields[name].default for name in left_out})


@st.composite
def feeds(draw: st.DrawFn, sparse: bool = False, most: int = 3) -> Feed:
    """A feed of at most `most` entries; `sparse` leaves out what only JSON Feed may leave out."""
    language = draw(st.none() | st.sampled_from(LANGUAGES))
    feed_url = draw(urls("feeds.example"))
    current = draw(st.none() | urls("current.example"))
    ids = draw(st.lists(guids(), max_size=most, unique=True))
    return Feed(
        title=draw(texts()),
        id=draw(st.just(feed_url) | guids()),
        url=draw(urls()),
        feed_url=feed_url,
        description=draw(st.just("") | texts(12) if sparse else texts(12)),
        language=language,
        icon=draw(st.none() | urls("pictures.example")),
        logo=draw(st.none() | urls("logos.example")),
        rights=draw(st.none() | texts(4)),
        authors=draw(people()),
        hub=draw(st.none() | urls("hub.example")),
        previous=draw(st.none() | urls("pages.example")),
        current=current,
        archive=draw(st.booleans()) if current else False,
        deleted=draw(tombstones()),
        pace=draw(st.none() | st.integers(1, 10_000).map(lambda minutes: Pace(ttl=60 * minutes))),
        updated=draw(st.none() | instants() if sparse else instants()),
        entries=tuple(draw(entries(guid, language, sparse)) for guid in ids),
    )
