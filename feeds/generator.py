"""By what a document was written, which is the same on every machine with the same release."""

from __future__ import annotations

from functools import cache
from importlib import metadata

NAME = "newsdesk"
URI = "https://newsdesk.example/"


@cache
def version() -> str:
    """The release, such as 1.0.0; 0 where newsdesk runs without having been installed."""
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return "0"
