"""How the date of an item is told: as its source wrote it, as it was read, and with what doubt."""

import pytest

from curation import shapes, words
from feeds import dates
from feeds.entries import Home


@pytest.mark.parametrize(
    ("raw", "doubt", "told"),
    [
        ("2023-11-20 13:56", None, "read in the zone of its source)"),
        ("2023-10-29 02:30", "repeated hour", "the first of two such hours on that day)"),
        ("2023-03-26 02:30", "skipped hour", "an hour that the clocks left out on that day)"),
        ("20 Nov 2023 13:56 IST", "ambiguous zone", "the zone may be another of that name)"),
    ],
)
def test_a_doubt_about_a_date_is_told(raw: str, doubt: str | None, told: str) -> None:
    moment = dates.read(raw, Home(zone="Europe/Paris"))
    assert shapes.moment(moment)["doubt"] == doubt
    assert (words.source_wrote(moment) or "").endswith(told)
