"""The full-screen desk shows the newsroom as it is, in any terminal, whoever works in it and whatever fails.

The screens in `desk_screens` are compared line by line. To take them anew, and then read the difference:
NEWSDESK_TEST_SCREENS=write python -m pytest tests/curation/test_desk_screen.py
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from makers import Clock, keep, rss, rss_item
from screens import WEEKEND, AtWork, at_work
from sqlalchemy import text

from aggregator.app import Newsdesk
from aggregator.database import Database
from config.options import EDITORS_PICK

SCREENS = Path(__file__).parent / "desk_screens"
LONG = """The tram depot, <b>closed</b> since the flood of 2019, is to become a market hall of sixty
stalls, the council decided last night by nine votes to two. Traders of the old square are to choose
first.</p><p>Its rails stay where they are. A single tram, number 14, will stand in the middle and sell
coffee, from the spring of next year."""


def dated(day: int, hour: int) -> str:
    return f"{day} Nov 2026 {hour:02}:00:00 GMT"


@pytest.fixture
def newsroom(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom of three sources, two of which tell one story, and of two editors."""
    wire = [
        rss_item(
            "tram", "Old tram depot is to become a market hall", date=dated(25, 9), text=f"<p>{LONG}</p>"
        ),
        rss_item("lock", "Lock at Saint-Aubin closed for a week", date=dated(24, 18)),
        rss_item("moss", "Moss remembers the drought better than we do", date=dated(23, 12)),
    ]
    post = [
        rss_item(
            "hall", "Old tram depot is to become a market hall", date=dated(25, 10), text=f"<p>{LONG}</p>"
        )
    ]
    chips = [
        rss_item("rcs", "東京の新しい路面電車、来春に開業へ", date=dated(25, 11)),
        rss_item("evil", "Now \x1b[31mred\x1b[0m \u202e[bold]and[/bold] loud", date=dated(22, 8)),
    ]
    keep(newsdesk, rss(wire, title="The Slow Wire"), "https://wire.example/feed", section="city")
    keep(newsdesk, rss(post, title="Riverton Post"), "https://post.example/feed", section="city")
    keep(newsdesk, rss(chips, title="Circuit"), "https://circuit.example/feed", section="tech")
    return newsdesk


def number(work: AtWork, title: str) -> int:
    return next(story.number for story in work.desk.page.stories if title in story.title)


async def compare(work: AtWork, name: str) -> None:
    """Wait until the screen is the one that is kept under a name."""
    kept = SCREENS / f"{name}-{work.desk.size.width}x{work.desk.size.height}.txt"
    if os.environ.get("NEWSDESK_TEST_SCREENS") == "write":
        kept.write_text(f"{work.screen}\n")
    with suppress(AssertionError):  # the next line tells the difference
        await work.until(lambda: f"{work.screen}\n" == kept.read_text())
    assert f"{work.screen}\n" == kept.read_text()


SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_screens_are_as_they_are_kept(newsroom: Newsdesk, clock: Clock, size: tuple[int, int]) -> None:
    async with at_work(newsroom, *size) as work:
        await work.press("j")
        await work.settled()
        await compare(work, "inbox")
        await work.press("enter")
        await work.settled()
        await compare(work, "reading")
        work.by_other("pick", number(work, "Moss"), EDITORS_PICK)
        work.by_other("pick", number(work, "Lock"), EDITORS_PICK)
        work.by_other("pin", number(work, "Lock"), EDITORS_PICK)
        work.by_other("hold", number(work, "Moss"), EDITORS_PICK)
        await work.press("q", "p")
        await work.settled()
        await work.press("n", *"Read this", "ctrl+s")
        await work.settled()
        work.desk.places.focus()
        await work.press("j", "j", "j", "enter")
        await work.settled()
        await work.press("j")
        await work.settled()
        await compare(work, "line-up")
        await work.press("n")
        await compare(work, "note")
        await work.press("escape", "?")
        await work.pilot.pause()
        await compare(work, "help")


