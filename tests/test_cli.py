"""The command line as people and scripts meet it: what it says, what it ends with, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from web import Web

from aggregator import sources
from aggregator.app import Newsdesk
from feeds.tables import Status

ROOT = Path(__file__).parents[1]
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
NEW_DATABASE = "newsdesk: new database newsdesk.db"
FEED = rss(
    [rss_item("a", title="Alpha"), rss_item("b", title="Beta"), rss_item("c", title="Gamma")], title="Them"
)


def newsdesk(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "aggregator.cli", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


def fields(printed: str) -> dict[str, str]:
    """What a command printed as named values, one a line."""
    pairs = (re.split(r" {2,}", line, maxsplit=1) for line in printed.splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


@pytest.fixture
def stocked(command: CommandLine, web: Web) -> CommandLine:
    """A newsroom that has polled one source of three items."""
    assert command("source", "add", web.put("/feed", FEED, etag='"1"'), "--no-check").status == 0
    assert command("poll").status == 0
    return command


def test_a_source_is_added_listed_shown_edited_paused_resumed_and_removed(
    command: CommandLine, web: Web
) -> None:
    url = web.put("/feed", FEED)
    added = command("source", "add", url, "--section", "world", "--json").json
    assert (added["id"], added["url"], added["title"], added["section"]) == (1, url, "Them", "world")
    assert command("source", "list").out.split("\t")[:3] == ["1", "active", "world"]
    assert (
        command("source", "edit", 1, "--title", "Theirs", "--zone", "Europe/Paris", "--interval", "2h").status
        == 0
    )
    shown = command("source", "show", 1, "--json").json
    assert (shown["title"], shown["zone"], shown["interval"], shown["section"]) == (
        "Theirs",
        "Europe/Paris",
        7200,
        "world",
    )
    assert command("source", "edit", 1, "--title", "", "--json").json["title"] == "Them"
    assert command("source", "pause", 1, "--json").json["status"] == "paused"
    assert command("poll").out == "No source is due.\n"
    assert command("source", "resume", 1, "--json").json["status"] == "active"
    assert command("source", "remove", 1).status == 0
    assert command("source", "list", "--json").json == []


def test_adding_checks_that_it_is_a_feed_unless_told_not_to(command: CommandLine, web: Web) -> None:
    page = web.put("/page", "<html><title>x</title>", content_type="text/html")
    refused = command("source", "add", page)
    assert (refused.status, refused.out) == (1, "")
    assert f"newsdesk: {page}: not_a_feed: " in refused.err
    assert "the address of the feed" in refused.err
    assert command("source", "list", "--json").json == []
    assert command("source", "add", page, "--no-check").status == 0


def page_naming(*addresses: str) -> str:
    links = (
        f'<link rel=alternate type="application/rss+xml" href="{url}" title="T{url}">' for url in addresses
    )
    return f"<!doctype html><html><head>{''.join(links)}</head><body>Hello</body></html>"


def test_the_sole_feed_that_a_page_names_is_added(command: CommandLine, web: Web) -> None:
    feed, page = web.put("/its/feed", FEED), web.put("/page", page_naming("/its/feed"))
    added = command("source", "add", page)
    assert (added.status, added.out) == (0, "source 1: Them, 3 entries\n")
    assert added.err.endswith(f"found {feed} by {page}\n")
    assert command("source", "show", 1, "--json").json["url"] == feed
    again = command("source", "add", page)
    assert (again.status, "is source 1 already" in again.err) == (1, True)


def test_the_feeds_that_a_page_names_are_listed_for_one_to_be_picked(command: CommandLine, web: Web) -> None:
    web.put("/b", FEED)
    page = web.put("/page", page_naming("/a", "/b"))
    refused = command("source", "add", page)
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.endswith(
        f"newsdesk: {page}: is a page that names 2 feeds:\n"
        f"  1  {web.url('/a')}  T/a\n  2  {web.url('/b')}  T/b (take one of them with --pick N)\n"
    )
    assert [asked.path for asked in web.asked] == ["/page"]
    assert command("source", "add", page, "--pick", 3).status == 2
    assert command("source", "add", page, "--pick", 2, "--json").json["url"] == web.url("/b")


def test_a_feed_that_a_page_names_in_vain_is_told(command: CommandLine, web: Web) -> None:
    page = web.put("/page", page_naming("/none"))
    refused = command("source", "add", page)
    assert refused.status == 1
    assert f"{page}: names the feed {web.url('/none')}: http_404: " in refused.err


def test_the_usual_places_are_tried_where_a_page_names_no_feed(command: CommandLine, web: Web) -> None:
    web.put("/feed", "<html>no feed here")
    feed = web.put("/atom.xml", FEED)
    assert command("source", "add", web.put("/blog/", "<html>Hello")).status == 0
    assert command("source", "show", 1, "--json").json["url"] == feed
    assert [asked.path for asked in web.asked] == ["/blog/", "/feed", "/rss.xml", "/atom.xml"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_in_trouble_is_not_asked_for_every_usual_place(
    command: CommandLine, web: Web, status: int
) -> None:
    web.put("/feed", status=status)
    refused = command("source", "add", web.put("/page", "<html>Hello"))
    assert (refused.status, "not_a_feed" in refused.err) == (1, True)
    assert [asked.path for asked in web.asked] == ["/page", "/feed"]


def archive(name: str, older: str = "") -> str:
    """A page of a feed, with one entry of November 2023 and a link to the page before it."""
    link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="prev-archive" href="{older}"/>'
    item = rss_item(name, date="Mon, 20 Nov 2023 13:56:38 GMT")
    return rss([*([link] if older else []), item], title="Them")


def test_the_history_of_a_feed_is_kept_page_by_page(command: CommandLine, web: Web) -> None:
    web.put("/2", archive("b", older="/1"))
    web.put("/1", archive("a", older="/0"))
    web.put("/0", archive("zero"))
    added = command("source", "add", web.put("/feed", archive("c", older="/2")), "--history", 2, "--json")
    assert (added.json["items"], added.err) == (2, "history: 2 items of 2 older pages\n")
    assert [asked.path for asked in web.asked] == ["/feed", "/2", "/1"]
    assert command("poll").status == 0
    listed = command("inbox", "--json").json
    assert {item["title"] for item in listed} == {"Title of a", "Title of b", "Title of c"}
    assert {item["timestamp"] for item in listed} == {"2023-11-20T13:56:38Z"}


def test_no_page_is_followed_unless_it_is_asked_for(command: CommandLine, web: Web) -> None:
    command("source", "add", web.put("/feed", archive("c", older="/2")))
    assert [asked.path for asked in web.asked] == ["/feed"]


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({"/1": archive("a", older="/feed")}, "1 item of 1 older page\n"),
        (
            {"/1": archive("a", older="/1?again")},
            "1 item of 1 older page; then http_404: HTTP 404 Not Found\n",
        ),
        ({"/1": archive("a", older="/2"), "/2": archive("a", older="/2")}, "1 item of 1 older page\n"),
        ({"/1": "<html>"}, "0 items of 0 older pages; then not_a_feed: "),
    ],
    ids=["round in a circle", "into the void", "the same again at another address", "a page that is no feed"],
)
def test_the_history_ends_where_a_page_comes_again_or_fails_and_what_was_kept_stays(
    command: CommandLine, web: Web, pages: dict[str, str], said: str
) -> None:
    for path, body in pages.items():
        web.put(path, body)
    added = command("source", "add", web.put("/feed", archive("c", older="/1")), "--history", 50)
    assert added.status == 0
    assert f"\nhistory: {said}" in f"\n{added.err}"
    assert command("source", "show", 1, "--json").json["items"] == int(said[0])


def test_a_secret_that_is_missing_is_named_and_nothing_is_asked(
    command: CommandLine, tmp_path: Path, web: Web
) -> None:
    with (tmp_path / "newsdesk.toml").open("a") as file:
        file.write(f'[[fetch.access]]\nurl = "{web.url("/")}"\nbearer_env = "NO_SUCH_TOKEN"\n')
    refused = command("source", "add", web.put("/feed", FEED))
    assert (refused.status, "variable NO_SUCH_TOKEN: holds no secret" in refused.err) == (2, True)
    assert not web.asked


def test_the_arithmetic_of_the_next_poll_is_shown(command: CommandLine, web: Web) -> None:
    feed = FEED.replace("<item>", "<ttl>120</ttl><item>", 1)
    command("source", "add", web.put("/feed", feed, headers={"Cache-Control": "max-age=3600"}))
    command("poll")
    shown = command("source", "show", 1, "--json").json
    terms = {term["reason"]: term["seconds"] for term in shown["next_poll_terms"]}
    assert (terms["its feed's ttl"], terms["its server's Cache-Control or Expires"]) == (7_200, 3_600)
    assert shown["next_poll_reason"] == "its feed's ttl"
    printed = command("source", "show", 1).out
    assert all(reason in printed for reason in terms)
    assert "2:00:00  its feed's ttl" in printed


@pytest.mark.parametrize("words", [["poll", "1"], ["poll", "--all"]], ids=" ".join)
def test_nobody_asks_a_source_whose_server_wants_to_be_left_alone(
    command: CommandLine, web: Web, words: list[str]
) -> None:
    url = web.put("/feed", status=429, headers={"Retry-After": "3600"})
    command("source", "add", "--no-check", url)
    command("poll")
    again = command(*words)
    assert (again.status, again.out, len(web.asked)) == (0, "No source is due.\n", 1)
    assert again.err.startswith("source 1: its server asks not to be asked before ")
    retried = command("source", "retry", 1, "--json")
    assert retried.err.startswith("source 1: its server asks not to be asked before ")
    assert retried.json["next_poll_at"] == retried.json["not_before_at"]
    assert retried.json["next_poll_reason"] == "its server's Retry-After"
    command("poll")
    assert len(web.asked) == 1


def test_a_source_that_is_gone_is_left_alone_until_an_editor_revives_it(
    command: CommandLine, web: Web
) -> None:
    command("source", "add", "--no-check", web.put("/feed", status=410))
    command("poll")
    assert "asks not to be asked" in command("poll", "--all").err
    for words in (["source", "retry", 1], ["poll"]):
        command(*words)
    assert command("source", "show", 1, "--json").json["status"] == "active"  # the first 410 was forgiven
    web.put("/feed", FEED)
    command("source", "retry", 1)
    assert command("poll").out.startswith("1 polled")


def test_a_retired_source_is_named_and_not_asked(newsdesk: Newsdesk, command: CommandLine, web: Web) -> None:
    with newsdesk.database.writing() as session:
        row = sources.add(session, web.put("/feed", FEED), newsdesk.now())
        row.status, row.error_class = Status.RETIRED, "gone"
    for words in (["poll", "1"], ["poll", "--all"]):
        assert command(*words).err.startswith("source 1: is retired")
    assert web.asked == []
    assert command("source", "retry", 1, "--json").json["status"] == "active"
    assert command("poll").out.startswith("1 polled")


def test_silent_sources_are_listed(command: CommandLine, web: Web) -> None:
    dead = [rss_item(f"{day}", date=f"2020-11-{day:02}T12:00:00Z") for day in range(1, 11)]
    command("source", "add", web.put("/dead", rss(dead)))
    command("source", "add", web.put("/feed", FEED))
    assert command("source", "list", "--silent").err == "No source is silent.\n"
    command("poll")
    assert [row["id"] for row in command("source", "list", "--silent", "--json").json] == [1]
    assert command("source", "list", "--silent", "--failing").err == "No source is failing and silent.\n"
    command("source", "pause", 1)
    assert command("source", "list", "--silent", "--json").json == []


def test_a_second_source_at_one_address_is_refused(command: CommandLine, web: Web) -> None:
    url = web.put("/feed", FEED)
    command("source", "add", url)
    again = command("source", "add", url + "#top")
    assert (again.status, "is source 1 already" in again.err) == (1, True)


def test_a_private_address_is_refused_with_the_setting_that_allows_it(
    command: CommandLine, tmp_path: Path, web: Web
) -> None:
    (tmp_path / "newsdesk.toml").write_text("")
    refused = command("source", "add", web.put("/feed", FEED))
    assert refused.status == 1
    assert "blocked: " in refused.err
    assert "fetch.allow_private_networks" in refused.err


def test_a_list_is_imported_as_far_as_it_can_be_and_comes_out_again(
    command: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "in.opml").write_text(
        '<opml version="2.0"><body><outline text="World"><outline text="Africa">'
        '<outline text="A" xmlUrl="https://a.example/feed?x=1&y=2"/></outline></outline>'
        '<outline text="A again" xmlUrl="http://a.example/feed?x=1&amp;y=2"/>'
        '<outline text="No feed" xmlUrl="ftp://b.example/"/><outline text="C" xmlUrl="https://c.example/"/></body></opml>'
    )
    done = command("source", "import", "in.opml")
    assert (done.status, done.out) == (0, "2 sources added, 2 skipped\n")
    assert done.err.count("skipped: ") == 2
    listed = {source["url"]: source["section"] for source in command("source", "list", "--json").json}
    assert listed == {"https://a.example/feed?x=1&y=2": "World/Africa", "https://c.example/": None}
    assert command("source", "import", "in.opml").out == "0 sources added, 4 skipped\n"
    exported = command("source", "export").out
    (tmp_path / "out.opml").write_text(exported)
    assert command("source", "remove", 1).status == command("source", "remove", 2).status == 0
    command("source", "import", "out.opml")
    assert {source["url"]: source["section"] for source in command("source", "list", "--json").json} == listed


def test_a_poll_reports_each_failure_in_a_line_and_sums_up(command: CommandLine, web: Web) -> None:
    command("source", "add", web.put("/feed", FEED))
    command("source", "add", "--no-check", web.url("/none"))
    done = command("poll")
    assert done.err == f"source 2 {web.url('/none')}: http_404: HTTP 404 Not Found\n"
    assert done.out.endswith("1 changed, 0 unchanged, 1 failed; 3 new items, 0 revised\n")
    report = command("poll", "--all", "--json").json
    counts = {"polled": 2, "changed": 0, "unchanged": 1, "failed": 1, "new_items": 0, "revised_items": 0}
    assert report | counts == report
    assert report["results"][1]["error"]["class"] == "http_404"


def test_the_inbox_lists_what_waits_with_its_number(stocked: CommandLine) -> None:
    assert [line.split("\t")[-1] for line in stocked("inbox").out.splitlines()] == ["Alpha", "Beta", "Gamma"]
    item = stocked("inbox", "--search", "bet*", "--json").json[0]
    assert (item["title"], item["state"], item["source"]["title"], item["published"]["known_by"]) == (
        "Beta",
        "new",
        "Them",
        "first seen",
    )
    assert item["story"] == {
        "id": item["story"]["id"],
        "lead": item["id"],
        "size": 1,
        "sources": [item["source"] | {"item": item["id"]}],
    }


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--source", "1"], 3),
        (["--lang", "fr"], 0),
        (["--since", "1h"], 3),
        (["--since", "2999-01-01"], 0),
        (["--limit", "2"], 2),
        (["--search", "alpha OR beta"], 2),
        (["--unseen"], 3),
    ],
    ids=str,
)
def test_the_inbox_is_filtered(stocked: CommandLine, words: list[str], found: int) -> None:
    assert len(stocked("inbox", *words, "--json").json) == found


def test_a_pick_is_made_listed_logged_undone_and_made_again(stocked: CommandLine) -> None:
    made = stocked("pick", 2, "--note", "Read it", "--top", "--json").json
    assert (made["decision"]["id"], made["decision"]["editor"], made["already"]) == (1, "ada", False)
    assert (made["pick"]["note"], made["pick"]["position"], made["pick"]["status"]) == ("Read it", 1, "live")
    assert stocked("pick", 2, editor="bob").out == "item 2: already picked in editors-pick by ada\n"
    assert [item["id"] for item in stocked("picks", "--json").json] == [2]
    assert stocked("undo").out == (
        "decision 2: undoes decision 1 (pick item 2 in editors-pick), now not picked\n"
    )
    assert stocked("picks", "--json").json == []
    assert stocked("undo", 2).out == (
        "decision 3: undoes decision 2 (undo of decision 1 on item 2 in editors-pick), now live\n"
    )
    assert [(line["verb"], line["undoes"]) for line in stocked("log", "--json").json] == [
        ("undo", 2),
        ("undo", 1),
        ("pick", None),
    ]
    assert [line.split("\t")[4:] for line in stocked("log", "--limit", 2).out.splitlines()] == [
        ["undo 2", "2", "editors-pick", "Beta"],
        ["undo 1", "2", "editors-pick", "Beta"],
    ]
    assert stocked("unpick", 2).out == "decision 4: unpick item 2 in editors-pick, now retracted\n"


def test_several_items_are_picked_all_or_none(stocked: CommandLine) -> None:
    assert stocked("pick", 1, 99).status == 2
    assert stocked("picks", "--json").json == []
    assert len(stocked("pick", 1, 3, "--json").json) == 2


@pytest.mark.parametrize("place", [["--top"], ["--position", 1]], ids=str)
def test_several_items_that_are_picked_for_a_place_stand_there_as_named(
    stocked: CommandLine, place: list[object]
) -> None:
    stocked("pick", 2)
    stocked("pick", 3, 1, *place)
    assert [item["id"] for item in stocked("picks", "--json").json] == [3, 1, 2]


def test_what_stands_already_is_told_of_its_item_and_of_whose_word_it_is(stocked: CommandLine) -> None:
    stocked("merge", 1, 2)
    assert stocked("merge", 2, 1).out == "item 1: already merged with item 2\n"
    assert stocked("merge", 2, 1, "--json").json["decision"]["id"] == 1


def test_what_has_no_title_is_listed_by_how_its_text_begins(command: CommandLine, web: Web) -> None:
    untitled = "<item><guid>a</guid><description>Fog over the river, and no ferry.</description></item>"
    command("source", "add", web.put("/feed", rss([untitled])))
    command("poll")
    assert command("inbox").out.endswith("\tFog over the river, and no ferry.\n")
    assert command("inbox", "--json").json[0]["title"] == ""
    assert command("stories").out.endswith("\tFog over the river, and no ferry.\n")
    command("pick", 1)
    assert "Fog over the river" in command("picks").out
    assert fields(command("why", 1).out)["item"] == "1: Fog over the river, and no ferry."


def test_an_item_is_shown_with_its_text_and_its_history(stocked: CommandLine) -> None:
    stocked("pick", 2, "--note", "n")
    shown = stocked("show", 2, "--json").json
    assert (shown["title"], shown["state"], shown["decisions"][0]["verb"]) == ("Beta", "picked", "pick")
    assert "Beta" in stocked("show", 2).out


def test_an_item_is_shown_with_what_the_desk_says_of_it_and_its_numbered_decisions(
    stocked: CommandLine,
) -> None:
    stocked("pick", 2, "--note", "Read it", "--title", "Ours", "--until", "3d")
    stocked("unpick", 2)
    stocked("undo")
    shown = stocked("show", 2).out
    named = fields(shown)
    assert (named["state"], named["headline"], named["note"]) == (
        "picked in editors-pick by ada: live",
        "Ours",
        "Read it",
    )
    decided = [line.split("\t") for line in shown.splitlines() if "\t" in line]
    assert [(line[0], line[4]) for line in decided] == [("1", "pick"), ("2", "unpick"), ("3", "undo 2")]
    times = [named[name] for name in ("dated", "first seen", "until")] + [line[1] for line in decided]
    assert all(re.fullmatch(MOMENT, time) for time in times)


def test_an_item_whose_pick_was_taken_back_is_shown_as_new(stocked: CommandLine) -> None:
    stocked("pick", 2, "--note", "Read it")
    stocked("unpick", 2)
    assert fields(stocked("show", 2).out)["state"] == "new"
    assert "Read it" not in stocked("show", 2).out


def test_picks_that_readers_do_not_see_yet_are_listed_with_how_they_stand(stocked: CommandLine) -> None:
    stocked("pick", 1)
    stocked("pick", 2, "--at", "2h")
    assert [line.split("\t")[1:3] for line in stocked("picks").out.splitlines()] == [
        ["2", "waiting"],
        ["1", "live"],
    ]


def test_publishing_names_what_it_wrote_and_then_nothing(stocked: CommandLine) -> None:
    first = stocked("publish", "--json").json
    assert len(first["written"]) == 13
    second = stocked("publish", "--json").json
    assert (second["written"], len(second["unchanged"])) == ([], 13)
    assert second["deliveries"] == []


def test_publishing_names_what_it_removed(stocked: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSDESK_EDITIONS", '[{"slug": "tech", "section": "tech"}]')
    stocked("publish")
    monkeypatch.delenv("NEWSDESK_EDITIONS")
    said = stocked("publish", "--edition", "editors-pick")
    assert said.err == "0 files written, 4 unchanged\n"
    said = stocked("publish")
    assert "removed public/tech.rss\n" in said.err
    assert said.err.endswith("2 files written, 11 unchanged, 4 removed\n")
    assert said.out == "public/index.html\npublic/sitemap.xml\n"


def test_the_newsroom_s_state_is_told_and_its_health_checked(stocked: CommandLine) -> None:
    assert stocked("status", "--json").json["items"] == 3
    assert all(check["ok"] for check in stocked("doctor", "--json").json)


def test_the_newsroom_s_state_is_told_in_words_and_in_one_form_of_time(stocked: CommandLine) -> None:
    before = fields(stocked("status").out)
    assert before["sources"] == "1: 1 active, 0 failing, 0 due"
    assert (before["last decision"], before["last published"]) == ("none yet", "never")
    stocked("pick", 1)
    after = fields(stocked("status").out)
    assert after["picks"] == "1"
    assert re.fullmatch(MOMENT, after["last decision"])
    assert re.fullmatch(MOMENT, after["next poll"])


@pytest.mark.sqlite
def test_a_backup_is_made_once(stocked: CommandLine, tmp_path: Path) -> None:
    assert stocked("backup", tmp_path / "copy.db").status == 0
    refused = stocked("backup", tmp_path / "copy.db")
    assert (refused.status, "copy.db: is there already" in refused.err) == (2, True)


def test_a_backup_into_a_folder_that_is_not_there_is_refused_in_one_line(
    stocked: CommandLine, tmp_path: Path
) -> None:
    refused = stocked("backup", "nope/x.db")
    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert refused.err.startswith("newsdesk: nope/x.db: cannot be written: ")
    assert not (tmp_path / "nope").exists()


@pytest.mark.sqlite
def test_a_command_that_makes_a_database_says_so_once(command: CommandLine) -> None:
    assert command("inbox").err == f"{NEW_DATABASE}\nNothing waits.\n"
    assert command("inbox").err == "Nothing waits.\n"


@pytest.mark.sqlite
def test_with_json_standard_error_is_json_or_nothing_also_where_a_database_is_made(
    command: CommandLine, tmp_path: Path
) -> None:
    assert command("inbox", "--json").err == ""
    assert (tmp_path / "newsdesk.db").exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb"], ids=repr)
def test_a_name_that_is_none_is_refused(stocked: CommandLine, name: str) -> None:
    refused = stocked("pick", 1, editor=name)
    assert (refused.status, "is no name" in refused.err) == (2, True)


def test_starter_files_come_with_the_commands_to_go_on_with(command: CommandLine, tmp_path: Path) -> None:
    assert "next: edit newsdesk.toml; " in command("init").out
    assert "next: edit newsdesk.toml; " in command("init", tmp_path).out
    assert "next: cd 'a room'; edit newsdesk.toml; " in command("init", "a room").out


def test_an_edit_that_changes_nothing_is_refused(stocked: CommandLine) -> None:
    refused = stocked("source", "edit", 1)
    assert (refused.status, refused.out) == (2, "")
    assert "--interval, --language, --prefer, --section, --title, --zone" in refused.err


def test_an_interval_is_shown_as_it_is_written_and_its_bound_is_told(stocked: CommandLine) -> None:
    stocked("source", "edit", 1, "--interval", "90m")
    assert fields(stocked("source", "show", 1).out)["interval"] == "90m"
    assert "an interval of 59s is too short (give 1m or more)" in (
        stocked("source", "edit", 1, "--interval", "59s").err
    )
    assert stocked("source", "edit", 1, "--interval", "1m").status == 0


def test_a_source_that_is_tried_again_while_paused_stays_paused_and_says_so(stocked: CommandLine) -> None:
    stocked("source", "pause", 1)
    tried = stocked("source", "retry", 1)
    assert tried.out == "source 1: Them: paused, next poll: not before 'newsdesk source resume 1'\n"
    assert "newsdesk source resume 1" in fields(stocked("source", "show", 1).out)["next poll"]
    assert re.search(f"active, next poll: {MOMENT}$", stocked("source", "resume", 1).out)


def test_a_language_set_of_a_source_is_that_of_its_items(stocked: CommandLine) -> None:
    stocked("source", "edit", 1, "--language", "fr_CA")
    assert {item["language"] for item in stocked("inbox", "--lang", "fr", "--json").json} == {"fr-CA"}
    assert stocked("inbox", "--lang", "en", "--json").json == []
    assert stocked("source", "edit", 1, "--language", "français").status == 2


def test_one_thing_is_counted_as_one(command: CommandLine, web: Web) -> None:
    one, two = web.put("/one", rss([rss_item("a")])), web.put("/two", FEED)
    assert command("source", "add", one).out == "source 1: A site, 1 entry\n"
    assert command("source", "add", two).out == "source 2: Them, 3 entries\n"
    assert "; 1 new item, 0 revised\n" in command("poll", 1).out
    assert "; 3 new items, 0 revised\n" in command("poll", 2).out
    command("pick", 1)
    assert command("source", "remove", 1).out.endswith("kept: 1 item that editors decided on\n")


def test_a_failure_that_has_a_remedy_is_told_with_it(command: CommandLine, web: Web) -> None:
    page = web.put("/page", "<html><title>x</title>", content_type="text/html")
    command("source", "add", "--no-check", page)
    remedy = "(its page names no feed; give the address of the feed itself)"
    assert remedy in command("poll").err
    assert fields(command("source", "show", 1).out)["trouble"].endswith(remedy)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["source", "show", "99"], "source 99"),
        (["source", "remove", "0"], "source 0"),
        (["source", "add", "nonsense://x"], "nonsense://x"),
        (["source", "add", "http://"], "http://"),
        (["source", "edit", "1", "--zone", "Mars/Base"], "Mars/Base"),
        (["source", "edit", "1", "--interval", "5s"], "interval"),
        (["show", "99"], "item 99"),
        (["pick", "1e9"], "1e9"),
        (["pick", "1 OR 1=1"], "1 OR 1=1"),
        (["pick", "1", "--edition", "none"], "none"),
        (["pick", "1", "--at", "someday"], "someday"),
        (["publish", "--edition", "none"], "none"),
        (["inbox", "--limit", "0"], "0"),
        (["inbox", "--source", "99"], "source 99"),
        (["inbox", "--section", "none"], "section 'none'"),
        (["source", "import", "none.opml"], "none.opml"),
        (["poll", "99"], "source 99"),
        (["nonsense"], "nonsense"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("as_json", [False, True], ids=["words", "json"])
def test_wrong_usage_is_refused_with_status_2_naming_the_thing(
    stocked: CommandLine, words: list[str], names: str, as_json: bool
) -> None:
    refused = stocked(*words, *(["--json"] if as_json else []))
    assert (refused.status, refused.out) == (2, "")
    assert names in refused.err
    assert "Traceback" not in refused.err
    if as_json and words[0] != "nonsense":
        assert set(json.loads(refused.err)["error"]) == {"class", "message", "remedy"}


def test_an_unreachable_host_is_refused_with_status_1(command: CommandLine) -> None:
    refused = command("source", "add", "http://127.0.0.1:9/feed")
    assert (refused.status, refused.out) == (1, "")
    assert "connect: " in refused.err


def test_an_unknown_setting_is_refused_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "newsdesk.toml").write_text('title = "x"\n\n[fetch]\ntimeuot = 3\n')
    refused = newsdesk(tmp_path, "inbox")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "newsdesk.toml:4: fetch.timeuot" in refused.stderr
    assert "timeout" in refused.stderr
    assert not (tmp_path / "newsdesk.db").exists()


def test_a_damaged_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "newsdesk.db").write_bytes(b"not a database " * 1000)
    refused = newsdesk(tmp_path, "inbox", "--json")
    assert refused.returncode == 2
    assert "not a database" in json.loads(refused.stderr)["error"]["message"]
    assert (tmp_path / "newsdesk.db").read_bytes() == b"not a database " * 1000


def test_help_and_version_import_neither_the_database_nor_the_http_client() -> None:
    heavy = {"sqlmodel", "aiohttp", "pydantic", "rich", "textual"}
    code = (
        "import sys\nfrom aggregator.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    for words in (
        ["--help"],
        ["--version"],
        ["pick", "--help"],
        ["source", "add", "--help"],
        ["desk", "--help"],
    ):
        done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True)
        assert (done.stderr, bool(done.stdout)) == ("[]\n", True)


def test_a_reader_of_our_output_may_go_away(stocked: CommandLine, tmp_path: Path) -> None:
    words = f"{sys.executable} -m aggregator.cli inbox | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode in (0, 1), done.stderr) == (True, "")


def test_it_speaks_in_a_terminal_that_knows_only_ascii(
    stocked: CommandLine, web: Web, tmp_path: Path
) -> None:
    web.put("/feed", rss([rss_item("d", title="Ça ira — 日本")]))
    stocked("poll", "--all")
    done = newsdesk(tmp_path, "inbox", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "a ira" in done.stdout


@pytest.mark.parametrize(
    ("setting", "place"),
    [("NEWSDESK_DATABASE_URL", "sqlite:////proc/newsdesk.db"), ("NEWSDESK_OUTPUT", "/proc/public")],
    ids=["database", "output"],
)
def test_a_place_that_cannot_be_written_is_refused_in_one_line(
    tmp_path: Path, setting: str, place: str
) -> None:
    """/proc takes no files, not even from root."""
    refused = newsdesk(tmp_path, "publish", **{setting: place})
    faults = [line for line in refused.stderr.splitlines() if line != NEW_DATABASE]
    assert (refused.returncode, refused.stdout, len(faults)) == (2, "", 1)
    assert place.removeprefix("sqlite:///") in faults[0]


@pytest.mark.sqlite
def test_a_restore_puts_a_backup_in_place_and_keeps_what_was_there(
    stocked: CommandLine, tmp_path: Path
) -> None:
    assert stocked("backup", tmp_path / "copy.db").status == 0
    stocked("pick", 1)
    assert stocked("restore", tmp_path / "copy.db").status == 0
    assert stocked("picks").out == ""
    (kept,) = tmp_path.glob("newsdesk.db.replaced-*")
    assert stocked("restore", kept).status == 0
    assert stocked("picks").out.startswith("1\t")


@pytest.mark.parametrize("content", [b"", b"no database", None], ids=["empty", "no database", "another's"])
def test_what_is_no_backup_is_not_restored(
    stocked: CommandLine, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "other.db"
    if content is None:
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE other (x)")
        connection.close()
    else:
        file.write_bytes(content)
    refused = stocked("restore", file)
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert stocked("inbox").out != ""
    assert list(tmp_path.glob("*.replaced-*")) == list(tmp_path.glob("*.restoring")) == []


def test_an_editor_who_was_removed_decides_no_more_and_what_was_decided_stands(stocked: CommandLine) -> None:
    assert stocked("pick", 1, editor="bo").status == 0
    assert stocked("editor", "remove", "bo").out == "bo decides no more.\n"
    refused = stocked("unpick", 1, editor="bo")
    assert (refused.status, refused.err) == (
        2,
        "newsdesk: editor 'bo': was removed (run 'newsdesk editor add bo')\n",
    )
    assert stocked("picks").out.startswith("1\t")
    assert [row["name"] for row in stocked("editor", "list", "--json").json if row["left_at"]] == ["bo"]
    assert stocked("editor", "add", "bo").out == "bo may decide.\n"
    assert stocked("editor", "add", "bo").out == "bo may decide already.\n"
    assert stocked("unpick", 1, editor="bo").status == 0


def test_nobody_can_be_added_or_removed_who_cannot_be(stocked: CommandLine) -> None:
    assert stocked("editor", "remove", "nobody").status == 2
    assert stocked("editor", "add", "rule:x").status == 2
    assert stocked("editor", "add", " ").status == 2
