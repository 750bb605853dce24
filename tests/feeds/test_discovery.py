"""Which feeds a page names, and where they are looked for on a site that names none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import urls
from feeds.discovery import Candidate, candidates, well_known

PAGE = "https://site.example/blog/page.html"
RSS = "application/rss+xml"


def link(href: str = "/feed", kind: str = RSS, rel: str = "alternate", title: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}" title="{title}">'


def addresses(body: str, page: str = PAGE) -> list[str]:
    return [candidate.url for candidate in candidates(f"<html>{body}</html>", page)]


def test_the_link_elements_of_a_page_are_candidates_in_its_order() -> None:
    page = (
        link("/a", title="Posts &amp; news") + link("b.json", "application/feed+json") + link("//x.example/c")
    )
    assert candidates(page, PAGE) == (
        Candidate("https://site.example/a", "Posts & news", RSS),
        Candidate("https://site.example/blog/b.json", "", "application/feed+json"),
        Candidate("https://x.example/c", "", RSS),
    )


@pytest.mark.parametrize(
    "element",
    [
        link(),
        link(kind="application/atom+xml"),
        link(kind="APPLICATION/RSS+XML; charset=utf-8"),
        link(rel="ALTERNATE home"),
        link(kind="", rel="feed"),
        "<body><p>" + link(),
        "<LINK REL=alternate TYPE=application/rss+xml HREF=/feed>",
        '<link rel="alternate" type="application/rss+xml" href="\n /feed "/>',
    ],
)
def test_a_link_to_a_feed_is_known_by_its_relation_and_type(element: str) -> None:
    assert addresses(element) == ["https://site.example/feed"]


@pytest.mark.parametrize(
    "element",
    [
        pytest.param(link(kind="text/html"), id="a translation"),
        pytest.param(link(kind="application/json"), id="the interface of a content system"),
        pytest.param(link(kind="application/json+oembed"), id="an embedding"),
        pytest.param(link(rel="stylesheet"), id="a style sheet"),
        pytest.param(link("javascript:alert(1)"), id="a script"),
        pytest.param(link(""), id="nothing"),
        pytest.param(link("http://user:password@site.example/feed"), id="a password"),
        pytest.param(link("page.html"), id="the page itself"),
        pytest.param('<link rel="alternate" type="application/rss+xml">', id="no address"),
        pytest.param(f"<!-- {link()} -->", id="a comment"),
        pytest.param(f"<script>'{link()}'</script>", id="text of a script"),
    ],
)
def test_other_links_are_no_candidates(element: str) -> None:
    assert addresses(element) == []


def test_a_feed_that_is_named_twice_is_one_candidate() -> None:
    assert addresses(link("/feed") + link("http://site.example/feed/") + link("/feed#x")) == [
        "https://site.example/feed"
    ]


@pytest.mark.parametrize(
    ("base", "found"),
    [
        ("https://x.example/deep/", "https://x.example/deep/feed"),
        ("/root/", "https://site.example/root/feed"),
        ("javascript:x", "https://site.example/blog/feed"),
    ],
)
def test_relative_links_are_resolved_from_the_base_of_the_page(base: str, found: str) -> None:
    assert addresses(f'<base href="{base}">' + link("feed")) == [found]


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="/news.rss">News</a>',
        '<a href="/index.xml?lang=en#top">All</a>',
        '<a href="/blog/feed/">Follow</a>',
        '<a href="/x/atom">Follow</a>',
        '<a href="/feed.json">Follow</a>',
        '<a href="/f?id=1">RSS</a>',
        '<a href="/f?id=1"><b>Atom</b> feed</a>',
        '<a href="/f?id=1" title="RSS feed"><img src="i.png"></a>',
    ],
)
def test_an_anchor_that_looks_as_if_it_led_to_a_feed_is_a_candidate(anchor: str) -> None:
    assert len(addresses(anchor)) == 1


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="/about">About</a>',
        '<a href="/feedback">Feedback</a>',
        '<a href="/sitemap.xml">Site map</a>',
        '<a href="/story">How the atom was split, and by whom, and what came of it after all</a>',
        '<a href="/in-feed-ads">In-feed ads</a>',
        '<a href="javascript:rss()">RSS</a>',
        '<a name="feed">RSS</a>',
    ],
)
def test_other_anchors_are_no_candidates(anchor: str) -> None:
    assert addresses(anchor) == []


def test_anchors_count_only_where_no_link_element_names_a_feed() -> None:
    anchor = '<a href="/other.rss">RSS</a>'
    assert addresses(link() + anchor) == ["https://site.example/feed"]
    assert addresses(anchor) == ["https://site.example/other.rss"]


def test_titles_are_read_in_the_encoding_of_the_page() -> None:
    page = f'<meta charset="windows-1251">{link(title="Новости")}'
    assert candidates(page.encode("cp1251"), PAGE)[0].title == "Новости"
    assert candidates(link(title="Ça ira").encode(), PAGE)[0].title == "Ça ira"


def test_at_most_fifty_candidates_are_told() -> None:
    assert addresses("".join(link(f"/{n}") for n in range(80))) == [
        f"https://site.example/{n}" for n in range(50)
    ]


def test_the_usual_places_are_those_of_the_same_site() -> None:
    found = [candidate.url for candidate in well_known("https://site.example:8443/blog/?x=1")]
    assert found[:2] == ["https://site.example:8443/feed", "https://site.example:8443/rss.xml"]
    assert {urls.host(url) for url in found} == {"site.example:8443"}
    assert "https://site.example/feed" not in [each.url for each in well_known("https://site.example/feed/")]


PIECES = st.sampled_from(
    ["<a href='/feed'>", "<link rel=alternate ", "type=application/rss+xml ", "href='x'", ">", "</a>",
     "<base href=", "RSS", "\0", "<![CDATA[",
     "<?xml version='1.0' encoding='x'?>", "\ud800", "<svg>", "&#0;", "é"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join))
def test_every_candidate_of_any_page_is_a_web_address_with_a_title_of_one_line(page: str) -> None:
    for candidate in candidates(page, PAGE):
        assert urls.gate(candidate.url) == candidate.url
        assert "\n" not in candidate.title


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<", bytes(100)])
def test_a_page_of_nothing_names_nothing(body: bytes) -> None:
    assert candidates(body, PAGE) == ()


@pytest.mark.parametrize(
    "piece", ["<a href=/feed>RSS", "<div>", "<b><a href=/feed>", "<link rel=alternate>", "<!--"]
)
def test_no_page_takes_long_to_look_through(piece: str) -> None:
    started = time.process_time()
    candidates(piece * (1_000_000 // len(piece)), PAGE)
    assert time.process_time() - started < 5
