"""What `--json` prints of items, picks and decisions: the documented shapes, and nothing else.

Times are RFC 3339 in UTC; absent values are null. Keys may be added, none is renamed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from curation import rules
from curation.desk import Outcome
from curation.inbox import Listed
from curation.tables import Decision, Pick, Rule
from curation.trial import Trial
from feeds.entries import Moment
from feeds.tables import Item, Revision, Source

if TYPE_CHECKING:
    from curation.ranking import Reason
    from curation.suggestions import Rank

Shape = dict[str, Any]


def time(at: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC; a stored one comes back in the same words."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def item(listed: Listed, at: datetime, quorum: int, place: Rank | None = None) -> Shape:
    """An item as inbox, search and picks list it; with `place` as `inbox --rank` does."""
    row, source = listed.item, listed.source
    return {
        "id": row.id,
        "title": row.title,
        "url": row.url,
        "canonical_url": row.canonical_url,
        "source": of_source(source),
        "authors": [author.model_dump() for author in row.authors],
        "language": listed.language,
        "section": source.section,
        "tags": list(listed.tags),
        "summary": row.summary,
        "timestamp": time(row.timestamp),
        "first_seen_at": time(row.first_seen_at),
        "published": moment(row.published),
        "updated_at": time(row.updated.at if row.updated else row.revised_at),
        "story": _story(listed),
        "picks": [pick(one, at, quorum) for one in listed.picks],
        "state": state(listed),
        **({"rank": rank(place)} if place else {}),
    }


def rank(place: Rank) -> Shape:
    """Where the suggested order has a story, and why."""
    return {
        "score": round(place.score, 3),
        "picks": place.picks,
        "passed": place.passed,
        "reasons": [reason(one) for one in place.reasons],
    }


def reason(one: Reason) -> Shape:
    """One term of a score, or one thing learned."""
    return {
        "trait": one.trait.partition(":")[0],
        "value": one.shown or None,
        "adds": round(one.adds, 3),
        "picked": one.seen and one.seen.picked,
        "passed": one.seen and one.seen.passed,
    }


def whole_item(
    listed: Listed, at: datetime, quorum: int, revisions: Sequence[Revision], decisions: Sequence[Decision]
) -> Shape:
    """An item as `show` has it: with its content, its history, and what was decided about it."""
    row = listed.item
    return item(listed, at, quorum) | {
        "content": row.content,
        "enclosures": [enclosure.model_dump() for enclosure in row.enclosures],
        "links": [link.model_dump() for link in row.links],
        "image": row.image,
        "public_id": row.public_id,
        "revisions": [
            {"at": time(one.at), "title": one.title, "summary": one.summary, "content": one.content}
            for one in revisions
        ],
        "decisions": [decision(one) for one in decisions],
    }


def state(listed: Listed) -> str:
    """Where an item stands: its story killed, it picked in some edition or only nominated by a rule, seen by
    the one who asks, or new.
    """
    if listed.is_killed:
        return "killed"
    chosen = [pick for pick in listed.standing if pick.editors]
    if chosen:
        return "held" if all(pick.held for pick in chosen) else "picked"
    if listed.standing:
        return "nominated"
    return "seen" if listed.is_seen else "new"


def moment(published: Moment | None) -> Shape:
    """A date as its source wrote it, and as it was read; known by 'first seen' where none is."""
    said = published or Moment(raw="")
    return {
        "raw": said.raw or None,
        "at": time(said.at),
        "known_by": said.known_by or "first seen",
        "zone": said.zone,
        "confidence": said.confidence,
        "doubt": said.doubt,
    }


def pick(row: Pick, at: datetime, quorum: int) -> Shape:
    """A pick, with how it stands at an instant."""
    return {
        "item": row.item_id,
        "edition": row.edition,
        "note": row.note or None,
        "title": row.title,
        "correction": row.correction or None,
        "position": row.position,
        "pinned": row.pinned,
        "picked_at": time(row.picked_at),
        "visible_from": time(row.visible_from),
        "until": time(row.until),
        "held_until": time(row.held_until),
        "by": list(row.editors),
        "nominated_by": row.nominated_by,
        "status": rules.status(row, at, quorum),
    }


def decision(row: Decision) -> Shape:
    """One line of the editorial log."""
    return {
        "id": row.id,
        "at": time(row.at),
        "editor": row.editor,
        "via": row.via,
        "verb": row.verb,
        "item": row.item_id,
        "edition": row.edition,
        "payload": row.payload,
        "undoes": row.undoes,
    }


def outcome(result: Outcome, at: datetime, quorum: int) -> Shape:
    """What a verb did."""
    return {
        "decision": None if result.decision is None else decision(result.decision),
        "already": result.already,
        "remark": result.remark,
        "pick": None if result.pick is None else pick(result.pick, at, quorum),
    }


def rule(row: Rule, decisions: int) -> Shape:
    """A saved rule, with how many decisions it has made."""
    return {
        "name": row.name,
        "query": row.query,
        "act": row.act,
        "edition": row.edition,
        "tag": row.tag,
        "note": row.note or None,
        "created_at": time(row.since),
        "created_by": row.created_by,
        "on_since": time(row.on_since),
        "decisions": decisions,
    }


def trial(found: Trial, listed: Sequence[Listed]) -> Shape:
    """What a query would have found of late, with the first item of each of some of the stories."""
    return {
        "since": time(found.since),
        "items": len(found.items),
        "stories": len(found.stories),
        "told": found.told,
        "picked": found.count("picked"),
        "killed": found.count("killed"),
        "days": [{"day": day.isoformat(), "stories": count} for day, count in found.days.items()],
        "found": [
            {
                "item": one.item.id,
                "title": one.item.title,
                "source": of_source(one.source),
                "timestamp": time(one.item.timestamp),
                "editors": found.fates.get(one.item.story_id),
            }
            for one in listed
        ],
    }


def of_source(source: Source) -> Shape:
    return {"id": source.id, "title": source.name, "url": source.url}


def _story(listed: Listed) -> Shape:
    lead: Item = listed.story[0][0]
    return {
        "id": lead.story_id,
        "lead": lead.id,
        "size": len(listed.story),
        "sources": [of_source(source) | {"item": member.id} for member, source in listed.story],
    }
