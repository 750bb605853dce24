"""A note is Markdown made safe: plain text stays plain, and no HTML in it reaches a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageFault
from curation import notes
from feeds import markup


@pytest.mark.parametrize(
    ("note", "html"),
    [
        ("Read it", "<p>Read it</p>"),
        ("One\n\nTwo", "<p>One</p><p>Two</p>"),
        ("one\ntwo", "<p>one\ntwo</p>"),
        ("**Bold** and *slanted*", "<p><strong>Bold</strong> and <em>slanted</em></p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        (
            "[x](https://a.example/)",
            '<p><a href="https://a.example/" rel="noopener noreferrer nofollow">x</a></p>',
        ),
    ],
    ids=["a line", "paragraphs", "a line broken", "emphasis", "a list", "HTML", "a link"],
)
def test_a_note_is_rendered_from_markdown(note: str, html: str) -> None:
    assert notes.html(note) == html


def test_a_link_that_runs_something_is_no_link() -> None:
    assert "<a" not in notes.html("[x](javascript:alert(1))")


@given(st.text(max_size=200))
def test_any_note_is_clean_html(note: str) -> None:
    html = notes.html(note)
    assert markup.clean(html) == html


def test_a_note_is_kept_without_control_characters_and_not_too_long() -> None:
    assert notes.kept("  a\x07\x1b[31mb\r\nc ") == "a[31mb\nc"
    with pytest.raises(UsageFault, match="1,000,000"):
        notes.kept("x" * 1_000_000)
