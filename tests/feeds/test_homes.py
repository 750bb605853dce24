"""Where a source is at home, as its own feed and its addresses tell it."""

import pytest

from feeds import homes, jsonfeed, parse, zones
from feeds.entries import NOWHERE, Home


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://news.example.fr/feed", "FR"),
        ("https://news.example.co.uk/feed", "GB"),
        ("http://NEWS.EXAMPLE.DE:8080", "DE"),
        ("https://news.example.com/", None),
        ("https://news.example.io/", None),  # its islands are far from its sites
        ("https://news.example.eu/", None),  # not of one country
        ("http://192.0.2.1/", None),
        ("http://[2001:db8::1]/", None),
        ("http://[broken", None),
        ("mailto:ana@news.example.fr", None),
        ("", None),
    ],
)
def test_the_country_of_an_address_is_that_of_its_domain(url: str, country: str | None) -> None:
    assert zones.country(url) == country


def test_a_country_has_its_zones() -> None:
    assert zones.country_zones("FR") == ("Europe/Paris",)
    assert zones.country_zones("us")[0] == "America/New_York"
    assert zones.country_zones("XX") == ()
    assert zones.zone_country("Europe/Paris") == "FR"
    assert zones.zone_country("UTC") is None


@pytest.mark.parametrize(
    ("language", "country"),
    [("fr-CA", "CA"), ("zh-Hant-TW", "TW"), ("pt-br", "BR"), ("fr", None), ("es-419", None), (None, None)],
)
def test_the_region_of_a_language_is_a_country(language: str | None, country: str | None) -> None:
    assert zones.region(language) == country


@pytest.mark.parametrize(
    ("home", "language", "urls", "expected"),
    [
        (NOWHERE, "fr-BE", ["https://a.example.fr/"], Home(language="fr-BE", country="BE")),
        (NOWHERE, "fr", [None, "https://a.example.ch/"], Home(language="fr", country="CH")),
        (NOWHERE, "en-US", ["https://a.example.in/"], Home(language="en-US", country="IN")),
        (NOWHERE, "en-US", ["https://a.example.com/"], Home(language="en-US", country="US")),
        (Home(language="de", country="AT"), "fr-FR", [], Home(language="de", country="AT")),
        (Home(zone="Asia/Tokyo"), None, [], Home(zone="Asia/Tokyo")),
    ],
)
def test_a_home_without_language_or_country_has_those_of_its_feed(
    home: Home, language: str | None, urls: list[str | None], expected: Home
) -> None:
    assert homes.settled(home, language, *urls) == expected


RSS = """<rss version="2.0"><channel><title>A</title><link>https://news.example.au/</link>{language}
<item><title>One</title><guid>1</guid><pubDate>{date}</pubDate></item></channel></rss>"""


@pytest.mark.parametrize(
    ("language", "date", "hour"),
    [
        ("", "Mon, 20 Nov 2023 20:00:00 EST", 10),  # by the site
        ("<language>en-CA</language>", "Mon, 20 Nov 2023 05:00:00 EST", 10),
        ("<language>hr</language>", "20 studenoga 2023 10:00", 10),
    ],
)
def test_the_dates_of_a_feed_are_read_in_its_language_and_country(
    language: str, date: str, hour: int
) -> None:
    document = RSS.format(language=language, date=date).encode()
    published = parse.parse(document, url="https://feeds.example.com/a").entries[0].published
    assert published
    assert published.at
    assert (published.at.hour, published.doubt) == (hour, None)


def test_the_dates_of_a_json_feed_are_read_in_the_country_of_its_site() -> None:
    document = """{"version": "https://jsonfeed.org/version/1.1", "home_page_url": "https://news.example.in/",
    "items": [{"id": "1", "date_published": "Mon, 20 Nov 2023 15:30:00 IST"}]}"""
    published = jsonfeed.parse(document, url="https://feeds.example.com/a").entries[0].published
    assert published
    assert published.at
    assert (published.at.hour, published.doubt) == (10, None)
