"""JSON Feed 1.1 in both directions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from feed_strategies import feeds
from hypothesis import given, settings

from feeds import generator, jsonfeed
from feeds.entries import Editorial, Entry, Feed, Home, Link, Moment, Origin, Person
from feeds.jsonfeed import NotAJSONFeed

URL = "https://feeds.example/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def document(*items: object, **members: object) -> bytes:
    return json.dumps({"version": VERSION, "title": "T", "items": items} | members).encode()


def item(**members: object) -> Entry:
    (entry,) = jsonfeed.parse(document({"id": "1"} | members), url=URL).entries
    return entry


def written(feed: Feed) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(jsonfeed.render(feed))
    return members


def carried(feed: Feed) -> Feed:
    """JSON Feed has one address for a person: the e-mail is lost where there is a page."""

    def one_address(people: tuple[Person, ...]) -> tuple[Person, ...]:
        return tuple(p.model_copy(update={"email": None if p.uri else p.email}) for p in people)

    entries = tuple(e.model_copy(update={"authors": one_address(e.authors)}) for e in feed.entries)
    return feed.model_copy(update={"authors": one_address(feed.authors), "entries": entries})


@given(feeds(sparse=True))
@settings(max_examples=40, deadline=None)
def test_reading_is_the_inverse_of_writing(feed: Feed) -> None:
    assert jsonfeed.parse(jsonfeed.render(feed), url=feed.feed_url or URL) == carried(feed)


@given(feeds(sparse=True))
@settings(max_examples=20, deadline=None)
def test_what_is_written_has_all_that_the_format_requires(feed: Feed) -> None:
    members = written(feed)
    assert (members["version"], members["title"]) == (VERSION, feed.title)
    for entry in members["items"]:
        assert isinstance(entry["id"], str)
        assert ("content_html" in entry) != ("content_text" in entry)
        assert all(set(attachment) >= {"url", "mime_type"} for attachment in entry.get("attachments", ()))


def test_a_feed_is_written_in_readable_utf8_with_its_extension() -> None:
    picked = datetime(2023, 11, 21, 10, tzinfo=timezone(timedelta(hours=1)))
    entry = Entry(
        guid="urn:x:1",
        title="Été",
        published=Moment(raw="", at=picked),
        rights="CC0",
        origin=Origin(id="tag:o.example,2023:f", title="O"),
        editorial=Editorial(note="Read it.", editors=("Ada",), published=datetime(2023, 11, 20, tzinfo=UTC)),
    )
    feed = Feed(title="News", feed_url=URL, id=URL, updated=picked, entries=(entry,))
    assert jsonfeed.render(feed).decode() == (
        """{
  "version": "https://jsonfeed.org/version/1.1",
  "title": "News",
  "feed_url": "https://feeds.example/feed.json",
  "_newsdesk": {
    "about": "https://newsdesk.example/ns/1.0",
    "generator": "newsdesk VERSION",
    "updated": "2023-11-21T09:00:00Z"
  },
  "items": [
    {
      "id": "urn:x:1",
      "title": "Été",
      "content_text": "Été",
      "date_published": "2023-11-21T09:00:00Z",
      "_newsdesk": {
        "source": {
          "id": "tag:o.example,2023:f",
          "title": "O"
        },
        "note": "Read it.",
        "editors": [
          "Ada"
        ],
        "published": "2023-11-20T00:00:00Z",
        "rights": "CC0"
      }
    }
  ]
}
""".replace("VERSION", generator.version())
    )


def test_a_feed_without_anything_is_still_a_feed() -> None:
    assert jsonfeed.parse(jsonfeed.render(Feed()), url=URL).entries == ()


def test_a_lone_surrogate_does_not_cost_the_feed() -> None:
    assert written(Feed(entries=(Entry(guid="1", title="a\ud800b"),)))["items"][0]["title"] == "ab"


def test_an_item_has_the_language_of_its_feed_and_writes_only_another() -> None:
    french = jsonfeed.parse(document({"id": "1"}, {"id": "2", "language": "en"}, language="fr"), url=URL)
    assert [entry.language for entry in french.entries] == ["fr", "en"]
    assert ["language" in entry for entry in written(french)["items"]] == [False, True]


def test_a_number_is_taken_as_an_id() -> None:
    assert item(id=42).guid == "42"


def test_the_author_of_version_1_0_is_read() -> None:
    assert item(author={"name": "Pia", "url": "mailto:pia@a.example"}).authors == (
        Person(name="Pia", email="pia@a.example"),
    )


@pytest.mark.parametrize(
    ("said", "url", "links"),
    [
        ({"url": "/1", "external_url": "/x"}, "/1", (Link(href="https://feeds.example/x", rel="related"),)),
        ({"external_url": "/x"}, "/x", ()),
        ({"url": "/1", "external_url": "/1"}, "/1", ()),
        ({"url": "/1", "external_url": 3, "_newsdesk": {"links": [3, {"rel": "via"}]}}, "/1", ()),
    ],
    ids=["beside its page", "for want of another page", "the page itself", "wrong types"],
)
def test_an_external_url_is_a_related_link(said: dict[str, Any], url: str, links: tuple[Link, ...]) -> None:
    entry = item(**said)
    assert (entry.url, entry.links) == (f"https://feeds.example{url}", links)


def test_text_content_keeps_its_lines_as_html_and_is_never_markup() -> None:
    entry = item(content_text="a < b\n\n<b>no tag</b>\nline")
    assert entry.content == "<p>a &lt; b</p><p>&lt;b&gt;no tag&lt;/b&gt;<br>line</p>"


def test_html_content_is_cleaned_and_links_are_resolved_against_the_item() -> None:
    entry = item(url="https://a.example/x/1", content_html='<p onclick="x()"><a href="2">b</a></p>')
    assert "onclick" not in entry.content
    assert 'href="https://a.example/x/2"' in entry.content


def test_a_naive_date_is_read_in_the_zone_of_its_source() -> None:
    naive = document({"id": "1", "date_published": "2023-11-20T13:56:38"})
    published = jsonfeed.parse(naive, url=URL, home=Home(zone="Europe/Paris")).entries[0].published
    assert published
    assert published.at == datetime(2023, 11, 20, 12, 56, 38, tzinfo=UTC)


def test_members_of_a_wrong_type_are_as_good_as_absent() -> None:
    wrong = {"title": ["x"], "tags": "x", "authors": {"name": "x"}, "attachments": [3, {"url": 4}]}
    assert item(**wrong, url="javascript:x", image={}, _newsdesk=[], language=True) == Entry(guid="1")


def test_an_item_that_is_none_costs_its_neighbours_nothing() -> None:
    found = jsonfeed.parse(document({"id": "1"}, None, "x", [], {"id": "2"}), url=URL)
    assert [entry.guid for entry in found.entries] == ["1", "2"]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{",
        b'{"version": "https://jsonfeed.org/version/1.1"}',
        b'{"version": "2.0", "items": []}',
        b'{"items": []}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
    ids=["nothing", "list", "broken", "no items", "other version", "no version", "too deep", "huge number"],
)
def test_other_json_is_refused_in_one_line(document: bytes) -> None:
    with pytest.raises(NotAJSONFeed) as refused:
        jsonfeed.parse(document, url=URL)
    assert "\n" not in str(refused.value)


def test_the_page_of_older_entries_is_the_next_url() -> None:
    assert jsonfeed.parse(document(next_url="?page=2"), url=URL).previous == f"{URL}?page=2"
    assert jsonfeed.parse(document(), url=URL).previous is None
