"""The log means what its decisions say, in order; each can be taken back, and the taking back too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON

from curation import places, rules
from curation.rules import Decided, Picked


def decided(
    number: int, verb: str, editor: str = "ada", undoes: int | None = None, **payload: object
) -> Decided:
    at = NOON + timedelta(minutes=number)
    return Decided(
        id=number,
        at=at,
        editor=editor,
        via="cli",
        verb=verb,
        item_id=7,
        edition="e",
        payload=payload,
        undoes=undoes,
    )


def picked(item: int, minutes: int = 0, position: int | None = None, **given: object) -> Picked:
    at = NOON + timedelta(minutes=minutes)
    said = {
        "item_id": item,
        "edition": "e",
        "editors": ("ada",),
        "voiced_at": (at,),
        "picked_at": at,
        "visible_from": at,
        "changed_at": at,
        "position": position,
    }
    return Picked.model_validate(said | given)


def test_without_a_decision_there_is_no_pick() -> None:
    assert rules.project([]) is None


def test_a_pick_is_dated_and_named_by_its_decision() -> None:
    pick = rules.project([decided(1, "pick", note="Read it")])
    assert pick is not None
    assert (pick.note, pick.editors, pick.picked_at) == ("Read it", ("ada",), NOON + timedelta(minutes=1))


def test_a_second_pick_changes_only_what_it_is_given() -> None:
    pick = rules.project([decided(1, "pick", note="a", title="T"), decided(2, "pick", "bob", note="b")])
    assert pick is not None
    assert (pick.note, pick.title, pick.editors) == ("b", "T", ("ada", "bob"))
    assert pick.picked_at == NOON + timedelta(minutes=1)


MINUTE = [NOON + timedelta(minutes=number) for number in range(9)]


@pytest.mark.parametrize(
    ("more", "by", "noted", "worded"),
    [
        ([], "ada", 1, 1),
        ([decided(2, "pick", "bob")], "ada", 1, 1),
        ([decided(2, "move", "bob", position=1)], "ada", 1, 1),
        ([decided(2, "note", "bob", note="a")], "ada", 1, 1),
        ([decided(2, "note", "bob", note="b")], "bob", 2, 2),
        ([decided(2, "retitle", "bob", title="T")], "ada", 1, 2),
        ([decided(2, "note", "bob", note="")], "", None, 2),
        ([decided(2, "note", "bob", note="b"), decided(3, "undo", undoes=2)], "ada", 1, 1),
        ([decided(2, "unpick"), decided(3, "pick")], "", None, None),
    ],
    ids=["as picked", "voice", "move", "same note", "note", "title", "no note", "undone", "anew"],
)
def test_a_pick_says_who_wrote_its_note_and_when_its_words_changed(
    more: list[Decided], by: str, noted: int | None, worded: int | None
) -> None:
    pick = rules.project([decided(1, "pick", note="a"), *more])
    assert pick is not None
    assert pick.noted_by == by
    assert pick.noted_at == (None if noted is None else MINUTE[noted])
    assert pick.worded_at == (None if worded is None else MINUTE[worded])


def test_a_pick_after_an_unpick_starts_anew() -> None:
    pick = rules.project([decided(1, "pick", note="a"), decided(2, "unpick"), decided(3, "pick", "bob")])
    assert pick is not None
    assert (pick.note, pick.editors, pick.retracted_at) == ("", ("bob",), None)


def test_an_undone_pick_never_was() -> None:
    assert rules.project([decided(1, "pick"), decided(2, "undo", undoes=1)]) is None


def test_undoing_an_undo_brings_the_decision_back() -> None:
    history = [decided(1, "pick", note="a"), decided(2, "undo", undoes=1), decided(3, "undo", undoes=2)]
    pick = rules.project(history)
    assert pick is not None
    assert pick.note == "a"


verbs = st.lists(st.tuples(st.sampled_from(["pick", "unpick"]), st.sampled_from(["", "x", "y"])), max_size=8)


@settings(max_examples=100)
@given(verbs, verbs)
def test_as_many_undos_as_verbs_give_the_earlier_pick(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    history = [decided(number, verb, note=note) for number, (verb, note) in enumerate(before, 1)]
    earlier = rules.project(history)
    first = len(history) + 1
    history += [decided(number, verb, note=note) for number, (verb, note) in enumerate(after, first)]
    for undone in range(len(history), first - 1, -1):
        history.append(decided(len(history) + 1, "undo", undoes=undone))
    assert rules.project(history) == earlier


@pytest.mark.parametrize(
    ("minutes", "status"), [(-1, "waiting"), (0, "live"), (59, "live"), (60, "expired")], ids=str
)
def test_a_pick_is_seen_from_its_time_until_its_end(minutes: int, status: str) -> None:
    pick = picked(1).model_copy(update={"until": NOON + timedelta(hours=1)})
    assert rules.status(pick, NOON + timedelta(minutes=minutes)) == status


def test_fewer_editors_than_the_quorum_make_a_nomination() -> None:
    assert rules.status(picked(1), NOON, quorum=2) == "nominated"


@pytest.mark.parametrize(
    ("picks", "order"),
    [
        ([picked(1, 0), picked(2, 5)], [2, 1]),
        ([picked(1, 0, position=1), picked(2, 5)], [1, 2]),
        ([picked(1, 0), picked(2, 5), picked(3, 9, position=2)], [2, 3, 1]),
        ([picked(1, 0, position=1), picked(2, 5, position=1)], [2, 1]),
        ([picked(1, 0, 1, placed_by=9), picked(2, 5, 1, placed_by=8)], [1, 2]),
        ([picked(1, 0, position=99), picked(2, 5)], [2, 1]),
        ([picked(1, 0, pinned=True), picked(2, 5)], [1, 2]),
        ([picked(1, 0, pinned=True), picked(2, 5, position=1)], [1, 2]),
        ([picked(1, 0, pinned=True), picked(2, 5), picked(3, 3, position=2)], [1, 3, 2]),
    ],
    ids=[
        "newest first",
        "put first",
        "put second",
        "the later of two at one place",
        "the one put there last",
        "beyond the end",
        "pinned first",
        "none above the pinned",
        "places count the pinned",
    ],
)
def test_a_line_up_is_newest_first_but_for_those_given_a_place(picks: list[Picked], order: list[int]) -> None:
    assert [pick.item_id for pick in places.arrange(picks)] == order


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(1, 6)), max_size=6), st.randoms())
def test_the_order_of_a_line_up_depends_on_the_picks_alone(
    shapes: list[tuple[int, int | None]], random: object
) -> None:
    picks = [picked(number, minutes, position) for number, (minutes, position) in enumerate(shapes)]
    shuffled = sorted(picks, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert places.arrange(shuffled) == places.arrange(picks)


BY_RULE = "rule:openai"


@pytest.mark.parametrize(
    ("history", "editors", "nominated_by", "picked_at"),
    [
        ([("nominate", BY_RULE)], (), BY_RULE, 1),
        ([("nominate", BY_RULE), ("nominate", "rule:b")], (), BY_RULE, 1),  # the first to name it
        ([("nominate", BY_RULE), ("note", "ada"), ("pick", "ada")], ("ada",), None, 3),
        ([("pick", "ada"), ("nominate", BY_RULE)], ("ada",), None, 1),
        ([("nominate", BY_RULE), ("unpick", "ada"), ("pick", "bob")], ("bob",), None, 3),
        ([("nominate", BY_RULE), ("unpick", "ada"), ("nominate", "rule:b")], (), "rule:b", 3),
    ],
    ids=str,
)
def test_a_nomination_is_no_voice_and_the_first_voice_dates_the_pick(
    history: list[tuple[str, str]], editors: tuple[str, ...], nominated_by: str | None, picked_at: int
) -> None:
    pick = rules.project([decided(number, *line) for number, line in enumerate(history, 1)])
    assert pick is not None
    assert (pick.editors, pick.nominated_by) == (editors, nominated_by)
    assert pick.picked_at == pick.visible_from == NOON + timedelta(minutes=picked_at)


@pytest.mark.parametrize("quorum", [1, 2])
def test_what_a_rule_alone_suggests_is_never_live(quorum: int) -> None:
    pick = rules.project([decided(1, "nominate", BY_RULE)])
    assert pick is not None
    assert rules.status(pick, NOON + timedelta(days=1), quorum) == "nominated"
    assert rules.left_at(pick, NOON + timedelta(days=1), quorum) is None
