"""`newsdesk desk` in a terminal, and where it cannot be."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from running import NEWSDESK, ROOT, until
from web import Web


@pytest.fixture
def stocked(command: CommandLine, web: Web) -> CommandLine:
    """A newsroom in which one item waits."""
    command("source", "add", web.put("/feed", rss([rss_item("a", title="Alpha")])), "--no-check")
    command("poll")
    return command


class Terminal:
    """A terminal of 80 columns and 24 lines in which a command is run."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environ = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "BROWSER": "true"}
        self.process = subprocess.Popen(
            [*NEWSDESK, *words], cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.printed = b""
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):  # the end of a terminal whose program has ended
            while piece := os.read(self.ours, 65_536):
                self.printed += piece

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def shows(self, said: str) -> None:
        until(lambda: "yes" if said.encode() in self.printed else "", 30)


@contextmanager
def on_screen(folder: Path, *words: str) -> Iterator[Terminal]:
    terminal = Terminal(["--editor", "ada", "desk", *words], folder)
    try:
        yield terminal
    finally:
        if terminal.process.poll() is None:
            terminal.process.send_signal(signal.SIGKILL)
            terminal.process.wait(10)


@pytest.mark.slow
def test_the_desk_is_opened_decided_at_and_left(stocked: CommandLine, tmp_path: Path) -> None:
    with on_screen(tmp_path) as terminal:
        terminal.shows("Alpha")
        terminal.press("p")
        terminal.shows("decision 1: pick item 1 in editors-pick, now live")
        terminal.press("q")
        assert terminal.process.wait(20) == 0
    assert b"\x1b[?1049l" in terminal.printed  # the terminal has its own screen back
    decided = stocked("log", "--json").json
    assert [(one["verb"], one["editor"], one["via"]) for one in decided] == [("pick", "ada", "desk")]


def test_without_a_terminal_it_is_refused(stocked: CommandLine) -> None:
    refused = stocked("desk")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == "newsdesk: desk: needs a terminal (in a pipe, use inbox and decide)\n"


@pytest.mark.parametrize(
    ("edition", "said"),
    [
        ("recent-news", "edition 'recent-news': fills itself and takes no picks"),
        ("nowhere", "edition 'nowhere': there is none"),
    ],
)
def test_an_edition_that_takes_no_picks_is_refused(stocked: CommandLine, edition: str, said: str) -> None:
    refused = stocked("desk", "--edition", edition)
    assert (refused.status, said in refused.err) == (2, True)


def test_without_textual_it_says_how_to_come_by_it(tmp_path: Path) -> None:
    missing = "sys.modules['textual'] = None"
    code = f"import sys; {missing}\nfrom aggregator.cli import main\nmain(['desk'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "NEWSDESK_EDITOR": "ada"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "newsdesk: desk: Textual is not installed (pip install 'newsdesk[desk]')\n"
    assert list(tmp_path.iterdir()) == []
