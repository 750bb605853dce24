"""Dates as feeds write them, and the instants they mean."""

import itertools
import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import dates, datewords, zonewords
from feeds.entries import NOWHERE, Doubt, Home, KnownBy, Moment

# Each is 2023-11-20T13:56:38, or as much of it as the string says, in UTC or in no zone.
AS_WRITTEN = [
    # RFC 822 and what is made of it
    "Mon, 20 Nov 2023 13:56:38 GMT",
    "Mon, 20 Nov 2023 13:56:38 +0000",
    "Mon, 20 Nov 2023 13:56:38 -0000",
    "Mon, 20 Nov 2023 13:56:38 UTC",
    "Mon, 20 Nov 2023 13:56:38 Z",
    "Mon, 20 Nov 2023 13:56:38 A",  # RFC 2822 §4.3: a military zone is none
    "Mon, 20 Nov 2023 13:56:38 +0000 GMT",
    "Mon, 20 Nov 2023 13:56:38 GMT GMT",
    "Mon, 20 Nov 2023 13:56:38 GMT+0000",
    "Mon, 20 Nov 2023 13:56:38 GMT+00:00",
    "Mon, 20 Nov 2023 13:56:38 0000",
    "Mon, 20 Nov 2023 13:56:38 Greenwich Mean Time",
    "Tue, 20 Nov 2023 13:56:38 GMT",  # it was a Monday
    "20 Nov 2023 13:56:38 GMT",
    "Mon 20 Nov 2023 13:56:38 GMT",
    "Mon,20 Nov 2023 13:56:38 GMT",
    "Mon, 20 Nov 23 13:56:38 GMT",
    "Mon, 20 NOV 2023 13:56:38 gmt",
    "Mon, 20 November 2023 13:56:38 GMT",
    "Mon, 20 Nov, 2023 13:56:38 GMT",
    "Mon, 20 Nov 2023, 13:56:38 GMT",
    "Mon, 20 Nov 2023 13.56.38 GMT",
    "Mon, 20 Nov 2023 1:56:38 PM GMT",
    "Mon, 20 Nov 2023 13:56:38 PM GMT",  # %H with %p
    "Mon, Nov 20, 2023 13:56:38 GMT",
    "Monday, 20-Nov-23 13:56:38 GMT",  # RFC 850
    "Mon Nov 20 13:56:38 2023",  # asctime
    "Mon Nov 20 13:56:38 UTC 2023",
    "Mon Nov 20 13:56:38 +0000 2023",
    "Mon Nov 20 2023 13:56:38 GMT+0000 (Coordinated Universal Time)",
    "Mon,&nbsp;20&nbsp;Nov&nbsp;2023&nbsp;13:56:38&nbsp;GMT",
    "Mon%2C 20 Nov 2023 13%3A56%3A38 GMT",
    "<time>Mon, 20 Nov 2023 13:56:38 GMT</time>",
    # ISO 8601
    "2023-11-20T13:56:38Z",
    "2023-11-20t13:56:38z",
    "2023-11-20T13:56:38+00:00",
    "2023-11-20T13:56:38+0000Z",
    "2023-11-20T13:56:38.000+00:00",
    "2023-11-20T13:56:38",
    "2023-11-20 13:56:38",
    "2023-11-20 13:56:38 UTC",
    "2023-11-20T13:56.38",
    "2023-11-20T13:56.38Z",
    "2023-11-20T13:56.38+00:00",
    "2023-11-20T13:56.38+0000",
    "2023-11-20 - 13:56:38",
    "2023-11-20-13:56:38",
    "20231120T135638Z",
    "20231120T135638",
    "20231120135638",
    "2023-11-20T135638Z",
    "2023-W47-1T13:56:38Z",
    "2023W471T135638Z",
    "2023-324T13:56:38Z",
    "2023-11-20T13:56:38%2B00:00",
    "2023:11:20 13:56:38",  # Exif
    "2023/11/20 13:56:38",
    "2023.11.20 13:56:38",
    "20-11-2023T13:56:38Z",
    # numbers of seconds, milliseconds, microseconds
    "1700488598",
    "1700488598000",
    "1700488598000000",
    "/Date(1700488598000)/",
    "/Date(1700488598000+0100)/",
    "\\/Date(1700488598000)\\/",
    # other digits
    "٢٠٢٣-١١-٢٠ ١٣:٥٦:٣٨",
    "２０２３-１１-２０ １３:５６:３８",
    "２０２３年１１月２０日 １３時５６分３８秒",
    # and other tongues
    "Lun, 20 nov 2023 13:56:38 +0000",
    "lun., 20 nov. 2023 13:56:38 +0000",
    "lundi 20 novembre 2023 13:56:38",
    "Mo, 20 Nov 2023 13:56:38 +0000",
    "Montag, 20. November 2023 13:56:38",
    "Seg, 20 Nov 2023 13:56:38 +0000",
    "lunes, 20 de noviembre de 2023 13:56:38",
    "Pn, 20 lis 2023 13:56:38 +0000",
    "Пн, 20 ноя 2023 13:56:38 +0000",
    "Пн, 20 нояб. 2023 13:56:38 +0000",
    "2023年11月20日 13時56分38秒",
    "2023年11月20日 13:56:38",
    "2023年11月20日 星期一 13:56:38",
    "2023年11月20日星期一13:56:38",
    "星期一, 20 十一月 2023 13:56:38 +0000",
    "2023年11月20日 下午1时56分38秒",
    "2023년 11월 20일 13시 56분 38초",
]

