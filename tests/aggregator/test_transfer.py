"""A newsroom that is moved to PostgreSQL is the same there, wherever the move was interrupted."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import showcase
from conftest import written
from makers import Clock, documents, keep, rss, rss_item, tagging
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, delete, select

import curation.tables
import feeds.tables
from aggregator import app, copying, migrations, transfer
from aggregator.app import Newsdesk
from aggregator.copying import Told
from aggregator.database import Database
from aggregator.transfer import Moved
from config.errors import HeldElsewhere, NewsdeskError, TryLater, UsageFault
from curation import search, seen
from curation.desk import Desk
from curation.query import parse
from curation.search import Search
from feeds.tables import Item, PurgedKey, Source

pytestmark = pytest.mark.postgresql

TABLES: list[type[Any]] = [
    one
    for module in (feeds.tables, curation.tables)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, SQLModel) and hasattr(one, "__table__")
]
MANY = 2_500  # rows of one table, which are three batches


def quiet(step: str, done: int, total: int) -> None:
    """Nobody looks on."""


def settings(url: str, folder: Path) -> Any:
    """The settings of a newsroom whose pages of history close early."""
    return app.chosen(
        title="Example",
        base_url="https://e.example/",
        database_url=url,
        output=folder / "public",
        editions=[{"slug": "editors-pick", "limit": 3, "expire": "oldest"}],
    )


@contextmanager
def room(url: str, clock: Callable[[], datetime], folder: Path) -> Iterator[Newsdesk]:
    """A newsroom whose database is neither made nor upgraded."""
    with closing(Database(url)) as database:
        yield Newsdesk(settings(url, folder), database, clock)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Clock]:
    """A database with something in most tables, and the time it is there; its last item is gone again."""
    folder, clock = tmp_path_factory.mktemp("moved"), Clock()
    file = folder / "newsdesk.db"
    with app.opened(settings(f"sqlite:///{file}", folder), clock) as newsdesk:
        showcase.fill(newsdesk, clock)
        tagging(newsdesk, "harbour")
        newsdesk.publish()
        keep(newsdesk, rss([rss_item("last", text="<p>tags &amp; café</p>")]), "https://gone.example/feed")
        with newsdesk.database.writing() as session:
            desk = Desk(session, newsdesk.curation, clock(), "ada")
            desk.kill(5)
            desk.tag(1, "Waterside")
            seen.mark(session, "ada", [1], clock())
            session.exec(delete(Item).where(col(Item.guid) == "last"))
            session.add_all(PurgedKey(source_id=1, key=f"é{n:05}", title="t") for n in range(MANY))
    return file, clock


@pytest.fixture
def here(filled: tuple[Path, Clock], tmp_path: Path) -> Iterator[Newsdesk]:
    """The newsroom that is moved: a file."""
    file = tmp_path / "newsdesk.db"
    shutil.copy(filled[0], file)
    with room(f"sqlite:///{file}", filled[1], tmp_path / "here") as newsdesk:
        yield newsdesk


@pytest.fixture
def there(database_url: str, here: Newsdesk, tmp_path: Path) -> Iterator[Newsdesk]:
    """Where it is moved to: a database with the tables of a newsroom, and nothing in them."""
    with room(database_url, here.now, tmp_path / "there") as newsdesk:
        yield newsdesk


def rows(newsdesk: Newsdesk, of: type[Any]) -> list[dict[str, Any]]:
    """The rows of a table, each with all that it says."""
    with newsdesk.database.reading() as session:
        found = session.exec(select(of).order_by(*of.__table__.primary_key)).all()
        return [{name: getattr(row, name) for name in of.model_fields} for row in found]


def check_same(here: Newsdesk, there: Newsdesk) -> None:
    """Every row of every table is there, and nothing marks the database any more."""
    assert not migrations.prepare(there.database)
    for of in TABLES:
        assert rows(there, of) == rows(here, of), of


def found(newsdesk: Newsdesk, query: str) -> list[str]:
    with newsdesk.database.reading() as session:
        asked = Search(parse(query), session, "ada", newsdesk.now())
        return sorted(item.title for item in search.items(asked, 20))


def killed(here: Newsdesk, there: Newsdesk, step: str, done: int = 0) -> None:
    """Move in a process that is killed at a step, once so much of it is done."""
    if child := os.fork():
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        return
    try:

        def told(at: str, so_far: int, total: int) -> None:
            if at == step and so_far >= done:
                os.kill(os.getpid(), signal.SIGKILL)

        moved(here, there, told)
    finally:
        os._exit(9)


def moved(here: Newsdesk, there: Newsdesk, told: Told) -> Moved:
    """Move on connections of its own, as another process has to."""
    with (
        room(written(here.database.url), here.now, here.settings.output.parent) as ours,
        room(written(there.database.url), here.now, there.settings.output.parent) as theirs,
    ):
        return transfer.move(ours, theirs, told)


def test_all_is_the_same_there_and_here_nothing_is_changed(here: Newsdesk, there: Newsdesk) -> None:
    here.database.settle()
    here.database.close()
    before = here.database.path.read_bytes() if here.database.path else b""
    done = transfer.move(here, there, quiet)
    here.database.close()
    assert here.database.path is not None
    assert here.database.path.read_bytes() == before
    check_same(here, there)
    assert done.rows == {of.__table__.name: len(rows(here, of)) for of in TABLES}
    assert done.copied == sum(done.rows.values()) - done.rows["item_term"]
    assert done.rows["purged_key"] >= MANY
    assert (done.resumed, done.documents > 20) == (False, True)


def test_the_published_folder_is_the_same(here: Newsdesk, there: Newsdesk) -> None:
    transfer.move(here, there, quiet)
    for newsdesk in (here, there):
        newsdesk.publish(anew=True)
    ours, theirs = here.settings.output, there.settings.output
    assert documents(ours) == documents(theirs)
    pages = [file.relative_to(ours) for file in ours.rglob("*.html")]
    assert len(pages) > 10
    assert [(ours / page).read_bytes() for page in pages] == [(theirs / page).read_bytes() for page in pages]


QUERIES = ("harbour", '"night trains"', "港口", "clearest account", "tag:waterside", "oran*", "-tide")


def test_a_search_finds_the_same(here: Newsdesk, there: Newsdesk) -> None:
    transfer.move(here, there, quiet)
    for query in QUERIES:
        assert found(there, query) == found(here, query) != [], query


def test_editing_goes_on_with_the_numbers_that_come_next(here: Newsdesk, there: Newsdesk) -> None:
    """Also those of an item that retention has removed are not given again."""
    transfer.move(here, there, quiet)
    for newsdesk in (here, there):
        keep(newsdesk, rss([rss_item("new", "A new bridge")]), "https://new.example/feed")
        [(number, story)] = [
            (row["id"], row["story_id"]) for row in rows(newsdesk, Item) if row["guid"] == "new"
        ]
        showcase.decide(newsdesk, "pick", number, note="Unheard-of.")
        assert found(newsdesk, "unheard") == ["A new bridge"]
    check_same(here, there)
    assert number == max(row["id"] for row in rows(here, Item) if row["guid"] != "new") + 2
    assert story == number


@pytest.mark.parametrize(
    ("step", "done", "keys"),
    [
        ("appearance", 0, 0),
        ("purged_key", 1_000, 1_000),
        ("purged_key", 2_000, 2_000),
        ("words", 0, MANY),
        ("tables compared", 9, MANY),
        ("documents compared", 0, MANY),
    ],
)
def test_a_move_that_is_killed_is_gone_on_with(
    here: Newsdesk, there: Newsdesk, step: str, done: int, keys: int
) -> None:
    killed(here, there, step, done)
    with pytest.raises(UsageFault, match="not yet whole"):
        migrations.prepare(there.database)
    with there.database.connected() as connection:
        counts = {one.name: one.count(connection) for one in copying.tables() if one.name != copying.DERIVED}
    again = transfer.move(here, there, quiet)
    assert (again.resumed, counts["purged_key"]) == (True, keys)
    assert again.copied + sum(counts.values()) == sum(again.rows.values()) - again.rows[copying.DERIVED]
    check_same(here, there)
    assert found(there, "harbour") == found(here, "harbour")


@pytest.mark.slow
def test_killed_ten_times_at_whatever_instant_it_is_gone_on_with(here: Newsdesk, there: Newsdesk) -> None:
    chance = random.Random(8)
    for _ in range(10):
        child = os.fork()
        if not child:
            try:
                moved(here, there, quiet)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.1, 1.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with suppress(UsageFault):  # the last of them may have come to the end
        transfer.move(here, there, quiet)
    check_same(here, there)


def test_a_newsroom_that_changed_between_two_runs_is_copied_anew(here: Newsdesk, there: Newsdesk) -> None:
    killed(here, there, "purged_key", 2_000)
    showcase.decide(here, "pick", 6, note="Another word of mine.")
    with here.database.writing() as session:
        session.exec(delete(PurgedKey).where(col(PurgedKey.key) == "é00007"))
    done = transfer.move(here, there, quiet)
    assert not done.resumed
    check_same(here, there)
    assert found(there, "another") == found(here, "another") != []


def test_it_goes_back_into_a_file_too(here: Newsdesk, there: Newsdesk, tmp_path: Path) -> None:
    transfer.move(here, there, quiet)
    with room(f"sqlite:///{tmp_path / 'back.db'}", here.now, tmp_path / "back") as back:
        done = transfer.move(there, back, quiet)
        check_same(here, back)
        assert done.rows["item_term"] > 0
        assert found(back, "clearest") == found(here, "clearest")
        for newsdesk in (here, back):
            keep(newsdesk, rss([rss_item("new")]), "https://new.example/feed")
        check_same(here, back)


Did = Callable[[Session], object]
SPOILED: list[tuple[str, Did]] = [
    ("item", lambda session: session.exec(text("UPDATE item SET summary = 'x' WHERE id = 3"))),
    ("purged_key", lambda session: session.exec(text("DELETE FROM purged_key WHERE key = 'é00003'"))),
    ("item_term", lambda session: session.exec(text("DELETE FROM item_term"))),
]


@pytest.mark.parametrize(("table", "spoil"), SPOILED, ids=[table for table, _ in SPOILED])
def test_what_differs_is_seen(here: Newsdesk, there: Newsdesk, table: str, spoil: Did) -> None:
    """Changed behind its back, once all is copied and before it is compared."""

    def told(step: str, done: int, total: int) -> None:
        if (step, done) == ("words", total):
            with there.database.writing() as session:
                spoil(session)

    with pytest.raises(NewsdeskError, match=f"the table {table} differs"):
        transfer.move(here, there, told)
    with pytest.raises(UsageFault, match="not yet whole"):
        migrations.prepare(there.database)


def test_documents_that_would_differ_are_named(here: Newsdesk, there: Newsdesk) -> None:
    other = app.chosen(title="Another", output=there.settings.output)
    with pytest.raises(NewsdeskError, match=r"published otherwise: .*and \d+ others"):
        transfer.move(here, Newsdesk(other, there.database, here.now), quiet)


def test_nobody_writes_to_what_is_moved(here: Newsdesk, there: Newsdesk) -> None:
    other = Database(written(here.database.url), patience=0.1)

    def told(step: str, done: int, total: int) -> None:
        if step != "item":
            return
        with pytest.raises(TryLater, match="is locked"), other.writing():
            pass
        with other.reading() as session:
            assert session.exec(select(Source)).all()
        for database in (other, there.database):
            with pytest.raises(HeldElsewhere, match="is held by newsdesk migrate"), database.held("a daemon"):
                pass

    transfer.move(here, there, told)
    other.close()


def test_a_letter_that_postgresql_cannot_keep_is_left_out(here: Newsdesk, there: Newsdesk) -> None:
    with here.database.writing() as session:
        source = session.exec(select(Source)).first()
        assert source is not None
        source.error_message = "half\0way"
    transfer.move(here, there, quiet)
    assert rows(there, Source)[0]["error_message"] == "halfway"


def test_tables_of_others_are_not_copied(here: Newsdesk, there: Newsdesk) -> None:
    with here.database.connected(writing=True) as connection:
        connection.execute(text("CREATE TABLE theirs (x INTEGER)"))
    transfer.move(here, there, quiet)
    with there.database.connected() as connection:
        assert connection.execute(text("SELECT to_regclass('theirs')")).scalar() is None
