"""New items -> stories: the same item, the same text, the same story.

Nothing is merged: each likeness is a row with its score and its evidence, an item stands in one
story, and an editor's word (StoryPin) goes before all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert
from sqlmodel import Session, col, or_, select

from aggregator import newcomers, sketches, twins
from aggregator.matching import Arrival
from aggregator.newcomers import New, Told, entry
from aggregator.telling import Group, Telling
from curation import stories
from curation.inbox import language
from curation.retelling import BY_EDITOR
from curation.tables import StoryPin
from feeds import shingles
from feeds.drawings import drawing
from feeds.likeness import Alike
from feeds.profiles import Profile
from feeds.tables import Item, Likeness, Sketch, Source, Story

_TELL, _LIKEN = insert(Story), insert(Likeness)

Drawn = tuple[Told, Profile, Sequence[int], Sequence[int]]  # with its lines and its marks


def tell(session: Session, source: Source, arrivals: Sequence[Arrival], now: datetime) -> list[New]:
    """Keep what is new of a source as items, each in the story of an item it is like, else in one of its own.

    The items get their numbers here, in the order given.
    """
    assert source.id is not None
    new = [New(source.id, arrival, now) for arrival in arrivals]
    if new:
        telling = Telling(session, seen=twins.Seen(twins.kept(session, new)))
        _write(telling, _place(telling, source, new))
    return new


def redraw(session: Session, source: Source, items: Sequence[Item]) -> None:
    """What was kept of changed items for comparing follows what they say now, and so does who leads.

    They stay in their stories.
    """
    if items:
        session.flush()
        _keep(session, _drawn(session, source, items))
        stories.settle(session, {item.story_id for item in items})


def redraw_source(session: Session, source: Source) -> None:
    """The same of all items of a source that other items may still be like, where its dates have changed."""
    assert source.id is not None
    kept = select(Item).join(Sketch).where(Item.source_id == source.id).order_by(col(Item.id))
    items = session.exec(kept).all()
    if items:
        _keep(session, _drawn(session, source, items))
    stories.settle_source(session, source.id)


def regroup(session: Session, since: datetime) -> int:
    """Find the stories of the items first seen since an instant anew, as they came; how many items those are.

    An editor's word stands: what was merged stays together, what was split stays apart.
    """
    items = session.exec(select(Item).where(Item.first_seen_at >= since).order_by(col(Item.id))).all()
    moving = {item.id for item in items if item.id is not None}
    left = {item.story_id for item in items}
    _unlike(session, moving)
    telling = Telling(session, _pins(session), moving, twins.Seen(twins.kept(session, items, moving)))
    drawn = []
    for batch in _batches(items):
        drawn += _place(telling, session.get_one(Source, batch[0].source_id), batch)
    _write(telling, drawn)
    stories.settle(session, left)
    return len(items)


def _place(telling: Telling, source: Source, items: Sequence[Told]) -> list[Drawn]:
    """Place the items of one document; what is to be kept of each."""
    drawn = _drawn(telling.session, source, items)
    telling.place([(item, profile, marks) for item, profile, _, marks in drawn])
    return drawn


def _drawn(session: Session, source: Source, items: Sequence[Told]) -> list[Drawn]:
    """Items with what is kept of them for comparing, without the lines that their source repeats."""
    assert source.id is not None
    brought = [item.arrival.drawing if isinstance(item, New) else None for item in items]
    lines = [
        one.lines if one else shingles.lines(entry(item).content)
        for item, one in zip(items, brought, strict=True)
    ]
    repeated = sketches.repeated(session, source.id, lines)
    drawn: list[Drawn] = []
    for item, its, one in zip(items, lines, brought, strict=True):
        if one is None or one.without != repeated.intersection(its):
            one = drawing(entry(item), its, repeated)
        profile = one.of(source.id, language(entry(item), source), item.timestamp)
        drawn.append((item, profile, its, one.marks))
    return drawn


def _write(telling: Telling, drawn: Collection[Drawn]) -> None:
    connection = telling.session.connection()
    fresh = [item for item, *_ in drawn if isinstance(item, New)]
    for item, number in zip(fresh, newcomers.numbers(connection, "item", len(fresh)), strict=True):
        item.id = number
    _tell_new(connection, [group for group in telling.groups if group.story is None])
    _grow(telling)
    newcomers.keep(connection, fresh)
    if telling.likenesses:
        connection.execute(_LIKEN, [_likeness(*found) for found in telling.likenesses])
    _keep(telling.session, drawn)
    if shared := {group.members[0].item.story_id for group in telling.groups if group.is_shared}:
        stories.settle(telling.session, shared)


def _tell_new(connection: Connection, groups: Sequence[Group]) -> None:
    """Write new stories; a story of one item is led by it."""
    rows = []
    for group, number in zip(groups, newcomers.numbers(connection, "story", len(groups)), strict=True):
        for member in group.members:
            member.item.story_id = number
        medoid = group.members[group.medoid].item.id
        rows.append({"id": number, "lead_id": medoid, "medoid_id": medoid})
    if rows:
        connection.execute(_TELL, rows)


def _grow(telling: Telling) -> None:
    """Give each story that was told already, and has changed, its new members and its medoid."""
    for group in telling.groups:
        if (story := group.story) is not None:
            assert story.id is not None
            for member in group.members:
                member.item.story_id = story.id
            if group.grown:
                story.medoid_id = group.members[group.medoid].item.id
                story.lead_id = story.lead_id or story.medoid_id


def _likeness(item: Told, other: Told, alike: Alike) -> dict[str, object]:
    found = {"level": alike.level, "score": alike.score, "evidence": alike.evidence}
    return {"item_id": item.id, "other_id": other.id, **found}


def _keep(session: Session, drawn: Iterable[Drawn]) -> None:
    known = [item.id for item, *_ in drawn if item.id and not isinstance(item, New)]
    sketches.clear(session, known)
    sketches.keep(session, [(item.id or 0, profile, lines, marks) for item, profile, lines, marks in drawn])


def _unlike(session: Session, numbers: Collection[int]) -> None:
    """Drop the likenesses of these items, but for an editor's word."""
    rows = delete(Likeness).where(col(Likeness.level) != BY_EDITOR)
    session.exec(rows.where(or_(col(Likeness.item_id).in_(numbers), col(Likeness.other_id).in_(numbers))))


def _pins(session: Session) -> dict[int, dict[int, bool]]:
    """What editors say of pairs of items, by each of the two."""
    found = defaultdict[int, dict[int, bool]](dict)
    for pin in session.exec(select(StoryPin)):
        found[pin.item_id][pin.other_id] = found[pin.other_id][pin.item_id] = pin.together
    return found


def _batches(items: Sequence[Item]) -> list[list[Item]]:
    """Items as their documents brought them: of one source, first seen at one time."""
    batches = defaultdict[tuple[int, datetime], list[Item]](list)
    for item in items:
        batches[item.source_id, item.first_seen_at].append(item)
    return list(batches.values())