TO_THE_MINUTE = [
    "Mon, 20 Nov 2023 13:56 GMT",
    "Mon, 20 Nov 2023 1:56 p.m.",
    "20 Nov 2023 1356 GMT",
    "20 Nov 2023 · 13:56",
    "20 November 2023 | 13:56",
    "Nov 20, 2023 13:56",
    "Nov 20th, 2023 @ 13:56",
    "Nov 20, 2023 at 1:56 PM",
    "November 20, 2023 1:56pm",
    "Monday, November 20, 2023 - 13:56",
    "2023 Nov 20 13:56",
    "2023-11-20T13:56Z",
    "2023-11-20 13:56",
    "202311201356",
    "20/11/2023 13:56",
    "11/20/2023 1:56 PM",
    "20-11-2023 13:56",
    "20.11.2023 13:56",
    "20.11.2023, 13:56 Uhr",
    "20. 11. 2023 13:56",
    "2023. 11. 20. 13:56",
    "13:56 20.11.2023",
    "1:56 PM, Nov 20, 2023",
    "lundi 20 novembre 2023 à 13h56",
    "Lundi, 20 Novembre, 2023 - 13:56",
    "le 20 novembre 2023 à 13 h 56 min",
    "20. November 2023 um 13:56 Uhr",
    "Montag, den 20. November 2023, 13.56 Uhr",
    "20 de noviembre de 2023, 13:56",
    "lunes, 20 de noviembre de 2023 a las 13:56",
    "20 nov. 2023 1:56 p. m.",
    "lunedì 20 novembre 2023 alle ore 13:56",
    "segunda-feira, 20 de novembro de 2023 às 13h56",
    "maandag 20 november 2023 om 13.56 uur",
    "poniedziałek, 20 listopada 2023 r., godz. 13:56",
    "понедельник, 20 ноября 2023 г. в 13:56",
    "13:56, 20 ноября 2023",
    "понеділок, 20 листопада 2023 р. о 13:56",
    "dilluns, 20 de novembre de 2023, 13:56",
    "måndag 20 november 2023 kl. 13:56",
    "mandag den 20. november 2023 kl. 13.56",
    "pondělí 20. listopadu 2023 v 13:56",
    "maanantai 20. marraskuuta 2023 klo 13.56",
    "20 Kasım 2023 Pazartesi 13:56",
    "20 KASIM 2023 saat 13:56",
    "Δευτέρα, 20 Νοεμβρίου 2023 13:56",
    "luni, 20 noiembrie 2023, ora 13:56",
    "2023. november 20. 13:56",
    "2023年11月20日 13時56分",
    "2023年11月20日(月) 13:56",
    "2023年11月20日 午後1時56分",
    "2023/11/20 午後 1:56",
    "令和5年11月20日 13:56",
    "2023年11月20日 下午1:56",
    "2023-11-20 下午1:56",
    "2023年11月20日 周一 下午1:56",
    "2023년 11월 20일 오후 1:56",
    "2023년 11월 20일 월요일 13:56",
]

