"""Every goal for speed, measured in one run beside peers and limits: `make bench`.

    .venv/bin/python benchmarks/goals.py [--only 1,6] [--sources N] [--archive N] [--markdown]
    .venv/bin/python benchmarks/goals.py --missing | --prepare [--archive N]

A goal is a ratio of two things measured in the same round, one after the other; shown is the median of at
least three rounds. Absolute figures are those of the machine and of whatever else it does. `--archive` names
the size of the large archive, and `--markdown` writes docs/performance.md. `make bench-setup` installs what
is measured beside, and makes the archives and the large farm: a million items and ten thousand sources take
half an hour, once, and are kept in .bench/
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import archive
import crowd
import farm
import lasting
import polling
import pressing
import serving
import starting
import waiting
from measure import Findings, note
from peers import READER
from report import Run, page

HERE = Path(__file__).resolve().parent
KEPT = HERE.parent / ".bench"
PAGE = HERE.parent / "docs" / "performance.md"
BESIDE_ARCHIVES, BESIDE_CROWD = {"6", "7", "9"}, {"2", "5"}
NEEDED = {  # programs, and the packages of Debian that have them
    "curl": "curl",
    "newsboat": "newsboat",
    "sfeed_update": "sfeed",
    "wrk": "wrk",
    "nginx": "nginx-light",
}


def parts(given: argparse.Namespace) -> dict[str, Callable[[Path, Findings], None]]:
    """What measures which goals."""
    return {
        "1 2 3": lambda folder, findings: polling.measure(folder, findings, given.sources),
        "2 5": lambda folder, findings: crowd.measure(folder, findings, KEPT),
        "4": waiting.measure,
        "5": lasting.measure,
        "6": lambda folder, findings: archive.measure(folder, findings, KEPT, given.archive),
        "7": lambda folder, findings: pressing.measure(folder, findings, KEPT),
        "8": serving.measure,
        "9": lambda folder, findings: starting.measure(folder, findings, KEPT, given.archive),
    }


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--only", default="", help="the numbers of the goals wanted, such as 1,6")
    asked.add_argument("--sources", type=int, default=1_000, help="sources that all peers poll")
    asked.add_argument("--archive", type=int, default=1_000_000, help="items of the large archive")
    asked.add_argument("--missing", action="store_true", help="only say what is not installed")
    asked.add_argument("--prepare", action="store_true", help="only make what is kept and not there yet")
    asked.add_argument("--markdown", action="store_true", help="write docs/performance.md")
    return asked.parse_args()


def missing() -> str | None:
    """What is to be done first where something that is measured beside is not installed."""
    packages = [package for name, package in NEEDED.items() if farm.program(name) is None]
    if packages:
        return f"not installed: apt-get install {' '.join(packages)}"
    return None if READER.exists() else "reader is not installed: make bench-setup"


def prepare(goals: Collection[str], items: int) -> None:
    """Make what is kept for these goals and not there yet: in no figure is the time for that."""
    if BESIDE_CROWD.intersection(goals):
        crowd.made(KEPT)
    if BESIDE_ARCHIVES.intersection(goals):
        for size in (archive.FEW, items):
            archive.publish(archive.made(KEPT, size))
            archive.made_stories(KEPT, size)


def machine() -> str:
    """The machine in a line: processor, how many of them, memory, system."""
    names = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]  # fmt: skip
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores of {names[0] if names else platform.machine()}, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    )


def commit() -> str:
    words = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, stdout=subprocess.PIPE, text=True).stdout.strip() or "unknown"


def main() -> None:
    given = arguments()
    if given.missing or missing():
        sys.exit(missing())
    KEPT.mkdir(exist_ok=True)
    every = set(" ".join(parts(given)).split())
    wanted, findings = set(given.only.replace(",", " ").split()) or every, Findings()
    prepare(wanted, given.archive)
    if given.prepare:
        return
    started = time.perf_counter()
    with TemporaryDirectory(prefix="newsdesk-bench-") as scratch:
        for numbers, measure in parts(given).items():
            if wanted.intersection(numbers.split()):
                note(f"goal {numbers}")
                measure(Path(scratch).resolve() / numbers.replace(" ", "-"), findings)
    findings.goals.sort(key=lambda goal: goal.number)
    run = Run(machine(), datetime.now(UTC), commit(), time.perf_counter() - started, sys.argv[1:])
    print(f"\n{run.line}\n")
    for goal in findings.goals:
        print(goal.line)
    if given.markdown:
        PAGE.write_text(page(run, findings))
        print(f"\n{PAGE} is written")


if __name__ == "__main__":
    main()
