"""What most tests stand on: a database in a file, a web server on loopback, a newsroom, the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import compiling
import postgres
import pytest
from copies import Copies
from hypothesis import HealthCheck, settings
from makers import Clock
from postgres import Databases
from sqlalchemy.engine import URL
from web import Web

from aggregator import app, migrations
from aggregator.app import Newsdesk
from aggregator.cli import main
from aggregator.database import Database

# A busy machine is no fault of an example.
settings.register_profile("newsdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsdesk")
compiling.once()

KINDS = ("sqlite", "postgresql")
KIND = os.environ.get("NEWSDESK_TEST_DATABASE")  # the one of them that all tests are run on, or "both"
ON_A_DATABASE = {"database_kind", "new_url"}  # the fixtures that make one
# What many of their tests stand on takes long to make, or they start many processes themselves.
TOGETHER = {"tests/aggregator/test_cluster.py", "tests/test_hostile.py", "tests/test_pages_in_chromium.py"}
LOOPBACK = {"allow_private_networks": ["127.0.0.0/8"], "host_gap": 0}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test works in a folder of its own, without the settings of whoever runs it."""
    for name in os.environ:
        if name.startswith("NEWSDESK_") and not name.startswith("NEWSDESK_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests marked `both` run on SQLite and on PostgreSQL; where both are asked for, all the quick ones do.

    What is about one of the two is run on that.
    """
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    is_asked_for = "both" in marks or (KIND == "both" and "slow" not in marks)
    if is_asked_for and KIND not in KINDS and not marks & {"sqlite", "postgresql"}:
        for name in sorted(ON_A_DATABASE.intersection(metafunc.fixturenames)):
            metafunc.parametrize(name, KINDS, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slow come first, so that the end is waited for by none of several processes.

    Run on one kind of database, tests that ask for none are left out: they are the same on the other.
    """
    items.sort(key=lambda item: not item.get_closest_marker("slow"))
    if KIND not in KINDS:
        return
    kept, left_out = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        asks = ON_A_DATABASE.intersection(getattr(item, "fixturenames", ()))
        (kept if asks else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With --dist loadscope a process takes a test at a time, but all of a file in `TOGETHER`."""
    if config.getvalue("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return Scheduling(config, log)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test is run on."""
    chosen = getattr(request, "param", KIND if KIND in KINDS else "sqlite")
    if request.node.get_closest_marker("postgresql"):
        chosen = "postgresql"
    if chosen == "postgresql" and request.node.get_closest_marker("sqlite"):
        pytest.skip("is about SQLite")
    if chosen == "postgresql" and (why := postgres.unavailable()):
        pytest.skip(why)
    return str(chosen)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A PostgreSQL on which databases may be made."""
    if why := postgres.unavailable():
        pytest.skip(why)
    with postgres.server() as server:
        made = Databases(server)
        yield made
        made.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in a file, with the schema of this version and nothing in it."""
    made = tmp_path_factory.mktemp("template") / "newsdesk.db"
    with closing(Database(f"sqlite:///{made}")) as database:
        migrations.prepare(database)
    return made


@pytest.fixture(scope="session")
def template(databases: Databases) -> URL:
    """The same on PostgreSQL."""
    url = databases.make()
    with closing(Database(written(url))) as database:
        migrations.prepare(database)
    return url


@pytest.fixture(scope="session")
def copies(databases: Databases, template: URL) -> Iterator[Copies]:
    made = Copies(databases, template)
    yield made
    made.close()


def written(url: URL) -> str:
    """An address as the settings have it."""
    return url.render_as_string(hide_password=False)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of the test's own database, which is there already, with its schema."""
    if database_kind == "sqlite":
        copied = copyfile(request.getfixturevalue("file"), tmp_path / "newsdesk.db")
        yield f"sqlite:///{copied}"
        return
    copies = request.getfixturevalue("copies")
    copy = copies.take()
    yield written(copy.url)
    copies.give_back(copy)


@pytest.fixture
def empty(database_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without anything in it, not even a schema."""
    if database_kind == "sqlite":
        with closing(Database("sqlite://")) as database:
            yield database
        return
    databases = request.getfixturevalue("databases")
    url = databases.make()
    with closing(Database(written(url))) as database:
        yield database
    databases.drop(url)


@pytest.fixture(scope="session")
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Gives the address of a further database each time, made as the first one."""
    if getattr(request, "param", KIND) != "postgresql":
        file = request.getfixturevalue("file")
        return lambda: f"sqlite:///{copyfile(file, tmp_path_factory.mktemp('database') / 'newsdesk.db')}"
    databases, template = (request.getfixturevalue(name) for name in ("databases", "template"))
    return lambda: written(databases.copy(template))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.prepare(opened)
    yield opened
    opened.close()


@pytest.fixture
def newsdesk(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Newsdesk]:
    """A newsroom that may read from loopback, its clock standing still."""
    chosen = app.chosen(
        title="Example News",
        base_url="https://news.example/",
        database_url=database_url,
        output=tmp_path / "public",
        fetch=LOOPBACK,
    )
    with app.opened(chosen, clock) as opened:
        yield opened


@dataclass(frozen=True)
class Said:
    """What a command ended with and printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class CommandLine:
    """`newsdesk` in this process, in the test's own folder, by the editor Ada."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: object, editor: str = "ada") -> Said:
        with pytest.raises(SystemExit) as ended:
            main(["--editor", editor, *map(str, words)])
        printed = self.capsys.readouterr()
        return Said(int(ended.value.code or 0), printed.out, printed.err)


@pytest.fixture
def named_database(
    database_kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs that the test starts work on its database: a file in its folder, or one they are told of.

    Where a test is about SQLite, there is none yet.
    """
    if request.node.get_closest_marker("sqlite"):
        return
    url = request.getfixturevalue("database_url")
    if database_kind == "postgresql":
        monkeypatch.setenv("NEWSDESK_DATABASE_URL", url)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, named_database: None) -> CommandLine:
    (tmp_path / "newsdesk.toml").write_text(
        'title = "Example News"\nbase_url = "https://news.example/"\n'
        '[fetch]\nhost_gap = 0\nallow_private_networks = ["127.0.0.0/8"]\n'
    )
    return CommandLine(capsys)
