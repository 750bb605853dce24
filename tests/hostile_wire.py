"""The hostile cases of the wire: connections, HTTP, redirects, compression."""

from __future__ import annotations

import gzip
import zlib

from hostile import Case, Play, Visit, answer, endlessly, head, raw, redirect, refused, reset, silence
from makers import rss, rss_item

FEED = rss([rss_item("one"), rss_item("two")]).encode()
PACKED = gzip.compress(FEED)
MANY_HEADERS = [f"X-{number}: {number}" for number in range(5_000)]


def status(line: str, *headers: str) -> Play:
    """Answer with a status, and a feed as its body: no status but 200 brings a document."""
    return answer(FEED, *headers, status=line)


def packed(body: bytes, coding: str = "gzip") -> Play:
    return answer(body, f"Content-Encoding: {coding}")


def chunked(body: bytes) -> Play:
    return raw(head("Transfer-Encoding: chunked") + body)


async def longer_each_time(visit: Visit) -> None:
    """Send whoever asks to an address that is longer by a letter, for ever."""
    await redirect(f"{visit.path}a", "301 Moved Permanently")(visit)


async def to_and_fro(visit: Visit) -> None:
    await redirect("/feed" if visit.path == "/there" else "/there")(visit)


def bomb(coding: int) -> bytes:
    """64 MB of spaces in a feed, in 62 kB."""
    packing = zlib.compressobj(9, zlib.DEFLATED, coding)
    pieces = [packing.compress(FEED), *[packing.compress(b" " * 1_000_000) for _ in range(64)]]
    return b"".join([*pieces, packing.flush()])


