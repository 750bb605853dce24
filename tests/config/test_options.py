"""Options: what can be written, what is refused, and the editions that always exist."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from config.options import (
    EDITORS_PICK,
    RECENT_NEWS,
    Curation,
    Edition,
    Fetching,
    Polling,
    Retention,
    Serving,
    editions,
)
from config.written import duration, spell

OPTIONS = (Fetching, Polling, Curation, Serving, Retention, Edition)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("24h", 86_400),
        ("365d", 31_536_000),
        ("2w", 1_209_600),
        ("4y", 4 * 31_536_000),
        ("90", 90),
        (90, 90),
        (" 15 M ", 900),
        ("0s", 0),
    ],
)
def test_a_duration_is_a_number_with_a_unit_or_whole_seconds(text: str | int, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m",
        "-5m",
        "1.5h",
        "5 minutes",
        "1h30m",
        "१m",
        pytest.param("999999999999w", id="longer than a timedelta can be"),
        pytest.param("9" * 5_000, id="more digits than int() takes"),
    ],
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"a duration .* was expected"):
        duration(text)


@settings(max_examples=200)
@given(st.integers(0, 10**11))
def test_spelling_a_duration_is_the_inverse_of_reading_it(seconds: int) -> None:
    assert duration(spell(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [(0, "0s"), (60, "1m"), (61, "61s"), (86_400, "1d"), (604_800, "1w"), (31_536_000, "1y")],
)
def test_a_duration_is_spelled_in_the_largest_unit_that_says_it_whole(seconds: int, spelled: str) -> None:
    assert spell(timedelta(seconds=seconds)) == spelled


@pytest.mark.parametrize(
    ("options", "key", "value"),
    [
        (Fetching, "timeout", 0.5),
        (Fetching, "timeout", 601),
        (Fetching, "timeout", float("nan")),
        (Fetching, "timeout", float("inf")),
        (Fetching, "max_bytes", 999),
        (Fetching, "max_bytes", 10**12),
        (Fetching, "concurrency", 0),
        (Fetching, "concurrency", 1_001),
        (Fetching, "host_gap", -1),
        pytest.param(Fetching, "contact", "a\r\nX-Evil: 1", id="contact: it would begin another header"),
        (Fetching, "contact", ""),
        (Fetching, "contact", "é"),
        pytest.param(Fetching, "allow_private_networks", ["10.0.0.1/8"], id="a network with host bits"),
        (Fetching, "allow_private_networks", ["intranet"]),
        (Polling, "tick", 0),
        (Polling, "min_interval", "0s"),
        (Polling, "max_interval", "31d"),
        (Curation, "hold", "366d"),
        (Curation, "quorum", 0),
        (Serving, "port", 65_536),
        (Serving, "port", -1),
        pytest.param(Serving, "port", True, id="port: true is not 1"),
        (Serving, "host", ""),
        (Serving, "public_url", "news.example.org"),
        (Serving, "public_url", "ftp://news.example.org/"),
        (Serving, "public_url", "https://news.example.org/?a=b"),
        (Retention, "items", "23h"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(options: type[BaseModel], key: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        options.model_validate({key: value})
    assert refused.value.errors()[0]["loc"][0] == key


def test_the_shortest_interval_is_not_longer_than_the_longest() -> None:
    with pytest.raises(ValidationError, match="min_interval no longer than max_interval"):
        Polling(min_interval=timedelta(hours=2), max_interval=timedelta(hours=1))


@pytest.mark.parametrize(
    "written",
    [
        ["10.0.0.0/8", "::1"],
        pytest.param("10.0.0.0/8, ::1", id="as a variable has it"),
        pytest.param('["10.0.0.0/8", "::1"]', id="as JSON"),
    ],
)
def test_networks_are_a_list_or_stand_between_commas(written: object) -> None:
    allowed = Fetching.model_validate({"allow_private_networks": written}).allow_private_networks
    assert allowed == (ip_network("10.0.0.0/8"), ip_network("::1/128"))


def test_names_can_be_appended_to_a_public_address() -> None:
    assert Serving(public_url="https://news.example.org/desk").public_url == "https://news.example.org/desk/"
    assert Serving().public_url is None


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "index",
        "sources",
        "section",
        "days",
        "gone",
        "private",
        "Tech",
        "-a",
        "a/b",
        "a.b",
        "é",
        "a" * 65,
        "a\n",
    ],
)
def test_a_slug_is_a_file_name_that_nothing_else_has(slug: str) -> None:
    with pytest.raises(ValidationError):
        Edition(slug=slug)


@pytest.mark.parametrize("name", ["section", "language", "tag"])
@pytest.mark.parametrize("edition", [{"slug": "best", "rule": "picks"}, {"slug": "editors-pick"}])
def test_a_filter_that_would_filter_nothing_is_refused(edition: dict[str, str], name: str) -> None:
    with pytest.raises(ValidationError, match=f"no {name} was expected with the rule picks"):
        Edition.model_validate(edition | {name: "x"})


def test_recent_news_and_editors_pick_exist_without_being_named() -> None:
    assert editions() == (RECENT_NEWS, EDITORS_PICK)
    assert [(edition.title, edition.rule) for edition in editions()] == [
        ("Recent News", "recent"),
        ("Editor's Pick", "picks"),
    ]


def test_naming_one_of_the_two_changes_only_the_keys_given_and_not_its_place() -> None:
    first, second, third = editions([Edition(slug="tech"), Edition(slug="editors-pick", limit=7)])
    assert first == RECENT_NEWS
    assert second == EDITORS_PICK.model_copy(update={"limit": 7})
    assert third.slug == "tech"


def test_an_edition_without_a_title_is_called_by_its_slug() -> None:
    assert editions([Edition(slug="tech")])[2].title == "tech"


def test_every_option_says_what_it_is() -> None:
    silent = [
        f"{options.__name__}.{name}"
        for options in OPTIONS
        for name, field in options.model_fields.items()
        if not field.description
    ]
    assert silent == []


def test_options_are_read_without_the_settings_library() -> None:
    loaded = "import config.options, sys; sys.exit('pydantic_settings' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
