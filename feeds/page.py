"""The HTML pages: the front page and a page for each edition.

Like the feeds they stand for, the pages are a pure function of what is published: absolute dates, no
script, nothing loaded from elsewhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feeds.entries import Feed
from feeds.proof import EPOCH, proofread, updated_at

TEMPLATES = Path(__file__).with_name("templates")
LEADING = ("editors-pick", "recent-news")  # the two that stand side by side on the front page
ON_THE_FRONT = 20  # entries of each

ENGLISH = {
    "skip": "Skip to the news",
    "front": "Front page",
    "editions": "Editions",
    "changed": "Last changed",
    "also": "Also in",
    "subscribe": "Subscribe",
    "as": "as",
    "all": "All of",
    "desk": "What the desk says",
    "picked": "Picked",
    "published": "Published",
    "more": "More editions",
    "empty": "Nothing here yet. The first story is on its way.",
    "sources": "What we read",
    "made": "Published with newsdesk",
    "months": "January February March April May June July August September October November December",
}
FRENCH = {
    "skip": "Aller aux nouvelles",
    "front": "La une",
    "editions": "Éditions",
    "changed": "Dernier changement",
    "also": "Aussi dans",
    "subscribe": "S’abonner",
    "as": "en",
    "all": "Tout lire\N{NBSP}:",
    "desk": "Le mot de la rédaction",
    "picked": "Choisi le",
    "published": "Paru le",
    "more": "Autres éditions",
    "empty": "Rien pour l’instant. Le premier article ne tardera pas.",
    "sources": "Ce que nous lisons",
    "made": "Publié avec newsdesk",
    "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}


class Shelf(NamedTuple):
    """An edition as shown: the name of its files and its line-up."""

    slug: str
    feed: Feed


def front(title: str, language: str, shelves: Sequence[Shelf], base_url: str) -> bytes:
    """The front page: Editor's Pick and Recent News side by side, every other edition by its name."""
    ready = [_ready(shelf, most=ON_THE_FRONT) for shelf in shelves]
    leading = sorted((s for s in ready if s.slug in LEADING), key=lambda s: LEADING.index(s.slug))
    others = [shelf for shelf in ready if shelf.slug not in LEADING]
    return _page("front.html", title, language, ready, base_url, "index.html", leading=leading, others=others)


def edition(title: str, language: str, shelf: Shelf, base_url: str) -> bytes:
    """The page of one edition, with every entry of its line-up."""
    ready = _ready(shelf)
    return _page("edition.html", title, language, [ready], base_url, f"{shelf.slug}.html", shelf=ready)


def human(at: datetime, language: str) -> str:
    """The instant in words and UTC: `20 November 2023, 13:56 UTC`, `20 novembre 2023, 13 h 56 UTC`."""
    at = at.astimezone(UTC)
    month = _words(language)["months"].split()[at.month - 1]
    if _is_french(language):
        day = "1er" if at.day == 1 else at.day
        return f"{day} {month} {at.year}, {at.hour}\N{NBSP}h\N{NBSP}{at:%M} UTC"
    return f"{at.day} {month} {at.year}, {at:%H:%M} UTC"


def _ready(shelf: Shelf, most: int | None = None) -> Shelf:
    entries = [entry.model_copy(update={"content": ""}) for entry in shelf.feed.entries[:most]]
    feed = shelf.feed.model_copy(update={"entries": tuple(entries), "updated": updated_at(shelf.feed)})
    return Shelf(shelf.slug, proofread(feed))


def _page(
    template: str,
    title: str,
    language: str,
    shelves: Sequence[Shelf],
    base_url: str,
    name: str,
    **parts: Any,
) -> bytes:
    changed = max((updated_at(shelf.feed) for shelf in shelves), default=EPOCH)
    page = _templates().get_template(template)
    text = page.render(
        title=title,
        language=language,
        shelves=shelves,
        changed=changed if changed > EPOCH else None,
        words=_words(language),
        human=lambda at: human(at, language),
        address=lambda name: f"{base_url.rstrip('/')}/{name}",
        name=name,
        **parts,
    )
    return text.encode()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = environment.get_template("newspaper.css").render()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    environment.globals["style_hash"] = f"sha256-{digest}"
    return environment


def _words(language: str) -> Mapping[str, str]:
    return FRENCH if _is_french(language) else ENGLISH


def _is_french(language: str) -> bool:
    return language.lower().startswith("fr")
