"""An address -> what came back: conditional GET within limits. The HTTP client is known here alone.

No exception leaves `Fetcher.fetch`: every fault of the network or of the server is a Failure.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from yarl import URL

from aggregator import guard
from aggregator.caching import Hints, hints
from config.options import Fetching
from feeds import urls

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Address:
    """What a poll must know of a source: where, the validators of what we have, and its time zone."""

    source_id: int
    url: str
    etag: str | None = None
    last_modified: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A body came back; `url` is where it was found after redirects."""

    url: str
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we have is current (304)."""

    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class Failure:
    """Nothing usable came back: one class of DESIGN §4.6, with a line for people."""

    kind: str
    message: str
    hints: Hints = field(default_factory=Hints)


Answer = Document | NotModified | Failure


class Refused(Exception):
    """A fault of one fetch, on its way to becoming a Failure."""

    def __init__(self, kind: str, message: str, hints: Hints | None = None) -> None:
        super().__init__(message)
        self.failure = Failure(kind, message, hints or Hints())


class AddressRefused(aiohttp.ClientError):
    """The address about to be connected to is not one we may connect to."""


class Fetcher:
    """An HTTP client for many sources: a context manager, used in one event loop."""

    def __init__(self, options: Fetching) -> None:
        self.options = options
        self._hosts = Hosts(options.host_gap)
        self._room = asyncio.Semaphore(options.concurrency)
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            socket_factory=self._socket, limit=self.options.concurrency, use_dns_cache=False
        )
        self._client = aiohttp.ClientSession(
            connector=connector,
            headers={"User-Agent": user_agent(self.options.contact), "Accept": ACCEPT},
            timeout=aiohttp.ClientTimeout(total=None),  # one deadline around the whole fetch instead
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=16_384,
            max_field_size=16_384,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.close()

    async def fetch(self, address: Address) -> Answer:
        """GET a source's document, unless the server says that ours is current.

        `fetch.timeout` seconds bound name look-up, connecting, redirects and body together;
        `fetch.max_bytes` bounds the body before and after decompression.
        """
        try:
            return await self._follow(address)
        except Refused as refused:
            return refused.failure
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return classify(error)

    async def _follow(self, address: Address) -> Answer:
        """Redirects are followed by hand, so that each hop passes the same gate and the same host's gap."""
        url, seen = gated(address.url), set[str]()
        left = self.options.timeout
        loop = asyncio.get_running_loop()
        while url not in seen and len(seen) <= MOST_REDIRECTS:
            seen.add(url)
            async with self._hosts.turn(urls.host(url)), self._room:
                started = loop.time()
                try:
                    async with asyncio.timeout(left):
                        answer = await self._once(url, address)
                except TimeoutError as error:
                    raise Refused(
                        "timeout", f"no whole answer within {self.options.timeout:g} seconds"
                    ) from error
            if not isinstance(answer, str):
                return answer
            url, left = gated(answer, url), max(left - (loop.time() - started), 0.001)
        raise Refused("redirect", f"more than {MOST_REDIRECTS} redirects, or a loop, ending at {url}")

    async def _once(self, url: str, address: Address) -> Answer | str:
        async with self._get(url, address) as response:
            if response.status in REDIRECTS:
                location = response.headers.get("Location")
                if not location:
                    raise Refused("redirect", f"HTTP {response.status} without a Location")
                return location
            return await self._read(url, response)

    def _get(self, url: str, address: Address) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        assert self._client is not None, "a Fetcher is used inside its context"
        headers = {}
        if address.etag:
            headers["If-None-Match"] = address.etag
        if address.last_modified:
            headers["If-Modified-Since"] = address.last_modified
        return self._client.get(URL(url, encoded=True), headers=headers, allow_redirects=False)

    async def _read(self, url: str, response: aiohttp.ClientResponse) -> Answer:
        said = hints(response.headers)
        if response.status == 304:
            return NotModified(said)
        if response.status != 200:
            raise Refused(
                refusal(response.status), f"HTTP {response.status} {response.reason or ''}".strip(), said
            )
        return Document(
            url=url,
            body=await self._body(response),
            content_type=response.headers.get("Content-Type", ""),
            etag=validator(response.headers, "ETag"),
            last_modified=validator(response.headers, "Last-Modified"),
            hints=said,
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        most = self.options.max_bytes
        if (response.content_length or 0) > most:
            raise Refused(
                "too_large",
                f"the document has {response.content_length:,} bytes; fetch.max_bytes is {most:,}",
            )
        body = bytearray()
        async for piece in response.content.iter_chunked(65_536):
            body += piece
            if len(body) > most:
                raise Refused("too_large", f"the document is larger than fetch.max_bytes, {most:,}")
        return bytes(body)

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for one address, asked for right before it is connected: nothing is resolved after."""
        family, kind, protocol, _, address = info
        if not guard.allowed(address[0], self.options.allow_private_networks):
            raise AddressRefused(f"{address[0]} is no public address; see fetch.allow_private_networks")
        return socket.socket(family, kind, protocol)


class Hosts:
    """One request in flight per host and port, and `gap` seconds between two."""

    def __init__(self, gap: float) -> None:
        self.gap = gap
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for this host's turn, and hold it."""
        clock = asyncio.get_running_loop().time
        async with self._turns[host]:
            await asyncio.sleep(max(0.0, self._free_at.get(host, 0.0) - clock()))
            try:
                yield
            finally:
                self._free_at[host] = clock() + self.gap


def gated(url: str, base: str | None = None) -> str:
    """An address that may be asked for; raises Refused for any other."""
    passed = urls.gate(url, base)
    if passed is None:
        raise Refused("redirect" if base else "invalid_url", f"{url[:200]!r} is no http(s) address")
    return passed


def refusal(status: int) -> str:
    """The class of a status that brings no document."""
    return {410: "gone", 429: "rate_limited"}.get(status, f"http_{status}")


def validator(headers: Mapping[str, str], name: str) -> str | None:
    """A validator to be echoed byte for byte; one that cannot be (not UTF-8) is not kept."""
    value = headers.get(name)
    return value if value and value.isprintable() and len(value) <= 1024 else None


def user_agent(contact: str | None) -> str:
    """Who asks, and where its operator can be reached."""
    return f"newsdesk/{version('newsdesk')}" + (f" (+{contact})" if contact else "")


CLASSES: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "blocked"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.ClientSSLError, "tls"),
    (ssl.SSLError, "tls"),
    (aiohttp.ContentTypeError, "protocol"),
    (aiohttp.InvalidURL, "invalid_url"),
    (aiohttp.ClientConnectorError, "connect"),
    (aiohttp.ClientPayloadError, "incomplete"),
    (aiohttp.ClientResponseError, "protocol"),
    (aiohttp.ServerConnectionError, "protocol"),
    (aiohttp.ClientOSError, "connect"),
    (aiohttp.ClientError, "protocol"),
    (OSError, "connect"),
    (ValueError, "invalid_url"),
)


def classify(error: Exception) -> Failure:
    """Any fault of the client as a value, with a message of one line."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, aiohttp.ClientPayloadError) and isinstance(cause, ContentEncodingError):
        return Failure("bad_encoding", one_line(cause))
    kind = next(kind for known, kind in CLASSES if isinstance(error, known))
    return Failure(kind, one_line(error))


def one_line(error: BaseException) -> str:
    """What an exception says, without control characters, at most 500 characters."""
    said = " ".join(str(error).split()) or type(error).__name__
    return "".join(character for character in said if character.isprintable())[:500]
