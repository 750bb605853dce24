"""Many machines at work: a daemon that plans, three workers, 2,000 sources; one worker is killed on the way.

    make cluster-demo        or        PYTHONPATH=tests .venv/bin/python benchmarks/cluster.py [SOURCES]

Each machine is a process here, with PostgreSQL and the hosts that are polled beside them: what is true of
several machines is what is lost, what comes twice, and what the queue costs for each poll; rates are those
of the cores that all of them share. Four sources are on each host, and one of a host is asked at a time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import postgres
from machines import Hosts, Machines, machines, subscribe, wait
from sqlalchemy import text

from aggregator import app
from aggregator.app import Newsdesk
from aggregator.engine import Shift
from aggregator.queue import Batch

SOURCES, WORKERS, OF_EACH_HOST, AT_ONCE = 2_000, 3, 4, 16
PATIENCE = 900  # seconds


@contextmanager
def newsroom() -> Iterator[tuple[Newsdesk, Machines]]:
    """A new newsroom on a PostgreSQL of its own, and machines for it."""
    os.environ.pop(postgres.VARIABLE, None)
    with TemporaryDirectory() as made, postgres.server() as server:
        folder, databases = Path(made), postgres.Databases(server)
        url = databases.make().render_as_string(hide_password=False)
        chosen = app.chosen(database_url=url, output=folder / "public")
        with app.opened(chosen) as room, machines(folder, url) as several:
            yield room, several
        databases.close()


def alive(room: Newsdesk) -> int:
    standing = room.standing()
    return standing.workers if standing else 0


def number(room: Newsdesk, query: str) -> int:
    with room.database.connected() as connection:
        return int(connection.execute(text(query)).scalar_one())


def polled(room: Newsdesk, since: str) -> int:
    return number(room, f"SELECT count(*) FROM source WHERE last_polled_at > '{since}' AND failures = 0")


def first_round(room: Newsdesk, several: Machines, hosts: Hosts, count: int) -> tuple[float, float]:
    """Every source is new, one worker is killed on the way: the seconds, and those until others take over."""
    workers = [several.start("worker", "--concurrency", str(AT_ONCE)) for _ in range(WORKERS)]
    several.start("run", "--no-poll")
    wait(lambda: "serving" in several.log(WORKERS + 1), 60)
    wait(lambda: alive(room) == WORKERS, 60)
    subscribe(room, [hosts.url(each, OF_EACH_HOST) for each in range(count)])
    started = time.monotonic()
    wait(lambda: polled(room, "1970-01-01") > count / 3, PATIENCE)
    workers[0].kill()
    said = "of workers that ended are taken up"
    took = wait(lambda: any(said in several.log(each) for each in range(2, WORKERS + 1)), 30)
    wait(lambda: polled(room, "1970-01-01") == count, PATIENCE)
    return time.monotonic() - started, took


def second_round(room: Newsdesk, count: int) -> float:
    """Every source says what it said: the seconds that the remaining workers need."""
    with room.database.connected(writing=True) as connection:
        now = str(connection.execute(text("UPDATE source SET next_poll_at = now() RETURNING now()")).scalar())
    started = time.monotonic()
    wait(lambda: polled(room, now) == count, PATIENCE)
    return time.monotonic() - started


def engine_alone(room: Newsdesk, count: int) -> float:
    """Milliseconds of CPU for each source, where the work is nothing but taking batches off the queue."""
    with room.database.connected(writing=True) as connection:
        connection.execute(text("UPDATE source SET next_poll_at = now()"))
    room.plan()
    done, stop = 0, asyncio.Event()

    async def nothing(batch: Batch) -> None:
        nonlocal done
        done += len(batch.sources)
        if done >= count:
            stop.set()

    before = time.process_time()
    asyncio.run(Shift(room.database.url, AT_ONCE, nothing, lambda lost: None).run(stop))
    return (time.process_time() - before) / done * 1000


def cpu(several: Machines) -> float:
    """Seconds of CPU that the workers which are alive have taken."""
    alive = [one for one in several.processes[1:WORKERS] if one.poll() is None]
    fields = [Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split() for one in alive]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def server_cpu(room: Newsdesk) -> float:
    """Seconds of CPU that all processes of this PostgreSQL have taken, those that have ended among them."""
    folder = Path(str(room.database.url.query["host"])) / "data"
    server = int((folder / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            each = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == str(server):
                ticks += sum(map(int, each[11:15]))
            elif int(each[1]) == server:
                ticks += int(each[11]) + int(each[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main(count: int) -> None:
    with Hosts(wait=0.05) as hosts, newsroom() as (room, several):
        seconds, took = first_round(room, several, hosts, count)
        items = number(room, "SELECT count(*) FROM item")
        different = number(room, "SELECT count(DISTINCT canonical_url) FROM item")
        before, server_before = cpu(several), server_cpu(room)
        again = second_round(room, count)
        whole = (cpu(several) - before) / count * 1000
        server = (server_cpu(room) - server_before) / count * 1000
        several.end()
        engine = engine_alone(room, count)
        print(f"sources                      {count:>8,}, {OF_EACH_HOST} on a host, {WORKERS} workers")
        print(f"polls, all new               {count / seconds:>8.1f} a second, one worker killed on the way")
        print(
            f"polls, none new              {count / again:>8.1f} a second, by the {WORKERS - 1} that remained"
        )
        print(f"taken over                   {took:>8.1f} s after the kill")
        print(f"items lost                   {2 * count - different:>8}")
        print(f"items twice                  {items - different:>8}")
        print(f"hosts asked twice at once    {len(hosts.together):>8}")
        print(f"CPU for a poll of no news    {whole:>8.2f} ms, in the worker")
        print(f"of that the queue's          {engine:>8.2f} ms, {engine / whole:.0%}")
        print(f"and PostgreSQL's             {server:>8.2f} ms, the queue's share among it")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SOURCES)
