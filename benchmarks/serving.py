"""Goal 8: serving a feed of 100 kB, beside nginx serving the same file, and while the daemon polls."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farm import answers, free_port, served
from measure import ROUNDS, Findings, Goal, note
from peers import HERE, NEWSDESK, Newsdesk
from polling import farmed

SECONDS, CONNECTIONS = 2, 32
POLLED = 400  # sources, new ones, so that the daemon is busy while it is asked
PACE = 200  # requests a second, for the waits
NAME = "big.rss"
SERVE = """
[serve]
port = {port}
"""


def measure(folder: Path, findings: Findings) -> None:
    rates(folder / "rates", findings)
    waits(folder / "waits", findings)


def rates(folder: Path, findings: Findings) -> None:
    """Answers a second, 200 and 304, of newsdesk and of nginx."""
    public = folder / "public"
    public.mkdir(parents=True)
    (public / NAME).write_text(document())
    found: dict[int, list[float]] = {200: [], 304: []}
    with served(public, folder / "nginx") as beside, daemon(folder, "serve") as port:
        for _ in range(ROUNDS):
            for status, ratios in found.items():
                ours, theirs = asked(port, status), asked(beside, status)
                note(f"{status}: {ours:,.0f} a second, nginx {theirs:,.0f}")
                ratios.append(ours / theirs)
    findings.goal(
        Goal(8, "100 kB feed, 304, beside nginx", tuple(found[304]), 0.5),
        Goal(8, "100 kB feed, 200, beside nginx", tuple(found[200]), 0.35),
    )


def document() -> str:
    item = f"<item><guid>{{}}</guid><title>Item</title><description>{'word ' * 380}</description></item>"
    items = "".join(item.format(number) for number in range(50))
    return f'<rss version="2.0"><channel><title>Big</title>{items}</channel></rss>'


@contextmanager
def daemon(folder: Path, *verb: str) -> Iterator[int]:
    """newsdesk serving, by its own command; its port."""
    port = free_port()
    (folder / "newsdesk.toml").write_text(NEWSDESK.format(timeout=20) + SERVE.format(port=port))
    words = [sys.executable, "-m", "aggregator.cli", *verb]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    serving = subprocess.Popen(words, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        answers(port, 60)
        health(port)
        yield port
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait()


def asked(port: int, status: int) -> float:
    """Answers a second, of one status alone, that wrk counts."""
    url = f"http://127.0.0.1:{port}/{NAME}"
    with urllib.request.urlopen(url) as answer:
        tag = answer.headers["ETag"]
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url]
    if status == 304:
        words += ["-H", f"If-None-Match: {tag}"]
    said = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def waits(folder: Path, findings: Findings) -> None:
    """How long the slowest hundredth of readers wait while the daemon polls, beside when it does not."""
    ratios = []
    with farmed(folder, POLLED) as farm:
        for turn in range(ROUNDS):
            newsdesk = Newsdesk(folder / str(turn))
            (newsdesk.folder / "public").mkdir(parents=True)
            (newsdesk.folder / "public" / NAME).write_text(document())
            newsdesk.subscribe("all", [farm.url(source) for source in farm.sources])
            with daemon(newsdesk.folder, "run", "--no-poll") as port:
                quiet = waited(port)
            with daemon(newsdesk.folder, "run") as port:
                until_polled(port)
                busy = waited(port)
                assert polling(port), "all was polled before the readers had been answered"
            note(f"99 of 100 readers wait at most {busy:.1f} ms while it polls, {quiet:.1f} ms while not")
            ratios.append(busy / quiet)
    claim = "wait of the 99th percentile while polling, beside while not"
    findings.goal(Goal(8, claim, tuple(ratios), 2, most=True))


def waited(port: int) -> float:
    """Milliseconds."""
    url = f"http://127.0.0.1:{port}/{NAME}"
    words = [sys.executable, str(HERE / "load.py"), url, "2", str(PACE)]
    return float(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)


def polling(port: int) -> int:
    """How many sources the daemon is polling."""
    found = re.search(r"^polling (\d+)$", health(port), re.MULTILINE)
    assert found
    return int(found[1])


def until_polled(port: int) -> None:
    """Wait until the first sources have been polled: what is measured is not the start."""
    while not 0 < polling(port) < POLLED:
        time.sleep(0.05)


def health(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
        return str(answer.read(), "utf-8")
