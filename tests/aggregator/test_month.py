"""Thirty days of fifty sources, each with manners of its own, before servers that write down who asks when.

The clock jumps from one due time to the next; everything else is real: the client, the database, HTTP
on loopback. What a server asked for is reckoned here by its own rules, not by newsdesk's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest
from makers import Clock, rss, rss_item
from sqlmodel import col, func, select
from web import Web

from aggregator import sources
from aggregator.app import Newsdesk
from feeds.tables import Source, Status

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY
SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
MANNERS = (
    "plain", "etag", "modified", "max-age", "expires", "ttl", "period", "skip hours", "skip days",
    "busy", "overloaded", "limited", "limited by date", "broken", "missing", "gone", "flapping",
)  # fmt: skip


@dataclass
class Server:
    """A server of one feed: what it answers, and what it holds against whoever asks."""

    manner: str
    clock: Clock
    every: timedelta
    asked: list[datetime] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    not_before: datetime | None = None
    validators: dict[str, str] = field(default_factory=dict)
    begun: datetime | None = None

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        now = self.clock()
        self._judge(now, dict(handler.headers.items()))
        self.asked.append(now)
        status, headers, body = self._answer(now)
        headers |= self.validators if status == 200 else {}
        known = status == 200 and any(
            handler.headers.get(name) == value for name, value in self._conditions().items()
        )
        sent = b"" if known else body.encode()
        handler.send_response_only(304 if known else status)
        handler.send_header("Date", format_datetime(now, usegmt=True))
        for name, value in headers.items():
            handler.send_header(name, value)
        if not known:
            handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    def _conditions(self) -> dict[str, str]:
        names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        return {names[name]: value for name, value in self.validators.items()}

    def _judge(self, now: datetime, headers: dict[str, str]) -> None:
        if self.not_before is not None and now < self.not_before:
            self.wrongs.append(f"{now}: asked before {self.not_before}")
        if self.asked and now - self.asked[-1] < 13 * MINUTE:
            self.wrongs.append(f"{now}: asked twice within {now - self.asked[-1]}")
        missing = self.validators.keys() and [name for name in self._conditions() if name not in headers]
        if missing:
            self.wrongs.append(f"{now}: asked without {missing}")
        if self.manner == "gone" and len(self.asked) >= 4:
            self.wrongs.append(f"{now}: asked after it had said twice that it is gone")
        if self.manner == "skip hours" and self.asked and 0 <= now.hour < 7:
            self.wrongs.append(f"{now}: asked by night")
        if self.manner == "skip days" and self.asked and now.weekday() >= 5:
            self.wrongs.append(f"{now}: asked at the weekend")

    def _ask(self, now: datetime, wait: timedelta) -> None:
        self.not_before = now + wait

    def _answer(self, now: datetime) -> tuple[int, dict[str, str], str]:
        """Status, headers and body; notes what was asked for in them."""
        self.begun = self.begun or now
        self.not_before = None
        refusal = self._refusal(now)
        if refusal is not None:
            return *refusal, ""
        edition = (now - self.begun) // self.every
        headers, channel = self._said(now)
        if self.manner in ("etag", "busy", "flapping", "overloaded"):
            self.validators = {"ETag": f'W/"{edition}"'}
        if self.manner in ("modified", "flapping"):
            at = format_datetime(self.begun + edition * self.every, usegmt=True)
            self.validators |= {"Last-Modified": at}
        return 200, headers, self._document(edition, channel)

    def _refusal(self, now: datetime) -> tuple[int, dict[str, str]] | None:
        turn = len(self.asked)
        if self.manner == "overloaded" and turn % 3 == 0:
            self._ask(now, 7 * HOUR)
            return 503, {"Retry-After": str(7 * 3_600)}
        if self.manner == "limited" and turn % 4 == 0:
            self._ask(now, 2 * DAY)
            return 429, {"Retry-After": str(2 * 86_400)}
        if self.manner == "limited by date" and turn == 3:
            self._ask(now, 5 * DAY)
            return 429, {"Retry-After": format_datetime(now + 5 * DAY, usegmt=True)}
        if self.manner == "gone" and turn > 2:
            self._ask(now, DAY)
            return 410, {}
        if self.manner == "flapping" and turn % 5 == 0:
            return 500, {}
        return {"broken": (500, {}), "missing": (404, {})}.get(self.manner)

    def _said(self, now: datetime) -> tuple[dict[str, str], str]:
        """Headers, and elements of the channel."""
        match self.manner:
            case "max-age":
                self._ask(now, 5 * HOUR)
                return {"Cache-Control": "public, max-age=18000"}, ""
            case "expires":
                self._ask(now, 3 * HOUR)
                return {"Expires": format_datetime(now + 3 * HOUR, usegmt=True)}, ""
            case "ttl":
                self._ask(now, 6 * HOUR)
                return {}, "<ttl>360</ttl>"
            case "period":
                self._ask(now, 12 * HOUR)
                return {}, "".join(
                    f'<x:{name} xmlns:x="{SYNDICATION}">{value}</x:{name}>'
                    for name, value in (("updatePeriod", "daily"), ("updateFrequency", 2))
                )
            case "skip hours":
                hours = "".join(f"<hour>{hour}</hour>" for hour in range(7))
                return {}, f"<skipHours>{hours}</skipHours>"
            case "skip days":
                return {}, "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
        return {}, ""

    def _document(self, edition: int, channel: str) -> str:
        assert self.begun is not None
        items = [
            rss_item(f"{number}", date=format_datetime(self.begun + number * self.every, usegmt=True))
            for number in range(edition, max(edition - 8, -8), -1)
        ]
        return rss(items, channel=channel)


@pytest.fixture
def servers(web: Web, clock: Clock) -> list[Server]:
    """Fifty, two of each manner at least, from busy ones to slow ones."""
    found = []
    for number in range(50):
        manner = MANNERS[number % len(MANNERS)]
        every = 3 * HOUR if manner == "busy" else (6 + number) * HOUR
        found.append(Server(manner, clock, every))
        web.put(f"/{number}", act=found[-1])
    return found


@pytest.fixture
def newsroom(newsdesk: Newsdesk, web: Web, servers: list[Server]) -> Newsdesk:
    with newsdesk.database.writing() as session:
        for number in range(len(servers)):
            sources.add(session, web.url(f"/{number}"), newsdesk.now())
    return newsdesk


def next_due(newsdesk: Newsdesk) -> datetime:
    with newsdesk.database.reading() as session:
        active = select(func.min(col(Source.next_poll_at))).where(Source.status == Status.ACTIVE)
        return session.exec(active).one()


async def live(newsdesk: Newsdesk, clock: Clock, until: datetime) -> int:
    """Poll what is due whenever it is; how many polls that were. The daemon is restarted now and then."""
    polls = 0
    while clock.at < until:
        async with newsdesk.poller() as poller:
            for _ in range(200):
                polls += len((await poller.poll(newsdesk.due())).results)
                clock.at = max(next_due(newsdesk), clock.at + 15 * MINUTE)
                if clock.at >= until:
                    break
    return polls


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_no_server_is_asked_earlier_or_otherwise_than_it_wants_for_a_month(
    newsroom: Newsdesk, servers: list[Server], clock: Clock
) -> None:
    end = clock.at + MONTH
    polls = await live(newsroom, clock, end)
    assert {server.manner: server.wrongs for server in servers if server.wrongs} == {}
    assert polls == sum(len(server.asked) for server in servers)
    for server in servers:
        if server.manner == "gone":
            assert len(server.asked) == 4
        else:
            assert server.asked[-1] > end - 9 * DAY, server.manner  # nobody is forgotten


def test_the_servers_see_who_asks_too_early_or_without_condition(clock: Clock) -> None:
    """What the month looks for is seen when it is there."""
    server = Server("etag", clock, HOUR, validators={"ETag": '"1"'}, not_before=clock.at + HOUR)
    server.asked.append(clock.at - MINUTE)
    server._judge(clock.at, {})
    assert [wrong.partition(": ")[2].split(" ")[1] for wrong in server.wrongs] == [
        "before",
        "twice",
        "without",
    ]
