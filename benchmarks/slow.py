"""A web server that takes its time: small feeds at every loopback address, answered after a delay.

    python benchmarks/slow.py PORT DELAY NTH

Of the addresses, each NTH in a hundred never answers (0 for none). At SIGTERM it prints how many requests it
answered, and the seconds from the first request to the last answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from dataclasses import dataclass

DOCUMENT = (
    '<rss version="2.0"><channel><title>{host}</title><link>http://{host}/</link><description>d</description>'
    "<item><guid>http://{host}/1</guid><title>One of {host}</title></item></channel></rss>"
)
HEAD = (
    'HTTP/1.1 {status}\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\nContent-Length: {length}\r\n\r\n'
)


@dataclass(slots=True)
class Slow:
    """What is answered, and a count of it."""

    delay: float
    silent: int
    answered: int = 0
    first: float = 0.0
    last: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.first = self.first or time.perf_counter()
                if self.silent and int(host.rsplit(".", 1)[1]) % 100 == self.silent:
                    await asyncio.sleep(30)
                await asyncio.sleep(self.delay)
                writer.write(answer(host, b"if-none-match" in head.lower()))
                self.answered, self.last = self.answered + 1, time.perf_counter()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def answer(host: str, is_known: bool) -> bytes:
    body = "" if is_known else DOCUMENT.format(host=host)
    status = "304 Not Modified" if is_known else "200 OK"
    return (HEAD.format(status=status, length=len(body)) + body).encode()


async def main() -> None:
    port, delay, silent = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    slow, stop = Slow(delay, silent), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await asyncio.start_server(slow.serve, "0.0.0.0", port, backlog=2048)
    await stop.wait()
    print(json.dumps({"answered": slow.answered, "seconds": slow.last - slow.first}), flush=True)
    os._exit(0)  # whoever still waits need not be told


if __name__ == "__main__":
    asyncio.run(main())
