"""What feedparser says of a document, as plain values, to a Feed.

Nothing in it is trusted: texts come out as plain text, content as clean HTML, addresses absolute and
of http or https; what is of a wrong type is as good as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from feeds import homes, markup, normal, urls
from feeds import pace as paces
from feeds.entries import Enclosure, Entry, Feed, Home, Origin, Person
from feeds.module import Aside, Module

Said = dict[str, Any]

HTML = ("text/html", "application/xhtml+xml")
GUESSED = "text/html"  # feedparser's type of an Atom link without one
ABSOLUTE = re.compile(r"\s*https?://", re.I)
MAILBOX = re.compile(r"\s*([^\s@()<>]{1,64}@[^\s@()<>]{1,255})\s*\(([^()]{1,200})\)\s*")  # RSS: mail (Name)


@dataclass(frozen=True)
class Channel:
    """What an entry takes from its feed."""

    base: str
    language: str | None
    home: Home
    atom: bool


def feed(
    found: Said,
    module: Module,
    url: str,
    home: Home,
    skipped: paces.Skipped = ((), ()),
) -> Feed:
    """The Feed in what feedparser `found` at `url`, and in what it does not read, the `module`.

    `skipped` are the hours and days in which it wants to be left alone (`feeds.pace`).
    """
    said = _object(found, "feed")
    atom = _string(found, "version").startswith("atom")
    site = urls.gate(_alternate(said), url)
    address = urls.gate(_link(said, "self"), url) or url
    language = normal.language(_string(said, "language"))
    home = homes.settled(home, language, site, address)
    # RSS has no base: its relative addresses are the site's, wherever the feed is served from.
    channel = Channel(url if atom else site or url, language, home, atom)
    entries = list(_entries(_objects(found, "entries"), module.asides, channel))
    return Feed(
        title=markup.title(_string(said, "title")),
        id=markup.text_safe(_string(said, "id")).strip() or address,
        url=site,
        feed_url=address,
        description=markup.title(_string(said, "subtitle"), normal.SUMMARY),
        language=language,
        icon=urls.gate(_string(said, "icon"), url),
        logo=_logo(said, url),
        rights=markup.title(_string(said, "rights")) or None,
        authors=_authors(said, url),
        updated=normal.instant(_string(said, "updated") or _string(said, "published"), home),
        hub=urls.gate(_link(said, "hub"), url),
        previous=urls.gate(_link(said, "prev-archive") or _link(said, "next"), url),
        archive=module.archive,
        current=urls.gate(_link(said, "current"), url),
        pace=paces.pace(
            _string(said, "ttl"),
            _string(said, "sy_updateperiod"),
            _string(said, "sy_updatefrequency"),
            skipped,
        ),
        entries=normal.newest(entries),
        left_out=max(len(entries) - normal.MOST_ENTRIES, 0),
        deleted=module.deleted,
    )


def _entries(found: Sequence[Said], asides: Sequence[Aside], channel: Channel) -> Iterator[Entry]:
    matched = asides if len(asides) == len(found) else [Aside()] * len(found)
    for said, aside in zip(found, matched, strict=True):
        with suppress(Exception):  # one bad entry never costs its neighbours
            yield _entry(said, aside, channel)


def _entry(said: Said, aside: Aside, channel: Channel) -> Entry:
    link = _page(said, channel)
    title = markup.title(_string(said, "title"))
    summary, content = _texts(said)
    base = urls.gate(_string(content or summary, "base"), channel.base) if (content or summary) else None
    short, full = normal.told(title, _html(summary), _html(content), base or link or channel.base)
    dates = [_string(said, name) for name in ("published", "created")]
    published, updated = normal.dated(dates, _string(said, "updated"), channel.home)
    enclosures = tuple(_enclosures(said, link or channel.base))
    return Entry(
        guid=markup.text_safe(_string(said, "id")).strip(),
        url=link,
        title=title,
        summary=short,
        content=full,
        authors=_authors(said, channel.base),
        categories=normal.terms(
            _string(tag, "label") or _string(tag, "term") for tag in _objects(said, "tags")
        ),
        language=_language(said) or channel.language,
        image=_image(said, enclosures, link or channel.base),
        enclosures=enclosures,
        comments=urls.gate(_string(said, "comments") or _link(said, "replies"), channel.base),
        links=normal.links((*_objects(said, "links"), *aside.links), link, channel.base),
        rights=markup.title(_string(said, "rights")) or None,
        published=published,
        updated=updated,
        origin=_origin(_object(said, "source"), channel.base),
        editorial=aside.editorial,
    )


def _page(said: Said, channel: Channel) -> str | None:
    """The address of an entry's page: FeedBurner's original, a link, or a guid that is a permalink."""
    guid = _string(said, "id")
    permalink = said.get("guidislink") is True and not channel.atom and ABSOLUTE.match(guid)
    found = (_string(said, "feedburner_origlink"), _alternate(said), guid if permalink else "")
    return _first_url(found, channel.base)


def _texts(said: Said) -> tuple[Said, Said]:
    """The summary and the content an entry gives, each as feedparser's detail of it.

    Without a `summary_detail` the summary is feedparser's copy of the content. Plain text among the
    contents is a second description (media:description, itunes:summary): the content only where it
    is longer than the first and nothing else is.
    """
    summary = _object(said, "summary_detail")
    contents = _objects(said, "content")
    rich = [content for content in contents if _string(content, "type") in HTML]
    plain = [
        content for content in contents if len(_string(content, "value")) > len(_string(summary, "value"))
    ]
    found = rich or plain
    return summary, max(found, key=lambda content: len(_string(content, "value"))) if found else {}


def _html(detail: Said) -> str:
    value = _string(detail, "value")
    return value if _string(detail, "type") in HTML else normal.from_text(value)


def _language(said: Said) -> str | None:
    """Its own element, else the xml:lang in which its texts stand."""
    details = [_object(said, name) for name in ("title_detail", "summary_detail")]
    stated = [_string(said, "language"), *(_string(detail, "language") for detail in details)]
    return next((tag for value in stated if (tag := normal.language(value))), None)


def _authors(said: Said, base: str) -> tuple[Person, ...]:
    authors = _objects(said, "authors")
    # feedparser takes the mail of `ana@news.example (Ana)` to end after four letters of `example`.
    if authors and (mailbox := MAILBOX.fullmatch(_string(said, "author"))):
        authors[-1] = {"email": mailbox[1], "name": mailbox[2]}
    # It also lends an author's mail to the next one, who has none.
    lent = [_string(author, "email") for author in authors[:-1]]
    for author, mail in zip(authors[1:], lent, strict=True):
        if mail.startswith(_string(author, "email")):
            author["email"] = ""
    found = (
        normal.person(
            _string(author, "name"), urls.gate(_string(author, "href"), base), _string(author, "email")
        )
        for author in authors
    )
    return normal.people(person for person in found if person)


def _enclosures(said: Said, base: str) -> Iterator[Enclosure]:
    """Its enclosures and its Media RSS audio and video, each address once; itunes:duration is the first's."""
    links = [link for link in _objects(said, "links") if link.get("rel") == "enclosure"]
    media = [media for media in _objects(said, "media_content") if _is_media(media)]
    duration = _seconds(_string(said, "itunes_duration"))
    known = set()
    for link in (*links, *media):
        address = urls.gate(_string(link, "href") or _string(link, "url"), base)
        if address and address not in known:
            known.add(address)
            length = _string(link, "length") or _string(link, "filesize")
            lasts = _seconds(_string(link, "duration")) or duration
            yield Enclosure(url=address, type=_type(link), length=_whole(length), duration=lasts)
            duration = None


