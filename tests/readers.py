"""Feed readers as people run them: each in a home of its own, subscribed to one feed, asked again at will.

What a reader keeps is told as (id, title), in the order in which it shows it, the newest first.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from email import message_from_binary_file, policy
from mailbox import Maildir
from pathlib import Path

Kept = list[tuple[str, str]]
Reader = Callable[[], Kept]  # asks for the feed; gives what is kept of it after that


def newsboat(home: Path, url: str) -> Reader:
    """newsboat, whose cache is read in the order of its list; only its log says whether it failed."""
    (home / "urls").write_text(url)
    files = ["-u", home / "urls", "-c", home / "cache.db", "-C", os.devnull]

    def read() -> Kept:
        log = home / "newsboat.log"
        log.unlink(missing_ok=True)
        _run(home, "newsboat", "-x", "reload", *files, "-l", "2", "-d", log)
        assert "USERERROR" not in log.read_text()
        with closing(sqlite3.connect(home / "cache.db")) as cache:
            return cache.execute("SELECT guid, title FROM rss_item ORDER BY pubDate DESC, id DESC").fetchall()

    return read


SFEEDRC = """
sfeedpath="{home}/feeds"
merge() {{ awk -F '\t' '!known[$6 FS $2 FS $3]++' "$3" "$2"; }}
order() {{ cat; }}
feeds() {{ feed news "{url}"; }}
"""


def sfeed(home: Path, url: str) -> Reader:
    """sfeed, whose lines are: time, title, link, content, its type, id.

    It keeps the order of the document here; by itself it has entries of one second by their titles.
    """
    settings = home / "sfeedrc"
    settings.write_text(SFEEDRC.format(home=home, url=url))

    def read() -> Kept:
        _run(home, "sfeed_update", settings)
        lines = (home / "feeds" / "news").read_text().splitlines()
        return [(fields[5], fields[1]) for fields in (line.split("\t") for line in lines)]

    return read


def rss2email(home: Path, url: str) -> Reader:
    """rss2email, which mails the oldest first, and again what has changed."""
    (home / "rss2email.cfg").write_text(
        "[DEFAULT]\nfrom = desk@news.example\nto = ana@news.example\nreply-changes = True\n"
        f"email-protocol = maildir\nmaildir-path = {home}\nmaildir-mailbox = Mail\n"
    )
    box = Maildir(home / "Mail", lambda file: message_from_binary_file(file, policy=policy.default))
    command = ["r2e", "-c", home / "rss2email.cfg", "-d", home / "rss2email.json"]
    _run(home, *command, "add", "news", url)

    def read() -> Kept:
        _run(home, *command, "run")
        mails = [box[key] for key in sorted(box.keys(), key=_arrival, reverse=True)]
        return [(str(mail["X-RSS-ID"]), str(mail["Subject"])) for mail in mails]

    return read


def _arrival(key: str) -> tuple[int, ...]:
    """When a mail was put into its box: the seconds, their microseconds, the process, its count."""
    return tuple(map(int, re.findall(r"\d+", key)[:4]))


def _run(home: Path, *words: str | Path) -> None:
    environ = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    done = subprocess.run(words, env=environ, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


READERS: dict[str, Callable[[Path, str], Reader]] = {
    "newsboat": newsboat,
    "sfeed": sfeed,
    "rss2email": rss2email,
}
