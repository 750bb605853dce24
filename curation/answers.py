"""Why, in words and as JSON: dates, identity, stories and their evidence."""

from __future__ import annotations

import click

from curation import inbox, ranks, shapes, terminal, words
from curation.retelling import BY_EDITOR
from curation.shapes import Shape
from curation.suggestions import Rank
from curation.tables import StoryPin
from curation.why import Reasons, Told
from feeds.entries import Moment
from feeds.likeness import Alike
from feeds.tables import Item, Likeness, Source


def reasons(found: Reasons, rank: Rank) -> Shape:
    """What `why ITEM` prints."""
    item = found.item
    return {
        "item": item.id,
        "title": item.title,
        "date": {
            "timestamp": shapes.time(item.timestamp),
            "ordered_by": found.ordered_by,
            "published": shapes.moment(item.published),
            "updated": shapes.moment(item.updated) if item.updated else None,
            "first_seen_at": shapes.time(item.first_seen_at),
        },
        "identity": {
            "key": item.key,
            "known_by": found.known_by,
            "canonical_url": item.canonical_url,
            "global_id": item.global_id,
            "public_id": item.public_id,
            "revisions": found.revisions,
        },
        "story": {
            "id": item.story_id,
            "lead": found.lead.number,
            "lead_reason": found.lead.reason,
            "members": [
                {"item": member.id, "title": member.title, "source": shapes.of_source(source)}
                for member, source in found.members
            ],
            "likenesses": [likeness(row) for row in found.alike],
            "pins": [{"items": [pin.item_id, pin.other_id], "together": pin.together} for pin in found.pins],
        },
        "rank": shapes.rank(rank),
    }


def likeness(row: Likeness) -> Shape:
    """One likeness of two items that is kept."""
    return {
        "item": row.item_id,
        "other": row.other_id,
        "level": row.level,
        "score": round(row.score, 3),
        "evidence": row.evidence,
    }


def between(number: int, other: int, alike: Likeness | Alike | None) -> Shape:
    """What `why ITEM OTHER` prints."""
    return {
        "item": number,
        "other": other,
        "level": alike.level if alike else None,
        "score": round(alike.score, 3) if alike else None,
        "evidence": alike.evidence if alike else None,
    }


def told(one: Told, lead: Item, source: Source) -> Shape:
    """A story as `stories` lists it."""
    return {
        "id": one.story_id,
        "lead": lead.id,
        "title": lead.title,
        "url": lead.url,
        "source": shapes.of_source(source),
        "sources": one.sources,
        "items": one.items,
        "first_at": shapes.time(one.first),
        "newest_at": shapes.time(one.newest),
    }


def show_reasons(found: Reasons, rank: Rank) -> None:
    """Print why an item has its date, its identity, its story and its place in the suggested order."""
    item = found.item
    terminal.fields(
        [
            ("item", f"{item.id}: {inbox.called(item)}"),
            ("dated", f"{terminal.moment(item.timestamp)}, {found.ordered_by}"),
            ("source wrote", moment_in_words(item.published)),
            ("and later", moment_in_words(item.updated)),
            ("first seen", terminal.moment(item.first_seen_at)),
            ("known by", f"{found.known_by}: {item.key}"),
            ("address", item.canonical_url),
            ("revised", terminal.counted(found.revisions, "time") if found.revisions else None),
            ("story", f"{item.story_id}, {terminal.counted(len(found.members), 'item')}"),
            ("led by", f"item {found.lead.number}: {found.lead.reason}"),
        ]
    )
    for member, source in found.members:
        if member.id != item.id:
            click.echo(f"  item {member.id}  {source.name}: {inbox.called(member)}")
    for row in found.alike:
        click.echo(f"  {row.item_id} and {row.other_id}: {in_words(row)}")
    for pin in found.pins:
        click.echo(f"  {pin_in_words(pin)}")
    ranks.show_rank(rank)


def moment_in_words(moment: Moment | None) -> str | None:
    """A date as it was written, how it was read, how sure that is, and what is doubtful about it."""
    if moment is None or not moment.raw:
        return None
    if moment.at is None:
        return f"{moment.raw} (not readable)"
    doubt = f", {moment.doubt}" if moment.doubt else ""
    how = words.READ.get(moment.known_by, "read")
    zone = f", {moment.zone}" if moment.zone and moment.known_by != "assumed UTC" else ""
    return f"{moment.raw} ({how}{zone}{doubt}; confidence {moment.confidence:.2f})"


def alike_in_words(number: int, other: int, alike: Likeness | Alike | None) -> str:
    """What makes two items alike, in one line."""
    if alike is None:
        return f"{number} and {other}: not alike, or too old to be compared"
    return f"{number} and {other}: {in_words(alike)}"


def in_words(alike: Likeness | Alike) -> str:
    """A likeness: its level, its score where it is not certain, its evidence."""
    score = f" ({alike.score:.2f})" if alike.score < 1 else ""
    level = "an editor's word" if alike.level == BY_EDITOR else alike.level
    return f"{level}{score}: {alike.evidence}"


def pin_in_words(pin: StoryPin) -> str:
    """An editor's word on two items."""
    said = "tell the same story" if pin.together else "tell different stories"
    return f"{pin.item_id} and {pin.other_id}: {said}, by decision {pin.decision_id}"
