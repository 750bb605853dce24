"""Every fault of the other side is a value of one class; no private address is connected to."""

import asyncio
import gzip
import random
from collections.abc import Iterator
from datetime import timedelta

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web import Web, ask, failed, found, http

from aggregator.answers import Document, Failure, NotModified
from aggregator.unpack import zstd

FEED = b"<rss>" + bytes(range(32, 127)) * 20 + b"</rss>"
PACKED = gzip.compress(random.Random(1).randbytes(3_000))
WIDE = {zstd.CompressionParameter.window_log: 25, zstd.CompressionParameter.content_size_flag: 0}
RESTING = (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", *[b"x"] * 500)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("404 Not Found", "http_404"),
        ("500 Internal Server Error", "http_500"),
        ("503 Service Unavailable", "http_503"),
        ("410 Gone", "gone"),
        ("429 Too Many Requests", "rate_limited"),
        ("204 No Content", "http_204"),
        ("206 Partial Content", "http_206"),
        ("300 Multiple Choices", "http_300"),
        ("999 Request denied", "http_999"),
        ("500", "http_500"),
    ],
)
async def test_a_status_without_a_document_is_a_failure_of_its_class(
    web: Web, status: str, kind: str
) -> None:
    failure = failed(await ask(web.put_raw("/feed", http(status=status))))
    assert (failure.kind, failure.message) == (kind, f"HTTP {status}")


async def test_whatever_a_server_calls_its_failure_the_message_is_a_line_of_text(web: Web) -> None:
    head = b"HTTP/1.1 500 caf\xe9 " + b"x" * 2_000 + b"\r\nContent-Length: 0\r\n\r\n"
    assert failed(await ask(web.put_raw("/feed", head))).message.startswith("HTTP 500 caf xxx")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (["Retry-After: 120"], timedelta(minutes=2)),
        (
            ["Date: Wed, 25 Nov 2020 12:00:00 GMT", "Retry-After: Wed, 25 Nov 2020 13:00:00 GMT"],
            timedelta(hours=1),  # by the server's clock, though all of it is long past by ours
        ),
        ([], None),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_a_failure_says_how_long_the_server_wants_to_be_left_alone(
    web: Web, status: str, headers: list[str], wait: timedelta | None
) -> None:
    failure = failed(await ask(web.put_raw("/feed", http(b"", *headers, status=status))))
    assert failure.hints.retry_after == wait


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        pytest.param(b"hello there\r\n\r\n", "protocol", "hello there", id="garbage for a status line"),
        pytest.param(FEED, "protocol", "", id="a body without headers"),
        pytest.param(b"", "protocol", "closed the connection", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", "protocol", "closed the connection", id="half a head"),
        pytest.param(http(b"", "X: " + "a" * 20_000), "protocol", "16384", id="an endless header"),
        pytest.param(http(b"ab", "Content-Length: 3"), "protocol", "Content-Length", id="two lengths"),
        pytest.param(http(b"ab", "X\0: b"), "protocol", "", id="NUL in a header"),
        pytest.param(http(b"abc", length=100), "incomplete", "3 of 100 bytes", id="shorter than its length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "incomplete",
            "",
            id="no last chunk",
        ),
        pytest.param(
            http(PACKED[:99], "Content-Encoding: gzip", length=500), "incomplete", "", id="short gzip"
        ),
        pytest.param(http(PACKED[:-9], "Content-Encoding: gzip"), "bad_encoding", "cut short", id="cut gzip"),
        pytest.param(
            http(PACKED[:-8], "Content-Encoding: gzip"), "bad_encoding", "cut short", id="no checksum"
        ),
        pytest.param(
            http(PACKED[:-8] + b"\1" * 8, "Content-Encoding: gzip"),
            "bad_encoding",
            "check",
            id="wrong checksum",
        ),
        pytest.param(
            http(PACKED + PACKED[:40], "Content-Encoding: gzip"),
            "bad_encoding",
            "cut short",
            id="second member cut",
        ),
        pytest.param(http(FEED, "Content-Encoding: gzip"), "bad_encoding", "", id="gzip that is none"),
        pytest.param(http(FEED, "Content-Encoding: br"), "bad_encoding", "brotli", id="brotli that is none"),
        pytest.param(http(FEED, "Content-Encoding: zstd"), "bad_encoding", "", id="zstd that is none"),
        pytest.param(
            http(PACKED, "Content-Encoding: compress"),
            "bad_encoding",
            "'compress'",
            id="a coding not asked for",
        ),
        pytest.param(http(PACKED, "Content-Encoding: gzip, gzip"), "bad_encoding", "", id="packed but once"),
        pytest.param(
            http(PACKED, "Content-Encoding: gzip, gzip, gzip"),
            "bad_encoding",
            "not asked",
            id="packed thrice",
        ),
        pytest.param(
            http(brotli.compress(FEED)[:-3], "Content-Encoding: br"),
            "bad_encoding",
            "cut short",
            id="cut brotli",
        ),
        pytest.param(
            http(zstd.compress(FEED)[:-3], "Content-Encoding: zstd"),
            "bad_encoding",
            "cut short",
            id="cut zstd",
        ),
        pytest.param(
            http(zstd.compress(bytes(1 << 25), options=WIDE), "Content-Encoding: zstd"),
            "bad_encoding",
            "",
            id="zstd that asks for 32 MB of memory",
        ),
    ],
)
async def test_an_answer_that_cannot_be_trusted_is_a_failure_of_its_class(
    web: Web, answer: bytes, kind: str, words: str
) -> None:
    failure = failed(await ask(web.put_raw("/feed", answer)))
    assert failure.kind == kind
    assert words in failure.message
    assert not failure.message.startswith("400")  # a status that this server never said


