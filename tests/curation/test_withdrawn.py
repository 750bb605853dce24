"""What was public and is taken back is told to readers for thirty days, or until it is given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from makers import Clock, a_minute_later, documents, keep, rss, rss_item

from aggregator import sources, store
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, RECENT_NEWS
from curation import rules
from curation.desk import Desk
from curation.rules import Decided
from curation.verbs import carry_out
from feeds.entries import Deleted, Feed

UTC = ZoneInfo("UTC")
EDITIONS = (RECENT_NEWS, EDITORS_PICK)
A = "https://site.example/a"


def do(newsdesk: Newsdesk, verb: str, item: int | None = None, **given: Any) -> None:
    """Carry out one order a minute later."""
    a_minute_later(newsdesk)
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), "ada")
        carry_out(desk, EDITIONS, {"verb": verb, "item": item, **given}, UTC)


def picks(newsdesk: Newsdesk) -> Feed:
    return newsdesk.newspaper().lineups["editors-pick"]


def gone(newsdesk: Newsdesk, edition: str = "editors-pick") -> list[str]:
    return [one.guid for one in newsdesk.newspaper().lineups[edition].deleted]


@pytest.fixture
def public(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom with items 1 to 3, of which the first is picked; all is published."""
    keep(newsdesk, rss([rss_item(f"https://site.example/{name}") for name in "cba"]))
    do(newsdesk, "pick", 1)
    newsdesk.publish()
    return newsdesk


def test_an_unpicked_entry_is_told_to_be_gone_when_and_why(public: Newsdesk, clock: Clock) -> None:
    do(public, "unpick", 1)
    assert picks(public).deleted == (Deleted(guid=A, at=clock(), comment="Withdrawn by the desk."),)
    assert (picks(public).entries, picks(public).updated) == ((), clock())
    assert gone(public, "recent-news") == [], "there it stands as before"


@pytest.mark.parametrize(
    "back",
    [{"verb": "undo"}, {"verb": "pick", "item": 1}, {"verb": "redo"}],
    ids=lambda order: order["verb"],
)
def test_what_is_given_back_is_told_to_be_gone_no_more(public: Newsdesk, back: dict[str, Any]) -> None:
    if back["verb"] == "redo":
        do(public, "undo")  # of the pick itself, which leaves no pick at all
        assert gone(public) == [A]
    else:
        do(public, "unpick", 1)
    public.publish()
    assert gone(public) == [A]
    do(public, **back)
    assert (gone(public), [entry.guid for entry in picks(public).entries]) == ([], [A])


def test_an_undo_gives_the_same_bytes_again_though_the_tombstone_was_public(public: Newsdesk) -> None:
    before = documents(public.settings.output)
    for verb in ("unpick", "kill", "hold"):
        do(public, verb, 1)
        public.publish()
        assert gone(public) == [A]
        do(public, "undo")
        public.publish()
        assert documents(public.settings.output) == before, verb


def test_what_was_never_public_leaves_no_trace(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item(A)]))
    newsdesk.publish()
    do(newsdesk, "pick", 1, visible_from="1h")
    newsdesk.publish()
    do(newsdesk, "unpick", 1)
    newsdesk.publish()
    assert gone(newsdesk) == []


def test_a_killed_story_is_taken_back_from_every_edition_and_a_revived_one_is_not(public: Newsdesk) -> None:
    do(public, "kill", 1)
    assert (gone(public), gone(public, "recent-news")) == ([A], [A])
    do(public, "revive", 1)
    assert (gone(public), gone(public, "recent-news")) == ([], [])


def test_what_joins_a_killed_story_is_taken_back_until_it_is_parted_from_it(public: Newsdesk) -> None:
    do(public, "kill", 2)
    do(public, "merge", 1, into=2)
    assert sorted(gone(public, "recent-news")) == [A, "https://site.example/b"]
    assert gone(public) == [A]
    do(public, "undo")
    assert (gone(public, "recent-news"), gone(public)) == (["https://site.example/b"], [])
    do(public, "redo")
    assert gone(public) == [A]


