"""How large a document may be, and how a packed one is unpacked."""

import gzip
import tracemalloc
import zlib

import pytest
from web import Web, ask, failed, found, http

from aggregator.fetch import Answer

FEED = b"<rss>" + bytes(range(32, 127)) * 20 + b"</rss>"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("declared", [False, True], ids=["without a length", "with a length"])
async def test_a_document_may_have_max_bytes_and_not_one_more(web: Web, packed: bool, declared: bool) -> None:
    async def sized(size: int) -> Answer:
        body = b"x" * size
        wire = gzip.compress(body) if packed else body
        head = http(wire, "Content-Encoding: gzip" if packed else "X: y").removesuffix(wire)
        if not declared:
            head = head.replace(b"Content-Length", b"X-Length")
        return await ask(web.put_raw("/feed", head, wire), max_bytes=50_000)

    assert len(found(await sized(50_000)).body) == 50_000
    failure = failed(await sized(50_001))
    assert failure.kind == "too_large"
    assert "fetch.max_bytes" in failure.message


async def test_a_document_that_says_it_is_too_large_is_not_waited_for(web: Web) -> None:
    url = web.put_raw("/feed", http(length=50_001), pause=2)
    failure = failed(await ask(url, max_bytes=50_000, timeout=1))
    assert (failure.kind, "50,001 bytes" in failure.message) == ("too_large", True)


@pytest.mark.parametrize("members", [1, 50])
async def test_a_bomb_is_stopped_before_it_fills_memory(web: Web, members: int) -> None:
    wire = gzip.compress(bytes(100_000_000 // members)) * members
    assert len(wire) < 200_000
    url = web.put("/feed", wire, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    failure = failed(await ask(url, max_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failure.kind == "too_large"
    assert peak < 8_000_000


async def test_what_is_packed_into_nothing_is_bounded_on_the_wire(web: Web) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    url = web.put_raw("/feed", head, *[gzip.compress(b"") * 100] * 100)
    assert failed(await ask(url, max_bytes=50_000)).kind == "too_large"


@pytest.mark.parametrize(
    ("wire", "coding"),
    [
        pytest.param(gzip.compress(FEED), "gzip", id="gzip"),
        pytest.param(gzip.compress(FEED), "X-GZIP", id="x-gzip"),
        pytest.param(zlib.compress(FEED), "deflate", id="deflate"),
        pytest.param(gzip.compress(FEED[:9]) + gzip.compress(FEED[9:]), "gzip", id="two members"),
        pytest.param(
            b"".join(gzip.compress(bytes([byte])) for byte in FEED), "gzip", id="a member for each byte"
        ),
        pytest.param(gzip.compress(FEED) + bytes(512), "gzip", id="padded with zeros"),
        pytest.param(FEED, "identity", id="identity"),
        pytest.param(FEED, "UTF-8", id="a charset where a coding belongs"),
        pytest.param(FEED, "", id="an empty word"),
    ],
)
@pytest.mark.parametrize("step", [1 << 20, 7], ids=["at once", "in pieces of 7 bytes"])
async def test_a_packed_document_is_unpacked_whole(web: Web, wire: bytes, coding: str, step: int) -> None:
    head = http(wire, f"Content-Encoding: {coding}").removesuffix(wire)
    pieces = [wire[start : start + step] for start in range(0, len(wire), step)]
    assert found(await ask(web.put_raw("/feed", head, *pieces))).body == FEED


async def test_an_empty_document_is_a_document_though_it_says_gzip(web: Web) -> None:
    assert found(await ask(web.put_raw("/feed", http(b"", "Content-Encoding: gzip")))).body == b""
