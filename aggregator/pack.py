"""Bytes -> the variants that a web server hands out as they are: gzip, Brotli, Zstandard.

The levels are those past which a feed of 100 kB shrinks by little and takes long: all three together take
some 12 ms (Brotli 11 would take 110 ms alone, and save a tenth).
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePath

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WORTH_IT = 1_000  # bytes; below, a variant saves no packet
TEXTS = frozenset({".atom", ".css", ".html", ".json", ".md", ".opml", ".rss", ".svg", ".txt", ".xml"})


def _gz(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)  # the same bytes at any time


def _br(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=6))


def _zst(body: bytes) -> bytes:
    return zstd.compress(body, level=12)


VARIANTS: Mapping[str, Callable[[bytes], bytes]] = {"gz": _gz, "br": _br, "zst": _zst}


def variants(name: str, body: bytes, wanted: Collection[str]) -> dict[str, bytes]:
    """The variants of a file that are wanted and smaller than it is, by suffix (`.gz`); of texts alone."""
    if len(body) < WORTH_IT or PurePath(name).suffix not in TEXTS:
        return {}
    packed = {f".{suffix}": pack(body) for suffix, pack in VARIANTS.items() if suffix in wanted}
    return {suffix: small for suffix, small in packed.items() if len(small) < len(body)}
