"""Each rule of the validator fires on what is wrong; nothing that we write makes any of them fire."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import hostile_entries
import pytest
import validating
import validator
import validator_json
from feed_strategies import feeds
from hypothesis import given, settings

from feeds import jsonfeed, parse, proof, render
from feeds.entries import Entry, Feed

DOCUMENTS = Path(__file__).parents[1] / "documents"
BODY = '&lt;p&gt;a &lt;a href="https://s.example/"&gt;b&lt;/a&gt;&lt;/p&gt;'

GOOD_ATOM = f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:media="http://search.yahoo.com/mrss/" xmlns:fh="http://purl.org/syndication/history/1.0"
  xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>https://s.example/feed</id>
  <title>A feed</title>
  <updated>2026-01-02T00:00:00Z</updated>
  <author><name>Ana</name><email>ana@s.example</email></author>
  <link href="https://s.example/feed" rel="self" type="application/atom+xml"/>
  <link href="https://s.example/now" rel="current" type="application/atom+xml"/>
  <link href="https://s.example/" rel="alternate" type="text/html"/>
  <generator uri="https://s.example/" version="1">g</generator>
  <icon>https://s.example/icon</icon>
  <fh:archive/>
  <at:deleted-entry ref="urn:x-s:9" when="2026-01-01T00:00:00Z"/>
  <entry>
    <id>urn:x-s:1</id>
    <title>One</title>
    <updated>2026-01-01T00:00:00Z</updated>
    <category term="a"/>
    <link rel="alternate" type="text/html" href="https://s.example/1"/>
    <link rel="enclosure" type="audio/mpeg" length="1" href="https://s.example/1.mp3"/>
    <summary type="text">In short</summary>
    <content type="html">{BODY}</content>
    <media:thumbnail url="https://s.example/1.png"/>
    <source><id>urn:x-o:1</id><title>O</title><updated>2026-01-01T00:00:00Z</updated><link rel="self" href="https://o.example/"/></source>
  </entry>
  <entry>
    <id>urn:x-s:2</id>
    <title>Two</title>
    <updated>2026-01-01T00:00:01Z</updated>
    <link rel="alternate" type="text/html" href="https://s.example/2"/>
    <summary type="text">In short</summary>
  </entry>
</feed>
"""

GOOD_RSS = f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" version="2.0">
  <channel>
    <title>A feed</title>
    <link>https://s.example/</link>
    <description>All of it</description>
    <atom:link href="https://s.example/feed" rel="self" type="application/rss+xml"/>
    <image><url>https://s.example/i.png</url><title>A feed</title><link>https://s.example/</link></image>
    <language>en</language>
    <lastBuildDate>Fri, 02 Jan 2026 00:00:00 +0000</lastBuildDate>
    <ttl>15</ttl>
    <item>
      <title>One</title>
      <link>https://s.example/1</link>
      <guid isPermaLink="false">urn:x-s:1</guid>
      <description>In short</description>
      <content:encoded>{BODY}</content:encoded>
      <category>a</category>
      <enclosure url="https://s.example/1.mp3" length="1" type="audio/mpeg"/>
      <pubDate>Thu, 01 Jan 2026 00:00:00 +0000</pubDate>
      <atom:updated>2026-01-01T00:00:00Z</atom:updated>
      <source url="https://o.example/feed">O</source>
      <dc:creator>Ana</dc:creator>
      <media:thumbnail url="https://s.example/1.png"/>
    </item>
    <item>
      <title>Two</title>
      <guid isPermaLink="false">urn:x-s:2</guid>
    </item>
  </channel>
</rss>
"""

GOOD_JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "A feed",
"feed_url": "https://s.example/f",
"_newsdesk": {"deleted": [{"id": "9", "at": "2026-01-01T00:00:00Z"}]},
"items": [{"id": "1", "url": "https://s.example/1", "content_html": "<p>a</p>",
"tags": ["a"], "language": "en", "date_published": "2026-01-01T00:00:00Z",
"attachments": [{"url": "https://s.example/a", "mime_type": "a/b"}]},
{"id": "2", "content_text": "b", "authors": [{"name": "Ana"}]}]}"""


