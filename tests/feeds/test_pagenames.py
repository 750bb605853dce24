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
        ("local-news", "local-news"),
        ("Tech", "tech-d0da7a"),  # not "tech": that is another section
        ("Économie & société", "economie-societe-7df617"),
        ("国际", "857dd2"),
        ("tech-d0da7a", "tech-d0da7a-ffec9e"),  # a name that looks like a marked one is marked itself
        ("../../etc/passwd", "etc-passwd-3754d6"),
        ("857dd2", "857dd2-23380a"),
        ("", "e3b0c4"),
    ],
)
def test_a_section_has_a_page_that_can_be_read(section: str, name: str) -> None:
    assert pagenames.section(section) == f"section/{name}.html"


@given(some.text())
def test_any_section_has_a_safe_name(section: str) -> None:
    name = pagenames.section(section)
    assert SAFE.fullmatch(name)
    assert len(name) < 80


@given(some.sets(some.text(alphabet="aAbé-0 国", max_size=6), max_size=40))
def test_no_two_sections_share_a_page(sections: set[str]) -> None:
    assert len({pagenames.section(section) for section in sections}) == len(sections)


def test_a_pick_keeps_its_address_and_what_stands_for_it_lies_apart() -> None:
    assert pagenames.permalink("editors-pick", 12) == "editors-pick/12.html"
    assert pagenames.gone("editors-pick", 12) == "gone/editors-pick/12.html"
    assert pagenames.day(date(2026, 11, 5)) == "days/2026-11-05.html"
