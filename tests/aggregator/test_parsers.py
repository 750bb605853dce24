"""A document that crashes, stalls or bloats its parser costs its own source that poll, others nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from makers import rss, rss_item
from running import ROOT, Running, until
from sqlmodel import select
from web import Web, options

from aggregator import parsers, sources, store
from aggregator.answers import Address, Document, Failure
from aggregator.app import Newsdesk
from aggregator.caching import Hints
from aggregator.fetch import Fetcher
from aggregator.outcomes import Read
from aggregator.parsers import Limits, Parsers
from config.starters import NEWSROOM
from feeds.drawings import drawings
from feeds.entries import Home
from feeds.parse import parse
from feeds.tables import Source

URL = "https://site.example/feed.xml"
PARIS = Home(zone="Europe/Paris")
CHANNEL = '<?xml version="1.0"?><rss version="2.0"><channel><title>A site</title>'
SLOW = Document(URL, (CHANNEL + "<item>" * 100_000).encode())  # many seconds of computing


def document(*guids: str) -> Document:
    return Document(URL, rss(rss_item(guid) for guid in guids).encode())


def failed(read: Read | Failure) -> tuple[str, str]:
    assert isinstance(read, Failure), read
    return read.kind, read.message


def guids(read: Read | Failure) -> list[str]:
    assert isinstance(read, Read), read
    return [entry.guid for entry in read.feed.entries]


def alive(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


async def at_work(pool: Parsers) -> int:
    """The process id of its only parser, once that computes."""
    while not pool.processes:
        await asyncio.sleep(0.01)
    await asyncio.sleep(1)
    return pool.processes[0]


@pytest.mark.parametrize("file", sorted(NEWSROOM.glob("*.[arj]*")), ids=lambda file: file.name)
async def test_a_parser_reads_what_parse_reads(file: Path) -> None:
    body = file.read_bytes()
    async with Parsers() as pool:
        read = await pool.read(Document(URL, body), PARIS, drawn=True)
    assert isinstance(read, Read)
    assert read.feed == parse(body, url=URL, home=PARIS)
    assert read.drawings == tuple(drawings(read.feed.entries))


@pytest.mark.parametrize(
    ("body", "kind"), [(b"", "empty"), (b"<html><p>hello", "not_a_feed"), (b"{}", "not_a_feed")]
)
async def test_an_unreadable_document_is_a_failure_that_keeps_what_its_server_asked(
    body: bytes, kind: str
) -> None:
    asked = Hints(retry_after=timedelta(hours=3))
    async with Parsers() as pool:
        read = await pool.read(Document(URL, body, hints=asked))
        assert isinstance(read, Failure)
        assert (read.kind, read.hints) == (kind, asked)
        assert guids(await pool.read(document("a"))) == ["a"]


async def test_no_parser_starts_before_there_is_a_document() -> None:
    async with Parsers() as pool:
        assert pool.processes == []


async def test_many_documents_are_read_at_once_each_answered_by_its_own() -> None:
    async with Parsers(Limits(patience=0)) as pool:
        read = await asyncio.gather(*(pool.read(document(str(number))) for number in range(40)))
        assert len(pool.processes) == 2
    assert [guids(one) for one in read] == [[str(number)] for number in range(40)]


async def test_a_few_documents_take_one_parser_and_are_read_in_the_order_they_came() -> None:
    done: list[int] = []

    async def read(number: int) -> None:
        await pool.read(document(*map(str, range(100 - 10 * number))))
        done.append(number)

    async with Parsers(Limits(patience=60)) as pool:
        await asyncio.gather(*map(read, range(8)))
        assert len(pool.processes) == 1
    assert done == list(range(8))


async def test_a_document_whose_parser_dies_is_a_parse_crash_and_the_next_is_read() -> None:
    async with Parsers() as pool:
        slow = asyncio.create_task(pool.read(SLOW))
        os.kill(await at_work(pool), signal.SIGSEGV)
        started = time.monotonic()
        assert failed(await slow) == ("parse_crash", "its parser died of SIGSEGV")
        assert guids(await pool.read(document("a"))) == ["a"]
        assert time.monotonic() - started < 5


async def test_a_document_that_stalls_its_parser_is_a_parse_timeout_while_others_are_read() -> None:
    async with Parsers(Limits(seconds=5, patience=0.1)) as pool:
        slow = asyncio.create_task(pool.read(SLOW))
        await at_work(pool)
        assert guids(await pool.read(document("a"))) == ["a"]
        assert not slow.done()
        assert failed(await slow) == ("parse_timeout", "not read within 5 seconds")


async def test_a_document_may_take_only_so_much_computing() -> None:
    async with Parsers(Limits(computing=1, seconds=60)) as pool:
        assert failed(await pool.read(SLOW)) == ("parse_timeout", "not read in 1 seconds of computing")


async def test_the_seconds_of_one_document_are_not_those_of_the_next() -> None:
    body = (CHANNEL + "<item><title>x</title></item>" * 400).encode()
    async with Parsers(Limits(computing=1)) as pool:
        for _ in range(15):
            assert isinstance(await pool.read(Document(URL, body)), Read)
        assert len(pool.processes) == 1


async def test_a_document_may_take_only_so_much_memory() -> None:
    """Twice: where there is no memory to receive it, and none to read it."""
    async with Parsers(Limits(memory=100 << 20)) as pool:
        for size in (90, 20):
            body = CHANNEL.encode() + b"\xe9" * (size << 20)
            assert failed(await pool.read(Document(URL, body))) == (
                "parse_crash",
                "not read in 100 MB of memory",
            )
        assert guids(await pool.read(document("a"))) == ["a"]


async def test_a_parser_is_replaced_when_it_has_read_enough() -> None:
    used: list[int] = []
    async with Parsers(Limits(documents=2)) as pool:
        for _ in range(3):
            await pool.read(document("a"))
            used += pool.processes
        large = Document(URL, document("a").body + b" " * parsers.LARGE)
        assert guids(await pool.read(large)) == ["a"]
        assert pool.processes == []
    assert len(set(used)) == 2


async def test_the_death_of_an_idle_parser_costs_no_document_anything() -> None:
    async with Parsers() as pool:
        await pool.read(document("a"))
        os.kill(pool.processes[0], signal.SIGKILL)
        await asyncio.sleep(0.1)
        assert guids(await pool.read(document("b"))) == ["b"]


async def test_a_document_given_up_ends_its_parser_and_the_next_is_read() -> None:
    async with Parsers() as pool:
        slow = asyncio.create_task(pool.read(SLOW))
        pid = await at_work(pool)
        slow.cancel()
        assert guids(await pool.read(document("a"))) == ["a"]
        assert not alive(pid)


async def test_no_parser_is_left_when_it_closes() -> None:
    async with Parsers(Limits(patience=0.1)) as pool:
        slow = asyncio.create_task(pool.read(SLOW))
        await at_work(pool)
        await pool.read(document("a"))
        used = pool.processes
        assert len(used) == 2
        slow.cancel()
    assert not any(map(alive, used))


def test_a_parser_ends_when_whoever_asks_it_is_killed() -> None:
    program = (
        "import asyncio\nfrom aggregator.answers import Document\nfrom aggregator.parsers import Parsers\n"
        "async def main():\n"
        "    async with Parsers() as pool:\n"
        "        await pool.read(Document('https://site.example/', b''))\n"
        "        print(*pool.processes, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environ) as asking:
        assert asking.stdout is not None
        pid = int(asking.stdout.readline())
        assert alive(pid)
        asking.kill()
    until(lambda: "" if alive(pid) else "gone", 10)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (-signal.SIGSEGV, "parse_crash"),
        (-signal.SIGKILL, "parse_crash"),
        (-signal.SIGXCPU, "parse_timeout"),
        (parsers.OUT_OF_MEMORY, "parse_crash"),
        (1, "parse_crash"),
        (None, "parse_crash"),
    ],
)
def test_how_a_parser_ended_says_what_its_document_did(status: int | None, kind: str) -> None:
    answer = parsers.verdict(status, Limits())
    assert answer.kind == kind
    assert answer.message.isprintable()


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess, sys; subprocess.run([sys.executable, '-V'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "from pathlib import Path; Path('written').write_text('text')",
    ],
)
def test_a_parser_has_no_network_no_children_and_no_files_to_write(attempt: str, tmp_path: Path) -> None:
    program = (
        "from aggregator.parser import confine\nconfine(1 << 30)\n"
        f"try:\n    {attempt}\nexcept OSError as error:\n    print('refused')\n"
    )
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == "refused\n", done.stderr


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
async def test_a_parser_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_PASSWORD", "hunter2")
    async with Parsers() as pool:
        await pool.read(document("a"))
        environ = Path(f"/proc/{pool.processes[0]}/environ").read_bytes()
    assert b"PYTHONPATH=" in environ
    assert b"hunter2" not in environ


def test_the_process_that_polls_and_serves_loads_no_parser() -> None:
    program = "import sys, aggregator.schedule; sys.exit('feedparser' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": str(ROOT)}).returncode == 0


async def test_fetching_waits_while_too_much_is_to_be_read(web: Web) -> None:
    large = Document(URL, b" " * (parsers.MOST_UNREAD // 4))
    async with Parsers() as pool, Fetcher(options(), ready=pool.room) as fetcher:
        reading = [asyncio.create_task(pool.read(large)) for _ in range(5)]
        await asyncio.sleep(0)
        fetching = asyncio.create_task(fetcher.fetch(Address(1, web.put("/feed", rss()))))
        await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
        assert web.asked == []
        await asyncio.gather(*reading)
        assert isinstance(await fetching, Document)


async def test_no_parser_reads_on_while_much_is_to_be_stored() -> None:
    async with Parsers(Limits(patience=0)) as pool:
        pool.unstored.add(pool.unstored.most + 1)
        reading = [asyncio.create_task(pool.read(document(word))) for word in "ab"]
        await asyncio.wait(reading, timeout=0.5)
        assert not any(task.done() for task in reading)
        assert pool.processes == []
        pool.unstored.add(-1)
        assert [type(read) for read in await asyncio.gather(*reading)] == [Read, Read]
        assert len(pool.processes) == 1  # they waited for room, and not for another parser


async def test_what_was_read_is_counted_until_it_is_stored(
    newsdesk: Newsdesk, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with newsdesk.database.writing() as session:
        for place in range(8):
            items = [rss_item(f"{place}-{number}") for number in range(10)]
            sources.add(session, web.put(f"/{place}", rss(items)), newsdesk.now())
    full: list[int] = []
    async with newsdesk.poller() as poller:
        pool = poller.parsers
        pool.unstored.most = 15
        counted = pool.unstored.add
        waiting = 0

        def count(amount: int) -> None:
            nonlocal waiting
            waiting += amount
            full.append(waiting)
            counted(amount)

        monkeypatch.setattr(pool.unstored, "add", count)  # looked at, and counted as before
        assert (await poller.poll(newsdesk.due())).new_items == 80
    assert max(full) <= 15 + 2 * 10  # one document that is being read beside the one that fills it up
    assert full[-1] == 0


async def test_what_says_what_it_said_before_is_not_parsed_and_its_validators_are_kept(
    newsdesk: Newsdesk, web: Web
) -> None:
    """The channel's date is another; nothing that is kept is."""
    dated = rss([rss_item("a")]).replace("<item>", "<lastBuildDate>{}</lastBuildDate><item>")
    with newsdesk.database.writing() as session:
        sources.add(session, web.put("/feed", dated.format("today"), etag='"1"'), newsdesk.now())
    async with newsdesk.poller() as poller:
        assert (await poller.poll(newsdesk.due())).new_items == 1
    web.put("/feed", dated.format("tomorrow"), etag='"2"')
    with newsdesk.database.reading() as session:
        addresses = [store.address(row) for row in store.sources(session)]
    async with newsdesk.poller() as poller:
        report = await poller.poll(addresses)
        assert poller.parsers.processes == []
    assert report.count("unchanged") == 1
    with newsdesk.database.reading() as session:
        assert session.exec(select(Source)).one().etag == '"2"'


