"""Many machines at work: a daemon that plans, three workers, 2,000 sources; workers are killed on the way.

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
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import postgres
from machines import Hosts, Machines, machines, subscribe, wait
from sqlalchemy import text

from aggregator import app
from aggregator.app import Newsdesk
from aggregator.engine import Shift
from aggregator.queue import Batch

SOURCES, WORKERS, OF_EACH_HOST, AT_ONCE, KILLS = 2_000, 3, 4, 16, 20
UNDER_WAY = "SELECT id, attempts FROM procrastinate_jobs WHERE status = 'doing'"
PATIENCE = 900  # seconds
# Seconds that an answer takes, where the cores are to be the limit, and where not.
WAIT, LONG_WAIT = 0.05, 0.25


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


def all_due(room: Newsdesk) -> str:
    """Have every source polled now; when that is."""
    with room.database.connected(writing=True) as connection:
        return str(
            connection.execute(text("UPDATE source SET next_poll_at = now() RETURNING now()")).scalar()
        )


@dataclass(frozen=True)
class Rate:
    """A round in which every source says what it said: polls a second, and milliseconds of CPU for each."""

    polls: float
    worker: float
    server: float


def quiet_round(room: Newsdesk, several: Machines, count: int) -> Rate:
    before, server = cpu(several), server_cpu(room)
    now, started = all_due(room), time.monotonic()
    wait(lambda: polled(room, now) == count, PATIENCE)
    rate = count / (time.monotonic() - started)
    each = 1000 / count
    return Rate(rate, (cpu(several) - before) * each, (server_cpu(room) - server) * each)


def rates(room: Newsdesk, several: Machines, hosts: Hosts, count: int) -> tuple[Rate, Rate]:
    """The rate where nothing but the cores is waited for, and where each answer takes a while."""
    hosts.wait = WAIT
    full = quiet_round(room, several, count)
    hosts.wait = LONG_WAIT
    waiting = quiet_round(room, several, count)
    hosts.wait = WAIT
    return full, waiting


def killed(room: Newsdesk, several: Machines, hosts: Hosts, count: int) -> tuple[int, float]:
    """Of two workers one is killed, twenty times: how many sources were polled, and the longest that a batch
    was under way in any one pair of hands, be they dead.
    """
    began: dict[tuple[int, int], float] = {}
    longest = 0.0

    def look() -> None:
        nonlocal longest
        with room.database.connected() as connection:
            doing = {(row[0], row[1]) for row in connection.execute(text(UNDER_WAY))}
        now = time.monotonic()
        longest = max([longest, *(now - at for job, at in began.items() if job in doing)])
        for job in doing:
            began.setdefault(job, now)

    def is_polled(least: int) -> bool:
        look()
        return hosts.asked.total() - asked > least or polled(room, since) == count

    hosts.wait, asked, since = LONG_WAIT, hosts.asked.total(), all_due(room)
    for turn in range(KILLS):
        victim = next(one for one in several.processes if one.poll() is None and "worker" in one.args)
        wait(lambda turn=turn: is_polled(count * turn // (KILLS + 10)), PATIENCE)
        victim.kill()
        several.start("worker", "--concurrency", str(AT_ONCE))
    hosts.wait = WAIT
    wait(lambda: is_polled(10 * count) and number(room, f"SELECT count(*) FROM ({UNDER_WAY})") == 0, PATIENCE)
    return polled(room, since), longest


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
    alive = [one for one in several.processes if one.poll() is None and "worker" in one.args]
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
    with Hosts(wait=WAIT) as hosts, newsroom() as (room, several):
        seconds, took = first_round(room, several, hosts, count)
        print(
            f"{count:,} sources, {OF_EACH_HOST} on a host, {WORKERS} workers, {os.cpu_count()} cores for all"
        )
        say("polls, all new", f"{count / seconds:.1f} a second, one of three workers killed on the way")
        say("taken over", f"{took:.1f} s after the kill")
        two, two_waiting = rates(room, several, hosts, count)
        several.processes[1].terminate()
        several.processes[1].wait(30)
        one, one_waiting = rates(room, several, hosts, count)
        for name, rate in (("two workers", two), ("one worker", one)):
            cost = f"{rate.worker:.2f} ms of CPU for each, and {rate.server:.2f} ms in PostgreSQL"
            say(f"polls, none new, {name}", f"{rate.polls:.1f} a second, {cost}")
        say("two beside twice one", f"{two.polls / one.polls / 2:.2f}, {one.worker / two.worker:.2f} by CPU")
        both = f"{one_waiting.polls:.1f} a second by one, {two_waiting.polls:.1f} by two"
        say(
            f"answers after {LONG_WAIT} s",
            f"{both}: {two_waiting.polls / one_waiting.polls / 2:.2f} of twice one",
        )
        several.start("worker", "--concurrency", str(AT_ONCE))
        done, longest = killed(room, several, hosts, count)
        say(f"{KILLS} workers killed", f"{done:,} of {count:,} due sources polled")
        say("longest until taken over", f"{longest:.1f} s, the poll itself among it")
        items = number(room, "SELECT count(*) FROM item")
        different = number(room, "SELECT count(DISTINCT canonical_url) FROM item")
        say("items lost, items twice", f"{2 * count - different}, {items - different}")
        say("hosts asked twice at once", f"{len(hosts.together)}")
        several.end()
        before = server_cpu(room)
        engine = engine_alone(room, count)
        server = (server_cpu(room) - before) * 1000 / count
        whole = (engine + server) / (one.worker + one.server)
        say("of the CPU the queue's", f"{engine:.2f} ms, {engine / one.worker:.0%}, in the worker;")
        say("", f"{server:.2f} ms in PostgreSQL, planning included; {whole:.0%} of both")


def say(what: str, found: str) -> None:
    print(f"{what:30}{found}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SOURCES)
