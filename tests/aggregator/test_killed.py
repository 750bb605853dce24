"""A publish that is killed, at whatever instant, leaves every file whole; the next one puts all right."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli
import pytest
from makers import NOON

from aggregator import files, publish
from aggregator.bringing import Plan
from aggregator.newspaper import Document
from aggregator.publish import Published

ROOT = Path(__file__).parents[2]
EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime", "os.listdir", "os.scandir"}


def body(name: str, number: int) -> bytes:
    """A document of an issue: whose name and number stand in every line, so that a mixture is seen."""
    return b"".join(b"%s of issue %d, line %d\n" % (name.encode(), number, line) for line in range(99))


def issue(number: int) -> Plan:
    """What is published in one issue; each has documents that the one before has not, and the reverse."""
    names = ["index.html", "a.rss", "days/today.html", f"days/{number % 3}.html", f"{number % 2}.atom"]
    documents = [
        Document(name, None, sha256(body(name, number)).hexdigest(), lambda name=name: body(name, number))
        for name in names
    ]
    return Plan(documents, compress=("gz", "br"))


def bring(folder: Path, plan: Plan) -> Published:
    with publish.alone(folder):
        done = publish.write(folder, plan, NOON)
        publish.recorded(folder)
    return done


def published(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file by the name of its document, with its bytes unpacked."""
    unpack = {".gz": gzip.decompress, ".br": brotli.decompress}
    for file in folder.rglob("*"):
        name = str(file.relative_to(folder))
        if file.is_file() and not name.startswith("."):
            packed = unpack.get(file.suffix)
            yield name.removesuffix(file.suffix) if packed else name, (packed or bytes)(file.read_bytes())


def check(folder: Path, possible: range) -> None:
    """Every file is whole, and one of an issue that was published."""
    for name, found in published(folder):
        number = int(found.partition(b",")[0].rpartition(b" ")[2])
        assert (number in possible, found) == (True, body(name, number)), name


def check_next(folder: Path, number: int) -> None:
    """The next publish leaves exactly its own documents, and the one after has nothing to do."""
    bring(folder, issue(number))
    assert {name for name, _ in published(folder)} == {one.name for one in issue(number).documents}
    check(folder, range(number, number + 1))
    assert not (folder / files.STAGED).exists()
    again = bring(folder, issue(number))
    assert (again.changes, len(again.unchanged)) == ([], 5)


def brought_and_killed(folder: Path, number: int, at: int) -> bool:
    """Publish in a process that kills itself before so many operations on files; whether it came to that."""
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        assert status in (0, signal.SIGKILL), status
        return status == signal.SIGKILL
    try:
        left = iter(range(at))

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event in EVENTS and next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        bring(folder, issue(number))
        os._exit(0)
    finally:
        os._exit(9)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder, in memory where there is such: what is tested is no loss of power."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.slow
def test_killed_before_any_operation_on_a_file_every_file_is_whole(folder: Path) -> None:
    bring(folder, issue(0))
    at = 0
    while brought_and_killed(folder, at + 1, at):
        check(folder, range(at + 2))
        at += 1
    assert at > 40
    check_next(folder, at + 2)


def test_killed_before_any_operation_the_next_publish_puts_all_right(folder: Path) -> None:
    for at in range(0, 80, 3):
        bring(folder / str(at), issue(0))
        brought_and_killed(folder / str(at), 1, at)
        check(folder / str(at), range(2))
        check_next(folder / str(at), at % 4)


PUBLISHES = """
import sys
from pathlib import Path
sys.path[:0] = ["tests", "tests/aggregator"]
from test_killed import bring, issue
print("ready", flush=True)
for number in range(1, 1_000_000):
    bring(Path(sys.argv[1]), issue(number))
    print(number, flush=True)
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_any_time_from_outside_every_file_is_whole(folder: Path) -> None:
    times = random.Random(1)
    for _ in range(12):
        words = [sys.executable, "-c", PUBLISHES, str(folder)]
        process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(times.uniform(0, 0.5))
        process.kill()
        last = [0, *map(int, process.communicate()[0].split())][-1]
        check(folder, range(last + 2))
        check_next(folder, 0)
