"""The `newsdesk` command: its global options, its groups, and how a fault ends it.

Each command imports what it needs when it runs, so that `newsdesk --help` is quick.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator import memory
from aggregator.cli import articles, changing, keeping, letters, linting, migrating, running, sources
from config.errors import NewsdeskError, UsageFault
from curation import cli as editing
from curation import terminal

if TYPE_CHECKING:
    from sqlmodel import Session

    from aggregator.app import Newsdesk
    from config.options import Curation, Edition

LONGEST_NAME = 64

GROUPS = {
    "Start": ("demo", "init", "run", "worker"),
    "Sources": ("source", "poll"),
    "Finding": ("inbox", "search", "show", "seen", "unseen", "why", "rank", "stories", "picks", "log", "add"),
    "Picking": ("pick", "unpick", "note", "correct", "retitle", "move", "pin", "unpin", "hold", "release"),
    "Stories": ("kill", "revive", "tag", "untag", "merge", "split"),
    "Deciding": ("desk", "undo", "redo", "decide", "rule"),
    "Publishing": ("publish", "lint", "digest", "serve"),
    "Keeping": ("status", "backup", "restore", "migrate", "doctor", "editor"),
}


@dataclass
class Invocation:
    """One run of the command: where its newsroom is, and in whose name it acts; opened when first needed."""

    config: Path | None
    given: str | None
    stack: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def newsdesk(self) -> Newsdesk:
        from aggregator import app

        newsdesk = self.stack.enter_context(app.opened(app.load(self.config)))
        if newsdesk.is_new and not click.get_current_context().params.get("as_json"):
            terminal.say(f"newsdesk: new database {newsdesk.database}")
        return newsdesk

    @cached_property
    def editor(self) -> str:
        return self.named(_login_name() if self.given is None else self.given)

    def named(self, name: str) -> str:
        """An editor's name as it is kept; raises UsageFault for what is none."""
        from curation import acts

        name = name.strip()
        if acts.is_rule(name):
            raise UsageFault(
                f"editor {name!r}: is a rule's name, not a person's", "give one with --editor NAME"
            )
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise UsageFault(f"editor {name[:LONGEST_NAME]!r}: is no name", "give one with --editor NAME")
        return name

    @property
    def editions(self) -> tuple[Edition, ...]:
        return self.newsdesk.editions

    @property
    def curation(self) -> Curation:
        return self.newsdesk.curation

    def now(self) -> datetime:
        return self.newsdesk.now()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.newsdesk.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.newsdesk.database.writing() as session:
            yield session


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "editor"


class Grouped(click.Group):
    """A command whose help lists its sub-commands under headings."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(70)) for name in names])


@click.group(cls=Grouped, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="NEWSDESK_CONFIG",
    help="The settings file; else ./newsdesk.toml.",
)
@click.option(
    "--editor", "named", envvar="NEWSDESK_EDITOR", help="Whose decisions these are; else the login name."
)
@click.version_option(package_name="newsdesk", message="newsdesk %(version)s")
@click.pass_context
def newsdesk(ctx: click.Context, config: Path | None, named: str | None) -> None:
    """Watch feeds, pick the best of them, publish Recent News and Editor's Pick."""
    ctx.obj = Invocation(config, named)
    ctx.call_on_close(ctx.obj.stack.close)


for command in changing.COMMANDS:
    sources.source.add_command(command)
for command in (
    *running.COMMANDS,
    letters.digest,
    linting.lint,
    sources.source,
    *editing.COMMANDS,
    articles.add,
):
    newsdesk.add_command(command)
for command in (*keeping.COMMANDS, *migrating.COMMANDS):
    newsdesk.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; no traceback reaches the user.

    Exit status: 0 done, 1 refused or failed, 2 wrong usage or configuration, 3 another daemon holds
    the database, 75 try again later, 130 interrupted.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    memory.collect_seldom()
    terminal.write_whole()
    sys.exit(_status(words, as_json="--json" in words))


def _status(words: list[str], as_json: bool) -> int:
    try:
        done = newsdesk.main(args=words, prog_name="newsdesk", standalone_mode=False)
        return done if isinstance(done, int) else 0
    except NewsdeskError as error:
        terminal.fault(error, as_json)
        return error.exit_status
    except click.ClickException as error:
        return _misused(error, as_json)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SystemExit:  # what click makes of a broken pipe
        return 0 if terminal.is_left() else 1
    except Exception as error:
        fault = NewsdeskError(f"failed unexpectedly: {type(error).__name__}: {error}", "please report this")
        terminal.fault(fault, as_json)
        return 1


def _misused(error: click.ClickException, as_json: bool) -> int:
    if as_json:
        terminal.fault(UsageFault(error.format_message(), "see --help"), as_json)
    else:
        error.show()
    return error.exit_code
