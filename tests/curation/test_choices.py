"""What the log says of the inbox: what left it, when, and what waited meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from archive import Archive
from makers import NOON
from sqlmodel import Session

from aggregator.database import Database
from curation import choices, suggestions
from curation.choices import Past, Taken, Turned
from curation.ranking import Choice
from curation.shelf import Shelf
from curation.tables import Decision

HOUR = timedelta(hours=1)


def told(*lines: str) -> Past:
    """The log in words, `verb item [decision]`, a second apart, decisions from 1; item 10n is of story n."""
    found = []
    for number, (verb, item, *undoes) in enumerate(map(str.split, lines), 1):
        decision = Decision(
            id=number,
            at=NOON + timedelta(seconds=number),
            editor="rule:wire" if verb == "nominate" else "ada",
            via="cli",
            verb="pick" if verb == "nominate" else verb,
            item_id=int(item),
            edition=None if verb in ("kill", "revive") else "editors-pick",
            undoes=int(undoes[0]) if undoes else None,
        )
        if decision.undoes is not None:
            decision.edition = found[decision.undoes - 1][0].edition
        found.append((decision, int(item) // 10, NOON))
    return choices.past(found)


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        (["pick 10"], False),
        (["pick 11", "unpick 11"], True),
        (["pick 10", "pick 11", "unpick 10"], False),
        (["pick 10", "undo 10 1"], True),
        (["pick 10", "undo 10 1", "redo 10 2"], False),
        (["pick 10", "unpick 10", "undo 10 2"], False),
        (["kill 10"], False),
        (["kill 10", "revive 10"], True),
        (["kill 10", "undo 10 1"], True),
        (["nominate 10"], False),
        (["pick 20"], True),
    ],
    ids=str,
)
def test_a_story_waits_unless_a_pick_or_kill_of_it_stands(lines: list[str], waits: bool) -> None:
    past = told(*lines)
    assert past.waits(1, len(lines) + 1) is waits
    assert past.waits(1, 1)  # before the first of them


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        (["pick 10", "kill 20"], [1, 2]),
        (["pick 10", "pick 10"], [1]),  # said more of the same pick
        (["pick 10", "pick 11"], [1]),  # of a story that waits no more
        (["pick 10", "unpick 10", "pick 10"], [1, 3]),
        (["nominate 10", "pick 20"], [2]),  # what a rule picks is no editor's choice
        (["pick 10", "undo 10 1"], []),
        (["pick 10", "undo 10 1", "redo 10 2"], [1]),
        (["pick 10", "unpick 10"], [1]),
    ],
    ids=str,
)
def test_a_choice_is_a_decision_that_takes_a_story_from_the_inbox(lines: list[str], taken: list[int]) -> None:
    assert [one.decision for one in suggestions.standing(told(*lines).events)] == taken


def test_what_came_and_was_taken_at_one_moment_never_waited() -> None:
    line = Decision(id=1, at=NOON, editor="ada", via="cli", verb="pick", item_id=10, edition="e")
    past = choices.past([(line, 1, NOON)])
    assert (past.events, past.waits(1, 2)) == ([], False)


def test_an_undo_of_an_undo_lets_the_decision_stand() -> None:
    events = told("pick 10", "undo 10 1", "redo 10 2").events
    assert events[1:] == [Turned(1, False), Turned(1, True)]


@pytest.fixture
def archive(database: Database) -> Iterator[Archive]:
    with database.writing() as session:
        made = Archive(session, NOON)
        made.source("The Wire", section="city", language="en-GB")
        made.source("Le Canal", language="fr")
        yield made


def chosen(session: Session) -> list[Choice]:
    past = choices.past(choices.lines(session))
    taken = [event for event in past.events if isinstance(event, Taken)]
    return list(choices.chosen(Shelf(session), past, taken))


def test_a_choice_knows_what_was_seen_and_waited_then(archive: Archive) -> None:
    killed, picked, passed = (archive.arrive(title) for title in ("Horoscope", "Tram", "Match"))
    archive.at += HOUR
    archive.arrive("Le tram", 2, joins=picked)
    archive.desk().kill(killed)
    archive.pick(picked)
    archive.at += HOUR
    archive.arrive("Later")
    kill, pick = chosen(archive.session)
    assert (kill.verb, kill.chosen.number, {one.number for one in kill.others}) == (
        "kill",
        1,
        {picked, passed},
    )
    assert (pick.chosen.number, [one.number for one in pick.others]) == (picked, [passed])
    assert (pick.chosen.sources, pick.chosen.hours) == (2, 1.0)
    assert pick.chosen.traits == {
        "source:1": "The Wire",
        "section:city": "city",
        "language:en": "en",
        "word:tram": "tram",
    }


def test_later_sources_of_a_story_do_not_count_for_an_earlier_choice(archive: Archive) -> None:
    picked = archive.arrive("Tram")
    archive.at += HOUR
    archive.pick(picked)
    archive.at += HOUR
    archive.arrive("Le tram", 2, joins=picked)
    assert [one.chosen.sources for one in chosen(archive.session)] == [1]


def test_of_a_long_inbox_a_choice_is_beside_some_from_its_whole_length(archive: Archive) -> None:
    for number in range(600):
        archive.arrive(f"Story {number}")
    archive.at += HOUR
    for number in (600, 599):
        archive.pick(number)
    first, second = ({one.number for one in choice.others} for choice in chosen(archive.session))
    assert len(first) >= choices.PASSED - 1
    assert first.isdisjoint(second)
    assert 100 < min(first) < 170
    assert max(first) > 530
