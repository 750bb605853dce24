"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

from feeds import homes, markup, members, module, normal, urls
from feeds.entries import (
    NOWHERE,
    Deleted,
    Editorial,
    Enclosure,
    Entry,
    Feed,
    Home,
    Origin,
    Pace,
    Person,
)
from feeds.members import Members


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
