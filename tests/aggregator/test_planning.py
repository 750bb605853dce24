"""What is due is claimed and queued in one transaction, in batches of one host."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import NOON, Clock
from sqlalchemy import text

from aggregator import planning, queue, sources, store
from aggregator.answers import Address
from aggregator.app import Newsdesk
from aggregator.planning import CLAIMED, MOST_OF_A_HOST, batched
from aggregator.queue import Batch

UNTIL = NOON + CLAIMED

hosts = st.sampled_from(["a.example", "b.example", "c.example:8080"])


def address(number: int, host: str) -> Address:
    return Address(number, f"http://{host}/{number}")


@given(st.lists(hosts, max_size=80))
def test_each_source_is_in_one_batch_and_each_batch_of_one_host(named: list[str]) -> None:
    due = [address(number, host) for number, host in enumerate(named)]
    since = {number: NOON - timedelta(minutes=number) for number in range(len(due))}
    made = list(batched(due, since, UNTIL))
    assert sorted(number for one in made for number in one.sources) == list(range(len(due)))
    for one in made:
        assert len(one.sources) <= MOST_OF_A_HOST
        assert {named[number].partition(":")[0] for number in one.sources} == {one.host.partition(":")[0]}
        assert one.since == NOON - timedelta(minutes=max(one.sources))
    assert len({one.key for one in made}) == len(made)


def test_what_another_is_writing_is_left_for_the_next_time() -> None:
    due = [address(1, "a.example"), address(2, "a.example")]
    assert list(batched(due, {2: NOON}, UNTIL)) == [Batch("a.example:80", (2,), NOON, UNTIL)]


def test_a_batch_is_read_as_it_was_written() -> None:
    batch = Batch("a.example:80", (3, 1), datetime(2026, 1, 1, 0, 0, 0, 1, UTC), UNTIL)
    assert queue.read(**batch.written()) == batch


@pytest.mark.postgresql
class TestOnPostgreSQL:
    @pytest.fixture(autouse=True)
    def _three_sources(self, newsdesk: Newsdesk) -> None:
        with newsdesk.database.writing() as session:
            for path in ("a.example/1", "a.example/2", "b.example/3"):
                sources.add(session, f"http://{path}", NOON)

    def claimed(self, newsdesk: Newsdesk, batch: Batch) -> list[int]:
        with newsdesk.database.reading() as session:
            return [address.source_id for address in planning.claimed(session, batch)]

    def batches(self, newsdesk: Newsdesk) -> list[Batch]:
        with newsdesk.database.connected() as connection:
            rows = connection.execute(text("SELECT args FROM procrastinate_jobs ORDER BY id")).scalars()
            return [queue.read(**row) for row in rows]

    def test_what_is_planned_is_not_due_and_is_planned_once(self, newsdesk: Newsdesk) -> None:
        assert newsdesk.plan() == 3
        assert newsdesk.due() == []
        assert newsdesk.plan() == 0
        assert [one.sources for one in self.batches(newsdesk)] == [(1, 2), (3,)]

    def test_what_a_worker_left_behind_is_not_waited_for_where_somebody_holds_it(
        self, newsdesk: Newsdesk
    ) -> None:
        """As a server does for one whose machine has gone, until it learns of that."""
        newsdesk.plan()
        with newsdesk.database.queueing() as connection:
            connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
        with newsdesk.database.queueing() as holding, newsdesk.database.queueing() as connection:
            holding.execute(text("SELECT FROM procrastinate_jobs WHERE lock LIKE 'a.%' FOR UPDATE"))
            assert queue.take_up(connection) == 1
        with newsdesk.database.queueing() as connection:
            assert queue.take_up(connection) == 1

    def test_what_no_worker_takes_up_is_due_again_and_still_waits_once(
        self, newsdesk: Newsdesk, clock: Clock
    ) -> None:
        newsdesk.plan()
        clock.move(hours=1)
        assert len(newsdesk.due()) == 3
        assert newsdesk.plan() == 0
        assert len(self.batches(newsdesk)) == 2

    def test_two_that_plan_at_once_plan_each_source_once(self, newsdesk: Newsdesk) -> None:
        planned: list[int] = []
        threads = [Thread(target=lambda: planned.append(newsdesk.plan())) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sum(planned) == 3
        assert len(self.batches(newsdesk)) == 2

    @pytest.mark.parametrize("change", ["polled", "paused", "asked for anew", "removed"])
    def test_what_has_changed_since_it_was_planned_is_not_polled_for_it(
        self, newsdesk: Newsdesk, change: str
    ) -> None:
        newsdesk.plan()
        first, second = self.batches(newsdesk)
        assert self.claimed(newsdesk, first) == [1, 2]
        with newsdesk.database.writing() as session:
            row = store.source(session, 1)
            if change == "polled":
                row.next_poll_at = NOON + timedelta(minutes=20)
            elif change == "paused":
                sources.pause(row)
            elif change == "removed":
                sources.remove(session, row, NOON)
            else:
                sources.retry(row, NOON)
        assert self.claimed(newsdesk, first) == [2]
        assert self.claimed(newsdesk, second) == [3]

    def test_late_is_what_waits_for_a_worker(self, newsdesk: Newsdesk, clock: Clock) -> None:
        newsdesk.plan()
        clock.move(minutes=7)
        assert newsdesk.figures().late == 420
        standing = newsdesk.standing()
        assert standing is not None
        assert standing.figures() == {"workers": 0, "waiting": 2, "running": 0, "sources": 3}

    def test_what_is_left_by_a_worker_that_is_not_there_goes_before_all_others(
        self, newsdesk: Newsdesk
    ) -> None:
        newsdesk.plan()
        with newsdesk.database.queueing() as connection:
            connection.execute(
                text("UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = 'b.example:80'")
            )
            assert queue.take_up(connection) == 1
            assert queue.take_up(connection) == 0
            fetched = "SELECT lock FROM procrastinate_fetch_job_v2(NULL, NULL)"
            assert connection.execute(text(fetched)).scalar() == "b.example:80"
