"""How many requests are in flight, and how far apart: a host is never pressed."""

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from web import Web, options

from aggregator.answers import Address, Answer, Document
from aggregator.fetch import Fetcher

GAP = 0.15
SLACK = 0.02  # a request may be seen by the server a little late, and the next one on time


@pytest.fixture
def other() -> Iterator[Web]:
    """A second host: the same machine at another port."""
    with Web() as server:
        yield server


async def ask_all(*urls: str, **chosen: object) -> list[Answer]:
    """Fetch these all at once."""
    async with Fetcher(options(**chosen)) as fetcher:
        return await asyncio.gather(*(fetcher.fetch(Address(number, url)) for number, url in enumerate(urls)))


def apart(*webs: Web) -> list[float]:
    """Seconds between one request and the next."""
    times = sorted(asked.at for web in webs for asked in web.asked)
    return [later - earlier for earlier, later in pairwise(times)]


async def test_one_request_is_in_flight_to_one_host(web: Web) -> None:
    urls = [web.put(f"/{number}", b"x", wait=0.02) for number in range(8)]
    answers = await ask_all(*urls)
    assert all(isinstance(answer, Document) for answer in answers)
    assert web.busiest == 1


async def test_a_gap_is_kept_between_two_requests_to_one_host(web: Web) -> None:
    await ask_all(*(web.put(f"/{number}", b"x") for number in range(3)), host_gap=GAP)
    assert len(web.asked) == 3
    assert all(gap >= GAP - SLACK for gap in apart(web))


async def test_the_gap_begins_where_a_request_ends(web: Web) -> None:
    await ask_all(*(web.put(f"/{number}", b"x", wait=0.1) for number in range(2)), host_gap=GAP)
    assert apart(web)[0] >= 0.1 + GAP - SLACK


async def test_the_gap_is_kept_after_a_failure(web: Web) -> None:
    urls = [
        web.put_raw("/broken", b"garbage\r\n\r\n"),
        web.put("/missing", status=404),
        web.put("/feed", b"x"),
    ]
    await ask_all(*urls, host_gap=GAP)
    assert len(web.asked) == 3
    assert all(gap >= GAP - SLACK for gap in apart(web))


async def test_the_gap_is_kept_across_a_redirect_on_one_host(web: Web) -> None:
    web.put("/feed", b"x")
    await ask_all(web.redirect("/old", "/feed"), host_gap=GAP)
    assert [asked.path for asked in web.asked] == ["/old", "/feed"]
    assert apart(web)[0] >= GAP - SLACK


async def test_the_gap_is_kept_at_the_host_a_redirect_leads_to(web: Web, other: Web) -> None:
    direct, target = other.put("/direct", b"x"), other.put("/target", b"x")
    await ask_all(direct, web.redirect("/old", target), host_gap=GAP)
    assert {asked.path for asked in other.asked} == {"/direct", "/target"}
    assert apart(other)[0] >= GAP - SLACK


async def test_redirects_from_one_host_to_another_and_back_do_not_lock_up(web: Web, other: Web) -> None:
    there, back = other.put("/end", b"x"), web.put("/end", b"x")
    urls = [web.redirect("/go", there), other.redirect("/go", back)] * 3
    async with asyncio.timeout(5):
        answers = await ask_all(*urls, concurrency=1)
    assert all(isinstance(answer, Document) for answer in answers)


async def test_the_wait_for_a_turn_counts_against_no_deadline(web: Web) -> None:
    urls = [web.put(f"/{number}", b"x") for number in range(4)]
    answers = await ask_all(*urls, host_gap=0.4, timeout=1)
    assert all(isinstance(answer, Document) for answer in answers)
    answers = await ask_all(web.redirect("/old", "/0"), host_gap=1.2, timeout=1)
    assert all(isinstance(answer, Document) for answer in answers)


async def test_the_wait_for_room_counts_against_no_deadline(web: Web, other: Web) -> None:
    urls = [web.put("/feed", b"x", wait=0.8), other.put("/feed", b"x", wait=0.8)]
    answers = await ask_all(*urls, concurrency=1, timeout=1.4)
    assert all(isinstance(answer, Document) for answer in answers)


async def test_a_slow_host_does_not_hold_up_another(web: Web, other: Web) -> None:
    slow = [web.put(f"/{number}", b"x", wait=1) for number in range(2)]
    quick = [other.put(f"/{number}", b"x") for number in range(5)]
    started = time.monotonic()
    await ask_all(*slow, *quick, timeout=5)
    assert len(other.asked) == 5
    assert max(asked.at for asked in other.asked) - started < 0.8


async def test_hosts_are_asked_side_by_side_up_to_the_concurrency(web: Web, other: Web) -> None:
    urls = [web.put("/feed", b"x", wait=0.8), other.put("/feed", b"x", wait=0.8)]
    await ask_all(*urls, concurrency=2)
    assert apart(web, other)[0] < 0.6
    web.asked.clear()
    other.asked.clear()
    await ask_all(*urls, concurrency=1)
    assert apart(web, other)[0] >= 0.8 - SLACK


async def test_a_fetch_that_is_abandoned_gives_its_turn_away(web: Web) -> None:
    slow, quick = web.put("/slow", b"x", wait=2), web.put("/quick", b"x")
    async with Fetcher(options()) as fetcher:
        abandoned = asyncio.create_task(fetcher.fetch(Address(1, slow)))
        await asyncio.sleep(0.05)
        abandoned.cancel()
        async with asyncio.timeout(1):
            assert isinstance(await fetcher.fetch(Address(2, quick)), Document)
