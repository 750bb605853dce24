"""What is drawn on a terminal is whole where it matters, and as wide as the terminal is."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import CommandLine
from makers import rss, rss_item
from running import NEWSDESK, ROOT, on_a_terminal, until
from web import Web

from curation import terminal


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (12_345, "12,345 entries")]
)
def test_a_number_is_said_with_its_noun(number: int, said: str) -> None:
    assert terminal.counted(number, "entry", "entries") == said


def drawn(folder: Path, *words: str) -> list[str]:
    """The lines that a command prints on a terminal of 80 columns."""
    environ = os.environ | {"PYTHONPATH": str(ROOT), "NEWSDESK_EDITOR": "ada"}
    return on_a_terminal([*NEWSDESK, *words], folder, environ).splitlines()


def test_the_log_names_the_edition_whole_however_long_the_editor_s_name(
    command: CommandLine, web: Web, tmp_path: Path
) -> None:
    command("source", "add", web.put("/feed", rss([rss_item("a")])))
    command("poll")
    command("pick", 1, editor="wolfeschlegelsteinhausenbergerdorff")
    command("undo", editor="wolfeschlegelsteinhausenbergerdorff")
    lines = drawn(tmp_path, "log")
    assert sum("editors-pick" in line for line in lines) == 2
    assert max(map(len, lines)) <= 80


def test_a_long_note_is_folded_beside_its_name(command: CommandLine, web: Web, tmp_path: Path) -> None:
    command("source", "add", web.put("/feed", rss([rss_item("a")])))
    command("poll")
    note = " ".join(["word"] * 40)
    command("pick", 1, "--note", note)
    lines = drawn(tmp_path, "show", "1")
    folded = lines[lines.index("") - 4 : lines.index("")]
    assert " ".join(" ".join(folded).split()) == f"note {note}"
    assert max(map(len, lines)) <= 80


def test_a_column_of_texts_that_are_all_empty_takes_no_room(
    command: CommandLine, web: Web, tmp_path: Path
) -> None:
    title = "A title of a length that needs more than half of what eighty columns leave"
    command("source", "add", web.put("/feed", rss([rss_item("a", title=title)])))
    command("poll")
    command("pick", 1)
    assert len(drawn(tmp_path, "picks")) == 4  # headings, rule, and the title in two lines


HEEDING_A_SIGNAL = """
import signal
signal.signal(signal.SIGUSR1, lambda *_: None)
from aggregator.cli import main
main()
"""
PAGE = 4_096


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_a_pipe_takes_late_is_printed_whole_though_a_signal_breaks_in(
    command: CommandLine, tmp_path: Path, unbuffered: str
) -> None:
    subscribed(command, tmp_path)
    with listing([sys.executable, "-c", HEEDING_A_SIGNAL], tmp_path, unbuffered) as process:
        assert process.stdout is not None
        waiting = process.stdout.fileno()
        assert until(lambda: "full" if unread(waiting) == PAGE else "", 20)
        process.send_signal(signal.SIGUSR1)
        listed = json.loads(process.stdout.read())
    assert (process.returncode, len(listed)) == (0, 20)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_command_is_done_where_who_reads_it_has_seen_enough(
    command: CommandLine, tmp_path: Path, unbuffered: str
) -> None:
    subscribed(command, tmp_path)
    with listing(NEWSDESK, tmp_path, unbuffered) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"["
        process.stdout.close()
        complained = process.stderr.read()
    assert (process.returncode, complained) == (0, b"")


def subscribed(command: CommandLine, folder: Path) -> None:
    """Twenty sources, whose list is longer than a page."""
    outlines = "".join(f'<outline xmlUrl="https://example.org/{number}"/>' for number in range(20))
    (folder / "list.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    command("source", "import", folder / "list.opml")


def listing(program: Sequence[str], folder: Path, unbuffered: str) -> subprocess.Popen[bytes]:
    """A program that lists its sources into a pipe that holds a page."""
    return subprocess.Popen(
        [*program, "source", "list", "--json"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=PAGE,
    )


def unread(pipe: int) -> int:
    """How many bytes wait in a pipe."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))
    return int(count)
