"""Searching and marking, as they are typed."""

from __future__ import annotations

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from web import Web


@pytest.fixture
def stocked(command: CommandLine, web: Web) -> CommandLine:
    """Three items of one source, the last of which mentions a tram often."""
    texts = {"Tram": "", "Strike of the tram": "rain " * 40, "Rain": "tram " * 5}
    items = [rss_item(title, title=title, text=text) for title, text in reversed(texts.items())]
    command("source", "add", web.put("/feed.xml", rss(items).encode()), "--no-check")
    assert command("poll").status == 0
    return command


def titles(command: CommandLine, *words: object) -> list[str]:
    return [line.split("\t")[-1] for line in command(*words).out.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["tram"], ["Rain", "Strike of the tram", "Tram"]),  # the last to arrive first
        (["tram", "strike"], ["Strike of the tram"]),
        (["tram", "-strike", "-rain"], ["Tram"]),  # as typed: no options
        (["-hotel", "title:rain"], ["Rain"]),  # not -h
        (['"of the tram"'], ["Strike of the tram"]),
        (["stri*", "--limit", 1], ["Strike of the tram"]),
        (["--best", "title:tram"], ["Tram", "Strike of the tram"]),
    ],
    ids=str,
)
def test_a_search_lists_what_it_finds(stocked: CommandLine, words: list[str], found: list[str]) -> None:
    assert titles(stocked, "search", *words) == found


def test_a_search_that_finds_nothing_says_so(stocked: CommandLine) -> None:
    said = stocked("search", "nothing")
    assert (said.status, said.out, said.err) == (0, "", "Nothing is found.\n")
    assert stocked("search", "nothing", "--json").json == []


@pytest.mark.parametrize(
    "words", [["--bset", "tram"], ["is:odd"], ["since:whenever"], ['"tram'], ["in:none"], ["OR"]]
)
def test_a_query_that_cannot_be_meant_is_refused_in_a_line(stocked: CommandLine, words: list[str]) -> None:
    for command in (["search", *words], ["inbox", "--search", " ".join(words)]):
        refused = stocked(*command)
        assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)


def test_marks_show_in_the_state_and_leave_the_inbox_of_their_editor(stocked: CommandLine) -> None:
    assert stocked("seen", 1, 2).out == "item 1: seen\nitem 2: seen\n"
    assert stocked("seen", 2, 2, 3, "--json").json == {"state": "seen", "items": [3], "already": [2]}
    assert stocked("unseen", 3, 3).out == "item 3: unseen\n"
    assert [item["id"] for item in stocked("inbox", "--unseen", "--json").json] == [3]
    assert {item["id"]: item["state"] for item in stocked("search", "tram", "--json").json} == {
        1: "seen",
        2: "seen",
        3: "new",
    }
    assert stocked("show", 1, "--json").json["state"] == "seen"
    assert len(stocked("inbox", "--unseen", "--json", editor="bo").json) == 3
    assert stocked("log", "--json").json == []
    stocked("pick", 1)
    assert stocked("show", 1, "--json").json["state"] == "picked"


def test_all_are_marked_or_none(stocked: CommandLine) -> None:
    assert stocked("seen", 1, 99).status == 2
    assert len(stocked("inbox", "--unseen", "--json").json) == 3
