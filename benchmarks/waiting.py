"""Goal 4: sources that answer after 100 ms, and sources among them that never answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm import answers, free_port
from measure import ROUNDS, Findings, Goal, note
from peers import Newsdesk

HERE = Path(__file__).resolve().parent
COUNT, CONCURRENCY, DELAY = 1_000, 64, 0.1
SILENT = 7  # of a hundred sources, the one that hangs
PATIENCE = 3.0  # seconds after which newsdesk gives a source up; all others have answered long before


@dataclass(slots=True)
class Count:
    """What a slow server answered, and within how many seconds; known when it has ended."""

    answered: int = 0
    seconds: float = 0.0


@contextmanager
def slow(port: int, delay: float, silent: int = 0) -> Iterator[Count]:
    words = [sys.executable, str(HERE / "slow.py"), str(port), str(delay), str(silent)]
    serving = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    count = Count()
    try:
        answers(port)
        yield count
    finally:
        serving.terminate()
        said = json.loads(serving.communicate()[0])
        count.answered, count.seconds = said["answered"], said["seconds"]


def urls(port: int) -> list[str]:
    return [f"http://127.9.{n // 200}.{n % 200 + 1}:{port}/" for n in range(COUNT)]


def measure(folder: Path, findings: Findings) -> None:
    """Polls of sources that have nothing new, with all of them answering and with one in a hundred silent."""
    folder.mkdir()
    newsdesk, port = Newsdesk(folder, timeout=PATIENCE), free_port()
    newsdesk.subscribe("all", urls(port))
    with slow(port, 0):
        report, _ = newsdesk.report("all")
        assert (report["failed"], report["new_items"]) == (0, COUNT), report
    shares, beside_silent = [], []
    for _ in range(ROUNDS):
        full = polled(newsdesk, port, 0)
        possible = min(CONCURRENCY / DELAY, full)
        rate, silent = polled(newsdesk, port, DELAY), polled(newsdesk, port, DELAY, SILENT)
        shares.append(rate / possible)
        beside_silent.append(silent / rate)
        note(f"{full:,.0f}/s at once, {rate:,.0f}/s after {DELAY} s, {silent:,.0f}/s beside silent ones")
    goal = f"answers after 100 ms, beside {CONCURRENCY / DELAY:,.0f}/s or what a core can do"
    findings.goal(
        Goal(4, goal, tuple(shares), 0.8),
        Goal(4, "1 % of the sources silent, beside without", tuple(beside_silent), 0.95),
    )


def polled(newsdesk: Newsdesk, port: int, delay: float, silent: int = 0) -> float:
    """Answers a second, from the first request until the last answer."""
    with slow(port, delay, silent) as count:
        report, _ = newsdesk.report("all")
    wanted = COUNT // 100 if silent else 0
    assert report["failed"] == wanted, report["failed"]
    assert count.answered == COUNT - wanted
    assert count.seconds < PATIENCE, f"the last answer came after {count.seconds:.1f} s"
    return count.answered / count.seconds
