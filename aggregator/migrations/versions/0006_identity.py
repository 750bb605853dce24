"""Which entry is which, where ids are bad; and the keys of addresses, by the rules of today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from feeds import identity, urls
from feeds.entries import Entry

revision = "0006"
down_revision = "0005"

AT_ONCE = 1_000

source = sa.table("source", sa.column("id"), sa.column("url"), sa.column("canonical_url"))
item = sa.table(
    "item",
    *map(sa.column, ("id", "source_id", "key", "guid", "url", "canonical_url", "global_id", "alias")),
    *map(sa.column, ("title", "summary", "content")),
)
purged = sa.table("purged_key", sa.column("source_id"), sa.column("key"))


def upgrade() -> None:
    with op.batch_alter_table("source") as sources:
        sources.add_column(sa.Column("renamed_polls", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("item") as items:
        items.add_column(sa.Column("alias", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("purged_key") as keys:
        keys.add_column(sa.Column("alias", sa.Text(), nullable=False, server_default=""))
        keys.add_column(sa.Column("canonical_url", sa.Text(), nullable=True))
        keys.add_column(sa.Column("title", sa.String(), nullable=False, server_default=""))
        keys.add_column(sa.Column("timestamp", UTCDateTime(), nullable=True))
    _sources()
    _items()
    _purged()
    op.create_index("ix_item_alias", "item", ["source_id", "alias"])
    op.create_index("ix_purged_key_alias", "purged_key", ["source_id", "alias"])


def _sources() -> None:
    """A source whose address is another's now keeps the key it had."""
    rows = op.get_bind().execute(sa.select(source).order_by(source.c.id)).all()
    taken = {row.canonical_url for row in rows}
    for row in rows:
        key = urls.canonical(row.url)
        if key not in taken:
            taken.add(key)
            op.execute(source.update().where(source.c.id == row.id).values(canonical_url=key))


def _items() -> None:
    for rows in _in_batches():
        for row in rows:
            key, address = _key(row), urls.canonical(row.url) if row.url else None
            known_by = Entry(
                guid=row.guid, url=row.url, title=row.title, summary=row.summary, content=row.content
            )
            said = {
                "canonical_url": address,
                "global_id": identity.global_id(known_by),
                "alias": identity.alias(known_by),
            }
            if key != row.key and not _is_taken(row.source_id, key):
                said["key"] = key
            op.execute(item.update().where(item.c.id == row.id).values(**said))


def _in_batches() -> Iterator[Sequence[sa.Row[Any]]]:
    last = 0
    query = sa.select(item).order_by(item.c.id).limit(AT_ONCE)
    while rows := op.get_bind().execute(query.where(item.c.id > last)).all():
        yield rows
        last = rows[-1].id


def _key(row: sa.Row[Any]) -> str:
    """The key of an item with the address in it as it is written now."""
    if not row.canonical_url:
        return str(row.key)
    old, new = identity.short(row.canonical_url), identity.short(urls.canonical(row.url))
    if not row.guid and (row.key == old or row.key.startswith(f"{old} ")):
        return new + str(row.key).removeprefix(old)
    before = f"{identity.short(row.guid)} {old}"
    if row.guid and row.key.startswith(before):
        return str(row.key).replace(before, f"{identity.short(row.guid)} {new}", 1)
    return str(row.key)


def _is_taken(source_id: int, key: str) -> bool:
    query = sa.select(item.c.id).where(item.c.source_id == source_id, item.c.key == key)
    return op.get_bind().execute(query).first() is not None


def _purged() -> None:
    """A key that may be an address stays, and stands there as it is written now as well.

    Of the purged no more than the key is known: whether that was an id or an address is not.
    """
    addresses = sa.select(purged).where(purged.c.key.like("http%"))
    for row in op.get_bind().execute(addresses).all():
        head, space, tail = row.key.partition(" ")
        key = urls.canonical(head) + space + tail
        if key != row.key:
            op.execute(
                sa.text(
                    "INSERT OR IGNORE INTO purged_key (source_id, key) VALUES (:source, :key)"
                ).bindparams(source=row.source_id, key=key)
            )
