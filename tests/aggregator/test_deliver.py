"""After a change the hub is told and the command is run, once each; what fails is kept and tried again."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import LOOPBACK, CommandLine
from hub import HubProcess
from makers import Clock, keep, rss, rss_item
from running import Running, free_port, until
from web import Web

from aggregator import app, deliver, deliveries
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK
from curation.desk import Desk
from curation.tables import Delivery

FEEDS = {f"{slug}.{ending}" for slug in ("recent-news", "editors-pick") for ending in ("rss", "atom", "json")}

Open = Callable[..., AbstractContextManager[Newsdesk]]


@pytest.fixture
def opened(database_url: str, tmp_path: Path, clock: Clock, web: Web) -> Open:
    """A newsroom whose folder readers see on the web server, with settings of the table [publish]."""

    @contextmanager
    def opened(**publish: object) -> Iterator[Newsdesk]:
        chosen = app.chosen(
            base_url=web.url("/"),
            database_url=database_url,
            output=tmp_path / "public",
            fetch=LOOPBACK,
            publish=publish,
        )
        with app.opened(chosen, clock) as newsdesk:
            yield newsdesk

    return opened


@pytest.fixture
def hub(web: Web) -> Iterator[HubProcess]:
    for name in FEEDS:
        web.put(f"/{name}", b"as published")
    with HubProcess() as process:
        yield process


def pick(newsdesk: Newsdesk, number: int) -> None:
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, EDITORS_PICK)


async def published(newsdesk: Newsdesk) -> list[str | None]:
    """Publish and deliver; the errors that there were, None for what went well."""
    newsdesk.publish()
    return [outcome.error for outcome in await newsdesk.deliver()]


def pinged(hub: HubProcess) -> list[str]:
    return [ping.rpartition("/")[2] for ping in hub.standing["pings"]]


async def test_the_hub_is_told_of_the_feeds_that_changed_and_of_nothing_without_a_change(
    opened: Open, hub: HubProcess, clock: Clock
) -> None:
    with opened(hub=hub.url) as newsdesk:
        keep(newsdesk, rss([rss_item("a")]))
        assert await published(newsdesk) == [None] * 6
        assert set(pinged(hub)) == FEEDS
        assert newsdesk.newspaper().lineups["recent-news"].hub == hub.url
        clock.move(hours=1)
        pick(newsdesk, 1)
        assert await published(newsdesk) == [None] * 3
        told = pinged(hub)
        assert set(told[6:]) == {name for name in FEEDS if name.startswith("editors-pick")}
        clock.move(hours=1)
        assert await published(newsdesk) == []
        assert pinged(hub) == told


async def test_a_file_that_is_put_right_is_not_told_of_again(opened: Open, hub: HubProcess) -> None:
    with opened(hub=hub.url) as newsdesk:
        await published(newsdesk)
        told = pinged(hub)
        (newsdesk.settings.output / "recent-news.rss").unlink()
        assert newsdesk.publish().written == ["recent-news.rss"]
        assert await newsdesk.deliver() == []
        assert pinged(hub) == told


async def test_a_hub_that_is_away_is_told_later_over_restarts_and_with_ever_longer_waits(
    opened: Open, clock: Clock, web: Web
) -> None:
    web.put("/hub", status=503)
    with opened(hub=web.url("/hub")) as newsdesk:
        first = newsdesk.now()
        assert set(await published(newsdesk)) == {"http_503: HTTP 503 Service Unavailable"}
    with opened(hub=web.url("/hub")) as newsdesk:
        rows = newsdesk.deliveries()
        assert {row.next_at - first for row in rows} == {timedelta(seconds=30)}
        assert await tell(newsdesk) == []
        clock.move(seconds=30)
        assert len(await tell(newsdesk)) == 6
        assert {row.next_at - newsdesk.now() for row in newsdesk.deliveries()} == {timedelta(minutes=1)}
        web.put("/hub", status=202)
        clock.move(seconds=60)
        assert {outcome.error for outcome in await tell(newsdesk)} == {None}
        assert {(row.failures, row.error, row.wanted_at) for row in newsdesk.deliveries()} == {
            (0, None, None)
        }


async def tell(newsdesk: Newsdesk) -> list[deliver.Outcome]:
    """Tell the hub as the daemon does: only what is due."""
    from aggregator.fetch import Fetcher

    async with Fetcher(newsdesk.settings.fetch) as fetcher:
        return await newsdesk.courier.tell_hub(fetcher)


async def test_the_hub_is_a_public_address_unless_private_ones_are_allowed(opened: Open, web: Web) -> None:
    with opened(hub=web.url("/hub")) as newsdesk:
        guarded = newsdesk.settings.model_copy(
            update={"fetch": newsdesk.settings.fetch.model_copy(update={"allow_private_networks": ()})}
        )
        errors = await published(Newsdesk(guarded, newsdesk.database, newsdesk.now))
        assert {str(error).partition(":")[0] for error in errors} == {"blocked"}
    assert web.asked == []


SAYS = """
import json, os, sys
names = ("NEWSDESK_OUTPUT", "NEWSDESK_WRITTEN", "NEWSDESK_REMOVED")
with open(sys.argv[1], "a") as file:
    file.write(json.dumps([os.environ[name] for name in names]) + "\\n")
