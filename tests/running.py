"""The daemon as an operator has it: a process in a folder of its own."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from random import SystemRandom
from typing import Any
from urllib.error import HTTPError

import pytest

from aggregator.cli import main

ROOT = Path(__file__).parents[1]
NEWSDESK = [sys.executable, "-m", "aggregator.cli"]
SETTINGS = (
    "[fetch]\nhost_gap = 0\nallow_private_networks = ['127.0.0.0/8']\n[poll]\ntick = 0.2\n[serve]\nport = 0\n"
)


class Running:
    """A daemon that may read from loopback, the address it serves; `before` it, commands are run."""

    def __init__(self, folder: Path, before: Sequence[Sequence[str]] = ()) -> None:
        self.folder = folder
        self.environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        (folder / "newsdesk.toml").write_text(SETTINGS)
        for words in before:
            carry_out(folder, words)
        self.log = folder / "run.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*NEWSDESK, "run"], cwd=folder, env=self.environ, stderr=log, stdout=log
            )
        try:
            self.address = until(self._served, 20)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def _served(self) -> str:
        found = re.search(r"serving (http://\S+)", self.log.read_text())
        assert self.process.poll() is None, self.log.read_text()
        return found[1] if found else ""

    def get(self, name: str) -> tuple[int, str]:
        """What is served under a name: status and text."""
        try:
            with urllib.request.urlopen(self.address + name, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, ""

    def newsdesk(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command from another terminal."""
        return subprocess.run(
            [*NEWSDESK, *words], cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=60
        )

    def json(self, *words: str) -> Any:
        """What a command prints as JSON."""
        done = self.newsdesk(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; what it ended with, within ten seconds."""
        self.process.send_signal(number)
        return self.process.wait(10)


def carry_out(folder: Path, words: Sequence[str]) -> None:
    """A command in a folder, in this process; fails where it does."""
    said = StringIO()
    with chdir(folder), redirect_stdout(said), redirect_stderr(said), pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code, said.getvalue()


def free_port() -> int:
    """A port on which nobody listens, and which Linux gives to nobody who asks for any."""
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def until(found: Callable[[], str], seconds: float) -> str:
    """What is found, as soon as it is; fails after some seconds."""
    end = time.monotonic() + seconds
    while not (what := found()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return what


def on_a_terminal(words: list[str], folder: Path, environ: dict[str, str]) -> str:
    """What a command prints on a terminal of 80 columns, results and remarks alike, without colours."""
    ours, theirs = pty.openpty()
    drawn = environ | {"TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(words, cwd=folder, env=drawn, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    with suppress(OSError):  # the end of a terminal whose program has ended
        while piece := os.read(ours, 65_536):
            printed += piece
    os.close(ours)
    assert process.wait() == 0, printed
    return printed.decode().replace("\r\n", "\n")
