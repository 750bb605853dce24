"""What is wrong with a document is told by its line and its remedy; with one that is right nothing is."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import hostile_entries
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import jsonfeed, lint, proof, render
from feeds.lint import Finding

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>News</title>
<link>https://news.example/</link>
<description>All of it</description>
<language>en-GB</language>
<atom:link rel="self" href="https://news.example/news.rss"/>
<lastBuildDate>Wed, 25 Nov 2026 10:00:00 GMT</lastBuildDate>
<image><url>https://news.example/logo.png</url></image>
<item>
<title>AT&amp;T &lt; others</title>
<link>https://news.example/1</link>
<guid>https://news.example/1</guid>
<description>&lt;p>One &lt;a href="https://news.example/">page&lt;/a>&lt;/p></description>
<content:encoded>Two</content:encoded>
<pubDate>Tue, 24 Nov 2026 12:00:00 +0200</pubDate>
<atom:updated>2026-11-24T10:00:00Z</atom:updated>
<enclosure url="https://news.example/1.mp3" length="0" type="audio/mpeg"/>
</item>
<item><title>Two</title><guid isPermaLink="false">two</guid><pubDate>24 Nov 2026 12:00 EST</pubDate></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>tag:news.example,2026:news</id>
<title>News</title>
<updated>2026-11-25T10:00:00.5+01:00</updated>
<author><name>The desk</name></author>
<link rel="self" href="https://news.example/news.atom"/>
<entry>
<id>urn:uuid:a24cbd2b-1be7-4c3a-9d27-62f5d4d0a3c1</id>
<title type="html">&lt;b&gt;One&lt;/b&gt;</title>
<updated>2026-11-24T10:00:00Z</updated>
<link href="https://news.example/1"/>
<link rel="enclosure" href="https://news.example/1.mp3"/>
</entry>
<entry><id>https://news.example/2</id><title>Two</title><updated>2026-11-24T10:00:00.000001Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Two</p></div></content></entry>
</feed>"""
ONE = "urn:uuid:a24cbd2b-1be7-4c3a-9d27-62f5d4d0a3c1"
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "News",
 "home_page_url": "https://news.example/", "feed_url": "https://news.example/news.json", "language": "en",
 "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
 "items": [{"id": "1", "url": "https://news.example/1", "content_html": "<p>One</p>",
  "date_published": "2026-11-24T10:00:00Z", "authors": [{"name": "Ana"}],
  "attachments": [{"url": "https://news.example/1.mp3", "mime_type": "audio/mpeg"}]},
  {"id": "2", "content_text": "Two", "date_published": "2026-11-24T10:00:00Z"}]}"""


def findings(document: str, address: str = "", content_type: str = "") -> list[Finding]:
    try:
        return lint.check(lint.read(document.encode()), NOW, address, content_type)
    except lint.Broken as error:
        return [error.finding]


@pytest.mark.parametrize("document", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_with_what_is_right_nothing_is_wrong(document: str) -> None:
    assert findings(document) == []


CASES = [  # what is written, what is written instead, what that breaks, and where
    (RSS, "</channel>", "", "not-well-formed", "document", 21),
    (RSS, '<rss version="2.0"', "<html", "not-well-formed", "document", 21),
    (RSS, "channel>", "chanel>", "no-feed", "document", 2),
    (RSS, 'version="2.0"', 'version="0.91"', "old-version", "document", 2),
    (RSS, "<title>News</title>", "", "missing-title", "feed", 2),
    (RSS, "<title>News</title>", "<title> </title>", "missing-title", "feed", 2),
    (RSS, "<link>https://news.example/</link>", "", "missing-link", "feed", 2),
    (RSS, "<description>All of it</description>", "", "missing-summary", "feed", 2),
    (RSS, 'rel="self"', 'rel="related"', "missing-self", "feed", 2),
    (RSS, "https://news.example/</link>", "/</link>", "bad-address", "feed link", 4),
    (RSS, "https://news.example/logo", "https://x.example/the logo", "bad-address", "feed image/url", 9),
    (RSS, "https://news.example/1</link>", "https://x.example/ö</link>", "bad-address", "entry 1 link", 12),
    (RSS, "en-GB", "en_GB", "bad-language", "feed language", 6),
    (RSS, "en-GB", "jp", "bad-language", "feed language", 6),  # Japanese is ja
    (RSS, "Wed, 25 Nov 2026 10:00:00 GMT", "2026-11-25", "bad-date", "feed lastBuildDate", 8),
    (RSS, "Wed, 25 Nov 2026 10", "Wed, 25 Nov 2026 13", "future-date", "feed lastBuildDate", 8),
    (RSS, "12:00:00 +0200", "25:00:00 +0200", "bad-date", "entry 1 pubDate", 16),
    (RSS, "2026-11-24T10:00:00Z", "2026-11-24", "bad-date", "entry 1 atom:updated", 17),
    (RSS, "AT&amp;T", "AT&amp;amp;T", "markup-in-text", "entry 1 title", 11),
    (RSS, "AT&amp;T", "&lt;b>AT&lt;/b>", "markup-in-text", "entry 1 title", 11),
    (RSS, "<title>Two</title>", "", "missing-title", "entry 2", 20),
    (RSS, '<guid isPermaLink="false">two</guid>', "", "missing-id", "entry 2", 20),
    (RSS, "<pubDate>24 Nov 2026 12:00 EST</pubDate>", "", "missing-published", "entry 2", 20),
    (RSS, ' isPermaLink="false"', "", "bad-permalink", "entry 2 guid", 20),
    (RSS, '"false">two', '"no">two', "bad-permalink", "entry 2 guid", 20),
    (RSS, '"false">two', '"true">https://news.example/1', "duplicate-id", "entry 2 guid", 20),
    (RSS, '"false">two', '"true">http//[', "bad-permalink", "entry 2 guid", 20),
    (RSS, 'length="0" ', "", "incomplete-enclosure", "entry 1 enclosure", 18),
    (RSS, 'length="0"', 'length="1 MB"', "incomplete-enclosure", "entry 1 enclosure", 18),
    (RSS, "audio/mpeg", "mp3", "incomplete-enclosure", "entry 1 enclosure", 18),
    (RSS, 'url="https://news.example/1.mp3"', 'url="1.mp3"', "bad-address", "entry 1 enclosure", 18),
    (RSS, "Two</content", "&lt;script>1&lt;/script></content", "unsafe-html", "entry 1 content:encoded", 15),
    (RSS, "&lt;p>One", '&lt;p onclick="x()">One', "unsafe-html", "entry 1 description", 14),
    (RSS, 'href="https://news.example/"', 'href="javascript:x"', "unsafe-html", "entry 1 description", 14),
    (RSS, 'href="https://news.example/">', 'href="/a">', "relative-address", "entry 1 description", 14),
    (ATOM, "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "no-feed", "document", 1),
    (ATOM, "<id>tag:news.example,2026:news</id>", "", "missing-id", "feed", 1),
    (ATOM, "tag:news.example,2026:news", "news", "bad-id", "feed id", 2),
    (ATOM, "<updated>2026-11-25T10:00:00.5+01:00</updated>", "", "missing-updated", "feed", 1),
    (ATOM, "10:00:00.5+01:00", "10:00:00.5", "bad-date", "feed updated", 4),
    (ATOM, 'title type="html"', "title", "markup-in-text", "entry 1 title", 9),
    (ATOM, "<p>Two", "<script>1</script><p>Two", "unsafe-html", "entry 2 content", 15),
    (ATOM, '<link href="https://news.example/1"/>', "", "missing-content", "entry 1", 7),
    (ATOM, "10:00:00.000001Z", "10:00:00Z", "duplicate-updated", "entry 2 updated", 14),
    (ATOM, "https://news.example/2", ONE, "duplicate-id", "entry 2 id", 14),
    (ATOM, 'xml:lang="en"', 'xml:lang="english language"', "bad-language", "feed xml:lang", 1),
    (JSON, "],", ",", "not-well-formed", "document", 4),
    (JSON, "jsonfeed.org/version/1.1", "example.org", "no-feed", "document", None),
    (JSON, "version/1.1", "version/1", "old-version", "document", None),
    (JSON, '"id": "2", ', "", "missing-id", "entry 2", None),
    (JSON, '"content_text": "Two", ', "", "missing-content", "entry 2", None),
    (JSON, "https://hub.example/", "hub.example", "bad-address", "feed hubs", None),
    (JSON, ', "mime_type": "audio/mpeg"', "", "incomplete-enclosure", "entry 1 attachments", None),
    (JSON, '"id": "2"', '"id": "1"', "duplicate-id", "entry 2 id", None),
]  # fmt: skip


@pytest.mark.parametrize(("document", "written", "instead", "code", "where", "line"), CASES)
def test_a_fault_is_found_where_it_is(
    document: str, written: str, instead: str, code: str, where: str, line: int | None
) -> None:
    assert written in document
    everywhere = -1 if code == "no-feed" else 1
    found = findings(document.replace(written, instead, everywhere))
    assert [(one.code, one.where, one.line) for one in found] == [(code, where, line)]
    assert found[0].what
    assert found[0].remedy


def test_a_text_of_atom_is_html_where_it_says_so() -> None:
    content = ATOM.replace("</title>\n", "</title><content>{}&lt;/p> &lt;script></content>\n", 1)
    assert [one.code for one in findings(content)] == ["markup-in-text"]
    as_html = content.replace("<content>", '<content type="html">')
    assert [one.code for one in findings(as_html)] == ["unsafe-html"]


def test_of_atom_each_entry_is_signed_by_someone() -> None:
    unsigned = ATOM.replace("<author><name>The desk</name></author>", "")
    signed = unsigned.replace("<entry>", "<entry><author><name>Ana</name></author>")
    of_source = unsigned.replace("<entry>", "<entry><source><author><name>Ana</name></author></source>")
    assert [one.code for one in findings(unsigned)] == ["missing-author"] * 2
    assert findings(signed) == findings(of_source) == []


def test_an_address_is_resolved_against_the_base_that_atom_gives() -> None:
    relative = ATOM.replace('href="https://news.example/', 'href="/').replace(
        "<p>Two</p>", '<p><a href="/2">Two</a></p>'
    )
    based = relative.replace("<feed ", '<feed xml:base="https://news.example/" ')
    assert {one.code for one in findings(relative)} == {"bad-address", "relative-address"}
    assert findings(based) == []


def test_where_it_was_read_and_what_it_was_served_as_are_looked_at() -> None:
    assert findings(RSS, "https://news.example/news.rss", "application/rss+xml; charset=utf-8") == []
    assert findings(ATOM, "https://news.example/news.atom", "text/xml") == []
    assert [one.code for one in findings(RSS, "https://elsewhere.example/")] == ["self-elsewhere"]
    assert [one.code for one in findings(JSON, content_type="text/html")] == ["content-type"]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_what_is_no_feed_is_said_to_be_broken(document: bytes) -> None:
    with pytest.raises(lint.Broken) as said:
        lint.read(document)
    assert said.value.finding.code in ("not-well-formed", "no-feed")


@given(
    st.dictionaries(
        st.sampled_from(sorted({*lint.written.IN_JSON, "authors", "hubs"})),
        st.none() | st.text() | st.integers() | st.lists(st.none() | st.text()),
    )
)
def test_whatever_an_item_has_it_is_looked_at(item: dict[str, object]) -> None:
    document = json.loads(JSON) | {"items": [item]}
    assert all(one.what and one.remedy for one in findings(json.dumps(document)))


def test_an_entity_of_a_dtd_is_not_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    assert findings(bomb + RSS.replace("All of it", "All of it &a; &f;")) == []


def test_hostile_entries_are_written_without_a_fault_but_what_they_lack() -> None:
    found = set()
    for feed in hostile_entries.feeds(300):
        ready = proof.proofread(feed)
        for document in (render.rss(ready), render.atom(ready), jsonfeed.render(ready)):
            found |= {one.code for one in lint.check(lint.read(document), datetime(9000, 1, 1, tzinfo=UTC))}
    assert found <= {"missing-published", "missing-link"}
