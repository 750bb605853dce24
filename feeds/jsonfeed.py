"""JSON Feed 1.0 and 1.1 (jsonfeed.org), both ways.

What the format has no word for travels in its `_newsdesk` extension (docs/notes/what-the-feeds-say.md). Of a
person's address and e-mail the format carries one. An `external_url` beside a `url` is read as a
related link; none is written, for nothing says which of the related links is the one that is commented on.
Its `favicon` is the feed's icon and its `icon`, a large picture, the feed's logo.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from feeds import generator, homes, markup, members, module, normal, urls
from feeds.entries import (
    NOWHERE,
    Deleted,
    Editorial,
    Enclosure,
    Entry,
    Feed,
    Home,
    Moment,
    Origin,
    Pace,
    Person,
)
from feeds.members import Members

VERSION = "https://jsonfeed.org/version/1.1"
ABOUT = "https://newsdesk.example/ns/1.0"


class NotAJSONFeed(ValueError):
    """The document is no JSON Feed; the message says in one line what it is instead."""


def parse(document: str | bytes, *, url: str, home: Home = NOWHERE) -> Feed:
    """The feed a JSON document holds; `url` is its address, `home` where its dates are.

    Raises NotAJSONFeed. A member of a wrong type is as good as absent, and an item that cannot
    be read is left out.
    """
    feed = _load(document)
    own = members.object_(feed, "_newsdesk")
    address = urls.gate(members.string(feed, "feed_url"), url) or url
    language = normal.language(members.string(feed, "language"))
    site = urls.gate(members.string(feed, "home_page_url"), url)
    entries = list(_entries(feed, url, language, homes.settled(home, language, site, address)))
    return Feed(
        title=markup.title(members.string(feed, "title")),
        id=markup.text_safe(members.string(own, "id")) or address,
        url=site,
        feed_url=address,
        description=markup.title(members.string(feed, "description"), normal.SUMMARY),
        language=language,
        icon=urls.gate(members.string(feed, "favicon"), url),
        logo=urls.gate(members.string(feed, "icon"), url),
        rights=markup.title(members.string(own, "rights")) or None,
        authors=_authors(feed, url),
        updated=normal.instant(members.string(own, "updated")),
        hub=_hub(feed, url),
        previous=urls.gate(members.string(feed, "next_url"), url),
        archive=own.get("archive") is True,
        current=urls.gate(members.string(own, "current"), url),
        entries=normal.newest(entries),
        left_out=max(len(entries) - normal.MOST_ENTRIES, 0),
        pace=Pace(ttl=minutes * 60) if (minutes := members.whole(own, "ttl")) else None,
        deleted=tuple(_deleted(own)),
    )


def _hub(feed: Members, base: str) -> str | None:
    """The first of its hubs that speaks WebSub."""
    spoken = (hub for hub in members.objects(feed, "hubs") if members.string(hub, "type").lower() == "websub")
    return next((address for hub in spoken if (address := urls.gate(members.string(hub, "url"), base))), None)


def _deleted(own: Members) -> Iterator[Deleted]:
    for gone in members.objects(own, "deleted"):
        said = (members.string(gone, name) for name in ("id", "at", "comment"))
        if found := module.deleted(*said):
            yield found


def _load(document: str | bytes) -> Members:
    try:
        feed = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise NotAJSONFeed(f"broken JSON: {error}"[:200]) from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAJSONFeed("JSON without a list of items")
    if not members.string(feed, "version").startswith(("https://jsonfeed.org/", "http://jsonfeed.org/")):
        raise NotAJSONFeed("JSON without the version of a JSON Feed")
    return feed


def _entries(feed: Members, url: str, language: str | None, home: Home) -> Iterator[Entry]:
    for item in feed["items"]:
        if isinstance(item, dict):
            with suppress(Exception):  # one bad item never costs its neighbours
                yield _entry(item, url, language, home)


def _entry(item: Members, url: str, language: str | None, home: Home) -> Entry:
    own = members.object_(item, "_newsdesk")
    link = urls.gate(members.string(item, "url") or members.string(item, "external_url"), url)
    title = markup.title(members.string(item, "title"))
    content = members.string(item, "content_html") or normal.from_text(members.string(item, "content_text"))
    summary, content = normal.told(
        title, normal.from_text(members.string(item, "summary")), content, link or url
    )
    published, updated = normal.dated(
        [members.string(item, "date_published")], members.string(item, "date_modified"), home
    )
    return Entry(
        guid=_id(item),
        url=link,
        title=title,
        summary=summary,
        content=content,
        authors=_authors(item, url),
        categories=normal.terms(members.strings(item, "tags")),
        language=normal.language(members.string(item, "language")) or language,
        image=urls.gate(members.string(item, "image") or members.string(item, "banner_image"), link or url),
        enclosures=tuple(_enclosures(item, link or url)),
        comments=urls.gate(members.string(own, "comments")),
        links=normal.links((*members.objects(own, "links"), _external(item)), link, url),
        rights=markup.title(members.string(own, "rights")) or None,
        published=published,
        updated=updated,
        origin=_origin(own),
        editorial=_editorial(own),
    )


def _authors(holder: Members, base: str) -> tuple[Person, ...]:
    """`authors` of version 1.1, else the one `author` of 1.0."""
    found = members.objects(holder, "authors") or [members.object_(holder, "author")]
    people = (
        _person(members.string(author, "name"), members.string(author, "url"), base) for author in found
    )
    return normal.people(person for person in people if person)


def _person(name: str, url: str, base: str) -> Person | None:
    scheme, _, mail = url.partition(":")
    if scheme == "mailto":
        return normal.person(name, None, mail)
    return normal.person(name, urls.gate(url, base), "") if name or url else None


def _enclosures(item: Members, base: str) -> Iterator[Enclosure]:
    for attachment in members.objects(item, "attachments"):
        if address := urls.gate(members.string(attachment, "url"), base):
            yield Enclosure(
                url=address,
                type=normal.media_type(members.string(attachment, "mime_type")),
                length=members.whole(attachment, "size_in_bytes"),
                duration=members.whole(attachment, "duration_in_seconds"),
            )


def _external(item: Members) -> Members:
    return {"rel": "related", "href": item.get("external_url")}


def _origin(own: Members) -> Origin | None:
    source = members.object_(own, "source")
    address = urls.gate(members.string(source, "feed_url"))
    guid = markup.text_safe(members.string(source, "id")) or address
    if not guid:
        return None
    return Origin(
        id=guid,
        title=markup.title(members.string(source, "title")),
        url=urls.gate(members.string(source, "url")),
        feed_url=address,
        updated=normal.instant(members.string(source, "updated")),
        rights=markup.title(members.string(source, "rights")) or None,
        icon=urls.gate(members.string(source, "icon")),
    )


def _editorial(own: Members) -> Editorial | None:
    editorial = Editorial(
        note=markup.title(members.string(own, "note"), normal.NOTE),
        noted_by=markup.title(members.string(own, "noted_by"), 200),
        noted_at=normal.instant(members.string(own, "noted_at")),
        editors=normal.terms(members.strings(own, "editors")),
        published=normal.instant(members.string(own, "published")),
        correction=markup.title(members.string(own, "correction"), normal.NOTE),
    )
    return editorial if editorial != Editorial() else None


def _id(item: Members) -> str:
    """Its id; where that is a number, which 1.0 tolerates, the number's digits."""
    value = item.get("id")
    return markup.text_safe(str(value)).strip() if isinstance(value, str | int | float) else ""


