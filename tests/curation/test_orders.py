"""The editor's verbs on the command line and from scripts: all or none, each fault named by its line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import CommandLine, Said
from makers import rss, rss_item
from sqlmodel import Session, select
from web import Web

from aggregator.database import Database
from curation.tables import Pick

ROOT = Path(__file__).parents[2]


@pytest.fixture
def stocked(command: CommandLine, web: Web) -> CommandLine:
    command("source", "add", web.put("/feed", rss([rss_item(name) for name in "abc"])), "--no-check")
    command("poll")
    return command


class Input(io.TextIOWrapper):
    def __init__(self, *lines: object) -> None:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        super().__init__(io.BytesIO(text.encode()))


def decide(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, *lines: object, words: tuple[str, ...] = ()
) -> Said:
    monkeypatch.setattr(sys, "stdin", Input(*lines))
    return command("decide", "--json", *words)


def picked(command: CommandLine) -> list[int]:
    return [item["id"] for item in command("picks", "--json").json]


GOOD: list[Any] = [
    {"verb": "pick", "item": 1, "note": "n", "until": "3d"},
    "",
    {"verb": "pick", "item": 2},
    {"verb": "move", "item": 1, "top": True},
    {"verb": "undo"},
]
BAD = {"verb": "pick", "item": 99}


def test_orders_are_carried_out_in_their_order(stocked: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = decide(stocked, monkeypatch, *GOOD).json
    assert [outcome["decision"]["verb"] for outcome in outcomes] == ["pick", "pick", "move", "undo"]
    assert picked(stocked) == [2, 1]


def test_of_orders_one_of_which_is_wrong_none_is_carried_out(
    stocked: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = decide(stocked, monkeypatch, *GOOD[:3], BAD)
    assert (refused.status, refused.out) == (2, "")
    assert json.loads(refused.err)["error"]["message"].startswith("line 4: item 99: ")
    assert picked(stocked) == []


def test_with_each_those_that_can_be_are_carried_out(
    stocked: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = decide(stocked, monkeypatch, BAD, *GOOD[:1], words=("--each",))
    assert (done.status, len(done.json)) == (1, 1)
    assert "1 order of 2 could not be carried out" in done.err
    assert picked(stocked) == [1]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("pick 1", "line 1: is no JSON object"),
        ("[1]", "line 1: is no JSON object"),
        ("[" * 100_000, "line 1: is no JSON object"),
        ('{"verb": "fly"}', "line 1: verb 'fly'"),
        ('{"item": 1}', "line 1: verb None"),
        ('{"verb": "pick", "item": 1, "note": "' + "x" * 1_000_000 + '"}', "line 1: is too much"),
    ],
    ids=["words", "a list", "a tangle", "no such verb", "no verb", "a megabyte"],
)
def test_a_line_that_is_no_order_is_named(
    stocked: CommandLine, monkeypatch: pytest.MonkeyPatch, line: str, says: str
) -> None:
    refused = decide(stocked, monkeypatch, line)
    assert refused.status == 2
    assert json.loads(refused.err)["error"]["message"].startswith(says)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["note", "1", "x"], "item 1: is not picked in editors-pick"),
        (["pick", "1", "--note", "x" * 10_001], "10,001 characters"),
        (["pick", "1", "--at", "tomorrow 25:00"], "'tomorrow 25:00' is no time"),
        (["pick", "1", "--until", "yesterday"], "--until: is over"),
        (["pick", "1", "--edition", "none"], "edition 'none': there is none"),
        (["move", "1"], "item 1: is not picked"),
        (["merge", "1", "1"], "item 1: is to be merged with itself"),
        (["kill", "1", "99"], "item 99: there is none"),
        (["tag", "", "1"], "is no text"),
        (["redo"], "nothing that could be done again"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_meant_is_refused_in_one_clear_line(
    stocked: CommandLine, words: list[str], says: str
) -> None:
    refused = stocked(*words)
    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert says in refused.err
    assert stocked("log", "--json").json == []


def test_each_verb_says_what_it_did(stocked: CommandLine) -> None:
    stocked("pick", 1, 2)
    said = [
        stocked(*words).out
        for words in (
            ["move", 1, "--top"],
            ["pin", 2],
            ["pin", 2],
            ["hold", 1],
            ["merge", 1, 3],
            ["tag", "x", 3],
            ["undo"],
            ["redo"],
        )
    ]
    assert "".join(said).splitlines() == [
        "decision 3: move item 1 to place 1 in editors-pick, now live",
        "decision 4: pin item 2 in editors-pick, now live",
        "item 2: already pinned in editors-pick",
        "decision 5: hold item 1 in editors-pick, now held",
        "decision 6: merge item 3 with item 1",
        "decision 7: tag item 3 x",
        "decision 8: undoes decision 7 (tag item 3 x)",
        "decision 9: takes back decision 8 (undo of decision 7 on item 3)",
    ]


def test_a_time_is_read_in_the_zone_of_the_terminal_else_of_the_settings(
    stocked: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "newsdesk.toml").open("a") as file:
        file.write('[curation]\nzone = "Asia/Tokyo"\n')
    monkeypatch.delenv("TZ", raising=False)
    told = stocked("pick", 1, "--until", "2999-01-01T09:00", "--json").json["pick"]["until"]
    assert told == "2999-01-01T00:00:00Z"
    monkeypatch.setenv("TZ", "Europe/Paris")
    told = stocked("pick", 1, "--until", "2999-01-01T09:00", "--json").json["pick"]["until"]
    assert told == "2999-01-01T08:00:00Z"


def test_the_doctor_proves_the_log_and_mends_what_differs(stocked: CommandLine, database_url: str) -> None:
    stocked("pick", 1)
    assert stocked("doctor", "--rebuild", "--json").json[-1]["ok"]
    database = Database(database_url)
    with database.writing() as session:
        forge(session)
    database.close()
    found = stocked("doctor", "--rebuild")
    assert (found.status, "pick 1 editors-pick: had another note; mended" in found.out) == (1, True)
    assert stocked("doctor", "--rebuild").status == 0


def forge(session: Session) -> None:
    session.exec(select(Pick)).one().note = "forged"


def test_the_state_of_the_newsroom_warns_of_an_edition_that_lacks_picks(
    stocked: CommandLine, tmp_path: Path
) -> None:
    with (tmp_path / "newsdesk.toml").open("a") as file:
        file.write('[[editions]]\nslug = "editors-pick"\nmin = 2\n')
    assert stocked("status", "--json").json["warnings"] == ["editors-pick: 0 live, 2 wanted"]
    assert "editors-pick: 0 live, 2 wanted" in stocked("status").out
    stocked("pick", 1, 2)
    assert stocked("status", "--json").json["warnings"] == []


def test_a_pick_imports_nothing_that_polls_publishes_or_migrates(
    stocked: CommandLine, tmp_path: Path
) -> None:
    heavy = (
        "alembic",
        "aiohttp",
        "feedparser",
        "feedgen",
        "jinja2",
        "lxml",
        "apscheduler",
        "markdown_it",
        "textual",
    )
    code = (
        "import sys\nfrom aggregator.cli import main\ntry: main(['pick', '1'])\nexcept SystemExit: pass\n"
        f"print(sorted(set({heavy}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NEWSDESK_EDITOR": "ada"},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("decision 1: pick item 1 in editors-pick, now live\n", "[]\n")
