"""Reading feed documents: what each of tests/documents holds, and what no bytes can do."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.entries import Entry, Feed, Home, Link, Origin, Person
from feeds.parse import Unreadable, parse

DOCUMENTS = Path(__file__).parents[1] / "documents"
URL = "https://feeds.example/dir/feed"
NOT_FEEDS = {"page.html", "README.md"}


def read(name: str, content_type: str = "", zone: str | None = None) -> Feed:
    return parse((DOCUMENTS / name).read_bytes(), url=URL, content_type=content_type, home=Home(zone=zone))


def rss(items: str, head: str = "<link>https://site.example/</link>", attributes: str = "") -> bytes:
    return f'<rss version="2.0" {attributes}><channel>{head}{items}</channel></rss>'.encode()


def item(inside: str, attributes: str = "") -> Entry:
    """The one entry of an RSS document with this in its item."""
    (entry,) = parse(rss(f"<item>{inside}</item>", attributes=attributes), url=URL).entries
    return entry


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day at least


TITLES = {
    "atom03.xml": ["A tooth"],
    "atom10-xhtml.atom": ["The smallest town", "Le plus petit port"],
    "blank-first.xml": ["Here I am"],
    "bom.xml": ["Présent"],
    "cp1252-as-utf8.xml": ["“Smart” quotes – and 5 €"],
    "doctype-entities.xml": ["&bomb; and &file;"],
    "empty-feed.xml": [],
    "french-naive.xml": ["Les gagnants et les perdants", "Écluse fermée", "Brouillard"],
    "github-like.atom": ["v2.0"],
    "jsonfeed10.json": ["", "Full moon"],
    "jsonfeed11.json": ["Le marché de nuit"],
    "latin1-declared.xml": ["Été indien à Sète"],
    "malformed-entry.xml": ["Before", "Broken markup", "After"],
    "newsdesk-module.atom": ["A picked story", "Another"],
    "no-dates.xml": ["Now", "Then"],
    "no-guid.xml": ["First", "Second"],
    "odd-dates.xml": ["Page without a date", "Oldest", "From the future", "Between"],
    "php-warning.xml": ["It works"],
    "podcast.xml": ["12: The shipping forecast", "11: Static"],
    "rdf10.rdf": ["A history of clouds", "Bridges"],
    "relative-links.xml": ["One", "Two", "Bad"],
    "repeated-guid.xml": ["First", "Second", "Permalink", "No address"],
    "rss091.xml": ["Old lighthouse lit again", "Ferry timetable for winter"],
    "rss092.xml": ["", ""],
    "rss20-wordpress.xml": [
        "Council “quietly” drops the tram & the tunnel",
        "Market moves to Saturday",
    ],
    "shiftjis-as-latin1.xml": ["灯台の朝"],
    "titles.xml": [
        "Bold claim from AT&T",
        "Twice escaped & tagged",
        "When a < b and lines break",
        "SANTÉ : la grippe",
        "Café crème",
    ],
    "truncated.xml": ["Whole", "Half"],
    "undeclared-entities.xml": ["Crème brûlée"],
    "utf16.xml": ["Ångström день"],
    "youtube-like.xml": ["Sharpening a plane"],
}


@pytest.mark.parametrize("name", TITLES)
def test_every_entry_of_a_document_is_read_with_its_title(name: str) -> None:
    content_type = "text/xml; charset=ISO-8859-1" if "as-latin1" in name else ""
    assert [entry.title for entry in read(name, content_type).entries] == TITLES[name]


def test_every_document_has_its_expectation() -> None:
    assert {path.name for path in DOCUMENTS.iterdir()} - NOT_FEEDS == set(TITLES)


def test_every_document_is_described_in_the_readme() -> None:
    described = (DOCUMENTS / "README.md").read_text()
    assert all(f"| {path.name} |" in described for path in DOCUMENTS.iterdir() if path.suffix != ".md")


def test_a_channel_is_read_whole() -> None:
    feed = read("atom10-xhtml.atom")
    assert feed.model_copy(update={"entries": ()}) == Feed(
        title="Atlas of small places",
        id="tag:atlas.example,2005:blog",
        url="https://atlas.example/blog/",
        feed_url="https://atlas.example/blog/feed.atom",
        description="Villages & hamlets",
        language="en",
        icon="https://atlas.example/favicon.png",
        authors=(Person(name="Lio Brandt", uri="https://atlas.example/lio"),),
        updated=at(2023, 11, 20, 9),
    )


def test_addresses_in_atom_are_resolved_against_the_xml_base_they_stand_in() -> None:
    entry = read("atom10-xhtml.atom").entries[0]
    assert entry.url == "https://atlas.example/blog/2023/smallest"
    assert entry.enclosures[0].url == "https://atlas.example/blog/maps/smallest.pdf"
    assert 'href="https://atlas.example/blog/2023/fountain"' in entry.content


def test_the_further_links_of_an_entry_are_kept_once_each_in_their_order() -> None:
    """No two alternates of one type and language (RFC 4287 §4.1.2), the page being one of them."""
    assert read("atom10-xhtml.atom").entries[1].links == (
        Link(
            href="https://atlas.example/blog/2023/porzh",
            rel="alternate",
            hreflang="br",
            title="E brezhoneg",
        ),
        Link(href="https://atlas.example/blog/2023/port.pdf", rel="alternate", type="application/pdf"),
        Link(href="https://atlas.example/maps/port", rel="related"),
        Link(href="https://harbours.example/12", rel="via"),
    )
    assert read("atom10-xhtml.atom").entries[0].links == ()


def test_an_rss_item_has_further_links_by_atom_link() -> None:
    further = '<link>/1</link><a:link rel="alternate" href="/1"/><a:link rel="via" href="/2"/>'
    entry = item(further, 'xmlns:a="http://www.w3.org/2005/Atom"')
    assert entry.url == "https://site.example/1"
    assert entry.links == (Link(href="https://site.example/2", rel="via"),)


def test_of_very_many_links_the_first_twenty_are_kept() -> None:
    many = "".join(f'<a:link rel="related" href="/{n}"/>' for n in range(50))
    entry = item(many, 'xmlns:a="http://www.w3.org/2005/Atom"')
    assert [link.href for link in entry.links] == [f"https://site.example/{n}" for n in range(20)]


def test_an_atom_entry_keeps_its_authors_source_rights_and_language() -> None:
    first, second = read("atom10-xhtml.atom").entries
    lio = Person(name="Lio Brandt", uri="https://atlas.example/lio", email="lio@atlas.example")
    assert first.authors == (lio, Person(name="Guest Writer"))
    assert first.origin == Origin(
        id="tag:elsewhere.example,2020:feed",
        title="Elsewhere",
        url="https://elsewhere.example/",
        feed_url="https://elsewhere.example/feed.atom",
        updated=at(2023, 11, 20, 8),
    )
    assert (first.rights, first.comments) == (
        "CC BY 4.0",
        "https://atlas.example/blog/2023/smallest#replies",
    )
    assert first.categories == ("Towns",)
    assert (first.language, second.language) == ("en", "fr")


def test_content_is_clean_and_the_summary_plain() -> None:
    entry = read("rss20-wordpress.xml").entries[0]
    assert entry.summary == "The plan is gone from the agenda. […]"
    assert 'href="https://slowwire.example/people"' in entry.content
    assert not any(bad in entry.content for bad in ("script", "onclick", "pixel"))


def test_an_only_date_is_the_date_of_publication_and_a_second_of_the_same_instant_no_update() -> None:
    (release,) = read("github-like.atom").entries
    assert release.published
    assert release.published.at == at(2023, 11, 14, 10)
    assert release.updated is None
    between = read("odd-dates.xml").entries[3]
    assert between.published
    assert between.published.raw == "Sun, 05 Nov 2023 10:00:00 CET"
    assert between.updated is None


def test_dates_are_read_from_what_the_source_wrote_in_its_zone() -> None:
    first, second, third = read("french-naive.xml", zone="Europe/Paris").entries
    assert first.published
    assert first.published.raw == "2023-11-20 13:56:38"
    assert (first.published.at, first.published.known_by) == (at(2023, 11, 20, 12, 56, 38), "source zone")
    assert second.published
    assert second.published.at == at(2023, 11, 20, 7, 10)
    assert third.published
    assert (third.published.raw, third.published.at) == ("bientôt", None)


def test_hugos_zero_date_is_no_date_and_a_future_date_is_kept_as_it_is() -> None:
    zero, _, future, _ = read("odd-dates.xml").entries
    assert zero.published is None
    assert future.published
    assert future.published.at == at(2049, 11, 20, 10)


def test_a_podcast_keeps_length_duration_and_picture() -> None:
    first, second = read("podcast.xml").entries
    (sound,) = first.enclosures
    assert (sound.type, sound.length, sound.duration) == ("audio/mpeg", 59604480, 3725)
    assert first.image == "https://waves.example/12.jpg"
    assert [(e.type, e.length, e.duration) for e in second.enclosures] == [
        ("audio/mpeg", None, 1805),
        ("video/mp4", 900, 60),
    ]
    assert second.image == "https://waves.example/11.jpg"


def test_relative_links_of_rss_are_the_sites_and_other_schemes_are_none() -> None:
    one, two, bad = read("relative-links.xml").entries
    assert (one.url, two.url, bad.url) == (
        "https://nearby.example/blog/one.html",
        "https://nearby.example/two.html",
        None,
    )
    assert "https://nearby.example/blog/pics/%C3%A9%20one.png" in one.content
    assert "#note" not in one.content


def test_a_guid_is_kept_to_the_letter_and_is_an_address_only_as_a_permalink_of_rss() -> None:
    entries = read("repeated-guid.xml").entries
    assert [entry.guid for entry in entries] == ["echo", "echo", "http://echo.example/3", "echo-4"]
    assert [entry.url for entry in entries[2:]] == ["http://echo.example/3", None]
    assert read("no-dates.xml").entries[1].url is None
    assert [entry.guid for entry in read("no-guid.xml").entries] == ["", ""]


def test_the_newsdesk_module_is_read_under_any_prefix_with_every_editor() -> None:
    picked, other = read("newsdesk-module.atom").entries
    assert picked.editorial is not None
    assert picked.editorial.model_dump(exclude_defaults=True) == {
        "note": "Read the second half first.",
        "editors": ("Ada", "Bo"),
        "published": at(2023, 11, 20, 8),
    }
    assert other.editorial is None


def test_an_entity_of_a_dtd_is_read_when_it_is_a_literal_and_never_expanded_further() -> None:
    feed = read("doctype-entities.xml")
    assert (feed.title, feed.description) == ("The “Post”", "a > b ]")
    assert "etc" not in feed.entries[0].title


def test_entities_of_html_and_bare_ampersands_are_read_as_they_are_meant() -> None:
    feed = read("undeclared-entities.xml")
    assert (feed.title, feed.description) == ("Salt & Pepper", "Fish & chips © 2023")
    assert feed.url == "http://salt.example/?a=1&b=2"
    assert feed.entries[0].url == "http://salt.example/r?x=1&copy=2&y=3"
    assert feed.entries[0].summary == "“Crack” it… &unknown;"


def test_a_broken_entry_costs_its_neighbours_nothing() -> None:
    before, _, after = read("malformed-entry.xml").entries
    assert (before.summary, after.summary) == ("Good.", "Good again.")


def test_an_entry_that_feedparser_cannot_take_is_passed_over_and_the_others_are_read() -> None:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    good = "<item><title>{}</title></item>"
    bad = "<item><title>Bad</title></media:player></item>"  # KeyError in feedparser 6.0.14
    feed = parse(rss(good.format("A") + bad + good.format("B"), "<title>T</title>", media), url=URL)
    assert (feed.title, [entry.title for entry in feed.entries]) == ("T", ["A", "B"])


@pytest.mark.parametrize(
    ("summary", "content", "expected"),
    [
        ("Short.", "<p>Long.</p>", ("Short.", "<p>Long.</p>")),
        ("T", "<p>Long.</p>", ("Long.", "<p>Long.</p>")),
        ("T", "", ("", "")),
        ("Only text.", "", ("Only text.", "")),
        ("&lt;p&gt;Marked &lt;b&gt;up&lt;/b&gt;.&lt;/p&gt;", "", ("Marked up.", "<p>Marked <b>up</b>.</p>")),
    ],
    ids=["both", "summary repeats the title", "nothing but the title", "text only", "HTML in the summary"],
)
def test_summary_and_content_each_say_something(
    summary: str, content: str, expected: tuple[str, str]
) -> None:
    encoded = f"<content:encoded><![CDATA[{content}]]></content:encoded>" if content else ""
    ns = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    entry = item(f"<title>T</title><description>{summary}</description>{encoded}", ns)
    assert (entry.summary, entry.content) == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("<author>ana@news.example (Ana Bell)</author>", Person(name="Ana Bell", email="ana@news.example")),
        ("<author>ana@news.org (Ana Bell)</author>", Person(name="Ana Bell", email="ana@news.org")),
        ("<author>ana@news.org</author>", Person(name="ana", email="ana@news.org")),
        ("<author>Ana &lt;b&gt;Bell&lt;/b&gt;</author>", Person(name="Ana Bell")),
    ],
    ids=["long top level domain", "short one", "no name", "markup"],
)
def test_an_author_of_rss_is_a_name_and_an_address(author: str, expected: Person) -> None:
    assert item("<title>T</title>" + author).authors == (expected,)


def test_feedburners_original_link_is_preferred() -> None:
    ns = 'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    links = "<link>https://proxy.example/1</link><feedburner:origLink>https://site.example/1</feedburner:origLink>"
    assert item(links, ns).url == "https://site.example/1"


def test_at_most_the_newest_thousand_entries_are_kept_in_their_order() -> None:
    when = "<pubDate>{:04}-01-01T00:00:00Z</pubDate>"
    old = "<item><title>old</title>" + when.format(1991) + "</item>"
    new = "".join(f"<item><title>{n}</title>{when.format(2000)}</item>" for n in range(1000))
    entries = parse(rss(old + new), url=URL).entries
    assert [entry.title for entry in entries] == [str(n) for n in range(1000)]


def test_entries_beyond_the_newest_thousand_are_counted() -> None:
    assert parse(rss("<item><title>x</title></item>" * 1_003), url=URL).left_out == 3
    assert parse(rss("<item><title>x</title></item>"), url=URL).left_out == 0


ATOM = 'xmlns:a="http://www.w3.org/2005/Atom"'


@pytest.mark.parametrize(
    ("links", "previous"),
    [
        ('<a:link rel="prev-archive" href="old?p=2"/>', "https://feeds.example/dir/old?p=2"),
        ('<a:link rel="next" href="https://x.example/2"/>', "https://x.example/2"),
        ('<a:link rel="next" href="/n"/><a:link rel="prev-archive" href="/p"/>', "https://feeds.example/p"),
        ('<a:link rel="previous" href="/newer"/><a:link rel="self" href="/s"/>', None),
        ('<a:link rel="next" href="javascript:x"/>', None),
    ],
)
def test_the_page_of_older_entries_is_the_archive_before_or_the_next_page(
    links: str, previous: str | None
) -> None:
    assert parse(rss("", links, attributes=ATOM), url=URL).previous == previous
    atom = links.replace("a:link", "link")
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{atom}</feed>'
    assert parse(feed.encode(), url=URL).previous == previous


@pytest.mark.parametrize("newest_first", [True, False], ids=["newest first", "newest last"])
def test_of_a_flood_the_newest_thousand_are_kept_and_its_middle_is_not_even_read(newest_first: bool) -> None:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    dates = [(day + timedelta(hours=n)).isoformat() for n in range(30_000)]
    titled = [f"<item><title>{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(dates)]
    started = time.process_time()
    feed = parse(rss("".join(titled[::-1] if newest_first else titled)), url=URL)
    assert sorted(int(entry.title) for entry in feed.entries) == list(range(29_000, 30_000))
    assert feed.left_out == 29_000
    assert time.process_time() - started < 5  # 30,000 take five times as long


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\xef\xbb\xbf"[:3], "empty"),
        (b"\xff\xfe", "empty"),
        ((DOCUMENTS / "page.html").read_bytes(), "not_a_feed"),
        (b'{"error": "not found"}', "not_a_feed"),
        (b"{", "not_a_feed"),
        (b"<opml version='2.0'><body/></opml>", "not_a_feed"),
        (b"<?xml version='1.0'?><!-- <rss> never closed", "not_a_feed"),
        (b"\x1f\x8b\x08\x00 compressed", "not_a_feed"),
        (
            rss("<item></media:player></item>", attributes='xmlns:media="http://search.yahoo.com/mrss/"'),
            "parse",
        ),
        (b"<?xml encoding='euc-kr'?>" + b"\xff" * 200, "bad_encoding"),
    ],
)
def test_what_is_no_feed_is_refused_by_its_kind_in_one_line(document: bytes, kind: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(document, url=URL)
    assert refused.value.kind == kind
    assert "\n" not in str(refused.value)


def test_unreadable_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(Unreadable("empty", "nothing there")))
    assert (error.kind, str(error)) == ("empty", "nothing there")


def test_a_document_that_names_a_file_opens_none(tmp_path: Path) -> None:
    """feedparser, given the bytes themselves, reads the file or address that they name."""
    feed = tmp_path / "feed.xml"
    feed.write_bytes((DOCUMENTS / "rss091.xml").read_bytes())
    with pytest.raises(Unreadable) as refused:
        parse(str(feed).encode(), url=URL)
    assert refused.value.kind == "not_a_feed"


def survives(document: bytes, content_type: str = "") -> None:
    try:
        feed = parse(document, url=URL, content_type=content_type)
    except Unreadable:
        return
    feed.model_dump_json().encode()


@given(st.binary(max_size=400), st.sampled_from(("", "text/xml; charset=punycode", "text/xml; charset=big5")))
@settings(max_examples=100, deadline=None)
def test_no_bytes_raise_anything_but_unreadable(document: bytes, content_type: str) -> None:
    survives(document, content_type)


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_no_mutation_of_a_document_raises_anything_but_unreadable(data: st.DataObject) -> None:
    document = (DOCUMENTS / data.draw(st.sampled_from(sorted(TITLES)))).read_bytes()
    pieces = (b"&#xD800;", b"&#x110000;", b"<", b"]]>", b"\xff", b"<item>", b"</entry>", b"\0", b"{", b"'")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(document)))
        length = data.draw(st.sampled_from((0, 1, 8, 100)))
        document = document[:start] + data.draw(st.sampled_from(pieces)) + document[start + length :]
    survives(document)