async def test_another_editor_s_pick_appears_and_is_told_without_a_reload(newsroom: Newsdesk) -> None:
    async with at_work(newsroom) as work:
        moss = number(work, "Moss")
        work.by_other("pick", moss, EDITORS_PICK)
        await work.shows(f"bob: pick item {moss} in editors-pick", "P  2d     Moss", "Editor's Pick 1←")
        assert work.desk.stories.cursor == 0
        work.by_other("unpick", moss, EDITORS_PICK)
        await work.shows("•  2d     Moss", "Editor's Pick 0←")


async def test_a_new_item_appears_above_and_the_cursor_stays_with_its_story(newsroom: Newsdesk) -> None:
    async with at_work(newsroom) as work:
        await work.press("j", "j")
        title = work.desk.stories.current.title  # type: ignore[union-attr]
        keep(newsroom, rss([rss_item("new", "Fresh from the press", date=dated(25, 12))]))
        await work.shows("Fresh from the press")
        assert [line for line in work.lines if "> •" in line and title[:30] in line]


async def test_time_goes_on_in_what_is_shown(newsroom: Newsdesk, clock: Clock) -> None:
    async with at_work(newsroom) as work:
        await work.shows("1h     東京")
        clock.move(hours=5)
        await work.shows("6h     東京")


async def test_the_line_up_tells_waiting_from_live(newsroom: Newsdesk, clock: Clock) -> None:
    async with at_work(newsroom) as work:
        with newsroom.database.writing() as session:
            from config.options import Curation
            from curation.desk import Desk

            bob = Desk(session, Curation(), clock(), "bob")
            bob.pick(number(work, "Moss"), WEEKEND, visible_from=clock() + timedelta(hours=1))
        await work.shows("W  2d     Moss")
        clock.move(hours=2)
        await work.shows("P  2d     Moss")


@pytest.mark.parametrize(
    ("width", "panes"),
    [
        (120, "places stories reading"),
        (100, "places stories reading"),
        (99, "places stories"),
        (50, "stories"),
    ],
)
async def test_a_narrow_terminal_shows_fewer_panes(newsroom: Newsdesk, width: int, panes: str) -> None:
    async with at_work(newsroom, width) as work:
        shown = [pane.id for pane in (work.desk.places, work.desk.stories, work.desk.reading) if pane.display]
        assert shown == panes.split()
        await work.settled()
        await work.press("enter")
        await work.until(lambda: work.desk.focused is work.desk.reading and work.desk.reading.display)
        assert work.desk.stories.display == (width >= 100)


async def test_the_panes_follow_the_size_of_the_terminal(newsroom: Newsdesk) -> None:
    async with at_work(newsroom, 80) as work:
        assert not work.desk.reading.display
        await work.pilot.resize_terminal(120, 30)
        await work.until(lambda: work.desk.reading.display)
        await work.shows("item 6 · first seen 13:00")
        await work.pilot.resize_terminal(50, 20)
        await work.until(lambda: not work.desk.places.display)
        await work.press("escape")
        await work.until(lambda: work.desk.focused is work.desk.places)
        await work.press("j", "enter")
        await work.shows(" city")
        await work.until(lambda: work.desk.focused is work.desk.stories)


async def test_a_locked_database_is_waited_for_and_then_told(newsroom: Newsdesk) -> None:
    """Another process holds the write lock, first for a while, then for longer than is waited."""
    newsroom.database.close()
    impatient = Database(newsroom.database.url.render_as_string(), patience=4)
    room = Newsdesk(newsroom.settings, impatient, newsroom.now)
    holder = Database(newsroom.database.url.render_as_string())
    async with at_work(room) as work:
        with holder.connected(writing=True) as held:
            held.execute(text("SELECT 1"))
            await work.press("p")
            await work.shows("waiting for the database…")
            await work.press("j")  # the desk goes on meanwhile
            await work.until(lambda: work.desk.stories.cursor == 1)
            await work.shows("locked")
            assert work.log == []
            await work.press("p")
            await work.shows("waiting for the database…")
        await work.shows("decision 1: pick item")
    holder.close()
    impatient.close()


