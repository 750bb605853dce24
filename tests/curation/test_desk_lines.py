"""What each line of the desk says, as tables: letters, widths, hostile texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from curation.screen import lines, reading
from curation.screen.keys import KEYS
from curation.screen.values import Also, Chosen, Place, State, Story, Whole

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
STORY = Story(number=7, key=3, at=NOW - timedelta(hours=2), title="Écluse fermée", source="Le Quotidien")
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\r\n\t[red]x[/red]"


def picked(state: State = "live", **given: object) -> Chosen:
    return replace(Chosen("editors-pick", state, NOW - timedelta(minutes=5), by=("ada",)), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("story", "letter"),
    [
        (STORY, "•"),
        (replace(STORY, is_seen=True), " "),
        (replace(STORY, chosen=(picked(),)), "P"),
        (replace(STORY, chosen=(picked("nominated"),)), "N"),
        (replace(STORY, chosen=(picked("waiting"),)), "W"),
        (replace(STORY, chosen=(picked("held"),)), "H"),
        (replace(STORY, chosen=(picked("expired"),)), "E"),
        (replace(STORY, chosen=(picked("out"),)), "O"),
        (replace(STORY, chosen=(picked(),), is_killed=True), "K"),  # whatever was picked of it
        (replace(STORY, chosen=(picked("held", edition="weekend"), picked())), "P"),  # that of the edition
        (replace(STORY, chosen=(picked("held", edition="weekend"),)), "H"),  # else of another
    ],
)
def test_a_letter_says_where_a_story_stands(story: Story, letter: str) -> None:
    assert lines.letter(story, "editors-pick")[0] == letter


@pytest.mark.parametrize(
    ("story", "width", "said"),
    [
        (STORY, 30, "•  2h     Écluse fermée       "),
        (replace(STORY, sources=4), 30, "•  2h  4× Écluse fermée       "),
        (replace(STORY, sources=120), 24, "•  2h 99× Écluse fermée "),
        (STORY, 18, "•  2h     Écluse… "),
        (replace(STORY, title=""), 22, "•  2h     (no title)  "),
        (STORY, 70, "•  2h     Le Quotidien    Écluse fermée" + " " * 31),
        (replace(STORY, title="東京の新しい路面電車"), 20, "•  2h     東京の新… "),
        (replace(STORY, at=NOW - timedelta(days=300)), 30, "•300d     Écluse fermée       "),
    ],
)
def test_a_story_is_told_in_a_line(story: Story, width: int, said: str) -> None:
    assert lines.text(lines.story(story, width, NOW, "editors-pick")) == said


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (picked(), " 1 P    5m Écluse fermée      "),
        (picked(pinned=True), " 1 P^   5m Écluse fermée      "),
        (picked(note="Read it"), " 1 P +  5m Écluse fermée      "),
        (picked("held", headline="Closed"), " 1 H    5m Closed             "),
    ],
)
def test_a_pick_is_told_in_a_line_with_its_own_headline(chosen: Chosen, said: str) -> None:
    assert lines.text(lines.pick(replace(STORY, chosen=(chosen,)), 30, NOW, "editors-pick", 1)) == said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place("inbox"), "Inbox           "),
        (Place("section", "city", "city"), "  city          "),
        (Place("picks", "editors-pick", "Editor's Pick", 3), "Editor's Pick 3←"),
        (Place("picks", "weekend", "For the weekend", 12), "For the wee… 12 "),
        (Place("recent", "recent-news", "Recent News"), "Recent News     "),
    ],
)
def test_a_place_is_told_in_a_line_with_an_arrow_where_picks_go(place: Place, said: str) -> None:
    assert lines.text(lines.place(place, 16, "editors-pick")) == said


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (STORY, "new"),
        (replace(STORY, is_seen=True), "seen"),
        (replace(STORY, is_killed=True), "killed"),
        (replace(STORY, chosen=(picked(pinned=True),)), "picked by ada, pinned in EDITORS-PICK"),
        (
            replace(STORY, chosen=(picked(), picked("waiting", edition="weekend", by=("bob", "eve")))),
            "picked by ada in EDITORS-PICK; waiting by bob, eve in WEEKEND",
        ),
    ],
)
def test_where_a_story_stands_is_said_in_words(story: Story, said: str) -> None:
    assert lines.in_words(story, str.upper) == said


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("", Place("inbox")),
        ("section:city ", Place("section", "city", "city")),
        ('section:"the arts" ', Place("section", "the arts", "the arts")),
        ("in:weekend ", Place("picks", "weekend", "Weekend")),
        ("tram OR march*", Place("found", "tram OR march*")),
    ],
)
def test_a_search_begins_with_its_place(query: str, place: Place) -> None:
    assert place.query == query


@given(st.text(), st.integers(1, 90))
def test_a_text_is_fitted_into_exactly_its_cells_and_holds_nothing_unprintable(text: str, width: int) -> None:
    fitted = lines.fitted(text, width)
    assert cell_len(fitted) == width
    assert fitted.isprintable()


@given(st.text(max_size=40), st.text(max_size=20), st.integers(30, 120))
def test_every_line_is_as_wide_as_it_is_to_be(title: str, source: str, width: int) -> None:
    story = replace(STORY, title=title, source=source, sources=3, chosen=(picked(headline=title),))
    for line in (lines.story(story, width, NOW, "x"), lines.pick(story, width, NOW, "editors-pick", 9)):
        assert cell_len(lines.text(line)) == width


WHOLE = Whole(
    story=replace(STORY, url="https://canal.example/ecluse", language="fr"),
    first_seen_at=NOW,
    section="city",
    authors=("Anaïs",),
    paragraphs=("One.", "Two."),
)


def told(whole: Whole) -> str:
    return lines.text(reading.text(whole, NOW, PARIS, str.title))


def test_an_item_is_read_with_its_source_dates_and_text() -> None:
    assert told(WHOLE) == (
        "Écluse fermée\nLe Quotidien · city · fr · Anaïs\n11:00 CET (2h)\nhttps://canal.example/ecluse"
        "\n\nOne.\n\nTwo.\n\nitem 7 · first seen 13:00"
    )


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOW, "13:00"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "00:30"),  # today in Paris
        (datetime(2026, 11, 24, 22, 30, tzinfo=UTC), "2026-11-24 23:30"),
        (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), "2026-07-01 12:00"),  # in summer time
    ],
)
def test_a_time_is_told_in_the_editor_s_zone(at: datetime, said: str) -> None:
    assert reading.moment(at, NOW, PARIS) == said


def test_a_pick_is_read_with_its_note_headline_and_times() -> None:
    chosen = picked(
        "waiting", note="One\ntwo", headline="Closed", visible_from=NOW + timedelta(days=1), pinned=True
    )
    said = told(replace(WHOLE, story=replace(WHOLE.story, chosen=(chosen,))))
    assert (
        "W  Editors-Pick, by ada: its time has not come, pinned\nFrom 2026-11-26 13:00\n"
        "Headline: Closed\nNote: One\ntwo\n\nOne."
    ) in said


def test_other_sources_of_a_story_are_named_with_their_titles() -> None:
    said = told(replace(WHOLE, also=(Also(9, "The Wire", "Lock closed"), Also(11, "Post", "Shut"))))
    assert "Also told by\nThe Wire: Lock closed (item 9)\nPost: Shut (item 11)" in said


def test_a_text_too_long_to_be_shown_whole_is_cut() -> None:
    said = told(replace(WHOLE, paragraphs=("word " * 10_000,) * 3))
    assert len(said) < reading.LONGEST + 1_000
    assert "the rest is long" in said


def test_no_control_character_of_a_source_reaches_the_screen() -> None:
    hostile = replace(STORY, title=ESCAPES, source=ESCAPES, url=ESCAPES, language=ESCAPES)
    chosen = picked(note=ESCAPES, headline=ESCAPES, by=(ESCAPES,))
    whole = Whole(
        story=replace(hostile, chosen=(chosen,)),
        first_seen_at=NOW,
        section=ESCAPES,
        authors=(ESCAPES,),
        tags=(ESCAPES,),
        source_wrote=ESCAPES,
        also=(Also(1, ESCAPES, ESCAPES),),
        paragraphs=(ESCAPES,),
    )
    said = [
        lines.text(lines.story(hostile, 80, NOW, "x")),
        lines.text(lines.place(Place("section", "x", ESCAPES), 20)),
        lines.edges(ESCAPES, ESCAPES, 80),
        *told(whole).split("\n"),
    ]
    assert [line for line in said if not line.isprintable()] == []
    assert "[red]x[/red]" in said[-3]  # it is no markup, but said as it stands


def test_no_two_keys_do_different_things() -> None:
    names = [name for key in KEYS for name in key.binds]
    assert len(names) == len(set(names))
