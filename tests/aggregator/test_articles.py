"""An article from outside the sources, from its address to an item, by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CommandLine
from web import Web

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A tram | The Paper</title>
<meta property="og:site_name" content="The Paper"><meta name="author" content="Ruth Vale">
<meta name="description" content="It runs again."><meta property="og:image" content="/tram.jpg">
<meta property="article:published_time" content="2024-05-01T10:00:00+02:00"></head><body></body></html>"""


@pytest.fixture
def url(web: Web) -> str:
    return web.put("/tram", PAGE.encode(), content_type="text/html; charset=utf-8")


def test_an_article_is_kept_with_what_its_page_says(command: CommandLine, web: Web, url: str) -> None:
    added = command("add", url, "--json").json
    item = added["item"]
    assert (added["already"], added["outcome"], item["id"]) == (False, None, 1)
    assert (item["title"], item["summary"], item["language"]) == ("A tram", "It runs again.", "en")
    assert [author["name"] for author in item["authors"]] == ["Ruth Vale"]
    assert item["timestamp"] == "2024-05-01T08:00:00Z"
    assert item["source"] == {"id": 1, "title": "Added by editors", "url": "urn:newsdesk:added"}
    assert command("show", 1, "--json").json["image"] == web.url("/tram.jpg")
    assert "text/html" in web.asked[0].headers["Accept"]
    assert [found["id"] for found in command("inbox", "--json").json] == [1]


def test_what_an_editor_says_stands_before_what_the_page_does(command: CommandLine, url: str) -> None:
    said = [
        "--title",
        "Mine",
        "--summary",
        "Short",
        "--author",
        "Jo",
        "--author",
        "Mo",
        "--date",
        "2025-01-02",
    ]
    item = command("add", url, *said, "--json").json["item"]
    assert (item["title"], item["summary"], item["timestamp"]) == ("Mine", "Short", "2025-01-02T00:00:00Z")
    assert [author["name"] for author in item["authors"]] == ["Jo", "Mo"]


def test_it_is_picked_in_the_same_go_and_published_with_its_site_as_source(
    command: CommandLine, url: str
) -> None:
    assert command("add", url, "--note", "Read it").out == (
        "item 1: A tram\ndecision 1: pick item 1 in editors-pick, now live\n"
    )
    command("publish", "--edition", "editors-pick")
    atom = Path("public/editors-pick.atom").read_text()
    assert "The Paper" in atom
    assert "urn:newsdesk:added" not in atom
    assert url in atom


def test_an_address_that_is_known_says_whose_it_is_and_is_asked_no_more(
    command: CommandLine, web: Web, url: str
) -> None:
    command("add", url)
    asked = len(web.asked)
    again = command("add", f"{url}?utm_source=mail", "--pick")
    assert again.out.splitlines()[0] == "item 1: already here, from Added by editors: A tram"
    assert len(web.asked) == asked
    assert command("picks", "--json").json[0]["id"] == 1


def test_a_redirect_to_a_known_article_is_known(command: CommandLine, web: Web, url: str) -> None:
    command("add", url)
    assert command("add", web.redirect("/short", "/tram", 302), "--json").json["already"] is True


def test_the_manual_source_is_no_feed(command: CommandLine, web: Web, url: str) -> None:
    command("add", url)
    asked = len(web.asked)
    assert command("source", "list", "--json").json == []
    for words in (["poll", "--all"], ["poll"]):
        assert command(*words).status == 0
    assert len(web.asked) == asked
    for words in (["source", "show", 1], ["source", "resume", 1], ["source", "remove", 1], ["poll", 1]):
        refused = command(*words)
        assert (refused.status, refused.err) == (
            2,
            "newsdesk: source 1: has what editors added, and is no feed (see 'newsdesk add')\n",
        )
    assert "urn:" not in command("source", "export").out
    assert command("status", "--json").json["sources"] == 0
    assert [found["id"] for found in command("inbox", "--source", 1, "--json").json] == [1]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/none", b"<html><body>x", 1, "has no title (give one with --title)"),
        ("/empty", b"", 1, "has nothing in it (give the address of the article)"),
        ("/feed", b"<rss version='2.0'><channel><title>T</title></channel></rss>", 1, "is a feed"),
        ("/gone", None, 1, "http_404"),
    ],
)
def test_what_is_no_article_is_refused_in_a_line(
    command: CommandLine, web: Web, path: str, body: bytes | None, status: int, said: str
) -> None:
    address = web.url(path) if body is None else web.put(path, body, content_type="text/html")
    refused = command("add", address)
    assert refused.status == status
    assert said in refused.err
    assert refused.err.count("\n") == 1 + ("new database" in refused.err)
    assert command("inbox", "--json").json == []


def test_a_title_makes_an_article_of_a_page_without(command: CommandLine, web: Web) -> None:
    address = web.put("/none", b"<html><body>x", content_type="text/html")
    assert command("add", address, "--title", "Mine").out == "item 1: Mine\n"


def test_a_private_address_and_a_wrong_edition_are_refused(command: CommandLine, url: str) -> None:
    assert "blocked" in command("add", "http://10.0.0.1/x").err
    assert command("add", url, "--pick", "--edition", "none").status == 2
    assert command("add", url, "--pick", "--edition", "recent-news").status == 2
    assert command("inbox", "--json").json == []  # nothing half-done
