"""A fuzz target: no bytes make the path from document to published feed raise anything but Unreadable.

    python tests/fuzz_parse.py -max_total_time=60 FOUND tests/documents

Coverage guides it (atheris, the extra `fuzz`); its arguments are those of libFuzzer, which keeps what it
finds worth trying again in the first folder, FOUND. `try_one` alone needs no atheris.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

URL = "https://site.example/feed"
KINDS = (
    "",
    "application/rss+xml",
    "application/feed+json",
    "text/xml; charset=shift_jis",
    "text/html; charset=utf-16",
)


def try_one(data: bytes) -> None:
    """Read a document, whose first byte chooses the content type; what was read can be written and read."""
    from feeds import jsonfeed, proof, render
    from feeds.parse import Unreadable, parse

    kind = KINDS[data[0] % len(KINDS)] if data else ""
    try:
        feed = parse(data[1:], url=URL, content_type=kind)
    except Unreadable as refused:
        if isinstance(refused.__cause__, RecursionError | MemoryError):
            raise
        return
    ready = proof.proofread(feed)
    for written in (render.rss(ready), render.atom(ready), jsonfeed.render(ready)):
        assert len(parse(written, url=URL).entries) <= len(feed.entries)


def main() -> None:
    """Fuzz until the time is over, or something is found."""
    import atheris

    with atheris.instrument_imports(include=["feeds", "feedparser", "feedparser_sgmllib"]):
        from feeds import jsonfeed, parse, proof, render  # noqa: F401  instrumented as they are imported
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
