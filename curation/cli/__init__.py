"""The editor's commands.

What a command needs, it takes from the newsroom it is run in (`room.Newsroom`), which the application
hands over.
"""

from __future__ import annotations

from curation.cli import deciding, editors, ruling
from curation.cli.explaining import rank, stories, why
from curation.cli.finding import inbox, log, picks, search, seen, show, unseen
from curation.cli.screen import desk

FINDING = (inbox, search, show, seen, unseen, why, rank, stories)
COMMANDS = (*FINDING, desk, *deciding.COMMANDS, *ruling.COMMANDS, picks, log, editors.editor)
