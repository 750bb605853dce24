"""Two documents have one digest exactly where nothing that is kept of them differs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.digest import digest

RSS = b"""<?xml version="1.0"?><!-- generator="site/1" --><rss version="2.0"><channel>
<title>A site</title><pubDate>Mon, 20 Nov 2023 13:56:38 GMT</pubDate>
<lastBuildDate>Mon, 20 Nov 2023 14:00:00 GMT</lastBuildDate>
<item><title>One</title><pubDate>Mon, 20 Nov 2023 13:56:38 GMT</pubDate>
<description>a<!-- b --></description></item>
<item><title>Two</title></item></channel></rss>
<!-- made in 12 ms -->"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>A site</title>
<updated>2023-11-20T14:00:00Z</updated>
<entry><title>One</title><updated>2023-11-20T13:56:38Z</updated></entry></feed>"""
JSON = b'{"title": "<!-- a --><updated>1</updated>", "items": [{"content_html": "<item >"}]}'


@pytest.mark.parametrize(
    ("document", "old", "new"),
    [
        (RSS, b"<lastBuildDate>Mon, 20 Nov 2023 14:00:00", b"<lastBuildDate>Tue, 21 Nov 2023 14:00:00"),
        (RSS, b"site</title><pubDate>Mon, 20", b"site</title><pubDate>Tue, 21"),
        (RSS, b"site/1", b"site/2"),
        (RSS, b"12 ms", b"13 ms"),
        (b"\xef\xbb\xbf" + RSS, b"14:00:00", b"15:00:00"),
        (RSS.replace(b"</channel>", b"<lastBuildDate>1</lastBuildDate></channel>"), b">1<", b">2<"),
        (RSS.replace(b"item", b"rss:item"), b"14:00:00", b"15:00:00"),
        (ATOM, b"14:00:00", b"15:00:00"),
    ],
    ids=["built", "published", "comment", "comment after", "mark", "date after", "prefix", "Atom"],
)
def test_the_dates_of_a_channel_and_comments_around_its_entries_count_for_nothing(
    document: bytes, old: bytes, new: bytes
) -> None:
    assert document.count(old) == 1
    assert digest(document.replace(old, new)) == digest(document)


@pytest.mark.parametrize(
    ("document", "old", "new"),
    [
        (RSS, b"One</title><pubDate>Mon, 20", b"One</title><pubDate>Tue, 21"),
        (RSS, b"<!-- b -->", b"<!-- c -->"),
        (RSS, b"A site", b"The site"),
        (RSS, b"Two", b"Three"),
        (ATOM, b"13:56:38", b"13:56:39"),
        (RSS[: RSS.index(b"Two")] + b"Two</title><pubDate>1</pubDate>", b">1<", b">2<"),
        (JSON, b"<updated>1", b"<updated>2"),
        (JSON, b"<!-- a -->", b"<!-- b -->"),
        (RSS.replace(b"item", b"part"), b"14:00:00", b"15:00:00"),
        (RSS.decode().encode("utf-16"), "One".encode("utf-16-le"), "Two".encode("utf-16-le")),
    ],
    ids=[
        "entry's date",
        "entry's comment",
        "title",
        "entry",
        "Atom",
        "cut short",
        "JSON",
        "JSON comment",
        "no entries",
        "UTF-16",
    ],
)
def test_anything_else_counts(document: bytes, old: bytes, new: bytes) -> None:
    assert document.count(old) == 1
    assert digest(document.replace(old, new)) != digest(document)


@given(
    st.lists(
        st.sampled_from([b"<item>", b"</item>", b"<!--", b"-->", b"<updated>", b"</updated>", b"x", b"<"])
    )
)
def test_a_change_between_the_first_entry_and_the_last_always_counts(pieces: list[bytes]) -> None:
    soup = b"".join(pieces)
    one, other = (b"<rss>" + soup + b"<item>" + said + b"</item>" + soup for said in (b"a", b"b"))
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<updated>", b"<updated ", b"<", b"<a:", b"<pubDate>x", b"</item", b"-"]
)
def test_no_document_takes_longer_than_its_length(piece: bytes) -> None:
    started = time.process_time()
    for start in (b"<", b"<item>", b"<rss>"):
        digest(start + piece * (5_000_000 // len(piece)))
        digest(start + piece * (60_000 // len(piece)) + b"<item></item>" + piece * (60_000 // len(piece)))
    assert time.process_time() - started < 3
