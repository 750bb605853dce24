"""Documents say what they are rendered from: another thing to show is another basis, the same is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator import newspaper
from aggregator.newspaper import Newspaper
from curation.lineup import Site
from feeds.entries import Editorial, Entry, Feed
from feeds.opml import Outline

SITE = Site("Example News", "https://news.example/", "en")
ENTRY = Entry(guid="https://site.example/a", title="A", editorial=Editorial(note="Read it"))
FEED = Feed(title="Recent News", id="https://news.example/recent-news.atom", entries=(ENTRY,))
PAPER = Newspaper(
    lineups={"recent-news": FEED, "editors-pick": FEED.model_copy(update={"title": "Editor's Pick"})},
    reading=(Outline(title="A site", url="https://site.example/feed"),),
)
ALL = {document.name for document in newspaper.documents(PAPER, SITE)}
RECENT = {name for name in ALL if name.startswith("recent-news")}


def bases(paper: Newspaper, site: Site = SITE) -> dict[str, str]:
    return {document.name: document.basis for document in newspaper.documents(paper, site)}


def with_recent(**changed: object) -> Newspaper:
    return replace(PAPER, lineups=PAPER.lineups | {"recent-news": FEED.model_copy(update=changed)})


def with_entry(**changed: object) -> Newspaper:
    return with_recent(entries=(ENTRY.model_copy(update=changed),))


def test_the_same_newspaper_has_the_same_documents_of_which_no_two_have_one_basis() -> None:
    again = replace(PAPER, lineups={slug: Feed(**feed.model_dump()) for slug, feed in PAPER.lineups.items()})
    assert list(newspaper.documents(again, SITE)) == list(newspaper.documents(PAPER, SITE))
    assert len(set(bases(PAPER).values())) == len(ALL)


@pytest.mark.parametrize(
    ("paper", "site", "changed"),
    [
        (PAPER, replace(SITE, title="Other News"), {"sources.opml"}),
        (PAPER, replace(SITE, base_url="https://other.example/"), ALL - {"sources.opml"}),
        (with_recent(hub="https://hub.example/"), SITE, RECENT),
        (with_recent(entries=()), SITE, RECENT),
        (with_entry(content="<p>More</p>"), SITE, RECENT),
        (with_entry(editorial=Editorial(note="Read it all")), SITE, RECENT),
        (replace(PAPER, reading=()), SITE, {"sources.opml"}),
        (replace(PAPER, decision_id=7, newest=(1, 2, 3)), SITE, set()),
    ],
    ids=["title", "address", "hub", "entries", "content", "note", "sources", "not shown"],
)
def test_what_is_shown_elsewise_has_another_basis_and_nothing_else_has(
    paper: Newspaper, site: Site, changed: set[str]
) -> None:
    before, after = bases(PAPER), bases(paper, site)
    assert {name for name in ALL if before[name] != after[name]} == changed


def test_values_that_look_alike_have_not_one_basis() -> None:
    pairs: list[tuple[tuple[object, ...], tuple[object, ...]]] = [
        (("ab", "c"), ("a", "bc")),
        (("a", None), ("a", "")),
        ((1,), ("1",)),
        ((("a",), "b"), (("a", "b"),)),
        ((ENTRY,), (ENTRY.model_copy(update={"guid": "https://site.example/b"}),)),
    ]
    assert all(newspaper.basis(*one) != newspaper.basis(*other) for one, other in pairs)


@pytest.mark.parametrize("name", sorted(ALL))
def test_only_editions_in_a_feed_format_are_subscribed_to(name: str) -> None:
    edition = next(one.edition for one in newspaper.documents(PAPER, SITE) if one.name == name)
    assert newspaper.is_feed(name, edition) == name.endswith((".rss", ".atom", ".json"))


@pytest.mark.parametrize("name", ["recent-news-2023.atom", "recent-news/1.atom", "other.atom"])
def test_what_only_looks_like_an_edition_is_not_subscribed_to(name: str) -> None:
    assert not newspaper.is_feed(name, "recent-news")


def test_nothing_is_rendered_until_it_is_asked_for() -> None:
    asked: list[str] = []

    class Counted(Feed):
        def model_copy(self, **given: object) -> Feed:  # type: ignore[override]
            asked.append("copied")
            return super().model_copy(**given)  # type: ignore[arg-type]

    paper = replace(PAPER, lineups={"recent-news": Counted(**FEED.model_dump())})
    documents = list(newspaper.documents(paper, SITE))
    assert asked == []
    rendered: Callable[[], bytes] = documents[0].render
    assert b"Recent News" in rendered()
