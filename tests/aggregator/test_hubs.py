"""How subscriptions stand, without a hub: when it is asked, what a source waits for, what the docs say."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from makers import NOON
from sqlmodel import Session

from aggregator import cadence, hubs, sources
from aggregator.caching import Hints
from aggregator.cadence import Rhythm
from aggregator.cli.shown import hub_said, hub_shape
from aggregator.database import Database
from aggregator.hubs import Offer, State
from feeds.tables import Source, Subscription

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=size) for size in (1, 60, 3_600, 86_400))
DOCS = Path(__file__).parents[2] / "docs"


def subscription(state: State = State.VERIFIED, **said: object) -> Subscription:
    whole = {"hub": "https://hub.example/", "topic": "https://site.example/", "token": "t", "secret": "s"}
    return Subscription(**whole | {"source_id": 1, "state": state, "requested_at": NOON} | said)


@pytest.mark.parametrize(
    ("state", "lease", "wait"),
    [
        (State.OFFERED, None, timedelta()),
        (State.REQUESTED, None, HOUR),
        (State.LAPSED, None, HOUR),
        (State.REFUSED, None, DAY),
        (State.DENIED, None, 7 * DAY),
        (State.VERIFIED, 8 * DAY, 6 * DAY),
        (State.VERIFIED, HOUR, 45 * MINUTE),
        (State.SILENT, 8 * DAY, DAY),
        (State.SILENT, HOUR, 45 * MINUTE),
    ],
)
def test_when_a_hub_is_asked_again(state: State, lease: timedelta | None, wait: timedelta) -> None:
    row = subscription(state, expires_at=lease and NOON + lease)
    assert hubs.asked_at(row) == NOON + wait


def test_tries_to_renew_come_closer_as_the_lease_runs_out() -> None:
    row = subscription(expires_at=NOON + 16 * HOUR)
    tries = []
    for _ in range(3):
        row.requested_at = hubs.asked_at(row)
        tries.append(row.requested_at - NOON)
    assert tries == [12 * HOUR, 15 * HOUR, 15 * HOUR + 45 * MINUTE]


def offered(session: Session, count: int) -> None:
    for number in range(count):
        source = sources.add(session, f"https://site{number}.example/", NOON)
        assert source.id is not None
        offer = Offer("https://hub.example/", source.url)
        hubs.note(session, source.id, offer, NOON - number * SECOND)


def test_a_few_hubs_are_asked_at_a_time_the_longest_due_first(database: Database) -> None:
    with database.writing() as session:
        offered(session, 30)
        asked = [row.source_id for row in hubs.to_be_asked(session, NOON)]
        assert asked == list(range(30, 10, -1))
        for number in asked:
            hubs.ask(session.get_one(Subscription, number), NOON)
        assert [row.source_id for row in hubs.to_be_asked(session, NOON)] == list(range(10, 0, -1))


def test_each_subscription_has_a_token_and_a_secret_that_nobody_guesses(database: Database) -> None:
    with database.writing() as session:
        offered(session, 5)
        rows = hubs.subscriptions(session).values()
        assert len({row.token for row in rows} | {row.secret for row in rows}) == 10
        assert min(len(text) for row in rows for text in (row.token, row.secret)) >= 32


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({}, NOON),
        ({"last_polled_at": NOON - 10 * SECOND}, NOON + 50 * SECOND),
        ({"last_polled_at": NOON - HOUR}, NOON),
        ({"not_before_at": NOON + 2 * HOUR}, NOON + 2 * HOUR),  # its server's word stands
        ({"not_before_at": NOON + 9 * HOUR}, NOON + 5 * HOUR),
        ({"failures": 3}, NOON + 5 * HOUR),
    ],
    ids=["at once", "polled just now", "polled long ago", "asked to wait", "asked to wait longer", "failing"],
)
def test_a_source_is_made_due_but_not_against_its_server(said: dict[str, object], due: object) -> None:
    source = Source(url="", canonical_url="", added_at=NOON, next_poll_at=NOON + 5 * HOUR)
    for name, value in said.items():
        setattr(source, name, value)
    hubs.make_due(source, NOON, "its hub told of a change")
    assert source.next_poll_at == due


@pytest.mark.parametrize(
    ("rhythm", "hints", "wait", "reason"),
    [
        (Rhythm(HOUR, DAY, told=True), Hints(), DAY, "its hub tells of changes"),
        (Rhythm(HOUR, 6 * HOUR, told=True), Hints(), 6 * HOUR, "its hub tells of changes"),
        (Rhythm(HOUR, 30 * DAY, told=True), Hints(), DAY, "its hub tells of changes"),
        (Rhythm(2 * DAY, 3 * DAY, told=True), Hints(), 2 * DAY, "the shortest interval, poll.min_interval"),
        (Rhythm(HOUR, DAY, 2 * HOUR, told=True), Hints(), 2 * HOUR, "the interval set for this source"),
        (Rhythm(HOUR, DAY, told=False), Hints(), HOUR, "the shortest interval, poll.min_interval"),
    ],
)
def test_a_source_whose_hub_tells_is_looked_at_once_a_day(
    rhythm: Rhythm, hints: Hints, wait: timedelta, reason: str
) -> None:
    due = cadence.after_success(7, NOON, rhythm, hints, [])
    assert due.reason == reason
    assert abs(due.at - NOON - cadence.spread(7, wait)) < SECOND


def test_the_json_of_a_hub_has_the_keys_that_are_documented_and_no_secret() -> None:
    shape = hub_shape(subscription(token="the token", secret="the secret"))
    section = (DOCS / "json.md").read_text().partition("\n## Hub\n")[2].partition("\n## ")[0]
    assert list(shape) == re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert not {"the token", "the secret"} & set(map(str, shape.values()))


def test_the_guide_and_the_json_page_tell_every_state() -> None:
    section = (DOCS / "guide.md").read_text().partition("\n### Hear of changes")[2].partition("\n### ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == {str(state) for state in State}
    row = next(line for line in (DOCS / "json.md").read_text().splitlines() if "`offered`" in line)
    assert {str(state) for state in State} <= set(re.findall(r"`(\w+)`", row))


@pytest.mark.parametrize(("reachable", "said"), [(True, ""), (False, "; give serve.public_url")])
def test_an_operator_hears_what_a_hub_waits_for(reachable: bool, said: str) -> None:
    line = hub_said(subscription(State.OFFERED), reachable)
    assert line.startswith(f"https://hub.example/: offered{said}")
    assert ("public_url" in line) is not reachable
