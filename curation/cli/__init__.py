"""The editor's commands.

What a command needs, it takes from the newsroom it is run in (`room.Newsroom`), which the application
hands over.
"""

from __future__ import annotations

from curation.cli.deciding import pick, undo, unpick
from curation.cli.finding import inbox, log, picks, search, seen, show, unseen

COMMANDS = (inbox, search, show, seen, unseen, pick, unpick, picks, undo, log)
