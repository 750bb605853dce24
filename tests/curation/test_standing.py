"""Looking at the newest picks alone gives the line-up that looking at all of them would give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import Clock, keep, rss, rss_item
from sqlmodel import Session, col, select, update

from aggregator import app
from aggregator.app import Newsdesk
from config.options import EDITORS_PICK
from curation import places, rules, standing
from curation.desk import Desk
from curation.tables import Pick
from feeds.tables import Item

SHORT = EDITORS_PICK.model_copy(update={"limit": 2, "expire": "oldest"})
AGEING = SHORT.model_copy(update={"max_age": timedelta(minutes=3)})
PICKS = 16


@pytest.fixture(scope="module")
def laboratory() -> Iterator[tuple[Newsdesk, Clock]]:
    """A newsroom with sixteen picks, a minute apart, whose transactions are all rolled back."""
    with TemporaryDirectory() as folder:
        clock = Clock()
        with app.opened(app.chosen(database_url=f"sqlite:///{folder}/newsdesk.db"), clock) as newsdesk:
            keep(newsdesk, rss([rss_item(str(number)) for number in range(PICKS)]))
            with newsdesk.database.writing() as session:
                for number in range(1, PICKS + 1):
                    now = clock.move(minutes=1)
                    Desk(session, newsdesk.curation, now, "ada").pick(number, SHORT)
            yield newsdesk, clock


numbers = st.integers(1, PICKS)
changes = st.lists(
    st.tuples(st.sampled_from(["pin", "hold", "unpick", "kill", "ties"]), numbers), max_size=14
)


@settings(max_examples=40)
@given(changes=changes, merged=st.lists(st.tuples(numbers, numbers), max_size=4))
def test_the_newest_picks_are_enough(
    laboratory: tuple[Newsdesk, Clock], changes: list[tuple[str, int]], merged: list[tuple[int, int]]
) -> None:
    newsdesk, clock = laboratory
    with Session(newsdesk.database.engine) as session, session.begin() as transaction:
        desk = Desk(session, newsdesk.curation, clock(), "ada")
        for verb, number in changes:
            row = session.exec(select(Pick).where(Pick.item_id == number)).one()
            if verb == "kill":
                desk.kill(number)
            elif verb == "ties":  # picked at one instant with all others that are
                session.exec(update(Pick).where(col(Pick.id) == row.id).values(picked_at=Clock().at))
            else:
                done = {"pin": {"pinned": True}, "hold": {"held": True}, "unpick": {"retracted_at": clock()}}
                session.exec(update(Pick).where(col(Pick.id) == row.id).values(**done[verb]))
        for one, other in merged:
            session.get_one(Item, one).story_id = session.get_one(Item, other).story_id
        session.flush()
        session.expire_all()
        everything = standing._one_of_each(
            (pick, story)
            for pick, story in standing._picks(session, SHORT)
            if rules.status(pick, clock()) == "live"
        )
        expected = places.shortened(places.arrange(everything), SHORT.limit)
        seen = standing.live(session, SHORT, clock())
        assert [pick.item_id for pick in seen] == [pick.item_id for pick in expected]
        of_all = standing.departures(session, AGEING, clock())
        since = clock() - timedelta(minutes=4)
        assert max(standing.departures(session, AGEING, clock(), 1, since), default=since) == max(
            [since, *of_all]
        )
        transaction.rollback()
