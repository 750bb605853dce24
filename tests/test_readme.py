"""The README's first screen is true: its session gives what it says, word for word."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from running import NEWSDESK, ROOT, on_a_terminal
from web import Web

from config.starters import NEWSROOM

README = (ROOT / "README.md").read_text("utf-8")
SESSION = re.search(r"```console\n(.*?)```", README, re.DOTALL)
SAMPLES = {
    "https://courrier.example/feed": "courrier-numerique.rss",
    "https://circuit.example/feed": "circuit-review.atom",
}
VARIES = [(r"in \d+\.\d s", "in 0.4 s"), (r" \d+y ", " 3y ")]  # a pass takes its time, and the stories age


def steps() -> list[tuple[str, str]]:
    """The commands of the session, each with what it prints."""
    assert SESSION is not None
    parts = re.split(r"^\$ ", SESSION[1], flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def tidy(text: str) -> list[str]:
    """Its lines, without white space at their ends, and with what varies made alike."""
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_the_session_of_the_readme_gives_what_it_says(tmp_path: Path, web: Web) -> None:
    addresses = {name: web.put(f"/{file}", (NEWSROOM / file).read_bytes()) for name, file in SAMPLES.items()}
    environ = os.environ | {
        "PYTHONPATH": str(ROOT),
        "NEWSDESK_EDITOR": "ada",
        "NEWSDESK_FETCH__HOST_GAP": "0.3",  # so that the sources answer in their order
    }
    environ["NEWSDESK_FETCH__ALLOW_PRIVATE_NETWORKS"] = '["127.0.0.0/8"]'
    commands = steps()
    assert len(commands) >= 6
    for command, output in commands:
        words = [addresses.get(word, word) for word in shlex.split(command)]
        assert words.pop(0) == "newsdesk"
        printed = on_a_terminal([*NEWSDESK, *words], tmp_path, environ)
        assert tidy(printed) == tidy(output)


def test_the_two_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in README
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_room_of_the_house_stands_on_the_map() -> None:
    for package in ("aggregator", "curation", "feeds", "config", "tests", "benchmarks", "docs"):
        assert f"\n{package}/" in README
