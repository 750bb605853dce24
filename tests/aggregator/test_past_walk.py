"""Whatever editors decide and whenever it is published: what was public stays known, and is told rightly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlmodel import Session, select

from aggregator import app, newspaper, past
from aggregator.app import Newsdesk
from config.errors import UsageFault
from curation import archive
from curation.desk import Desk
from curation.tables import Appearance, Decision, Publication, PublishedPage
from curation.verbs import carry_out
from feeds.entries import Feed

UTC = ZoneInfo("UTC")
ITEMS = 6
SHORT = [{"slug": "editors-pick", "limit": 3, "expire": "oldest"}, {"slug": "recent-news", "limit": 4}]
VERBS = ("pick", "unpick", "kill", "revive", "hold", "release", "note", "correct", "merge", "split")
GIVEN = {"note": {"note": "n"}, "correct": {"correction": "c"}}

Step = tuple[str, int, int]
numbers = st.integers(1, ITEMS)
verbs = st.tuples(st.sampled_from(VERBS), numbers, numbers)
# Picks are common, so that line-ups are full and pages close.
common = st.tuples(st.just("pick"), numbers, numbers)
others = st.tuples(st.sampled_from(["publish", "undo", "redo"]), st.just(1), st.just(1))
# Four picks that were public one by one: a page of history has closed, and the next is near.
BUSY: list[Step] = [step for n in (1, 2, 3, 4) for step in (("pick", n, 1), ("publish", 1, 1))]
steps = st.lists(st.one_of(common, verbs, others), max_size=24)


@pytest.fixture(scope="module")
def laboratory() -> Iterator[tuple[Newsdesk, Clock]]:
    """A newsroom with six items and short editions, whose transactions are all rolled back."""
    with TemporaryDirectory() as folder:
        clock = Clock()
        chosen = app.chosen(
            base_url="https://news.example/",
            database_url=f"sqlite:///{folder}/newsdesk.db",
            editions=SHORT,
        )
        with app.opened(chosen, clock) as newsdesk:
            keep(newsdesk, rss([rss_item(f"https://site.example/{n}") for n in range(ITEMS, 0, -1)]))
            yield newsdesk, clock


@dataclass
class Walk:
    """A newsroom within a transaction, and what was public in it."""

    newsdesk: Newsdesk
    clock: Clock
    session: Session
    rendering: bool = True
    public: dict[datetime, dict[str, bytes]] = field(default_factory=dict)
    ever: dict[str, set[str]] = field(default_factory=dict)
    pages: dict[tuple[str, int], Feed] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    def take(self, steps: Sequence[Step]) -> int:
        """Take some steps, a second apart; how many decisions were made."""
        before = len(self.session.exec(select(Decision)).all())
        for verb, item, other in steps:
            self.clock.move(seconds=1)
            if verb == "publish":
                self.publish()
            else:
                self.decide(verb, item, other)
        return len(self.session.exec(select(Decision)).all()) - before

    def decide(self, verb: str, item: int, other: int) -> None:
        order: dict[str, Any] = {"verb": verb} | GIVEN.get(verb, {})
        if verb not in ("undo", "redo"):
            order["item"] = item
        if verb == "merge":
            order["into"] = other
        desk = Desk(self.session, self.newsdesk.curation, self.clock(), "ada")
        try:
            carry_out(desk, self.newsdesk.editions, order, UTC)
        except UsageFault:
            return

    def publish(self) -> None:
        site, at = self.newsdesk.site, self.clock()
        editions = self.newsdesk.editions
        paper = newspaper.newspaper(self.session, editions, site, at, 1)
        paper = newspaper.gone_to_press(self.session, paper, editions, site, at)
        documents = newspaper.documents(paper, site) if self.rendering else ()
        bodies = {one.name: one.render() for one in documents}
        for name, body in bodies.items():
            digest = sha256(body).hexdigest()
            if self.kept.get(name) != digest:
                self.session.add(Publication(at=at, path=name, edition=None, sha256=digest))
            self.kept[name] = digest
        self.session.flush()
        archive.written(self.session, paper.past)
        if bodies:
            self.public[at] = {name: body for name, body in bodies.items() if "/" not in name}
        for slug, feed in paper.lineups.items():
            self.ever.setdefault(slug, set()).update(entry.guid for entry in feed.entries)
        for page in paper.past:
            self.pages.setdefault((page.edition, page.number), page.feed)

    def now(self) -> dict[str, Feed]:
        editions, site = self.newsdesk.editions, self.newsdesk.site
        return newspaper.newspaper(self.session, editions, site, self.clock(), 1).lineups


def check(walk: Walk) -> None:
    """What holds after any steps."""
    for at, public in walk.public.items():
        copies = past.as_of(walk.session, at)
        assert {copy.name: copy.body for copy in copies} == public
        assert all(copy.is_same for copy in copies)
    for slug, feed in walk.now().items():
        shown, told = {entry.guid for entry in feed.entries}, {one.guid for one in feed.deleted}
        ever = walk.ever.get(slug, set())
        assert told <= ever, "only what was public is told to be gone"
        assert not told & shown
        rows = walk.session.exec(select(Appearance).where(Appearance.edition == slug)).all()
        assert {row.guid for row in rows} == ever
        gone = {row.guid for row in rows if row.withdrawn_at is not None}
        assert told == gone - shown
        waiting = {row.guid for row in rows if row.queued_at is not None}
        pages = [page.feed for page in all_pages(walk) if page.edition == slug]
        archived = {entry.guid for page in pages for entry in page.entries}
        assert not archived & gone, "what was taken back stands on no page"
        assert ever <= shown | gone | waiting | archived, "nothing that was public is lost"
    for page in all_pages(walk):
        first = walk.pages[page.edition, page.number]
        held = {one.guid for one in page.feed.deleted}
        assert [entry for entry in first.entries if entry.guid not in held] == [
            entry for entry in page.feed.entries if entry in first.entries
        ], "a page stays as it was, but for what was taken back"


def all_pages(walk: Walk) -> list[archive.Page]:
    """Every page that was published, as it is to be now."""
    rows = walk.session.exec(select(PublishedPage)).all()
    assert {(row.edition, row.number) for row in rows} == walk.pages.keys()
    for row in rows:
        row.is_written = False
    walk.session.flush()
    newsdesk = walk.newsdesk
    return list(archive.unwritten(walk.session, newsdesk.site.base_url, newsdesk.editions))


@settings(max_examples=10)
@given(steps=steps)
def test_what_was_public_is_given_back_told_rightly_and_never_lost(
    laboratory: tuple[Newsdesk, Clock], steps: list[Step]
) -> None:
    with Session(laboratory[0].database.engine) as session, session.begin() as transaction:
        walk = Walk(*laboratory, session, rendering=False)
        walk.take(BUSY)
        walk.rendering = True
        walk.publish()
        walk.take(steps)
        check(walk)
        transaction.rollback()


@settings(max_examples=10)
@given(before=steps, after=st.lists(st.one_of(common, verbs, others.filter(lambda s: s[0] == "publish"))))
def test_undoing_gives_the_earlier_entries_and_tells_what_was_public_only_in_between(
    laboratory: tuple[Newsdesk, Clock], before: list[Step], after: list[Step]
) -> None:
    with Session(laboratory[0].database.engine) as session, session.begin() as transaction:
        walk = Walk(*laboratory, session, rendering=False)
        walk.take([*BUSY, *before, ("publish", 1, 1)])
        earlier = walk.now()
        known = {slug: set(guids) for slug, guids in walk.ever.items()}
        for _ in range(walk.take(after[:8])):
            walk.clock.move(seconds=1)
            walk.decide("undo", 1, 1)
        for slug, feed in walk.now().items():
            assert feed.entries == earlier[slug].entries
            came = walk.ever[slug] - known[slug]
            was = {one.guid for one in earlier[slug].deleted}
            told = {one.guid for one in feed.deleted}
            assert told - came == was
            if not came and "publish" not in {verb for verb, _, _ in after}:
                assert feed == earlier[slug]
        transaction.rollback()
