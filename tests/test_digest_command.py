"""`newsdesk digest`: what was picked of late, as a newsletter."""

from __future__ import annotations

import email
from email.policy import default
from pathlib import Path

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from web import Web


@pytest.fixture
def picked(command: CommandLine, web: Web) -> CommandLine:
    """A newsroom with two picks, one of which was taken back."""
    items = [rss_item("https://site.example/a", "Harbour reopens", text="Oranges."), rss_item("b")]
    command("source", "add", web.put("/feed.xml", rss(items)))
    command("poll", 1)
    command("pick", 1, "--note", "Read *it*")
    command("pick", 2)
    command("unpick", 2)
    return command


def test_the_newsletter_has_the_picks_that_stand_with_their_notes(picked: CommandLine) -> None:
    said = picked("digest")
    assert said.status == 0
    assert said.out.startswith("# Example News: Editor's Pick, ")
    assert "> Read *it*\n>\n> — ada\n" in said.out
    assert said.out.count("\n## ") == 1
    assert "](<https://news.example/editors-pick/1.html>)" in said.out


def test_the_newsletter_is_written_into_a_file_in_any_form(picked: CommandLine) -> None:
    for form in ("md", "html", "eml"):
        assert picked("digest", "--format", form, "--output", f"letter.{form}").out == ""
    assert "<p>Read <em>it</em></p>" in Path("letter.html").read_text()
    message = email.message_from_bytes(Path("letter.eml").read_bytes(), policy=default)
    assert message["From"] == "Example News <newsdesk@news.example>"
    assert Path("letter.md").read_text() == picked("digest").out


def test_where_nothing_was_picked_since_then_there_is_none(picked: CommandLine) -> None:
    said = picked("digest", "--since", "0s", "--output", "letter.md")
    assert (said.status, said.out) == (1, "")
    assert "editors-pick: nothing was picked since" in said.err
    assert not Path("letter.md").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "the day after"), "is no time"),
        (("--edition", "nowhere"), "edition 'nowhere': there is none"),
        (("--edition", "recent-news"), "takes no picks"),
        (("--format", "eml", "--from", "ana"), "--from 'ana': is no mail address"),
        (("--output", "/proc/nowhere/letter.md"), "/proc/nowhere/letter.md: cannot be written"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_status_2(
    picked: CommandLine, words: tuple[str, ...], said: str
) -> None:
    answer = picked("digest", *words)
    assert answer.status == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_a_broken_theme_ends_publish_and_digest_with_its_file_and_line(picked: CommandLine) -> None:
    Path("theme").mkdir()
    Path("theme", "digest.html").write_text("<p>\n\n{% endfor %}")
    settings = Path("newsdesk.toml")
    settings.write_text('theme = "theme"\n' + settings.read_text())
    for words in (("publish",), ("digest", "--format", "html")):
        said = picked(*words)
        assert said.status == 2
        assert said.err.startswith("newsdesk: theme: theme/digest.html:3: ")
        assert said.err.count("\n") == 1
    assert not any(Path("public").glob("*.html"))
