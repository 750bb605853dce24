"""Entries that were drawn where they were read are kept as if they had been drawn where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON, Clock, read, rss, rss_item
from sqlmodel import Session, col, select
from web import Web

from aggregator import app, settling, sources, store
from aggregator.answers import Document
from aggregator.app import Newsdesk
from aggregator.outcomes import Read
from feeds import drawings
from feeds.entries import Entry
from feeds.tables import Item, Likeness, Mark, Sketch, Story

LINES = [
    "The river Elsham rose by two metres during the night and reached the old harbour at five.",
    "Firefighters brought forty people to the school on the hill, where the town opened a kitchen.",
    "Read also: what the mayor of Norwick said",
    "Subscribe to our newsletter, every morning at seven.",
    "Der Stadtrat von Norwick beschließt den Haushalt für 2027.",
    "#Norwick #Flood",
    "Photo: A. Lovelace",
]
TITLES = ["Norwick: old harbour under water", "River Elsham floods the harbour of Norwick", "The budget"]
ENTRY = st.tuples(st.sampled_from(TITLES), st.lists(st.sampled_from(LINES), max_size=5))
POLLS = st.lists(st.tuples(st.sampled_from("abc"), st.lists(ENTRY, min_size=1, max_size=5)), max_size=5)


def document(site: str, entries: Sequence[tuple[str, list[str]]]) -> Document:
    items = [
        rss_item(f"{title} {lines}", title, text="".join(f"<p>{line}</p>" for line in lines))
        for title, lines in entries
    ]
    return Document(f"https://{site}.example/feed", rss(items).encode())


def kept(session: Session) -> list[object]:
    rows = [
        *session.exec(select(Item).order_by(col(Item.id))),
        *session.exec(select(Story).order_by(col(Story.id))),
        *session.exec(select(Sketch).order_by(col(Sketch.item_id))),
        *session.exec(select(Mark).order_by(col(Mark.item_id), col(Mark.mark))),
        *session.exec(select(Likeness).order_by(col(Likeness.item_id), col(Likeness.other_id))),
    ]
    return [row.model_dump() for row in rows]


@given(POLLS)
@settings(max_examples=25)
def test_entries_drawn_beforehand_are_kept_as_others_are(
    new_url: Callable[[], str], polls: list[tuple[str, list[tuple[str, list[str]]]]]
) -> None:
    """Whatever their source repeats: in one document, or over several."""
    outcomes = []
    for drawn in (True, False):
        with (
            app.opened(app.chosen(database_url=new_url()), Clock()) as newsdesk,
            newsdesk.database.writing() as session,
        ):
            for site, entries in polls:
                body = document(site, entries)
                source = store.source_at(session, body.url) or sources.add(session, body.url, NOON)
                found = read(body, drawn=drawn)
                settling.keep(session, source, found.feed, NOON, found.drawings)
            outcomes.append(kept(session))
    assert outcomes[0] == outcomes[1]


def test_what_three_entries_of_a_document_have_is_no_text_of_theirs() -> None:
    entries = [Entry(guid=str(number), content=f"<p>Photo: A.</p><p>{number}</p>") for number in range(3)]
    drawn = drawings.drawings(entries)
    assert all(one.without == {one.lines[0]} for one in drawn)
    assert all(not one.without for one in drawings.drawings(entries[:2]))


async def test_only_what_was_never_read_is_drawn_where_it_is_read(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    url = web.put("/feed", rss([rss_item("a"), rss_item("b")]))
    with newsdesk.database.writing() as session:
        sources.add(session, url, newsdesk.now())
    async with newsdesk.poller() as poller:
        drawn = []
        for _ in range(2):
            (address,) = newsdesk.due()
            found = await poller.look(address)
            drawn.append(len(getattr(found, "drawings", ())))
            poller.store([(address, found)])
            web.put("/feed", rss([rss_item("a"), rss_item("b"), rss_item("c")]))
            clock.move(days=2)
    assert drawn == [2, 0]


async def test_what_is_read_beside_what_is_known_is_drawn_without_what_its_source_repeats(
    newsdesk: Newsdesk, web: Web, clock: Clock
) -> None:
    """So that nothing is drawn anew where it is stored."""
    texts = [f"<p>{LINES[2]}</p><p>{line}</p>" for line in (LINES[0], LINES[1], LINES[4], LINES[0])]
    items = [rss_item(str(number), text=text) for number, text in enumerate(texts)]
    url = web.put("/feed", rss(items[:3]))
    with newsdesk.database.writing() as session:
        sources.add(session, url, newsdesk.now())
    async with newsdesk.poller() as poller:
        await poller.poll(newsdesk.due())
        web.put("/feed", rss(items))
        clock.move(hours=20)
        found = await poller.look(newsdesk.due()[0])
    assert isinstance(found, Read)
    *known, new = found.drawings
    assert known == [None, None, None]
    assert new is not None
    assert new.without == {new.lines[0]}
