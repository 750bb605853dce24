"""The suggested order measured against the log of an editor whose taste is known to the test alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from archive import PICKS, Archive
from makers import NOON
from sqlmodel import Session

from aggregator.database import Database
from curation import backtest, suggestions
from curation.backtest import Figures, Pupil, Trial
from curation.ranking import Choice, Model, Waiting

HOUR = timedelta(hours=1)
TOPICS = ("tram", "harbour", "budget", "match", "school", "festival", "bridge", "museum", "market", "river")
PLACES = ("Elsham", "Norwick", "Ostley", "Brimby", "Halden", "Corfe", "Tarn", "Wick")
LIKED = {"tram", "harbour"}


class Editor:
    """Of what came in the last day this editor picks the Wire's stories, and those of two topics."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.chance = random.Random(7)
        self.inbox: list[tuple[float, int]] = []

    def live(self, hours: int) -> None:
        """Each hour six stories arrive; every second hour the best that waits is picked."""
        for hour in range(hours):
            self.archive.at += HOUR
            for _ in range(6):
                self._receive()
            if hour % 2:
                _, number = max(self.inbox[-140:])
                self.inbox = [each for each in self.inbox if each[1] != number]
                self.archive.at += timedelta(minutes=1)
                self.archive.pick(number)

    def _receive(self) -> None:
        source, topics = self.chance.randint(1, 6), self.chance.sample(TOPICS, 2)
        number = self.archive.arrive(f"{' and '.join(topics)} of {self.chance.choice(PLACES)}", source)
        liking = 2 * len(LIKED & set(topics)) + 2 * (source == 1) + self.chance.random()
        self.inbox.append((liking, number))


@pytest.fixture
def archive(database: Database) -> Iterator[Archive]:
    with database.writing() as session:
        made = Archive(session, NOON)
        for name in ("The Wire", "Post", "Echo", "Herald", "Globe", "Star"):
            made.source(name)
        yield made


def trials(session: Session) -> list[Trial]:
    return list(backtest.trials(session))


def test_a_taste_is_learned_from_the_log(archive: Archive) -> None:
    Editor(archive).live(120)
    found = {one.order: one for one in backtest.figures(trials(archive.session))}
    suggested, newest = found["suggested"], found["newest"]
    assert suggested.first_10 > newest.first_10 + 0.2
    assert suggested.reciprocal_rank > 2 * max(newest.reciprocal_rank, found["prior"].reciprocal_rank)
    assert newest.above > 2 * newest.below
    model = suggestions.model(archive.session)
    strongest = [lesson.trait for lesson in model.lessons("ada") if lesson.seen and lesson.adds > 0][:3]
    assert set(strongest) == {"source:1", "word:tram", "word:harbour"}


def test_what_is_decided_later_changes_no_earlier_step(archive: Archive) -> None:
    editor = Editor(archive)
    editor.live(24)
    before = trials(archive.session)
    editor.live(4)
    archive.desk().undo(before[0].decision)
    archive.desk().undo()  # the undo
    archive.desk().kill(editor.inbox[-1][1])
    archive.desk("bo").kill(editor.inbox[0][1])
    archive.desk("rule:wire").pick(editor.inbox[1][1], PICKS)
    after = trials(archive.session)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 2


def test_what_was_undone_is_forgotten_until_it_is_done_again(archive: Archive) -> None:
    tram, *_ = (archive.arrive(title) for title in ("Tram", "Match", "Rain"))
    archive.at += HOUR
    archive.pick(tram)
    taught = suggestions.model(archive.session).weight("word:tram", "ada")
    archive.desk().undo()
    undone = suggestions.model(archive.session)
    archive.desk().redo()
    again = suggestions.model(archive.session).weight("word:tram", "ada")
    assert (undone.weight("word:tram", "ada"), undone.picked) == (0, 0)
    assert again == taught > 0


def test_the_replay_forgets_what_was_undone_as_the_order_does(archive: Archive) -> None:
    first, second, third, *_ = (archive.arrive(title) for title in ("Tram", "Match", "Tram two", "Rain"))
    archive.at += HOUR
    archive.pick(first)
    archive.desk().undo()
    archive.desk().kill(first)
    archive.pick(second)
    archive.pick(third)
    *_, last = trials(archive.session)
    assert last.places["suggested"] == 2  # though its word was picked once
    assert last.among == 2


def test_a_pick_of_what_is_too_old_to_be_ranked_counts_as_missed() -> None:
    found = [
        Trial(1, 500, {"suggested": None, "prior": 4, "newest": None, "coverage": 30}),
        Trial(2, 500, {"suggested": 2, "prior": 4, "newest": 15, "coverage": 1}),
    ]
    assert backtest.figures(found) == [
        Figures("suggested", 0.5, 0.5, 0.25, 0, 0),
        Figures("prior", 1.0, 1.0, 0.25, 1, 1),
        Figures("newest", 0.0, 0.5, 1 / 30, 1, 0),
        Figures("coverage", 0.5, 0.5, (1 / 30 + 1) / 2, 0, 2),
    ]


def test_a_long_replay_leaves_the_oldest_choices_behind_as_the_order_does() -> None:
    pupil = Pupil()
    for number in range(2 * suggestions.LEARNED):
        pupil.learn(Choice(number, "ada", "pick", Waiting(1, 1, 1.0, {"word:tram": "tram"}), ()))
    assert pupil.model.picked == suggestions.LEARNED
    assert min(pupil.choices) == suggestions.LEARNED


def test_of_no_picks_there_are_no_figures(archive: Archive) -> None:
    archive.arrive("Tram")
    assert backtest.figures(trials(archive.session)) == []
    assert Model().picked == suggestions.model(archive.session).picked == 0


def test_only_picks_since_a_time_are_asked_about(archive: Archive) -> None:
    Editor(archive).live(12)
    everything = trials(archive.session)
    assert list(backtest.trials(archive.session, NOON + 7 * HOUR)) == everything[-3:]
    assert list(backtest.trials(archive.session, archive.at + HOUR)) == []
