"""What a page says of itself to machines, in the words of schema.org (JSON-LD 1.1)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from feeds.entries import Entry
from feeds.proof import changed_at
from feeds.shelves import Masthead

Said = dict[str, Any]


def script(said: Said) -> str:
    """The data as a script element may hold it: whatever stands in a text, no `<` does (HTML §4.12.1.3)."""
    written = json.dumps(_stated(said), ensure_ascii=False, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def collection(masthead: Masthead, address: str, title: str, listed: list[Entry]) -> Said:
    """A page that lists articles of others."""
    items = [
        {"@type": "ListItem", "position": place, "url": entry.url, "name": entry.title}
        for place, entry in enumerate((entry for entry in listed if entry.url), 1)
    ]
    return _page("CollectionPage", masthead, address, title) | {
        "mainEntity": {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}
    }


def pick(masthead: Masthead, address: str, entry: Entry, described: str) -> Said:
    """The page of a pick: what it says is the desk's, the article it is about is its source's."""
    return _page("WebPage", masthead, address, entry.title) | {
        "description": described,
        "datePublished": _time(entry.published.at if entry.published else None),
        "dateModified": _time(changed_at(entry)),
        "publisher": {"@type": "Organization", "name": masthead.title, "url": masthead.base_url},
        "mainEntity": _article(entry),
    }


def _page(kind: str, masthead: Masthead, address: str, title: str) -> Said:
    site = {"@type": "WebSite", "name": masthead.title, "url": masthead.base_url}
    return {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": address,
        "url": address,
        "name": title,
        "inLanguage": masthead.language,
        "isPartOf": site,
    }


def _article(entry: Entry) -> Said:
    source = entry.origin
    dated = entry.editorial.published if entry.editorial else None
    return {
        "@type": "NewsArticle",
        "headline": entry.title,
        "url": entry.url,
        "inLanguage": entry.language,
        "datePublished": _time(dated),
        "image": entry.image,
        "author": [{"@type": "Person", "name": author.name, "url": author.uri} for author in entry.authors],
        "publisher": {"@type": "Organization", "name": source.title, "url": source.url} if source else None,
    }


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _stated(said: Any) -> Any:
    """Only what is known: nothing absent and nothing empty is stated."""
    if isinstance(said, dict):
        return {name: _stated(part) for name, part in said.items() if part not in (None, "", [])}
    return [_stated(part) for part in said] if isinstance(said, list) else said
