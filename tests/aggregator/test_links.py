"""The links that stand in the headers of a response."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web import Web, ask, found

from aggregator.links import links

HERE = "https://site.example/blog/feed"


A = "https://a.example/"
CASES: dict[str, tuple[list[str], dict[str, str]]] = {
    "quoted": ([f'<{A}>; rel="hub"'], {"hub": A}),
    "relative": (["</self>;rel=self"], {"self": "https://site.example/self"}),
    "two in one": (
        [f"<{A}?a=1,2;3>; rel=HUB, <b>; rel=self"],
        {"hub": f"{A}?a=1,2;3", "self": HERE[:-4] + "b"},
    ),
    "the first counts": ([f"<{A}>; rel=hub", "<https://b.example/>; rel=hub"], {"hub": A}),
    "quoted commas": ([f'<{A}> ; title="x; rel=no, <y>" ; rel = "hub self"'], {"hub": A, "self": A}),
    "a relation given twice": ([f"<{A}>; rel=next; rel=hub"], {"next": A}),
    "of another page": ([f'<{A}>; rel=hub; anchor="/other"'], {}),
    "no web address": (["<javascript:alert(1)>; rel=hub, <https://u:p@a.example/>; rel=self"], {}),
    "no link": ([f"<{A}>", "hub", "<", ";;", ""], {}),
}


@pytest.mark.parametrize(("headers", "read"), CASES.values(), ids=CASES)
def test_links_are_read_by_relation(headers: list[str], read: dict[str, str]) -> None:
    assert links(headers, HERE) == read


@given(st.lists(st.text("<>;,=\"\\ arel/*'", max_size=60), max_size=3))
def test_whatever_stands_in_a_header_is_read(headers: list[str]) -> None:
    assert all(url.startswith("https://site.example/") for url in links(headers, HERE).values())


@pytest.mark.parametrize("piece", ["<", "<a>;", "<a>;a= ", ';a="', '<a>;a="\\', "<a> ; ", " ", '<a>;a="x" '])
def test_no_header_takes_long_to_read(piece: str) -> None:
    started = time.process_time()
    links([piece * 5_000], HERE)
    assert time.process_time() - started < 0.5


async def test_a_document_brings_the_links_of_its_headers(web: Web) -> None:
    url = web.put("/feed", b"<rss/>", headers={"Link": "<https://hub.example/>; rel=hub, </other>; rel=self"})
    assert found(await ask(url)).links == {"hub": "https://hub.example/", "self": web.url("/other")}
