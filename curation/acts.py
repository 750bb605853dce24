"""What a saved rule may do, what it is called, and in whose name it decides. Pure."""

from __future__ import annotations

import re
from typing import Literal, get_args

from config.errors import UsageFault
from curation.query import Clause, Query, Test

Act = Literal["kill", "tag", "pick", "nominate"]
ACTS: tuple[Act, ...] = get_args(Act)  # as they are carried out: what is killed is not picked
EDITOR = "rule:"
LONGEST_NAME = 40  # characters
WIDE = 0.1  # of all stories: more is seldom meant
_NAME = re.compile(r"[^\W_][\w.-]*")
_TRUE_OF_ALL = ("is", "since", "until")  # fields by which every new item may be found


def editor(name: str) -> str:
    """The name under which a rule's decisions stand in the log."""
    return f"{EDITOR}{name}"


def is_rule(editor: str) -> bool:
    """Whether an editor's name is that of a rule, which no person can have."""
    return editor.lower().startswith(EDITOR)


def named(text: str) -> str:
    """A name as it is kept, in small letters; raises UsageFault for what is none."""
    name = text.strip().lower()
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise UsageFault(
            f"rule {text[:60]!r}: is no name",
            f"take up to {LONGEST_NAME} letters, digits, dots and hyphens, a letter or digit first",
        )
    return name


def name_of(query: str) -> str:
    """The name that a rule has from its query: 'lang:fr openai' is lang-fr-openai."""
    return re.sub(r"[\W_]+", "-", query.lower()).strip("-")[:LONGEST_NAME].strip("-")


def refuse_boundless(query: Query) -> None:
    """Raises UsageFault for a query that may be true of every new item: it must say what is wanted."""
    if not any(map(_narrows, query.clauses)):
        raise UsageFault(
            f"the query {str(query)[:60]!r} can be true of every new item",
            "add what it is to find: words, or a field such as lang:fr or source:2",
        )


def _narrows(clause: Clause) -> bool:
    wide = (isinstance(atom, Test) and atom.field in _TRUE_OF_ALL for atom in clause.any_of)
    return not clause.negated and not any(wide)