async def test_a_document_that_kills_its_parser_is_kept_as_a_fault_of_its_source_alone(
    newsdesk: Newsdesk, web: Web
) -> None:
    with newsdesk.database.writing() as session:
        sources.add(session, web.put("/slow", SLOW.body), newsdesk.now())
        sources.add(session, web.put("/good", rss([rss_item("a")])), newsdesk.now())
    slow, good = newsdesk.due()
    async with newsdesk.poller() as poller:
        polling = asyncio.create_task(poller.poll([slow]))
        pid = await at_work(poller.parsers)
        report = await poller.poll([good])
        assert not polling.done()
        os.kill(pid, signal.SIGKILL)
        faults = [result.error and result.error.kind for result in (await polling).results]
    assert (report.new_items, faults) == (1, ["parse_crash"])


def test_the_daemon_serves_and_stops_in_time_though_a_document_is_being_parsed(
    tmp_path: Path, web: Web
) -> None:
    url = web.put("/feed", SLOW.body)
    daemon = Running(tmp_path, before=[["source", "add", url, "--no-check"]])
    until(lambda: "asked" if web.asked else "", 10)
    parser = int(until(lambda: children(daemon.process.pid), 10))
    time.sleep(1)
    assert daemon.get("healthz")[0] == 200
    started = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - started < 6
    assert not alive(parser)
    assert "Traceback" not in daemon.log.read_text()


def children(pid: int) -> str:
    return subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
