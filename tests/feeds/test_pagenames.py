"""The names of pages: safe, stable, and each for one thing alone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from feeds import pagenames

SAFE = re.compile(r"(?:[a-z0-9][a-z0-9-]*/)+[a-z0-9][a-z0-9-]*\.html")


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("tech", "tech"),
        ("Tech", "tech"),
        ("Local news", "local-news"),
        ("Économie & société", "economie-societe"),
        ("国际", "857dd2"),  # no letter of ASCII in it
        ("tech-d0da7a", "tech-d0da7a-ffec9e"),  # a name that looks marked is marked itself
        ("857dd2", "857dd2-23380a"),
        ("../../etc/passwd", "etc-passwd"),
        ("", "e3b0c4"),
    ],
)
def test_a_section_has_a_page_that_can_be_read(section: str, name: str) -> None:
    assert pagenames.sections([section]) == {section: f"section/{name}.html"}


def test_sections_that_look_alike_are_told_apart() -> None:
    assert pagenames.sections(["Tech", "tech", "city"]) == {
        "Tech": "section/tech-d0da7a.html",
        "tech": "section/tech-fe9bbd.html",
        "city": "section/city.html",
    }


@given(some.sets(some.text(alphabet="aAbé-0 国", max_size=6) | some.text(), max_size=30))
def test_any_sections_have_safe_names_and_no_two_the_same(sections: set[str]) -> None:
    names = pagenames.sections(sections)
    assert all(SAFE.fullmatch(name) and len(name) < 80 for name in names.values())
    assert len(set(names.values())) == len(sections)


def test_a_pick_keeps_its_address_and_what_stands_for_it_lies_apart() -> None:
    assert pagenames.permalink("editors-pick", 12) == "editors-pick/12.html"
    assert pagenames.gone("editors-pick/12.html") == "gone/editors-pick/12.html"
    assert pagenames.gone("private/team/12.html") == "private/gone/team/12.html"
    assert pagenames.day(date(2026, 11, 5)) == "days/2026-11-05.html"
