"""Stories, told one item after another: by the real database and the real likeness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlmodel import Session, col, select

from aggregator import app, store, stories
from aggregator.app import Newsdesk
from curation import why
from curation.desk import Desk
from curation.stories import settle
from curation.tables import Decision, Editor, StoryPin
from feeds.tables import Item, Likeness, Source, Story

RIVER = "The river Elsham floods the old harbour of Norwick"
FLOOD = "Norwick: old harbour under water as river Elsham floods"
BUDGET = "Council of Norwick passes its budget after a long night"
TEXT = (
    "The river rose by two metres during the night and reached the old harbour at five in the morning. "
    "Firefighters brought forty people to the school on the hill, where the town has opened a kitchen. "
    "The mayor said that nobody was hurt, and that the bridge stays closed until it is looked at. "
    "More rain is expected on Thursday; sandbags can be had at the depot behind the station all day long."
)


def tells(newsdesk: Newsdesk, site: str, title: str, text: str = "", link: str = "", **given: object) -> int:
    """An item of a site, kept as it is polled; its number."""
    guid = f"{site}-{title}"
    document = rss([rss_item(guid, title, link or f"https://{site}.example/{abs(hash(guid))}", text=text)])
    keep(newsdesk, document, f"https://{site}.example/feed", **given)
    with newsdesk.database.reading() as session:
        return max(item.id or 0 for item in session.exec(select(Item).where(Item.guid == guid)))


def grouped(newsdesk: Newsdesk) -> list[list[int]]:
    """The numbers of the items of each story."""
    found = defaultdict(list)
    with newsdesk.database.reading() as session:
        for item in session.exec(select(Item).order_by(col(Item.id))):
            found[item.story_id].append(item.id)
    return sorted(found.values())


def lead(newsdesk: Newsdesk, number: int) -> int | None:
    with newsdesk.database.reading() as session:
        return session.get_one(Story, session.get_one(Item, number).story_id).lead_id


def test_two_sources_that_tell_one_story_tell_one_story(newsdesk: Newsdesk) -> None:
    first, second = tells(newsdesk, "a", RIVER), tells(newsdesk, "b", FLOOD)
    other = tells(newsdesk, "c", BUDGET)
    assert grouped(newsdesk) == [[first, second], [other]]
    with newsdesk.database.reading() as session:
        row = session.exec(select(Likeness)).one()
    assert (row.item_id, row.other_id, row.level) == (second, first, "same story")
    assert "elsham" in row.evidence


def test_a_text_that_another_source_takes_over_is_the_same_text(newsdesk: Newsdesk) -> None:
    first = tells(newsdesk, "a", RIVER, f"<p>{TEXT}</p>")
    second = tells(newsdesk, "b", "What a night", f"<p>{TEXT}</p><p>This first appeared elsewhere.</p>")
    assert grouped(newsdesk) == [[first, second]]
    with newsdesk.database.reading() as session:
        assert session.exec(select(Likeness.level)).one() == "same text"


def test_an_entry_that_another_feed_republishes_with_its_source_is_the_same_item(newsdesk: Newsdesk) -> None:
    original = tells(newsdesk, "a", RIVER)
    with newsdesk.database.reading() as session:
        guid = session.get_one(Item, original).guid
    named = '<source url="https://a.example/feed">A</source>'
    entry = rss_item(guid, "What a night", "https://planet.example/9").replace("</item>", f"{named}</item>")
    keep(newsdesk, rss([entry]), "https://planet.example/feed")
    assert grouped(newsdesk) == [[original, original + 1]]
    with newsdesk.database.reading() as session:
        assert session.exec(select(Likeness.level)).one() == "same item"


def test_the_earliest_leads_where_nothing_tells_the_original(newsdesk: Newsdesk) -> None:
    first, second = tells(newsdesk, "a", RIVER), tells(newsdesk, "b", FLOOD)
    assert lead(newsdesk, second) == first


def test_the_one_that_another_links_to_leads(newsdesk: Newsdesk) -> None:
    copy = tells(newsdesk, "a", RIVER, '<p>As <a href="https://b.example/original">B reports</a>.</p>')
    original = tells(newsdesk, "b", FLOOD, link="https://b.example/original")
    assert lead(newsdesk, copy) == original
    with newsdesk.database.reading() as session:
        assert why.reasons(session, copy).lead.reason == f"named as the original by item {copy}"


def test_the_source_that_the_editors_prefer_leads_before_the_earliest(newsdesk: Newsdesk) -> None:
    first, second = tells(newsdesk, "a", RIVER), tells(newsdesk, "b", FLOOD)
    with newsdesk.database.writing() as session:
        session.get_one(Source, session.get_one(Item, second).source_id).preferred = True
        settle(session, {session.get_one(Item, first).story_id})
    assert lead(newsdesk, first) == second


def test_a_story_whose_lead_goes_is_led_by_another(newsdesk: Newsdesk) -> None:
    first, second = tells(newsdesk, "a", RIVER), tells(newsdesk, "b", FLOOD)
    with newsdesk.database.writing() as session:
        store.purge(session, [session.get_one(Item, first)])
    assert lead(newsdesk, second) == second


def test_a_story_that_is_older_than_the_window_takes_in_nothing(newsdesk: Newsdesk, clock: Clock) -> None:
    first = tells(newsdesk, "a", RIVER)
    clock.move(days=15)
    newsdesk.upkeep()
    second = tells(newsdesk, "b", FLOOD)
    assert grouped(newsdesk) == [[first], [second]]


def test_a_likeness_makes_no_chain(newsdesk: Newsdesk) -> None:
    """The third is like the second, but not like the first, which the story is about."""
    first = tells(newsdesk, "a", RIVER)
    second = tells(newsdesk, "b", f"{RIVER}. {BUDGET}")
    third = tells(newsdesk, "c", BUDGET)
    assert [first, second] in grouped(newsdesk)
    assert [third] in grouped(newsdesk)


@pytest.fixture
def pair(newsdesk: Newsdesk) -> tuple[int, int]:
    return tells(newsdesk, "a", RIVER), tells(newsdesk, "b", FLOOD)


def regroup(newsdesk: Newsdesk, clock: Clock) -> None:
    with newsdesk.database.writing() as session:
        stories.regroup(session, clock() - timedelta(days=2))


def decided(session: Session, number: int) -> int:
    """A decision for a pin to refer to."""
    session.add(Editor(name="ada", since=Clock()()))
    session.flush()
    decision = Decision(at=Clock()(), editor="ada", via="cli", verb="split", item_id=number)
    session.add(decision)
    session.flush()
    assert decision.id is not None
    return decision.id


def test_regrouping_finds_the_same_stories(newsdesk: Newsdesk, clock: Clock, pair: tuple[int, int]) -> None:
    other = tells(newsdesk, "c", BUDGET)
    with newsdesk.database.reading() as session:
        before = {item.id: item.story_id for item in session.exec(select(Item))}
    regroup(newsdesk, clock)
    with newsdesk.database.reading() as session:
        assert {item.id: item.story_id for item in session.exec(select(Item))} == before
        assert len(session.exec(select(Story)).all()) == 2
    assert grouped(newsdesk) == [list(pair), [other]]


def test_what_an_editor_split_stays_apart(newsdesk: Newsdesk, clock: Clock, pair: tuple[int, int]) -> None:
    first, second = pair
    with newsdesk.database.writing() as session:
        number = decided(session, second)
        session.add(StoryPin(item_id=first, other_id=second, together=False, decision_id=number))
    regroup(newsdesk, clock)
    assert grouped(newsdesk) == [[first], [second]]


def test_what_an_editor_merged_stays_together(newsdesk: Newsdesk, clock: Clock) -> None:
    first, second = tells(newsdesk, "a", RIVER), tells(newsdesk, "b", BUDGET)
    with newsdesk.database.writing() as session:
        number = decided(session, second)
        session.add(StoryPin(item_id=first, other_id=second, together=True, decision_id=number))
    regroup(newsdesk, clock)
    assert grouped(newsdesk) == [[first, second]]


def test_an_item_that_is_revised_is_found_by_what_it_says_now(newsdesk: Newsdesk) -> None:
    document = rss([rss_item("one", "Breaking: more follows", "https://a.example/one")])
    keep(newsdesk, document, "https://a.example/feed")
    document = rss([rss_item("one", RIVER, "https://a.example/one")])
    keep(newsdesk, document, "https://a.example/feed")
    second = tells(newsdesk, "b", FLOOD)
    assert grouped(newsdesk) == [[1, second]]


def test_a_date_that_a_source_corrects_may_make_another_item_lead(newsdesk: Newsdesk) -> None:
    first = tells(newsdesk, "a", RIVER)
    second = tells(newsdesk, "b", FLOOD)
    assert lead(newsdesk, first) == first
    guid = f"b-{FLOOD}"
    with newsdesk.database.reading() as session:
        url = session.get_one(Item, second).url or ""
    keep(newsdesk, rss([rss_item(guid, FLOOD, url, "2026-11-24T00:00:00Z")]), "https://b.example/feed")
    assert lead(newsdesk, first) == second


def test_an_item_that_an_editor_named_outlives_retention(newsdesk: Newsdesk, clock: Clock) -> None:
    """And where one was removed, before it was named or with its source, an undo still finds its story."""
    first, second = tells(newsdesk, "a", RIVER), tells(newsdesk, "b", BUDGET)
    third = tells(newsdesk, "c", "A third thing that nobody else tells")
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), "ada")
        desk.merge(first, second)
        desk.undo(desk.merge(third, second).decision.id)
    clock.move(days=400)
    newsdesk.upkeep()
    with newsdesk.database.writing() as session:
        assert set(session.exec(select(Item.id))) == {first, second, third}
        store.purge(session, [session.get_one(Item, second)])
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").undo()
    assert grouped(newsdesk) == [[first], [third]]


HEADLINES = st.sampled_from([RIVER, FLOOD, BUDGET, "Norwick council passes long budget", "Morning briefing"])
POLL = st.tuples(st.sampled_from("abcd"), st.lists(HEADLINES, max_size=3, unique=True))


def document(site: str, headlines: list[str]) -> str:
    """A document of a site; some of its texts are those of other sites, some of its ids are repeated."""
    entries = [
        rss_item(f"{site}{len(headline) % 3}", headline, f"https://{site}.example/{len(headline)}", text=TEXT)
        for headline in headlines
    ]
    return rss(entries, title=f"Site {site}")


def told(newsdesk: Newsdesk) -> tuple[list[object], list[list[int]], list[object]]:
    """All that is known of items and stories."""
    with newsdesk.database.reading() as session:
        items = session.exec(
            select(Item.source_id, Item.key, Item.title, Item.timestamp).order_by(col(Item.id))
        )
        rows = session.exec(select(Likeness).order_by(col(Likeness.item_id), col(Likeness.other_id)))
        leads = session.exec(select(Story.lead_id, Story.medoid_id).order_by(col(Story.lead_id))).all()
        return [*items.all(), *leads], grouped(newsdesk), [row.model_dump() for row in rows]


def replay(newsdesk: Newsdesk, polls: list[tuple[str, list[str]]]) -> None:
    for site, headlines in polls:
        keep(newsdesk, document(site, headlines), f"https://{site}.example/feed")


@given(st.lists(POLL, min_size=1, max_size=8), st.integers(0, 8))
@settings(max_examples=12)
def test_the_same_polls_make_the_same_stories(
    new_url: Callable[[], str], polls: list[tuple[str, list[str]]], half: int
) -> None:
    """Once through, in two halves with a restart between, and then all of it once more."""
    with TemporaryDirectory() as folder:
        chosen = [app.chosen(database_url=new_url(), output=f"{folder}/public") for _ in range(2)]
        with app.opened(chosen[0], Clock()) as whole:
            replay(whole, polls)
            once = told(whole)
        for part in (polls[:half], polls[half:]):
            with app.opened(chosen[1], Clock()) as halves:
                replay(halves, part)
        with app.opened(chosen[1], Clock()) as halves:
            assert told(halves) == once
            replay(halves, polls[-1:])
            assert told(halves) == once
