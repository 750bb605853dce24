"""Passwords, tokens, headers and cookies go where they are meant to go, and nowhere else."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any

import pytest
from web import Web, failed, found, http, options

from aggregator import access
from aggregator.answers import Address, Answer, Failure
from aggregator.fetch import Fetcher
from config.access import permits
from config.options import Access
from feeds import urls

FEED = b"<rss/>"
SECRETS = {"TOKEN": "s3cret", "PASSWORD": "pa:ss"}


async def ask(url: str, *accesses: Access, **chosen: object) -> Answer:
    async with Fetcher(options(**chosen), permits(accesses, SECRETS)) as fetcher:
        return await fetcher.fetch(Address(1, url))


def allowed(url: str, **given: Any) -> Access:
    return Access(url=url, **given)


def basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("given", "header", "value"),
    [
        ({"username": "ana", "password_env": "PASSWORD"}, "Authorization", basic("ana", "pa:ss")),
        ({"bearer_env": "TOKEN"}, "Authorization", "Bearer s3cret"),
        ({"headers": {"X-Client": "newsdesk"}}, "X-Client", "newsdesk"),
        ({"headers_env": {"X-Key": "TOKEN"}}, "X-Key", "s3cret"),
        ({"cookies": {"a": "b"}, "cookies_env": {"session": "TOKEN"}}, "Cookie", "a=b; session=s3cret"),
    ],
    ids=["basic", "bearer", "header", "secret header", "cookies"],
)
async def test_a_source_is_asked_with_what_the_operator_gave(
    web: Web, given: dict[str, Any], header: str, value: str
) -> None:
    assert found(await ask(web.put("/feed", FEED), allowed(web.url("/"), **given))).body == FEED
    assert web.asked[0].headers[header] == value


async def test_no_secret_goes_to_another_host_or_out_of_its_path(web: Web) -> None:
    """Another port is another host; what lies beside the path is not below it."""
    with Web() as other:
        elsewhere = other.put("/in/feed", FEED)
        web.redirect("/in/a", elsewhere)
        web.redirect("/in/b", "/inn/b")
        web.put("/inn/b", FEED)
        permit = allowed(web.url("/in"), bearer_env="TOKEN", cookies_env={"c": "TOKEN"})
        for start in ("/in/a", "/in/b"):
            found(await ask(web.url(start), permit))
        asked = [*web.asked, *other.asked]
    sent = {(one.path, bool({"Authorization", "Cookie"} & set(one.headers))) for one in asked}
    assert sent == {("/in/a", True), ("/in/b", True), ("/in/feed", False), ("/inn/b", False)}


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://a.example/in", "in"),
        ("https://a.example/in/feed", "in"),
        ("https://a.example:443/in?x=1", "in"),
        ("https://a.example/in/deep/feed", "deep"),
        ("https://a.example/in/deep/../feed", "in"),
        ("https://a.example/inner", None),
        ("https://a.example/in/../out", None),
        ("https://a.example/%69n/feed", None),
        ("http://a.example/in/feed", None),
        ("https://a.example:8443/in/feed", None),
        ("https://a.example.evil.example/in/feed", None),
        ("https://b.example/in/feed", None),
    ],
)
def test_the_nearest_permit_above_an_address_counts(url: str, sent: str | None) -> None:
    given = permits(
        [
            allowed("https://A.example/in", headers={"X": "in"}),
            allowed("https://a.example/in/deep/", headers={"X": "deep"}),
        ],
        {},
    )
    assert access.headers(given, urls.gate(url) or "").get("X") == sent


def test_a_permit_covers_a_whole_host_by_its_bare_address() -> None:
    given = permits([allowed("https://a.example", headers={"X": "1"})], {})
    assert access.headers(given, "https://a.example/feed") == {"X": "1"}
    assert access.headers(given, "https://a.example.evil.example/feed") == {}


async def test_an_http_proxy_is_asked_for_the_address_with_its_own_permit(web: Web) -> None:
    """The recording server stands for the proxy: it is sent the whole address. It may be a private one."""
    web.put("http://site.example/feed", FEED)
    proxy = web.url("/")
    mine = [
        allowed(proxy, username="ana", password_env="PASSWORD"),
        allowed("http://site.example/", bearer_env="TOKEN"),
    ]
    document = found(await ask("http://site.example/feed", *mine, proxy=proxy, allow_private_networks=()))
    headers = web.asked[0].headers
    assert (document.body, document.url) == (FEED, "http://site.example/feed")
    assert headers["Proxy-Authorization"] == basic("ana", "pa:ss")
    assert headers["Authorization"] == "Bearer s3cret"


async def test_a_proxy_is_not_asked_for_what_is_written_as_a_private_address(web: Web) -> None:
    for host in ("127.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "localhost", "x.localhost."):
        answer = await ask(f"http://{host}/feed", proxy=web.url("/"), allow_private_networks=())
        assert failed(answer).kind == "blocked"
    assert not web.asked


async def test_a_proxy_looks_up_whatever_is_a_name(web: Web) -> None:
    for host in ("site1", "10.example", "a.site.example"):
        web.put(f"http://{host}/feed", FEED)
        assert found(await ask(f"http://{host}/feed", proxy=web.url("/"))).body == FEED


async def test_a_proxy_is_asked_to_connect_to_an_https_address_and_sees_its_own_permit_alone() -> None:
    """It refuses, so nothing of the request itself is sent."""
    heads: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(http(status="407 Proxy Authentication Required"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        mine = [
            allowed(proxy, username="ana", password_env="PASSWORD"),
            allowed("https://site.example/", bearer_env="TOKEN"),
        ]
        failure = failed(await ask("https://site.example/feed", *mine, proxy=proxy))
    assert heads[0].startswith("CONNECT site.example:443 ")
    assert f"Proxy-Authorization: {basic('ana', 'pa:ss')}" in heads[0]
    assert "s3cret" not in heads[0]
    assert (failure.kind, "Proxy Authentication Required" in failure.message) == ("protocol", True)


async def test_a_redirect_through_a_proxy_passes_the_same_gate(web: Web) -> None:
    web.put("http://site.example/feed", status=302, headers={"Location": "http://10.0.0.1/"})
    answer = await ask("http://site.example/feed", proxy=web.url("/"), allow_private_networks=())
    assert (failed(answer).kind, len(web.asked)) == ("blocked", 1)


async def test_a_hub_is_asked_through_the_proxy_and_never_at_a_private_address(web: Web) -> None:
    """Where there is a proxy no address is judged at connecting: a hub must not get round it."""
    with Web() as inside:
        inside.put("/hub", status=202)
        web.put("http://hub.example/", status=202)
        async with Fetcher(options(proxy=web.url("/"), allow_private_networks=())) as fetcher:
            assert await fetcher.post("http://hub.example/", {"hub.mode": "subscribe"}) == 202
            refused = await fetcher.post(inside.url("/hub"), {"hub.mode": "subscribe"})
            rebound = await fetcher.post(f"http://hub.localtest.example:{inside.port}/hub", {})
        assert isinstance(refused, Failure)
        assert (refused.kind, isinstance(rebound, Failure)) == ("blocked", True)
        assert web.asked[0].path == "http://hub.example/"
        assert inside.asked == []


async def test_a_failure_tells_no_secret(web: Web) -> None:
    permit = allowed(web.url("/"), bearer_env="TOKEN", headers_env={"X-Key": "TOKEN"})
    for wire in (b"nonsense", http(b"", status="401 s3cre"), b""):
        assert "s3cret" not in repr(failed(await ask(web.put_raw("/feed", wire), permit)))
