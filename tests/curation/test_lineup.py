"""What a pick is published as: what the desk says, then what the source says, and nothing that is empty."""

from __future__ import annotations

import pytest
from makers import keep, rss, rss_item

from aggregator.app import Newsdesk
from config.options import EDITORS_PICK
from curation.desk import Desk


@pytest.mark.parametrize(
    ("text", "note", "content"),
    [
        ("", "", ""),
        ("", "Read <it>", "<blockquote><p>Read &lt;it&gt;</p></blockquote>"),
        ("", "One\n\nTwo", "<blockquote><p>One</p><p>Two</p></blockquote>"),
        ("<p>Theirs.</p>", "", "<p>Theirs.</p>"),
        ("<p>Theirs.</p>", "Ours", "<blockquote><p>Ours</p></blockquote><p>Theirs.</p>"),
    ],
    ids=["nothing said", "a note alone", "a note of two paragraphs", "a text alone", "both"],
)
def test_the_content_of_a_pick_is_its_note_and_its_text_as_far_as_there_are_any(
    newsdesk: Newsdesk, text: str, note: str, content: str
) -> None:
    keep(newsdesk, rss([rss_item("a", text=text)]))
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(1, EDITORS_PICK, note=note)
    assert newsdesk.newspaper().lineups["editors-pick"].entries[0].content == content
