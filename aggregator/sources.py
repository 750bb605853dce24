"""The verbs on sources: add, edit, pause, resume, retry, remove, and whole lists of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, select

from aggregator import cadence, homes, store
from aggregator.answers import Failure
from config.errors import NewsdeskError, UsageFault
from config.written import spell
from curation import withdrawn
from curation.projections import is_decided_on
from curation.stories import settle, settle_source
from feeds import normal, opml, urls
from feeds.tables import NAME, Item, Source, Status

_OUTLINES = (
    select_columns(
        col(Source.url),
        NAME,
        col(Source.section),
        col(Source.language),
        col(Source.site),
    )
    .where(col(Source.status).not_in(store.NO_FEEDS))
    .order_by(col(Source.id))
)
GIVEN = ("title", "section", "language", "zone", "interval", "preferred")  # by an editor
SHORTEST_INTERVAL = timedelta(minutes=1)  # what an editor may ask of somebody else's server


class SourceRefused(NewsdeskError):
    """An address that cannot become a source."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a subscription list: the sources added, and a line for each outline that was not."""

    added: list[Source] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def address(url: str) -> str:
    """An address as it is kept; raises UsageFault for one that is no http(s) address."""
    passed = urls.gate(url if "://" in url else f"https://{url}")
    if passed is None:
        raise UsageFault(f"{url!r}: is no http or https address", "write it as https://example.org/feed.xml")
    return passed


def add(session: Session, url: str, now: datetime, **given: Any) -> Source:
    """Subscribe to an address: due at once. Raises SourceRefused where it is a source already."""
    url = address(url)
    found = refuse_a_second(session, url)
    source = found or Source(url=url, canonical_url=urls.canonical(url), added_at=now, next_poll_at=now)
    source.status, source.next_poll_at, source.next_poll_reason = Status.ACTIVE, now, "new source"
    session.add(source)
    edit(source, **given)
    session.flush()
    return source


def refuse_a_second(session: Session, url: str) -> Source | None:
    """The removed source that had this address, if any; raises SourceRefused where one has it now."""
    found = store.source_at(session, url)
    if found is not None and found.status != Status.REMOVED:
        raise SourceRefused(f"{url}: is source {found.id} already", f"see 'newsdesk source show {found.id}'")
    return found


def refused(url: str, failure: Failure) -> SourceRefused:
    """Why an address does not become a source: its first fetch brought no feed."""
    remedy = REMEDIES.get(failure.kind, "check the address, or add it as it is with --no-check")
    return SourceRefused(f"{url}: {failure.kind}: {failure.message}", remedy)


REMEDIES = {
    "blocked": "list it under fetch.allow_private_networks if it is yours",
    "not_a_feed": "its page names no feed; give the address of the feed itself",
    "empty": "give the address of the feed, not of the site",
}


def trouble(kind: str, message: str) -> str:
    """A failure in one line: its class, what happened, and the remedy where one is known."""
    remedy = f" ({REMEDIES[kind]})" if kind in REMEDIES else ""
    return f"{kind}: {message}{remedy}"


def edit(source: Source, **given: Any) -> None:
    """Change what an editor sets: title, section, language, zone, interval (seconds), preferred.

    What is not given stays; an empty text or 0 takes a setting back. Raises UsageFault for a
    time zone or language there is not, or an interval under a minute.
    """
    if given.get("zone"):
        _refuse_unknown_zone(given["zone"])
    if given.get("language"):
        given["language"] = _language(given["language"])
    if given.get("interval"):
        _refuse_short_interval(timedelta(seconds=given["interval"]))
    for name, value in given.items():
        if value is not None:
            setattr(source, name, value if name == "preferred" else value or None)


def rezone(session: Session, source: Source, **given: Any) -> int:
    """Edit a source, and what follows for its items; how many are dated anew, where its zone has changed."""
    before = store.home(source)
    edit(source, **given)
    assert source.id is not None
    if given.get("preferred") is not None:
        session.flush()
        settle_source(session, source.id)
    return homes.redate(session, source) if store.home(source).zone != before.zone else 0


def _language(tag: str) -> str:
    found = normal.language(tag)
    if found is None:
        raise UsageFault(f"{tag!r}: is no language", "write it as fr or pt-BR")
    return found


