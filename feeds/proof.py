"""The proof reader: a feed as it may go out, whatever stands in the database.

Entries are cleaned when they come in; this is the second look, so that one bad character,
address or id costs neither its neighbours nor the feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from feeds import identity, markup, normal, urls
from feeds.entries import Enclosure, Entry, Feed, Origin, Person

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNTITLED = "…"  # every format wants a title that is not blank

ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")  # RFC 3986 §4.3
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # RFC 5646 §2.1


def proofread(feed: Feed) -> Feed:
    """The feed in legal XML: titles plain, HTML clean, addresses http(s), ids absolute URIs."""
    feed = Feed.model_validate(_legal(feed.model_dump()))
    title = markup.title(feed.title) or UNTITLED
    feed_id = uri(feed.id) or uri(feed.feed_url) or uri(feed.url) or _urn(title)
    return feed.model_copy(
        update={
            "title": title,
            "id": feed_id,
            "url": _address(feed.url),
            "feed_url": _address(feed.feed_url),
            "description": markup.title(feed.description, limit=2000),
            "language": _language(feed.language),
            "icon": _address(feed.icon),
            "authors": _people(feed.authors),
            "entries": tuple(_entry(entry, feed_id) for entry in feed.entries),
        }
    )


def uri(value: str | None) -> str | None:
    """The id, to the letter, where it is an absolute URI; a bare host gets its slash (RFC 4287 §4.2.6.1)."""
    if not value or not ABSOLUTE_URI.fullmatch(value):
        return None
    bare = value.startswith(("http://", "https://")) and value.count("/") == 2
    return value + "/" if bare else value


def updated_at(feed: Feed) -> datetime:
    """When the feed last changed: as it says, else its newest entry, else 1970; never the clock."""
    if feed.updated:
        aware = feed.updated if feed.updated.tzinfo else feed.updated.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    return max(filter(None, map(changed_at, feed.entries)), default=EPOCH)


def changed_at(entry: Entry) -> datetime | None:
    """When the entry last changed: its update, else its publication."""
    for moment in (entry.updated, entry.published):
        if moment and moment.at:
            return moment.at.astimezone(UTC)
    return None


def _entry(entry: Entry, feed_id: str) -> Entry:
    source = entry.origin.id if entry.origin else feed_id
    url = _address(entry.url)
    summary = markup.text_safe(entry.summary).strip()
    title = markup.title(entry.title) or markup.title(summary, limit=100) or url or UNTITLED
    return entry.model_copy(
        update={
            "guid": uri(entry.guid) or _urn(f"{source} {identity.key(entry)}"),
            "url": url,
            "title": title,
            "summary": summary or markup.excerpt(entry.content) or title,
            "content": markup.clean(entry.content, url),
            "authors": _people(entry.authors),
            "categories": tuple(filter(None, map(markup.title, entry.categories))),
            "language": _language(entry.language),
            "image": _address(entry.image),
            "enclosures": tuple(_enclosures(entry.enclosures)),
            "comments": _address(entry.comments),
            "links": normal.links((link.model_dump() for link in entry.links), url, None),
            "rights": markup.title(entry.rights) if entry.rights else None,
            "origin": _origin(entry.origin) if entry.origin else None,
        }
    )


def _origin(origin: Origin) -> Origin | None:
    url, feed_url = _address(origin.url), _address(origin.feed_url)
    known = uri(origin.id) or feed_url or url
    title = markup.title(origin.title)
    return Origin(id=known, title=title, url=url, feed_url=feed_url) if known else None


def _people(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(person for person in map(_person, people) if person.name)


def _person(person: Person) -> Person:
    email = person.email if person.email and normal.MAIL_ADDRESS.fullmatch(person.email) else None
    return Person(name=markup.title(person.name, limit=200), uri=_address(person.uri), email=email)


def _enclosures(enclosures: Iterable[Enclosure]) -> Iterable[Enclosure]:
    for enclosure in enclosures:
        if url := _address(enclosure.url):
            yield enclosure.model_copy(update={"url": url, "type": normal.media_type(enclosure.type)})


def _address(url: str | None) -> str | None:
    return urls.gate(url) if url else None


def _language(tag: str | None) -> str | None:
    tag = (tag or "").replace("_", "-")
    return tag if LANGUAGE_TAG.fullmatch(tag) else None


def _urn(name: str) -> str:
    """The same name, the same id (RFC 4122 §4.3)."""
    return uuid5(NAMESPACE_URL, name).urn


def _legal(value: Any) -> Any:
    """The value with every text in it legal XML, so that no serialiser refuses it.

    HTML is left to `markup.clean`: composing characters can eat the end of a tag.
    """
    if isinstance(value, str):
        return markup.text_safe(value)
    if isinstance(value, dict):
        return {name: part if name == "content" else _legal(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_legal, value))
    return value
