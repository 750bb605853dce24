"""How often a feed says it is worth asking, as it stands in documents of every form."""

from __future__ import annotations

import pytest

from feeds.entries import Pace
from feeds.parse import parse

HOUR, DAY = 3_600, 86_400
SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
ITEM = "<item><guid>a</guid><title>One</title></item>"


def pace(channel: str, items: str = ITEM) -> Pace | None:
    """The pace of an RSS document with this in its channel."""
    document = f'<rss version="2.0" {SY}><channel><title>T</title>{channel}{items}</channel></rss>'
    feed = parse(document.encode(), url="https://site.example/feed")
    assert feed.title == "T"
    return feed.pace


def skips(hours: str = "", days: str = "") -> str:
    return (
        "<skipHours>"
        + "".join(f"<hour>{hour}</hour>" for hour in hours.split())
        + "</skipHours><skipDays>"
        + "".join(f"<day>{day}</day>" for day in days.split())
        + "</skipDays>"
    )


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("", None),
        ("<ttl>90</ttl>", Pace(ttl=90 * 60)),
        ("<ttl> 60\n</ttl>", Pace(ttl=HOUR)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        ("<ttl>٦</ttl>", None),  # a digit, but no ASCII one
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", Pace(period=HOUR)),
        ("<sy:updatePeriod>\n\tHourly </sy:updatePeriod>", Pace(period=HOUR)),  # as WordPress writes it
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            Pace(period=6 * HOUR),
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", Pace(period=12 * HOUR)),  # daily, unless said
        (
            "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            Pace(period=7 * DAY),
        ),
        ("<sy:updatePeriod>monthly</sy:updatePeriod>", Pace(period=30 * DAY)),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", Pace(period=365 * DAY)),
        ("<sy:updatePeriod>always</sy:updatePeriod>", None),
        (skips("3 4"), Pace(skip_hours=(3, 4))),
        (skips("24 1"), Pace(skip_hours=(0, 1))),  # RSS 0.91 counts to 24
        (skips("25 x -1"), None),
        (skips(days="Sunday monday FUNDAY"), Pace(skip_days=(0, 6))),
        ("<ttl>60</ttl>" + skips("1", "Friday"), Pace(ttl=HOUR, skip_hours=(1,), skip_days=(4,))),
    ],
)
def test_a_channel_says_how_often_it_is_worth_asking(channel: str, expected: Pace | None) -> None:
    assert pace(channel) == expected


def test_the_hours_to_be_skipped_may_stand_after_the_entries() -> None:
    assert pace("", ITEM + skips("5")) == Pace(skip_hours=(5,))


def test_what_an_entry_tells_of_skipping_is_not_the_channels() -> None:
    text = f"<description><![CDATA[{skips('5')}]]></description>{skips('6')}"
    assert pace("", f"<item><guid>a</guid>{text}</item>") is None


def test_a_document_that_is_not_well_formed_is_read_without_its_hours() -> None:
    assert pace("<ttl>60</ttl>" + skips("5"), ITEM + "<item>") == Pace(ttl=HOUR)


def test_rss_1_says_its_period_too() -> None:
    document = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {SY}
        xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title>
        <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
        </channel></rdf:RDF>"""
    assert parse(document.encode(), url="https://site.example/feed").pace == Pace(period=HOUR // 2)
