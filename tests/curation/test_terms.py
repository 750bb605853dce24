"""Items by their tags: the categories of their sources, and the editors' own."""

from __future__ import annotations

import pytest
from makers import keep, rss
from sqlalchemy import text
from sqlmodel import select

from aggregator import migrations, store
from aggregator.app import Newsdesk
from aggregator.database import Database
from curation import inbox, search, terms
from curation.storydesk import StoryDesk
from curation.tables import ItemTerm

pytestmark = pytest.mark.both


def item(guid: str, *categories: str) -> str:
    said = "".join(f"<category>{category}</category>" for category in categories)
    return f"<item><guid>{guid}</guid><title>Title of {guid}</title>{said}</item>"


def tagged(newsdesk: Newsdesk, tag: str) -> list[int | None]:
    with newsdesk.database.reading() as session:
        return sorted(one.id or 0 for one in inbox.waiting(session, inbox.Filters(tag=tag), 10))


def decide(newsdesk: Newsdesk, verb: str, number: int, tag: str) -> None:
    with newsdesk.database.writing() as session:
        getattr(StoryDesk(session, newsdesk.curation, newsdesk.now(), "ada"), verb)(number, tag)


def test_a_revised_item_has_its_new_categories_alone(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([item("a", "Tram", "Straße")]))
    assert (tagged(newsdesk, "TRAM"), tagged(newsdesk, "strasse")) == ([1], [1])
    keep(newsdesk, rss([item("a", "Bus", "Straße")]))
    assert (tagged(newsdesk, "tram"), tagged(newsdesk, "bus")) == ([], [1])


def test_what_an_editor_takes_back_is_no_tag_any_more_unless_the_source_says_it_too(
    newsdesk: Newsdesk,
) -> None:
    keep(newsdesk, rss([item("b"), item("a", "Tram")]))
    decide(newsdesk, "tag", 2, "Tram")
    decide(newsdesk, "tag", 2, "Bus")
    decide(newsdesk, "tag", 1, "tram")
    assert tagged(newsdesk, "tram") == [1, 2]
    decide(newsdesk, "untag", 2, "Tram")
    decide(newsdesk, "untag", 1, "tram")
    assert (tagged(newsdesk, "tram"), tagged(newsdesk, "bus")) == ([1], [2])


def test_an_item_that_is_gone_leaves_no_term(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([item("a", "Tram")]))
    with newsdesk.database.writing() as session:
        store.purge(session, [inbox.item(session, 1)])
    with newsdesk.database.reading() as session:
        assert session.exec(select(ItemTerm)).all() == []


def test_what_a_common_tag_finds_is_what_a_rare_one_would(newsdesk: Newsdesk) -> None:
    """Beyond two thousand the items are gone through in their order, below they are looked up."""
    keep(newsdesk, rss([item(f"n{number}", "Tram") for number in range(60)]))
    before = tagged(newsdesk, "tram")
    with newsdesk.database.connected(writing=True) as connection:
        others = [{"number": number} for number in range(1_000, 1_000 + search.FEW_ITEMS)]
        connection.execute(text("INSERT INTO item_term VALUES ('tram', :number, false)"), others)
    with newsdesk.database.reading() as session:
        assert not search.is_rare(session, "tram")
    assert tagged(newsdesk, "tram") == before != []


def test_an_upgrade_finds_the_terms_of_what_is_there_already(empty: Database) -> None:
    with empty.connected(writing=True) as connection:
        migrations.upgrade(connection, "0010")
        for statement in AN_ITEM:
            connection.execute(text(statement))
        migrations.upgrade(connection)
        found = connection.execute(terms.having("ÉCONOMIE").distinct()).scalars().all()
        assert (found, connection.execute(terms.having("own")).scalars().all()) == ([7], [7])


AN_ITEM = (
    "INSERT INTO story (id) VALUES (1)",
    "INSERT INTO editor (name, since) VALUES ('ada', '2026-01-01')",
    """INSERT INTO source (id, url, canonical_url, status, added_at, feed_title, next_poll_at,
    next_poll_reason, failures) VALUES (1, 'u', 'u', 'active', '2026-01-01', '', '2026-01-01', '', 0)""",
    """INSERT INTO item (id, guid, title, summary, content, source_id, story_id, key, public_id, fingerprint,
    timestamp, first_seen_at, authors, categories, enclosures, links) VALUES (7, 'g', 't', '', '', 1, 1, 'k',
    'p', 'f', '2026-01-01', '2026-01-01', '[]', '["\\u00c9conomie", "économie"]', '[]', '[]')""",
    """INSERT INTO decision (id, at, editor, via, verb, item_id, payload)
    VALUES (1, '2026-01-01', 'ada', 'cli', 'tag', 7, '{"tag": "Own"}')""",
    "INSERT INTO tag (item_id, tag, decision_id) VALUES (7, 'Own', 1)",
)
