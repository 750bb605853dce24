"""A source as its commands show it: in words, and as `--json` has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from aggregator import deliveries, sources
from aggregator.queue import Standing
from config.access import place_of
from config.options import Edition
from config.written import spell
from curation import terminal
from curation.shapes import time
from curation.tables import Delivery
from feeds.homezone import Inference
from feeds.tables import Move, Source, Subscription


def fields(
    row: Source, items: int, moves: Sequence[Move], hub: str | None, doubt: Inference | None = None
) -> list[tuple[str, object]]:
    """What is known of a source, each thing with its name."""
    return [
        ("source", row.id),
        ("title", row.name),
        ("url", row.url),
        ("site", row.site),
        ("section", row.section),
        ("language", row.language or row.feed_language),
        ("zone", zone_said(row)),
        ("evidence", None if row.zone else row.zone_evidence),
        ("but", doubt and f"its dates are those of {doubt.zone} ({doubt.fit:.2f}): {doubt.evidence}"),
        ("interval", row.interval and spell(timedelta(seconds=row.interval))),
        ("preferred", "yes" if row.preferred else None),
        ("state", row.status),
        ("items", items),
        ("last polled", terminal.moment(row.last_polled_at)),
        ("last changed", terminal.moment(row.last_changed_at)),
        ("next poll", when(row, f": {row.next_poll_reason}")),
        *(("wait", f"{timedelta(seconds=term.seconds)}  {term.reason}") for term in row.next_poll_terms),
        ("not before", terminal.moment(row.not_before_at)),
        ("hub", hub),
        ("redirected", row.moved_to and f"{row.moved_hits} times to {row.moved_to}"),
        *(("moved", f"{terminal.moment(move.at)} from {move.from_url}") for move in moves),
        ("trouble", row.error_class and sources.trouble(row.error_class, row.error_message or "")),
        ("failures", row.failures or None),
    ]


def zone_said(row: Source) -> str | None:
    """The zone of its dates that name none, and how it is known."""
    if row.zone:
        return f"{row.zone}, set by an editor"
    return row.inferred_zone and f"{row.inferred_zone}, inferred with confidence {row.zone_confidence:.2f}"


def zone_shape(row: Source) -> dict[str, Any]:
    """What zone a source's dates show, as `--json` has it."""
    return {"zone": row.inferred_zone, "confidence": row.zone_confidence, "evidence": row.zone_evidence}


def when(row: Source, reason: str = "") -> str:
    """When a source is polled next, and the reason where it is given."""
    if row.status != "active":
        again = "resume" if row.status == "paused" else "retry"
        return f"not before 'newsdesk source {again} {row.id}'"
    return f"{terminal.moment(row.next_poll_at)}{reason}"


def hub_said(hub: Subscription, reachable: bool) -> str:
    """How the subscription to a hub stands, in one line."""
    ends = f", until {terminal.moment(hub.expires_at)}" if hub.expires_at else ""
    told = f", last told {terminal.moment(hub.last_told_at)}" if hub.last_told_at else ""
    remedy = "" if reachable else "; give serve.public_url, so that it can reach the daemon"
    return f"{hub.hub}: {hub.state}{ends}{told}{remedy}"


def hub_shape(hub: Subscription) -> dict[str, Any]:
    """A subscription to a hub as `--json` has it; its secrets stay here."""
    return {
        "url": hub.hub,
        "topic": hub.topic,
        "state": hub.state,
        "expires_at": time(hub.expires_at),
        "last_told_at": time(hub.last_told_at),
    }


def shape(
    row: Source, items: int, moves: Sequence[Move] = (), hub: Subscription | None = None
) -> dict[str, Any]:
    """A source as `--json` has it."""
    error = {"class": row.error_class, "message": row.error_message, "at": time(row.error_at)}
    return {
        "id": row.id,
        "url": row.url,
        "title": row.name,
        "section": row.section,
        "language": row.language or row.feed_language,
        "zone": row.zone,
        "inferred_zone": zone_shape(row) if row.inferred_zone else None,
        "interval": row.interval,
        "preferred": row.preferred,
        "status": row.status,
        "items": items,
        "last_polled_at": time(row.last_polled_at),
        "last_changed_at": time(row.last_changed_at),
        "next_poll_at": time(row.next_poll_at),
        "next_poll_reason": row.next_poll_reason,
        "hub": hub and hub_shape(hub),
        "next_poll_terms": [term.model_dump() for term in row.next_poll_terms],
        "not_before_at": time(row.not_before_at),
        "moves": [{"at": time(move.at), "from": move.from_url, "to": move.to_url} for move in moves],
        "failures": row.failures,
        "error": error if row.error_class else None,
    }


def delivery_shape(row: Delivery) -> dict[str, Any]:
    """What follows a publish as `--json` has it."""
    return {
        "setting": deliveries.NAMES[row.kind],
        "about": row.about or None,
        "waiting_since": time(row.wanted_at),
        "next_at": time(row.next_at) if row.wanted_at else None,
        "done_at": time(row.done_at),
        "failures": row.failures,
        "error": {"message": row.error, "at": time(row.error_at)} if row.error else None,
    }


def queued(waiting: Standing | None, late: float) -> Iterator[tuple[str, str]]:
    """What a database that machines share has for them to do, as fields."""
    if waiting is not None:
        batches = (
            f"{terminal.counted(waiting.waiting, 'batch', 'batches')} waiting, {waiting.running} under way"
        )
        yield "workers", str(waiting.workers)
        yield "queue", f"{batches}; the most overdue source is {late:.0f} s late"


def private_shape(edition: Edition, base_url: str) -> dict[str, str]:
    """A private edition as `--json` has it: where it is read, and where its token is kept."""
    return {
        "edition": edition.slug,
        "url": f"{base_url}{edition.path}.atom",
        "token": place_of(edition.token_env, edition.token_file),
    }
