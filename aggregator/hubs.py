"""Hubs that tell of changes (WebSub): which one a document names, and how each subscription stands.

    offered ─> requested ─> verified ─> silent (told nothing of what a poll found) ─> verified
                   └─> refused, denied, lapsed ─> requested, after a while

Nothing here commits, and nothing here asks a hub.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BindParameter, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select

from feeds.entries import Feed
from feeds.tables import Source, Status, Subscription

LEASE = timedelta(days=10)  # what is asked for; the hub decides
SHORTEST_LEASE, LONGEST_LEASE = timedelta(hours=1), timedelta(days=14)
RENEWED_IN_LAST = 4  # a lease is renewed in its last quarter
BELIEVED_SILENT = timedelta(hours=6)
POLLED_AGAIN = timedelta(minutes=1)
MOST_AT_ONCE = 20  # requests to hubs; many sources have the same one, which is asked in turn
SIGNATURES = ("sha1", "sha256", "sha384", "sha512")  # W3C WebSub §8


class State(StrEnum):
    """How a subscription stands."""

    OFFERED = "offered"
    REQUESTED = "requested"
    REFUSED = "refused"
    DENIED = "denied"
    LAPSED = "lapsed"
    VERIFIED = "verified"
    SILENT = "silent"


GRANTED = (State.VERIFIED, State.SILENT)
ASKED_AGAIN_AFTER = {
    State.OFFERED: timedelta(),
    State.LAPSED: timedelta(hours=1),
    State.REQUESTED: timedelta(hours=1),  # the hub took the request, and never came to verify it
    State.REFUSED: timedelta(days=1),
    State.SILENT: timedelta(days=1),  # it may have forgotten us
    State.DENIED: timedelta(days=7),
}
_NUMBERS: BindParameter[int] = bindparam("numbers", expanding=True)
_SUBSCRIBED = select_columns(col(Subscription.source_id)).where(col(Subscription.source_id).in_(_NUMBERS))


@dataclass(frozen=True, slots=True)
class Offer:
    """A hub, and the topic under which it knows a source."""

    hub: str
    topic: str


def offer(links: Mapping[str, str], feed: Feed) -> Offer | None:
    """The hub that a document names, in the response's links or in itself (W3C WebSub §4)."""
    hub, topic = links.get("hub") or feed.hub, links.get("self") or feed.feed_url
    return Offer(hub, topic) if hub and topic else None


def note(session: Session, source_id: int, offered: Offer | None, now: datetime) -> None:
    """Keep which hub a source's document names now; another one is a subscription of its own."""
    kept = subscription(session, source_id)
    if kept is not None and offered == Offer(kept.hub, kept.topic):
        return
    if kept is not None:
        session.delete(kept)
        session.flush()
    if offered is not None:
        session.add(
            Subscription(
                source_id=source_id,
                hub=offered.hub,
                topic=offered.topic,
                token=secrets.token_urlsafe(24),
                secret=secrets.token_urlsafe(32),
                state=State.OFFERED,
                requested_at=now,
            )
        )


def subscription(session: Session, source_id: int) -> Subscription | None:
    """The subscription of a source whose document names a hub."""
    return session.get(Subscription, source_id)


def subscriptions(session: Session) -> dict[int, Subscription]:
    """The subscriptions, by the number of their source."""
    return {row.source_id: row for row in session.exec(select(Subscription))}


def subscribed(session: Session, numbers: Collection[int]) -> frozenset[int]:
    """Those of these sources, by their numbers, for which there is a subscription."""
    return frozenset(session.connection().execute(_SUBSCRIBED, {"numbers": list(numbers)}).scalars())


def answering_to(session: Session, token: str) -> Subscription | None:
    """The subscription with this callback; none where its source is not active."""
    query = select(Subscription).join(Source).where(Subscription.token == token)
    return session.exec(query.where(Source.status == Status.ACTIVE)).first()


def tells(session: Session, source_id: int, now: datetime) -> bool:
    """Whether a hub is trusted to tell of this source's changes."""
    row = subscription(session, source_id)
    return row is not None and row.state == State.VERIFIED and (row.expires_at or now) > now


