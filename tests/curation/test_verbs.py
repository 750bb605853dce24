"""Every verb: what it does, what it says where it is done already, what undoes it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlmodel import Session, col, select

from aggregator import app, newspaper
from aggregator.app import Newsdesk
from config.errors import UsageFault
from config.options import EDITORS_PICK, Edition
from curation import inbox, lineup, notes, projections, standing
from curation.desk import Desk, Outcome
from curation.tables import Decision, Kill, Pick, StoryPin, Tag
from curation.verbs import VERBS, carry_out
from feeds.entries import Feed
from feeds.tables import Item, Likeness

UTC = ZoneInfo("UTC")
WEEKLY = Edition(slug="weekly", title="Weekly", rule="picks")
EDITIONS = (EDITORS_PICK, WEEKLY)
ITEMS = 4


def do(newsdesk: Newsdesk, verb: str, item: int | None = None, editor: str = "ada", **given: Any) -> Outcome:
    """Carry out one order, in a transaction of its own."""
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), editor)
        return carry_out(desk, EDITIONS, {"verb": verb, "item": item, **given}, UTC)


def order(newsdesk: Newsdesk) -> list[int]:
    with newsdesk.database.reading() as session:
        return [pick.item_id for pick in standing.live(session, EDITORS_PICK, newsdesk.now())]


def feed(newsdesk: Newsdesk, edition: Edition = EDITORS_PICK) -> Feed:
    with newsdesk.database.reading() as session:
        return lineup.lineup(session, edition, newsdesk.site, newsdesk.now())


def stories(newsdesk: Newsdesk) -> list[list[int]]:
    """The items of each story, by number."""
    with newsdesk.database.reading() as session:
        told: dict[int, list[int]] = {}
        for item in session.exec(select(Item).order_by(col(Item.id))):
            told.setdefault(item.story_id, []).append(item.id or 0)
    return sorted(told.values())


@pytest.fixture
def stocked(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom with items 1 to 4, of which 1, 2 and 3 are picked in this order."""
    keep(newsdesk, rss([rss_item(name) for name in "abcd"]))
    for number in (1, 2, 3):
        newsdesk.now.move(minutes=1)
        do(newsdesk, "pick", number)
    return newsdesk


@pytest.mark.parametrize(
    ("where", "moved"),
    [
        ({"top": True}, [1, 3, 2]),
        ({"place": 2}, [3, 1, 2]),
        ({"up": True}, [3, 1, 2]),
        ({"before": 3}, [1, 3, 2]),
        ({"after": 3}, [3, 1, 2]),
    ],
    ids=str,
)
def test_a_pick_is_moved(stocked: Newsdesk, where: dict[str, Any], moved: list[int]) -> None:
    assert order(stocked) == [3, 2, 1]
    assert not do(stocked, "move", 1, **where).already
    assert order(stocked) == moved
    do(stocked, "undo")
    assert order(stocked) == [3, 2, 1]


@pytest.mark.parametrize(
    ("where", "moved"),
    [
        ({"bottom": True}, [2, 1, 3]),
        ({"down": True}, [2, 3, 1]),
        ({"after": 1}, [2, 1, 3]),
        ({"before": 1}, [2, 3, 1]),
    ],
    ids=str,
)
def test_a_pick_is_moved_down(stocked: Newsdesk, where: dict[str, Any], moved: list[int]) -> None:
    do(stocked, "move", 3, **where)
    assert order(stocked) == moved


def test_who_moves_a_pick_beyond_the_last_place_is_told_where_it_stands(stocked: Newsdesk) -> None:
    assert do(stocked, "move", 3, place=9).remark == "stands last, at place 3"
    assert do(stocked, "move", 2, bottom=True).remark is None


def test_of_two_moves_to_one_place_the_later_counts_and_its_editor_is_told(stocked: Newsdesk) -> None:
    first = do(stocked, "move", 1, "bob", top=True)
    second = do(stocked, "move", 2, top=True)
    assert order(stocked) == [2, 1, 3]
    assert first.decision is not None
    assert second.remark == (
        f"item 1, put there by bob in decision {first.decision.id}, now stands at place 2"
    )
    assert do(stocked, "move", 2, top=True).already


