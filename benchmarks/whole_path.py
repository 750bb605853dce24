"""How fast the whole path is beside its limit: curl fetching the same documents in the same run.

    make bench        or        .venv/bin/python benchmarks/whole_path.py [SOURCES]

Each source has a loopback address of its own, as sources in the world do. What is compared is the rate
of sources, newsdesk's beside curl's; CPU is that of the polling process and its threads.
"""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aggregator import app, server, sources, store
from aggregator.app import Newsdesk
from aggregator.poll import Report

ITEMS = 25
ROUNDS = 3
PARAGRAPH = "<p>The lock keeper said that the water would be back by morning, and it was.</p>"
SERVE = """
import sys, uvicorn
from pathlib import Path
from aggregator import serve
uvicorn.run(serve.application(Path(sys.argv[1])), host="0.0.0.0", port=int(sys.argv[2]), log_level="warning")
"""


def document(number: int) -> str:
    """An RSS document of 25 items of about 1.5 kB, told apart by its number."""
    items = "".join(
        f"<item><guid>https://s{number}.example/{item}</guid><title>Story {item} of source {number}</title>"
        f"<link>https://s{number}.example/{item}</link>"
        f"<pubDate>Mon, 20 Nov 2023 {item % 24:02}:56:38 GMT</pubDate>"
        f"<description><![CDATA[{PARAGRAPH * 18}]]></description></item>"
        for item in range(ITEMS)
    )
    channel = (
        f"<title>Source {number}</title><link>https://s{number}.example/</link><description>d</description>"
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'


@contextmanager
def farm(folder: Path, count: int) -> Iterator[list[str]]:
    """A server of `count` documents; their addresses."""
    for number in range(count):
        (folder / f"f{number}.rss").write_text(document(number))
    with server.listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    serving = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), str(port)])
    try:
        time.sleep(2)
        yield [
            f"http://127.1.{number // 250}.{number % 250 + 1}:{port}/f{number}.rss" for number in range(count)
        ]
    finally:
        serving.terminate()
        serving.wait()


def curl(urls: list[str], folder: Path) -> float:
    """Sources per second that curl fetches, 50 at once: the limit."""
    config = folder / "curl.txt"
    config.write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls))
    words = ["curl", "--silent", "--parallel", "--parallel-max", "50", "--config", str(config)]
    started = time.perf_counter()
    subprocess.run(words, check=True)
    return len(urls) / (time.perf_counter() - started)


def measured(work: Callable[[], Report], count: int, new_items: int) -> tuple[float, float]:
    """Sources per second, and milliseconds of CPU for each; refuses to time what went wrong."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    report = work()
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    assert (report.count("failed"), report.new_items) == (0, new_items), report
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return count / seconds, cpu / count * 1000


def a_pass(newsdesk: Newsdesk) -> Report:
    """Poll every source, due or not."""

    async def poll() -> Report:
        with newsdesk.database.reading() as session:
            addresses = [store.address(source) for source in store.sources(session)]
        async with newsdesk.poller() as poller:
            return await poller.poll(addresses)

    return asyncio.run(poll())


def one_round(folder: Path, urls: list[str]) -> dict[str, tuple[float, float]]:
    """First poll, and a poll of 304s, in a newsroom of its own."""
    chosen = app.chosen(
        database_url=f"sqlite:///{folder / 'newsdesk.db'}",
        output=folder / "public",
        fetch={"host_gap": 0, "allow_private_networks": ["127.0.0.0/8"]},
    )
    with app.opened(chosen) as newsdesk:
        with newsdesk.database.writing() as session:
            for url in urls:
                sources.add(session, url, newsdesk.now())
        first = measured(lambda: a_pass(newsdesk), len(urls), len(urls) * ITEMS)
        again = measured(lambda: a_pass(newsdesk), len(urls), 0)
    return {"first poll": first, "nothing changed (304)": again}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    if shutil.which("curl") is None:
        sys.exit("curl is not installed; it is the limit that is measured against")
    rounds: list[dict[str, tuple[float, float]]] = []
    limits: list[float] = []
    with TemporaryDirectory() as documents, farm(Path(documents), count) as urls:
        for _ in range(ROUNDS):
            with TemporaryDirectory() as folder:
                limits.append(curl(urls, Path(folder)))
                rounds.append(one_round(Path(folder), urls))
    limit = median(limits)
    print(f"{count} sources of {ITEMS} items, median of {ROUNDS} rounds; curl: {limit:.0f} sources/s")
    for phase in rounds[0]:
        rate, cpu = (median(round_[phase][part] for round_ in rounds) for part in (0, 1))
        print(f"{phase:24} {rate:7.1f} sources/s   {cpu:6.2f} ms CPU each   {rate / limit:.2f} of curl")


if __name__ == "__main__":
    main()