def test_what_is_good_raises_no_event() -> None:
    assert validator.atom(GOOD_ATOM.encode()) == []
    assert validator.rss(GOOD_RSS.encode()) == []
    assert validator_json.json_feed(GOOD_JSON.encode()) == []


ENTRY_ID = "<id>urn:x-s:1</id>"
BAD_ATOM = [
    ("E MissingElement feed/id", "<id>https://s.example/feed</id>", ""),
    ("E MissingElement entry/title", "<title>One</title>", ""),
    ("E MissingElement entry/updated", "<updated>2026-01-01T00:00:01Z</updated>", ""),
    ("E MissingElement entry/author", "<author><name>Ana</name><email>ana@s.example</email></author>", ""),
    ("E MissingElement name", "<name>Ana</name>", "<name> </name>"),
    ("E InvalidContact", "ana@s.example", "ana"),
    ("W ContainsHTML", "<name>Ana</name>", "<name>&lt;b&gt;Ana&lt;/b&gt;</name>"),
    ("E DuplicateElement entry/title", "<title>One</title>", "<title>One</title><title>One</title>"),
    ("E UndefinedElement entry/pubDate", "<title>One</title>", "<title>One</title><pubDate/>"),
    ("E UndefinedElement", "<title>One</title>", "<title>One<b/></title>"),
    ("W UnknownNamespace", ENTRY_ID, f'{ENTRY_ID}<x:a xmlns:x="urn:x:y"/>'),
    (
        "W NonstdPrefix",
        ENTRY_ID,
        f'{ENTRY_ID}<m:content xmlns:m="http://search.yahoo.com/mrss/" url="https://x.example/"/>',
    ),
    ("W SameDocumentReference", "<entry>", '<entry xml:base="https://s.example/">'),
    ("E InvalidLanguage", 'xml:lang="en"', 'xml:lang="jp"'),
    ("E MisplacedMetadata", "</feed>", "<icon>https://s.example/i</icon></feed>"),
    ("W MissingSelf feed", 'rel="self" type="application/atom+xml"', 'rel="via"'),
    ("W MissingSelf source", '<link rel="self" href="https://o.example/"/>', ""),
    ("W MissingSourceElement source/updated", "<updated>2026-01-01T00:00:00Z</updated><link", "<link"),
    ("W SelfNotAtom", 'rel="self" type="application/atom+xml"', 'rel="self" type="text/xml"'),
    (
        "E DuplicateAtomLink",
        'rel="enclosure" type="audio/mpeg" length="1"',
        'rel="alternate" type="text/html"',
    ),
    ("E DuplicateAtomLink", 'now" rel="current"', 'now" rel="self"'),
    ("W UnregisteredAtomLinkRel", 'rel="enclosure"', 'rel="canonical"'),
    ("W FeedHistoryRelInEntry", 'rel="enclosure"', 'rel="prev-archive"'),
    ("W MissingCurrentInArchive", 'rel="current"', 'rel="via"'),
    ("E FeedRelInCompleteFeed", "<fh:archive/>", "<fh:archive/><fh:complete/>"),
    ("E MissingHref", ' href="https://s.example/2"', ""),
    ("W AttrNotBlank link@title", 'rel="enclosure"', 'rel="enclosure" title=""'),
    ("W ContainsHTML", 'rel="enclosure"', 'rel="enclosure" title="AT&amp;T2"'),
    ("W AtomLinkNotEmpty", 'href="https://s.example/1.mp3"/>', 'href="https://s.example/1.mp3">x</link>'),
    ("E InvalidNonNegativeInteger", 'length="1"', 'length="-1"'),
    ("E InvalidLanguage", 'rel="enclosure"', 'rel="enclosure" hreflang="english language"'),
    ("E InvalidMIMEType", 'type="audio/mpeg"', 'type="mp3"'),
    ("E InvalidFullLink id", ENTRY_ID, "<id>1234</id>"),
    ("E InvalidUriChar id", ENTRY_ID, "<id>https://s.example/a b</id>"),
    ("E InvalidURN id", ENTRY_ID, "<id>urn:x</id>"),
    ("E InvalidUUID id", ENTRY_ID, "<id>urn:uuid:1234</id>"),
    ("E InvalidTAG id", ENTRY_ID, "<id>tag:s.example:1</id>"),
    ("W SchemeNotIANARegistered id", ENTRY_ID, "<id>foo:bar</id>"),
    ("W NonCanonicalURI id", ENTRY_ID, "<id>https://s.example</id>"),
    ("W DuplicateEntries", "urn:x-s:2", "urn:x-s:1"),
    ("W DuplicateUpdated", "00:00:01Z", "00:00:00Z"),
    ("E InvalidRFC3339Date", "2026-01-01T00:00:01Z", "2026-01-01 00:00:01"),
    ("E InvalidRFC3339Date", "2026-01-01T00:00:01Z", "2026-13-01T00:00:01Z"),
    ("W ImplausibleDate", "2026-01-01T00:00:01Z", "1970-01-01T00:00:01Z"),
    ("W ImplausibleDate", "2026-01-01T00:00:01Z", "2049-01-01T00:00:01Z"),
    ("W NotBlank entry/summary", "In short", ""),
    ("W NotBlank generator", 'version="1"', ""),
    ("W ContainsUndeclaredHTML", "<title>One</title>", "<title>&lt;i&gt;One&lt;/i&gt;</title>"),
    ("W ContainsUndeclaredHTML", "<title>One</title>", "<title>One &amp;amp; two</title>"),
    ("E InvalidMIMEType", 'content type="html"', 'content type="CDATA"'),
    ("W NotHtml", "&lt;/p&gt;", ""),
    ("W NotHtml", "&lt;/p&gt;", "&lt;/div&gt;"),
    ("W SecurityRisk", "&lt;p&gt;", "&lt;script&gt;x&lt;/script&gt;&lt;p&gt;"),
    ("W SecurityRisk", 'https://s.example/"&gt;', 'javascript:alert(1)"&gt;'),
    ("W SecurityRiskAttr", "&lt;p&gt;", '&lt;p onclick="x"&gt;'),
    ("W DangerousStyleAttr", "&lt;p&gt;", '&lt;p style="x"&gt;'),
    ("W ContainsRelRef", 'href="https://s.example/"&gt;', 'href="/b"&gt;'),
    ("W ContainsRelRef", 'href="https://s.example/"&gt;', 'href="#note"&gt;'),
    ("W BadCharacters", "One", "don\x92t"),
    ("W BadCharacters", "One", "what\ufffd"),
    ("W MissingTextualContent", '<summary type="text">In short</summary>\n  </entry>', "</entry>"),
    (
        "E MissingContentOrAlternate",
        '<link rel="alternate" type="text/html" href="https://s.example/2"/>',
        "",
    ),
    ("W AttrNotBlank category@term", 'term="a"', 'term=""'),
    ("E MediaGroupWithoutAlternatives", "<media:thumbnail ", "<media:group/><media:thumbnail "),
    ("E InvalidFullLink media:thumbnail@url", "https://s.example/1.png", "/1.png"),
    ("E InvalidFullLink icon", "https://s.example/icon", "/icon"),
    ("E DeletedEntryStands", "urn:x-s:9", "urn:x-s:1"),
    ("E InvalidRFC3339Date at:deleted-entry@when", 'when="2026-01-01T00:00:00Z"', 'when="today"'),
]