def test_pinned_picks_stand_first_and_their_dates_stay(stocked: Newsdesk) -> None:
    before = {entry.guid: entry.published for entry in feed(stocked).entries}
    do(stocked, "pin", 1)
    assert order(stocked) == [1, 3, 2]
    assert {entry.guid: entry.published for entry in feed(stocked).entries} == before
    moved = do(stocked, "move", 2, top=True)
    assert (order(stocked), moved.remark) == ([1, 2, 3], "stands at place 2, below those that are pinned")
    do(stocked, "unpin", 1)
    assert order(stocked) == [2, 3, 1]


def test_a_held_pick_is_withdrawn_until_it_is_released_or_until_a_time(
    stocked: Newsdesk, clock: Clock
) -> None:
    do(stocked, "hold", 2)
    do(stocked, "hold", 3, until="2h")
    assert order(stocked) == [1]
    clock.move(hours=2)
    assert order(stocked) == [3, 1]
    do(stocked, "release", 2)
    assert order(stocked) == [3, 2, 1]


def test_a_killed_story_is_seen_nowhere_also_where_items_join_it_later(stocked: Newsdesk) -> None:
    do(stocked, "kill", 1)
    do(stocked, "merge", 4, into=1)
    assert order(stocked) == [3, 2]
    with stocked.database.reading() as session:
        assert inbox.waiting(session, inbox.Filters(), 10) == []
        everything = inbox.leads(session, inbox.Filters(), 10)
        assert {item.id for item in everything} == {2, 3}
        assert inbox.listed(session, [inbox.item(session, 4)])[0].is_killed
    with pytest.raises(UsageFault, match="item 4: its story is killed"):
        do(stocked, "pick", 4)
    do(stocked, "revive", 4)
    assert order(stocked) == [3, 2, 1]


def test_an_editor_s_tag_is_listed_filtered_by_and_published(stocked: Newsdesk) -> None:
    do(stocked, "tag", 1, tag="  Big\nnews ")
    with stocked.database.reading() as session:
        found = inbox.leads(session, inbox.Filters(tag="Big news"), 10)
        assert [item.id for item in found] == [1]
        assert inbox.listed(session, found)[0].tags == ("Big news",)
    assert [entry.categories for entry in feed(stocked).entries] == [(), (), ("Big news",)]
    do(stocked, "untag", 1, tag="Big news")
    assert [entry.categories for entry in feed(stocked).entries] == [(), (), ()]


def test_a_note_and_a_headline_are_given_and_taken_back(stocked: Newsdesk) -> None:
    plain = feed(stocked)
    do(stocked, "note", 1, note="**Read** it")
    do(stocked, "retitle", 1, title="Ours")
    entry = feed(stocked).entries[2]
    assert (entry.title, "<strong>Read</strong>" in entry.content) == ("Ours", True)
    do(stocked, "note", 1, note="")
    do(stocked, "retitle", 1, title="")
    then, before = feed(stocked).entries[2], plain.entries[2]
    assert then.updated != before.updated
    assert then.model_copy(update={"updated": before.updated}) == before


def test_a_correction_is_told_after_the_note_dates_the_entry_anew_and_is_taken_back(
    stocked: Newsdesk, clock: Clock
) -> None:
    plain = feed(stocked)
    do(stocked, "note", 1, note="Read it")
    later = clock.move(hours=1)
    do(stocked, "correct", 1, correction=" Two trams,\nnot <three>. ")
    entry = feed(stocked).entries[2]
    assert entry.content == (
        '<blockquote class="newsdesk-note"><p>Read it</p>'
        "<p><strong>Corrected:</strong> Two trams, not &lt;three&gt;.</p></blockquote>"
    )
    assert entry.editorial is not None
    assert entry.editorial.correction == "Two trams, not <three>."
    assert entry.updated is not None
    assert (entry.updated.at.replace(microsecond=0), entry.published) == (later, plain.entries[2].published)
    clock.move(hours=1)
    do(stocked, "correct", 1, correction="")
    shown = feed(stocked).entries[2]
    assert "Corrected" not in shown.content
    assert shown.updated is not None
    assert shown.updated.at.replace(microsecond=0) == clock(), "what is said no more is a change too"
    for _ in range(3):
        do(stocked, "undo")
    assert feed(stocked) == plain


