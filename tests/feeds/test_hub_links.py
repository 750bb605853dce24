"""The hub that a feed names, in each format that has a word for it."""

from __future__ import annotations

import json

import pytest

from feeds.parse import parse

HUB = "https://hub.example/"
ATOM = "http://www.w3.org/2005/Atom"


def rss(link: str) -> str:
    return f'<rss version="2.0" xmlns:a="{ATOM}"><channel><title>t</title>{link}</channel></rss>'


def json_feed(*hubs: object) -> str:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [], "hubs": hubs}
    )


@pytest.mark.parametrize(
    ("document", "hub"),
    [
        (rss(f'<a:link rel="hub" href="{HUB}"/>'), HUB),
        (f'<feed xmlns="{ATOM}"><title>t</title><link rel="hub" href="{HUB}"/></feed>', HUB),
        (json_feed({"type": "WebSub", "url": HUB}), HUB),
        (json_feed({"type": "rssCloud", "url": "https://x.example/"}, {"type": "websub", "url": HUB}), HUB),
        (rss('<a:link rel="hub" href="/hub"/>'), "https://site.example/hub"),
        (rss('<a:link rel="self" href="https://site.example/feed"/>'), None),
        (rss('<a:link rel="hub" href="javascript:alert(1)"/>'), None),
        (json_feed({"type": "rssCloud", "url": HUB}), None),
        (json_feed({"type": "WebSub"}, "WebSub", None), None),
    ],
)
def test_a_feed_names_its_hub(document: str, hub: str | None) -> None:
    assert parse(document.encode(), url="https://site.example/feed").hub == hub
