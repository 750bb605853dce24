"""Likeness: proven on labelled pairs, and on all items of these pairs thrown together."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import ASKED, DIFFERENT, SHORT, WILD, Pair, measured, pairs

from feeds import likeness, shingles, wording
from feeds.entries import Entry, Link
from feeds.likeness import Alike, compare
from feeds.profiles import Profile, marks, profile
from feeds.shingles import Shingles

PARTS = (SHORT, WILD)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@cache
def labelled(part: str) -> list[Pair]:
    return list(pairs(part))


def test_there_are_pairs_enough_to_say_something() -> None:
    every = [pair for part in PARTS for pair in labelled(part)]
    assert len(every) >= 300
    assert len({language for pair in every for language in pair.languages}) >= 6
    assert min(Counter(pair.label for pair in every).values()) >= 20


@pytest.mark.parametrize("level", ASKED)
def test_each_level_is_as_precise_and_finds_as_much_as_is_asked(level: str) -> None:
    precision, recall = ASKED[level]
    got = measured([pair for part in PARTS for pair in labelled(part)])[level]
    assert got.precision >= precision
    assert got.recall >= recall


def test_likeness_has_no_direction() -> None:
    for pair in (pair for part in PARTS for pair in labelled(part)):
        one, other = compare(*pair.items), compare(*reversed(pair.items))
        assert (one and (one.level, one.score)) == (other and (other.level, other.score)), pair.name


def test_items_of_different_pairs_are_hardly_ever_taken_for_one_story() -> None:
    """Of tens of thousands of pairs; the few that are found do tell of one event, or come near it."""
    items = [(pair.name, item) for pair in labelled(WILD) for item in pair.items]
    unlike = [
        (one, other)
        for (name, one), (place, other) in combinations(items, 2)
        if name != place and one.language == other.language and one.title != other.title
    ]
    found = {(one.title, other.title) for one, other in unlike if compare(one, other) is not None}
    assert len(unlike) > 10_000
    assert len(found) < 8, found


@pytest.mark.parametrize("part", PARTS)
def test_items_that_are_alike_share_a_mark(part: str) -> None:
    alike = [pair for pair in labelled(part) if pair.found != DIFFERENT]
    shared = [bool({*marks(pair.items[0])} & {*marks(pair.items[1])}) for pair in alike]
    assert sum(shared) >= 0.98 * len(alike), [p.name for p, ok in zip(alike, shared, strict=True) if not ok]


def test_items_that_are_not_alike_hardly_ever_share_a_mark() -> None:
    items = [item for pair in labelled(WILD) for item in pair.items]
    marked = [{*marks(item)} for item in items]
    near = sum(bool(one & other) for one, other in combinations(marked, 2))
    assert near / len(items) < 10


@pytest.mark.parametrize("part", PARTS)
def test_a_profile_is_kept_as_bytes(part: str) -> None:
    for pair in labelled(part):
        for item in pair.items:
            assert Profile.load(item.dump()) == item


def told(title: str, source: int = 1, content: str = "", **given: object) -> Profile:
    url = f"https://s{source}.example/2026/{title.replace(' ', '-')}"
    entry = Entry(guid=url, url=url, title=title, content=content, **given)
    return profile(entry, language="en", source=source, at=NOW)


def test_the_evidence_of_a_story_is_in_words() -> None:
    one = told("River Elsham floods the old harbour of Norwick")
    other = told("Norwick: old harbour under water as river Elsham floods", source=2)
    alike = compare(one, other)
    assert alike is not None
    assert alike.level == "same story"
    assert alike.evidence == "headlines share river, elsham, floods, old, harbour, norwick"


def test_a_source_tells_no_story_twice() -> None:
    """What a source says again is its sequel, unless it is the same text."""
    one = told("River Elsham floods the old harbour of Norwick")
    assert compare(one, told("River Elsham floods the old harbour of Norwick again")) is None


def test_lines_that_point_elsewhere_are_no_text() -> None:
    content = "<p>Lire aussi : un autre</p><p>The text itself.</p><p>#news #today</p><p>Every day's line.</p>"
    repeated = {shingles.lines("<p>Every day's line.</p>")[0]}
    assert shingles.body(content, repeated) == ["The text itself."]


def test_a_page_that_is_named_as_the_original_is_the_same_item() -> None:
    original = told("The mill stops", source=1)
    named = Link(href="https://s1.example/2026/The-mill-stops", rel="canonical")
    copy = told("A mill stops", source=2, links=(named,))
    assert compare(original, copy) == Alike(
        "same item", 1.0, "the same original page, https://s1.example/2026/The-mill-stops"
    )


@given(st.lists(st.integers(0, 999), max_size=600), st.lists(st.integers(0, 999), max_size=600))
def test_what_texts_share_lies_between_nothing_and_all(one: list[int], other: list[int]) -> None:
    here, there = (shingles.shingles([str(word) for word in words]) for words in (one, other))
    together, contained = shingles.shared(here, there)
    assert 0 <= together <= contained <= 1
    assert shingles.shared(here, here) == ((1, 1) if here.count else (0, 0))


@given(st.lists(st.sampled_from(["a", "river", "rose", "été", "1908", "東"]), max_size=30))
def test_a_run_is_hashed_by_what_its_four_words_are_and_where(run: list[str]) -> None:
    words = [shingles.hashed(word) % 2**64 for word in run]
    runs = zip(words, words[1:], words[2:], words[3:], strict=False)
    sums = {sum(map(mul, four, shingles.FACTORS)) % 2**64 - 2**63 for four in runs}
    assert shingles.shingles(run) == Shingles(tuple(sorted(sums)), len(sums))


WRITTEN = st.lists(
    st.sampled_from(
        ["the river", "Elsham", "GPT-4", "well-known", "1 000", "x2", "été", "東京", ", ", ". ", "-"]
    )
    | st.text("aZ9é_- 東\n\u0301ß", max_size=4),
    max_size=20,
).map("".join)


@given(WRITTEN)
def test_no_word_but_small_ones_is_passed_over(text: str) -> None:
    passed = [word for word in wording.UNCOMMON.findall(text) if word and not _is_small(word)]
    assert passed == [word for word in wording.WORD.findall(text) if not _is_small(word)]


def _is_small(word: str) -> bool:
    return word.islower() and word.isalpha()


@given(WRITTEN)
def test_a_text_runs_through_all_its_words_folded(text: str) -> None:
    words = re.findall(r"\w+", wording.fold(text))
    assert "".join(wording.run(text)) == "".join(words)
    assert "東" in text or wording.run(text) == words


def test_a_long_text_is_kept_as_its_smallest_hashes() -> None:
    text = shingles.shingles([str(word) for word in range(2000)])
    assert text == Shingles(tuple(sorted(text.hashes)), 1997)
    assert len(text.hashes) == shingles.MOST


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Xenora发布X9", ["xenor", "发布", "x9"]),
        ("JAXAの月", ["jaxa", "の月"]),
        ("第7号", ["第", "7", "号"]),
    ],
)
def test_a_latin_name_is_a_word_within_a_text_without_spaces(text: str, found: list[str]) -> None:
    assert [form for form in wording.words(text) if len(form) > 1 or form.isdigit()] == [
        form for form in found if len(form) > 1 or form.isdigit()
    ]


def test_two_headlines_by_one_form_are_two_stories() -> None:
    """Only what they are about is put in another's place."""
    text = "Lumen Data in Harwick seeks a senior developer."
    python = told("Senior Python developer, Harwick, hybrid", source=1, summary=text)
    rust = told("Senior Rust developer, Harwick, hybrid", source=2, summary=text)
    assert compare(python, rust) is None


def test_the_medoid_is_most_like_all_others() -> None:
    assert likeness.medoid(3, {(0, 1): 0.6, (1, 2): 0.7}) == 1
    assert likeness.medoid(3, {}) == 0