def _is_media(media: Said) -> bool:
    kind = _string(media, "type").partition("/")[0] or _string(media, "medium")
    return kind in ("audio", "video")


def _type(link: Said) -> str:
    stated = _string(link, "type").strip()
    return normal.media_type(stated if stated != GUESSED else "")


def _image(said: Said, enclosures: Iterable[Enclosure], base: str) -> str | None:
    pictures = (
        *(_string(thumbnail, "url") for thumbnail in _objects(said, "media_thumbnail")),
        *(_string(media, "url") for media in _objects(said, "media_content") if _is_picture(media)),
        _href(said.get("image")),
        *(enclosure.url for enclosure in enclosures if enclosure.type.startswith("image/")),
    )
    return _first_url(pictures, base)


def _is_picture(media: Said) -> bool:
    return _string(media, "medium") == "image" or _string(media, "type").startswith("image/")


def _origin(source: Said, base: str) -> Origin | None:
    address = urls.gate(_string(source, "href") or _link(source, "self"), base)
    guid = markup.text_safe(_string(source, "id")).strip() or address
    if not guid:
        return None
    return Origin(
        id=guid,
        title=markup.title(_string(source, "title")),
        url=urls.gate(_alternate(source), base),
        feed_url=address,
        updated=normal.instant(_string(source, "updated")),
        rights=markup.title(_string(source, "rights")) or None,
        icon=_first_url((_string(source, "icon"), _string(source, "logo")), base),
    )


def _alternate(said: Said) -> str:
    """The address of the page: HTML before any other alternate."""
    pages = [link for link in _objects(said, "links") if link.get("rel") == "alternate" and link.get("href")]
    pages.sort(key=lambda link: link.get("type") not in HTML)
    return _string(pages[0], "href") if pages else ""


def _logo(said: Said, base: str) -> str | None:
    """Its own element, else the image of an RSS channel, unless that is its icon drawn again."""
    image = _href(said.get("image"))
    return _first_url((_string(said, "logo"), image if image != _string(said, "icon") else ""), base)


def _link(said: Said, rel: str) -> str:
    found = (_string(link, "href") for link in _objects(said, "links") if link.get("rel") == rel)
    return next(found, "")


def _first_url(candidates: Iterable[str], base: str) -> str | None:
    found = (urls.gate(candidate.strip(), base) for candidate in candidates if candidate.strip())
    return next((url for url in found if url), None)


def _href(value: object) -> str:
    return _string(value, "href") if isinstance(value, dict) else ""


def _seconds(duration: str) -> int | None:
    """Seconds of `3725`, `62:05` or `1:02:05`."""
    parts = duration.strip().split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        return None
    return sum(int(part) * 60**place for place, part in enumerate(reversed(parts))) or None


def _whole(number: str) -> int | None:
    """A length in bytes; 0 is how RSS writes that it is not known."""
    digits = number.strip()
    return int(digits) or None if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def _string(said: Said, name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _object(said: Said, name: str) -> Said:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _objects(said: Said, name: str) -> list[Said]:
    value = said.get(name)
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []
