"""Every key of the full-screen desk does what it says, and what it decides stands in the log."""

from __future__ import annotations

import pytest
from makers import Clock, keep, rss, rss_item
from screens import at_work

from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, Curation
from curation.screen.keys import KEYS

NEWEST = {"a": "Alpha", "b": "Beta", "c": "Gamma"}


@pytest.fixture
def stocked(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom in which Alpha (item 3), Beta (2) and Gamma (1) wait, in this order."""
    dates = {"a": "12:00", "b": "11:00", "c": "10:00"}
    items = [
        rss_item(
            key, title=title, date=f"Tue, 24 Nov 2026 {dates[key]}:00 GMT", text=f"<p>Text of {title}</p>"
        )
        for key, title in NEWEST.items()
    ]
    keep(newsdesk, rss(items), section="city")
    return newsdesk


IN_EDITION = "editors-pick"


@pytest.mark.parametrize(
    ("keys", "decided"),
    [
        ("p", [("pick", 3, IN_EDITION)]),
        ("j p", [("pick", 2, IN_EDITION)]),
        ("j j k p", [("pick", 2, IN_EDITION)]),
        ("down down up p", [("pick", 2, IN_EDITION)]),
        ("G p", [("pick", 1, IN_EDITION)]),
        ("G g p", [("pick", 3, IN_EDITION)]),
        ("p p", [("pick", 3, IN_EDITION)]),  # the second is told to be so already
        ("p P", [("pick", 3, IN_EDITION), ("unpick", 3, IN_EDITION)]),
        ("e p", [("pick", 3, "weekend")]),
        ("e e p", [("pick", 3, IN_EDITION)]),
        ("p a A", [("pick", 3, IN_EDITION), ("pin", 3, IN_EDITION), ("unpin", 3, IN_EDITION)]),
        ("p h H", [("pick", 3, IN_EDITION), ("hold", 3, IN_EDITION), ("release", 3, IN_EDITION)]),
        ("x X", [("kill", 3, None), ("revive", 3, None)]),
        ("x u", [("kill", 3, None), ("undo", 3, None)]),
        ("p u ctrl+r", [("pick", 3, IN_EDITION), ("undo", 3, IN_EDITION), ("redo", 3, IN_EDITION)]),
        ("enter ] p", [("pick", 2, IN_EDITION)]),
        ("j enter [ p", [("pick", 3, IN_EDITION)]),
        ("n", []),  # a note, hold or headline is of a pick
        ("h", []),
        ("J", []),  # and a place is one of a line-up
    ],
)
async def test_keys_decide(stocked: Newsdesk, keys: str, decided: list[tuple[object, ...]]) -> None:
    async with at_work(stocked) as work:
        for key in keys.split():
            await work.press(key)
            await work.settled()
        assert work.log == [(*one, "ada", "desk") for one in decided]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("p", "decision 1: pick item 3 in editors-pick, now live"),
        ("p p", "item 3: already picked in editors-pick by ada"),
        ("x u", "decision 2: undoes decision 1 (kill item 3)"),
        ("s", "item 3: seen"),
        ("s k s", "item 3: already seen"),
        ("S", "item 3: already unseen"),
        ("u", "ada: has no decision left to undo (see 'newsdesk log')"),
        ("x p", "item 3: its story is killed (revive it: newsdesk revive 3)"),
        ("n", "item 3: is not picked in Editor's Pick; p picks it"),
        ("J", "stories are moved in a line-up: choose one at the left"),
        ("e", "picks go to Weekend"),
    ],
)
async def test_what_a_key_did_or_could_not_do_is_told_in_one_line(
    stocked: Newsdesk, keys: str, told: str
) -> None:
    async with at_work(stocked) as work:
        for key in keys.split():
            await work.press(key)
            await work.settled()
        assert work.foot.startswith(told[:60])
        await work.press("j", "k")
        assert not work.foot.startswith(told[:60])  # it goes when the cursor does


async def test_a_note_is_written_kept_and_found_again(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("p")
        await work.settled()
        await work.press("n", *"One", "enter", *"two", "ctrl+s")
        await work.settled()
        await work.press("enter")
        await work.shows("Note: One", "two")
        await work.press("n", *"!", "escape")  # Esc keeps nothing
        await work.press("n", *"?", "ctrl+s")
        await work.shows("two?")
        assert [one[0] for one in work.log] == ["pick", "note", "note"]


async def test_a_headline_is_written_over_the_item_s_own(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("p")
        await work.settled()
        await work.press("t", *" again", "enter")
        await work.settled()
        assert work.log[-1][0] == "retitle"
        await work.press("tab", "shift+tab", "shift+tab")
        work.desk.places.focus()
        await work.press("j", "j")
        await work.shows("Alpha again")


async def test_a_note_that_is_refused_can_be_mended(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("p")
        await work.settled()
        await work.press("n")
        work.desk.screen.query_one("TextArea").load_text("x" * 10_001)  # type: ignore[attr-defined]
        await work.press("ctrl+s")
        await work.shows("the note has 10,001")
        await work.press("delete", "ctrl+s")
        await work.settled()
        assert [one[0] for one in work.log] == ["pick", "note"]


async def test_stories_are_moved_within_a_line_up_where_the_cursor_goes_with_them(stocked: Newsdesk) -> None:
    for number in (3, 2, 1):
        async with at_work(stocked) as work:
            work.by_other("pick", number, EDITORS_PICK)
    async with at_work(stocked) as work:
        work.desk.places.focus()
        await work.press("j", "j", "enter")
        await work.shows("1 P", "2 P", "3 P")
        await work.settled()
        before = [story.number for story in work.desk.page.stories]
        await work.press("J")
        await work.settled()
        assert [story.number for story in work.desk.page.stories] == [before[1], before[0], before[2]]
        assert work.desk.stories.cursor == 1
        await work.press("K")
        await work.settled()
        assert [story.number for story in work.desk.page.stories] == before
        assert [one[0] for one in work.log[3:]] == ["move", "move"]


async def test_what_is_decided_on_stays_in_sight_until_the_list_is_read_again(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("j", "x")
        await work.shows("> K  1d     Beta")
        await work.press("r")
        await work.until(lambda: "Beta" not in work.screen)
        assert [story.title for story in work.desk.page.stories] == ["Alpha", "Gamma"]


async def test_a_search_shows_what_newsdesk_search_finds_until_esc(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("/", *"gamma OR beta", "enter")
        await work.shows("/ gamma OR beta", "1/2")
        await work.settled()
        assert "Alpha" not in work.screen
        await work.press("p")
        await work.shows("> P")
        await work.press("escape")
        await work.shows("Inbox", "Alpha")


async def test_a_search_that_means_nothing_is_told_where_it_is_written(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("/", *"colour:red", "enter")
        await work.shows("'colour:' at character 1 of the query: is no field")
        await work.press(*["backspace"] * 10, *"is:new", "enter")
        await work.shows("/ is:new", "Alpha")


async def test_a_search_of_an_edition_that_there_is_not_is_told_at_the_foot(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        await work.press("/", *"in:nowhere", "enter")
        await work.shows("in:nowhere: there is no such edition", "Nothing is found.")


async def test_a_search_begins_with_the_place_it_is_made_in(stocked: Newsdesk) -> None:
    async with at_work(stocked) as work:
        work.desk.places.focus()
        await work.press("j", "enter")
        await work.settled()
        await work.press("/", *"beta", "enter")
        await work.shows("/ section:city beta", "1/1")


async def test_what_is_typed_before_the_prompt_has_come_up_stands_in_it(stocked: Newsdesk) -> None:
    from textual.events import Key

    async with at_work(stocked) as work:
        for key, character in (("slash", "/"), ("p", "p"), ("x", "x"), ("u", "u")):
            work.desk.post_message(Key(key, character))
        await work.until(lambda: work.desk.screen.query("Input"))
        await work.until(lambda: work.desk.screen.query_one("Input").value == "pxu")  # type: ignore[attr-defined]
        assert work.log == []


async def test_an_item_s_page_is_opened_in_the_browser(stocked: Newsdesk) -> None:
    opened: list[str] = []
    async with at_work(stocked, opens=opened.append) as work:
        await work.press("j", "o")
        await work.until(lambda: opened == ["https://site.example/b"])


async def test_help_names_every_key(stocked: Newsdesk) -> None:
    async with at_work(stocked, 100, 60) as work:
        await work.press("?")
        await work.shows(*(key.does for key in KEYS))
        await work.press("q")
        await work.until(lambda: "Moving" not in work.screen)


@pytest.mark.parametrize("width", [80, 120])
async def test_q_leaves_the_reading_pane_then_the_desk(stocked: Newsdesk, width: int) -> None:
    async with at_work(stocked, width) as work:
        await work.press("enter")
        await work.until(lambda: work.desk.focused is work.desk.reading)
        await work.press("q")
        await work.until(lambda: work.desk.focused is work.desk.stories)
        assert work.desk.is_running
        await work.press("tab")
        await work.until(lambda: work.desk.focused is not work.desk.stories)
        await work.press("enter", "enter", "q", "q")
        await work.until(lambda: work.desk._exit)


async def test_a_pick_by_fewer_editors_than_the_quorum_is_shown_as_a_nomination(
    stocked: Newsdesk, clock: Clock
) -> None:
    async with at_work(stocked, curation=Curation(quorum=2)) as work:
        await work.press("p")
        await work.shows("> N", "nominated")