@pytest.mark.parametrize("pieces", [RESTING[:1], RESTING], ids=["silent after the head", "a byte at a time"])
async def test_one_deadline_is_around_the_whole_answer(web: Web, pieces: tuple[bytes, ...]) -> None:
    url = web.put_raw("/feed", *pieces, pause=0.02 if len(pieces) > 1 else 2)
    failure = failed(await ask(url, timeout=0.2))
    assert (failure.kind, failure.message) == ("timeout", "no whole answer within 0.2 seconds")


async def test_a_server_that_says_nothing_times_out(web: Web) -> None:
    assert failed(await ask(web.put("/feed", FEED, wait=2), timeout=0.2)).kind == "timeout"


async def test_the_deadline_is_around_all_redirects_together(web: Web) -> None:
    for hop in range(5):
        web.put(f"/{hop}", status=302, headers={"Location": f"/{hop + 1}"}, wait=0.1)
    web.put("/5", FEED)
    assert failed(await ask(web.url("/0"), timeout=0.25)).kind == "timeout"
    assert len(web.asked) <= 3


@pytest.mark.parametrize("host", ["no-such-site.invalid", "double..dot.example", "a" * 64 + ".example"])
async def test_a_name_that_cannot_be_looked_up_is_a_dns_failure(host: str) -> None:
    assert failed(await ask(f"http://{host}/feed")).kind == "dns"


async def test_a_closed_port_is_a_connect_failure() -> None:
    with Web() as gone:
        url = gone.url("/feed")
    assert failed(await ask(url)).kind == "connect"


async def test_a_server_without_tls_is_a_tls_failure(web: Web) -> None:
    assert failed(await ask(web.url("/feed").replace("http:", "https:"))).kind == "tls"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not an address",
        "/feed.xml",
        "ftp://site.example/feed",
        "file:///etc/passwd",
        "http://",
        "http://user:password@site.example/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://site.example:99999/",
        "http://site.example\\@127.0.0.1/",
        "http://site.example/\r\nX: y",
        "http://site.example/" + "a" * 2_048,
    ],
)
async def test_what_is_no_web_address_is_not_asked_for(url: str) -> None:
    assert failed(await ask(url)).kind == "invalid_url"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:7f00:1"),
        ("0.0.0.0", "0.0.0.0"),
    ],
)
async def test_no_private_address_is_connected_to_unless_the_operator_says_so(
    web: Web, host: str, address: str
) -> None:
    web.put("/feed", FEED)
    failure = failed(await ask(f"http://{host}:{web.port}/feed", allow_private_networks=()))
    assert failure.kind == "blocked"
    assert failure.message == f"{address} is no public address"
    assert not web.asked


async def test_a_name_is_refused_for_the_addresses_it_stands_for(web: Web) -> None:
    failure = failed(await ask(f"http://localhost:{web.port}/", allow_private_networks=()))
    assert failure.kind == "blocked"
    assert failure.message.endswith(" is no public address")
    assert not web.asked


async def test_a_name_is_reached_at_the_address_that_is_allowed(web: Web) -> None:
    web.put("/feed", FEED)
    assert found(await ask(f"http://localhost:{web.port}/feed")).body == FEED


async def test_a_redirect_to_a_refused_address_names_it_and_the_setting(web: Web) -> None:
    failure = failed(await ask(web.redirect("/feed", "http://192.168.1.5/admin")))
    assert failure.message == "192.168.1.5 is no public address"


@pytest.fixture(scope="module")
def hostile() -> Iterator[Web]:
    with Web() as server:
        yield server


KINDS = {
    "protocol",
    "incomplete",
    "too_large",
    "bad_encoding",
    "redirect",
    "timeout",
    "rate_limited",
    "gone",
    "connect",
    "dns",
    "blocked",
}
GOOD = http(
    PACKED, "Content-Encoding: gzip", 'ETag: "1"', "Location: /next", "Retry-After: 5", "Set-Cookie: a=b"
)
EDITS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 20), st.binary(max_size=4)), min_size=1, max_size=5
)


@settings(max_examples=120, deadline=None)
@given(EDITS, st.sampled_from([b"200 OK", b"302 Found", b"304 Not", b"429 Slow", b"1 x"]))
def test_whatever_a_server_sends_is_answered_with_a_value(
    hostile: Web, edits: list[tuple[int, int, bytes]], status: bytes
) -> None:
    wire = GOOD.replace(b"200 OK", status)
    for start, length, written in edits:
        wire = wire[:start] + written + wire[start + length :]
    answer = asyncio.run(ask(hostile.put_raw("/feed", wire), etag='"1"', timeout=1))
    assert isinstance(answer, Document | NotModified | Failure)
    if isinstance(answer, Failure):
        assert failed(answer).kind in KINDS or answer.kind.startswith("http_")
