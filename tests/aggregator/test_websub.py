"""WebSub with a real hub, a process: what it tells is there at once; what is not its word is dropped.

The daemon is a process too in the first test; in the others its parts run here, under a clock that can
be moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from hub import AGENT, HubProcess, call, send, signed
from makers import Clock, rss, rss_item, tagging
from running import Running, free_port, until
from sqlmodel import select
from web import Web

from aggregator import app, hubs, serve, sources, store
from aggregator.answers import Failure
from aggregator.app import Newsdesk
from aggregator.poll import Poller
from aggregator.websub import Subscriber
from curation.tables import Tag
from feeds.tables import Item, Source, Subscription


@pytest.fixture
def hub(request: pytest.FixtureRequest) -> Iterator[HubProcess]:
    with HubProcess(*getattr(request, "param", ())) as running:
        yield running


def document(hub_url: str, topic: str, *guids: str) -> str:
    """A feed that names its hub and itself."""
    links = f'<a:link rel="hub" href="{hub_url}"/><a:link rel="self" href="{topic}"/>'
    plain = rss(rss_item(guid, title=f"The story {guid}") for guid in guids)
    opened = plain.replace('<rss version="2.0">', '<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom">')
    return opened.replace("<description>d", f"{links}<description>d", 1)


def publish(web: Web, hub: HubProcess, *guids: str, path: str = "/feed", **said: object) -> str:
    """Put a feed there, with a validator of its own; its address, which is its topic."""
    topic = web.url(path)
    return web.put(path, document(hub.url, topic, *guids), etag=f'"{"".join(guids)}"', **said)


# --- the daemon, a process ------------------------------------------------------------------------


@pytest.fixture
def daemon(tmp_path: Path, web: Web, hub: HubProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    port = free_port()
    monkeypatch.setenv("NEWSDESK_SERVE__PORT", str(port))
    monkeypatch.setenv("NEWSDESK_SERVE__PUBLIC_URL", f"http://127.0.0.1:{port}/")
    running = Running(tmp_path, before=[["source", "add", publish(web, hub, "a")]])
    yield running
    running.process.kill()
    running.process.wait()


def hub_of(daemon: Running, state: str) -> str:
    shown = daemon.json("source", "show", "1", "--json")["hub"]
    return "yes" if shown and shown["state"] == state else ""


def test_what_a_hub_tells_is_served_within_seconds_and_without_a_poll(
    daemon: Running, web: Web, hub: HubProcess
) -> None:
    until(lambda: hub_of(daemon, "verified"), 20)
    until(lambda: "yes" if hub.standing["subscribed"] else "", 5)
    polls = sum(asked.headers["User-Agent"] != AGENT for asked in web.asked)
    hub.publish(publish(web, hub, "a", "b"))
    until(lambda: "The story b" in daemon.get("recent-news.rss")[1] and "yes", 6)
    assert sum(asked.headers["User-Agent"] != AGENT for asked in web.asked) == polls
    shown = daemon.json("source", "show", "1", "--json")
    assert shown["hub"].keys() == {"url", "topic", "state", "expires_at", "last_told_at"}
    assert shown["hub"]["last_told_at"] is not None
    assert f"{hub.url}: verified, until " in daemon.newsdesk("source", "show", "1").stdout
    assert daemon.stop() == 0
    assert "Traceback" not in daemon.log.read_text()


# --- the subscriber, in this process --------------------------------------------------------------


@dataclass
class Newsroom:
    """A newsroom that hubs reach, with its clock and its subscriber."""

    newsdesk: Newsdesk
    clock: Clock
    poller: Poller
    subscriber: Subscriber

    async def poll(self, everything: bool = True) -> int:
        """Poll; how many new items that brought."""
        with self.newsdesk.database.reading() as session:
            rows = [store.address(row) for row in store.sources(session)]
        addresses = rows if everything else self.newsdesk.due()
        return (await self.poller.poll(addresses)).new_items

    def add(self, url: str, **given: object) -> None:
        with self.newsdesk.database.writing() as session:
            sources.add(session, url, self.newsdesk.now(), **given)

    async def subscribed(self, url: str, **given: object) -> Subscription:
        """Add a source, poll it, and wait until its hub has verified the subscription."""
        self.add(url, **given)
        await self.poll()
        await self.subscriber.subscribe()
        await self.until(lambda: self.row.state == hubs.State.VERIFIED)
        return self.row

    @property
    def row(self) -> Subscription:
        with self.newsdesk.database.reading() as session:
            return session.get_one(Subscription, 1)

    @property
    def source(self) -> Source:
        with self.newsdesk.database.reading() as session:
            return session.get_one(Source, 1)

    @property
    def titles(self) -> set[str]:
        with self.newsdesk.database.reading() as session:
            return set(session.exec(select(Item.title)))

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not so():
                await asyncio.sleep(0.02)

    def callback(self, token: str | None = None) -> str:
        return f"{self.subscriber.public_url}websub/{token or self.row.token}"

    async def call(self, token: str | None = None, **asked: str) -> tuple[int, bytes]:
        """What a hub is answered that asks."""
        said = {f"hub.{name}": value for name, value in asked.items()}
        return await asyncio.to_thread(call, self.callback(token), said)

    async def send(self, body: bytes | str, signature: str | None = None, token: str | None = None) -> int:
        """What a hub is answered that tells; signed as it should be, unless a signature is given."""
        data = body.encode() if isinstance(body, str) else body
        signature = signed(self.row.secret, data) if signature is None else signature
        headers = {"X-Hub-Signature": signature, "Content-Type": "application/rss+xml"}
        return await asyncio.to_thread(send, self.callback(token), data, headers)


@asynccontextmanager
async def serving(subscriber: Subscriber, folder: Path, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(
        serve.application(folder, None, subscriber), port=port, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # without its signal handlers
    while not server.started:
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


@pytest.fixture
async def newsroom(database_url: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Newsroom]:
    port = free_port()
    chosen = app.chosen(
        database_url=database_url,
        output=tmp_path / "public",
        fetch={"allow_private_networks": ["127.0.0.0/8"], "host_gap": 0, "max_bytes": 20_000},
        serve={"public_url": f"http://127.0.0.1:{port}"},
    )
    with app.opened(chosen, clock) as newsdesk:
        async with newsdesk.poller() as poller:
            subscriber = newsdesk.subscriber(poller)
            assert subscriber is not None
            async with serving(subscriber, tmp_path, port):
                yield Newsroom(newsdesk, clock, poller, subscriber)


async def test_without_a_public_address_nothing_is_asked(newsdesk: Newsdesk) -> None:
    async with newsdesk.poller() as poller:
        assert newsdesk.subscriber(poller) is None


async def test_a_subscription_is_asked_for_verified_and_then_polled_once_a_day(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    topic = publish(web, hub, "a")
    row = await newsroom.subscribed(topic)
    asked = hub.standing["requests"][0]
    assert asked["hub.topic"] == topic == row.topic
    assert asked["hub.callback"] == newsroom.callback()
    assert row.expires_at == newsroom.clock.at + hubs.LEASE
    await newsroom.poll()
    wait = newsroom.source.next_poll_at - newsroom.clock.at
    assert 21.6 <= wait.total_seconds() / 3_600 <= 26.4
    assert newsroom.source.next_poll_reason == "its hub tells of changes"


async def test_the_interval_of_an_editor_stands_though_a_hub_tells(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    await newsroom.subscribed(publish(web, hub, "a"), interval=3_600)
    await newsroom.poll()
    assert newsroom.source.next_poll_reason == "the interval set for this source"


async def test_the_links_of_the_response_name_the_hub_before_the_document_does(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    link = f'<{hub.url}>; rel="hub", <{web.url("/topic")}>; rel=self'
    web.put("/feed", document("https://hub.example/", "https://x.example/", "a"), headers={"Link": link})
    newsroom.add(web.url("/feed"))
    await newsroom.poll()
    assert (newsroom.row.hub, newsroom.row.topic) == (hub.url, web.url("/topic"))


async def test_another_hub_is_another_subscription_and_none_is_none(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    row = await newsroom.subscribed(publish(web, hub, "a"))
    web.put("/feed", document("https://hub.example/", web.url("/feed"), "a", "b"))
    await newsroom.poll()
    assert (newsroom.row.hub, newsroom.row.state) == ("https://hub.example/", hubs.State.OFFERED)
    assert newsroom.row.token != row.token
    web.put("/feed", rss([rss_item("a")]))
    await newsroom.poll()
    with newsroom.newsdesk.database.reading() as session:
        assert hubs.subscriptions(session) == {}


@pytest.mark.parametrize(
    "hub", [["--signature", "sha1"], ["--signature", "sha384"], ["--signature", "sha512"]], indirect=True
)
async def test_every_signature_of_the_recommendation_is_known(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    await newsroom.subscribed(publish(web, hub, "a"))
    await newsroom.until(lambda: bool(hub.standing["subscribed"]))
    hub.publish(publish(web, hub, "b"))
    await newsroom.until(lambda: "The story b" in newsroom.titles)


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00", "md5=d41d8cd98f00b204e9800998ecf8427e", "sha256=é", "nonsense"]
)
async def test_what_the_hub_did_not_sign_is_dropped_without_a_word(
    newsroom: Newsroom, web: Web, hub: HubProcess, signature: str
) -> None:
    row = await newsroom.subscribed(publish(web, hub, "a"))
    due = newsroom.source.next_poll_at
    forged = document(row.hub, row.topic, "forged")
    assert await newsroom.send(forged, signature.encode().decode("latin-1")) == 202
    assert await newsroom.send(forged, signed("not the secret", forged.encode())) == 202
    assert newsroom.titles == {"The story a"}
    assert (newsroom.row.last_told_at, newsroom.source.next_poll_at) == (None, due)


async def test_a_callback_that_is_nobodys_is_not_found(newsroom: Newsroom, web: Web, hub: HubProcess) -> None:
    row = await newsroom.subscribed(publish(web, hub, "a"))
    asked = {"mode": "subscribe", "topic": row.topic, "challenge": "x"}
    assert (await newsroom.call("guessed", **asked))[0] == 404
    assert await newsroom.send("x", token="guessed") == 404
    with newsroom.newsdesk.database.writing() as session:
        sources.pause(store.source(session, 1))
    assert await newsroom.send(document(row.hub, row.topic, "b")) == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"mode": "subscribe", "topic": "https://other.example/", "challenge": "x"},
        {"mode": "unsubscribe", "topic": "THE TOPIC", "challenge": "x"},
        {"mode": "denied", "topic": "https://other.example/"},
        {"mode": "subscribe", "topic": "THE TOPIC"},
        {"topic": "THE TOPIC", "challenge": "x"},
        {},
    ],
    ids=["another topic", "never asked for", "another topic denied", "no challenge", "no mode", "nothing"],
)
async def test_only_what_was_asked_for_is_verified(
    newsroom: Newsroom, web: Web, hub: HubProcess, asked: dict[str, str]
) -> None:
    row = await newsroom.subscribed(publish(web, hub, "a"))
    said = {name: value.replace("THE TOPIC", row.topic) for name, value in asked.items()}
    assert (await newsroom.call(**said))[0] == 404
    assert newsroom.row == row


async def test_a_subscription_that_was_not_asked_for_yet_is_not_verified(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    newsroom.add(publish(web, hub, "a"))
    await newsroom.poll()
    assert (await newsroom.call(mode="subscribe", topic=newsroom.row.topic, challenge="x"))[0] == 404


async def test_what_is_told_leaves_the_validators_and_the_next_poll_stores_nothing_twice(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    await newsroom.subscribed(publish(web, hub, "a"))
    row = newsroom.row
    assert await newsroom.send(document(row.hub, row.topic, "b")) == 202
    assert newsroom.titles == {"The story a", "The story b"}
    publish(web, hub, "a", "b")
    assert await newsroom.poll() == 0
    assert web.asked[-1].headers["If-None-Match"] == '"a"'


async def test_what_is_told_is_judged_by_rules(newsroom: Newsroom, web: Web, hub: HubProcess) -> None:
    tagging(newsroom.newsdesk, "story")
    await newsroom.subscribed(publish(web, hub, "a"))
    row = newsroom.row
    assert await newsroom.send(document(row.hub, row.topic, "b")) == 202
    with newsroom.newsdesk.database.reading() as session:
        assert [tag.item_id for tag in session.exec(select(Tag))] == [1, 2]


async def test_what_cannot_be_used_makes_the_source_due_but_not_within_a_minute(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    await newsroom.subscribed(publish(web, hub, "a"))
    assert await newsroom.send(b"<html>something happened") == 202
    assert newsroom.newsdesk.due() == []
    newsroom.clock.move(minutes=1)
    assert [address.source_id for address in newsroom.newsdesk.due()] == [1]
    assert newsroom.source.next_poll_reason == "its hub told of a change"


async def test_a_call_that_is_too_long_is_refused(newsroom: Newsroom, web: Web, hub: HubProcess) -> None:
    await newsroom.subscribed(publish(web, hub, "a"))
    assert await newsroom.send(b"x" * 2_000_000) in (413, 0)  # it may be cut off while it is still sending
    assert newsroom.row.last_told_at is None


@pytest.mark.parametrize(
    ("hub", "hours"),
    [(["--lease", "60"], 1), (["--lease", "7200"], 2), (["--lease", "99999999"], 14 * 24)],
    indirect=["hub"],
    ids=["a minute", "two hours", "three years"],
)
async def test_a_lease_is_believed_for_an_hour_to_two_weeks(
    newsroom: Newsroom, web: Web, hub: HubProcess, hours: int
) -> None:
    row = await newsroom.subscribed(publish(web, hub, "a"))
    assert row.expires_at is not None
    assert (row.expires_at - newsroom.clock.at).total_seconds() == hours * 3_600


async def test_a_lease_is_renewed_in_its_last_quarter(newsroom: Newsroom, web: Web, hub: HubProcess) -> None:
    first = await newsroom.subscribed(publish(web, hub, "a"))
    newsroom.clock.move(days=7)
    await newsroom.subscriber.subscribe()
    assert len(hub.standing["requests"]) == 1
    newsroom.clock.move(hours=13)
    await newsroom.subscriber.subscribe()
    await newsroom.until(lambda: newsroom.row.expires_at != first.expires_at)
    assert newsroom.row.expires_at == newsroom.clock.at + hubs.LEASE
    assert (newsroom.row.state, newsroom.row.token) == (hubs.State.VERIFIED, first.token)
    assert len(hub.standing["requests"]) == 2


async def test_a_lease_that_is_not_renewed_ends_and_the_source_is_polled(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    await newsroom.subscribed(publish(web, hub, "a"))
    newsroom.clock.move(days=9.9)
    await newsroom.poll()
    hub.process.kill()
    newsroom.clock.move(hours=3)
    await newsroom.subscriber.subscribe()
    assert newsroom.row.state == hubs.State.REFUSED
    assert newsroom.newsdesk.due() != []
    assert newsroom.source.next_poll_reason == "its hub's lease has ended"
    await newsroom.poll()
    assert newsroom.source.next_poll_reason != "its hub tells of changes"


async def test_a_hub_that_a_poll_proves_silent_is_not_trusted_until_it_tells_again(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    await newsroom.subscribed(publish(web, hub, "a"))
    newsroom.clock.move(hours=5)
    publish(web, hub, "a", "b")
    assert await newsroom.poll() == 1
    assert newsroom.row.state == hubs.State.VERIFIED, "it may still tell"
    newsroom.clock.move(hours=2)
    assert await newsroom.poll() == 0
    assert newsroom.row.state == hubs.State.VERIFIED, "there was nothing to tell"
    publish(web, hub, "a", "b", "c")
    assert await newsroom.poll() == 1
    assert newsroom.row.state == hubs.State.SILENT
    assert newsroom.source.next_poll_reason != "its hub tells of changes"
    newsroom.clock.move(days=1)
    await newsroom.subscriber.subscribe()
    await newsroom.until(lambda: newsroom.row.expires_at == newsroom.clock.at + hubs.LEASE)
    assert newsroom.row.state == hubs.State.SILENT, "a promise renewed is not a promise kept"
    hub.publish(publish(web, hub, "d"))
    await newsroom.until(lambda: "The story d" in newsroom.titles)
    assert newsroom.row.state == hubs.State.VERIFIED
    await newsroom.poll()
    assert newsroom.source.next_poll_reason == "its hub tells of changes"


@pytest.mark.parametrize(
    ("hub", "state", "days"),
    [(["--refuse"], hubs.State.REFUSED, 1), (["--deny"], hubs.State.DENIED, 7)],
    indirect=["hub"],
    ids=["refuses", "denies"],
)
async def test_a_hub_that_will_not_tell_is_asked_again_only_after_a_while(
    newsroom: Newsroom, web: Web, hub: HubProcess, state: str, days: int
) -> None:
    newsroom.add(publish(web, hub, "a"))
    await newsroom.poll()
    await newsroom.subscriber.subscribe()
    await newsroom.until(lambda: newsroom.row.state == state)
    newsroom.clock.move(days=days, minutes=-1)
    await newsroom.subscriber.subscribe()
    assert len(hub.standing["requests"]) == 1
    newsroom.clock.move(minutes=1)
    await newsroom.subscriber.subscribe()
    assert len(hub.standing["requests"]) == 2


async def test_a_hub_may_take_its_word_back(newsroom: Newsroom, web: Web, hub: HubProcess) -> None:
    row = await newsroom.subscribed(publish(web, hub, "a"))
    assert (await newsroom.call(mode="denied", topic=row.topic, reason="no room"))[0] == 200
    assert newsroom.row.state == hubs.State.DENIED
    newsroom.clock.move(minutes=1)
    assert newsroom.newsdesk.due() != []


async def test_a_hub_of_a_paused_source_is_not_asked(newsroom: Newsroom, web: Web, hub: HubProcess) -> None:
    newsroom.add(publish(web, hub, "a"))
    await newsroom.poll()
    with newsroom.newsdesk.database.writing() as session:
        sources.pause(store.source(session, 1))
    await newsroom.subscriber.subscribe()
    assert hub.standing["requests"] == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://192.168.7.7/", "blocked"),
        ("ftp://hub.example/", "invalid_url"),
        ("http://127.0.0.1:9/", "connect"),
    ],
)
async def test_a_hub_is_asked_within_the_limits_of_a_fetch(newsroom: Newsroom, url: str, kind: str) -> None:
    answer = await newsroom.poller.fetcher.post(url, {"hub.mode": "subscribe"})
    assert isinstance(answer, Failure)
    assert answer.kind == kind


async def test_a_redirect_that_keeps_the_method_leads_to_the_hub_and_no_other_does(
    newsroom: Newsroom, web: Web, hub: HubProcess
) -> None:
    form = {"hub.mode": "subscribe", "hub.topic": "https://t.example/", "hub.callback": "http://127.0.0.1:9/"}
    assert await newsroom.poller.fetcher.post(web.redirect("/old", hub.url, 307), form) == 202
    assert hub.standing["requests"] == [form]
    for path, to, status, kind in (("/a", hub.url, 302, "http_302"), ("/b", web.url("/b"), 308, "redirect")):
        answer = await newsroom.poller.fetcher.post(web.redirect(path, to, status), form)
        assert isinstance(answer, Failure)
        assert answer.kind == kind
    assert hub.standing["requests"] == [form]
