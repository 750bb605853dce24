"""A daemon that plans and workers that poll, each a process, on a database that they share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import CommandLine, written
from machines import Hosts, Machines, Wire, machines, subscribe, wait
from running import ROOT
from sqlalchemy import make_url, text

from aggregator import app
from aggregator.app import Newsdesk

pytestmark = pytest.mark.postgresql


@pytest.fixture
def room(database_url: str, tmp_path: Path) -> Iterator[Newsdesk]:
    chosen = app.chosen(database_url=database_url, output=tmp_path / "public")
    with app.opened(chosen) as opened:
        yield opened


@pytest.fixture
def several(database_url: str, tmp_path: Path) -> Iterator[Machines]:
    with machines(tmp_path, database_url) as made:
        yield made


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with Hosts() as serving:
        yield serving


def counted(newsdesk: Newsdesk, query: str) -> int:
    with newsdesk.database.connected() as connection:
        return int(connection.execute(text(query)).scalar_one())


def polled(newsdesk: Newsdesk) -> int:
    return counted(newsdesk, "SELECT count(*) FROM source WHERE last_polled_at IS NOT NULL AND failures = 0")


def items(newsdesk: Newsdesk) -> tuple[int, int]:
    """How many items there are, and how many that are different."""
    return (
        counted(newsdesk, "SELECT count(*) FROM item"),
        counted(newsdesk, "SELECT count(DISTINCT canonical_url) FROM item"),
    )


def test_what_a_daemon_plans_workers_poll_once_and_one_host_at_a_time(
    room: Newsdesk, several: Machines, hosts: Hosts
) -> None:
    subscribe(room, [hosts.url(number, of_each=4) for number in range(80)])
    several.start("worker")
    several.start("worker", "--concurrency", "8")
    several.start("run", "--no-poll")
    wait(lambda: polled(room) == 80, 30)
    standing = room.standing()
    assert standing is not None
    assert standing.workers == 2
    assert set(hosts.asked.values()) == {1}
    assert hosts.together == set()
    assert items(room) == (160, 160)
    wait(lambda: counted(room, "SELECT count(*) FROM procrastinate_jobs") == 0, 5)
    did = ["changed" in several.log(number) for number in (1, 2, 3)]
    assert did == [True, True, False]


def doing(newsdesk: Newsdesk) -> int:
    return counted(newsdesk, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")


@pytest.mark.slow
def test_what_a_worker_that_is_killed_was_at_another_does_within_30_seconds(
    room: Newsdesk, several: Machines, hosts: Hosts
) -> None:
    hosts.wait = 3
    subscribe(room, [hosts.url(number, of_each=2) for number in range(120)])
    several.start("run", "--no-poll")
    killed = several.start("worker", "--concurrency", "8")
    wait(lambda: doing(room) == 8, 30)
    other = several.start("worker", "--concurrency", "64")
    hosts.wait = 0.02
    killed.kill()
    wait(lambda: "8 batches of workers that ended are taken up" in several.log(3), 30)
    wait(lambda: polled(room) == 120, 60)
    assert items(room) == (240, 240)
    assert other.poll() is None


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_twenty_kills_lose_no_poll_and_keep_no_item_twice(
    room: Newsdesk, several: Machines, hosts: Hosts
) -> None:
    hosts.wait = 0.5
    subscribe(room, [hosts.url(number, of_each=4) for number in range(400)])
    several.start("run", "--no-poll")
    workers = [several.start("worker", "--concurrency", "8") for _ in range(2)]
    for turn in range(20):
        before = hosts.asked.total()
        wait(lambda before=before: hosts.asked.total() > before + 4 or polled(room) == 400, 40)
        workers.pop(0).kill()
        workers.append(several.start("worker", "--concurrency", "8"))
        assert several.processes[0].poll() is None, turn
    hosts.wait = 0.02
    wait(lambda: polled(room) == 400, 100)
    assert items(room) == (800, 800)
    wait(lambda: counted(room, "SELECT count(*) FROM procrastinate_jobs") == 0, 5)


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    laid = Wire(make_url(database_url))
    yield laid
    laid.close()


def a_worker_is_cut_off(room: Newsdesk, several: Machines, hosts: Hosts, wire: Wire, how: str) -> None:
    hosts.wait = 1
    subscribe(room, [hosts.url(number, of_each=3) for number in range(240)])
    several.start("run", "--no-poll")
    several.start("worker", "--concurrency", "4")
    several.start("worker", "--concurrency", "4", url=written(wire.url))
    wait(lambda: "polled" in several.log(2) and "polled" in several.log(3), 60)
    if how == "torn":
        wire.cut()
    else:
        wire.hangs = True
    wait(lambda: "trying again" in several.log(3), 40)
    time.sleep(10)
    wire.mend()
    before = several.log(3).count("polled")
    wait(lambda: several.log(3).count("polled") > before or polled(room) == 240, 40)
    hosts.wait = 0.02
    wait(lambda: polled(room) == 240, 60)
    assert items(room) == (480, 480)
    assert hosts.together == set()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["torn", "hanging"])
def test_a_worker_that_is_cut_off_for_a_while_loses_nothing_and_polls_beside_no_other(
    room: Newsdesk, several: Machines, hosts: Hosts, wire: Wire, how: str
) -> None:
    a_worker_is_cut_off(room, several, hosts, wire, how)


@pytest.mark.slow
def test_a_worker_that_was_stopped_for_a_while_goes_on_without_what_others_have_taken_up(
    room: Newsdesk, several: Machines, hosts: Hosts
) -> None:
    hosts.wait = 2
    subscribe(room, [hosts.url(number, of_each=2) for number in range(60)])
    several.start("run", "--no-poll")
    stopped = several.start("worker", "--concurrency", "4")
    wait(lambda: doing(room) == 4, 30)
    stopped.send_signal(signal.SIGSTOP)
    several.start("worker", "--concurrency", "4")
    wait(lambda: "4 batches of workers that ended are taken up" in several.log(3), 40)
    hosts.wait = 0.1
    stopped.send_signal(signal.SIGCONT)
    wait(lambda: polled(room) == 60, 60)
    assert "trying again" in several.log(2)
    assert items(room) == (120, 120)
    wait(lambda: counted(room, "SELECT count(*) FROM procrastinate_jobs") == 0, 20)


def test_a_worker_that_is_asked_to_stop_gives_back_what_it_was_at(
    room: Newsdesk, several: Machines, hosts: Hosts
) -> None:
    hosts.wait = 30
    subscribe(room, [hosts.url(number) for number in range(4)])
    room.plan()
    worker = several.start("worker")
    wait(lambda: doing(room) == 4 and hosts.asked.total() == 4, 20)
    worker.terminate()
    assert worker.wait(10) == 0
    assert "Traceback" not in several.log(1)
    assert counted(room, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == 4


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE alembic_version SET version_num = '0016'", "has schema 0016, this newsdesk"),
        ("COMMENT ON TABLE procrastinate_jobs IS '99.00.00'", "is of a newer procrastinate"),
    ],
)
def test_a_worker_ends_with_a_line_where_the_database_becomes_that_of_another_version(
    room: Newsdesk, several: Machines, change: str, line: str
) -> None:
    worker = several.start("worker")
    wait(lambda: "working on" in several.log(1), 20)
    with room.database.connected(writing=True) as connection:
        connection.execute(text(change))
    assert worker.wait(20) == 2
    assert line in several.log(1)
    assert "Traceback" not in several.log(1)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE alembic_version SET version_num = '0016'", "has schema 0016, this newsdesk"),
        ("UPDATE alembic_version SET version_num = '9999'", "was written by a newer newsdesk"),
        ("COMMENT ON TABLE procrastinate_jobs IS '03.00.00'", "is of an older procrastinate"),
        ("COMMENT ON TABLE procrastinate_jobs IS '99.00.00'", "is of a newer procrastinate"),
        ("COMMENT ON TABLE procrastinate_jobs IS NULL", "has lost the note"),
    ],
)
def test_a_worker_refuses_the_database_of_another_version(
    room: Newsdesk, command: CommandLine, change: str, line: str
) -> None:
    with room.database.connected(writing=True) as connection:
        connection.execute(text(change))
    said = command("worker")
    assert (said.status, said.out) == (2, "")
    assert line in " ".join(said.err.split())


def read_only(room: Newsdesk, change: str) -> None:
    """Let it be so, or not, for whoever connects from now on; whoever is connected has to do it again."""
    name = room.database.url.database
    with room.database.connected() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        connection.execute(text(f"ALTER DATABASE {name} {change}"))
    with room.database.connected() as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))


def test_a_worker_waits_for_a_database_that_is_read_only_for_a_while(
    room: Newsdesk, several: Machines, hosts: Hosts, command: CommandLine
) -> None:
    """As where another server takes over, and this one is not the primary any more."""
    several.start("run", "--no-poll")
    worker = several.start("worker")
    wait(lambda: "working on" in several.log(2) and "serving" in several.log(1), 20)
    read_only(room, "SET default_transaction_read_only = on")
    wait(lambda: "it is read-only" in several.log(2) and "it is read-only" in several.log(1), 20)
    assert (command("worker").status, command("doctor").status) == (75, 1)
    read_only(room, "RESET default_transaction_read_only")
    subscribe(room, [hosts.url(1)])
    wait(lambda: polled(room) == 1, 30)
    assert worker.poll() is None
    assert "Traceback" not in several.log(1) + several.log(2)


def test_a_database_that_cannot_be_reached_is_one_line(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_DATABASE_URL", "postgresql+psycopg://ada:s3cret@127.0.0.1:1/newsdesk")
    said = command("worker")
    assert said.status == 75
    assert "cannot be reached" in said.err
    assert "s3cret" not in said.err


@pytest.mark.parametrize("missing", ["procrastinate", "psycopg"])
@pytest.mark.parametrize("word", ["worker", "run"])
def test_a_machine_without_the_extra_is_told_what_to_install(
    room: Newsdesk, database_url: str, tmp_path: Path, missing: str, word: str
) -> None:
    program = (
        f"import sys; sys.modules['{missing}'] = None; from aggregator.cli import main; main(['{word}'])"
    )
    environ = os.environ | {"PYTHONPATH": str(ROOT), "NEWSDESK_DATABASE_URL": database_url}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{missing}, which is not installed" in done.stderr
    assert done.stderr.endswith("(install newsdesk[cluster])\n")


def test_a_daemon_that_was_cut_off_gives_way_to_the_one_that_came_meanwhile(
    room: Newsdesk, several: Machines, wire: Wire
) -> None:
    first = several.start("run", "--no-poll", url=written(wire.url))
    wait(lambda: "serving" in several.log(1), 30)
    wire.cut()
    wait(lambda: "cannot be reached" in several.log(1), 30)
    several.start("run", "--no-poll")
    wait(lambda: "serving" in several.log(2), 30)
    wire.mend()
    assert first.wait(30) == 3
    assert "is held by" in several.log(1)
    assert several.processes[1].poll() is None


@pytest.mark.slow
def test_a_daemon_that_was_cut_off_for_a_moment_goes_on(
    room: Newsdesk, several: Machines, wire: Wire, hosts: Hosts
) -> None:
    daemon = several.start("run", url=written(wire.url))
    wait(lambda: "serving" in several.log(1), 30)
    wire.cut()
    wait(lambda: "cannot be reached" in several.log(1), 30)
    wire.mend()
    subscribe(room, [hosts.url(1)])
    wait(lambda: polled(room) == 1, 75)
    wait(lambda: "published recent-news.rss" in several.log(1).partition("cannot be reached")[2], 30)
    assert daemon.poll() is None
