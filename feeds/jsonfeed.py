"""JSON Feed 1.0 and 1.1 (jsonfeed.org), both ways: it is read by `feeds.jsonread`.

What the format has no word for travels in its `_newsdesk` extension (docs/notes/what-the-feeds-say.md). Of a
person's address and e-mail the format carries one. An `external_url` beside a `url` is read as a
related link; none is written, for nothing says which of the related links is the one that is commented on.
Its `favicon` is the feed's icon and its `icon`, a large picture, the feed's logo.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from feeds import generator
from feeds.entries import Editorial, Enclosure, Entry, Feed, Moment, Origin, Person
from feeds.jsonread import NotAJSONFeed, parse
from feeds.members import Members

__all__ = ["NotAJSONFeed", "parse", "render"]

VERSION = "https://jsonfeed.org/version/1.1"
ABOUT = "https://newsdesk.example/ns/1.0"


def render(feed: Feed) -> bytes:
    """The feed, which was proofread, as a JSON Feed 1.1 in UTF-8: same bytes for the same feed, times in UTC.

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
    return _written(_present(document, "title", "items"))


def _written(document: Members) -> bytes:
    try:
        return to_json(document, indent=2) + b"\n"
    except PydanticSerializationError:  # a lone surrogate never costs the feed
        text = json.dumps(document, ensure_ascii=False, indent=2)
        return (text + "\n").encode(errors="ignore")


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
