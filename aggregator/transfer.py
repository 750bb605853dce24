"""A whole newsroom moved from one database to another: copied, compared, and the same to its readers.

The source is held meanwhile, as by a daemon, and nobody writes to it: it is not changed, and nothing that an
editor decides is left behind.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from aggregator import copying, migrations
from aggregator.app import Newsdesk
from aggregator.copying import Told
from aggregator.database import Database
from config.errors import NewsdeskError, UsageFault


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: the rows of each table, how many of them it copied itself, the documents compared."""

    rows: dict[str, int]
    copied: int
    documents: int
    seconds: float
    resumed: bool


def move(here: Newsdesk, there: Newsdesk, told: Told) -> Moved:
    """Move a newsroom into an empty database, or go on with it where an earlier move ended.

    Both have the same settings, and clocks that stand still. Raises UsageFault for a database that cannot
    be moved from or into, HeldElsewhere while a daemon is at work, NewsdeskError where the two differ.
    """
    started = time.monotonic()
    source, target = here.database, there.database
    _refuse_what_is_none(source)
    with _held(source, target) as (rows, is_new):
        is_part = is_new or copying.is_part(rows, target)
        if not is_part:
            copying.empty(target)
        copied = copying.copy(rows, target, told)
        copying.index(target, told)
        copying.number_on(source, rows, target)
        counts = copying.compare(rows, target, told)
        documents = _rendered_alike(here, there, told)
        copying.end(target)
    return Moved(counts, copied, documents, round(time.monotonic() - started, 3), not is_new and is_part)


@contextmanager
def _held(source: Database, target: Database) -> Iterator[tuple[Connection, bool]]:
    """The rows of the source while nobody else writes to either, and whether the target is new."""
    owner = f"newsdesk migrate (process {os.getpid()} on {socket.gethostname()})"
    with ExitStack() as stack:
        stack.enter_context(source.held(owner))
        is_new = copying.begin(target, str(source.path.resolve()) if source.path else source.kind.name)
        stack.enter_context(target.held(owner))
        yield stack.enter_context(source.connected(writing=True)), is_new


def _refuse_what_is_none(source: Database) -> None:
    found = migrations.examine(source)
    if found.startswith("nothing"):
        raise UsageFault(f"{source}: has no newsroom in it", "correct database_url, which is moved from")
    if found != "ok":
        raise UsageFault(f"{source}: is of an older newsdesk", "run 'newsdesk status', which upgrades it")


def _rendered_alike(here: Newsdesk, there: Newsdesk, told: Told) -> int:
    """How many documents are published, byte for byte the same from both databases."""
    ours, theirs = _digests(here), _digests(there)
    differing = sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))
    if differing:
        which = f"{differing[0]}, and {len(differing) - 1} others" if differing[1:] else differing[0]
        raise NewsdeskError(f"{there.database}: would be published otherwise: {which}", "please report this")
    told("documents compared", len(ours), len(ours))
    return len(ours)


def _digests(newsdesk: Newsdesk) -> dict[str, str]:
    return {one.name: sha256(one.render()).hexdigest() for one in newsdesk.press.documents()}
