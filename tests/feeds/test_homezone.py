"""What zone a source's dates are in, by when they were first seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import newsrooms
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from newsrooms import ZONES, Newsroom, kept

from feeds import homezone, zones
from feeds.homezone import Sighting

WINTER = datetime(2026, 1, 5, 9, 7, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


def sightings(
    zone: str, count: int = 20, start: datetime = WINTER, every: timedelta = timedelta(hours=31)
) -> list[Sighting]:
    """Entries dated in this zone, each seen by the next of half-hourly polls."""
    return [
        sighting((start + number * every).astimezone(ZoneInfo(zone)), seen=timedelta(minutes=1 + number % 28))
        for number in range(count)
    ]


def sighting(at: datetime, seen: timedelta, gap: timedelta | None = HALF_AN_HOUR) -> Sighting:
    """An entry dated at this local time, and seen so long after it."""
    before = at.astimezone(UTC) + seen
    return Sighting(local=at.replace(tzinfo=None), before=before, after=gap and before - gap)


def test_of_hundreds_of_sources_nearly_all_are_placed_rightly_and_none_wrongly_with_high_confidence() -> None:
    """Twenty items each over a change of clocks; one in five held, dated back or dated ahead."""
    told = {newsroom: kept(newsroom.polls()) for zone in ZONES for newsroom in seeded(zone, 15)}
    found = {newsroom: homezone.infer(seen) for newsroom, seen in told.items()}
    wrong = {
        newsroom: inference
        for newsroom, inference in found.items()
        if inference is None or not newsrooms.same(inference.zone, newsroom.zone, told[newsroom])
    }
    high = [newsroom for newsroom, inference in found.items() if inference and inference.confidence >= 0.9]
    badly = [newsroom for newsroom in high if newsroom in wrong]
    figures = (
        f"{len(found)} sources, {len(wrong)} wrong, {len(high)} of high confidence, of these wrong: {badly}"
    )
    assert len(ZONES) >= 12, figures
    assert len(wrong) <= 0.05 * len(found), figures
    assert badly == [], figures
    assert len(high) >= 0.7 * len(found), figures


def seeded(zone: str, count: int) -> list[Newsroom]:
    return [Newsroom(zone, seed) for seed in range(count)]


@pytest.mark.parametrize("zone", [*homezone.USUAL, *homezone.UNUSUAL])
def test_prompt_items_of_a_season_tell_the_offset_of_every_zone(zone: str) -> None:
    found = homezone.infer(sightings(zone, 40))
    assert found is not None
    assert found.fit >= homezone.SURE
    assert ZoneInfo(found.zone).utcoffset(WINTER) == ZoneInfo(zone).utcoffset(WINTER)


def test_every_zone_there_is_goes_as_a_candidate_goes() -> None:
    """But for Troll, a station of seven people, which takes two steps."""
    days = [datetime(2025, 1, 1, 12) + timedelta(days=day) for day in range(365)]  # noqa: DTZ001 - local

    def year(name: str) -> tuple[timedelta | None, ...]:
        return tuple(ZoneInfo(name).utcoffset(day) for day in days)

    known = {year(name) for name in (*homezone.USUAL, *homezone.UNUSUAL)}
    every = [
        name
        for code in ("FR", "US", "AU", "BR", "RU", "AQ", "NZ", "CL", "CA", "IN", "PS", "EG", "IL", "LB", "MA")
        for name in zones.country_zones(code)
    ]
    assert {name for name in every if year(name) not in known} == {"Antarctica/Troll"}


@pytest.mark.parametrize(
    ("zone", "likely", "chosen", "doubtful"),
    [
        pytest.param("Europe/Paris", (), "Europe/Paris", True, id="the usual of those that fit"),
        pytest.param("Africa/Lagos", (), "Europe/Paris", True, id="the usual one, though wrong next summer"),
        pytest.param("Africa/Lagos", ("Africa/Lagos",), "Africa/Lagos", True, id="the country decides"),
        pytest.param("Europe/Berlin", ("Europe/Berlin",), "Europe/Berlin", True, id="its own name"),
        pytest.param("UTC", ("Europe/London",), "Europe/London", True, id="a country on Greenwich time"),
        pytest.param("UTC", ("Europe/Paris",), "UTC", True, id="the country overrules no evidence"),
        pytest.param("America/New_York", ("Asia/Tokyo",), "America/New_York", True, id="nor a far one"),
        pytest.param("Asia/Tokyo", (), "Asia/Tokyo", False, id="a zone that no other parts from"),
        pytest.param("Asia/Kathmandu", (), "Asia/Kathmandu", False, id="a zone like no other"),
    ],
)
def test_of_zones_that_fit_alike_the_country_decides_then_custom_with_less_confidence(
    zone: str, likely: tuple[str, ...], chosen: str, doubtful: bool
) -> None:
    found = homezone.infer(sightings(zone), likely)
    assert found is not None
    assert (found.zone, found.confidence < 0.9 <= found.fit) == (chosen, doubtful)
    assert ("fits as well so far" in found.evidence) is doubtful


def test_a_change_of_clocks_settles_what_a_season_leaves_open() -> None:
    found = homezone.infer(sightings("Europe/Paris", 40, datetime(2026, 3, 5, 9, 7, tzinfo=UTC)))
    assert found is not None
    assert (found.zone, found.confidence >= 0.9) == ("Europe/Paris", True)


def test_the_evidence_is_a_sentence_with_figures() -> None:
    found = homezone.infer(sightings("Asia/Tokyo"))
    assert found is not None
    assert found.evidence == (
        "of 20 dates seen from 2026-01-05 to 2026-01-29, in Asia/Tokyo 20 come from between two polls"
        " and 0 from the future; in Australia/Darwin, the next best, 0 and 0"
    )


@pytest.mark.parametrize(
    ("reason", "seen"),
    [
        ("nothing", []),
        ("four", sightings("Asia/Tokyo", 4)),
        ("the first poll alone", [one.model_copy(update={"after": None}) for one in sightings("Asia/Tokyo")]),
    ],
)
def test_too_little_tells_nothing(reason: str, seen: list[Sighting]) -> None:
    assert homezone.infer(seen) is None


def test_polls_a_day_apart_tell_little() -> None:
    seen = [
        one.model_copy(update={"after": one.before - timedelta(days=1)}) for one in sightings("Asia/Tokyo")
    ]
    assert homezone.settle(None, seen) is None


def test_dates_of_events_to_come_tell_nothing() -> None:
    """A calendar: each entry is dated when its event is, days ahead."""
    ahead = [
        one.model_copy(update={"local": one.local + timedelta(hours=37 * (1 + number % 9))})
        for number, one in enumerate(sightings("UTC", 40))
    ]
    assert homezone.settle(None, ahead) is None


def test_no_item_comes_from_the_future() -> None:
    """Seen by polls hours apart, nine hours ahead of UTC: what UTC cannot be is told by the bound alone."""
    seen = [
        sighting(one.before.astimezone(ZoneInfo("Asia/Tokyo")), HALF_AN_HOUR, None)
        for one in sightings("UTC")
    ]
    found = homezone.infer([*seen, *sightings("Asia/Tokyo", 5, WINTER + timedelta(days=40))])
    assert found is not None
    assert found.zone == "Asia/Tokyo"


MIDNIGHT = datetime(2026, 1, 5)  # noqa: DTZ001 - local
MORNING = datetime(2026, 1, 5, 8, 30)  # noqa: DTZ001 - local


@pytest.mark.parametrize(
    ("locals_", "telling"),
    [
        pytest.param([MIDNIGHT], [], id="a bare day"),
        pytest.param([MORNING, MORNING], [], id="the time of a build"),
        pytest.param([MORNING, MIDNIGHT], [MORNING], id="one of two"),
        pytest.param(
            [MORNING + number * HALF_AN_HOUR for number in range(9)],
            [MORNING + number * HALF_AN_HOUR for number in range(4, 9)],
            id="the newest of many at once",
        ),
    ],
)
def test_bare_days_and_times_that_items_share_tell_nothing(
    locals_: list[datetime], telling: list[datetime]
) -> None:
    seen = [Sighting(local=local, before=WINTER) for local in locals_]
    assert [one.local for one in homezone.telling(seen)] == telling


def test_dates_on_the_hour_weigh_less() -> None:
    plain = sightings("America/Sao_Paulo", 6)
    full = [one.model_copy(update={"local": one.local.replace(minute=0, second=0)}) for one in plain]
    sure, less = homezone.infer(plain), homezone.infer(full)
    assert sure is not None
    assert less is not None
    assert less.fit < sure.fit


# --- a zone that is held --------------------------------------------------------------------------


def follow(seen: list[Sighting], likely: tuple[str, ...] = ()) -> list[str | None]:
    """The zones that are held, one after the other, as these sightings come in."""
    held: list[str | None] = [None]
    kept: list[Sighting] = []
    for one in seen:
        kept = [*kept, one][-homezone.MOST :]
        found = homezone.settle(held[-1], kept, likely)
        if found is not None and found.zone != held[-1]:
            since = homezone.parted(held[-1], found.zone, kept) if held[-1] else None
            kept = [one for one in kept if since is None or one.before >= since]
            held.append(found.zone)
    return held


def test_a_source_whose_server_moves_is_followed() -> None:
    moved = datetime(2026, 3, 2, 9, 7, tzinfo=UTC)
    seen = [*sightings("UTC", 30), *sightings("Europe/Paris", 12, moved)]
    assert follow(seen) == [None, "UTC", "Europe/Paris"]
    assert homezone.parted("UTC", "Europe/Paris", seen) == seen[30].before


def test_a_zone_that_was_wrong_from_the_start_never_was() -> None:
    """Lagos seemed to be Paris until the clocks of Paris changed."""
    seen = sightings("Africa/Lagos", 60, datetime(2026, 2, 10, 9, 7, tzinfo=UTC))
    assert follow(seen) == [None, "Europe/Paris", "Africa/Lagos"]
    assert homezone.parted("Europe/Paris", "Africa/Lagos", seen) is None


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Sydney"])
def test_a_zone_that_fits_is_held_through_changes_of_clocks(zone: str) -> None:
    seen = sightings(zone, 60, datetime(2025, 9, 20, 9, 7, tzinfo=UTC), timedelta(days=4))
    assert follow(seen, (zone,)) == [None, zone]


def test_a_few_held_items_change_no_zone() -> None:
    late = [sighting(WINTER + timedelta(days=40, hours=number), timedelta(hours=3)) for number in range(4)]
    assert follow([*sightings("UTC", 25), *late], ("Europe/London",)) == [None, "Europe/London"]


def test_the_zone_of_an_editor_is_doubted_only_on_strong_evidence() -> None:
    tokyo = sightings("Asia/Tokyo")
    doubt = homezone.contradiction("Europe/Paris", tokyo)
    assert doubt is not None
    assert doubt.zone == "Asia/Tokyo"
    assert homezone.contradiction("Asia/Tokyo", tokyo) is None
    assert homezone.contradiction("Asia/Seoul", tokyo) is None
    assert homezone.contradiction("Europe/Paris", tokyo[:5]) is None


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(
            sighting,
            st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            st.timedeltas(timedelta(days=-9), timedelta(days=900)),
            st.none() | st.timedeltas(timedelta(), timedelta(days=90)),
        ),
        max_size=12,
    )
)
def test_inferring_never_raises_and_is_a_probability(seen: list[Sighting]) -> None:
    found = homezone.infer(seen, ("Europe/Paris",))
    assert found is None or 0 <= found.confidence <= found.fit <= 1