BAD_RSS = [
    ("E InvalidRSSVersion", 'version="2.0"', 'version="3.0"'),
    ("E MissingElement channel/description", "<description>All of it</description>", ""),
    ("E MissingElement image/link", "<link>https://s.example/</link></image>", "</image>"),
    ("W MissingAtomSelfLink", 'rel="self" type="application/rss+xml"', 'rel="hub"'),
    ("W SelfNotAtom", 'type="application/rss+xml"', 'type="text/xml"'),
    ("W MisplacedItem", "</channel>", "<copyright>c</copyright></channel>"),
    ("E DuplicateElement channel/ttl", "<ttl>15</ttl>", "<ttl>15</ttl><ttl>15</ttl>"),
    ("E InvalidPositiveInteger", "<ttl>15</ttl>", "<ttl>0</ttl>"),
    ("E InvalidLanguage", "<language>en</language>", "<language>fr_FR</language>"),
    ("W ImageUrlFormat", "i.png", "i.svg"),
    ("W ImageTitleDoesntMatch", "<title>A feed</title><link>", "<title>B</title><link>"),
    (
        "W ImageLinkDoesntMatch",
        "<link>https://s.example/</link></image>",
        "<link>https://b.example/</link></image>",
    ),
    ("E InvalidRFC2822Date", "Thu, 01 Jan 2026 00:00:00 +0000", "yesterday"),
    ("E IncorrectDOW", "Thu, 01 Jan 2026", "Fri, 01 Jan 2026"),
    ("W ProblematicalRFC822Date", "00:00:00 +0000</pubDate>", "00:00:00 +0545</pubDate>"),
    ("W ImplausibleDate", "Thu, 01 Jan 2026 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000"),
    ("E ItemMustContainTitleOrDescription", "<title>Two</title>", ""),
    ("W MissingGuid", '<guid isPermaLink="false">urn:x-s:2</guid>', ""),
    ("E DuplicateValue guid", "urn:x-s:2", "urn:x-s:1"),
    ("W NotSufficientlyUnique", "urn:x-s:2", "1234"),
    ("E InvalidPermalink", 'isPermaLink="false">urn:x-s:2', 'isPermaLink="true">urn:x-s:2'),
    ("E InvalidHttpGUID", 'isPermaLink="false">urn:x-s:2', ">abc 12"),
    ("E InvalidBooleanAttribute", 'isPermaLink="false">urn:x-s:2', 'isPermaLink="no">urn:x-s:2'),
    ("W NeedDescriptionBeforeContent", "<description>In short</description>", ""),
    (
        "W DuplicateEnclosure",
        "<enclosure ",
        '<enclosure url="https://s.example/" length="0" type="a/b"/><enclosure ',
    ),
    ("E MissingAttribute length", ' length="1"', ""),
    ("E InvalidIntegerAttribute", 'length="1"', 'length="None"'),
    ("E InvalidMIMEAttribute", "audio/mpeg", "mp3"),
    ("E InvalidURLAttribute", "https://s.example/1.mp3", "1.mp3"),
    ("E UndefinedElement item/author", "<dc:creator>", "<author>a@b.example</author><dc:creator>"),
    ("W DuplicateItemSemantics", "<dc:creator>", "<author>a@b.example</author><dc:creator>"),
    ("E InvalidUriChar item/link", "https://s.example/1</link>", "https://s.example/a b</link>"),
    ("E UriNotIri item/link", "https://s.example/1</link>", "https://s.example/é</link>"),
    ("E InvalidFullLink item/source", "https://o.example/feed", "/feed"),
    ("W NotBlank item/category", "<category>a</category>", "<category> </category>"),
    ("W ContainsHTML item/title", "<title>One</title>", "<title>&lt;b&gt;One&lt;/b&gt;</title>"),
    ("W ContainsHTML item/title", "<title>One</title>", "<title>B&amp;eacute; </title>"),
    ("W CharacterData item/title", "<title>One</title>", "<title>a &lt;b&gt; c</title>"),
    ("W NotHtml item/content:encoded", "&lt;/p&gt;", ""),
    ("W ContainsRelRef item/content:encoded", 'href="https://s.example/"', 'href="b.html"'),
    ("E InvalidRFC3339Date item/atom:updated", "2026-01-01T00:00:00Z", "2026-01-01"),
]

