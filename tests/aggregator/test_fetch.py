"""What comes back from an address: documents, what is current, and where redirects lead."""

from datetime import timedelta

import pytest
from web import Web, ask, failed, found, http

from aggregator.answers import Document, NotModified
from aggregator.caching import Hints

FEED = b"<rss>" + bytes(range(32, 127)) * 20 + b"</rss>"


async def test_a_document_comes_back_with_what_its_server_says_of_it(web: Web) -> None:
    url = web.put(
        "/feed",
        FEED,
        content_type="text/xml; charset=utf-8",
        etag='"1"',
        headers={"Cache-Control": "max-age=60"},
    )
    assert await ask(url) == Document(
        url=url,
        body=FEED,
        content_type="text/xml; charset=utf-8",
        etag='"1"',
        last_modified=None,
        hints=Hints(fresh_for=timedelta(minutes=1)),
    )


async def test_a_server_is_told_who_asks_for_what(web: Web) -> None:
    await ask(web.put("/feed", FEED), contact="https://news.example/about")
    headers = web.asked[0].headers
    assert headers["User-Agent"].startswith("newsdesk/")
    assert headers["User-Agent"].endswith(" (+https://news.example/about)")
    assert "application/rss+xml" in headers["Accept"]
    assert headers["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert not {"Cookie", "If-None-Match", "If-Modified-Since"} & set(headers)


async def test_no_cookie_is_kept_and_no_proxy_of_the_machine_is_used(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    web.put("/feed", FEED)
    web.put("/first", status=302, headers={"Location": "/feed", "Set-Cookie": "a=b"})
    assert found(await ask(f"http://localhost:{web.port}/first")).body == FEED
    assert "Cookie" not in web.asked[1].headers


ETAGS = [
    '"abc"',
    'W/"abc"',
    "w/abc",
    "no quotes",
    '"a "quoted" word"',
    "'single'",
    '""',
    '"a,b;c"',
    '"é…"',
    "-1",
]
DATES = ["Wed, 25 Nov 2026 12:00:00 GMT", "Mi., 25 Nov 2026 13:00:00 +0100", "2026-11-25T12:00:00Z", "0"]


@pytest.mark.parametrize("etag", ETAGS)
async def test_an_etag_is_sent_back_byte_for_byte(web: Web, etag: str) -> None:
    on_the_wire = etag.encode().decode("latin-1")  # as the test's server writes and reads headers
    url = web.put("/feed", FEED, etag=on_the_wire)
    document = found(await ask(url))
    assert document.etag == etag
    assert isinstance(await ask(url, etag=document.etag), NotModified)
    assert web.asked[1].headers["If-None-Match"] == on_the_wire


@pytest.mark.parametrize("date", DATES)
async def test_a_last_modified_date_is_sent_back_byte_for_byte(web: Web, date: str) -> None:
    url = web.put("/feed", FEED, last_modified=date)
    document = found(await ask(url))
    assert document.last_modified == date
    assert isinstance(await ask(url, last_modified=document.last_modified), NotModified)
    assert web.asked[1].headers["If-Modified-Since"] == date


async def test_validators_are_sent_to_where_a_redirect_leads(web: Web) -> None:
    web.put("/feed", FEED, etag='"1"')
    assert isinstance(await ask(web.redirect("/old", "/feed"), etag='"1"'), NotModified)


async def test_a_304_brings_hints(web: Web) -> None:
    url = web.put("/feed", FEED, etag='"1"', headers={"Cache-Control": "max-age=3600"})
    assert await ask(url, etag='"1"') == NotModified(Hints(fresh_for=timedelta(hours=1)))


async def test_a_304_that_was_not_asked_for_is_a_failure(web: Web) -> None:
    assert failed(await ask(web.put("/feed", status=304))).kind == "http_304"


async def test_a_document_that_changed_comes_back_whole(web: Web) -> None:
    document = found(await ask(web.put("/feed", FEED, etag='"2"'), etag='"1"'))
    assert (document.body, document.etag) == (FEED, '"2"')


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/new/feed?a=1", "feed?a=1", "//{host}/new/feed?a=1", "http://{host}/new/feed?a=1"]
)
async def test_a_redirect_is_followed_and_where_it_led_is_told(web: Web, status: int, location: str) -> None:
    url = web.put("/new/feed?a=1", FEED)
    start = web.redirect("/new/old", location.format(host=f"127.0.0.1:{web.port}"), status)
    document = found(await ask(start))
    assert (document.url, document.body) == (url, FEED)


@pytest.mark.parametrize(
    ("hops", "moved_to"),
    [
        ((), None),
        ((301,), "/1"),
        ((308,), "/1"),
        ((302,), None),
        ((303,), None),
        ((307,), None),
        ((301, 308), "/2"),
        ((301, 302), "/1"),  # what was found for now is beyond what holds for good
        ((301, 302, 301), "/1"),
        ((302, 301), None),
    ],
)
async def test_how_far_permanent_redirects_lead_is_told(
    web: Web, hops: tuple[int, ...], moved_to: str | None
) -> None:
    for hop, status in enumerate(hops):
        web.redirect(f"/{hop}", f"/{hop + 1}", status)
    web.put(f"/{len(hops)}", FEED, etag='"1"')
    expected = moved_to and web.url(moved_to)
    assert found(await ask(web.url("/0"))).moved_to == expected
    assert await ask(web.url("/0"), etag='"1"') == NotModified(moved_to=expected)


async def test_a_refusal_tells_whether_it_is_that_of_the_address_itself(web: Web) -> None:
    assert not failed(await ask(web.url("/none"))).elsewhere
    assert failed(await ask(web.redirect("/old", "/none", 301))).elsewhere


async def test_five_redirects_are_followed_and_not_six(web: Web) -> None:
    for hop in range(6):
        web.redirect(f"/{hop}", f"/{hop + 1}")
    url = web.put("/6", FEED)
    assert found(await ask(web.url("/1"))).url == url
    assert failed(await ask(web.url("/0"))).kind == "redirect"
    assert [asked.path for asked in web.asked[6:]] == [f"/{hop}" for hop in range(6)]


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("/a", "redirect"),  # to itself
        ("/b", "redirect"),  # and back
        ("", "redirect"),
        ("ftp://site.example/feed", "redirect"),
        ("file:///etc/passwd", "redirect"),
        ("javascript:alert(1)", "redirect"),
        ("http://user:password@site.example/", "redirect"),
        ("http://2130706433/", "redirect"),
        ("/caf\xe9", "redirect"),  # a byte that is no UTF-8
        ("http://169.254.169.254/latest/meta-data/", "blocked"),
        ("http://[::ffff:169.254.169.254]/", "blocked"),
        ("http://10.0.0.1/", "blocked"),
        ("http://[::1]/", "blocked"),
    ],
)
async def test_a_redirect_that_leads_nowhere_we_go_is_a_failure(web: Web, location: str, kind: str) -> None:
    web.redirect("/b", "/a")
    assert failed(await ask(web.redirect("/a", location))).kind == kind


async def test_a_redirect_without_a_location_is_a_failure(web: Web) -> None:
    failure = failed(await ask(web.put_raw("/feed", http(status="302 Found"))))
    assert (failure.kind, failure.message) == ("redirect", "HTTP 302 without a Location")