def render(feed: Feed) -> bytes:
    """The feed as a JSON Feed 1.1 in UTF-8: the same bytes for the same feed, times in UTC.

    What an entry does not have is left out. `content_text`, which the format demands where there
    is no HTML, is the summary.
    """
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.feed_url,
        "description": feed.description,
        "icon": feed.logo,
        "favicon": feed.icon,
        "authors": [_author(person) for person in feed.authors],
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "next_url": feed.previous,
        "_newsdesk": _own(feed),
        "items": [_item(entry, feed.language) for entry in feed.entries],
    }
    text = json.dumps(_present(document, "title", "items"), ensure_ascii=False, indent=2)
    return (text + "\n").encode(errors="ignore")  # a lone surrogate never costs the feed


def _own(feed: Feed) -> Members:
    return _present(
        {
            "about": ABOUT,
            "generator": f"{generator.NAME} {generator.version()}",
            "id": feed.id if feed.id != feed.feed_url else None,
            "updated": _time(feed.updated),
            "rights": feed.rights,
            "ttl": feed.pace.ttl // 60 if feed.pace and feed.pace.ttl else None,
            "archive": feed.archive or None,
            "current": feed.current,
            "deleted": [
                _present({"id": gone.guid, "at": _time(gone.at), "comment": gone.comment})
                for gone in feed.deleted
            ],
        }
    )


def _item(entry: Entry, language: str | None) -> Members:
    item = {
        "id": entry.guid or entry.url or "",
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content,
        "content_text": None if entry.content else entry.summary or entry.title,
        "image": entry.image,
        "date_published": _moment(entry.published),
        "date_modified": _moment(entry.updated),
        "authors": [_author(person) for person in entry.authors],
        "tags": list(entry.categories),
        "language": entry.language if entry.language != language else None,
        "attachments": [_attachment(enclosure) for enclosure in entry.enclosures],
        "_newsdesk": _extension(entry),
    }
    return _present(item, "id", "content_html" if entry.content else "content_text")


def _extension(entry: Entry) -> Members:
    editorial = entry.editorial or Editorial()
    return _present(
        {
            "source": _source(entry.origin) if entry.origin else None,
            "note": editorial.note,
            "noted_by": editorial.noted_by,
            "noted_at": _time(editorial.noted_at),
            "editors": list(editorial.editors),
            "published": _time(editorial.published),
            "correction": editorial.correction,
            "rights": entry.rights,
            "comments": entry.comments,
            "links": [_present(link.model_dump()) for link in entry.links],
        }
    )


def _source(origin: Origin) -> Members:
    return _present(origin.model_dump() | {"updated": _time(origin.updated)})


def _author(person: Person) -> Members:
    mail = f"mailto:{person.email}" if person.email else None
    return _present({"name": person.name, "url": person.uri or mail})


def _attachment(enclosure: Enclosure) -> Members:
    return _present(
        {
            "url": enclosure.url,
            "mime_type": enclosure.type,
            "size_in_bytes": enclosure.length,
            "duration_in_seconds": enclosure.duration,
        }
    )


def _present(members: Members, *required: str) -> Members:
    """The members that say something, and those the format requires."""
    nothing: tuple[Any, ...] = (None, "", [], {})
    return {name: value for name, value in members.items() if name in required or value not in nothing}


def _moment(moment: Moment | None) -> str | None:
    return _time(moment.at) if moment else None


def _time(at: datetime | None) -> str | None:
    """RFC 3339 in UTC; the fraction of a second is kept where there is one."""
    if at is None:
        return None
    zoned = at if at.tzinfo else at.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).isoformat().replace("+00:00", "Z")
