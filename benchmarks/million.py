"""A million sources, polled hourly: what that takes by what was measured, and what gives out first.

    .venv/bin/python benchmarks/million.py [SOURCES]

An hour of the planner's ticks is simulated, and of workers that take batches off the queue. The costs are
those that `make cluster-demo` and `benchmarks/ingest.py --postgresql` measured on a shared machine.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import ceil

HOUR = 3_600


@dataclass(frozen=True)
class Costs:
    """Seconds of one core, unless it says otherwise; `news` is the share of polls that bring any."""

    quiet: float = 0.0028  # a poll without news, in a worker
    loud: float = 0.034  # one with two new items among 25: parsed in a process of its own, and kept
    writer: float = 0.019  # the time for which that one alone writes: its worker's and the server's, in turns
    batch: float = 0.0010  # what a batch costs the worker, whatever is in it
    server: float = 0.0012  # a poll, in the database's server, its share of the queue's work included
    kept: float = 0.0034  # what one with two new items costs the server more
    news: float = 0.15
    of_a_host: float = 2.0  # sources
    on_the_way: float = 0.6  # seconds that a poll waits for the network
    gap: float = 2.0  # seconds for which a host is let rest
    cores: int = 4  # of a worker's machine
    slots: int = 128  # batches at a time of one worker
    tick: int = 5
    planned: int = 5_000  # sources in a tick, at most
    waiting: int = 20_000  # batches, at most


@dataclass(frozen=True)
class Load:
    """What an hour takes: machines, cores of the server, the writer's turn, and how deep the queue grows."""

    polls: float
    workers: int
    machines: int
    server: float
    writing: float
    deepest: int
    latest: float


def load(sources: int, costs: Costs) -> Load:
    """The load of a rhythm of an hour, with a tenth more workers than it needs on average."""
    polls = sources / HOUR
    poll = costs.quiet * (1 - costs.news) + costs.loud * costs.news + costs.batch / costs.of_a_host
    lasts = costs.of_a_host * (costs.on_the_way + costs.gap)  # a batch: one source after another
    by_slots = polls / costs.of_a_host * lasts / costs.slots
    workers = ceil(1.1 * max(polls * poll, by_slots))  # a worker is one process, of one core
    deepest, latest = queue(sources, workers, poll, lasts, costs)
    return Load(
        polls=polls,
        workers=workers,
        machines=ceil(workers / costs.cores),
        server=polls * (costs.server + costs.news * costs.kept),
        writing=polls * costs.news * costs.writer,
        deepest=deepest,
        latest=latest,
    )


def queue(sources: int, workers: int, poll: float, lasts: float, costs: Costs) -> tuple[int, float]:
    """Batches that wait at the worst, and by how many seconds the last is late, when all fall due evenly
    but a tenth of them, which falls due at the full hour (a start, or an outage that has ended).
    """
    done = workers * min(1 / poll, costs.slots / lasts * costs.of_a_host)  # polls a second
    due, waiting, deepest, latest = sources * 0.1, 0.0, 0.0, 0.0
    for _ in range(0, HOUR, costs.tick):
        due += sources * 0.9 / HOUR * costs.tick
        planned = max(0, min(due, costs.planned, costs.waiting * costs.of_a_host - waiting))
        due, waiting = due - planned, waiting + planned
        waiting = max(0.0, waiting - done * costs.tick)
        deepest, latest = max(deepest, waiting), max(latest, (waiting + due) / done)
    return round(deepest / costs.of_a_host), latest


HEADS = ("polls/s", "workers", "machines", "server", "writer", "queue", "late/s")


def told(name: str, found: Load) -> str:
    said = (
        f"{found.polls:.0f}",
        f"{found.workers}",
        f"{found.machines}",
        f"{found.server:.2f}",
        f"{found.writing:.0%}",
        f"{found.deepest:,}",
        f"{found.latest:.0f}",
    )
    return f"{name:24}" + "".join(f"{each:>10}" for each in said)


def main(sources: int) -> None:
    print(" " * 24 + "".join(f"{each:>10}" for each in HEADS))
    for name, costs in {
        "15 % bring news": Costs(),
        "5 % bring news": Costs(news=0.05),
        "40 % bring news": Costs(news=0.4),
        "one source on each host": Costs(of_a_host=1),
        "no gap": Costs(gap=0),
    }.items():
        print(told(name, load(sources, costs)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
