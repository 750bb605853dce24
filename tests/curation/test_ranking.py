"""The suggested order, as a function of choices: what it starts from, what it learns, how it says why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.ranking import AGE, COVERAGE, PRIOR, Choice, Model, Waiting, order, traits


def story(number: int = 1, sources: int = 1, hours: float = 1, **known: str) -> Waiting:
    """A story with its traits by kind: several words in one text."""
    named = [(kind, word) for kind, words in known.items() for word in words.split()]
    return Waiting(number, sources, hours, {f"{kind}:{word}": word for kind, word in named})


def picks(*chosen: Waiting, among: tuple[Waiting, ...], editor: str = "ada") -> list[Choice]:
    return [Choice(number, editor, "pick", one, among) for number, one in enumerate(chosen, 1)]


STORIES = st.builds(
    Waiting,
    number=st.integers(1, 10_000),
    sources=st.integers(1, 40),
    hours=st.floats(0, 20_000),
    traits=st.lists(st.sampled_from([f"{kind}:{n}" for kind in ("source", "word") for n in range(4)])).map(
        lambda keys: {key: key for key in keys}
    ),
)
CHOICES = st.lists(
    st.builds(
        Choice,
        decision=st.integers(1, 100),
        editor=st.sampled_from(["ada", "bo"]),
        verb=st.sampled_from(["pick", "kill"]),
        chosen=STORIES,
        others=st.lists(STORIES, max_size=4).map(tuple),
    ),
    max_size=6,
)


@settings(max_examples=50)
@given(CHOICES, STORIES)
def test_a_score_is_the_sum_of_its_reasons(choices: list[Choice], one: Waiting) -> None:
    model = Model(choices)
    reasons = model.reasons(one, "ada")
    assert sum(reason.adds for reason in reasons) == pytest.approx(model.scores([one], "ada")[0], abs=1e-9)
    assert [abs(reason.adds) for reason in reasons] == sorted(
        (abs(one.adds) for one in reasons), reverse=True
    )


@settings(max_examples=40)
@given(CHOICES, st.lists(STORIES, unique_by=lambda one: one.number), st.randoms())
def test_the_order_does_not_depend_on_how_stories_are_given(
    choices: list[Choice], stories: list[Waiting], chance: object
) -> None:
    model = Model(choices)
    shuffled = list(stories)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert order(model, shuffled, "ada") == order(model, stories, "ada")


@given(STORIES, st.integers(1, 40))
def test_with_no_choices_more_coverage_never_lowers_a_score(one: Waiting, more: int) -> None:
    wider = Waiting(one.number, one.sources + more, one.hours, one.traits)
    scores = Model().scores([one, wider], "ada")
    assert scores[0] < scores[1]


@given(STORIES, st.floats(1, 1_000))
def test_with_no_choices_age_never_raises_a_score(one: Waiting, more: float) -> None:
    older = Waiting(one.number, one.sources, one.hours + more, one.traits)
    scores = Model().scores([one, older], "ada")
    assert scores[0] >= scores[1]


def test_with_no_choices_the_prior_alone_speaks() -> None:
    reasons = Model().reasons(story(sources=4, hours=6, source="wire", word="tram"), "ada")
    assert [(one.trait, one.shown, one.adds) for one in reasons] == [
        (COVERAGE, "4", 2 * PRIOR[COVERAGE]),
        (AGE, "6", PRIOR[AGE]),
    ]


@pytest.mark.parametrize("kind", ["source", "section", "language", "author", "word"])
def test_what_is_picked_again_and_again_comes_first(kind: str) -> None:
    liked, other = story(1, **{kind: "a"}), story(2, hours=0.5, **{kind: "b"})
    assert order(Model(), [liked, other], "ada") == [other, liked]
    model = Model(picks(*[liked] * 10, among=(other,)))
    assert order(model, [liked, other], "ada") == [liked, other]
    assert model.weight(f"{kind}:a", "ada") > 0 > model.weight(f"{kind}:b", "ada")


def test_an_editor_who_picks_what_few_tell_is_believed() -> None:
    model = Model(picks(*[story(sources=1)] * 60, among=(story(2, sources=8), story(3, sources=4))))
    assert model.weight(COVERAGE, "ada") < 0


def test_a_kill_moves_its_like_down() -> None:
    model = Model([Choice(1, "ada", "kill", story(word="horoscope"), (story(2, word="tram"),))])
    assert model.weight("word:horoscope", "ada") < 0 < model.weight("word:tram", "ada")


def test_an_editor_s_own_choices_count_for_more_than_a_colleague_s() -> None:
    model = Model(picks(*[story(word="tram")] * 10, among=(story(2, word="match"),)))
    assert model.weight("word:tram", "ada") > model.weight("word:tram", "bo") > 0
    assert model.weight("word:tram", "bo") == model.weight("word:tram", "nobody so far")


def test_a_reason_tells_how_often_its_trait_was_picked_and_passed_over() -> None:
    tram, match = story(1, word="tram"), story(2, word="tram match")
    model = Model(picks(tram, tram, match, among=(story(3, word="tram"), story(4, word="rain"))))
    seen = next(one.seen for one in model.reasons(tram, "ada") if one.trait == "word:tram")
    assert (seen.picked, seen.passed, model.picked, model.passed) == (3, 3, 3, 6)


def test_what_was_expected_teaches_less() -> None:
    learned = [
        Model(picks(*[story(word="tram")] * count, among=(story(2),))).weight("word:tram", "ada")
        for count in (0, 1, 40, 41)
    ]
    assert learned[1] - learned[0] > learned[3] - learned[2] > 0


@pytest.mark.parametrize(
    ("given_of_it", "known"),
    [
        (((12, "Le Monde"), None, None, [], ""), {"source:12": "Le Monde"}),
        (((1, "W"), "city", "fr-CA", [], ""), {"source:1": "W", "section:city": "city", "language:fr": "fr"}),
        (((1, "W"), None, None, ["Ève Roy", " "], ""), {"source:1": "W", "author:eve roy": "Ève Roy"}),
        (
            ((1, "W"), None, None, [], "The trams of Oslo"),
            {"source:1": "W", "word:tram": "trams", "word:oslo": "oslo"},
        ),
    ],
    ids=["a source", "a section, a language without its region", "authors", "words, but no stop words"],
)
def test_a_story_is_known_by(given_of_it: tuple[object, ...], known: dict[str, str]) -> None:
    assert traits(*given_of_it) == known  # type: ignore[arg-type]
