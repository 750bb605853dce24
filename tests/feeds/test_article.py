"""What a page says of its article, in whichever of the ways that pages have."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.article import NoArticle, article
from feeds.entries import Person

URL = "https://www.paper.example/2026/tram?utm_source=x"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def page(head: str = "", body: str = "", lang: str = "") -> bytes:
    """A page whose title is `A tram | The Paper`, unless another is given."""
    title = "" if "<title" in head else "<title>A tram | The Paper</title>"
    html = f"<html{lang and f' lang={lang}'}>"
    return f"<!DOCTYPE html>{html}<head>{title}{head}</head><body>{body}</body></html>".encode()


def linked(**said: Any) -> str:
    """JSON-LD in a page's head."""
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


NEWS = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "A tram"}


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("", "A tram | The Paper"),  # nobody says what the site is called
        (meta("og:site_name", "The Paper"), "A tram"),
        (meta("og:title", "The tram &amp; we"), "The tram & we"),
        (linked(**NEWS | {"headline": "Tram!"}) + meta("og:title", "Other"), "Tram!"),
        (linked(**{"@graph": [{"@type": "WebPage", "name": "No"}, NEWS]}), "A tram"),
        (linked(**NEWS | {"@type": ["Thing", "https://schema.org/BlogPosting"]}), "A tram"),
        ('<script type="application/ld+json">{"@type": </script>', "A tram | The Paper"),  # broken
        ("<title></title>", ""),
    ],
)
def test_the_title_is_the_first_that_says_what_the_article_is_called(head: str, title: str) -> None:
    assert article(page(head), URL).title == title


def test_of_several_articles_in_the_data_the_one_of_this_page_counts() -> None:
    related = NEWS | {"headline": "Related", "url": "https://www.paper.example/other"}
    this = NEWS | {"headline": "This", "mainEntityOfPage": {"@id": "/2026/tram"}}
    assert article(page(linked(**{"@graph": [related, this]})), URL).title == "This"


@pytest.mark.parametrize(
    ("head", "body", "raw"),
    [
        (linked(**NEWS | {"datePublished": "2026-11-24T09:30:00Z"}), "", "2026-11-24T09:30:00Z"),
        (meta("article:published_time", "2026-11-24T10:30:00+01:00"), "", "2026-11-24T10:30:00+01:00"),
        ('<meta name="DC.date" content="2026-11-24T09:30Z">', "", "2026-11-24T09:30Z"),
        ("", '<time datetime="2026-11-24T09:30Z"></time><time datetime="2020-01-01">', "2026-11-24T09:30Z"),
        ("", '<span itemprop="datePublished" content="2026-11-24T09:30Z">x</span>', "2026-11-24T09:30Z"),
        (meta("og:published_time", "soon") + meta("date", "2026-11-24 09:30Z"), "", "2026-11-24 09:30Z"),
    ],
)  # fmt: skip
def test_the_date_is_the_first_that_can_be_read(head: str, body: str, raw: str) -> None:
    published = article(page(head, body), URL).published
    assert published is not None
    assert (published.raw, published.at) == (raw, AT)


@pytest.mark.parametrize(
    ("head", "body", "names"),
    [
        (linked(**NEWS | {"author": {"@type": "Person", "name": "Ruth Vale"}}), "", ["Ruth Vale"]),
        (linked(**NEWS | {"author": ["Ruth Vale", {"name": "Jo Mo"}]}), "", ["Ruth Vale", "Jo Mo"]),
        ('<meta name="author" content="Ruth Vale">', "", ["Ruth Vale"]),
        (meta("article:author", "https://social.example/ruth"), "", []),  # an address is no name
        ("", '<p>by <a rel="author" href="/ruth">Ruth <b>Vale</b></a></p>', ["Ruth Vale"]),
        (linked(**NEWS | {"author": [None, 7, {"name": ["x"]}]}), "", []),
    ],
)
def test_authors(head: str, body: str, names: list[str]) -> None:
    assert [person.name for person in article(page(head, body), URL).authors] == names


