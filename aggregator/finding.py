"""From the address that somebody gives to a source: the feed there, or one that its page leads to.

address ─> a feed? ─> feeds that the page names ─> the usual places of the site ─> source ─> older pages
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator import sources, store
from aggregator.answers import Address, Document, Failure
from aggregator.outcomes import Outcome, Read
from aggregator.poll import Poller
from config.errors import UsageFault
from feeds import discovery, urls
from feeds.discovery import Candidate
from feeds.entries import NOWHERE, Home
from feeds.tables import Source

NOTHING_HERE = frozenset({"not_a_feed", "empty", "http_404", "http_403", "gone", "redirect"})


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, at the address it is to be polled at; `page` is what led to it, where something did."""

    url: str
    read: Read
    page: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What was kept of the older pages of a feed, and the fault that ended them, if one did."""

    pages: int = 0
    items: int = 0
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A new source, with the feed that was found and what was kept of its past."""

    source: Source
    found: Found
    history: History


async def subscribe(
    poller: Poller, url: str, given: Mapping[str, Any], pick: int | None = None, history: int = 0
) -> Added:
    """Add the feed that an address leads to as a source, and keep up to `history` older pages of it.

    Raises SourceRefused where there is none, where it is a source already, and where a page names
    several and none is picked; UsageFault for a pick of what there is not.
    """
    found = await feed(poller, url, Home(zone=given.get("zone")), pick)
    with poller.database.writing() as session:
        source = sources.add(session, found.url, poller.now(), **given)
        said = found.read.feed
        source.feed_title, source.site, source.feed_language = said.title, said.url, said.language
    return Added(source, found, await _keep_older(poller, source, found.read, history))


async def feed(poller: Poller, url: str, home: Home = NOWHERE, pick: int | None = None) -> Found:
    """The feed at an address, or the one that its page names, or the first at a usual place of its site."""
    answer = await poller.fetcher.fetch(Address(0, url, home=home))
    outcome = await poller.parsers.read(answer, home) if isinstance(answer, Document) else answer
    if isinstance(outcome, Read):
        return Found(url, outcome)
    refusal = sources.refused(url, _failure(outcome))
    if not isinstance(answer, Document) or _failure(outcome).kind not in NOTHING_HERE:
        raise refusal
    if named := discovery.candidates(answer.body, answer.url):
        return await _named(poller, url, home, _picked(url, named, pick))
    found = await _usual(poller, answer.url, home)
    if found is None:
        raise refusal
    return found


def _picked(url: str, named: Sequence[Candidate], pick: int | None) -> Candidate:
    """The candidate meant: the only one, or the one picked, counted from 1."""
    if pick is None and len(named) > 1:
        lines = [f"{number}  {each.url}  {each.title}".rstrip() for number, each in enumerate(named, 1)]
        message = "\n  ".join((f"{url}: is a page that names {len(named)} feeds:", *lines))
        raise sources.SourceRefused(message, "take one of them with --pick N")
    if (pick or 1) > len(named):
        raise UsageFault(f"--pick {pick}: {url} names {len(named)} feeds", "pick one that there is")
    return named[(pick or 1) - 1]


async def _named(poller: Poller, page: str, home: Home, candidate: Candidate) -> Found:
    outcome = await poller.look(Address(0, candidate.url, home=home))
    if not isinstance(outcome, Read):
        failure = _failure(outcome)
        raise sources.SourceRefused(
            f"{page}: names the feed {candidate.url}: {failure.kind}: {failure.message}",
            "give the address of the feed itself",
        )
    return Found(candidate.url, outcome, page)


async def _usual(poller: Poller, page: str, home: Home) -> Found | None:
    """The first feed at the usual places; a server that is in trouble or says no is asked no further."""
    for candidate in discovery.well_known(page):
        outcome = await poller.look(Address(0, candidate.url, home=home))
        if isinstance(outcome, Read):
            return Found(candidate.url, outcome, page)
        if _failure(outcome).kind not in NOTHING_HERE:
            return None
    return None


async def _keep_older(poller: Poller, source: Source, first: Read, most: int) -> History:
    """Keep the older pages of a source, each in a transaction of its own."""
    assert source.id is not None
    pages = items = 0
    async for outcome in older(poller, first, store.home(source), most):
        if not isinstance(outcome, Read):
            failure = _failure(outcome)
            return History(pages, items, f"{failure.kind}: {failure.message}")
        pages += 1
        items += poller.keep_older(source.id, outcome)
    return History(pages, items)


async def older(poller: Poller, first: Read, home: Home, most: int) -> AsyncIterator[Outcome]:
    """Up to `most` pages of older entries (RFC 5005 §3 and §4), the newest first, ending with what failed.

    A page that was read before, by its address or its content, ends them.
    """
    page, seen = first, {first.body_hash, urls.canonical(first.document.url)}
    for _ in range(most):
        address = page.feed.previous
        if address is None or urls.canonical(address) in seen:
            return
        outcome = await poller.look(Address(0, address, home=home))
        if isinstance(outcome, Read) and outcome.body_hash in seen:
            return
        yield outcome
        if not isinstance(outcome, Read):
            return
        page, seen = outcome, seen | {outcome.body_hash, urls.canonical(address)}


def _failure(outcome: Outcome) -> Failure:
    """The failure in what is no feed."""
    return outcome if isinstance(outcome, Failure) else Failure("protocol", "304 to an unconditional request")
