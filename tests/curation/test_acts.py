"""What a rule is called, and which queries it may have."""

from __future__ import annotations

import pytest

from config.errors import UsageFault
from curation import acts
from curation.query import parse


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("lang:fr openai", "lang-fr-openai"),
        ('title:"tram plan" -source:2', "title-tram-plan-source-2"),
        ("C++", "c"),
        ("Élysée", "élysée"),
        ("東京", "東京"),
        ("tram*", "tram"),
        ("x" * 39 + " y", "x" * 39),  # no hyphen where it is cut
    ],
)
def test_a_rule_is_named_by_its_query(query: str, name: str) -> None:
    assert acts.name_of(query) == acts.named(name) == name


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "_a", "rule:a", "a/b", "x" * 41, "a\nb", "a\x1bb"])
def test_what_cannot_be_typed_or_told_apart_is_no_name(name: str) -> None:
    with pytest.raises(UsageFault, match="is no name"):
        acts.named(name)


@pytest.mark.parametrize(
    "query",
    ["tram", "source:2", "lang:fr -tram", "is:unseen tram", "tag:x OR section:y", "in:weekly", "by:ada"],
)
def test_a_query_that_says_what_is_wanted_may_be_saved(query: str) -> None:
    acts.refuse_boundless(parse(query))


@pytest.mark.parametrize(
    "query",
    ["is:new", "-tram", "-lang:fr", "since:2026-01-01", "tram OR is:new", "is:new -tram until:2030-01-01"],
)
def test_a_query_that_can_be_true_of_everything_may_not(query: str) -> None:
    with pytest.raises(UsageFault, match="every new item"):
        acts.refuse_boundless(parse(query))


def test_no_person_has_the_name_of_a_rule() -> None:
    assert acts.is_rule(acts.editor("openai"))
    assert acts.is_rule("Rule:openai")
    assert not acts.is_rule("ruler")
