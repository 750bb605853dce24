"""sitemap.xml and robots.txt: what a search engine may read, and where it finds it (sitemaps.org 0.9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape

from feeds.proof import EPOCH, changed_at, updated_at
from feeds.shelves import Masthead, Shelf

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def write(masthead: Masthead, shelves: Iterable[Shelf], others: Iterable[str]) -> bytes:
    """The pages that stand: the front page, the editions, their picks, and others by their names.

    Each is dated by its newest change, where that is known.
    """
    pages = dict(_dated(list(shelves)))
    pages |= {section.name: None for section in masthead.sections} | dict.fromkeys(others)
    lines = (_line(masthead.base_url + name, at) for name, at in pages.items())
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n'
    return f"{head}{''.join(lines)}</urlset>\n".encode()


def robots(masthead: Masthead) -> bytes:
    """Everything published may be read."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {masthead.base_url}sitemap.xml\n".encode()


def _dated(shelves: list[Shelf]) -> Iterator[tuple[str, datetime | None]]:
    yield "", max((updated_at(shelf.feed) for shelf in shelves), default=None)
    for shelf in shelves:
        yield f"{shelf.slug}.html", updated_at(shelf.feed)
    for shelf in shelves:
        for name, entry in zip(shelf.permalinks, shelf.feed.entries, strict=False):
            yield name, changed_at(entry)


def _line(address: str, at: datetime | None) -> str:
    dated = f"<lastmod>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at and at > EPOCH else ""
    return f"<url><loc>{escape(address)}</loc>{dated}</url>\n"
