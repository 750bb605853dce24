"""Which picks have a page of their own, and which had one: what readers see, saw, and are told to be gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from config.options import Edition
from curation import changed, rules
from curation.lineup import Site, chosen
from curation.tables import Decision, Kill, Pick
from feeds import pagenames
from feeds.entries import Entry
from feeds.shelves import Gone, Named
from feeds.tables import Item

_ITEMS: BindParameter[int] = bindparam("items", expanding=True)
_FELLOW = aliased(Item)  # of a story, beside the one picked
_KILLED = (
    select_columns(col(Item.id), col(Decision.at))
    .where(col(Item.id).in_(_ITEMS))
    .where(col(_FELLOW.story_id) == col(Item.story_id), col(Kill.item_id) == col(_FELLOW.id))
    .where(col(Decision.id) == col(Kill.decision_id))
    .order_by(col(Decision.at).desc())
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A pick as pages show it: for which edition, as which entry."""

    edition: Edition
    pick: Pick
    entry: Entry

    @property
    def name(self) -> str:
        return pagenames.permalink(self.edition.path, self.pick.item_id)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What pages are filled from: the database at an instant, and the editions that hold picks, by slug."""

    session: Session
    site: Site
    editions: Mapping[str, Edition]
    at: datetime
    quorum: int = 1

    def shown(self, picks: Sequence[Pick]) -> list[Shown]:
        """Those of the picks that have a page: readers saw them, and they were not withdrawn."""
        killed = self.killed(picks)
        seen = [pick for pick in picks if pick.id not in killed and self._status(pick) in ("live", "expired")]
        entries = chosen(self.session, seen, self.site, self.at, self.quorum)
        return [
            Shown(self.editions[pick.edition], pick, entry) for pick, entry in zip(seen, entries, strict=True)
        ]

    def page_of(self, pick: Pick | changed.Undone) -> str:
        """The name of a pick's own page."""
        return pagenames.permalink(self.editions[pick.edition].path, pick.item_id)

    def pages_of(self, picks: Iterable[Pick], undone: Iterable[changed.Undone]) -> set[str]:
        """The names of the picks' own pages, whether they have one or not."""
        return {*map(self.page_of, picks), *map(self.page_of, undone)}

    def gone(self, picks: Sequence[Pick]) -> list[Gone]:
        """Those of the picks that readers saw once, and that were withdrawn, held or killed since."""
        killed = self.killed(picks)
        left = [(pick, self._left_at(pick, killed.get(pick.id))) for pick in picks]
        return [
            Gone(pagenames.gone(self.page_of(pick)), named(self.editions[pick.edition]), at)
            for pick, at in left
            if at is not None
        ]

    def undone(self, picks: Iterable[changed.Undone]) -> list[Gone]:
        """Those of the picks that readers saw once, and of which no decision is left."""
        return [
            Gone(pagenames.gone(self.page_of(pick)), named(edition), pick.withdrawn_at)
            for pick in picks
            if (edition := self.editions.get(pick.edition)) is not None and pick.withdrawn_at is not None
        ]

    def killed(self, picks: Sequence[Pick]) -> dict[int | None, datetime]:
        """When the stories of the picks were killed, by the number of the pick."""
        if not picks:
            return {}
        items = {"items": [pick.item_id for pick in picks]}
        first = dict(self.session.connection().execute(_KILLED, items).all())
        return {pick.id: first[pick.item_id] for pick in picks if pick.item_id in first}

    def _status(self, pick: Pick) -> rules.PickStatus:
        return rules.status(pick, self.at, self.quorum)

    def _left_at(self, pick: Pick, killed_at: datetime | None) -> datetime | None:
        if killed_at is not None:
            was_heard = rules.heard_at(pick, self.quorum) is not None
            return killed_at if was_heard and rules.dated(pick, self.quorum) < killed_at else None
        return None if self._status(pick) == "expired" else rules.left_at(pick, self.at, self.quorum)


def named(edition: Edition) -> Named:
    """An edition as pages lead to it."""
    return Named(edition.title, edition.path)