def _refuse_short_interval(interval: timedelta) -> None:
    if interval < SHORTEST_INTERVAL:
        raise UsageFault(
            f"an interval of {spell(interval)} is too short", f"give {spell(SHORTEST_INTERVAL)} or more"
        )


def _refuse_unknown_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UsageFault(f"{zone!r}: is no time zone", "write it as Europe/Paris") from error


def pause(source: Source) -> None:
    """Poll it no more, until it is resumed."""
    source.status = Status.PAUSED


def resume(source: Source, now: datetime) -> None:
    """Poll it again: a paused source when it is due, a retired one at once."""
    if source.status == Status.RETIRED:
        retry(source, now)
    source.status = Status.ACTIVE


def retry(source: Source, now: datetime) -> None:
    """Forget its failures and make it due now; a retired source is revived, a paused one stays paused.

    A server's Retry-After holds nevertheless; its 410 does not.
    """
    if source.error_class == "gone":
        source.not_before_at = None
    source.next_poll_at, source.next_poll_reason, source.next_poll_terms = now, "an editor asked for it", ()
    if source.not_before_at is not None and source.not_before_at > now:
        source.next_poll_at, source.next_poll_reason = source.not_before_at, cadence.RETRY_AFTER
    source.failures, source.error_class, source.error_message, source.error_at = 0, None, None, None
    if source.status == Status.RETIRED:
        source.status = Status.ACTIVE


def left_alone(source: Source | store.Asked, now: datetime) -> str | None:
    """Why nobody may ask this source now, in a line; None where one may."""
    if source.status == Status.RETIRED:
        return f"is retired, its server said twice that it is gone; see 'newsdesk source retry {source.id}'"
    if source.not_before_at is not None and source.not_before_at > now:
        return f"its server asks not to be asked before {source.not_before_at:%Y-%m-%d %H:%M:%S} UTC"
    return None


def remove(session: Session, source: Source, now: datetime) -> int:
    """Unsubscribe, and delete its items but those that an editor decided on; how many those are.

    What readers have seen of it is taken back from them, but for the picks.
    """
    assert source.id is not None
    withdrawn.with_source(session, source.id, now)
    goes = (col(Item.source_id) == source.id, ~is_decided_on(Item))
    told = session.exec(select(Item.story_id).where(*goes).distinct()).all()
    session.exec(delete(Item).where(*goes))
    settle(session, told)
    kept = len(session.exec(select(Item.id).where(Item.source_id == source.id)).all())
    if kept:
        source.status = Status.REMOVED
        source.etag = source.last_modified = source.body_hash = None
    else:
        session.delete(source)
    return kept


def subscriptions(file: Path) -> opml.Subscriptions:
    """The subscription list in a file; raises UsageFault for what is none."""
    try:
        return opml.read(file.read_bytes())
    except opml.NotOPML as error:
        raise UsageFault(f"{file}: {error}", "give an OPML file, as feed readers export them") from error
    except OSError as error:
        raise UsageFault(
            f"{file}: cannot be read: {error.strerror or error}", "check its name and rights"
        ) from error


def save(file: Path, body: bytes) -> None:
    """Write a file; raises UsageFault where it cannot be."""
    try:
        file.write_bytes(body)
    except OSError as error:
        raise UsageFault(
            f"{file}: cannot be written: {error.strerror or error}", "name another file"
        ) from error


def subscribe(session: Session, subscriptions: opml.Subscriptions, now: datetime) -> Imported:
    """Add every outline of a subscription list that can be added; the others are reported."""
    imported = Imported(skipped=list(subscriptions.problems))
    for outline in subscriptions.outlines:
        try:
            source = add(
                session,
                outline.url,
                now,
                title=outline.title,
                section=outline.section,
                language=outline.language,
            )
        except NewsdeskError as error:
            imported.skipped.append(error.message)
        else:
            imported.added.append(source)
    return imported


def outlines(session: Session) -> list[opml.Outline]:
    """The sources that are feeds as a subscription list has them."""
    return [
        opml.Outline(url=url, title=name, section=section, language=language, site=site)
        for url, name, section, language, site in session.connection().execute(_OUTLINES)
    ]
