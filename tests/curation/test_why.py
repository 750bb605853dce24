"""`why`, `stories`, `source edit --prefer` and `doctor --regroup`, as an editor types them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from web import Web

RIVER = "The river Elsham floods the old harbour of Norwick"
FLOOD = "Norwick: old harbour under water as river Elsham floods"
BUDGET = "Council of Norwick passes its budget after a long night"


@pytest.fixture
def stocked(command: CommandLine, web: Web) -> CommandLine:
    """A newsroom of three sources: items 1 and 2 tell one story, hours apart, item 3 another."""
    hours_ago = f"{datetime.now(UTC) - timedelta(hours=19):%Y-%m-%d %H:%M}"
    for site, title, date in (("a", RIVER, hours_ago), ("b", FLOOD, ""), ("c", BUDGET, "")):
        document = rss([rss_item(f"{site}-1", title, f"https://{site}.example/2026/1", date)], title=site)
        command("source", "add", web.put(f"/{site}.xml", document), "--no-check")
        command("poll")
    return command


def said(command: CommandLine, *words: object) -> Any:
    told = command(*words, "--json")
    assert told.status == 0, told.err
    return json.loads(told.out)


def test_why_tells_how_an_item_got_its_date_its_identity_and_its_story(stocked: CommandLine) -> None:
    lines = stocked("why", 2).out.splitlines()
    assert lines[0] == f"item        2: {FLOOD}"
    assert any(line.startswith("known by    its id: b-1") for line in lines)
    assert any("first seen: its source gave no date that can be read" in line for line in lines)
    assert any("headlines share norwick, old, harbour, river, elsham, floods" in line for line in lines)


def test_the_reasons_have_the_keys_that_are_documented(stocked: CommandLine) -> None:
    reasons = said(stocked, "why", 1)
    assert reasons["date"]["ordered_by"] == "the date its source gave"
    assert reasons["identity"]["known_by"] == "its id"
    assert [member["item"] for member in reasons["story"]["members"]] == [1, 2]
    assert reasons["story"]["likenesses"][0].keys() == said(stocked, "why", 1, 2).keys()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((1, 2), "1 and 2: same story (0.95): headlines share norwick, old, harbour, river, elsham, floods"),
        ((1, 3), "1 and 3: not alike, or too old to be compared"),
    ],
)
def test_two_items_are_told_alike_or_not(stocked: CommandLine, words: tuple[int, int], line: str) -> None:
    assert stocked("why", *words).out == f"{line}\n"


def test_an_item_that_is_not_there_is_named(stocked: CommandLine) -> None:
    told = stocked("why", 1, 99)
    assert (told.status, told.out) == (2, "")
    assert "item 99: there is none with this number" in told.err


def test_the_stories_of_most_sources_come_first(stocked: CommandLine) -> None:
    told = said(stocked, "stories", "--since", "30d")
    assert [(one["lead"], one["sources"], one["items"]) for one in told] == [(1, 2, 2), (3, 1, 1)]
    assert said(stocked, "stories", "--since", "30d", "--limit", 1) == told[:1]
    assert [one["id"] for one in said(stocked, "stories", "--since", "now")] == []


def test_a_preferred_source_leads_until_it_is_preferred_no_more(stocked: CommandLine) -> None:
    assert said(stocked, "source", "edit", 2, "--prefer")["preferred"] is True
    reasons = said(stocked, "why", 1)["story"]
    assert (reasons["lead"], reasons["lead_reason"]) == (2, "from a source that the editors prefer")
    assert [item["id"] for item in said(stocked, "inbox")] == [3, 2]
    said(stocked, "source", "edit", 2, "--no-prefer")
    assert said(stocked, "why", 1)["story"]["lead"] == 1


def test_what_an_editor_split_stays_apart_when_stories_are_found_anew(stocked: CommandLine) -> None:
    stocked("split", 2)
    stocked("merge", 1, 3)
    found = said(stocked, "doctor", "--regroup")
    assert found[-1] == {"check": "stories", "ok": True, "found": "found anew for 3 items"}
    assert {member["item"] for member in said(stocked, "why", 1)["story"]["members"]} == {1, 3}
    assert stocked("why", 1, 3).out == "1 and 3: an editor's word: ada says so\n"
    assert said(stocked, "why", 2)["story"]["pins"] == [{"items": [1, 2], "together": False}]
