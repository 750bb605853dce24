"""What a pick is published as: what the desk says, then what the source says, and nothing that is empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from makers import Clock, keep, rss, rss_item

from aggregator.app import Newsdesk
from config.options import EDITORS_PICK
from curation.desk import Desk
from feeds.entries import Origin

RIVER = "River Elsham floods the old harbour of Norwick"
FLOOD = "Norwick: old harbour under water as river Elsham floods"


@pytest.mark.parametrize(
    ("text", "note", "content"),
    [
        ("", "", ""),
        ("", "Read <it>", '<blockquote class="newsdesk-note"><p>Read &lt;it&gt;</p></blockquote>'),
        ("", "One\n\nTwo", '<blockquote class="newsdesk-note"><p>One</p><p>Two</p></blockquote>'),
        ("<p>Theirs.</p>", "", "<p>Theirs.</p>"),
        (
            "<p>Theirs.</p>",
            "Ours",
            '<blockquote class="newsdesk-note"><p>Ours</p></blockquote><p>Theirs.</p>',
        ),
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


def pick(newsdesk: Newsdesk, *numbers: int, editor: str = "ada", **given: str) -> None:
    with newsdesk.database.writing() as session:
        for number in numbers:
            Desk(session, newsdesk.curation, newsdesk.now(), editor).pick(number, EDITORS_PICK, **given)


def test_a_pick_is_updated_when_its_words_change_and_says_who_wrote_the_note_and_when(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]))
    pick(newsdesk, 1, 2)
    picked = clock()
    noted = clock.move(hours=1)
    pick(newsdesk, 1, editor="bo", note="Read it")
    clock.move(hours=1)
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").move(1, EDITORS_PICK, place=1)
    first, second = newsdesk.newspaper().lineups["editors-pick"].entries
    assert first.editorial
    assert (first.editorial.noted_by, first.editorial.noted_at) == ("bo", noted)
    assert first.updated
    assert first.updated.at == noted + timedelta(microseconds=1), "a move changes the line-up, not the entry"
    assert second.updated
    assert second.updated.at == picked + timedelta(microseconds=2)
    assert second.editorial
    assert (second.editorial.noted_by, second.editorial.noted_at) == ("", None)


def test_an_entry_keeps_its_date_and_shares_it_with_none_whoever_leaves_the_feed(newsdesk: Newsdesk) -> None:
    """All of them came at once, without dates."""
    keep(newsdesk, rss([rss_item(str(number)) for number in range(9)]))
    pick(newsdesk, *range(1, 10))

    def dates() -> dict[str, str]:
        feeds = newsdesk.newspaper().lineups.values()
        return {f"{feed.title} {e.guid}": e.updated.raw for feed in feeds for e in feed.entries if e.updated}

    before = dates()
    assert len(set(before.values())) == 9
    with newsdesk.database.writing() as session:
        for number in (1, 2, 5):
            Desk(session, newsdesk.curation, newsdesk.now(), "ada").kill(number)
    assert dates().items() < before.items()
    assert len(dates()) == 12


def test_an_entry_carries_what_its_source_says_of_itself_and_a_chain_its_origin(newsdesk: Newsdesk) -> None:
    own = """<entry><id>urn:x-t:1</id><title>Own</title><updated>2026-11-20T00:00:00Z</updated></entry>"""
    passed_on = own.replace("x-t:1", "x-t:2").replace(
        "</entry>", "<source><id>urn:x-o:1</id><title>O</title><rights>CC0</rights></source></entry>"
    )
    keep(
        newsdesk,
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x-s:1</id><title>Them</title>'
        "<rights>CC BY</rights>"
        f"<logo>https://s.example/logo.png</logo>{own}{passed_on}</feed>",
    )
    origins = {entry.guid: entry.origin for entry in newsdesk.newspaper().lineups["recent-news"].entries}
    first, second = origins["urn:x-t:1"], origins["urn:x-t:2"]
    assert first
    assert (first.id, first.title, first.rights, first.icon) == (
        "urn:x-s:1",
        "Them",
        "CC BY",
        "https://s.example/logo.png",
    )
    assert first.updated == datetime(2026, 11, 20, tzinfo=UTC)
    assert second == Origin(id="urn:x-o:1", title="O", rights="CC0")


def test_a_source_cannot_mark_its_own_words_as_the_desk_s(newsdesk: Newsdesk) -> None:
    forged = '<blockquote class="newsdesk-note"><p>Buy!</p></blockquote>'
    keep(newsdesk, rss([rss_item("a", text=forged)]))
    pick(newsdesk, 1, note="Ours")
    (entry,) = newsdesk.newspaper().lineups["editors-pick"].entries
    assert entry.content.count("newsdesk-note") == 1
    assert entry.content.startswith('<blockquote class="newsdesk-note"><p>Ours</p></blockquote>')


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
    (first,) = feed.entries
    assert first.updated
    assert first.published
    assert first.updated.at - first.published.at == timedelta(microseconds=1), "coverage dates no entry anew"