def test_an_author_s_page_is_kept() -> None:
    author = {"name": "Ruth Vale", "url": "/ruth"}
    found = article(page(linked(**NEWS | {"author": author})), URL).authors
    assert found == (Person(name="Ruth Vale", uri="https://www.paper.example/ruth"),)


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("", URL),
        ('<link rel="canonical" href="/2026/tram">', "https://www.paper.example/2026/tram"),
        ('<link rel="canonical" href="https://paper.example/t">', "https://paper.example/t"),
        (meta("og:url", "https://www.paper.example/2026/tram"), "https://www.paper.example/2026/tram"),
        ('<link rel="canonical" href="https://other.example/tram">', URL),  # it could name anybody's
        ('<link rel="canonical" href="/">', URL),  # a common slip: every page is the front page
        ('<link rel="canonical" href="javascript:alert(1)">', URL),
    ],
)
def test_the_address_is_the_page_s_own_within_its_site(head: str, address: str) -> None:
    found = article(page(head), URL)
    assert (found.guid, found.url) == (address, address)


@pytest.mark.parametrize(
    ("head", "image"),
    [
        (linked(**NEWS | {"image": {"@type": "ImageObject", "url": "/a.jpg"}}), "https://www.paper.example/a.jpg"),
        (linked(**NEWS | {"image": ["//cdn.example/a.jpg", "/b.jpg"]}), "https://cdn.example/a.jpg"),
        ('<base href="https://cdn.example/x/">' + meta("og:image", "a.jpg"), "https://cdn.example/x/a.jpg"),
        (meta("og:image", "data:image/png;base64,AAAA") + meta("twitter:image", "/b.jpg"), "https://www.paper.example/b.jpg"),
        ("", None),
    ],
)  # fmt: skip
def test_the_image_has_an_absolute_address(head: str, image: str | None) -> None:
    assert article(page(head), URL).image == image


def test_summary_language_tags_and_site() -> None:
    head = meta("og:site_name", "The Paper") + meta("article:tag", "City") + meta("article:tag", "Transport")
    head += meta("description", "It &lt;b&gt;goes&lt;/b&gt; by &amp;amp; by") + meta("og:locale", "en_GB")
    found = article(page(head), URL)
    assert (found.summary, found.language) == ("It goes by & by", "en-GB")
    assert found.categories == ("City", "Transport")
    assert found.origin is not None
    assert (found.origin.title, found.origin.url) == ("The Paper", "https://www.paper.example/")
    assert article(page(lang="fr-CA"), URL).language == "fr-CA"
    assert article(page(meta("description", "A tram | The Paper")), URL).summary == ""  # says no more


@pytest.mark.parametrize(
    ("encoding", "label", "header"),
    [
        ("utf-8", "", ""),
        ("windows-1251", '<meta charset="windows-1251">', ""),
        ("euc-jp", '<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">', ""),
        ("koi8-r", "", "text/html; charset=koi8-r"),
        ("windows-1252", "", "text/html"),
    ],
)
def test_a_page_is_read_in_its_encoding(encoding: str, label: str, header: str) -> None:
    title = {"euc-jp": "東京都", "windows-1252": "Déjà vu"}.get(encoding, "Москва")
    body = f"<html><head>{label}<title>{title}</title>".encode(encoding)
    assert article(body, URL, header).title == title


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "has nothing in it"),
        (b" \n\t", "has nothing in it"),
        (b"<?xml version='1.0'?><rss><channel><title>A feed</title></channel></rss>", "is a feed"),
    ],
)
def test_what_is_no_page_is_refused(document: bytes, why: str) -> None:
    with pytest.raises(NoArticle, match=why):
        article(document, URL)


NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(
    ["headline", "author", "image", "datePublished", "dateModified", "publisher", "mainEntityOfPage", "url"]
)


@given(st.dictionaries(NAMES, NESTED), st.text())
def test_no_data_of_a_page_is_too_odd(said: dict[str, Any], text: str) -> None:
    """Whatever stands where a name or an address should: an article comes of it."""
    script = json.dumps(NEWS | said).replace("</", "<\\/")
    head = f'<script type="application/ld+json">{script}</script>{meta("og:title", "T")}'
    assert article(page(head + text), URL).url


@given(
    st.binary(max_size=300) | st.text().map(lambda text: f"<html><title>{text}".encode("utf-8", "replace"))
)
def test_any_bytes_are_an_article_or_none(document: bytes) -> None:
    try:
        article(document, URL)
    except NoArticle as refused:
        assert str(refused).isprintable()  # noqa: PT017  either may happen


@pytest.mark.parametrize("depth", [1_000, 200_000])
def test_a_deep_page_and_deep_data_are_read_or_refused(depth: int) -> None:
    deep = '<script type="application/ld+json">' + "[" * depth + "</script>" + "<div>" * depth
    assert article(page(deep), URL).title == "A tram | The Paper"
