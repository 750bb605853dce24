"""The farm of the benchmarks is the same on every machine, and what is polled of it is what it tells of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import measure
import pytest
from farm import FEWEST, MOST, Farm, document, program
from polling import farmed

from aggregator import app, sources, store
from aggregator.outcomes import Report

DAY = datetime(2026, 11, 20, 22, tzinfo=UTC)


def texts(folder: Path) -> dict[str, tuple[str, float]]:
    return {file.name: (file.read_text(), file.stat().st_mtime) for file in folder.iterdir()}


def made(folder: Path) -> Farm:
    """A farm after a day's doings."""
    folder.mkdir()
    farm = Farm(folder, 5, DAY)
    farm.write(farm.sources)
    farm.tell_news(farm.sources[1:3])
    farm.stamp(farm.sources[2:4])
    return farm


def test_a_farm_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    made(tmp_path / "here")
    made(tmp_path / "there")
    assert texts(tmp_path / "here") == texts(tmp_path / "there")


def test_news_replace_the_oldest_items_and_a_stamp_changes_no_item(tmp_path: Path) -> None:
    farm = Farm(tmp_path, 5, DAY)
    source = farm.sources[1]
    farm.write([source])
    items = [part for part in document(source, DAY).splitlines() if part.startswith("<item>")]
    farm.stamp([source])
    stamped = (tmp_path / source.path).read_text()
    assert stamped == document(source, DAY)
    assert [part for part in stamped.splitlines() if part.startswith("<item>")] == items
    farm.tell_news([source])
    told = [part for part in (tmp_path / source.path).read_text().splitlines() if part.startswith("<item>")]
    assert told[2:] == items[:-2]
    assert farm.items([source]) == len(items) + 2


def test_items_are_as_many_and_as_large_as_said(tmp_path: Path) -> None:
    farm = Farm(tmp_path, 12, DAY)
    for source in farm.sources:
        said = document(source, DAY)
        assert FEWEST <= source.size == said.count("<![CDATA[") <= MOST
        assert 1_000 < len(said) / source.size < 3_500


@pytest.mark.skipif(program("nginx") is None, reason="the farm is served by nginx")
async def test_what_is_polled_of_the_farm_is_what_it_tells_of(tmp_path: Path) -> None:
    chosen = app.chosen(
        database_url=f"sqlite:///{tmp_path}/newsdesk.db",
        fetch={"host_gap": 0, "allow_private_networks": ["127.0.0.0/8"]},
    )
    with farmed(tmp_path / "farm", 5) as farm, app.opened(chosen) as newsdesk:
        with newsdesk.database.writing() as session:
            for source in farm.sources:
                sources.add(session, farm.url(source), newsdesk.now())

        async def polled() -> Report:
            with newsdesk.database.reading() as session:
                addresses = [store.address(source) for source in store.sources(session)]
            return await poller.poll(addresses)

        async with newsdesk.poller() as poller:
            first, unchanged = await polled(), await polled()
            farm.tell_news(farm.sources[:1])
            news = await polled()
            farm.stamp(farm.sources)
            stamps = await polled()
    said = [(report.count("failed"), report.new_items) for report in (first, unchanged, news, stamps)]
    assert said == [(0, farm.items(farm.sources) - 2), (0, 0), (0, 2), (0, 0)]


@pytest.mark.parametrize(
    ("figures", "most", "holds"),
    [((3.0, 5.0, 4.0), False, True), ((3.0, 3.9, 9.0), False, False), ((1.0, 4.0, 9.0), True, True)],
)
def test_a_goal_is_held_by_the_median_of_its_rounds(
    figures: tuple[float, ...], most: bool, holds: bool
) -> None:
    goal = measure.Goal(1, "claim", figures, 4, most)
    assert goal.holds is holds
    assert goal.verdict in goal.line
