"""An editor's verbs: each one decision, in one transaction, however many editors there are."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from makers import Clock, keep, rss, rss_item
from sqlmodel import Session, select

from aggregator.app import Newsdesk
from config.errors import UsageFault
from config.options import EDITORS_PICK, RECENT_NEWS, Curation
from curation import desk, inbox, lineup
from curation.desk import Desk
from curation.tables import Decision, Pick

THREE = rss([rss_item("a"), rss_item("b"), rss_item("c")])


@pytest.fixture
def stocked(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom with items 1 to 3."""
    keep(newsdesk, THREE)
    return newsdesk


def at_work(newsdesk: Newsdesk, session: Session, editor: str = "ada", **options: object) -> Desk:
    return Desk(session, Curation(**options), newsdesk.now(), editor)  # type: ignore[arg-type]


def line_up(newsdesk: Newsdesk) -> list[tuple[int, str]]:
    with newsdesk.database.reading() as session:
        return [(pick.item_id, pick.note) for pick in lineup.live(session, EDITORS_PICK, newsdesk.now())]


def test_a_pick_stands_in_the_line_up_with_its_note(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session).pick(2, EDITORS_PICK, note="  Read it \x07")
    assert line_up(stocked) == [(2, "Read it")]


def test_the_same_pick_again_is_no_new_decision(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        first = at_work(stocked, session).pick(2, EDITORS_PICK, note="n")
        again = at_work(stocked, session).pick(2, EDITORS_PICK, note="n")
        assert (again.already, again.decision.id) == (True, first.decision.id)
        assert len(session.exec(select(Decision)).all()) == 1


def test_of_two_editors_the_second_is_told_that_it_is_picked(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session).pick(2, EDITORS_PICK)
        second = at_work(stocked, session, "bob").pick(2, EDITORS_PICK)
        assert second.already
        assert second.pick is not None
        assert second.pick.editors == ("ada",)


def test_where_two_must_agree_the_second_pick_counts(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session, quorum=2).pick(2, EDITORS_PICK)
        second = at_work(stocked, session, "bob", quorum=2).pick(2, EDITORS_PICK)
        assert not second.already
        assert second.pick is not None
        assert second.pick.editors == ("ada", "bob")


def test_picking_another_item_of_a_picked_story_is_the_same_pick(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", link="https://x.example/1")]))
    keep(
        newsdesk, rss([rss_item("b", link="http://x.example/1/?utm_source=b")]), "https://other.example/feed"
    )
    with newsdesk.database.writing() as session:
        at_work(newsdesk, session).pick(1, EDITORS_PICK)
        other = at_work(newsdesk, session).pick(2, EDITORS_PICK)
        assert other.already
        assert len(session.exec(select(Pick)).all()) == 1


def test_a_hold_delays_what_readers_see(stocked: Newsdesk, clock: Clock) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session, hold="10m").pick(2, EDITORS_PICK)
    assert line_up(stocked) == []
    clock.move(minutes=10)
    assert line_up(stocked) == [(2, "")]


def test_unpicking_what_is_not_picked_is_no_new_decision(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session).pick(2, EDITORS_PICK)
        assert not at_work(stocked, session).unpick(2, EDITORS_PICK).already
        assert at_work(stocked, session).unpick(2, EDITORS_PICK).already
    assert line_up(stocked) == []


def test_undo_takes_back_your_own_last_decision_and_then_the_one_before(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session).pick(1, EDITORS_PICK)
        at_work(stocked, session).pick(2, EDITORS_PICK)
        at_work(stocked, session, "bob").pick(3, EDITORS_PICK)
        at_work(stocked, session).undo()
    assert [item for item, _ in line_up(stocked)] == [3, 1]
    with stocked.database.writing() as session:
        at_work(stocked, session).undo()
    assert [item for item, _ in line_up(stocked)] == [3]


def test_an_undone_unpick_brings_the_pick_back_as_it_was(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session).pick(1, EDITORS_PICK, note="n")
        at_work(stocked, session).unpick(1, EDITORS_PICK)
        at_work(stocked, session).undo()
    assert line_up(stocked) == [(1, "n")]


def test_an_undo_tells_the_decision_it_took_back(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        made = at_work(stocked, session).pick(1, EDITORS_PICK)
        assert made.undone is None
        assert at_work(stocked, session).undo().undone == made.decision


def test_a_time_in_the_log_is_in_utc_and_ends_in_z(stocked: Newsdesk) -> None:
    paris = timezone(timedelta(hours=1))
    with stocked.database.writing() as session:
        until = datetime(2026, 12, 1, 9, 30, tzinfo=paris)
        made = at_work(stocked, session).pick(1, EDITORS_PICK, until=until)
        assert made.decision.payload == {
            "until": "2026-12-01T08:30:00Z",
            "visible_from": "2026-11-25T12:00:00Z",
        }
        assert made.pick is not None
        assert made.pick.until == until


def test_the_log_keeps_what_was_undone(stocked: Newsdesk) -> None:
    with stocked.database.writing() as session:
        at_work(stocked, session).pick(1, EDITORS_PICK)
        at_work(stocked, session).undo(1)
        lines = [(line.verb, line.undoes) for line in desk.log(session, 10)]
    assert lines == [("undo", 1), ("pick", None)]


@pytest.mark.parametrize(
    ("refused", "names"),
    [
        (lambda ada: ada.pick(99, EDITORS_PICK), "item 99"),
        (lambda ada: ada.pick(-1, EDITORS_PICK), "item -1"),
        (lambda ada: ada.pick(10**30, EDITORS_PICK), "there is none"),
        (lambda ada: ada.pick(1, RECENT_NEWS), "recent-news"),
        (lambda ada: ada.pick(1, EDITORS_PICK, note="x" * 10_001), "10,001"),
        (lambda ada: ada.pick(1, EDITORS_PICK, position=0), "position 0"),
        (lambda ada: ada.pick(1, EDITORS_PICK, until=ada.now - timedelta(1)), "--until"),
        (lambda ada: ada.unpick(1, EDITORS_PICK), "never picked"),
        (lambda ada: ada.undo(), "no decision left"),
        (lambda ada: ada.undo(5), "decision 5"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    stocked: Newsdesk, refused: object, names: str
) -> None:
    with pytest.raises(UsageFault, match=names), stocked.database.writing() as session:
        refused(at_work(stocked, session))  # type: ignore[operator]
    with stocked.database.reading() as session:
        assert session.exec(select(Decision)).all() == []


def test_a_picked_story_waits_no_more_and_an_unpicked_one_waits_again(stocked: Newsdesk) -> None:
    def waiting() -> list[int | None]:
        with stocked.database.reading() as session:
            return [item.id for item in inbox.waiting(session, inbox.Filters(), 10)]

    with stocked.database.writing() as session:
        at_work(stocked, session).pick(2, EDITORS_PICK)
    assert 2 not in waiting()
    with stocked.database.writing() as session:
        at_work(stocked, session).unpick(2, EDITORS_PICK)
    assert 2 in waiting()


PICKING = """
import sys
from aggregator import app
from config.options import EDITORS_PICK
from curation.desk import Desk
with app.opened(app.chosen(database_url=sys.argv[1])) as newsdesk:
    for number in range(1, 21):
        with newsdesk.database.writing() as session:
            Desk(session, newsdesk.curation, newsdesk.now(), sys.argv[2]).pick(number, EDITORS_PICK)
"""


@pytest.mark.both
def test_four_editors_picking_at_once_lose_nothing_and_pick_nothing_twice(
    newsdesk: Newsdesk,
) -> None:
    keep(newsdesk, rss([rss_item(str(number)) for number in range(20)]))
    root, url = Path(__file__).parents[2], newsdesk.settings.database_url
    editors = [
        subprocess.Popen(
            [sys.executable, "-c", PICKING, url, name], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}
        )
        for name in ("ada", "bob", "cy", "dee")
    ]
    assert [editor.wait(60) for editor in editors] == [0, 0, 0, 0]
    with newsdesk.database.reading() as session:
        assert len(session.exec(select(Pick)).all()) == 20
        assert len(session.exec(select(Decision)).all()) == 20
