"""What Google's Editors' Picks asked of a feed, to the pixel."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from makers import rss, rss_item

from feeds import lint
from feeds.lint import Logo

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PROFILE = lint.PROFILES["google-editors-picks"]
PICTURE = "<image><url>https://news.example/logo.png</url></image>"


def png(width: int, height: int) -> Logo:
    """The beginning of a PNG of a size."""
    return Logo(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", width, height))


def feed(
    number: int = 3, title: str = "", author: str = "Ana", newest: str = "24 Nov 2026 12:00:00 GMT"
) -> str:
    dates = [newest, *["1 Nov 2026 12:00:00 GMT"] * (number - 1)]
    items = [rss_item(f"e{one}", title, date=date) for one, date in enumerate(dates[:number])]
    signed = [item.replace("</item>", f"<author>{author}</author></item>") for item in items]
    return rss(signed, channel=PICTURE)


FITTING = png(250, 40)


def broken(document: str, logo: Logo | None = FITTING) -> list[str]:
    return [one.code for one in PROFILE(lint.read(document.encode()), NOW, logo)]


@pytest.mark.parametrize(
    ("number", "found"),
    [(0, ["too-few", "stale"]), (2, ["too-few"]), (3, []), (5, []), (6, ["too-many"])],
)
def test_three_to_five_links_stand(number: int, found: list[str]) -> None:
    assert broken(feed(number)) == found


@pytest.mark.parametrize(("length", "found"), [(74, []), (75, ["long-title"] * 3)])
def test_a_headline_has_fewer_than_75_characters(length: int, found: list[str]) -> None:
    assert broken(feed(title="é" * length)) == found


@pytest.mark.parametrize(("late", "found"), [(timedelta(), []), (timedelta(seconds=1), ["stale"])])
def test_one_link_is_new_within_48_hours(late: timedelta, found: list[str]) -> None:
    assert broken(feed(newest=f"{NOW - timedelta(hours=48) - late:%d %b %Y %H:%M:%S} GMT")) == found


def test_each_link_has_an_author_and_an_address() -> None:
    assert broken(feed(author="")) == ["missing-author"] * 3
    assert broken(feed().replace("<link>https://site.example/e1</link>", "")) == ["missing-link"]


@pytest.mark.parametrize(
    ("logo", "found"),
    [
        (png(250, 20), []),
        (png(250, 40), []),
        (png(125, 40), []),
        (png(250, 19), ["bad-logo"]),
        (png(250, 41), ["bad-logo"]),
        (png(124, 40), ["bad-logo"]),
        (png(251, 40), ["bad-logo"]),
        (png(200, 39), ["bad-logo"]),
        (Logo(b"GIF89a"), ["bad-logo"]),
        (Logo(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), ["bad-logo"]),  # cut off
        (None, ["unread-logo"]),
    ],
)
def test_the_logo_is_a_png_of_one_of_two_shapes(logo: Logo | None, found: list[str]) -> None:
    assert broken(feed(), logo) == found
    assert broken(feed().replace(PICTURE, ""), logo) == ["missing-logo"]


def test_only_rss_is_taken() -> None:
    assert broken('<feed xmlns="http://www.w3.org/2005/Atom"/>') == ["not-rss"]