def test_a_correction_is_marked_in_the_language_of_the_newsroom() -> None:
    assert "<p><strong>Rectificatif" in notes.quoted("", "Deux.", "fr-CA")
    assert notes.quoted("", "", "fr") == ""


def test_merged_items_are_one_story_with_one_pick_until_they_are_split(stocked: Newsdesk) -> None:
    do(stocked, "merge", 2, into=1)
    assert stories(stocked) == [[1, 2], [3], [4]]
    assert order(stocked) == [3, 1]
    with stocked.database.reading() as session:
        pin = session.get_one(StoryPin, (1, 2))
        alike = session.get_one(Likeness, (2, 1))
        assert (pin.together, alike.level, alike.evidence) == (True, "editor", "ada says so")
    do(stocked, "split", 1)
    assert stories(stocked) == [[1], [2], [3], [4]]
    with stocked.database.reading() as session:
        assert not session.get_one(StoryPin, (1, 2)).together
        assert session.get(Likeness, (2, 1)) is None


def test_two_editors_merges_are_undone_in_whichever_order(stocked: Newsdesk) -> None:
    do(stocked, "merge", 2, into=1)
    do(stocked, "merge", 1, "bob", into=3)
    assert stories(stocked) == [[1, 2, 3], [4]]
    do(stocked, "undo")
    assert stories(stocked) == [[1, 3], [2], [4]]
    do(stocked, "redo")
    assert stories(stocked) == [[1, 2, 3], [4]]
    do(stocked, "undo")
    do(stocked, "undo", editor="bob")
    assert stories(stocked) == [[1], [2], [3], [4]]


def test_redo_takes_back_undos_the_last_first(stocked: Newsdesk) -> None:
    for _ in range(3):
        do(stocked, "undo")
    seen = []
    for _ in range(3):
        do(stocked, "redo")
        seen.append(order(stocked))
    assert seen == [[1], [2, 1], [3, 2, 1]]
    with pytest.raises(UsageFault, match="nothing that could be done again"):
        do(stocked, "redo")


TWICE: list[dict[str, Any]] = [
    {"verb": "unpick", "item": 1},
    {"verb": "note", "item": 1, "note": "n"},
    {"verb": "retitle", "item": 1, "title": "t"},
    {"verb": "correct", "item": 1, "correction": "c"},
    {"verb": "move", "item": 1, "top": True},
    {"verb": "move", "item": 3, "bottom": True},
    {"verb": "pin", "item": 1},
    {"verb": "hold", "item": 1},
    {"verb": "kill", "item": 4},
    {"verb": "tag", "item": 4, "tag": "x"},
    {"verb": "merge", "item": 4, "into": 1},
]


