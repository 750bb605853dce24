"""An address -> what came back: conditional GET within limits. The HTTP client is known here alone.

No exception leaves `Fetcher.fetch`: every fault of the network or of the server is a Failure.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from aggregator import access, guard, unpack
from aggregator.answers import Address, Answer, Document, Failure, NotModified, one_line
from aggregator.caching import Hints, hints, validator
from aggregator.hosts import Hosts
from aggregator.links import links
from aggregator.room import Room
from config.access import Permit
from config.options import Fetching
from feeds import urls

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
MOST_REDIRECTS = 5
KEPT_OPEN = 1.0  # seconds after the gap, for which a connection waits to be used again


@dataclass(frozen=True, slots=True)
class Redirect:
    """The server sends elsewhere: for good (301, 308) or for now."""

    to: str
    permanent: bool


class Refused(Exception):
    """A fault of one fetch, on its way to becoming a Failure."""

    def __init__(self, kind: str, message: str, hints: Hints | None = None, elsewhere: bool = False) -> None:
        super().__init__(message)
        self.failure = Failure(kind, one_line(message), hints or Hints(), elsewhere)


class AddressRefused(OSError):
    """The address about to be connected to is not one we may connect to.

    An OSError, and always of one text, because the client then goes on to the other addresses of a
    name, and raises this error where all of them are refused.
    """

    def __init__(self, address: str) -> None:
        super().__init__("no public address")
        self.address = address


class Fetcher:
    """An HTTP client for many sources: a context manager, used in one event loop.

    `permits` are sent to the addresses they are for, after a redirect as before. Before each request
    it waits for `ready`, so that no more comes back than can be taken in. `resolver` looks names up
    where the system's is not to.
    """

    def __init__(
        self,
        options: Fetching,
        permits: Sequence[Permit] = (),
        ready: Callable[[], Awaitable[None]] | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.options = options
        self.permits = permits
        self._ready = ready
        self._resolver = resolver
        self._hosts = Hosts(options.host_gap)
        self._room = Room(options.concurrency)
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            socket_factory=self._socket,
            resolver=self._resolver,
            limit=0,  # the room has one
            keepalive_timeout=self.options.host_gap + KEPT_OPEN,
            use_dns_cache=False,
        )
        self._client = aiohttp.ClientSession(
            connector=connector,
            headers={
                "User-Agent": user_agent(self.options.contact),
                "Accept": ACCEPT,
                "Accept-Encoding": unpack.ACCEPTED,
            },
            auto_decompress=False,  # aiohttp takes a gzip stream that was cut short for a whole one
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
        except FAULTS as error:
            return classify(error)

    async def post(self, url: str, form: Mapping[str, str]) -> int | Failure:
        """POST a form, within the limits of a fetch; the status of the answer, where it is one of success.

        Of redirects only those are followed that keep the method (307 and 308).
        """
        try:
            for _ in range(1 + MOST_REDIRECTS):
                url = gated(url)
                async with self._hosts.turn(urls.host(url)), self._room.place():
                    async with asyncio.timeout(self.options.timeout):
                        answer = await self._post_once(url, form)
                if isinstance(answer, int):
                    return answer
                url = gated(answer, url)
            raise Refused("redirect", f"more than {MOST_REDIRECTS} redirects, ending at {url}")
        except TimeoutError:
            return Failure("timeout", f"no answer within {self.options.timeout:g} seconds")
        except Refused as refused:
            return refused.failure
        except FAULTS as error:
            return classify(error)

    async def _post_once(self, url: str, form: Mapping[str, str]) -> int | str:
        assert self._client is not None, "a Fetcher is used inside its context"
        headers, way = self._by_proxy(url)
        sent = self._client.post(
            URL(url, encoded=True), data=form, headers=headers, allow_redirects=False, **way
        )
        async with sent as response:
            location = response.headers.get("Location")
            if response.status in (307, 308) and location:
                return location
            if not 200 <= response.status < 300:
                raise Refused(
                    refusal(response.status), f"HTTP {response.status} {response.reason or ''}".strip()
                )
            return response.status

    async def _follow(self, address: Address) -> Answer:
        """Redirects are followed by hand, so that each hop passes the same gate and the same host's gap."""
        url, seen = gated(address.url), set[str]()
        moved_to, permanent = None, True
        left = self.options.timeout
        loop = asyncio.get_running_loop()
        while url not in seen and len(seen) <= MOST_REDIRECTS:
            seen.add(url)
            async with self._hosts.turn(urls.host(url)), self._room.place():
                if self._ready is not None:
                    await self._ready()
                started = loop.time()
                try:
                    async with asyncio.timeout(left):
                        answer = await self._once(url, address)
                except TimeoutError as error:
                    raise Refused(
                        "timeout", f"no whole answer within {self.options.timeout:g} seconds"
                    ) from error
            if not isinstance(answer, Redirect):
                if moved_to is None or isinstance(answer, Failure):
                    return answer
                return replace(answer, moved_to=moved_to)
            url, permanent = gated(answer.to, url), permanent and answer.permanent
            moved_to = url if permanent else moved_to
            left = max(left - (loop.time() - started), 0.001)
        raise Refused("redirect", f"more than {MOST_REDIRECTS} redirects, or a loop, ending at {url}")

    async def _once(self, url: str, address: Address) -> Answer | Redirect:
        async with self._get(url, address) as response:
            if response.status in REDIRECTS:
                location = response.headers.get("Location")
                if not location:
                    raise Refused("redirect", f"HTTP {response.status} without a Location")
                return Redirect(location, response.status in PERMANENT)
            return await self._read(url, address, response)

    def _get(self, url: str, address: Address) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        assert self._client is not None, "a Fetcher is used inside its context"
        headers = access.headers(self.permits, url)
        if address.accept:
            headers["Accept"] = address.accept
        if address.etag:
            headers["If-None-Match"] = address.etag
        if address.last_modified:
            headers["If-Modified-Since"] = address.last_modified
        for_proxy, way = self._by_proxy(url)
        return self._client.get(
            URL(url, encoded=True), headers=headers | for_proxy, allow_redirects=False, **way
        )

    def _by_proxy(self, url: str) -> tuple[dict[str, str], dict[str, Any]]:
        """The headers and arguments of a request that goes through the proxy; none where there is none.

        The proxy connects, so every request must pass here, where what it is asked for is checked.
        """
        proxy = self.options.proxy
        if proxy is None:
            return {}, {}
        guarded_by_name(url, self.options.allow_private_networks)
        said = access.headers(self.permits, urls.gate(proxy) or "")
        permit = {"Proxy-Authorization": said["Authorization"]} if "Authorization" in said else {}
        # Its headers go with the CONNECT before an https address, else with the request itself.
        return permit if url.startswith("http:") else {}, {"proxy": proxy, "proxy_headers": permit}

    async def _read(self, url: str, address: Address, response: aiohttp.ClientResponse) -> Answer:
        said = hints(response.headers)
        if response.status == 304 and (address.etag or address.last_modified):
            return NotModified(said)
        if response.status != 200:
            raise Refused(
                refusal(response.status),
                f"HTTP {response.status} {response.reason or ''}".strip(),
                said,
                elsewhere=url != gated(address.url),
            )
        return Document(
            url=url,
            body=await self._body(response),
            content_type=ascii_only(response.headers.get("Content-Type", "")),
            etag=validator(response.headers, "ETag"),
            last_modified=validator(response.headers, "Last-Modified"),
            hints=said,
            links=links(response.headers.getall("Link", ()), url),
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        most = self.options.max_bytes
        if (response.content_length or 0) > most:
            raise Refused(
                "too_large",
                f"the document has {response.content_length:,} bytes; fetch.max_bytes is {most:,}",
            )
        coding, body, arrived = (
            unpack.Unpacker(response.headers.get("Content-Encoding", ""), most),
            bytearray(),
            0,
        )
        async for piece in response.content.iter_chunked(16_384):
            arrived += len(piece)
            if arrived > most:
                raise unpack.TooLarge(f"{most:,}")
            for unpacked in coding.unpack(piece):
                body += unpacked
        if not coding.whole:
            raise unpack.Broken("the compressed document is cut short")
        return bytes(body)

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for one address, asked for right before it is connected: nothing is resolved after."""
        family, kind, protocol, _, address = info
        connects_elsewhere = self.options.proxy is not None  # to the proxy alone, which the operator chose
        if not connects_elsewhere and not guard.allowed(address[0], self.options.allow_private_networks):
            raise AddressRefused(address[0])
        return socket.socket(family, kind, protocol)


def gated(url: str, base: str | None = None) -> str:
    """An address that may be asked for; raises Refused for any other."""
    passed = urls.gate(url, base)
    if passed is None:
        raise Refused("redirect" if base else "invalid_url", f"{url[:200]!r} is no http(s) address")
    return passed


def guarded_by_name(url: str, exceptions: Sequence[guard.Network]) -> None:
    """Raises AddressRefused for an address whose host is, as written, no public one."""
    host = (URL(url, encoded=True).host or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 §6.3
        host = "127.0.0.1"
    is_address = ":" in host or host.rpartition(".")[2].isdigit()
    if is_address and not guard.allowed(host, exceptions):
        raise AddressRefused(host)


def refusal(status: int) -> str:
    """The class of a status that brings no document."""
    return {410: "gone", 429: "rate_limited"}.get(status, f"http_{status}")


def ascii_only(header: str) -> str:
    """A header's value without what is no ASCII: the client hands on other bytes as lone surrogates."""
    return header.encode("ascii", "ignore").decode()


def user_agent(contact: str | None) -> str:
    """Who asks, and where its operator can be reached."""
    return f"newsdesk/{version('newsdesk')}" + (f" (+{contact})" if contact else "")


# Most of the client's errors are an OSError or a ValueError as well.
CLASSES: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "blocked"),
    (aiohttp.ClientConnectorDNSError, "dns"),
    (ssl.SSLError, "tls"),
    (OSError, "connect"),
    (unpack.Broken, "bad_encoding"),
    (unpack.TooLarge, "too_large"),
    (ValueError, "invalid_url"),
    (aiohttp.ClientPayloadError, "incomplete"),
    (aiohttp.ClientError, "protocol"),
)
FAULTS = tuple(fault for fault, _ in CLASSES)


def classify(error: Exception) -> Failure:
    """Any fault of the client as a value, with a message of one line."""
    if isinstance(error.__cause__, AddressRefused):
        error = error.__cause__
    kind = next(kind for known, kind in CLASSES if isinstance(error, known))
    return Failure(kind, one_line(_message(error)))


def _message(error: Exception) -> object:
    if isinstance(error, unpack.TooLarge):
        return f"the document is larger than fetch.max_bytes, {error}"
    if isinstance(error, AddressRefused):
        return f"{error.address} is {error}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"{error.host}: {error.os_error.strerror or error.os_error}"
    if isinstance(error, aiohttp.ClientConnectorSSLError) and isinstance(error.os_error, ssl.SSLError):
        return f"no TLS with {error.host}:{error.port}: {error.os_error.reason.replace('_', ' ').lower()}"
    if isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno:
        return f"no connection to {error.host}:{error.port}: {os.strerror(error.os_error.errno)}"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the server closed the connection before it had answered"
    # The client's own words alone; around them stands a status, 400, that no server said.
    said = error.__cause__ if isinstance(error, aiohttp.ClientPayloadError) else error
    return getattr(said, "message", error)
