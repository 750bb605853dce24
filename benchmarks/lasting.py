"""Goal 5: what a hundred rounds of polling leave in memory.

    python benchmarks/lasting.py PORT FOLDER

The program that polls is this file, run as above: it polls the farm of a folder again and again in one
process, as the daemon does, and prints its own resident memory after each poll. At every poll a tenth has
news. Three of them run side by side, each with a farm of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from farm import Farm
from measure import ROUNDS, Findings, Goal, note, resident
from polling import farmed

COUNT, POLLS, WARM = 40, 100, 20


def measure(folder: Path, findings: Findings) -> None:
    with ThreadPoolExecutor(ROUNDS) as rounds:
        growths = tuple(rounds.map(grown, (folder / str(number) for number in range(ROUNDS))))
    findings.goal(Goal(5, f"growth from poll {WARM} to {POLLS}", growths, 2, True, "%"))


def grown(folder: Path) -> float:
    """By how many percent a program has grown in the end."""
    with farmed(folder, COUNT) as farm:
        words = [sys.executable, str(Path(__file__).resolve()), str(farm.port), str(folder)]
        path = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        said = subprocess.run(words, env=path, stdout=subprocess.PIPE, text=True, check=True).stdout
    sizes = json.loads(said)
    begun, ended = median(sizes[WARM : WARM + 10]), median(sizes[-10:])
    note(f"{begun:.1f} MB after {WARM} polls, {ended:.1f} MB after {len(sizes)}")
    return (ended / begun - 1) * 100


def poll(port: int, folder: Path) -> list[float]:
    """Megabytes after each poll."""
    from farm import yesterday

    from aggregator import app, loop, sources, store

    farm = Farm(folder / "documents", COUNT, yesterday(), port=port)
    fetch = {"host_gap": 0, "allow_private_networks": ["127.0.0.0/8"]}
    chosen = app.chosen(database_url=f"sqlite:///{folder}/newsdesk.db", output=folder / "public", fetch=fetch)
    sizes: list[float] = []

    async def polls() -> None:
        async with newsdesk.poller() as poller:
            for turn in range(POLLS):
                with newsdesk.database.reading() as session:
                    addresses = [store.address(source) for source in store.sources(session)]
                report = await poller.poll(addresses)
                assert report.count("failed") == 0, report
                sizes.append(resident(os.getpid()))
                farm.tell_news(farm.sources[turn % 10 :: 10], items=1)

    with app.opened(chosen) as newsdesk:
        with newsdesk.database.writing() as session:
            for source in farm.sources:
                sources.add(session, farm.url(source), newsdesk.now())
        loop.run(polls())
    return sizes


if __name__ == "__main__":
    print(json.dumps(poll(int(sys.argv[1]), Path(sys.argv[2]))))
