"""Rules as they are typed, from the poll that brings what they find to the published feed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from web import Web

ROOT = Path(__file__).parents[2]
PAGE = "<html><head><title>An old tram</title>"
PAGE += '<meta property="article:published_time" content="2024-05-01T10:00:00Z"></head></html>'


def stories(*titles: str) -> str:
    return rss([rss_item(title.replace(" ", "-"), title=title) for title in reversed(titles)])


@pytest.fixture
def stocked(command: CommandLine, web: Web) -> CommandLine:
    """A newsroom that knows of two stories, items 1 and 2."""
    command("source", "add", web.put("/feed", stories("Tram one", "Bus one")), "--no-check")
    command("poll")
    return command


def poll(command: CommandLine, web: Web, *titles: str) -> dict[str, Any]:
    web.put("/feed", stories(*titles))
    passed: dict[str, Any] = command("poll", "--all", "--json").json
    return passed


def by_rules(command: CommandLine) -> list[tuple[str, str, int]]:
    lines = reversed(command("log", "--limit", 1000, "--json").json)
    return [(one["editor"], one["verb"], one["item"]) for one in lines if one["via"] == "rule"]


def test_a_rule_is_saved_tried_switched_on_and_acts_once_on_what_a_poll_brings(
    stocked: CommandLine, web: Web
) -> None:
    assert stocked("rule", "add", "tram", "-night", "--pick", "--note", "By rule").out == (
        "rule tram-night: pick for editors-pick what 'tram -night' finds; off; "
        "finds 1 of 2 stories of the last 7 days\n"
    )
    assert poll(stocked, web, "Tram one", "Bus one", "Tram two")["new_items"] == 1
    assert by_rules(stocked) == []
    on = stocked("rule", "on", "Tram-Night", "--json").json
    assert (on["rule"]["name"], on["already"], on["stories"], on["told"]) == ("tram-night", False, 2, 3)
    assert stocked("rule", "on", "tram-night").out.startswith("rule tram-night: already on; finds 2 of 3")
    titles = ("Tram one", "Tram two", "Tram three", "Night tram")
    result = poll(stocked, web, *titles)["results"][0]
    assert (result["new"], "news" in result) == (2, False)
    poll(stocked, web, *titles, "Rain")
    assert by_rules(stocked) == [("rule:tram-night", "pick", 4)]
    assert stocked("picks").out == "1\t4\tlive\trule:tram-night\tTram three\tBy rule\n"
    stocked("publish")
    assert "Tram three" in Path("public/editors-pick.atom").read_text()
    listed = stocked("rule", "list").out
    assert listed == "tram-night\ton\tpick for editors-pick\ttram -night\t1\tada\n"
    assert stocked("undo", 1, editor="bob").status == 0
    stocked("publish")
    assert "Tram three" not in Path("public/editors-pick.atom").read_text()


def test_a_rule_that_is_off_or_removed_is_silent_and_its_decisions_stand(
    stocked: CommandLine, web: Web
) -> None:
    stocked("rule", "add", "tram", "--tag", "rail", "--on")
    poll(stocked, web, "Tram two")
    assert stocked("rule", "off", "tram").out == "rule tram: tag rail what 'tram' finds; off\n"
    assert stocked("rule", "off", "tram").out == "rule tram: already off\n"
    poll(stocked, web, "Tram three")
    stocked("rule", "on", "tram")
    poll(stocked, web, "Tram four")
    assert stocked("rule", "remove", "tram").out == "rule tram: removed; 2 decisions of it in the log\n"
    poll(stocked, web, "Tram five")
    assert by_rules(stocked) == [("rule:tram", "tag", 3), ("rule:tram", "tag", 5)]
    assert [one["id"] for one in stocked("search", "tag:rail", "--json").json] == [5, 3]
    assert stocked("rule", "list").err == "There is no rule.\n"
    assert stocked("doctor", "--rebuild", "--json").json[-1]["ok"]


def test_a_nomination_is_listed_with_its_rule_and_not_published(stocked: CommandLine, web: Web) -> None:
    stocked("rule", "add", "tram", "--nominate", "--on")
    poll(stocked, web, "Tram two")
    pick = stocked("picks", "--json").json[0]["picks"][0]
    assert (pick["status"], pick["by"], pick["nominated_by"]) == ("nominated", [], "rule:tram")
    assert stocked("picks").out == "1\t3\tnominated\trule:tram\tTram two\t\n"
    assert "suggested for editors-pick by rule:tram: nominated" in stocked("show", 3).out
    assert "3" in [line.split("\t")[0] for line in stocked("inbox").out.splitlines()]
    assert stocked("status", "--json").json["picks"] == 0
    stocked("publish")
    assert "Tram two" not in Path("public/editors-pick.atom").read_text()
    assert stocked("pick", 3).out == "decision 2: pick item 3 in editors-pick, now live\n"
    stocked("publish")
    assert "Tram two" in Path("public/editors-pick.atom").read_text()


def test_an_article_that_an_editor_adds_is_judged_however_old_it_is(stocked: CommandLine, web: Web) -> None:
    stocked("rule", "add", "tram", "--tag", "rail", "--on")
    stocked("add", web.put("/old", PAGE.encode(), content_type="text/html"))
    assert by_rules(stocked) == [("rule:tram", "tag", 3)]
    stocked(
        "add", web.put("/b", PAGE.replace("An old", "Another").encode(), content_type="text/html"), "--pick"
    )
    assert len(by_rules(stocked)) == 1, "the pick in the same go is a person's decision"


def test_a_trial_counts_the_stories_of_the_week_and_what_editors_made_of_them(
    command: CommandLine, web: Web
) -> None:
    now = datetime.now(UTC)
    aged = [
        rss_item(
            f"t{days}", title=f"Tram {name}", date=f"{now - timedelta(days=days):%a, %d %b %Y %H:%M:%S} GMT"
        )
        for name, days in {"today": 0, "friday": 1, "ages ago": 6, "forgotten": 8}.items()
    ]
    bus = rss_item("bus", title="Bus", date=f"{now - timedelta(days=2):%a, %d %b %Y %H:%M:%S} GMT")
    command("source", "add", web.put("/feed", rss([*aged, bus])))
    command("poll")
    numbers = {one["title"]: one["id"] for one in command("search", "tram", "--json").json}
    command("pick", numbers["Tram today"])
    command("kill", numbers["Tram friday"])
    before = command("log", "--json").json
    found = command("rule", "test", "tram", "--json").json
    assert (found["query"], found["rule"], found["items"], found["stories"]) == ("tram", None, 3, 3)
    assert (found["told"], found["picked"], found["killed"]) == (4, 1, 1)
    assert sum(day["stories"] for day in found["days"]) == 3
    assert [(one["title"], one["editors"]) for one in found["found"]] == [
        ("Tram today", "picked"),
        ("Tram friday", "killed"),
        ("Tram ages ago", None),
    ]
    longer = command("rule", "test", "tram", "--since", "9d", "--limit", 1, "--json").json
    assert (longer["stories"], len(longer["found"])) == (4, 1)
    assert "found    3 of 4 stories since " in command("rule", "test", "tram").out
    assert command("log", "--json").json == before, "nothing is decided by it"
    warned = command("rule", "add", "tram", "--kill")
    assert warned.err == (
        "newsdesk: it would kill 3 of 4 stories of the last 7 days: see 'newsdesk rule test tram'\n"
    )
    again = command("rule", "on", "tram", "--json").json
    assert again["warning"] == "it would kill 3 of 4 stories of the last 7 days"
    assert command("rule", "test", "tram", "--json").json["rule"]["act"] == "kill"
    assert command("rule", "add", "tram", "--tag", "x", "--name", "t").err == ""


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["add", "tram"], "takes one act"),
        (["add", "tram", "--kill", "--pick"], "takes one act"),
        (["add", "tram", "--kill", "--note", "x"], "--note: is for rules that pick"),
        (["add", "tram", "--pick", "nope"], "edition 'nope': there is none"),
        (["add", "tram", "--kil"], "--pick, --kill or --tag"),
        (["add", "tram", "--kil", "--pick"], "'--kil' at character 6 of the query: is no option"),
        (["add", "in:nope", "--kill"], "in:nope: there is no such edition"),
        (["test", "is:new"], "every new item"),
        (["test", "in:nope"], "in:nope: there is no such edition"),
        (["on", "nope"], "rule 'nope': there is none"),
        (["remove", "nope"], "rule 'nope': there is none"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant_is_refused_in_a_line(
    command: CommandLine, words: list[str], named: str
) -> None:
    command("status")  # makes the database
    refused = command("rule", *words)
    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert named in refused.err
    assert command("rule", "list", "--json").json == []


def test_nobody_decides_in_the_name_of_a_rule(command: CommandLine) -> None:
    command("status")
    refused = command("pick", 1, editor="Rule:tram")
    assert (refused.status, refused.err) == (
        2,
        "newsdesk: editor 'Rule:tram': is a rule's name, not a person's (give one with --editor NAME)\n",
    )


@pytest.mark.slow
def test_two_processes_that_poll_at_once_judge_each_item_once(stocked: CommandLine, web: Web) -> None:
    for act in (["--nominate"], ["--tag", "rail"]):
        stocked("rule", "add", "tram", *act, "--on", "--name", act[0].strip("-"))
    web.put("/feed", stories(*(f"Tram number{number} of{number}" for number in range(30))), wait=0.5)
    words = [sys.executable, "-m", "aggregator.cli", "poll", "--all"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    assert [one.wait(100) for one in [subprocess.Popen(words, env=environ) for _ in range(3)]] == [0] * 3
    acts = by_rules(stocked)
    assert len(acts) == len(set(acts))
    assert {item for _, verb, item in acts if verb == "tag"} == set(range(3, 33))
