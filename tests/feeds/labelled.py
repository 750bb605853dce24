"""The labelled pairs of tests/feeds/likeness: how well likeness tells what is alike from what is not.

python tests/feeds/labelled.py        prints precision and recall, and every error
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from feeds.entries import Entry, Link, Origin
from feeds.likeness import LEVELS, compare
from feeds.profiles import Profile, profile

FOLDER = Path(__file__).parent / "likeness"
SHORT, WILD = "short", "wild"
DIFFERENT = "different"
AT, LATER = "2026-03-02T08:00:00Z", "2026-03-02T11:30:00Z"
ASKED = {
    "same item": (1.0, 0.99),
    "same text": (0.995, 0.97),
    "same story": (0.97, 0.85),
}  # precision, recall


@dataclass(frozen=True)
class Pair:
    """Two items and what somebody who read them says that they are."""

    name: str
    label: str
    why: str
    items: tuple[Profile, Profile]
    languages: tuple[str, str]

    @property
    def found(self) -> str:
        """What newsdesk says that they are."""
        alike = compare(*self.items)
        return alike.level if alike else DIFFERENT


WAYS = {
    "whole": {},
    "framed": {"framed": True},
    "cut": {"keep": 2},
    "edited": {"edited": True},
    "cut and framed": {"keep": 2, "framed": True},
    "edited and framed": {"edited": True, "framed": True},
}  # in which an article is copied


def pairs(part: str) -> Iterator[Pair]:
    """All pairs of one part, in the order of their files; then the copies of its articles."""
    for file in sorted((FOLDER / part).glob("*.toml")):
        kept = tomllib.loads(file.read_text())
        for number, said in enumerate(kept.get("pair", ()), 1):
            plain = {"language": kept.get("language"), "at": AT}
            sides = [article(plain | side) for side in (said["a"], {"at": LATER} | said["b"])]
            yield pair(f"{file.stem} {number}", said["label"], said.get("why", ""), *sides)
    for name, text in texts().items() if part == SHORT else ():
        for way, changes in WAYS.items() if "other_title" in text else ():
            original = article({"text": name, "source": "first", "at": AT})
            copied = {"text": name, "title": text["other_title"], "source": "second", "at": LATER}
            yield pair(f"{name}, {way}", "same text", "", original, article(copied | changes))


def pair(name: str, label: str, why: str, one: dict[str, Any], other: dict[str, Any]) -> Pair:
    items = (described(one), described(other))
    return Pair(name, label, why, items, (one["language"], other["language"]))


def article(said: dict[str, Any]) -> dict[str, Any]:
    """An item as a pair describes it, with the text of the article that it names."""
    if "text" not in said:
        return said
    text = texts()[said["text"]]
    paragraphs = text["paragraphs"][: said.get("keep")]
    if said.get("edited"):
        for old, new in text["edits"]:
            paragraphs = [paragraph.replace(old, new) for paragraph in paragraphs]
    if framed := said.get("framed"):
        frame = text if framed is True else texts()[framed]
        paragraphs = [frame["before"], *paragraphs, frame["after"]]
    content = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return {"title": text["title"], "content": content} | said | {"language": text["language"]}


@cache
def texts() -> dict[str, dict[str, Any]]:
    """The articles, by name."""
    found: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / SHORT / "texts.toml").read_text())["text"]
    return found


def described(said: dict[str, Any]) -> Profile:
    """An item as comparing takes it."""
    at = datetime.fromisoformat(said["at"])
    url = said.get("url") or f"https://{said['source']}.example/{said['at'][:10]}/{quote(said['title'])}"
    origin = Origin(id=said["origin"], feed_url=said["origin"]) if "origin" in said else None
    links = (Link(href=said["canonical"], rel="canonical"),) if "canonical" in said else ()
    entry = Entry(
        guid=said.get("guid", url),
        url=url,
        title=said["title"],
        summary=said.get("summary", ""),
        content=said.get("content", ""),
        links=links,
        origin=origin,
    )
    return profile(entry, language=said["language"], source=number_of(said["source"]), at=at)


@cache
def _numbers() -> dict[str, int]:
    return {}


def number_of(source: str) -> int:
    """A number for a source by its name."""
    return _numbers().setdefault(source, len(_numbers()) + 1)


@dataclass
class Figures:
    """How often a level was rightly found, wrongly found, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def measured(chosen: list[Pair]) -> dict[str, Figures]:
    """The figures of each level: what is found at another than its own is wrong there and missed here."""
    figures = {level: Figures() for level in reversed(LEVELS)}
    for pair in chosen:
        found = pair.found
        if found == pair.label:
            if found != DIFFERENT:
                figures[found].right += 1
            continue
        if found != DIFFERENT:
            figures[found].wrong += 1
        if pair.label != DIFFERENT:
            figures[pair.label].missed += 1
    return figures


def main() -> int:
    """Print the figures of each part and of both, and every error; 1 where less is had than asked of both."""
    parts = {part: list(pairs(part)) for part in (SHORT, WILD)}
    for part, found in parts.items():
        report(part, found)
        tell_errors(found)
    return report("both", [pair for found in parts.values() for pair in found])


def report(name: str, every: list[Pair]) -> int:
    labels = Counter(pair.label for pair in every)
    print(
        f"\n{name}: {len(every)} pairs: " + ", ".join(f"{count} {label}" for label, count in labels.items())
    )
    short = False
    print(f"{'level':12}{'pairs':>6}{'precision':>11}{'asked':>8}{'recall':>8}{'asked':>8}")
    for level, got in measured(every).items():
        precision, recall = ASKED[level]
        short |= got.precision < precision or got.recall < recall
        count = got.right + got.missed
        print(f"{level:12}{count:>6}{got.precision:>11.3f}{precision:>8.3f}{got.recall:>8.3f}{recall:>8.3f}")
    right: dict[str, list[bool]] = {}
    for pair in every:
        right.setdefault("-".join(sorted(set(pair.languages))), []).append(pair.found == pair.label)
    print(", ".join(f"{name} {sum(told)}/{len(told)}" for name, told in sorted(right.items())))
    return int(short)


def tell_errors(every: list[Pair]) -> None:
    for pair in every:
        if pair.found != pair.label:
            titles = " | ".join(item.title for item in pair.items)
            print(f"  {pair.name}: {pair.label}, found {pair.found}: {titles} {pair.why and f'({pair.why})'}")


if __name__ == "__main__":
    sys.exit(main())