NETWORK = (
    Case("nobody listens", refused, "connect"),
    Case("reset at once", reset(), "connect"),
    Case("reset in the middle of the head", reset(b"HTTP/1.1 200 OK\r\nConte"), "connect"),
    Case("reset in the middle of the body", reset(head("Content-Length: 9999") + FEED), "incomplete"),
    Case("hung up on without a word", raw(), "protocol"),
    Case("silence", silence, "timeout"),
    Case("silence after the head", endlessly(head("Content-Length: 99"), b"", pause=1), "timeout"),
    Case("a byte of the head a second", endlessly(b"HTTP/1.1 200 OK\r\nX: ", b"x", pause=1), "timeout"),
    Case("a byte of the body a second", endlessly(head(), b"<", pause=1), "timeout"),
    Case(
        "a chunk of one byte a second",
        endlessly(head("Transfer-Encoding: chunked"), b"1\r\n<\r\n", 1),
        "timeout",
    ),
    Case("an endless line of a header", endlessly(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 4096), "protocol"),
    Case("endless headers", endlessly(b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 200), "protocol"),
    Case("endless headers, slowly", endlessly(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.5), "timeout"),
    Case("five thousand headers", raw(head(*MANY_HEADERS) + FEED), "protocol"),
    Case("a header of 100 kB", raw(head(f"X: {'x' * 100_000}") + FEED), "protocol"),
    Case("an endless body", endlessly(head(), b"<item>" * 10_000), "too_large"),
    Case(
        "endless chunks",
        endlessly(head("Transfer-Encoding: chunked"), b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        "too_large",
    ),
    Case(
        "an endless chunk extension",
        endlessly(head("Transfer-Encoding: chunked") + b"5;", b"x" * 9_999, 0.01),
        "timeout",
    ),
    Case(
        "trailers without end",
        endlessly(head("Transfer-Encoding: chunked") + b"0\r\n", b"X: y\r\n", 1),
        "timeout",
    ),
    Case("endless 100 Continue", endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50, 0.01), "timeout"),
    Case(
        "endless 103 Early Hints",
        endlessly(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", 0.01),
        "timeout",
    ),
    Case(
        "101 Switching Protocols",
        raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "http_101",
    ),
    Case("garbage instead of HTTP", raw(bytes(range(256)) * 20), "protocol"),
    Case("a TLS alert instead of HTTP", raw(b"\x15\x03\x01\x00\x02\x02\x28"), "protocol"),
    Case("an SSH greeting instead of HTTP", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol"),
    Case("HTTP/0.9", raw(FEED), "protocol"),
    Case("HTTP/9.9", raw(b"HTTP/9.9 200 OK\r\n\r\n" + FEED), "protocol"),
    Case("ICY, as old radio servers say", raw(b"ICY 200 OK\r\n\r\n" + FEED), "protocol"),
    Case("a status that is no number", raw(b"HTTP/1.1 OK 200\r\n\r\n" + FEED), "protocol"),
    Case("a header with NUL in its name", raw(head("X\0Y: z") + FEED), "protocol"),
    Case("a header without a colon", raw(head("no colon here") + FEED), "protocol"),
    Case("headers that are no UTF-8", raw(head("ETag: x").replace(b"x", b'"\xff\xfe"') + FEED), 2),
)

SEMANTICS = (
    *(
        Case(line, status(line), f"http_{line[:3]}")
        for line in (
            "201 Created",
            "206 Partial Content",
            "300 Multiple Choices",
            "400 Bad Request",
            "401 Unauthorized",
            "402 Payment Required",
            "403 Forbidden",
            "404 Not Found",
            "405 Method Not Allowed",
            "407 Proxy Authentication Required",
            "418 I'm a teapot",
            "451 Unavailable For Legal Reasons",
            "500 Internal Server Error",
            "502 Bad Gateway",
            "503 Service Unavailable",
            "599 Unheard Of",
            "999 Denied",
        )
    ),
    Case("204 No Content", raw(head(status="204 No Content")), "http_204"),
    Case("204 with a content", status("204 No Content"), "protocol"),
    Case("304 to an unconditional question", raw(head(status="304 Not Modified")), "http_304"),
    Case("410 Gone", status("410 Gone"), "gone"),
    Case("429 with a wait", status("429 Too Many Requests", "Retry-After: 86400"), "rate_limited"),
    Case("429 with a wait of a million years", status("429 No", f"Retry-After: {'9' * 40}"), "rate_limited"),
    Case("429 with nonsense", status("429 No", "Retry-After: soon, \xe9", "Date: never"), "rate_limited"),
    Case("503 with a date", status("503 No", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"), "http_503"),
    Case("200 with absurd caching", status("200 OK", "Cache-Control: max-age=99999999999", "Expires: -1"), 2),
    Case("200 with an absurd date", status("200 OK", "Expires: Mon, 99 Foo 99999 99:99:99 X", "Date: 0"), 2),
    Case("a validator of 10 kB", status("200 OK", f'ETag: "{"e" * 10_000}"'), 2),
    Case("a length too long", raw(head(f"Content-Length: {len(FEED) + 9}") + FEED), "incomplete"),
    Case("a length too short", raw(head("Content-Length: 300") + FEED), "protocol"),
    Case("a length that is negative", raw(head("Content-Length: -5") + FEED), "protocol"),
    Case("a length that is no number", raw(head("Content-Length: many") + FEED), "protocol"),
    Case("a length beyond the limit", raw(head(f"Content-Length: {10**12}") + FEED), "too_large"),
    Case("two lengths that differ", raw(head("Content-Length: 4", "Content-Length: 5") + FEED), "protocol"),
    Case(
        "a length and chunks", raw(head("Content-Length: 4", "Transfer-Encoding: chunked") + FEED), "protocol"
    ),
    Case("chunks without a last one", chunked(b"6\r\n<rss/>\r\n"), "incomplete"),
    Case("a chunk of no number", chunked(b"zz\r\n<rss/>\r\n0\r\n\r\n"), "protocol"),
    Case("a chunk of 2**64 bytes", chunked(b"10000000000000000\r\n" + FEED), "protocol"),
    Case("a redirect to itself", redirect("@URL@/feed"), "redirect"),
    Case("a redirect to and fro", to_and_fro, "redirect"),
    Case("a redirect ever further", longer_each_time, "redirect"),
    Case("a redirect without a Location", status("301 Moved Permanently"), "redirect"),
    Case("a redirect to a file", redirect("file:///etc/passwd"), "redirect"),
    Case("a redirect to ftp", redirect("ftp://127.0.0.1/feed"), "redirect"),
    Case("a redirect to gopher", redirect("gopher://127.0.0.1:6379/_INFO"), "redirect"),
    Case("a redirect to javascript", redirect("javascript:hostile()"), "redirect"),
    Case("a redirect to data", redirect("data:application/rss+xml,<rss/>"), "redirect"),
    Case("a redirect with a password", redirect("http://user:word@127.0.0.1/"), "redirect"),
    Case("a redirect to a disguised address", redirect("http://0x7f000001/"), "redirect"),
    Case("a redirect to 3 MB of letters", redirect("/" + "a" * 3_000_000), "protocol"),
    Case("a redirect to a private address", redirect("http://10.0.0.1/feed"), "blocked"),
    Case(
        "a redirect to the metadata of a cloud",
        redirect("http://169.254.169.254/latest/", "307 T"),
        "blocked",
    ),
    Case("a redirect to IPv6 loopback", redirect("http://[::1]:8/"), "blocked"),
    Case("a redirect to a mapped address", redirect("http://[::ffff:192.168.0.1]/"), "blocked"),
    Case("a redirect to an address behind NAT64", redirect("http://[64:ff9b::10.0.0.1]/"), "blocked"),
    Case("a redirect to every address", redirect("http://0.0.0.0/"), "blocked"),
    Case("a redirect to multicast", redirect("http://224.0.0.1/", "308 Permanent Redirect"), "blocked"),
)

COMPRESSION = (
    Case("gzip cut short", packed(PACKED[: len(PACKED) // 2]), "bad_encoding"),
    Case("gzip without its checksum", packed(PACKED[:-8]), "bad_encoding"),
    Case("gzip of a wrong checksum", packed(PACKED[:-8] + b"\1" * 8), "bad_encoding"),
    Case("gzip of a wrong length", packed(PACKED[:-4] + b"\1" * 4), "bad_encoding"),
    Case("gzip that is none", packed(FEED), "bad_encoding"),
    Case("gzip of two members", packed(gzip.compress(FEED[:99]) + gzip.compress(FEED[99:])), 2),
    Case("gzip with zeros behind", packed(PACKED + b"\0" * 512), 2),
    Case("gzip with garbage behind", packed(PACKED + b"garbage"), "bad_encoding"),
    Case("gzip that nobody mentions", answer(PACKED), "not_a_feed"),
    Case("gzip in gzip", packed(gzip.compress(PACKED)), "not_a_feed"),
    Case("gzip in gzip, said so", packed(gzip.compress(PACKED), "gzip, gzip"), 2),
    Case("a bomb of gzip", packed(bomb(31)), "too_large"),
    Case("a bomb of deflate", packed(bomb(15), "deflate"), "too_large"),
    Case("a bomb in a bomb", packed(gzip.compress(gzip.compress(bytes(80_000_000)))), "not_a_feed"),
    Case("deflate", packed(zlib.compress(FEED), "deflate"), 2),
    Case("deflate without its frame", packed(zlib.compress(FEED, wbits=-15), "deflate"), 2),
    Case("a coding that nobody knows", packed(FEED, "rot13"), 2),
    Case("nothing, in gzip", packed(b""), "empty"),
)

WIRE = (*NETWORK, *SEMANTICS, *COMPRESSION)
