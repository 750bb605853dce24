"""What the published pages are called, below the folder that is published.

A name never changes with a title. Every name is safe in a file system and in an address.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

MARKED = re.compile(r"(.*-)?[0-9a-f]{6}")
LONGEST = 40  # characters of a section's name in the name of its page


def permalink(edition: str, number: int) -> str:
    """The page of a pick: of an item, by its number, in an edition, by how the names of its files begin."""
    return f"{edition}/{number}.html"


def gone(permalink: str) -> str:
    """The page that stands for a pick that was withdrawn, by the name of the pick's own."""
    *above, folder, page = permalink.split("/")
    return "/".join([*above, "gone", folder, page])


def day(of: date) -> str:
    """The page of a day."""
    return f"days/{of.isoformat()}.html"


def sections(names: Iterable[str]) -> dict[str, str]:
    """The page of each section, whatever the sections are called; no two share one.

    Sections that would share one get a mark, the beginning of the hash of the name; so does one whose name
    has no letters to show, or looks marked.
    """
    plain = {name: "-".join(_readable(name)) for name in names}
    times = Counter(plain.values())
    return {
        name: f"section/{words if times[words] == 1 and _is_own(words) else _marked(name, words)}.html"
        for name, words in plain.items()
    }


def _is_own(words: str) -> bool:
    return bool(words) and not MARKED.fullmatch(words)


def _marked(name: str, words: str) -> str:
    mark = sha256(name.encode(errors="surrogatepass")).hexdigest()[:6]
    return f"{words}-{mark}" if words else mark


def _readable(name: str) -> list[str]:
    """The words of a name in ASCII, as far as it has some."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", letters[:LONGEST])