@pytest.mark.sqlite
async def test_what_was_written_in_vain_is_not_lost(newsroom: Newsdesk) -> None:
    impatient = Database(newsroom.database.url.render_as_string(), patience=0.1)
    room = Newsdesk(newsroom.settings, impatient, newsroom.now)
    async with at_work(room) as work:
        await work.press("p")
        await work.settled()
        with newsroom.database.connected(writing=True):
            await work.press("n", *"Long thought", "ctrl+s")
            await work.shows("locked")
        await work.press("n")
        await work.shows("Long thought")
        await work.press("ctrl+s")
        await work.settled()
        assert [one[0] for one in work.log] == ["pick", "note"]
    impatient.close()


async def test_a_fault_of_the_database_is_one_line(newsroom: Newsdesk) -> None:
    async with at_work(newsroom) as work:
        with newsroom.database.connected(writing=True) as connection:
            connection.execute(text("ALTER TABLE seen_mark RENAME TO elsewhere"))
        await work.press("s")
        await work.until(lambda: "seen_mark" in work.screen.replace("\n", ""))
        await work.press("k", "p")
        await work.until(lambda: work.log)


async def test_nothing_of_a_hostile_source_acts_on_the_terminal(newsroom: Newsdesk) -> None:
    async with at_work(newsroom, 120, 40) as work:
        await work.press("G")
        await work.settled()
        assert "[bold]and[/bold] loud" in work.screen
        assert [line for line in work.lines if not line.isprintable()] == []


async def test_more_stories_come_as_the_cursor_nears_the_end(newsdesk: Newsdesk) -> None:
    names = [f"{first} {second}" for first in "abcdefghijklmnopqrst" for second in "abcdefghijklmnopqrstu"]
    keep(newsdesk, rss([rss_item(name.replace(" ", ""), title=f"Title {name}") for name in names]))
    async with at_work(newsdesk) as work:
        assert (len(work.desk.page.stories), work.desk.page.more) == (200, True)
        assert "1/200+" in work.foot
        await work.press("G")
        await work.shows("200/400+")
        await work.press("G")
        await work.shows("400/420 ")
        numbers = [story.number for story in work.desk.page.stories]
        assert len(set(numbers)) == len(numbers) == 420


@pytest.mark.parametrize("width", [80, 120])
async def test_without_colour_all_is_said_as_well(
    newsroom: Newsdesk, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """NO_COLOR (no-color.org): the same text, no colour, and the cursor still to be seen."""
    async with at_work(newsroom, width) as work:
        coloured = work.screen
        assert colours(work)
    monkeypatch.setenv("NO_COLOR", "1")
    async with at_work(newsroom, width) as work:
        await work.until(lambda: work.screen == coloured)
        assert colours(work) == set()
        assert "> •" in work.screen


def colours(work: AtWork) -> set[object]:
    """The colours on the screen but the terminal's own."""
    found = set()
    for strip in work.desk.screen._compositor.render_strips():
        for segment in strip.apply_filter(work.desk._filters[-1], work.desk.screen.background_colors[0]):
            if segment.style is not None:
                found |= {segment.style.color, segment.style.bgcolor}
    return {colour for colour in found if colour is not None and not colour.is_default}


async def test_a_fault_of_the_desk_itself_prints_no_traceback(
    newsroom: Newsdesk, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*given: object) -> list[tuple[str, str]]:
        raise ZeroDivisionError("of the desk's own")

    with pytest.raises(ZeroDivisionError):  # which the command tells as any other fault
        await _refreshed(newsroom, fails)
    printed = capsys.readouterr()
    assert "of the desk's own" not in printed.out + printed.err


async def _refreshed(newsroom: Newsdesk, draw: Callable[..., list[tuple[str, str]]]) -> None:
    async with at_work(newsroom) as work:
        work.desk.stories.draw = draw
        work.desk.stories.refresh()
        await work.pilot.pause()
