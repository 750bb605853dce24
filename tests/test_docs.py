"""The docs are true: commands, options, links, the keys of the JSON, and the session of the guide."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from conftest import CommandLine, Said
from web import Web

from aggregator.cli import newsdesk as program
from aggregator.cli.shown import zone_shape
from curation.screen.keys import KEYS
from feeds.tables import Source

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "tests" / "documents"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDE = (ROOT / "docs" / "guide.md").read_text()
JSON_PAGE = (ROOT / "docs" / "json.md").read_text()
SAMPLES = "http://127.0.0.1:8000/"


def commands(group: click.Group = program, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command and sub-command, by the words it is given with."""
    for name, command in group.commands.items():
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


COMMANDS = dict(commands())


def options(command: click.Command) -> set[str]:
    names = (name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts))
    return {name for name in names if name.startswith("-")}


def takes_json(command: click.Command) -> bool:
    return "--json" in options(command)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_for_the_list_and_for_itself(name: str) -> None:
    command = COMMANDS[name]
    assert command.short_help
    assert command.help
    without = [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert without == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_guide(name: str) -> None:
    assert re.search(rf"newsdesk (--editor \w+ )?{name}\b", GUIDE)


def given(page: str) -> Iterator[list[str]]:
    """The words after `newsdesk` of every command line in a page, in a block or between backticks."""
    for line in re.findall(r"^(?:\$ )?newsdesk (.*)$|`newsdesk ([^`]+)`", page, re.MULTILINE):
        yield shlex.split("".join(line))


def wrong_options(words: Iterable[str]) -> list[str]:
    """The options among the words of a command line that the command does not have."""
    command: click.Command = program
    known, wrong = options(program) | {"--version", "--help"}, []
    for word in words:
        if word.startswith("--"):
            wrong += [word] if word not in known else []
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
            known = options(command) | {"--help"}
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_in_the_docs_has_options_that_exist(page: Path) -> None:
    assert [words for words in given(page.read_text()) if wrong_options(words)] == []


def test_every_option_named_in_the_guide_exists() -> None:
    known = set().union(options(program), *(options(command) for command in COMMANDS.values()))
    assert set(re.findall(r"`(--[a-z-]+)", GUIDE)) - known == set()


@pytest.mark.parametrize("line", ["pick 1 --bottom", "source add --all x", "--edition x picks"])
def test_an_option_of_another_command_is_seen_to_be_wrong(line: str) -> None:
    assert wrong_options(shlex.split(line))


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page are linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        name, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_resolves(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_the_guide_names_the_keys_of_the_desk() -> None:
    table = GUIDE.partition("\n## The full-screen desk\n")[2].partition("| key |")[2].partition("\n\n")[0]
    rows = [row.split(" | ") for row in table.splitlines()[2:]]
    said = {cells[0].strip("| ").replace("`", ""): cells[1].strip("| ") for cells in rows}
    assert said == {key.written: key.does for key in KEYS}


# --- the keys of the JSON -------------------------------------------------------------------------

ELSEWHERE = {
    "decision",
    "pick",
    "payload",
    "picks[]",
    "decisions[]",
    "added[]",
    "hub",
    "inferred_zone",
    "queue",
    "item",
    "outcome",
    "rule",
    "date.published",
    "date.updated",
    "story.members[].source",
    "story.likenesses[]",
    "rank",
    "reasons[]",
    "rows",
}  # objects of other sections


def documented(section: str) -> set[str]:
    """The keys that a section of docs/json.md lists."""
    text = JSON_PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


def paths(value: Any, path: str = "") -> set[str]:
    """The paths to what a value holds, as docs/json.md writes them."""
    if isinstance(value, dict) and path not in ELSEWHERE:
        below = f"{path}." if path else ""
        return {key for name, part in value.items() for key in paths(part, f"{below}{name}")}
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return {key for part in value for key in paths(part, f"{path}[]")}
    return {path}


def keys(*values: Any) -> set[str]:
    """The paths of several values of one shape; an object that is null in one counts where it is not."""
    found = set[str]().union(*(paths(value) for value in values))
    return {key for key in found if not any(other.startswith((f"{key}.", f"{key}[")) for other in found)}


class Newsroom:
    """A newsroom in which nothing that JSON shows is absent, and what its commands printed."""

    def __init__(self, command: CommandLine, web: Web) -> None:
        self.command = command
        wordpress = (DOCUMENTS / "rss20-wordpress.xml").read_bytes()
        addresses = [
            web.put("/words.xml", wordpress),
            web.put("/sounds.xml", (DOCUMENTS / "podcast.xml").read_bytes()),
        ]
        self.added = [self("source", "add", address) for address in addresses]
        web.put("/new.xml", wordpress)
        command("source", "add", web.redirect("/old.xml", "/new.xml", 301), "--no-check")
        for number in (1, 2, 3):
            command("poll", number)
        web.put("/old.xml", status=404)  # the third fails, and moves
        web.put("/words.xml", wordpress.replace(b"gone from the agenda", b"back on the agenda"))
        self.passed = self("poll", "--all", status=0)
        command("poll", 1)

    def __call__(self, *words: object, status: int = 0) -> Any:
        said = self.command(*words, "--json")
        assert said.status == status, said
        return said.json

    def item(self, title: str) -> int:
        found: list[dict[str, Any]] = self("inbox", "--search", title)
        return int(found[0]["id"])

    def opml(self) -> str:
        outlines = '<outline xmlUrl="https://new.example/feed"/><outline xmlUrl="mailto:x"/>'
        Path("list.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
        return "list.opml"


@pytest.fixture
def newsroom(command: CommandLine, web: Web) -> Newsroom:
    return Newsroom(command, web)


def test_items_picks_and_decisions_have_the_keys_that_are_documented(newsroom: Newsroom) -> None:
    numbers = [newsroom.item("tram"), newsroom.item("market")]
    outcomes = newsroom("pick", *numbers)
    unpicked, listed = newsroom("unpick", numbers[0]), newsroom("inbox")
    undone, picked = newsroom("undo"), newsroom("picks")
    whole = [newsroom("show", item["id"]) for item in listed]
    assert keys(*listed) == keys(*picked) == documented("Item")
    assert keys(*whole) == documented("Item") | documented("Item, whole")
    assert keys(*outcomes) == keys(unpicked) == keys(undone) == documented("Outcome")
    assert keys(*(outcome["pick"] for outcome in outcomes)) == documented("Pick")
    assert keys(*newsroom("log")) == documented("Decision")


def test_searches_marks_and_added_articles_have_the_keys_that_are_documented(
    newsroom: Newsroom, web: Web
) -> None:
    page = web.put("/page.html", (DOCUMENTS / "page.html").read_bytes())
    added, again = (newsroom("add", page, "--title", "A page", *pick) for pick in ([], ["--pick"]))
    assert keys(added) == keys(again) == documented("Added article")
    assert added["item"].keys() == newsroom("search", "page")[0].keys() == newsroom("inbox")[0].keys()
    assert again["outcome"].keys() == {"decision", "already", "remark", "pick"}
    marks = [newsroom(verb, 1, 2) for verb in ("seen", "seen", "unseen")]
    assert keys(*marks) == documented("Marks")


def test_rules_have_the_keys_that_are_documented(newsroom: Newsroom) -> None:
    newsroom("poll", 1)
    saved = newsroom("rule", "add", "tram", "--nominate")
    changed = [newsroom("rule", verb, "tram") for verb in ("on", "off")]
    tried = [newsroom("rule", "test", words, "--since", "9y") for words in ("tram", "market")]
    assert keys(*newsroom("rule", "list")) == keys(saved["rule"]) == documented("Rule")
    assert keys(saved, *changed, newsroom("rule", "remove", "tram")) == documented("Rule, changed")
    assert keys(*tried) == documented("Trial")


def test_reasons_and_stories_have_the_keys_that_are_documented(newsroom: Newsroom) -> None:
    pins = {key for key in documented("Reasons") if key.startswith("story.pins[]")}
    scored = newsroom("why", 1)["rank"]
    assert keys(newsroom("why", 1)) == documented("Reasons") - pins | {"story.pins"}
    assert keys(scored) == keys(newsroom("inbox", "--rank")[0]["rank"]) == documented("Rank")
    assert keys(*newsroom("rank")) == documented("Reason of a rank")
    assert newsroom("why", 1, 2).keys() == documented("Likeness")
    assert newsroom("stories", "--since", "9y")[0].keys() == documented("Story told")


def test_sources_have_the_keys_that_are_documented(newsroom: Newsroom) -> None:
    listed = newsroom("source", "list")
    shown = [newsroom("source", verb, 3) for verb in ("show", "pause", "resume")]
    edited = newsroom("source", "edit", 3, "--section", "none")
    assert keys(*listed) == keys(*shown) == documented("Source")
    assert keys(edited) <= documented("Source") | documented("Source, edited")
    assert edited.keys() - listed[0].keys() == documented("Source, edited")
    assert zone_shape(Source()).keys() == documented("Inferred zone")
    assert newsroom.added[0].keys() == newsroom("source", "retry", 3).keys() == listed[0].keys()
    assert keys(newsroom("source", "import", newsroom.opml())) == documented("Import")
    assert keys(newsroom("source", "remove", 3)) == documented("Removal")


def test_what_the_newsroom_does_has_the_keys_that_are_documented(newsroom: Newsroom) -> None:
    assert keys(newsroom.passed) == documented("Pass")
    assert keys(newsroom("publish")) == documented("Publish")
    assert keys(newsroom("publish", "--as-of", "now")) == documented("Past")
    newsroom("pick", 1)
    assert keys(newsroom("rank", "--backtest")) == documented("Backtest")
    status = newsroom("status")
    assert keys(status) == documented("Status")
    row = re.search(r"^\| `queue` \| (.+) \|$", JSON_PAGE, re.MULTILINE)
    assert row is not None
    assert status["queue"] is None or set(status["queue"]) == set(re.findall(r"`(\w+)`", row[1]))


def test_a_move_has_the_keys_that_are_documented(newsroom: Newsroom, tmp_path: Path) -> None:
    assert keys(newsroom("migrate", "--to", f"sqlite:///{tmp_path / 'other.db'}")) == documented("Move")


def test_what_follows_a_publish_has_the_keys_that_are_documented(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_PUBLISH__COMMAND", "false")
    failed = command("publish", "--json")
    assert failed.status == 1
    assert keys(*failed.json["deliveries"]) == documented("Delivery")


def test_findings_and_errors_have_the_keys_that_are_documented(command: CommandLine) -> None:
    assert keys(*command("doctor", "--json").json) == documented("Finding")
    faults = command("lint", "--profile", "google-editors-picks", "--json").json
    assert keys(*faults) == documented("Fault of a feed")
    assert keys(json.loads(command("show", 404, "--json").err)) == documented("Error")


def test_json_md_names_every_command_with_json_and_those_without() -> None:
    table = JSON_PAGE.partition("| command |")[2].partition("\n\n")[0]
    without = next(line for line in JSON_PAGE.splitlines() if line.endswith("have no `--json`."))
    first_cells = "".join(row.split("|")[1] for row in table.splitlines()[1:])
    taking = set(re.findall(r"`([a-z ]+)`", first_cells))
    leaves = {name: command for name, command in COMMANDS.items() if not isinstance(command, click.Group)}
    assert taking == {name for name, command in leaves.items() if takes_json(command)}
    assert set(re.findall(r"`([a-z ]+)`", without)) == leaves.keys() - taking


# --- the session of the guide ---------------------------------------------------------------------


def session() -> Iterator[tuple[str, str]]:
    """The commands of the guide's console blocks, and what it says that they print."""
    for block in re.findall(r"^```console\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL):
        for step in block.removeprefix("$ ").split("\n$ "):
            line, _, printed = step.partition("\n")
            if line != "newsdesk doctor":  # what it finds is the machine's
                yield line.removeprefix("newsdesk "), printed


def plain(printed: str) -> str:
    """What was printed, whether drawn or not, at whatever time: no headings, one space, no times and ages."""
    rows = re.sub(r"^.*\n─+\n", "", printed, flags=re.MULTILINE)
    rows = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z| UTC)", "TIME", rows)
    rows = re.sub(r"\b(\d+[ymdh]|now)(?=\s)", "AGE", rows)
    rows = re.sub(r"in [\d.]+ s:", "in SOME s:", rows)
    return " ".join(rows.split())


def as_printed(said: Said, web: Web) -> set[str]:
    """Both streams, in either order, at the address that the guide has."""
    return {plain(text.replace(web.url("/"), SAMPLES)) for text in (said.out + said.err, said.err + said.out)}


@pytest.mark.sqlite
def test_the_session_in_the_guide_happens_as_it_is_told(
    command: CommandLine, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_FETCH__HOST_GAP", "0.3")  # so that the sources answer in their order
    for document in DOCUMENTS.iterdir():
        web.put(f"/{document.name}", document.read_bytes())
    steps = list(session())
    for line, printed in steps:
        said = command(*shlex.split(line.replace(SAMPLES, web.url("/"))))
        assert plain(printed) in as_printed(said, web), line
    assert len(steps) > 20