TO_THE_DAY = [
    "2023-11-20",
    "20231120",
    "2023/11/20",
    "2023-W47",
    "2023-W47-1",
    "2023W471",
    "2023-324",
    "2023324",
    "2023-Nov-20",
    "20 Nov 2023",
    "20-Nov-2023",
    "20Nov2023",
    "20 Nov '23",
    "20.11.23",
    "Nov 20, 2023",
    "November 20th, 2023",
    "Monday the 20th of November 2023",
    "Published: Nov 20, 2023",
    "Posted on November 20, 2023",
    "lundi 20 novembre 2023",
    "20. November 2023",
    "20 de novembro de 2023",
    "20 de novembre de 2023",
    "20 ноября 2023 года",
    "20 listopada 2023",
    "2023年11月20日",
    "2023年11月20日 周一",
    "令和5年11月20日",
    "民國112年11月20日",
    "2023년 11월 20일 월요일",
]

SAID = datetime(2023, 11, 20, 13, 56, 38, tzinfo=UTC)
MEANT = [
    *((raw, SAID) for raw in AS_WRITTEN),
    *((raw, SAID.replace(second=0)) for raw in TO_THE_MINUTE),
    *((raw, SAID.replace(hour=0, minute=0, second=0)) for raw in TO_THE_DAY),
]

