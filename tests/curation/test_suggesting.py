"""The suggested order, as an editor asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import CommandLine
from makers import Clock, keep, rss, rss_item

from aggregator.app import Newsdesk
from curation import ranks
from curation.ranking import Reason, Tally

FLOOD = "The river Elsham floods the old harbour of Norwick"


@pytest.fixture
def stocked(command: CommandLine, newsdesk: Newsdesk, clock: Clock) -> CommandLine:
    """Three stories: of the oldest, item 1, another source tells as well; then items 3 and 4."""
    clock.at = datetime.now(UTC) - timedelta(minutes=1)
    documents = (
        [rss_item("a", title=FLOOD)],
        [rss_item("b", title="Norwick: old harbour under water as river Elsham floods")],
        [rss_item("d", title="Trams for Brimby"), rss_item("c", title="A match in Ostley")],
    )
    for number, items in enumerate(documents):
        keep(newsdesk, rss(items, title=f"Paper {number}"), f"https://paper.example/{number}")
        clock.move(seconds=1)
    return command


def listed(command: CommandLine, *words: object) -> list[int]:
    return [item["id"] for item in command("inbox", *words, "--json").json]


def test_with_no_picks_what_most_sources_tell_comes_first(stocked: CommandLine) -> None:
    assert listed(stocked) == [4, 3, 1]
    assert listed(stocked, "--rank") == [1, 4, 3]
    assert listed(stocked, "--rank", "--limit", 1) == [1]
    assert listed(stocked, "--rank", "--search", "trams OR match") == [4, 3]


def test_each_item_tells_its_score_and_the_reasons_that_make_it(stocked: CommandLine) -> None:
    rank = stocked("inbox", "--rank", "--json").json[0]["rank"]
    assert rank["score"] == pytest.approx(1.0, abs=0.01)
    assert (rank["picks"], rank["passed"]) == (0, 0)
    assert rank["reasons"][0] == {
        "trait": "coverage",
        "value": "2",
        "adds": 1.0,
        "picked": None,
        "passed": None,
    }
    assert "rank" not in stocked("inbox", "--json").json[0]
    assert stocked("inbox", "--rank").out.splitlines()[0].split("\t")[:2] == ["1", "+1.0"]


def test_why_tells_the_score_in_words(stocked: CommandLine) -> None:
    assert stocked("why", 1).out.splitlines()[-2:] == [
        "score +1.0 in the suggested order, with no picks yet",
        "  +1.0  2 sources tell it",
    ]
    stocked("pick", 4)
    lines = stocked("why", 4).out.splitlines()
    assert "score +0.4 in the suggested order, learned from 1 pick" in lines
    assert "  +0.2  from Paper 2 (1 of 1 pick, 1 of 2 passed over)" in lines
    assert "  +0.1  says trams (1 of 1 pick, 0 of 2 passed over)" in lines
    assert stocked("why", 4, "--json").json["rank"]["picks"] == 1


def test_what_was_learned_is_told_to_whom_it_concerns(stocked: CommandLine) -> None:
    said = stocked("rank")
    assert (said.err, said.out.splitlines()) == (
        "Nothing was learned yet.\n",
        [
            "+1.0\teach doubling of sources\t\t",
            "-0.5\teach doubling of its age\t\t",
        ],
    )
    stocked("pick", 4)
    ada, bo = (
        {one["value"]: one["adds"] for one in stocked("rank", "--json", editor=name).json}
        for name in ("ada", "bo")
    )
    assert ada["trams"] > bo["trams"] > 0
    assert len(stocked("rank", "--limit", 3, "--json").json) == 3


def test_few_picks_are_said_to_be_too_few(stocked: CommandLine) -> None:
    assert stocked("rank", "--backtest").out == "0 picks are too few to tell: it takes 30.\n"
    stocked("pick", 4)
    said = stocked("rank", "--backtest")
    assert (said.status, said.out) == (0, "1 pick is too few to tell: it takes 30.\n")
    told = stocked("rank", "--backtest", "--json").json
    assert (told["picks"], told["enough"], told["among"]) == (1, False, 3.0)
    assert {one["order"]: one["reciprocal_rank"] for one in told["orders"]} == {
        "suggested": 0.5,
        "prior": 0.5,
        "newest": 1.0,
        "coverage": 0.5,
    }


def test_since_is_for_a_backtest_alone(stocked: CommandLine) -> None:
    said = stocked("rank", "--since", "3d")
    assert (said.status, said.out) == (2, "")
    assert "--since: says of which picks a backtest is made (add --backtest)" in said.err
    stocked("pick", 4)
    assert stocked("rank", "--backtest", "--since", "now", "--json").json["picks"] == 0


@pytest.mark.parametrize(
    ("trait", "shown", "line"),
    [
        ("coverage", "4", "4 sources tell it"),
        ("age", "1", "1 hour old"),
        ("age", "47", "47 hours old"),
        ("age", "72", "3 days old"),
        ("source:12", "Le Monde", "from Le Monde (7 of 40 picks, 12 of 1,400 passed over)"),
        ("section:city", "city", "in section city (7 of 40 picks, 12 of 1,400 passed over)"),
        ("language:fr", "fr", "in fr (7 of 40 picks, 12 of 1,400 passed over)"),
        ("author:eve roy", "Ève Roy", "by Ève Roy (7 of 40 picks, 12 of 1,400 passed over)"),
        ("word:tram", "trams", "says trams (7 of 40 picks, 12 of 1,400 passed over)"),
    ],
)
def test_a_reason_is_told_in_words(trait: str, shown: str, line: str) -> None:
    seen = None if trait in ("coverage", "age") else Tally(shown, 7, 12)
    assert ranks.in_words(Reason(trait, shown, 0.8, seen), 40, 1_400) == line


def test_ranking_picks_nothing(stocked: CommandLine) -> None:
    stocked("pick", 4)
    for words in (("inbox", "--rank"), ("rank",), ("rank", "--backtest"), ("why", 1)):
        stocked(*words)
    assert len(stocked("log", "--json").json) == 1
    assert len(stocked("picks", "--json").json) == 1
