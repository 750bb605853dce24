"""Which pages are drawn again: those that show something else, and all where all look otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aggregator import pagedocuments
from config.errors import UsageFault
from curation.pages import Pages
from feeds.entries import Entry, Feed
from feeds.shelves import Day, Gone, Masthead, Named, Permalink, Section, Shelf

PICKS = Named("Editor's Pick", "editors-pick")
ENTRY = Entry(guid="https://site.example/a", title="A")
MASTHEAD = Masthead("Example News", "https://news.example/", "en", (Named("City", "section/city.html"),))


def shelf(slug: str = "", entry: Entry = ENTRY) -> Shelf:
    return Shelf(slug, Feed(title="Shown", entries=(entry,)))


def shown(masthead: Masthead = MASTHEAD, picked: Entry = ENTRY) -> Pages:
    """One page of each kind; `picked` stands in the line-up of Editor's Pick and on a page of its own."""
    return Pages(
        masthead=masthead,
        shelves=(shelf("recent-news"), shelf("editors-pick", picked)),
        sections=(Section("City", "section/city.html", shelf(), shelf()),),
        days=(Day(date(2026, 11, 25), shelf(), shelf()),),
        permalinks=(Permalink("editors-pick/1.html", PICKS, shelf(entry=picked)),),
        gone=(Gone("gone/editors-pick/2.html", PICKS, datetime(2026, 11, 25, tzinfo=UTC)),),
        days_of_late=(date(2026, 11, 25),),
    )


def bases(pages: Pages) -> dict[str, str]:
    return {document.name: document.basis for document in pagedocuments.documents(pages)}


def test_the_same_pages_have_the_same_bases_of_which_no_two_are_one() -> None:
    assert bases(shown()) == bases(shown())
    assert len(set(bases(shown()).values())) == len(bases(shown()))


def test_a_page_that_shows_something_else_has_another_basis_and_no_other_page_has() -> None:
    before, after = bases(shown()), bases(shown(picked=ENTRY.model_copy(update={"title": "B"})))
    assert {name for name in before if before[name] != after[name]} == {
        "index.html",
        "editors-pick.html",
        "editors-pick/1.html",
        "sitemap.xml",
    }


@pytest.mark.parametrize(
    "changed",
    [{"title": "Other News"}, {"base_url": "https://b.example/"}, {"language": "fr"}, {"sections": ()}],
)
def test_what_stands_on_every_page_changes_every_basis(changed: dict[str, object]) -> None:
    before, after = bases(shown()), bases(shown(MASTHEAD._replace(**changed)))
    assert all(before[name] != after[name] for name in before)


def test_a_template_that_changes_changes_every_basis(tmp_path: Path) -> None:
    themed = MASTHEAD._replace(theme=tmp_path)
    before = bases(shown(themed))
    (tmp_path / "gone.html").write_text("<p>Away")
    after = bases(shown(themed))
    assert all(before[name] != after[name] for name in before)
    named = [Named(one.feed.title, one.slug) for one in shown().shelves]
    assert pagedocuments.robots(themed, named).basis == after["robots.txt"]


def test_a_theme_that_cannot_draw_every_page_draws_none(tmp_path: Path) -> None:
    (tmp_path / "gone.html").write_text("{{ nobody }}")
    with pytest.raises(UsageFault, match=r"gone\.html:1: 'nobody' is undefined"):
        bases(shown(MASTHEAD._replace(theme=tmp_path)))
