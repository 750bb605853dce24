"""What was public at an instant can be rendered again, to the byte, as long as it is on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import CommandLine
from makers import Clock, a_minute_later, documents, keep, rss, rss_item
from sqlmodel import col, func, select, update

from aggregator import past
from aggregator.app import Newsdesk
from config.errors import NewsdeskError, UsageFault
from config.options import EDITORS_PICK
from curation import history
from curation.desk import Desk
from curation.tables import Publication, PublishedEntry, PublishedLineup
from curation.verbs import carry_out

ZONE = ZoneInfo("UTC")
Files = dict[str, bytes]


def do(newsdesk: Newsdesk, verb: str, item: int | None = None, **given: Any) -> None:
    a_minute_later(newsdesk)
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), "ada")
        carry_out(desk, (EDITORS_PICK,), {"verb": verb, "item": item, **given}, ZONE)


def files(newsdesk: Newsdesk) -> Files:
    return documents(newsdesk.settings.output)


def published(newsdesk: Newsdesk, only: str | None = None) -> tuple[datetime, Files]:
    """Publish a minute later; the instant, and what is public from then on."""
    at = a_minute_later(newsdesk)
    newsdesk.publish(only)
    return at, files(newsdesk)


def copies(newsdesk: Newsdesk, at: datetime) -> Files:
    found = newsdesk.as_of(at)
    assert all(copy.is_same for copy in found)
    return {copy.name: copy.body for copy in found}


@pytest.fixture
def told(newsdesk: Newsdesk) -> list[tuple[datetime, Files]]:
    """What was public in a newsroom, publication by publication."""
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]))
    moments = [published(newsdesk)]
    do(newsdesk, "pick", 1, note="Read it")
    moments.append(published(newsdesk))
    do(newsdesk, "pick", 2)
    moments.append(published(newsdesk, "editors-pick"))  # the other edition stays as it was
    do(newsdesk, "unpick", 1)
    keep(newsdesk, rss([rss_item("c")], title="Another name"))
    moments.append(published(newsdesk))
    do(newsdesk, "undo")
    moments.append(published(newsdesk))
    return moments


def test_every_file_of_every_past_instant_is_given_back_to_the_byte(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]]
) -> None:
    assert len({moment["editors-pick.atom"] for _, moment in told}) == len(told)
    for at, public in told:
        assert copies(newsdesk, at) == copies(newsdesk, at + timedelta(seconds=59)) == public


def test_what_is_given_back_stays_so_under_other_settings(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]], clock: Clock
) -> None:
    settings = newsdesk.settings.model_copy(update={"title": "Another", "base_url": "https://other.example/"})
    renamed = Newsdesk(settings, newsdesk.database, clock)
    clock.move(minutes=1)
    renamed.publish()
    for at, public in told:
        assert copies(renamed, at) == public


def test_of_the_time_before_the_record_nothing_is_known(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]]
) -> None:
    with pytest.raises(NewsdeskError, match="nothing is on record"):
        newsdesk.as_of(told[0][0] - timedelta(seconds=1))


def test_a_file_that_is_not_as_it_was_is_named(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]]
) -> None:
    with newsdesk.database.writing() as session:
        forged = update(Publication).where(col(Publication.path) == "sources.opml")
        session.exec(forged.values(sha256="0" * 64))
    assert [copy.name for copy in newsdesk.as_of(told[1][0]) if not copy.is_same] == ["sources.opml"]


def test_copies_are_laid_out_in_another_folder_and_never_in_the_public_one(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]], tmp_path: Path
) -> None:
    at, public = told[1]
    past.lay_out(tmp_path / "then", newsdesk.as_of(at), newsdesk.settings.output)
    assert {file.name: file.read_bytes() for file in (tmp_path / "then").iterdir()} == public
    with pytest.raises(UsageFault, match="is the published folder"):
        past.lay_out(newsdesk.settings.output / "../public", newsdesk.as_of(at), newsdesk.settings.output)
    assert files(newsdesk) == told[-1][1]


def test_upkeep_forgets_what_is_too_old_and_keeps_what_was_public_at_the_border(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]]
) -> None:
    at, public = told[3]
    with newsdesk.database.writing() as session:
        before = session.exec(select(func.count()).select_from(PublishedEntry)).one()
        history.forget(session, at + timedelta(seconds=1))
        assert session.exec(select(func.count()).select_from(PublishedEntry)).one() < before
        assert session.exec(select(func.min(PublishedLineup.at))).one() >= told[2][0]
    assert copies(newsdesk, at + timedelta(seconds=1)) == public
    assert copies(newsdesk, told[4][0]) == told[4][1]
    with pytest.raises(NewsdeskError):
        newsdesk.as_of(told[0][0])


def test_upkeep_forgets_by_its_setting(
    newsdesk: Newsdesk, told: list[tuple[datetime, Files]], clock: Clock
) -> None:
    clock.move(days=366)
    newsdesk.upkeep()
    assert copies(newsdesk, clock()) == told[-1][1]
    with pytest.raises(NewsdeskError):
        newsdesk.as_of(told[1][0])


def test_the_command_says_what_is_the_same_and_ends_with_1_where_something_is_not(
    command: CommandLine, tmp_path: Path
) -> None:
    command("publish")
    said = command("publish", "--as-of", "now", "--output", "then")
    assert (said.status, said.err) == (0, "")
    assert said.out.count("same bytes") == 7
    name = "editors-pick.atom"
    assert (tmp_path / "then" / name).read_bytes() == (tmp_path / "public" / name).read_bytes()
    assert command("publish", "--output", "then").status == 2
    assert command("publish", "--as-of", "now", "--output", "public").status == 2
    assert command("publish", "--as-of", "2001-01-01").status == 1
    shape = command("publish", "--as-of", "now", "--edition", "editors-pick", "--json").json
    assert [file["same"] for file in shape["files"]] == [True] * 3
