"""What a run found, as a page of the docs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from measure import Findings

HEAD = """# How fast it is

Written by `make bench-page`; `make bench-setup` installs what newsdesk is measured beside: `reader` from
PyPI, and newsboat, sfeed, curl, nginx and wrk from Debian. Each goal is a ratio of two things measured one
after the other in the same run, the median of its rounds. The figures further down are those of one machine
and of whatever else it did. A poll is only timed if the program then has exactly the items that the farm
has told of.

{run}

"""
METHOD = """## What is measured

- **The farm** is made by `benchmarks/farm.py`, the same on every machine: RSS and Atom, 20 to 30 items of
  1 to 3 kB of HTML, every source at a loopback address of its own behind one nginx that gives ETag and
  Last-Modified.
- **Programs are started as their users start them**: reader with 10 workers, sfeed_update with 10 jobs and
  curl's ETags, newsboat with 10 threads, curl with 50 transfers at once. Of newsdesk and reader, which are
  Python, the pass alone is timed, without the start of the interpreter; of the others, which start in no
  time, the whole command.
- **Phases**: *first* is a poll of sources that are new; *unchanged* are answers of 304; *news* are two new
  items in each tenth source; *stamps* are new dates of the channel, and nothing else. The first time all are
  asked for a third of a thousand sources in a round, later newsdesk for all and the peers for a hundred,
  of which a tenth has news too.
- **Ten thousand sources** were polled by newsdesk and by reader once, by `make bench-setup`; what is timed
  are polls that bring nothing, of all of them by newsdesk and curl, of two thousand by reader, which takes as
  long for each of these.
- **The archive** is made and published once, by `make bench-setup`, and kept. Its size is that named in the
  goals. Costs beside it are the time of newsdesk's own process on the processor.
- **Readers' waits** are counted from the instant at which each request was due, at an even pace.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """Where and when something was measured, of which commit, for how many seconds, how called."""

    machine: str
    at: datetime
    commit: str
    seconds: float
    words: Sequence[str]

    @property
    def line(self) -> str:
        called = " ".join(("benchmarks/goals.py", *self.words))
        return f"{self.machine}; {self.at:%Y-%m-%d}, commit {self.commit}; {self.seconds:.0f} s, {called}"


def page(run: Run, findings: Findings) -> str:
    """docs/performance.md."""
    goals = (
        (str(goal.number), goal.claim, goal.asked, goal.measured, goal.verdict) for goal in findings.goals
    )
    found = [HEAD.format(run=f"Measured on {run.line}."), "## Goals\n\n"]
    found.append(table(("goal", "what", "asked", "measured", ""), goals))
    for title, (columns, rows) in findings.tables.items():
        found.append(f"\n## {title}\n\n" + table(columns, rows))
    return "".join(found) + "\n" + METHOD


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
