"""What the pages show, as values: whoever knows the newsroom fills them, and `feeds.page` draws them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from feeds.entries import Feed


class Named(NamedTuple):
    """A page that others lead to: its title, and its name below the published folder."""

    title: str
    name: str


class Masthead(NamedTuple):
    """What stands on every page: the paper's name, where readers see it, its language, what leads on.

    `sections` lead to pages of their own; `theme` is a folder of templates that replace ours.
    """

    title: str
    base_url: str
    language: str
    sections: tuple[Named, ...] = ()
    theme: Path | None = None


class Shelf(NamedTuple):
    """Entries as a page shows them: the line-up of an edition, named `slug` in its files, or others.

    The other two go with the entries, one to one, where there are any: `permalinks` are the names of
    their own pages, empty for none, and `notes` what the desk says of them, as clean HTML.
    """

    slug: str
    feed: Feed
    permalinks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_edition(self) -> bool:
        """Whether it has feeds of its own."""
        return bool(self.slug)


class Section(NamedTuple):
    """A section: what was picked of it, what is new in it, and the edition that it alone fills, if any."""

    title: str
    name: str
    picks: Shelf
    news: Shelf
    edition: Named | None = None


class Day(NamedTuple):
    """A day in UTC: what was picked on it, what came on it, and the nearest days with news around it."""

    of: date
    picks: Shelf
    news: Shelf
    before: date | None = None
    after: date | None = None


class Permalink(NamedTuple):
    """A pick on a page of its own, and the edition it was picked for; `shelf` holds it alone."""

    name: str
    edition: Named
    shelf: Shelf


class Gone(NamedTuple):
    """A pick that was withdrawn, or killed: the edition it stood in, and until when."""

    name: str
    edition: Named
    at: datetime
