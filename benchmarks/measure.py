"""What a program takes: seconds by the clock, seconds of the processors, memory; and what a goal comes to.

Counted is the whole family of a program, from its start until its end.
"""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """What a program took: seconds, and its largest resident memory in megabytes; and what it said."""

    wall: float
    cpu: float
    megabytes: float = 0.0
    said: str = ""


def run(
    words: Sequence[str | Path], folder: Path, given: Mapping[str, str] | None = None, statuses: str = "0"
) -> Taken:
    """What a program takes, run to its end in a folder; raises AssertionError where it fails.

    What it says goes into files: it never waits for who reads that.
    """
    with TemporaryFile("w+") as said, TemporaryFile("w+") as complained:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in words],
            cwd=folder,
            env={**os.environ, **(given or {})},
            stdout=said,
            stderr=complained,
        )
        with watched(process.pid) as sizes:
            process.wait()
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        complained.seek(0)
        assert str(process.returncode) in statuses.split(), (
            f"{words[0]}: {process.returncode}: {complained.read()[-2000:]}"
        )
        said.seek(0)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Taken(wall, cpu, max(sizes.found, default=0.0), said.read())


class watched:  # noqa: N801  read as: with watched(process) as sizes
    """The resident memory of a family of processes, looked at ten times a second."""

    def __init__(self, process: int) -> None:
        self.process, self.found = process, list[float]()
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> watched:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.found.append(sum(resident(one) for one in family(self.process)))


def family(process: int) -> list[int]:
    """A process and its descendants, those of them that are known to Linux and are programs of their own.

    Until then a child lives in its parent's memory (vfork(2)).
    """
    found = [process]
    for one in found:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                children = map(int, (task / "children").read_text().split())
                found.extend(child for child in children if _words(child) != _words(one))
    return found


def _words(process: int) -> bytes:
    """What a process was called with; nothing where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def resident(process: int) -> float:
    """Megabytes; of what several processes share, each has its part."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024 / 1_000_000
    return 0.0


@dataclass(frozen=True, slots=True)
class Goal:
    """A claim and what was measured of it, a figure for each round; `most` where it is not to be passed."""

    number: int
    claim: str
    figures: tuple[float, ...]
    wanted: float
    most: bool = False
    unit: str = "×"

    @property
    def figure(self) -> float:
        return median(self.figures)

    @property
    def holds(self) -> bool:
        return self.figure <= self.wanted if self.most else self.figure >= self.wanted

    @property
    def line(self) -> str:
        return f"{self.number}  {self.claim:70} {self.measured:>10}  ({self.asked}): {self.verdict}"

    @property
    def verdict(self) -> str:
        return "holds" if self.holds else "falls short"

    @property
    def asked(self) -> str:
        return f"{'at most' if self.most else 'at least'} {self.wanted:g} {self.unit}".rstrip()

    @property
    def measured(self) -> str:
        return f"{shown(self.figure)} {self.unit}".rstrip()


def shown(figure: float) -> str:
    """A figure with as many digits as say something."""
    return (
        f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"
    )


@dataclass(slots=True)
class Findings:
    """What a run finds: the goals, and tables of what was measured on the way."""

    goals: list[Goal] = field(default_factory=list)
    tables: dict[str, tuple[Sequence[str], list[Sequence[str]]]] = field(default_factory=dict)

    def goal(self, *goals: Goal) -> None:
        for one in goals:
            self.goals.append(one)
            print(
                f"{one.number}  {one.claim:68} {one.measured:>10}  ({one.asked}): {one.verdict}", flush=True
            )

    def note(self, table: str, columns: Sequence[str], *cells: str) -> None:
        self.tables.setdefault(table, (columns, []))[1].append(cells)


def note(said: str) -> None:
    """What is going on, while it does."""
    print(f"   … {said}", flush=True)
