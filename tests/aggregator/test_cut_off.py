"""Three hosts on wires of their own, one of which is cut off for a while without a word."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import network
import postgres
import pytest
from conftest import written
from machines import Hosts, Machines, machines, subscribe, wait
from network import POLLED, SERVER, Network
from postgres import Databases
from sqlalchemy import text
from sqlalchemy.engine import URL

from aggregator import app
from aggregator.app import Newsdesk
from aggregator.database import Database
from config.errors import TryLater

SOURCES, CUT_FOR = 240, 60
Cut = Callable[[Network, int], None]

pytestmark = [pytest.mark.postgresql, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def wired() -> Iterator[Network]:
    for why in (network.unavailable(), postgres.unavailable()):
        if why:
            pytest.skip(why)
    with network.network(hosts=3) as made:
        yield made


@pytest.fixture
def database(wired: Network) -> Iterator[URL]:
    """An empty database whose server is a host of the network."""
    with ExitStack() as stack:
        with wired.hosts[SERVER].inside():
            server = stack.enter_context(postgres.own_server(listens="*"))
        databases = Databases(server)
        yield databases.make()
        databases.close()


@pytest.fixture
def hosts(wired: Network) -> Iterator[Hosts]:
    with ExitStack() as stack:
        with wired.hosts[SERVER].inside():
            serving = stack.enter_context(Hosts(wait=2, network=POLLED))
        yield serving


@pytest.fixture
def room(database: URL, tmp_path: Path) -> Iterator[Newsdesk]:
    with app.opened(app.chosen(database_url=written(database), output=tmp_path / "public")) as opened:
        yield opened


@pytest.fixture
def reached(database: URL) -> URL:
    """The database as the other hosts have it."""
    return database.set(host=network.address(SERVER), query={})


@pytest.fixture
def several(reached: URL, wired: Network, tmp_path: Path) -> Iterator[Machines]:
    """A daemon and two workers, the machines 1 to 3, each on a host of its own."""
    with machines(tmp_path, written(reached), network=f"{POLLED}.0.0/16") as made:
        for number, words in enumerate(
            ("run --no-poll", "worker --concurrency 8", "worker --concurrency 8"), 1
        ):
            with wired.hosts[number].inside():
                made.start(*words.split())
        yield made


def polled(room: Newsdesk, since: float) -> int:
    with room.database.connected() as connection:
        query = "SELECT count(*) FROM source WHERE failures = 0 AND last_polled_at > to_timestamp(:since)"
        return int(connection.execute(text(query), {"since": since}).scalar_one())


def all_are_due(room: Newsdesk) -> float:
    with room.database.connected(writing=True) as connection:
        connection.execute(text("UPDATE source SET next_poll_at = now()"))
    return time.time()


@pytest.mark.parametrize(
    ("cut", "mend"),
    [
        pytest.param(Network.cut_off, Network.mend, id="wholly"),
        pytest.param(Network.hide_the_database, Network.show_the_database, id="from the database"),
    ],
)
def test_a_host_that_is_cut_off_for_a_while_loses_nothing_and_comes_back_by_itself(
    room: Newsdesk, several: Machines, wired: Network, hosts: Hosts, cut: Cut, mend: Cut
) -> None:
    """No source is asked by two at once, and every one that was due is polled."""
    wait(lambda: "serving" in several.log(1), 60)
    wait(lambda: "working on" in several.log(2) and "working on" in several.log(3), 60)
    subscribe(room, [hosts.url(number, of_each=3) for number in range(SOURCES)])
    wait(lambda: "polled" in several.log(2) and "polled" in several.log(3), 60)
    began = time.monotonic()
    cut(wired, 3)
    wait(lambda: "not heard of any more" in several.log(3), 15)
    wait(lambda: "batches of workers that ended are taken up" in several.log(2), 20)
    wait(lambda: polled(room, 0) == SOURCES, 100)
    time.sleep(max(0.0, CUT_FOR - (time.monotonic() - began)))
    mend(wired, 3)
    hosts.wait = 0.1
    since, before = all_are_due(room), several.log(3).count("polled")
    wait(lambda: polled(room, since) == SOURCES, 60)
    wait(lambda: all_are_due(room) > 0 and several.log(3).count("polled") > before, 30)
    assert hosts.together == set()
    assert min(hosts.asked.values()) >= 2
    with room.database.connected() as connection:
        items = connection.execute(text("SELECT count(*), count(DISTINCT canonical_url) FROM item")).one()
    assert tuple(items) == (2 * SOURCES, 2 * SOURCES)
    assert several.processes[2].poll() is None


def test_a_daemon_whose_host_is_gone_is_replaced_within_half_a_minute(
    room: Newsdesk, several: Machines, wired: Network
) -> None:
    wait(lambda: "serving" in several.log(1), 60)
    wired.cut_off(1)

    def takes_over() -> bool:
        """What a service manager does: start it again, until it is not held any more."""
        with wired.hosts[2].inside():
            another = several.start("run", "--no-poll")
        wait(lambda: "serving" in several.log(several.started) or another.poll() is not None, 20)
        return another.poll() is None

    wait(takes_over, 30)
    wired.mend(1)
    assert several.processes[0].wait(60) == 3
    assert "is held by" in several.log(1)


def test_what_a_writer_has_locked_whose_host_is_gone_is_free_within_half_a_minute(
    room: Newsdesk, reached: URL, wired: Network
) -> None:
    gone, other = Database(written(reached)), Database(written(room.database.url), patience=30)

    def write() -> None:
        with gone.writing() as session:
            wired.cut_off(1)
            with other.writing():
                pass
            session.connection().execute(text("SELECT 1"))

    with wired.hosts[1].inside(), pytest.raises(TryLater, match="cannot be reached"):
        write()
    gone.close()
    other.close()