# Of the same time in other zones: hours west of Greenwich.
IN_A_ZONE: list[tuple[str, float, KnownBy]] = [
    ("Mon, 20 Nov 2023 13:56:38 +0100", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 +1", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 GMT+1", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 GMT+01:00", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 +01:00:00", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 UTC +1", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 UTC+5:30", -5.5, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 +0530 IST", -5.5, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 CET +0100", -1, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 EST -0500", 5, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 EST-0500", 5, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 CEST+0200", -2, "offset"),
    ("2023-11-20T13:56:38-03:00", 3, "offset"),
    ("2023-11-20T13:56:38\N{MINUS SIGN}0300", 3, "offset"),
    ("2023-11-20T13:56:38 +0545", -5.75, "offset"),
    ("2023-11-20T13:56:38+01:00[Europe/Paris]", -1, "offset"),
    ("Mon Nov 20 2023 13:56:38 GMT-0500 (Eastern Standard Time)", 5, "offset"),
    ("Mon, 20 Nov 2023 13:56:38 CET", -1, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 MEZ", -1, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 Central European Time", -1, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 EET", -2, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 MSK", -3, "zone name"),
    ("20 ноября 2023 13:56:38 мск", -3, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 JST", -9, "zone name"),
    ("2023-11-20 13:56:38 (JST)", -9, "zone name"),
    ("2023/11/20 13:56:38 KST", -9, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 AEDT", -11, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 PDT", 7, "zone name"),
    ("Mon, 20 Nov 2023 1:56:38 PM ET", 5, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 Pacific Time", 8, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 Europe/Paris", -1, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 America/Port-au-Prince", 5, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 America/Argentina/Buenos_Aires", 3, "zone name"),
    ("Mon, 20 Nov 2023 13:56:38 Etc/GMT+5", 5, "zone name"),  # POSIX: west is positive
    ("Montag, den 20. November 2023, 13:56:38 Uhr MEZ", -1, "zone name"),
]

NO_DATES = [
    "45250.5388",  # a spreadsheet's day
    "Mon, 20 Foo 2023 13:56:38 GMT",
    "2023-W54-1",
    "2023-W47-8",
    "2023-366",
    "2023-000",
    "2023年13月1日",
    "20 nov",
    "13:56",
    "-1700488598",
    "noon",
    "三月",
    "2023年11月20日 晚上12:30",  # of which day, nobody can tell
    "2023年11月20日 上午13:30",
    "2023年11月20日 中午20:30",
]


@pytest.mark.parametrize(
    ("raw", "hours"),
    [
        ("2023年11月20日 午後0時30分", 12.5),  # as Japanese newspapers count
        ("2023年11月20日 午前0時30分", 0.5),
        ("2023년 11월 20일 오후 0:30", 12.5),
        ("2023年11月20日 中午11:30", 11.5),
        ("2023年11月20日 中午12:30", 12.5),
        ("2023年11月20日 中午1:30", 13.5),
        ("2023年11月20日 凌晨12:30", 0.5),
        ("2023年11月20日 晚上7:30", 19.5),
        ("2023年11月20日 晚上12:00", 24),  # the midnight that ends the day
        ("20. listopada 2023. 13:30", 13.5),  # an ordinal year, of Croats, Serbs and Bosnians
        ("20.11.2023. 13:30", 13.5),
        ("20.11.2023.", 0),
    ],
)
def test_hours_and_years_are_counted_as_the_language_counts_them(raw: str, hours: float) -> None:
    assert dates.read(raw).at == SAID.replace(hour=0, minute=0, second=0) + timedelta(hours=hours)


def test_two_hundred_different_strings_are_tried() -> None:
    assert len({raw for raw, *_ in (*MEANT, *IN_A_ZONE)}) >= 200


@pytest.mark.parametrize(("raw", "at"), MEANT, ids=[raw for raw, _ in MEANT])
def test_a_date_means_the_instant_that_a_reader_of_its_language_takes_it_for(raw: str, at: datetime) -> None:
    moment = dates.read(raw)
    assert (moment.at, moment.doubt) == (at, None)
    assert moment.known_by in ("offset", "assumed UTC")


@pytest.mark.parametrize(("raw", "west", "known_by"), IN_A_ZONE, ids=[raw for raw, *_ in IN_A_ZONE])
def test_a_date_is_placed_by_the_zone_it_names(raw: str, west: float, known_by: KnownBy) -> None:
    moment = dates.read(raw, Home(zone="Asia/Kathmandu"))
    assert (moment.at, moment.known_by, moment.doubt) == (SAID + timedelta(hours=west), known_by, None)


@pytest.mark.parametrize("raw", NO_DATES)
def test_what_is_no_date_has_no_instant(raw: str) -> None:
    assert dates.read(raw) == Moment(raw=raw)


@pytest.mark.parametrize(
    ("name", "home", "east", "doubt"),
    [
        ("EST", NOWHERE, -5, "ambiguous zone"),  # RFC 822 §5
        ("EST", Home(country="US"), -5, None),
        ("EST", Home(country="AU"), 10, None),
        ("EST", Home(language="en-AU"), 10, None),
        ("EST", Home(country="FR"), -5, "ambiguous zone"),
        ("CST", NOWHERE, -6, "ambiguous zone"),
        ("CST", Home(language="zh"), 8, None),
        ("CST", Home(zone="Asia/Taipei"), 8, None),
        ("CST", Home(country="CU"), -5, None),
        ("IST", NOWHERE, 5.5, "ambiguous zone"),
        ("IST", Home(country="IE"), 1, None),
        ("IST", Home(language="he"), 2, None),
        ("IST", Home(zone="Asia/Jerusalem"), 2, None),
        ("IST", Home(zone="Europe/Dublin"), 1, None),  # in November: by its country
        ("BST", Home(country="GB"), 1, None),
        ("BST", Home(country="BD", language="en-GB"), 6, None),  # a country says more than a language
        ("BST", NOWHERE, 1, "ambiguous zone"),
        ("AST", Home(country="SA"), 3, None),
        ("GST", Home(country="GU"), 10, None),
        ("AMT", Home(language="hy"), 4, None),
        ("PST", Home(country="PH"), 8, None),
        ("SST", Home(country="SG"), 8, None),
        ("MST", Home(country="MY"), 8, None),
        ("WST", Home(country="WS"), 13, None),
    ],
)
def test_an_abbreviation_of_several_zones_is_read_where_its_source_is(
    name: str, home: Home, east: float, doubt: Doubt | None
) -> None:
    moment = dates.read(f"Mon, 20 Nov 2023 13:56:38 {name}", home)
    assert (moment.at, moment.known_by, moment.zone) == (SAID - timedelta(hours=east), "zone name", name)
    assert moment.doubt == doubt


def test_the_abbreviation_of_a_season_keeps_its_offset_in_the_other() -> None:
    assert dates.read("Thu, 20 Jul 2023 12:00 EST").at == datetime(2023, 7, 20, 17, tzinfo=UTC)
    assert dates.read("20 Jul 2023 12:00 EST", Home(zone="America/New_York")).at == datetime(
        2023, 7, 20, 17, tzinfo=UTC
    )


def test_no_abbreviation_has_both_one_meaning_and_several() -> None:
    assert not set(zonewords._hours()) & set(zonewords._AMBIGUOUS)


@pytest.mark.parametrize(
    ("raw", "home", "day"),
    [
        ("05/04/2023", NOWHERE, date(2023, 4, 5)),
        ("05/04/2023", Home(language="fr"), date(2023, 4, 5)),
        ("05/04/2023", Home(language="en-GB"), date(2023, 4, 5)),
        ("05/04/2023", Home(language="en-US"), date(2023, 5, 4)),
        ("05-04-2023", Home(country="US"), date(2023, 5, 4)),
        ("05.04.2023", Home(country="US"), date(2023, 4, 5)),  # dots are not American
        ("05/04/2023", Home(zone="America/Chicago"), date(2023, 5, 4)),
        ("05/20/2023", Home(language="fr"), date(2023, 5, 20)),
        ("20/05/2023", Home(language="en-US"), date(2023, 5, 20)),
        ("05/04/23", Home(language="en-US"), date(2023, 5, 4)),
        ("18/01/30", Home(country="CN"), date(2018, 1, 30)),
        ("18/01/30", Home(language="ja"), date(2018, 1, 30)),
        ("18/01/20", Home(language="fr"), date(2020, 1, 18)),
        ("98/01/30", NOWHERE, date(1998, 1, 30)),
        ("2023/04/05", Home(language="en-US"), date(2023, 4, 5)),
        ("20 listopada 2023", Home(language="pl"), date(2023, 11, 20)),
        ("20 listopada 2023", Home(language="hr"), date(2023, 10, 20)),
        ("20 srpna 2023", Home(language="cs"), date(2023, 8, 20)),
        ("20 srpnja 2023", NOWHERE, date(2023, 7, 20)),
        ("20 lip 2023", Home(language="hr-HR"), date(2023, 6, 20)),
        ("20 lip 2023", NOWHERE, date(2023, 7, 20)),
        ("mar. 20 mai 2023", Home(language="fr"), date(2023, 5, 20)),  # mardi
        ("20 mar 2023", Home(language="es"), date(2023, 3, 20)),
    ],
)
def test_numbers_and_names_with_two_meanings_have_that_of_the_sources_home(
    raw: str, home: Home, day: date
) -> None:
    moment = dates.read(f"{raw} 12:00 GMT", home)
    assert moment.at
    assert moment.at.date() == day


def test_only_croatian_names_of_months_mean_another_month_elsewhere() -> None:
    meanings: dict[str, set[int]] = {}
    for language in datewords.MONTHS:
        for name, number in datewords._of(language).items():
            meanings.setdefault(name, set()).add(number)
    disputed = {name for name, numbers in meanings.items() if len(numbers) > 1}
    assert disputed == {"lip", "lis", "listopad", "listopada", "srp"}
    assert disputed <= set(datewords._of("hr"))


@pytest.mark.parametrize("language", datewords.MONTHS)
def test_every_language_has_twelve_months(language: str) -> None:
    assert set(datewords._of(language).values()) == set(range(1, 13))


@pytest.mark.parametrize(
    ("raw", "zone", "at", "doubt"),
    [
        ("2023-10-29 02:30", "Europe/Paris", "2023-10-29T00:30:00Z", "repeated hour"),
        ("2023-11-05 01:30", "America/New_York", "2023-11-05T05:30:00Z", "repeated hour"),
        ("2023-03-26 02:30", "Europe/Paris", "2023-03-26T01:30:00Z", "skipped hour"),
        ("2023-10-01 02:15", "Australia/Lord_Howe", "2023-09-30T15:45:00Z", "skipped hour"),  # half an hour
        ("2023-03-26 03:00", "Europe/Paris", "2023-03-26T01:00:00Z", None),
        ("2023-10-29 02:30 CET", "Europe/Paris", "2023-10-29T01:30:00Z", None),  # which of the two is said
    ],
)
def test_a_time_that_clocks_show_twice_or_never_is_marked(
    raw: str, zone: str, at: str, doubt: Doubt | None
) -> None:
    moment = dates.read(raw, Home(zone=zone))
    assert moment.at == datetime.fromisoformat(at)
    assert moment.doubt == doubt


def test_an_inferred_zone_makes_a_moment_as_sure_as_the_inference_and_no_surer_than_an_editor() -> None:
    raw = "2023-11-20 13:56:38"
    sure = [dates.read(raw, Home(zone="Europe/Paris", confidence=part)).confidence for part in (0.4, 0.99)]
    assert sure == [0.4, dates.read(raw, Home(zone="Europe/Paris")).confidence]


def test_confidence_falls_with_what_is_known_and_with_doubt() -> None:
    paris = Home(zone="Europe/Paris")
    moments = [
        dates.read("2023-10-29T02:30:00+01:00"),
        dates.read("2023-10-29 02:30 CET"),
        dates.read("2023-10-29 04:30", paris),
        dates.read("2023-10-29 02:30", paris),
        dates.read("2023-10-29 02:30"),
        dates.read("at noon"),
    ]
    sure = [moment.confidence for moment in moments]
    assert sure == sorted(sure, reverse=True)
    assert len(set(sure)) == len(sure)
    assert (sure[0], sure[-1]) == (1.0, 0.0)


def test_confidence_survives_being_kept() -> None:
    moment = dates.read("2023-10-29 02:30", Home(zone="Europe/Paris", confidence=0.7))
    kept = json.dumps(moment.model_dump(mode="json", exclude_defaults=True))
    assert Moment.model_validate(json.loads(kept)) == moment
    assert Moment.model_validate(json.loads(kept)).confidence == moment.confidence


NAMES = [
    (language, name, number)
    for language in datewords.MONTHS
    for number, names in enumerate(datewords.MONTHS[language].split(","), 1)
    for name in names.split()
]
FORMS = [
    "{day} {name} {year} {time} +0000",
    "{day}. {name} {year} {time}",
    "Xyz., {day} {name}. {year}, {time} GMT",
    "{name} {day}, {year} {time}",
    "{year} {name} {day} {time}",
    "{day}-{name}-{year} {time}",
    "{day} DE {NAME} DE {year}, {time}",
    "{year}年{month}月{day}日 {time}",
    "{year}년 {month}월 {day}일 {time}",
    "{day}.{month}.{year} {time}",
]


@given(
    st.integers(10**9, 2 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(NAMES),
    st.sampled_from(FORMS),
)
@settings(max_examples=600, deadline=None)
def test_reading_undoes_writing_in_every_language(
    at: datetime, month: tuple[str, str, int], form: str
) -> None:
    language, name, number = month
    at = at.replace(month=number, day=min(at.day, 28))
    raw = form.format(
        day=at.day, month=number, name=name, NAME=name.upper(), year=at.year, time=at.time().isoformat()
    )
    assert dates.read(raw, Home(language=language)).at == at


PIECES = """
    20 2023 11 13:56 :38 nov mon, GMT +0100 -05 EST ( ) [ ] & &amp; %20 % <b> /Date( 年 月 日 下午 令和 元 '
    d' p. m. T Z W47 -1 . , / Europe/Paris ١٣ ２ ﷺ İ ı \u0301 \u200f \x00 99999
"""


@given(st.lists(st.sampled_from(PIECES.split()), max_size=25), st.sampled_from(["", " "]))
@settings(max_examples=600, deadline=None)
def test_no_heap_of_the_parts_of_dates_raises(pieces: list[str], between: str) -> None:
    moment = dates.read(between.join(pieces), Home(zone="Asia/Tokyo", language="ja"))
    assert (moment.at is None) == (moment.known_by is None)


HOSTILE = [
    "1",
    "(",
    "()",
    "a",
    "a ",
    "20 ",
    "-",
    "&amp;",
    "%20",
    "<",
    "<>",
    ".",
    "a.",
    "年",
    "\u0301",
    "ﷺ",
    "p m ",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("before", ["", "20 nov 2023 ", "20 nov 2023 13:56 ", "2023-11-20T13:56:38"])
def test_a_hundred_thousand_characters_are_read_in_no_time(piece: str, before: str) -> None:
    raw = before + piece * 100_000
    start = time.process_time()
    dates.read(raw)
    dates.read(raw[:200])
    assert time.process_time() - start < 0.5


def test_the_usual_forms_are_read_alike_by_the_short_way_and_the_long() -> None:
    for month, hour, zone in itertools.product(range(1, 13), (0, 13, 23), ("+0000", "GMT", "-0330")):
        name = date(2023, month, 1).strftime("%b")
        short = f"Mon, 07 {name} 2023 {hour:02}:56:38 {zone}"
        assert dates.read(short).at == dates.read(f"{short} ()").at
