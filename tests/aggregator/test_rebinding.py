"""A name whose answer changes between two look-ups finds no gap: what is judged is what is connected to."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from web import Web, failed, found, options

from aggregator.answers import Address
from aggregator.fetch import Fetcher

PRIVATE = "10.0.0.7"


class Rebinding(AbstractResolver):
    """A name server that gives one answer after the other, the last of them for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in found
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_turns_private_is_refused_at_the_next_request(web: Web) -> None:
    web.put("/feed", b"x", headers={"Connection": "close"})
    name = f"http://rebinding.example:{web.port}/feed"
    async with Fetcher(options(), resolver=Rebinding(["127.0.0.1"], [PRIVATE])) as fetcher:
        assert found(await fetcher.fetch(Address(1, name))).body == b"x"
        failure = failed(await fetcher.fetch(Address(1, name)))
    assert (failure.kind, failure.message) == ("blocked", f"{PRIVATE} is no public address")


async def test_a_name_that_turns_private_during_its_own_redirect_is_refused(web: Web) -> None:
    there = f"http://rebinding.example:{web.port}"
    web.put("/feed", status=302, headers={"Location": f"{there}/inside", "Connection": "close"})
    async with Fetcher(options(), resolver=Rebinding(["127.0.0.1"], [PRIVATE])) as fetcher:
        failure = failed(await fetcher.fetch(Address(1, f"{there}/feed")))
    assert failure.kind == "blocked"
    assert [asked.path for asked in web.asked] == ["/feed"]


async def test_of_the_addresses_of_a_name_only_those_allowed_are_connected_to(web: Web) -> None:
    web.put("/feed", b"x")
    name = f"http://mixed.example:{web.port}/feed"
    async with Fetcher(options(), resolver=Rebinding([PRIVATE, "127.0.0.1"])) as fetcher:
        assert found(await fetcher.fetch(Address(1, name))).body == b"x"
