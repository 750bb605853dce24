"""A validator of JSON Feed 1.1 (jsonfeed.org): what it requires, and of which types its members are.

`json_feed` takes the bytes of a document and gives its faults, each as "E where what".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import validating as asks

Faults = Iterator[str]
Members = dict[str, Any]

FEED = {
    **dict.fromkeys(("version", "title", "home_page_url", "feed_url", "description", "user_comment"), str),
    **dict.fromkeys(("next_url", "icon", "favicon", "language"), str),
    **{"authors": list, "expired": bool, "hubs": list, "items": list},
}
ITEM = {
    **dict.fromkeys(("id", "url", "external_url", "title", "content_html", "content_text", "summary"), str),
    **dict.fromkeys(("image", "banner_image", "date_published", "date_modified", "language"), str),
    **{"authors": list, "tags": list, "attachments": list},
}
ATTACHMENT = {
    **{"url": str, "mime_type": str, "title": str},
    **{"size_in_bytes": int, "duration_in_seconds": int},
}
ADDRESSES = ("home_page_url", "feed_url", "next_url", "icon", "favicon", "url", "external_url", "image")


def json_feed(document: bytes) -> list[str]:
    feed = json.loads(document.decode())
    if not isinstance(feed, dict):
        return ["E feed: is no object"]
    return list(_feed(feed))


def _feed(feed: Members) -> Faults:
    yield from _members("feed", feed, FEED, "version", "title", "items")
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "E version: is not that of JSON Feed 1.1"
    if feed.get("next_url") and feed["next_url"] == feed.get("feed_url"):
        yield "E next_url: is the feed itself"
    for hub in feed.get("hubs", ()):
        yield from _members("hub", hub, {"type": str, "url": str}, "type", "url")
    items = [item for item in feed.get("items", ()) if isinstance(item, dict)]
    for item in items:
        yield from _item(item)
    yield from _repeated("id", (item.get("id") for item in items))
    yield from _repeated("date_modified", (item.get("date_modified") for item in items))
    yield from _own(feed.get("_newsdesk", {}), items)


def _item(item: Members) -> Faults:
    yield from _members("item", item, ITEM, "id")
    if not item.get("id"):
        yield "E id: is empty"
    if not item.get("content_html") and not item.get("content_text"):
        yield "E item: has neither content_html nor content_text"
    for date in ("date_published", "date_modified"):
        if date in item:
            yield from (f"{event} {date}" for event in asks.rfc3339(item[date]))
    yield from (f"{event} content_html" for event in asks.safe_html(item.get("content_html", "")))
    for attachment in item.get("attachments", ()):
        yield from _members("attachment", attachment, ATTACHMENT, "url", "mime_type")
        yield from asks.media_type(attachment.get("mime_type", ""))
    if any(not isinstance(tag, str) or not tag for tag in item.get("tags", ())):
        yield "E tags: one is no text"


def _members(place: str, holder: Members, known: dict[str, type], *required: str) -> Faults:
    yield from (f"E {place}: has no {name}" for name in required if name not in holder)
    for name, value in holder.items():
        if name.startswith("_"):
            if name != "_newsdesk" or not isinstance(value, dict):
                yield f"E {place}: {name} is no extension of ours"
        elif name not in known:
            yield f"E {place}: {name} is no member"
        elif not isinstance(value, known[name]):
            yield f"E {place}: {name} is of a wrong type"
        elif name in ADDRESSES:
            yield from (f"{event} {place}/{name}" for event in asks.uri(value))
        elif name == "language":
            yield from asks.language(value)
    for author in holder.get("authors", ()):
        yield from _author(author)


def _author(author: Members) -> Faults:
    yield from _members("author", author, {"name": str, "url": str, "avatar": str})
    if not author:
        yield "E author: says nothing"


def _own(own: Members, items: Iterable[Members]) -> Faults:
    standing = {item.get("id") for item in items}
    for gone in own.get("deleted", ()):
        yield from (f"{event} deleted" for event in asks.rfc3339(gone.get("at", "")))
        if gone.get("id") in standing:
            yield f"E deleted: {gone.get('id')} stands"


def _repeated(name: str, values: Iterable[Any]) -> Faults:
    known: set[Any] = set()
    for value in values:
        if value is not None and value in known:
            yield f"E {name}: {value} is repeated"
        known.add(value)