@pytest.mark.parametrize("words", TWICE, ids=lambda words: words["verb"])
def test_the_same_verb_twice_is_one_decision(stocked: Newsdesk, words: dict[str, Any]) -> None:
    first, second = do(stocked, **words), do(stocked, **words)
    assert (first.already, second.already) == (False, True)
    assert first.decision is not None
    assert second.decision is not None
    assert first.decision.id == second.decision.id


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ({"verb": "fly", "item": 1}, "'fly'"),
        ({"verb": ["pick"], "item": 1}, "there is none"),
        ({"verb": "pick"}, "item is missing"),
        ({"verb": "pick", "item": "1"}, "'1'"),
        ({"verb": "pick", "item": True}, "True"),
        ({"verb": "pick", "item": 1, "nota": "x"}, "'nota'"),
        ({"verb": "pick", "item": 1, "edition": "none"}, "'none'"),
        ({"verb": "pick", "item": 1, "until": "someday"}, "'someday'"),
        ({"verb": "pick", "item": 1, "until": "yesterday"}, "--until"),
        ({"verb": "note", "item": 4, "note": "x"}, "item 4: is not picked"),
        ({"verb": "note", "item": 1, "note": "x" * 1_000_000}, "1,000,000"),
        ({"verb": "retitle", "item": 1, "title": "x" * 501}, "501"),
        ({"verb": "correct", "item": 1, "correction": "x" * 1_001}, "1,001"),
        ({"verb": "correct", "item": 4, "correction": "x"}, "item 4: is not picked"),
        ({"verb": "move", "item": 1}, "takes one place"),
        ({"verb": "move", "item": 1, "top": True, "place": 2}, "takes one place"),
        ({"verb": "move", "item": 1, "place": -2}, "position -2"),
        ({"verb": "move", "item": 1, "place": 1001}, "position 1001"),
        ({"verb": "move", "item": 1, "before": 4}, "item 4"),
        ({"verb": "move", "item": 1, "before": 1}, "item 1"),
        ({"verb": "hold", "item": 1, "until": "2020-01-01"}, "--until: is past"),
        ({"verb": "revive", "item": 1}, "never killed"),
        ({"verb": "tag", "item": 1, "tag": "\x07 "}, "is no text"),
        ({"verb": "tag", "item": 1, "tag": "x" * 101}, "101"),
        ({"verb": "untag", "item": 1, "tag": "x"}, "never tagged"),
        ({"verb": "merge", "item": 1, "into": 1}, "with itself"),
        ({"verb": "merge", "item": 1, "into": 99}, "item 99"),
        ({"verb": "split", "item": 1}, "alone in its story"),
        ({"verb": "undo", "decision": 99}, "decision 99"),
        ({"verb": "redo"}, "undone nothing"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_cannot_be_meant_is_refused_in_one_line_and_changes_nothing(
    stocked: Newsdesk, words: dict[str, Any], names: str
) -> None:
    with stocked.database.reading() as session:
        before = len(session.exec(select(Decision)).all())
    with pytest.raises(UsageFault) as refused:
        do(stocked, **words)
    assert names in refused.value.message
    assert "\n" not in refused.value.message
    with stocked.database.reading() as session:
        assert len(session.exec(select(Decision)).all()) == before


def test_a_full_edition_takes_no_pick_unless_it_lets_the_oldest_go(stocked: Newsdesk) -> None:
    full = EDITORS_PICK.model_copy(update={"limit": 3})
    with stocked.database.writing() as session:
        desk = Desk(session, stocked.curation, stocked.now(), "ada")
        with pytest.raises(UsageFault, match="is full, with 3 picks"):
            desk.pick(4, full)
        desk.pin(1, full)
        rolling = full.model_copy(update={"expire": "oldest"})
        desk.pick(4, rolling)
        seen = [pick.item_id for pick in standing.live(session, rolling, stocked.now())]
    assert seen == [1, 4, 3]  # 2 is the oldest that is not pinned


def test_no_pick_is_shown_for_longer_than_the_edition_says(stocked: Newsdesk, clock: Clock) -> None:
    an_hour = EDITORS_PICK.model_copy(update={"max_age": timedelta(hours=1)})
    clock.move(minutes=58, seconds=30)  # the picks are 60.5, 59.5 and 58.5 minutes old
    with stocked.database.reading() as session:
        seen = [pick.item_id for pick in standing.live(session, an_hour, stocked.now())]
    assert seen == [3, 2]


def test_a_pick_that_is_taken_back_while_it_is_held_back_leaves_no_trace(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]))
    with newsdesk.database.writing() as session:
        options = newsdesk.curation.model_copy(update={"hold": timedelta(hours=1)})
        Desk(session, options, newsdesk.now(), "ada").pick(1, EDITORS_PICK)
    before = pages(newsdesk)
    clock.move(minutes=5)
    do(newsdesk, "unpick", 1)
    clock.move(hours=3)
    assert pages(newsdesk) == before