@pytest.mark.parametrize("ending", ["until", "limit", "max_age"])
def test_what_only_ran_out_is_not_taken_back(newsdesk: Newsdesk, clock: Clock, ending: str) -> None:
    changes = {"until": {}, "limit": {"limit": 1, "expire": "oldest"}, "max_age": {"max_age": "1h"}}[ending]
    settings = newsdesk.settings.model_copy(
        update={"editions": (type(EDITORS_PICK)(slug="editors-pick", **changes),)}
    )
    newsroom = Newsdesk(settings, newsdesk.database, clock)
    keep(newsroom, rss([rss_item("https://site.example/b"), rss_item(A)]))
    do(newsroom, "pick", 1, until="1h" if ending == "until" else None)
    newsroom.publish()
    do(newsroom, "pick", 2)
    clock.move(hours=1)
    newsroom.publish()
    assert A not in {entry.guid for entry in picks(newsroom).entries}
    assert gone(newsroom) == []
    do(newsroom, "unpick", 1)
    assert gone(newsroom) == [A], "it is in readers' hands all the same"


def test_a_tombstone_stands_for_thirty_days(public: Newsdesk, clock: Clock) -> None:
    do(public, "unpick", 1)
    public.publish()
    clock.move(days=29.9)
    assert gone(public) == [A]
    clock.move(days=0.2)
    assert gone(public) == []


def test_the_items_of_a_source_that_is_removed_are_taken_back_and_the_picks_of_it_are_not(
    public: Newsdesk, clock: Clock
) -> None:
    clock.move(hours=1)
    with public.database.writing() as session:
        sources.remove(session, store.source(session, 1), public.now())
    recent = public.newspaper().lineups["recent-news"]
    assert {(one.at, one.comment) for one in recent.deleted} == {(clock(), "Withdrawn with its source.")}
    assert len(recent.deleted) == 3
    assert gone(public) == []
    with public.database.writing() as session:
        sources.add(session, "https://site.example/feed.xml", public.now())
    keep(public, rss([rss_item(f"https://site.example/{name}") for name in "cba"]))
    public.publish()
    assert gone(public, "recent-news") == [], "the source is read again"


NOON = Clock().at


def log(*verbs: str) -> list[Decided]:
    """A log with a decision every minute from noon; `undo 2` takes back the second."""
    lines = []
    for number, verb in enumerate(verbs, 1):
        name, _, undoes = verb.partition(" ")
        lines.append(
            Decided(
                id=number,
                at=NOON + timedelta(minutes=number),
                editor="ada",
                via="cli",
                verb=name,
                item_id=1,
                edition="editors-pick",
                undoes=int(undoes) if undoes else None,
            )
        )
    return lines


@pytest.mark.parametrize(
    ("verbs", "shown", "minute"),
    [
        (["pick"], 1, None),
        (["pick", "unpick"], 1, 2),
        (["pick", "undo 1"], 1, 2),
        (["pick", "hold"], 1, 2),
        (["pick", "hold", "release"], 1, None),
        (["pick", "unpick", "pick"], 1, None),
        (["pick", "unpick", "pick", "undo 3"], 1, 2),  # nobody saw it come back
        (["pick", "unpick", "pick", "undo 3"], 3, 4),  # readers did
        (["pick", "unpick", "undo 2", "undo 3"], 1, 2),
        (["pick", "unpick"], 5, 5),  # a quorum that was lower when it was shown
    ],
    ids=str,
)
def test_when_a_pick_was_taken_back(verbs: list[str], shown: int, minute: int | None) -> None:
    found = rules.withdrawn_at(log(*verbs), NOON + timedelta(minutes=shown))
    assert found == (None if minute is None else NOON + timedelta(minutes=minute))
