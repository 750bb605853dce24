"""A newsletter: the same picks in three forms, safe in each, and a message that any mail program takes."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default

import pytest
from drawn import BASE, PICKED, entry, masthead, shelf
from hypothesis import given, settings
from hypothesis import strategies as some
from markdown_it import MarkdownIt

from feeds import newsletter
from feeds.entries import Editorial, Link
from feeds.shelves import Masthead, Shelf

NOTE = "Read *the index*.\n\nThen rest."
SHOWN = "<p>Read <em>the index</em>.</p><p>Then rest.</p>"
ELSEWHERE = Link(href="https://quay.example/2", rel="related", title="Le Quai")


def picked(**said: object) -> Shelf:
    given = {"editorial": PICKED.model_copy(update={"note": NOTE}), "links": (ELSEWHERE,)} | said
    shown = shelf("editors-pick", entry(**given), title="Editor's Pick", note=SHOWN)
    return shown._replace(permalinks=("editors-pick/7.html",))


def parsed(made: bytes) -> EmailMessage:
    found = email.message_from_bytes(made, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_the_markdown_tells_each_pick_with_its_note() -> None:
    assert (
        newsletter.markdown(masthead(), picked())
        == """\
# The Example: Editor's Pick, Monday, 20 November 2023

## [Cranes inspected](<https://harbour.example/1>)

Harbour Ledger · 19 November 2023, 08:00 UTC

> Read *the index*.
>
> Then rest.
>
> — Inès, Tom

Every crane, since 1998.

Also in [Le Quai](<https://quay.example/2>)

[Permanent link](<https://news.example/desk/editors-pick/7.html>)

[The Example](<https://news.example/desk/>)
"""
    )


@pytest.mark.parametrize(
    "title",
    [
        "*Not* bold, [not](a link), `not` code",
        "1. Not a list",
        "- Nor this",
        "# Nor a heading #",
        "a < b & c > d | e ~ f",
        "back\\slash",
        "![no picture](https://x.example/y.png)",
    ],
)
def test_what_a_source_wrote_is_text_in_markdown(title: str) -> None:
    made = newsletter.markdown(masthead(), picked(title=title, summary=f"{title} and more"))
    shown = MarkdownIt("commonmark").render(made)
    heading = re.search(r"<h2>.*<a[^>]*>(.*)</a>.*</h2>", shown)
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert heading is not None
    assert heading[1] == escaped
    assert f"<p>{escaped} and more</p>" in shown


@settings(max_examples=60)
@given(some.text(alphabet=some.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_no_title_breaks_out_of_its_heading(title: str) -> None:
    made = newsletter.markdown(masthead(), picked(title=title, summary="", editorial=None, links=()))
    kinds = [token.tag for token in MarkdownIt("commonmark").parse(made) if token.type.endswith("_open")]
    assert kinds[:2] == ["h1", "h2"]
    assert not set(kinds) - {"h1", "h2", "p"}


def test_the_html_has_its_styles_in_its_elements_and_loads_nothing() -> None:
    made = newsletter.html(masthead(), picked(image="https://pictures.example/a.png"))
    assert not re.search(r"<style|<link|<script|<img|class=|src=", made)
    assert SHOWN in made
    assert 'href="https://news.example/desk/editors-pick/7.html"' in made


def test_a_correction_and_a_story_from_right_to_left_are_told() -> None:
    said = Editorial(editors=("Ada",), correction="Eleven, not twelve.")
    shown = picked(editorial=said, language="ar", title="عودة الملاحة")
    assert "**Corrected:** Eleven, not twelve." in newsletter.markdown(masthead(), shown)
    made = newsletter.html(masthead(), shown)
    assert "<strong>Corrected:</strong> Eleven, not twelve." in made
    assert 'dir="rtl"' in made


def test_a_message_has_both_forms_and_is_dated_by_its_newest_pick() -> None:
    made = parsed(newsletter.message(masthead(), picked()))
    assert made.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]
    plain, rich = (part.get_content() for part in made.iter_parts())
    assert plain.replace("\r\n", "\n") == newsletter.markdown(masthead(), picked())
    assert rich.replace("\r\n", "\n") == newsletter.html(masthead(), picked())
    assert made["Date"].datetime.isoformat() == "2023-11-20T13:56:00+00:00"
    assert made["Subject"] == "The Example: Editor's Pick, Monday, 20 November 2023"
    assert made["From"].addresses[0].addr_spec == "newsdesk@news.example"
    assert re.fullmatch(r"<[0-9a-f]{32}@news\.example>", made["Message-ID"])


def test_the_same_picks_make_the_same_message_and_others_another() -> None:
    made = newsletter.message(masthead(), picked())
    assert made == newsletter.message(masthead(), picked())
    other = newsletter.message(masthead(), picked(title="Otherwise"))
    assert parsed(made)["Message-ID"] != parsed(other)["Message-ID"]


def test_a_message_is_seven_bits_wide_with_short_lines_whatever_it_says() -> None:
    paper = masthead(title="La Gazette du Quai – Été 国际" * 9)
    made = newsletter.message(paper, picked(title="المرفأ " * 90, summary="国" * 2_000))
    assert made.isascii()
    assert all(len(line) <= 998 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert parsed(made)["Subject"].startswith("La Gazette du Quai – Été 国际")


@pytest.mark.parametrize("name", ["News\r\nBcc: all@x.example", "News\nX: y", 'Say "news" <b@x.example>'])
def test_no_name_adds_a_header(name: str) -> None:
    made = parsed(newsletter.message(masthead(title=name), picked(title=name)))
    assert set(made.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    }
    assert [address.addr_spec for address in made["From"].addresses] == ["newsdesk@news.example"]


@pytest.mark.parametrize(
    "sender",
    ["ana@x.example\r\nBcc: b@x.example", "Ana <ana@x.example>", "ana", "@", "a..b@x.example", "é@x.example"],
)
def test_a_sender_is_one_address(sender: str) -> None:
    with pytest.raises(newsletter.NoMailAddress):
        newsletter.message(masthead(), picked(), sender)


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        (BASE, "news.example"),
        ("http://127.0.0.1:8080/", "[127.0.0.1]"),
        ("http://[::1]:8080/", "[IPv6:::1]"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
    ],
)
def test_a_message_is_from_the_host_of_the_site(base_url: str, host: str) -> None:
    made = newsletter.message(Masthead("T", base_url, "en"), picked()).decode()
    assert f"<newsdesk@{host}>" in made
    assert re.search(rf"Message-ID: <[0-9a-f]{{32}}@{re.escape(host)}>", made)


def test_html_in_a_note_is_text_in_the_markdown_too() -> None:
    said = PICKED.model_copy(update={"note": "<script>alert(1)</script> see <https://x.example/>"})
    shown = MarkdownIt("commonmark", {"html": True}).render(
        newsletter.markdown(masthead(), picked(editorial=said))
    )
    assert "<script>" not in shown
    assert '<a href="https://x.example/">' in shown


def test_a_french_newsletter_speaks_french() -> None:
    made = newsletter.markdown(masthead("fr"), picked())
    assert "lundi 20 novembre 2023" in made
    assert "Aussi dans" in made