def test_a_nomination_goes_live_when_enough_editors_are_heard(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item("a")]))

    def pick(editor: str) -> None:
        with newsdesk.database.writing() as session:
            options = newsdesk.curation.model_copy(update={"quorum": 2})
            Desk(session, options, newsdesk.now(), editor).pick(1, EDITORS_PICK)

    pick("ada")
    clock.move(hours=5)
    with newsdesk.database.reading() as session:
        assert standing.live(session, EDITORS_PICK, newsdesk.now(), quorum=2) == []
    pick("bob")
    with newsdesk.database.reading() as session:
        shown = lineup.lineup(session, EDITORS_PICK, newsdesk.site, newsdesk.now(), quorum=2)
    assert [entry.published and entry.published.at for entry in shown.entries] == [newsdesk.now()]


def test_what_differs_from_the_log_is_named_and_mended(stocked: Newsdesk) -> None:
    do(stocked, "kill", 4)
    do(stocked, "tag", 1, tag="x")
    do(stocked, "merge", 2, into=1)
    with stocked.database.writing() as session:
        assert projections.rebuild(session) == []
    was = rows(stocked)
    with stocked.database.writing() as session:
        session.delete(session.get_one(Kill, 4))
        session.get_one(Pick, 1).note = "forged"
        session.add(Tag(item_id=1, tag="forged", decision_id=1))
    with stocked.database.writing() as session:
        assert projections.rebuild(session) == [
            "pick 1 editors-pick: had another note",
            "kill 4: was missing",
            "tag 1 forged: is not in the log",
        ]
    assert rows(stocked) == was


def rows(newsdesk: Newsdesk) -> list[Any]:
    """Every projection, by what it says."""
    with newsdesk.database.reading() as session:
        return [
            sorted(str(row.model_dump(exclude={"id"})) for row in session.exec(select(table)))
            for table in (Pick, Kill, Tag, StoryPin)
        ]


def pages(newsdesk: Newsdesk) -> dict[str, bytes]:
    """The bytes of the editions of picks, as they would be published."""
    with newsdesk.database.reading() as session:
        paper = newspaper.newspaper(session, EDITIONS, newsdesk.site, newsdesk.now(), 1)
    return {document.name: document.render() for document in newspaper.documents(paper, newsdesk.site)}


# --- any sequence of verbs -------------------------------------------------------------------------

numbers = st.integers(1, ITEMS)
EXAMPLES: dict[str, st.SearchStrategy[Any]] = {
    "note": st.sampled_from(["", "n", "*m*"]),
    "title": st.sampled_from(["", "T"]),
    "correction": st.sampled_from(["", "Two, not three."]),
    "tag": st.sampled_from(["x", "y"]),
    "into": numbers,
    "place": st.integers(1, 5),
    "until": st.sampled_from(["1h", "3d"]),
}


