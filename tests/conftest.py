"""What most tests stand on: a database in a file, a web server on loopback, a newsroom, the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from makers import Clock
from web import Web

from aggregator import app, migrations
from aggregator.app import Newsdesk
from aggregator.cli import main
from aggregator.database import Database

# A busy machine is no fault of an example.
settings.register_profile("newsdesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsdesk")

LOOPBACK = {"allow_private_networks": ["127.0.0.0/8"], "host_gap": 0}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test works in a folder of its own, without the settings of whoever runs it."""
    import os

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


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'newsdesk.db'}")
    migrations.prepare(opened)
    yield opened
    opened.close()


@pytest.fixture
def newsdesk(tmp_path: Path, clock: Clock) -> Iterator[Newsdesk]:
    """A newsroom that may read from loopback, its clock standing still."""
    chosen = app.chosen(
        title="Example News",
        base_url="https://news.example/",
        database_url=f"sqlite:///{tmp_path / 'newsdesk.db'}",
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
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> CommandLine:
    (tmp_path / "newsdesk.toml").write_text(
        'title = "Example News"\nbase_url = "https://news.example/"\n'
        '[fetch]\nhost_gap = 0\nallow_private_networks = ["127.0.0.0/8"]\n'
    )
    return CommandLine(capsys)
