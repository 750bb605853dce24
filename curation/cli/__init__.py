"""The editor's commands.

What a command needs, it takes from the newsroom it is run in (`room.Newsroom`), which the application
hands over.
"""

from __future__ import annotations

from curation.cli import deciding
from curation.cli.explaining import stories, why
from curation.cli.finding import inbox, log, picks, search, seen, show, unseen
from curation.cli.screen import desk

COMMANDS = (inbox, search, show, seen, unseen, why, stories, *deciding.COMMANDS, picks, log, desk)
