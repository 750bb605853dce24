"""What becomes of memory that nobody needs any more."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

LARGE = 128 << 10  # bytes in one piece, as glibc begins with
LARGE_IS_APART = -3  # M_MMAP_THRESHOLD (mallopt(3))
OBJECTS = 25_000  # between two looks for garbage


def collect_seldom() -> None:
    """Have garbage looked for after more objects than Python's own 700, which are a few requests.

    What is at work at once, be it imports or a wave of requests, is looked through again and again else, and
    hardly anything of it is garbage: most is let go of without a look.
    """
    gc.set_threshold(OBJECTS)


def give_back() -> None:
    """Have large pieces of memory given back to the system when they are free.

    glibc's allocator does so until the first of them is free, and from then on keeps pieces of its size, up
    to 32 MiB: a process would stay as large as its largest document made it. Another allocator is left as it
    is.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(LARGE_IS_APART, LARGE)
