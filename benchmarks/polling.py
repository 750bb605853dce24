"""Goals 1 to 3, and the memory of goal 5: polling, beside every peer, on the same farm.

    first        each round, sources that are new to every program (the first round into empty databases)
    unchanged    each round, all of them, answered with 304
    news         each round, two new items of every tenth source
    stamps       each round, other dates of the channels, and nothing else

After their first poll the peers are asked for a part of the sources, the same one each round: a rate needs no
more, they take long, and newsboat takes the longer for each source the more it is asked for at once. Ten
thousand sources that have nothing new are `crowd.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

from farm import Farm, Farmed, served, yesterday
from measure import ROUNDS, Findings, Goal, Taken, note
from peers import Newsboat, Newsdesk, Program, Reader, Sfeed, curl

COLUMNS = ("phase", "program", "sources a second", "ms of CPU for a source")
CHANGED = 10  # each so manieth source has news
PART = 100  # sources that the peers are asked for again


@dataclass(slots=True)
class Rates:
    """Sources per second, and milliseconds of CPU for one, by phase and program, a figure a round."""

    per_second: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    cpu: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def note(self, phase: str, program: str, taken: Taken, count: int) -> None:
        self.per_second.setdefault((phase, program), []).append(count / taken.wall)
        self.cpu.setdefault((phase, program), []).append(taken.cpu / count * 1_000)
        note(f"{phase:10} {program:13} {count / taken.wall:9,.1f}/s {taken.cpu / count * 1_000:7.2f} ms CPU")

    def ratios(self, phase: str, peer: str) -> tuple[float, ...]:
        return divided(self.per_second[phase, "newsdesk"], self.per_second[phase, peer])

    def cpu_ratios(self, phase: str, peer: str) -> tuple[float, ...]:
        return divided(self.cpu[phase, "newsdesk"], self.cpu[phase, peer])


def divided(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    return tuple(one / other for one, other in zip(ours, theirs, strict=True))


@dataclass(slots=True)
class Race:
    """The programs, the farm they poll, and what is measured of them."""

    farm: Farm
    folder: Path
    programs: Sequence[Program]
    rates: Rates = field(default_factory=Rates)
    megabytes: float = 0.0  # the most that newsdesk took

    def subscribe(self, group: str, sources: Sequence[Farmed]) -> None:
        for program in self.programs:
            program.subscribe(group, [self.farm.url(source) for source in sources])

    def poll(self, phase: str, program: Program, group: str, sources: Sequence[Farmed]) -> None:
        """Time a poll of these sources, if the program then has all items of them, and no more."""
        taken, items = program.poll(group)
        wanted = self.farm.items(sources)
        assert items == wanted, f"{phase}: {program.name} has {items} items, not {wanted}"
        self.rates.note(phase, program.name, taken, len(sources))
        if program.name == "newsdesk":
            self.megabytes = max(self.megabytes, taken.megabytes)

    def fetch(self) -> None:
        """Time curl on what is unchanged."""
        urls = [self.farm.url(source) for source in self.farm.sources]
        self.rates.note("unchanged", "curl", curl(urls, self.folder), len(urls))


@contextmanager
def farmed(folder: Path, count: int) -> Iterator[Farm]:
    """A farm that is served."""
    documents = folder / "documents"
    documents.mkdir(parents=True)
    farm = Farm(documents, count, yesterday())
    farm.write(farm.sources)
    with served(documents, folder / "nginx") as farm.port:
        yield farm


def in_folders(folder: Path, *kinds: type[Reader | Sfeed | Newsboat | Newsdesk]) -> list[Program]:
    """Programs, each in a folder of its own."""
    programs: list[Program] = []
    for kind in kinds:
        own = folder / kind.__name__.lower()
        own.mkdir()
        programs.append(kind(own))
    return programs


def measure(folder: Path, findings: Findings, count: int) -> None:
    """Goals 1, 2 and 3 with `count` sources, each round with a part of them that is new."""
    with farmed(folder, count) as farm:
        programs = in_folders(folder, Newsdesk, Reader, Sfeed, Newsboat)
        race = Race(farm, folder, programs)
        begins = [count * turn // ROUNDS for turn in range(ROUNDS + 1)]
        for turn, (begin, end) in enumerate(pairwise(begins)):
            first(race, f"first {turn}", farm.sources[begin:end])
        part = farm.sources[:PART]
        race.subscribe("part", part)
        for phase in (unchanged, news, stamps):
            for turn in range(ROUNDS):
                phase(race, turn, part)
    conclude(race, findings)


def first(race: Race, group: str, sources: Sequence[Farmed]) -> None:
    race.subscribe(group, sources)
    for program in race.programs:
        race.poll("first", program, group, sources)


def unchanged(race: Race, turn: int, part: Sequence[Farmed]) -> None:
    newsdesk, _, *others = race.programs
    race.poll("unchanged", newsdesk, "all", race.farm.sources)
    for program in others:
        race.poll("unchanged", program, "part", part)


def news(race: Race, turn: int, part: Sequence[Farmed]) -> None:
    race.farm.tell_news(race.farm.sources[turn::CHANGED])
    newsdesk, *others = race.programs
    race.poll("news", newsdesk, "all", race.farm.sources)
    for program in others:
        race.poll("news", program, "part", part)


def stamps(race: Race, turn: int, part: Sequence[Farmed]) -> None:
    race.farm.stamp(race.farm.sources)
    newsdesk, reader, *_ = race.programs
    race.poll("stamps", newsdesk, "all", race.farm.sources)
    race.poll("stamps", reader, "part", part)


def conclude(race: Race, findings: Findings) -> None:
    rates = race.rates
    tabled(
        rates, findings, f"{len(race.farm.sources):,} sources, {race.farm.items(race.farm.sources):,} items"
    )
    findings.goal(
        Goal(1, "first poll, beside reader", rates.ratios("first", "reader"), 4),
        Goal(1, "first poll, beside sfeed_update", rates.ratios("first", "sfeed_update"), 1.5),
        Goal(1, "first poll, beside newsboat", rates.ratios("first", "newsboat"), 1.5),
        Goal(1, "first poll, CPU for a source beside reader", rates.cpu_ratios("first", "reader"), 0.6, True),
        Goal(2, "nothing changed, beside sfeed_update", rates.ratios("unchanged", "sfeed_update"), 10),
        Goal(2, "nothing changed, beside newsboat", rates.ratios("unchanged", "newsboat"), 10),
        Goal(3, "a tenth has news, beside reader", rates.ratios("news", "reader"), 7),
        Goal(3, "a tenth has news, beside sfeed_update", rates.ratios("news", "sfeed_update"), 7),
        Goal(3, "a tenth has news, beside newsboat", rates.ratios("news", "newsboat"), 7),
        Goal(3, "only channel dates changed, beside reader", rates.ratios("stamps", "reader"), 40),
    )
    size = f"{len(race.farm.sources):,} sources"
    findings.goal(Goal(5, f"memory of all processes, {size}", (race.megabytes,), 250, True, "MB"))


def tabled(rates: Rates, findings: Findings, title: str) -> None:
    for phase, program in rates.per_second:
        rate, cpu = median(rates.per_second[phase, program]), median(rates.cpu[phase, program])
        findings.note(f"Polling: {title}", COLUMNS, phase, program, f"{rate:,.1f}", f"{cpu:.2f}")