"""


def runs(file: Path) -> list[list[str]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_the_command_is_run_after_a_change_and_knows_what_changed(opened: Open, tmp_path: Path) -> None:
    said = tmp_path / "said"
    with opened(command=[sys.executable, "-c", SAYS, str(said)]) as newsdesk:
        keep(newsdesk, rss([rss_item("a")]))
        assert await published(newsdesk) == [None]
        assert await published(newsdesk) == []
        pick(newsdesk, 1)
        assert await published(newsdesk) == [None]
    first, second = runs(said)
    assert first[0] == str(tmp_path / "public")
    assert "recent-news.rss" in first[1].split("\n")
    assert second[1].split("\n") == [
        "days/2026-11-25.html",
        *(f"editors-pick.{ending}" for ending in ("atom", "html", "json", "rss")),
        "editors-pick/1.html",
        "index.html",
        "sitemap.xml",
    ]
    assert second[2] == ""


FAILS = "import sys; print('\\x1b[31mwarming up', flush=True); sys.exit('no route to \\x07host')"


async def test_a_command_that_fails_is_tried_again_for_all_that_it_missed(
    opened: Open, tmp_path: Path, clock: Clock
) -> None:
    said = tmp_path / "said"
    with opened(command=[sys.executable, "-c", FAILS]) as newsdesk:
        keep(newsdesk, rss([rss_item("a")]))
        assert await published(newsdesk) == ["exit status 1: no route to host"]
        assert await newsdesk.courier.run_command() == []  # not before half a minute has passed
        pick(newsdesk, 1)
        assert await published(newsdesk) == ["exit status 1: no route to host"]
    with opened(command=[sys.executable, "-c", SAYS, str(said)]) as newsdesk:
        (row,) = newsdesk.deliveries()
        assert (row.failures, row.next_at - newsdesk.now()) == (2, timedelta(minutes=1))
        assert [outcome.error for outcome in await newsdesk.deliver()] == [None]
        assert newsdesk.deliveries()[0].failures == 0
    assert {"recent-news.rss", "editors-pick.rss", "index.html"} <= set(runs(said)[0][1].split("\n"))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["no-such-program"], "no-such-program: No such file or directory"),
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], "signal 9"),
        ([sys.executable, "-c", "raise SystemExit(7)"], "exit status 7"),
        (
            [sys.executable, "-c", "print('x' * 10_000_000); raise SystemExit(7)"],
            f"exit status 7: {'x' * 485}",
        ),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "not done within 1 seconds"),
        (["sh", "-c", "sleep 60 & echo begun; wait"], "not done within 1 seconds: begun"),
        (["sh", "-c", "sleep 60 & exit 3"], "exit status 3"),
        (["sh", "-c", "setsid sleep 3 & exit 3"], "exit status 3"),
        (["sh", "-c", "cat; exit 4"], "exit status 4"),
    ],
    ids=[
        "none",
        "signal",
        "silent",
        "talkative",
        "slow",
        "slow children",
        "left children",
        "lost",
        "no input",
    ],
)
async def test_however_a_command_ends_its_fault_is_one_line_in_time(words: list[str], error: str) -> None:
    began = time.monotonic()
    assert await deliver.ran(tuple(words), {}, 1.0) == error
    assert time.monotonic() - began < 5


async def test_what_one_is_at_another_leaves_alone_until_that_took_too_long(
    opened: Open, tmp_path: Path, clock: Clock
) -> None:
    with opened(command=["true"], command_timeout="60s") as newsdesk:
        newsdesk.publish()
        with newsdesk.database.writing() as session:
            (row,) = deliveries.due(session, deliveries.COMMAND, newsdesk.now())
            deliveries.claim(row, newsdesk.now(), timedelta(seconds=70))
        assert await newsdesk.deliver() == []
        clock.move(seconds=71)
        assert [outcome.error for outcome in await newsdesk.deliver()] == [None]


async def test_a_change_while_it_is_under_way_is_wanted_again(opened: Open, clock: Clock) -> None:
    with opened(command=["true"]) as newsdesk:
        newsdesk.publish()
        with newsdesk.database.writing() as session:
            (begun,) = deliveries.due(session, deliveries.COMMAND, newsdesk.now())
            deliveries.claim(begun, newsdesk.now(), timedelta(seconds=70))
        clock.move(seconds=1)
        keep(newsdesk, rss([rss_item("a")]))
        newsdesk.publish()
        with newsdesk.database.writing() as session:
            deliveries.settle(session, begun, None, newsdesk.now())
        assert [row.wanted_at for row in newsdesk.deliveries()] == [newsdesk.now()]
        assert [outcome.error for outcome in await newsdesk.deliver()] == [None]
        assert [row.wanted_at for row in newsdesk.deliveries()] == [None]


def test_more_documents_than_can_be_named_are_any(opened: Open) -> None:
    with opened(command=["true"]) as newsdesk, newsdesk.database.writing() as session:
        now = newsdesk.now()
        deliveries.want_run(session, ["a"], ["b"], now)
        deliveries.want_run(session, [f"{number}.html" for number in range(1_001)], ["a"], now)
        deliveries.want_run(session, ["c"], [], now)
        row = session.get_one(Delivery, (deliveries.COMMAND, ""))
        assert (row.written, row.removed) == (("*",), ("a", "b"))


def settings(folder: Path, **publish: object) -> None:
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in publish.items()]
    (folder / "newsdesk.toml").write_text(f"[publish]\n{''.join(lines)}")


def test_a_failure_is_told_by_publish_status_and_doctor_until_it_goes_well(
    command: CommandLine, tmp_path: Path
) -> None:
    settings(tmp_path, command=f"{shlex.quote(sys.executable)} -c 'raise SystemExit(5)'")
    refused = command("publish")
    assert refused.status == 1
    assert "publish.command: exit status 5 (" in refused.err
    assert "publish.command  failed 1 time: exit status 5; again 20" in command("status").out
    (told,) = command("status", "--json").json["deliveries"]
    assert (told["setting"], told["failures"], told["error"]["message"]) == (
        "publish.command",
        1,
        "exit status 5",
    )
    checked = command("doctor")
    assert checked.status == 1
    assert "found at fault: publish.command" in checked.err
    settings(tmp_path, command=["true"])
    done = command("publish", "--json")
    assert done.status == 0
    assert [(row["failures"], row["error"], row["waiting_since"]) for row in done.json["deliveries"]] == [
        (0, None, None)
    ]
    assert command("doctor").status == 0
    assert "publish.command  done 20" in command("status").out


@pytest.mark.slow
def test_a_daemon_tells_the_hub_of_a_pick_and_the_hub_finds_it_published(tmp_path: Path, web: Web) -> None:
    source = web.put("/feed", rss([rss_item("a")]))
    port, said = free_port(), tmp_path / "said"
    with HubProcess() as hub:
        settings = {
            "NEWSDESK_BASE_URL": f"http://127.0.0.1:{port}/",
            "NEWSDESK_SERVE__PORT": str(port),
            "NEWSDESK_PUBLISH__HUB": hub.url,
            "NEWSDESK_PUBLISH__COMMAND": shlex.join([sys.executable, "-c", SAYS, str(said)]),
        }
        with pytest.MonkeyPatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, value)
            daemon = Running(tmp_path, before=[["source", "add", source]])
        try:
            until(lambda: "polled" if "1 new item" in daemon.log.read_text() else "", 20)
            until(lambda: "told" if len(pinged(hub)) >= 9 else "", 20)  # once empty, once with the item
            before = len(pinged(hub))
            assert daemon.newsdesk("pick", "1").returncode == 0
            until(lambda: "told" if len(pinged(hub)) >= before + 3 else "", 20)
            time.sleep(5)
            assert {name.partition(".")[0] for name in pinged(hub)[before:]} == {"editors-pick"}
            assert len(pinged(hub)) == before + 3
            standing: dict[str, Any] = daemon.json("status", "--json")
            assert {row["failures"] for row in standing["deliveries"]} == {0}
            assert "editors-pick.rss" in runs(said)[-1][1].split("\n")
            assert daemon.newsdesk("publish").returncode == 0
            assert len(pinged(hub)) == before + 3
        finally:
            daemon.stop()
