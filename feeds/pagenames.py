"""What the published pages are called, below the folder that is published.

A name never changes with a title. Every name is safe in a file system and in an address.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from hashlib import sha256

PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MARKED = re.compile(r"(.*-)?[0-9a-f]{6}")
LONGEST = 40  # characters of a section's name in the name of its page


def permalink(slug: str, number: int) -> str:
    """The page of a pick: of an item, by its number, in an edition."""
    return f"{slug}/{number}.html"


def gone(slug: str, number: int) -> str:
    """The page that stands for a pick that was withdrawn."""
    return f"gone/{permalink(slug, number)}"


def day(of: date) -> str:
    """The page of a day."""
    return f"days/{of.isoformat()}.html"


def section(name: str) -> str:
    """The page of a section, whatever it is called; two sections never share one.

    A section that is not called what its page is gets a mark, the beginning of the hash of its name.
    """
    plain = name if PLAIN.fullmatch(name) and len(name) <= LONGEST else ""
    if plain and not MARKED.fullmatch(plain):
        return f"section/{plain}.html"
    mark = sha256(name.encode(errors="surrogatepass")).hexdigest()[:6]
    return f"section/{'-'.join([*_readable(name), mark])}.html"


def _readable(name: str) -> list[str]:
    """The words of a name in ASCII, as far as it has some."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", letters[:LONGEST])
