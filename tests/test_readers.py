"""What newsdesk publishes, in the readers that people have: as much, in that order, and nothing twice."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from pathlib import Path
from threading import Thread

import pytest
from makers import Clock, rss, rss_item
from readers import READERS, Kept
from sqlmodel import col, select
from web import Web

from aggregator import serve, sources
from aggregator.app import Newsdesk
from aggregator.server import Server, address, listening
from curation.desk import Desk
from feeds.tables import Item

DOCUMENTS = Path(__file__).with_name("documents")
WILD = (
    "atom10-xhtml.atom",
    "jsonfeed11.json",
    "podcast.xml",
    "rss20-wordpress.xml",
    "titles.xml",
    "utf16.xml",
)
PROGRAMS = {"newsboat": "newsboat", "sfeed": "sfeed_update", "rss2email": "r2e"}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a published folder is served by newsdesk's own server."""
    with listening("127.0.0.1", 0) as listener:
        server = Server(serve.application(folder))
        thread = Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield address(listener)
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def poll(newsdesk: Newsdesk) -> None:
    async def once() -> None:
        async with newsdesk.poller() as poller:
            report = await poller.poll(newsdesk.due())
        assert not report.count("failed")

    asyncio.run(once())


def pick(newsdesk: Newsdesk, number: int) -> None:
    edition = next(one for one in newsdesk.editions if one.slug == "editors-pick")
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, edition, note="Read *this*.")


def numbers(newsdesk: Newsdesk) -> list[int]:
    """The items by their numbers, in the order in which they came."""
    with newsdesk.database.reading() as session:
        return [number or 0 for number in session.exec(select(Item.id).order_by(col(Item.id)))]


def edition(newsdesk: Newsdesk, slug: str) -> Kept:
    """An edition's entries as its JSON Feed has them."""
    items = json.loads((newsdesk.settings.output / f"{slug}.json").read_bytes())["items"]
    return [(item["id"], item["title"]) for item in items]


@pytest.fixture
def newsroom(newsdesk: Newsdesk, web: Web, clock: Clock) -> Newsdesk:
    """A newsroom that has read documents over HTTP, picked four entries a minute apart, and published."""
    addresses = [web.put(f"/{name}", (DOCUMENTS / name).read_bytes()) for name in WILD]
    with newsdesk.database.writing() as session:
        for url in (*addresses, web.put("/live", rss([rss_item("a")], "A site", "<ttl>1</ttl>"))):
            sources.add(session, url, newsdesk.now())
    poll(newsdesk)
    for number in numbers(newsdesk)[2:10:2]:
        clock.move(minutes=1)
        pick(newsdesk, number)
    newsdesk.publish()
    return newsdesk


def one_more_pick(newsdesk: Newsdesk, web: Web) -> None:
    pick(newsdesk, numbers(newsdesk)[11])


def one_more_item(newsdesk: Newsdesk, web: Web) -> None:
    web.put("/live", rss([rss_item("b", date=format_datetime(newsdesk.now())), rss_item("a")], "A site"))
    poll(newsdesk)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "happens"), [("editors-pick", one_more_pick), ("recent-news", one_more_item)]
)
@pytest.mark.parametrize("ending", ["rss", "atom"])
@pytest.mark.parametrize("name", READERS)
def test_a_reader_has_the_edition_in_its_order_and_of_each_change_only_what_is_new(
    newsroom: Newsdesk,
    web: Web,
    clock: Clock,
    tmp_path: Path,
    name: str,
    ending: str,
    slug: str,
    happens: Callable[[Newsdesk, Web], None],
) -> None:
    if shutil.which(PROGRAMS[name]) is None:
        pytest.skip(f"{name} is not installed (Debian: {name})")
    home = tmp_path / "home"
    home.mkdir()
    with served(newsroom.settings.output) as site:
        read = READERS[name](home, f"{site}{slug}.{ending}")
        first = edition(newsroom, slug)
        assert read() == first
        assert len(first) >= 4

        clock.move(days=1)
        assert newsroom.publish().written == []
        assert read() == first

        happens(newsroom, web)
        newsroom.publish()
        new, *others = edition(newsroom, slug)
        assert others == first
        assert read() == [new, *first]
