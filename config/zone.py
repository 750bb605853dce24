"""The zone that editors' times are in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def zone(configured: str | None) -> ZoneInfo:
    """The editor's zone: that of the terminal (TZ), else the one configured, the machine's, or UTC."""
    from zoneinfo import ZoneInfo

    machine = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").removeprefix(":"), configured, machine):
        try:
            if name:
                return ZoneInfo(name)
        except (ValueError, OSError):
            continue
    return ZoneInfo("UTC")