@st.composite
def orders(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An editor with an order that is none of undo and redo; or a rule, which has one verb more."""
    if draw(st.integers(0, 5)) == 0:
        return "rule:x", {"verb": "nominate", "item": draw(numbers)}
    name = draw(st.sampled_from([name for name in VERBS if name not in ("undo", "redo")]))
    verb = VERBS[name]
    made: dict[str, Any] = {"verb": name, "item": draw(numbers)}
    made |= {key: draw(EXAMPLES[key]) for key in verb.needs if key != "item"}
    optional = [key for key in verb.takes if key in EXAMPLES]
    if optional and (name == "move" or draw(st.booleans())):
        key = draw(st.sampled_from(["place"] if name == "move" else optional))
        made[key] = draw(EXAMPLES[key])
    if verb.in_edition:
        made["edition"] = draw(st.sampled_from([edition.slug for edition in EDITIONS]))
    return draw(st.sampled_from(["ada", "bob"])), made


def carried_out(session: Session, newsdesk: Newsdesk, editor: str, order: dict[str, Any]) -> bool:
    """Whether an order was a new decision; those that cannot be meant are none."""
    try:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), editor)
        if order["verb"] == "nominate":
            outcome = desk.nominate(order["item"], EDITORS_PICK)
        else:
            outcome = carry_out(desk, EDITIONS, order, UTC)
    except UsageFault:
        return False
    return not outcome.already


@pytest.fixture(scope="module")
def laboratory(new_url: Callable[[], str]) -> Iterator[tuple[Newsdesk, Clock]]:
    """A newsroom with four items, whose transactions are all rolled back."""
    clock = Clock()
    chosen = app.chosen(title="Example News", base_url="https://news.example/", database_url=new_url())
    with app.opened(chosen, clock) as newsdesk:
        keep(newsdesk, rss([rss_item(name) for name in "abcd"]))
        yield newsdesk, clock


def public(session: Session, newsdesk: Newsdesk) -> list[bytes]:
    paper = newspaper.newspaper(session, EDITIONS, newsdesk.site, newsdesk.now(), 1)
    documents = newspaper.documents(paper, newsdesk.site)
    return [document.render() for document in documents if document.name.endswith("atom")]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(before=st.lists(orders(), max_size=5), after=st.lists(orders(), max_size=6), kept=st.data())
def test_as_many_undos_as_verbs_give_the_earlier_bytes_and_the_log_gives_every_row(
    laboratory: tuple[Newsdesk, Clock],
    before: list[tuple[str, dict[str, Any]]],
    after: list[tuple[str, dict[str, Any]]],
    kept: Any,
) -> None:
    newsdesk, clock = laboratory
    with Session(newsdesk.database.engine) as session, session.begin() as transaction:
        for editor, order in before:
            clock.move(seconds=1)
            carried_out(session, newsdesk, editor, order)
        earlier = (public(session, newsdesk), story_shape(session))
        done = []
        for editor, order in after:
            clock.move(seconds=1)
            lines = len(session.exec(select(Decision)).all())
            carried_out(session, newsdesk, editor, order)
            done += [editor] * (len(session.exec(select(Decision)).all()) - lines)
        assert projections.rebuild(session) == []
        for editor in kept.draw(st.permutations(done)):
            clock.move(seconds=1)
            assert carried_out(session, newsdesk, editor, {"verb": "undo"})
        assert (public(session, newsdesk), story_shape(session)) == earlier
        assert projections.rebuild(session) == []
        transaction.rollback()


def story_shape(session: Session) -> list[list[int]]:
    told: dict[int, list[int]] = {}
    for item in session.exec(select(Item)):
        told.setdefault(item.story_id, []).append(item.id or 0)
    return sorted(sorted(items) for items in told.values())


PICKING = """
import sys
from aggregator import app
from config.options import EDITORS_PICK
from curation.desk import Desk
with app.opened(app.chosen(database_url=sys.argv[1])) as newsdesk:
    for number in range(1, 11):
        with newsdesk.database.writing() as session:
            Desk(session, newsdesk.curation, newsdesk.now(), sys.argv[2]).tag(number, sys.argv[2])
        with newsdesk.database.writing() as session:
            Desk(session, newsdesk.curation, newsdesk.now(), sys.argv[2]).pick(number, EDITORS_PICK)
"""


@pytest.mark.slow
@pytest.mark.both
def test_eight_processes_deciding_at_once_lose_nothing(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item(str(number)) for number in range(10)]))
    root, url = Path(__file__).parents[2], newsdesk.settings.database_url
    names = [f"editor{number}" for number in range(8)]
    environ = os.environ | {"PYTHONPATH": str(root)}
    editors = [
        subprocess.Popen([sys.executable, "-c", PICKING, url, name], cwd=root, env=environ) for name in names
    ]
    assert [editor.wait(100) for editor in editors] == [0] * 8
    with newsdesk.database.writing() as session:
        assert len(session.exec(select(Pick)).all()) == 10
        assert len(session.exec(select(Tag)).all()) == 80
        assert len(session.exec(select(Decision)).all()) == 90
        assert projections.rebuild(session) == []
