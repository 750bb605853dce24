"""How a fault is told: one line that names the thing and what is wrong, one that names the remedy.

NewsdeskError            1   refused, or failed
├── UsageFault           2   wrong usage or configuration
├── HeldElsewhere        3   another daemon holds the database
└── TryLater            75   busy now; the same command may work later
"""

from __future__ import annotations


class NewsdeskError(Exception):
    """A fault with its remedy; `exit_status` is what the command ends with."""

    exit_status = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageFault(NewsdeskError):
    """What was asked or configured cannot be meant."""

    exit_status = 2


class HeldElsewhere(NewsdeskError):
    """Another daemon holds the database."""

    exit_status = 3


class TryLater(NewsdeskError):
    """Nothing is wrong but the moment (EX_TEMPFAIL of sysexits.h)."""

    exit_status = 75