BAD_JSON = [
    ("E version", "version/1.1", "version/2"),
    ("E feed: has no title", ' "title": "A feed",', ""),
    ("E feed: x is no member", '"title": "A feed"', '"title": "A feed", "x": 1'),
    ("E feed: title is of a wrong type", '"A feed"', "1"),
    ("E feed: _x is no extension", '"_newsdesk"', '"_x"'),
    ("E InvalidFullLink feed/feed_url", "https://s.example/f", "/f"),
    ("E next_url", '"_newsdesk"', '"next_url": "https://s.example/f", "_newsdesk"'),
    ("E hub: has no url", '"_newsdesk"', '"hubs": [{"type": "WebSub"}], "_newsdesk"'),
    ("E item: has no id", '"id": "1", ', ""),
    ("E item: id is of a wrong type", '"id": "1"', '"id": 1'),
    ("E id: 1 is repeated", '"id": "2"', '"id": "1"'),
    ("E item: has neither", '"content_text": "b", ', ""),
    ("W NotHtml content_html", "</p>", ""),
    (
        "E InvalidRFC3339Date date_published",
        '"date_published": "2026-01-01T00:00:00Z"',
        '"date_published": "today"',
    ),
    ("E attachment: has no mime_type", ', "mime_type": "a/b"', ""),
    ("E InvalidMIMEType", '"a/b"', '"mp3"'),
    ("E tags", '["a"]', '[""]'),
    ("E InvalidLanguage", '"en"', '"jp"'),
    ("E author: says nothing", '{"name": "Ana"}', "{}"),
    ("E deleted: 1 stands", '"id": "9"', '"id": "1"'),
]


