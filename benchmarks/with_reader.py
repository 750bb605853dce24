"""Polling with `reader`, as its own documentation has it done; run with the interpreter it is installed for.

    python benchmarks/with_reader.py DATABASE add TAG < URLS
    python benchmarks/with_reader.py DATABASE update TAG

The last prints the seconds of the update by the clock and of the processors, and how many entries there are.
"""

from __future__ import annotations

import sys
import time

from reader import make_reader

WORKERS = 10


def main() -> None:
    database, verb, tag = sys.argv[1:]
    reader = make_reader(database)
    if verb == "add":
        for url in sys.stdin.read().split():
            reader.add_feed(url, exist_ok=True)
            reader.set_tag(url, tag)
            reader.set_tag(url, "all")
    else:
        started, computed = time.perf_counter(), time.process_time()
        reader.update_feeds(tags=[tag], workers=WORKERS, scheduled=False)
        print(time.perf_counter() - started, time.process_time() - computed)
        print(reader.get_entry_counts(feed_tags=[tag]).total)


if __name__ == "__main__":
    main()
