"""Goals 2 and 5 with ten thousand sources of which none has anything new, beside reader and beside curl.

The farm, and what newsdesk and reader have of it, are made once, by `make bench-setup`, and kept under
`.bench/`: to poll ten thousand sources for the first time takes minutes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farm import Farm, served, yesterday
from measure import ROUNDS, Findings, Goal, note
from peers import Newsdesk, Reader
from polling import Race, farmed, in_folders, tabled

COUNT = 10_000
PART = 2_000  # sources that reader is asked for: for all of them it takes half a minute, at the same rate


def made(kept: Path) -> Path:
    """The folder of the farm and of the programs that have polled it, made where it is not there yet."""
    folder = kept / f"crowd-{COUNT}"
    if not folder.exists():
        note(f"making a farm of {COUNT:,} sources that newsdesk and reader have polled, once")
        making = kept / f"{folder.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        with farmed(making, COUNT) as farm:
            race = Race(farm, making, in_folders(making, Newsdesk, Reader))
            race.subscribe("all", farm.sources)
            for program in race.programs:
                race.poll("first", program, "all", farm.sources)
            (making / "port").write_text(str(farm.port))
        making.rename(folder)
    return folder


@contextmanager
def gathered(kept: Path, folder: Path) -> Iterator[Race]:
    """newsdesk and reader, which know the farm that is kept, where they know it."""
    crowd = made(kept)
    farm = Farm(crowd / "documents", COUNT, yesterday(), int((crowd / "port").read_text()))
    with served(farm.folder, folder / "nginx", farm.port):
        yield Race(farm, folder, (Newsdesk(crowd / "newsdesk"), Reader(crowd / "reader")))


def measure(folder: Path, findings: Findings, kept: Path) -> None:
    """Polls of the sources by each, which all are answered with 304."""
    with gathered(kept, folder) as race:
        newsdesk, reader = race.programs
        part = race.farm.sources[:PART]
        reader.subscribe("part", [race.farm.url(source) for source in part])
        for _ in range(ROUNDS):
            race.poll("unchanged", newsdesk, "all", race.farm.sources)
            race.poll("unchanged", reader, "part", part)
            race.fetch()
    rates, size = race.rates, f"{COUNT:,} sources"
    tabled(rates, findings, size)
    findings.goal(
        Goal(2, f"nothing changed, {size}, beside reader", rates.ratios("unchanged", "reader"), 8),
        Goal(2, f"nothing changed, {size}, beside curl", rates.ratios("unchanged", "curl"), 0.65),
        Goal(5, f"memory of all processes, {size}", (race.megabytes,), 250, True, "MB"),
    )