def spoilt(good: str, old: str, new: str) -> bytes:
    assert old in good
    return good.replace(old, new, 1).encode()


@pytest.mark.parametrize(("event", "old", "new"), BAD_ATOM, ids=lambda value: value[:40])
def test_a_rule_of_atom_fires_on_what_breaks_it(event: str, old: str, new: str) -> None:
    assert any(event in found for found in validator.atom(spoilt(GOOD_ATOM, old, new)))


@pytest.mark.parametrize(("event", "old", "new"), BAD_RSS, ids=lambda value: value[:40])
def test_a_rule_of_rss_fires_on_what_breaks_it(event: str, old: str, new: str) -> None:
    assert any(event in found for found in validator.rss(spoilt(GOOD_RSS, old, new)))


@pytest.mark.parametrize(("event", "old", "new"), BAD_JSON, ids=lambda value: value[:40])
def test_a_rule_of_json_feed_fires_on_what_breaks_it(event: str, old: str, new: str) -> None:
    json.loads(found := spoilt(GOOD_JSON, old, new))
    assert any(event in fault for fault in validator_json.json_feed(found))


Written = Callable[[Feed], list[str]]


def of_json(feed: Feed) -> list[str]:
    return validator_json.json_feed(jsonfeed.render(proof.proofread(feed)))


WRITTEN: dict[str, Written] = {
    "atom": lambda feed: validator.atom(render.atom(proof.proofread(feed))),
    "rss": lambda feed: validator.rss(render.rss(proof.proofread(feed))),
    "json": of_json,
}
EVERY_FORMAT = pytest.mark.parametrize("events", WRITTEN.values(), ids=WRITTEN)


def of_the_past(entry: Entry) -> Entry:
    """An entry without the dates that no line-up gives: those that are still to come."""
    late = {
        name: None
        for name in ("published", "updated")
        if (moment := getattr(entry, name)) and moment.at and moment.at > validating.NOW
    }
    return entry.model_copy(update=late)


READABLE = [path for path in sorted(DOCUMENTS.iterdir()) if path.suffix not in (".md", ".html")]


@EVERY_FORMAT
@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_what_the_tests_hold_is_republished_without_error_or_warning(path: Path, events: Written) -> None:
    feed = parse.parse(path.read_bytes(), url="https://site.example/feed")
    entries = tuple(map(of_the_past, feed.entries))
    assert events(feed.model_copy(update={"entries": entries})) == []


@EVERY_FORMAT
@settings(max_examples=8)
@given(feed=feeds(sparse=True))
def test_any_feed_is_written_without_error_or_warning(feed: Feed, events: Written) -> None:
    assert events(feed) == []


@EVERY_FORMAT
def test_three_hundred_hostile_entries_raise_no_event(events: Written) -> None:
    assert [event for feed in hostile_entries.feeds(300) for event in events(feed)] == []


@pytest.mark.slow
@EVERY_FORMAT
def test_five_thousand_hostile_entries_raise_no_event(events: Written) -> None:
    assert [event for feed in hostile_entries.feeds(5_000) for event in events(feed)] == []
