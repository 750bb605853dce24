"""The same item, kept of another source or under another key: by its id, or by its address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import urlsplit

from sqlalchemy import BindParameter, bindparam, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from aggregator.newcomers import Told
from feeds.likeness import Place, same_id, same_page
from feeds.tables import Item

_IDS: BindParameter[str] = bindparam("ids", expanding=True)
_ADDRESSES: BindParameter[str] = bindparam("addresses", expanding=True)
_ALIKE = select_columns(col(Item.id)).where(
    or_(col(Item.global_id).in_(_IDS), col(Item.canonical_url).in_(_ADDRESSES))
)


class Seen:
    """Items by what says that another is the same: the earliest under each id and address."""

    def __init__(self, items: Iterable[Told] = ()) -> None:
        self._by_id: dict[str, Told] = {}
        self._by_address: dict[str, Told] = {}
        for item in items:
            self.add(item)

    def add(self, item: Told) -> None:
        """Remember an item; one that is the same as an earlier one changes nothing."""
        if item.global_id:
            self._by_id.setdefault(item.global_id, item)
        if item.canonical_url:
            self._by_address.setdefault(item.canonical_url, item)

    def same(self, item: Told) -> tuple[Told, str] | None:
        """The item that this one is the same as, and the evidence."""
        found = self._by_id.get(item.global_id or "")
        if found is not None and same_id(item.global_id or "", _place(item), _place(found)):
            return found, f"the same id, {item.global_id}"
        found = self._by_address.get(item.canonical_url or "")
        if found is not None and same_page(item.canonical_url, _place(item), _place(found)):
            return found, f"the same address, {item.canonical_url}"
        return None


def kept(session: Session, items: Iterable[Told], but: Collection[int] = ()) -> Sequence[Item]:
    """The items kept that one of these may be the same as, the earliest first, without those of `but`."""
    given = {
        "ids": list({item.global_id for item in items if item.global_id}),
        "addresses": list({item.canonical_url for item in items if item.canonical_url}),
    }
    alike = set(session.connection().execute(_ALIKE, given).scalars()).difference(but)
    if not alike:
        return ()
    return session.exec(select(Item).where(col(Item.id).in_(alike)).order_by(col(Item.id))).all()


def _place(item: Told) -> Place:
    return Place(item.source_id, urlsplit(item.url or "").fragment, item.title)
