"""Makers: small documents and values in which only what matters to a test is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def rss_item(guid: str, title: str = "", link: str = "", date: str = "", text: str = "") -> str:
    """One RSS item; what is empty is left out."""
    parts = {
        "guid": guid,
        "title": title or f"Title of {guid}",
        "link": link or f"https://site.example/{guid}",
        "pubDate": date,
        "description": text,
    }
    return (
        "<item>"
        + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items() if value)
        + "</item>"
    )


def rss(items: Iterable[str] = (), title: str = "A site") -> str:
    """An RSS document."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://site.example/</link><description>d</description>{''.join(items)}</channel></rss>"
    )
