"""A whole newsroom's feeds: valid whatever was read and picked, and the same bytes on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import hostile_entries
import pytest
import validator
import validator_json
from makers import keep
from sqlmodel import select

from aggregator.app import Newsdesk
from config.options import EDITORS_PICK
from curation.desk import Desk
from feeds import lint
from feeds.tables import Item

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    path for path in sorted((ROOT / "tests/documents").iterdir()) if path.suffix not in (".md", ".html")
]
VALIDATORS = {".atom": validator.atom, ".rss": validator.rss, ".json": validator_json.json_feed}
AGAIN = """
import sys
from datetime import datetime
from aggregator import app
site = {"title": "Example News", "base_url": "https://news.example/"}
chosen = app.chosen(**site, database_url=sys.argv[1], output=sys.argv[2])
with app.opened(chosen, lambda: datetime.fromisoformat(sys.argv[3])) as newsdesk:
    newsdesk.publish()
"""


@pytest.fixture
def stocked(newsdesk: Newsdesk) -> Newsdesk:
    """A newsroom that has read all that the tests hold, and picked some of it with any words."""
    for path in DOCUMENTS:
        keep(newsdesk, path.read_bytes(), f"https://{path.stem}.example/feed")
    words = [text.encode(errors="ignore").decode() for text in hostile_entries.TEXTS]
    with newsdesk.database.writing() as session:
        desk = Desk(session, newsdesk.curation, newsdesk.now(), "ada")
        for number, note in zip(session.exec(select(Item.id).limit(len(words))).all(), words, strict=True):
            desk.pick(number or 0, EDITORS_PICK, note=note, title=note.replace("\n", " ").strip()[:200])
    return newsdesk


def published(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("[!.]*")
        if file.is_file()
    }


def test_every_feed_of_a_newsroom_is_valid(stocked: Newsdesk) -> None:
    stocked.publish()
    feeds = {
        name: body
        for name, body in published(stocked.settings.output).items()
        if name.endswith(tuple(VALIDATORS))
    }
    assert len(feeds) == 6
    events = {name: VALIDATORS[Path(name).suffix](body) for name, body in feeds.items()}
    assert not any(events.values()), events
    found = {name: lint.check(lint.read(body), stocked.now()) for name, body in feeds.items()}
    assert not any(found.values()), found


@pytest.mark.slow
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
        {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4242"},
    ],
    ids=lambda elsewhere: elsewhere["TZ"],
)
def test_a_newsroom_is_published_the_same_anywhere(
    stocked: Newsdesk, tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    stocked.publish()
    there = tmp_path / "there"
    words = [
        sys.executable,
        "-c",
        AGAIN,
        stocked.settings.database_url,
        str(there),
        stocked.now().isoformat(),
    ]
    environment = elsewhere | {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    subprocess.run(words, cwd=tmp_path, env=environment, check=True)
    assert published(there) == published(stocked.settings.output)
