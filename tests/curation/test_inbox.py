"""What waits for an editor: of sources that are read, in the language that is said of it."""

from __future__ import annotations

import pytest
from makers import keep, rss, rss_item

from aggregator import sources, store
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK, RECENT_NEWS
from curation import inbox, lineup
from curation.desk import Desk

OTHER = "https://other.example/feed"


def waiting(newsdesk: Newsdesk, **filters: str) -> list[str]:
    with newsdesk.database.reading() as session:
        return [item.title for item in inbox.waiting(session, inbox.Filters(**filters), 10)]  # type: ignore[arg-type]


def shown(newsdesk: Newsdesk, edition: str) -> list[str]:
    """The titles that readers see in an edition."""
    return [entry.title for entry in newsdesk.newspaper().lineups[edition].entries]


def remove(newsdesk: Newsdesk, number: int) -> int:
    with newsdesk.database.writing() as session:
        return sources.remove(session, store.source(session, number), newsdesk.now())


def pick(newsdesk: Newsdesk, number: int) -> None:
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, EDITORS_PICK)


def test_of_a_removed_source_only_the_picks_are_seen(newsdesk: Newsdesk) -> None:
    source = keep(newsdesk, rss([rss_item("a", title="Unpicked"), rss_item("b", title="Picked")]))
    keep(newsdesk, rss([rss_item("c", title="Other")]), OTHER)
    pick(newsdesk, 1)
    pick(newsdesk, 2)
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").unpick(2, EDITORS_PICK)
    assert remove(newsdesk, source) == 2
    assert waiting(newsdesk) == ["Other"]
    assert shown(newsdesk, RECENT_NEWS.slug) == ["Other"]
    assert shown(newsdesk, EDITORS_PICK.slug) == ["Picked"]


def test_a_story_whose_first_source_is_removed_is_told_by_the_next(newsdesk: Newsdesk) -> None:
    link = "https://site.example/story"
    source = keep(newsdesk, rss([rss_item("a", title="First", link=link)]))
    keep(newsdesk, rss([rss_item("b", title="Second", link=link)]), OTHER)
    assert waiting(newsdesk) == ["First"]
    pick(newsdesk, 1)
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").undo()
    remove(newsdesk, source)
    assert waiting(newsdesk) == ["Second"]


@pytest.mark.parametrize(
    ("item", "feed", "editor", "language"),
    [
        ("de", "en", "fr", "de"),
        (None, None, "fr", "fr"),
        (None, "en", None, "en"),
        (None, None, None, None),
    ],
    ids=["its own first", "then the editor's", "then the feed's", "else none"],
)
def test_an_item_is_in_its_own_language_else_in_its_source_s(
    newsdesk: Newsdesk, item: str | None, feed: str | None, editor: str | None, language: str | None
) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    with newsdesk.database.writing() as session:
        row, source = inbox.item(session, 1), store.source(session, 1)
        row.language, source.language, source.feed_language = item, editor, feed
    with newsdesk.database.reading() as session:
        found = inbox.listed(session, inbox.waiting(session, inbox.Filters(), 1))[0]
        edition = RECENT_NEWS.model_copy(update={"language": language})
        entries = lineup.lineup(session, edition, newsdesk.site, newsdesk.now()).entries
    assert found.language == language
    assert [entry.language for entry in entries] == [language]
    for tag in ("de", "en", "fr"):
        assert waiting(newsdesk, language=tag) == (["Title of a"] if tag == language else [])
