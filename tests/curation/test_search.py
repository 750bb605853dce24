"""What a search finds, in any language, and that the index is as the items are."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlalchemy import text
from sqlmodel import Session

from aggregator import migrations, sources, store
from aggregator.app import Newsdesk
from aggregator.database import Database
from config.errors import UsageFault
from config.options import EDITORS_PICK
from curation import fulltext, inbox, indexing, search, seen
from curation.desk import Desk
from curation.query import Clause, Text, parse
from feeds.tables import Item

pytestmark = pytest.mark.both

OTHER = "https://other.example/feed"


def found(newsdesk: Newsdesk, query: str, editor: str = "ada", best: bool = False) -> list[str]:
    """The titles that a query finds."""
    with newsdesk.database.reading() as session:
        slugs = [edition.slug for edition in newsdesk.editions]
        asked = search.Search(parse(query, _time), session, editor, newsdesk.now(), 1, slugs)
        return [item.title for item in search.items(asked, 10, best)]


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def waiting(newsdesk: Newsdesk, query: str) -> list[str]:
    """The titles of what waits and a query finds."""
    with newsdesk.database.reading() as session:
        asked = search.Search(parse(query), session, "ada", newsdesk.now())
        return [item.title for item in inbox.waiting(session, inbox.Filters(search=asked), 10)]


def pick(newsdesk: Newsdesk, number: int, **given: str) -> None:
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, EDITORS_PICK, **given)


@pytest.mark.parametrize(
    ("title", "query", "is_found"),
    [
        ("Der Élysée schweigt", "elysee", True),  # accents and capitals
        ("elysee", "ÉLYSÉE", True),
        ("Trams", "tram", False),  # whole words
        ("Trams", "tram*", True),
        ("The tram plan", '"tram plan"', True),
        ("The plan for a tram", '"tram plan"', False),
        ("東京都の新聞", "東京", True),
        ("東京都の新聞", "京東", False),
        ("猫がいる", "猫", True),
        ("서울에서 열린 회의", "서울", True),  # the particle clings to the word
        ("ข่าวกรุงเทพวันนี้", "กรุงเทพ", True),  # Thai parts no words
        ("हिन्दी समाचार", "हिन्दी", True),
        ("हिन्दी समाचार", "हिनदी", False),  # a vowel sign is part of a word
        ("مُحَمَّد", "محمد", True),  # with points or without
        ("Ｎｅｗｓ ｶﾀｶﾅ", "news カタカナ", True),  # full and half width
        ("a&shy;b", "ab", True),
        ("Новости Москвы", "МОСКВЫ", True),
        ("AND OR NEAR", '"near" "or"', True),
        ("C++ и Rust", "c++", True),
        ('he said "no"', "title:no", True),
    ],
)
def test_words_are_found_in_any_language(newsdesk: Newsdesk, title: str, query: str, is_found: bool) -> None:
    keep(newsdesk, rss([rss_item("a", title=title), rss_item("b", title="Something else")]))
    assert len(found(newsdesk, query)) == is_found


def test_title_summary_text_and_note_are_looked_through_and_no_markup(newsdesk: Newsdesk) -> None:
    long = "<p class='hidden'>Read &amp; weep " + "and so on " * 80 + "to the very lastword</p>"
    keep(newsdesk, rss([rss_item("a", title="One", text=long)]))
    pick(newsdesk, 1, note="A kingfisher")
    assert found(newsdesk, "one weep lastword kingfisher") == ["One"]
    for absent in ("hidden", "amp", "title:weep"):
        assert found(newsdesk, absent) == []


def test_a_note_is_found_while_its_pick_stands(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", title="One")]))
    pick(newsdesk, 1, note="A kingfisher")
    pick(newsdesk, 1, note="A heron 鷺")
    assert (found(newsdesk, "kingfisher"), found(newsdesk, "heron 鷺")) == ([], ["One"])
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").unpick(1, EDITORS_PICK)
    assert found(newsdesk, "heron") == []


def test_a_revised_item_is_found_by_its_new_words_alone(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", title="Council keeps tram")]))
    keep(newsdesk, rss([rss_item("a", title="Council drops tram")]))
    assert (found(newsdesk, "keeps"), found(newsdesk, "drops")) == ([], ["Council drops tram"])


def indexed(session: Session) -> tuple[set[int], set[int]]:
    """The numbers of the items, and of those in the index."""
    return tuple(
        set(session.execute(text(f"SELECT {each}")).scalars())
        for each in ("id FROM item", "rowid FROM item_text")
    )


def test_what_is_deleted_in_whatever_way_is_gone_from_the_index(newsdesk: Newsdesk) -> None:
    first = keep(newsdesk, rss([rss_item("a"), rss_item("b")]))
    keep(newsdesk, rss([rss_item("c"), rss_item("d")]), OTHER)
    with newsdesk.database.writing() as session:
        store.purge(session, [inbox.item(session, 3)])
        sources.remove(session, store.source(session, first), newsdesk.now())
    with newsdesk.database.writing() as session:
        items, words = indexed(session)
        assert items == words == {4}
        session.delete(store.source(session, 2))  # and so, by the database's own hand, its items
        session.flush()
        assert indexed(session) == (set(), set())


def test_an_upgrade_fills_the_index_with_what_is_there_already(empty: Database) -> None:
    with empty.connected(writing=True) as connection:
        migrations.upgrade(connection, "0008")
        for statement in AN_ITEM:
            connection.execute(text(statement))
        migrations.upgrade(connection)
        said = fulltext.Said([Clause((Text("東京"),)), Clause((Text("weep"),))])
        assert connection.execute(fulltext.newest(said)).scalars().all() == [7]


AN_ITEM = (
    "INSERT INTO story (id) VALUES (1)",
    """INSERT INTO source (id, url, canonical_url, status, added_at, feed_title, next_poll_at,
    next_poll_reason, failures) VALUES (1, 'u', 'u', 'active', '2026-01-01', '', '2026-01-01', '', 0)""",
    """INSERT INTO item (id, guid, title, summary, content, source_id, story_id, key, public_id, fingerprint,
    timestamp, first_seen_at, authors, categories, enclosures) VALUES (7, 'g', '東京都', '',
    '<p>Read &amp; weep</p>', 1, 1, 'k', 'p', 'f', '2026-01-01', '2026-01-01', '[]', '[]', '[]')""",
)


@pytest.fixture
def newsroom(newsdesk: Newsdesk, clock: Clock) -> Newsdesk:
    """Two sources, four items: one seen by ada, one picked and live."""
    items = [
        "<item><guid>a</guid><title>Tram</title><category>Économie</category></item>",
        "<item><guid>b</guid><title>Strike of the tram</title></item>",
    ]
    keep(newsdesk, rss(items, title="The Slow Wire"), section="Économie", language="fr-CA")
    clock.move(days=2)
    keep(newsdesk, rss([rss_item("c", title="Strike"), rss_item("d", title="Rain")]), OTHER, title="Wired")
    with newsdesk.database.writing() as session:
        seen.mark(session, "ada", [4], newsdesk.now())
    pick(newsdesk, 3)
    return newsdesk


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("tram", ["Tram", "Strike of the tram"]),
        ("tram strike", ["Strike of the tram"]),
        ("tram -strike", ["Tram"]),
        ("-tram", ["Strike", "Rain"]),
        ("rain OR strike", ["Strike", "Rain", "Strike of the tram"]),
        ("rain OR source:1", ["Rain", "Tram", "Strike of the tram"]),
        ("-source:1", ["Strike", "Rain"]),
        ("-lang:fr", ["Strike", "Rain"]),  # what has no language is not French either
        ("source:wire", ["Strike", "Rain", "Tram", "Strike of the tram"]),
        ('source:"wire slow"', ["Tram", "Strike of the tram"]),
        ("section:Économie strike", ["Strike of the tram"]),
        ("section:Économie -source:2 strike", ["Strike of the tram"]),
        ("strike OR rain source:2 OR section:Économie", ["Strike", "Rain", "Strike of the tram"]),
        ("strike -section:Économie", ["Strike"]),
        ("strike source:1 source:2", []),
        ("lang:fr", ["Tram", "Strike of the tram"]),
        ("tag:Économie", ["Tram"]),
        ("tag:ÉCONOMIE", ["Tram"]),
        ("by:ada", ["Rain"]),
        ("by:bo", []),
        ("is:picked", ["Rain"]),
        ("is:live", ["Rain"]),
        ("in:editors-pick", ["Rain"]),
        ("is:seen", ["Strike"]),
        ("is:new", ["Tram", "Strike of the tram"]),
        ("is:unseen strike", ["Strike of the tram"]),
        ("since:2026-11-26", ["Strike", "Rain"]),
        ("until:2026-11-26", ["Tram", "Strike of the tram"]),
        ("https://site.example/c?utm_source=x", ["Strike"]),
    ],
)
def test_a_query_finds(
    newsroom: Newsdesk, query: str, titles: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(found(newsroom, query)) == sorted(titles)
    monkeypatch.setattr(search, "FEW_ITEMS", 0)  # as where all that it names is of many items
    assert sorted(found(newsroom, query)) == sorted(titles)


def test_marks_are_an_editor_s_own(newsroom: Newsdesk) -> None:
    assert found(newsroom, "is:seen", editor="bo") == []


def test_an_edition_that_there_is_not_is_refused(newsroom: Newsdesk) -> None:
    with pytest.raises(UsageFault, match="in:x: there is no such edition"):
        found(newsroom, "in:x")


def test_the_last_to_arrive_come_first_or_the_best_match(newsdesk: Newsdesk) -> None:
    texts = [("Rain", "rain all day"), ("Sun", "no rain " + "but much else " * 40)]
    keep(newsdesk, rss([rss_item(title, title=title, text=said) for title, said in reversed(texts)]))
    assert found(newsdesk, "rain") == ["Sun", "Rain"]
    assert found(newsdesk, "rain", best=True) == ["Rain", "Sun"]


def test_a_story_waits_in_a_search_that_finds_any_item_of_it(newsdesk: Newsdesk) -> None:
    link = "https://site.example/story"
    keep(newsdesk, rss([rss_item("a", title="First", link=link)]))
    keep(newsdesk, rss([rss_item("b", title="Second", link=link)]), OTHER)
    assert waiting(newsdesk, "second") == ["Second"]
    assert waiting(newsdesk, "is:unseen") == ["First"]
    with newsdesk.database.writing() as session:
        assert seen.mark(session, "ada", [2, 2], newsdesk.now()) == [2]
        assert seen.mark(session, "ada", [2], newsdesk.now()) == []
    assert waiting(newsdesk, "is:unseen") == []
    with newsdesk.database.writing() as session:
        assert seen.unmark(session, "ada", [1]) == [1]
        assert seen.unmark(session, "ada", [1]) == []
    assert waiting(newsdesk, "is:unseen") == ["First"]


def test_what_is_marked_must_be_there(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    with pytest.raises(UsageFault, match="item 9: there is none"), newsdesk.database.writing() as session:
        seen.mark(session, "ada", [1, 9], newsdesk.now())
    assert found(newsdesk, "is:seen") == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=30), title=st.booleans())
def test_no_query_breaks_the_index(newsdesk: Newsdesk, query: str, title: bool) -> None:
    """Whatever is typed, as words or as a value of every field."""
    for asked in (query, f'-"{query}"', f'"{query}"*', f"source:{query}", f"tag:{query}", f"by:{query} OR x"):
        with suppress(UsageFault):
            found(newsdesk, f"title:{asked}" if title else asked)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_found_by_what_it_says(said: str) -> None:
    """The words of a text and of the query are made alike, so that spacing twice changes nothing."""
    once = indexing.spaced(said)
    assert indexing.spaced(once).split() == once.split()


def test_an_item_is_kept_whole_when_it_is_indexed(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", title="東京")]))
    with newsdesk.database.reading() as session:
        assert session.get_one(Item, 1).title == "東京"