def to_be_asked(session: Session, now: datetime) -> list[Subscription]:
    """What is to be asked for, again or anew, of active sources: a few at a time, the longest due first."""
    last_quarter = col(Subscription.expires_at) <= now + LONGEST_LEASE / RENEWED_IN_LAST
    perhaps = or_(Subscription.state != State.VERIFIED, last_quarter)
    rows = session.exec(select(Subscription).join(Source).where(Source.status == Status.ACTIVE, perhaps))
    return sorted((row for row in rows if asked_at(row) <= now), key=asked_at)[:MOST_AT_ONCE]


def asked_at(row: Subscription) -> datetime:
    """When the hub is asked next: to renew a lease, each time in the last quarter of what is left of it."""
    again = row.requested_at + ASKED_AGAIN_AFTER.get(State(row.state), LONGEST_LEASE)
    if row.state not in GRANTED or row.expires_at is None:
        return again
    return min(again, row.expires_at - (row.expires_at - row.requested_at) / RENEWED_IN_LAST)


def lapse(session: Session, now: datetime) -> None:
    """End the leases that are over: their sources are polled again, from now on."""
    over = col(Subscription.expires_at) <= now
    for row in session.exec(select(Subscription).where(over, col(Subscription.state).in_(GRANTED))):
        _end(session, row, State.LAPSED, now, "its hub's lease has ended")


def ask(row: Subscription, now: datetime) -> None:
    """The hub is about to be asked; a lease that runs stays good."""
    row.requested_at = now
    if row.state not in GRANTED:
        row.state, row.expires_at = State.REQUESTED, None


def refuse(row: Subscription) -> None:
    """The hub did not take the request."""
    if row.state == State.REQUESTED:
        row.state = State.REFUSED


def verify(row: Subscription, topic: str, seconds: int | None, now: datetime) -> bool:
    """The hub asks whether we meant it: we did, where it was asked for this topic.

    A renewed lease does not make a silent hub trusted: only its telling does.
    """
    if topic != row.topic or row.state not in (State.REQUESTED, *GRANTED):
        return False
    lease = LEASE if seconds is None else timedelta(seconds=seconds)
    row.expires_at = now + min(max(lease, SHORTEST_LEASE), LONGEST_LEASE)
    if row.state == State.REQUESTED:
        row.state = State.VERIFIED
    return True


def deny(session: Session, row: Subscription, topic: str, now: datetime) -> bool:
    """The hub will not tell, or not any more (W3C WebSub §5.2); False where it was never asked for this."""
    if topic != row.topic or row.state == State.OFFERED:
        return False
    row.requested_at = now
    _end(session, row, State.DENIED, now, "its hub denied the subscription")
    return True


def told(row: Subscription, now: datetime) -> None:
    """The hub told of something."""
    row.last_told_at = now
    if row.state == State.SILENT:
        row.state = State.VERIFIED


def missed(session: Session, source_id: int, now: datetime) -> None:
    """A poll found new items: a hub that has long told nothing is not trusted any more."""
    row = subscription(session, source_id)
    if row is not None and row.state == State.VERIFIED:
        heard = max(filter(None, (row.last_told_at, row.requested_at)))
        if now - heard >= BELIEVED_SILENT:
            row.state = State.SILENT


def is_signed(row: Subscription, signature: str, body: bytes) -> bool:
    """Whether a body has the signature, `method=hexadecimal`, of this subscription's secret."""
    method, _, digest = signature.strip().partition("=")
    if method not in SIGNATURES:
        return False
    ours = hmac.new(row.secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(ours.encode(), digest.lower().encode())


def make_due(source: Source, now: datetime, reason: str) -> None:
    """Have a source polled soon, though not against its server, nor once more within a minute."""
    asked = source.last_polled_at and source.last_polled_at + POLLED_AGAIN
    soon = max(filter(None, (now, source.not_before_at, asked)))
    if not source.failures and soon < source.next_poll_at:
        source.next_poll_at, source.next_poll_reason, source.next_poll_terms = soon, reason, ()


def _end(session: Session, row: Subscription, state: State, now: datetime, reason: str) -> None:
    if row.state == State.VERIFIED:
        make_due(session.get_one(Source, row.source_id), now, reason)
    row.state, row.expires_at = state, None
