"""What the last documents of a source said of their items, so that it is not read from them again.

    item of a document (`feeds.cutting`) ─> hash ─> number and digest of an entry ─> the entry, from its row

It is remembered which item of ours says what a document's item said. That it still says so to the letter is
seen by the digest: whatever has changed a row since, its entry is read again. Nothing here commits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import BindParameter, bindparam, delete, insert, select
from sqlmodel import Session, col

from feeds.entries import NOWHERE, Entry, Home
from feeds.tables import Item, Remembered, Source

LONGEST = timedelta(days=1)  # then a document is read whole, whatever is remembered
FIELDS = tuple(Entry.model_fields)
NOTE = struct.Struct(">8s8sq")

_SOURCE: BindParameter[int] = bindparam("source")
_NUMBERS: BindParameter[int] = bindparam("numbers", expanding=True)
_REMEMBERED = (
    select(col(Remembered.home), col(Remembered.read_at), col(Remembered.items))
    .join(Source, col(Source.id) == col(Remembered.source_id))
    .where(col(Remembered.source_id) == _SOURCE, col(Source.failures) == 0)
)
_SAID = (
    select(*(getattr(Item, name) for name in ("id", *FIELDS)))
    .where(col(Item.source_id) == _SOURCE)
    .where(col(Item.id).in_(_NUMBERS))
)
_FORGET = delete(Remembered).where(col(Remembered.source_id).in_(_NUMBERS))
_KEEP = insert(Remembered)


@dataclass(frozen=True, slots=True)
class Note:
    """The item of ours that says what a document's item said, by its number, and the digest of that."""

    digest: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What items said, by their hashes, with the notes of it, and the home where their dates were read.

    `read_at` is when a document of the source was last read whole; `repeated` are the lines, by their hashes,
    that its items have in common.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    home: Home = NOWHERE
    read_at: datetime | None = None
    repeated: frozenset[int] = frozenset()


NOTHING = Memory()


def of(session: Session, source_id: int, now: datetime) -> Memory:
    """What is remembered of a source: nothing after a failure, nor for longer than a day."""
    connection = session.connection()
    found = connection.execute(_REMEMBERED, {"source": source_id}).first()
    if found is None or found.read_at <= now - LONGEST:
        return NOTHING
    notes = {item.hex(): Note(said, number) for item, said, number in NOTE.iter_unpack(found.items)}
    numbers = [note.number for note in notes.values()]
    rows = connection.execute(_SAID, {"source": source_id, "numbers": numbers})
    said = {
        number: Entry.model_construct(None, **dict(zip(FIELDS, row, strict=True))) for number, *row in rows
    }
    entries = {item: said[note.number] for item, note in notes.items() if note.number in said}
    sure = {item: entry for item, entry in entries.items() if digest(entry) == notes[item].digest}
    return Memory(sure, {item: notes[item] for item in sure}, found.home, found.read_at)


def learned(
    before: Memory,
    told: Iterable[tuple[str, Entry]],
    numbers: Mapping[int, int],
    home: Home,
    now: datetime,
) -> Memory:
    """What to remember of a document whose items were `told`, each by its hash, at this home.

    `numbers` are those of our items, for the identity (`id`) of each entry. What was remembered `before`
    and is told no more is forgotten; where nothing of it is told, the document was read whole.
    """
    notes = dict[str, Note]()
    read_at = now
    for item, entry in told:
        if item in before.notes:
            notes[item], read_at = before.notes[item], before.read_at or now
        elif number := numbers.get(id(entry)):
            notes[item] = Note(digest(entry), number)
    return Memory(notes=notes, home=home, read_at=read_at)


def keep(session: Session, memories: Mapping[int, Memory]) -> None:
    """Remember this of sources, by their numbers, and nothing else."""
    if memories:
        connection = session.connection()
        connection.execute(_FORGET, {"numbers": list(memories)})
        connection.execute(_KEEP, [_row(number, memory) for number, memory in memories.items()])


def _row(source_id: int, memory: Memory) -> dict[str, object]:
    notes = memory.notes.items()
    items = b"".join(NOTE.pack(bytes.fromhex(item), note.digest, note.number) for item, note in notes)
    return {"source_id": source_id, "home": memory.home, "read_at": memory.read_at, "items": items}


def digest(entry: Entry) -> bytes:
    """A digest of all that an entry says."""
    return blake2b(entry.model_dump_json().encode(), digest_size=8).digest()
