"""What a pick is published as: what the desk says, then what the source says, and nothing that is empty."""

from __future__ import annotations

import pytest
from makers import Clock, keep, rss, rss_item

from aggregator.app import Newsdesk
from config.options import EDITORS_PICK
from curation.desk import Desk

RIVER = "River Elsham floods the old harbour of Norwick"
FLOOD = "Norwick: old harbour under water as river Elsham floods"


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


def test_an_entry_names_who_else_tells_its_story_each_source_and_each_page_once(newsdesk: Newsdesk) -> None:
    """The third points to the page of the second; the fourth tells it again on a page of its own."""
    titles = {
        "a": (RIVER, "https://a.example/2026/1"),
        "b": (FLOOD, "https://b.example/2026/2"),
        "c": ("Elsham floods Norwick's old harbour", "https://b.example/2026/2?utm_source=c"),
        "d": ("Old harbour of Norwick floods, river Elsham still rises", "https://d.example/2026/4"),
    }
    for site, (title, link) in titles.items():
        keep(newsdesk, rss([rss_item(f"{site}1", title, link)], title=site), f"https://{site}.example/feed")
    (entry,) = newsdesk.newspaper().lineups["recent-news"].entries
    assert entry.url == "https://a.example/2026/1"
    assert [(link.rel, link.title, link.href) for link in entry.links] == [
        ("related", "b", "https://b.example/2026/2"),
        ("related", "d", "https://d.example/2026/4"),
    ]


def test_a_feed_is_updated_when_another_source_tells_a_story_of_it(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item("a", RIVER, "https://a.example/2026/1")]), "https://a.example/feed")
    clock.move(hours=1)
    keep(newsdesk, rss([rss_item("b", FLOOD, "https://b.example/2026/2")]), "https://b.example/feed")
    feed = newsdesk.newspaper().lineups["recent-news"]
    assert feed.updated == clock()
    assert feed.entries[0].updated is None, "new coverage dates no entry anew"
