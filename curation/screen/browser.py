"""The web browser of the one at the desk."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Browser:
    """How an address is opened, and whether that takes the terminal, as w3m does."""

    open: Callable[[str], object]
    takes_terminal: bool = False


def usual() -> Browser:
    """The one that BROWSER names, else the first that the machine has."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return Browser(webbrowser.open)
    waits = isinstance(found, webbrowser.GenericBrowser)
    return Browser(found.open, waits and not isinstance(found, webbrowser.BackgroundBrowser))
