"""A daemon that plans and workers that poll, each a process, on a database that they share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import Hosts, Machines, machines, subscribe, wait
from sqlalchemy import text

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
    assert set(hosts.asked.values()) == {1}
    assert hosts.together == set()
    assert items(room) == (160, 160)
    wait(lambda: counted(room, "SELECT count(*) FROM procrastinate_jobs") == 0, 5)
    did = ["changed" in several.log(number) for number in (1, 2, 3)]
    assert did == [True, True, False]
