"""Readers who ask at an even pace: how long each waits for its answer.

    python benchmarks/load.py URL SECONDS PER_SECOND

Prints the 99th percentile of the waits in milliseconds. Each of a few connections that
are kept sends its requests when their time has come, or as soon as the one before has been answered.
"""

from __future__ import annotations

import asyncio
import sys
import time
from urllib.parse import urlsplit

CONNECTIONS = 20


async def reader(url: str, until: float, every: float, waits: list[float]) -> None:
    """One connection; each wait is counted from the instant at which the request was due."""
    parts = urlsplit(url)
    incoming, outgoing = await asyncio.open_connection(parts.hostname, parts.port)
    due = time.perf_counter()
    while due < until:
        await asyncio.sleep(due - time.perf_counter())
        outgoing.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        head = await incoming.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.splitlines()[0], head
        length = next(line for line in head.lower().splitlines() if line.startswith(b"content-length:"))
        await incoming.readexactly(int(length.split(b":")[1]))
        waits.append(time.perf_counter() - due)
        due += every
    outgoing.close()


async def main() -> None:
    url, seconds, rate = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    waits: list[float] = []
    until = time.perf_counter() + seconds
    readers = [reader(url, until, CONNECTIONS / rate, waits) for _ in range(CONNECTIONS)]
    await asyncio.gather(*readers)
    waits.sort()
    print(waits[len(waits) * 99 // 100] * 1_000)


if __name__ == "__main__":
    asyncio.run(main())
