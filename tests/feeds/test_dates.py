"""Any date found in a feed, read as an instant."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import dates
from feeds.entries import Doubt, Home, Moment

EIGHT = datetime(2026, 11, 20, 8, tzinfo=UTC)
SEVEN = datetime(2026, 11, 20, 7, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)

OWN_OFFSET = [
    ("2026-11-20T08:00:00Z", EIGHT),
    ("2026-11-20t08:00:00z", EIGHT),
    ("2026-11-20T08:00Z", EIGHT),
    ("2026-11-20T09:00:00+01:00", EIGHT),
    ("2026-11-20T09:00:00+01", EIGHT),
    ("2026-11-20T03:00:00\N{MINUS SIGN}05:00", EIGHT),
    ("2026-11-20T13:45:00+0545", EIGHT),
    ("2026-11-20 08:00:00 UTC", EIGHT),
    ("2026-11-20 08:00:00 +0000 UTC", EIGHT),
    ("2026-11-20 09:00:00 UTC+01:00", EIGHT),
    ("2026-11-20T09:00:00+01:00[Europe/Paris]", EIGHT),
    ("20261120T080000Z", EIGHT),
    ("20261120080000Z", EIGHT),
    ("2026-11-20T08:00:00.250Z", EIGHT + timedelta(milliseconds=250)),
    ("2026-11-20T08:00:00,123456789Z", EIGHT + timedelta(microseconds=123456)),
    ("2026-11-19T24:00:00Z", MIDNIGHT),
    ("2026-11-20T07:59:60Z", EIGHT),
    ("Fri, 20 Nov 2026 08:00:00 GMT", EIGHT),
    ("Fri, 20 Nov 2026 08:00:00 UT", EIGHT),
    ("Fri, 20 Nov 2026 09:00:00 +0100", EIGHT),
    ("Fri, 20 Nov 2026 08:00:00 -0000", EIGHT),
    ("Fri, 20 Nov 2026 09:00:00 +0100 (CET (winter))", EIGHT),
    ("20 Nov 2026 08:00:00 GMT", EIGHT),
    ("Fri 20 Nov 2026 08:00:00 GMT", EIGHT),
    ("Fri,20 Nov 2026 08:00:00 GMT", EIGHT),
    ("Friday, 20 November 2026 08:00:00 GMT", EIGHT),
    ("Fri, 20 Nov 26 08:00:00 GMT", EIGHT),
    ("Fri, 20 Nov 2026 08:00 GMT", EIGHT),
    ("Fri, 20-Nov-2026 08:00:00 GMT", EIGHT),
    ("Fri, 20 Nov 2026 08:00:00.5 GMT", EIGHT + timedelta(milliseconds=500)),
    ("Fri, 20 Nov 2026\n   08:00:00 GMT", EIGHT),
    ("03 Apr 02 1500 GMT", datetime(2002, 4, 3, 15, tzinfo=UTC)),
    ("20 Nov 98 08:00:00 GMT", datetime(1998, 11, 20, 8, tzinfo=UTC)),
    ("Fri Nov 20 08:00:00 +0000 2026", EIGHT),
    ("Fri Nov 20 08:00:00 UTC 2026", EIGHT),
    ("Fri Nov 20 2026 09:00:00 GMT+0100 (Central European Time)", EIGHT),
    ("202611200800Z", EIGHT),
    ("lun., 20 nov. 2026 09:00:00 +0100", EIGHT),
    ("mar., 16 mars 2021 07:14:55 +0100", datetime(2021, 3, 16, 6, 14, 55, tzinfo=UTC)),
    ("1795161600", EIGHT),
    ("1795161600.5", EIGHT + timedelta(milliseconds=500)),
    ("1795161600000", EIGHT),
]

NAIVE = [
    ("2026-11-20T08:00:00", EIGHT),
    ("2026-11-20 08:00", EIGHT),
    ("2026-11-20", MIDNIGHT),
    ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
    ("20261120", MIDNIGHT),
    ("2026/11/20 08:00", EIGHT),
    ("2026.11.20", MIDNIGHT),
    ("Fri, 20 Nov 2026 08:00:00", EIGHT),
    ("Fri Nov 20 08:00:00 2026", EIGHT),
    ("November 20, 2026", MIDNIGHT),
    ("Friday, November 20, 2026 8:00 AM", EIGHT),
    ("Friday, January 29, 2021 04:42 PM", datetime(2021, 1, 29, 16, 42, tzinfo=UTC)),
    ("Nov 20, 2026 at 12:00 a.m.", MIDNIGHT),
    ("Mar 16 2021", datetime(2021, 3, 16, tzinfo=UTC)),
    ("20/11/2026", MIDNIGHT),
    ("11/20/2026", MIDNIGHT),  # there is no month 20
    ("05/04/2026", datetime(2026, 4, 5, tzinfo=UTC)),  # day first
    ("20-11-2026", MIDNIGHT),
    ("20.11.2026 08:00", EIGHT),
    ("22.11.2022 12:16:00", datetime(2022, 11, 22, 12, 16, tzinfo=UTC)),
    ("20 nov 2026", MIDNIGHT),
    ("20-Nov-2026", MIDNIGHT),
    ("lun., 20 nov. 2023 13:56", datetime(2023, 11, 20, 13, 56, tzinfo=UTC)),
    ("20 novembre 2026", MIDNIGHT),
    ("lundi 20 novembre 2023 à 13h56", datetime(2023, 11, 20, 13, 56, tzinfo=UTC)),
    ("vendredi 20 novembre 2026 à 8h", EIGHT),
    ("1er février 2026", datetime(2026, 2, 1, tzinfo=UTC)),
    ("22 fevr. 2021", datetime(2021, 2, 22, tzinfo=UTC)),
    ("15 AOÛT 2026", datetime(2026, 8, 15, tzinfo=UTC)),
    ("3 déc. 2026", datetime(2026, 12, 3, tzinfo=UTC)),
    ("14 juil. 2026", datetime(2026, 7, 14, tzinfo=UTC)),
]

NO_INSTANT = [
    "",
    "   ",
    "yesterday",
    "2 hours ago",
    "2026",
    "12",
    "12345",
    "2026-11-31",
    "2026-02-29",
    "2026-13-01",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "31/02/2026",
    "13/13/2026",
    "Fri, 32 Nov 2026 08:00:00 GMT",
    "Fri, 20 Foo 2026 08:00:00 GMT",
    "2026-11-20T25:00:00Z",
    "2026-11-20T24:00:01Z",
    "2026-11-20T08:60:00Z",
    "2026-11-20T08:00:61Z",
    "2026-11-20T08:00:00+99:00",
    "2026-11-20 13:00 AM",
    "2026-11-20 0:30 PM",
    "9999-12-31T24:00:00Z",
    "9999-12-31T23:00:00-05:00",
    "Mon, 01 Jan 0001 00:00:00 +0000",  # how Hugo writes "no date"
    "0001-01-01T00:00:00Z",
]


@pytest.mark.parametrize(("raw", "at"), OWN_OFFSET, ids=[raw for raw, _ in OWN_OFFSET])
def test_a_date_with_its_own_offset_is_placed_by_it_whatever_the_source(raw: str, at: datetime) -> None:
    moment = dates.read(raw, Home(zone="America/New_York"))
    assert (moment.at, moment.known_by) == (at, "offset")


@pytest.mark.parametrize(("raw", "at"), NAIVE, ids=[raw for raw, _ in NAIVE])
def test_a_date_without_zone_of_a_source_without_zone_is_assumed_to_be_utc(raw: str, at: datetime) -> None:
    assert dates.read(raw) == Moment(raw=raw, at=at, known_by="assumed UTC", zone="UTC")


@pytest.mark.parametrize("raw", NO_INSTANT)
def test_what_means_no_instant_has_none(raw: str) -> None:
    assert dates.read(raw, Home(zone="Europe/Paris")) == Moment(raw=raw.strip())


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("CET", 1),
        ("CEST", 2),
        ("BST", 1),
        ("EST", -5),
        ("EDT", -4),
        ("PST", -8),
        ("MSK", 3),
        ("JST", 9),
        ("AEST", 10),
    ],
)
def test_a_zone_that_has_one_meaning_is_known_by_name(name: str, hours: int) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=timezone(timedelta(hours=hours)))
    moment = dates.read(f"Fri, 20 Nov 2026 08:00:00 {name}", Home(zone="Europe/Paris"))
    assert (moment.at, moment.known_by, moment.zone) == (at, "zone name", name)


def test_a_date_may_name_an_iana_zone() -> None:
    moment = dates.read("2026-11-20 08:00:00 Europe/Paris")
    assert (moment.at, moment.known_by, moment.zone) == (SEVEN, "zone name", "Europe/Paris")


def test_an_ambiguous_zone_is_that_of_the_source_where_the_source_uses_it() -> None:
    raw = "Fri, 20 Nov 2026 16:00:00 CST"
    assert dates.read(raw, Home(zone="Asia/Shanghai")).at == EIGHT
    assert dates.read(raw).at == datetime(2026, 11, 20, 22, tzinfo=UTC)


def test_a_zone_nobody_knows_leaves_the_date_to_the_zone_of_the_source() -> None:
    moment = dates.read("Fri, 20 Nov 2026 08:00:00 XYZ", Home(zone="Europe/Paris"))
    assert (moment.at, moment.known_by) == (SEVEN, "source zone")


@pytest.mark.parametrize("zone", ["Nowhere/City", "", "../etc/passwd", "Europe", "\x00"])
def test_a_zone_name_that_is_none_counts_as_unknown(zone: str) -> None:
    assert dates.read("2026-11-20 08:00", Home(zone=zone)).known_by == "assumed UTC"


@pytest.mark.parametrize(
    ("local", "utc", "doubt"),
    [
        ("2026-07-01 08:00", datetime(2026, 7, 1, 6, tzinfo=UTC), None),
        ("2026-11-20 08:00", SEVEN, None),
        ("2026-11-20", datetime(2026, 11, 19, 23, tzinfo=UTC), None),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "repeated hour"),  # the earlier
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "skipped hour"),  # 03:30 in Paris
    ],
)
def test_a_date_without_zone_is_placed_by_the_zone_of_its_source(
    local: str, utc: datetime, doubt: Doubt | None
) -> None:
    assert dates.read(local, Home(zone="Europe/Paris")) == Moment(
        raw=local, at=utc, known_by="source zone", zone="Europe/Paris", doubt=doubt
    )


def test_the_zone_of_an_offset_is_the_offset() -> None:
    assert dates.read("2026-11-20T09:00:00+0100").zone == "+01:00"


def test_what_the_source_wrote_is_kept_in_one_printable_line_of_200_characters() -> None:
    assert dates.read("\n 20 Nov\x00  2026 ").raw == "20 Nov 2026"
    assert dates.read("x" * 300).raw == "x" * 200


INSTANTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
WRITERS = [
    datetime.isoformat,
    format_datetime,
    lambda at: at.strftime("%Y%m%dT%H%M%S%z"),
    lambda at: at.strftime("%a %b %d %H:%M:%S %z %Y"),
    lambda at: at.strftime("%A, %d-%b-%Y %I:%M:%S %p %z"),
    lambda at: str(int(at.timestamp())) if at.year > 1973 else at.isoformat(),
]


@given(INSTANTS, OFFSETS, st.sampled_from(WRITERS))
@settings(max_examples=200)
def test_reading_undoes_writing(at: datetime, zone: timezone, write) -> None:  # type: ignore[no-untyped-def]
    assert dates.read(write(at.astimezone(zone))).at == at


@given(
    st.text(max_size=40) | st.text("0123456789-/:. TZ+apm,()novj", max_size=40),
    st.none() | st.text(max_size=9),
)
@settings(max_examples=500)
def test_reading_never_raises(raw: str, zone: str | None) -> None:
    moment = dates.read(raw, Home(zone=zone))
    assert (moment.at is None) == (moment.known_by is None)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, False),
        (datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(1990, 1, 1, tzinfo=UTC), True),
        (EIGHT, True),
        (EIGHT + timedelta(minutes=10), True),
        (EIGHT + timedelta(minutes=10, seconds=1), False),
    ],
)
def test_a_date_is_believable_from_1990_to_ten_minutes_ahead(at: datetime | None, expected: bool) -> None:
    assert dates.believable(at, first_seen=EIGHT) is expected
