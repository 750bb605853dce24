"""What the system's allocator does with memory that is free."""

from __future__ import annotations

import ctypes
from contextlib import suppress

LARGE = 128 << 10  # bytes in one piece, as glibc begins with
LARGE_IS_APART = -3  # M_MMAP_THRESHOLD (mallopt(3))


def give_back() -> None:
    """Have large pieces of memory given back to the system when they are free.

    glibc's allocator does so until the first of them is free, and from then on keeps pieces of its size, up
    to 32 MiB: a process would stay as large as its largest document made it. Another allocator is left as it
    is.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(LARGE_IS_APART, LARGE)
