"""Items that a query is true of: full text by the index, the fields by their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, not_, or_, select

from config.errors import UsageFault
from curation import fulltext, rules, terms
from curation.query import Atom, Clause, Query, Test, Text
from curation.tables import Decision, Kill, Pick, SeenMark
from feeds import urls
from feeds.tables import Item, Source, Status

FEW_ITEMS = 2_000
FEW = ("by", "in", "url", "picked", "nominated", "live", "killed", "held")  # fields, and states

_FELLOW = aliased(
    Item
)  # of a story, in a query of its own: Item itself would be the row of the one around it
_STANDS = (col(Pick.retracted_at).is_(None), col(Pick.nominated_by).is_(None))

Row = Any  # Item, or an alias of it
Truth = ColumnElement[bool]
Found = tuple[int, int, datetime]  # the number of an item, its story, its time


@dataclass(frozen=True, slots=True)
class Search:
    """A query as an editor asks it at an instant; the quorum of a pick, the slugs of the editions."""

    query: Query
    session: Session
    editor: str
    at: datetime
    quorum: int = 1
    editions: Collection[str] = ()


def items(asked: Search, limit: int, best: bool = False) -> list[Item]:
    """The items that a query is true of, the last to arrive first.

    With `best` the newest five thousand whose words match are ordered by how well these do. Items of
    removed sources are left out. Raises UsageFault for an edition that there is not.
    """
    said, rest = _worded(asked.query)
    number = col(Item.id)
    found = select(number).where(kept(Item), *(_holds(Item, clause, asked) for clause in rest))
    if said is None:
        # `+ 0` has the database begin with the few, and sort them, rather than go through all items.
        return _rows(
            asked.session,
            found.order_by((number + 0 if _name_few(rest, asked.session) else number).desc()),
            limit,
        )
    if best:
        ranked = fulltext.ranked(said).subquery()
        joined = found.join(ranked, number == ranked.c.rowid)
        return _rows(asked.session, joined.order_by(ranked.c.rank, number.desc()), limit)
    indexed = fulltext.INDEX.c.rowid
    streamed = found.join(fulltext.INDEX, number == indexed).where(fulltext.matches(said))
    # `+ 0` has the database look a match up among the few, rather than read its row first.
    among_few = ((indexed + 0).in_(few) for few in _of_few(rest, asked))
    return _rows(asked.session, streamed.where(*among_few).order_by(indexed.desc()), limit)


def among(asked: Search, numbers: Sequence[int], *which: Truth) -> Sequence[Found]:
    """Those of some items of which a query is true, and what else must be, the first to arrive first."""
    return _told(asked, col(Item.id).in_(numbers), *which, within=(min(numbers), max(numbers)))


def since(asked: Search, at: datetime) -> Sequence[Found]:
    """The items published since an instant that a query is true of, the first to arrive first."""
    return _told(asked, col(Item.timestamp) >= at)


def _told(asked: Search, *which: Truth, within: tuple[int, int] | None = None) -> Sequence[Found]:
    said, rest = _worded(asked.query)
    number = col(Item.id)
    holds = (_holds(Item, clause, asked) for clause in rest)
    found = select(number, Item.story_id, Item.timestamp).where(kept(Item), *which, *holds)
    if said:
        indexed = fulltext.INDEX.c.rowid
        found = found.join(fulltext.INDEX, number == indexed).where(fulltext.matches(said))
        if within is not None:
            found = found.where(indexed.between(*within))  # else every match of all times is looked at
    return cast(Sequence[Found], asked.session.exec(found.order_by(number)).all())


def _rows(session: Session, numbers: Any, limit: int) -> list[Item]:
    return fetched(session, session.exec(numbers.limit(limit)).all())


def fetched(session: Session, numbers: Sequence[int | None]) -> list[Item]:
    """Items by their numbers, in the order given: only these are read whole, for their texts are long."""
    found = {item.id: item for item in session.exec(select(Item).where(col(Item.id).in_(numbers)))}
    return [found[number] for number in numbers]


def _name_few(clauses: list[Clause], session: Session) -> bool:
    """Whether a clause is true of few items: decided on, of an address or of a rare tag."""
    return any(
        all(isinstance(atom, Test) and _names_few(atom, session) for atom in clause.any_of)
        for clause in clauses
        if not clause.negated
    )


def _names_few(atom: Test, session: Session) -> bool:
    if atom.field == "tag":
        return is_rare(session, str(atom.value))
    return atom.field in FEW or atom.value in FEW


def _of_few(clauses: list[Clause], asked: Search) -> Iterator[Select[Any]]:
    """The items of each clause that names nothing but sources that have few, as queries for their numbers."""
    for clause in clauses:
        if not clause.negated and all(_names_source(atom) for atom in clause.any_of):
            theirs = select(Item.id).where(_holds(Item, clause, asked))
            if _are_few(asked.session, theirs):
                yield theirs


def _names_source(atom: Atom) -> bool:
    return isinstance(atom, Test) and atom.field in ("source", "section")


def tests(row: Row, asked: Search) -> Iterator[Truth]:
    """What must be true of `row`, Item or an alias of it; of words the newest five thousand matches count."""
    said, rest = _worded(asked.query)
    if said is not None:
        yield _number(row).in_(fulltext.newest(said))
    for clause in rest:
        yield _holds(row, clause, asked)


def _worded(query: Query) -> tuple[fulltext.Said | None, list[Clause]]:
    """What the index alone can answer, None where nothing is wanted of it; the rest."""
    worded = [clause for clause in query.clauses if all(isinstance(atom, Text) for atom in clause.any_of)]
    wanted = [clause for clause in worded if not clause.negated]
    if not wanted:
        return None, list(query.clauses)
    unwanted = [clause for clause in worded if clause.negated]
    return fulltext.Said(wanted, unwanted), [one for one in query.clauses if one not in worded]


def _holds(row: Row, clause: Clause, asked: Search) -> Truth:
    held = or_(*(_is(row, atom, asked, clause.negated) for atom in clause.any_of))
    return not_(func.coalesce(held, False)) if clause.negated else held


def _is(row: Row, atom: Atom, asked: Search, negated: bool) -> Truth:
    if isinstance(atom, Test):
        return cast(Truth, _TESTS[atom.field](row, atom.value, asked))
    said = fulltext.Said([Clause((atom,))])
    if not negated:
        return _number(row).in_(fulltext.newest(said))
    return exists().where(fulltext.matches(said), fulltext.INDEX.c.rowid == row.id)


def _number(row: Row) -> ColumnElement[Any]:
    """The number of an item; that of an alias, one of the few of a story, is not to be looked up by it."""
    return cast(ColumnElement[Any], row.id if row is Item else row.id + 0)


def kept(row: Row) -> Truth:
    """Whether an item is of a source that was not removed."""
    return col(row.source_id).not_in(select(Source.id).where(Source.status == Status.REMOVED))


def of_sources(row: Row, *which: Truth) -> Truth:
    """Whether an item is of one of these sources."""
    return col(row.source_id).in_(select(Source.id).where(*which))


def _of_source(row: Row, value: str, asked: Search) -> Truth:
    if value.isdecimal() and int(value) < 2**63:
        return col(row.source_id) == int(value)
    name = func.coalesce(func.nullif(Source.title, ""), func.nullif(Source.feed_title, ""), col(Source.url))
    return of_sources(row, *(name.icontains(word, autoescape=True) for word in value.split()))


def _of_section(row: Row, name: str, asked: Search) -> Truth:
    # SQLite knows capitals of ASCII alone.
    return of_sources(row, or_(col(Source.section) == name, func.lower(Source.section) == name.lower()))


def of_language(row: Row, tag: str) -> Truth:
    """Whether an item is in a language, be it a region's: `fr` is said of fr-CA too."""
    of_source = select(func.coalesce(Source.language, Source.feed_language)).where(
        col(Source.id) == row.source_id
    )
    own = func.lower(func.coalesce(row.language, of_source.scalar_subquery()))
    return or_(own == tag.lower(), own.startswith(f"{tag.lower()}-", autoescape=True))


def of_tag(row: Row, tag: str, is_rare: bool = False) -> Truth:
    """Whether an item has a category of its source's, or an editor's tag; a rare one leads to the item."""
    return _number(row).in_(terms.having(tag)) if is_rare else terms.has(row.id, tag)


def is_rare(session: Session, tag: str) -> bool:
    """Whether the items that have a tag are few enough to be sorted."""
    return _are_few(session, terms.having(tag))


def _are_few(session: Session, numbers: Select[Any]) -> bool:
    some = numbers.limit(FEW_ITEMS + 1).subquery()
    return session.scalars(select(func.count()).select_from(some)).one() <= FEW_ITEMS


def of_story(number: Any, *which: Truth) -> Select[Any]:
    """The numbers of the stories of items that rows of another table name by `number`, as a query."""
    named = select(number).where(*which)  # as a list: SQLite would rather go through every item than join
    return select(_FELLOW.story_id).where(col(_FELLOW.id).in_(named))


def is_seen(row: Row, editor: str) -> Truth:
    """Whether an editor has marked an item of the story as seen."""
    return col(row.story_id).in_(of_story(col(SeenMark.item_id), col(SeenMark.editor) == editor))


def is_picked(row: Row, *which: Truth) -> Truth:
    """Whether a pick of the story stands; what a rule only suggests is none."""
    return col(row.story_id).in_(of_story(col(Pick.item_id), *_STANDS, *which))


def is_killed(row: Row) -> Truth:
    """Whether an editor killed an item of the story."""
    return col(row.story_id).in_(of_story(col(Kill.item_id)))


def is_unseen(row: Row, editor: str) -> Truth:
    """Whether an editor has marked no item of the story as seen; told row by row, as of most."""
    is_of_story = (col(_FELLOW.story_id) == row.story_id, col(SeenMark.item_id) == _FELLOW.id)
    return ~exists().where(*is_of_story, col(SeenMark.editor) == editor)


def is_unpicked(row: Row) -> Truth:
    """Whether no such pick of the story stands; told row by row, as of most."""
    is_of_story = (col(_FELLOW.story_id) == row.story_id, col(Pick.item_id) == _FELLOW.id)
    return ~exists().where(*is_of_story, *_STANDS)


def _has_pick(row: Row, asked: Search, status: rules.PickStatus) -> Truth:
    standing = asked.session.exec(select(Pick).where(col(Pick.retracted_at).is_(None)))
    such = [pick.item_id for pick in standing if rules.status(pick, asked.at, asked.quorum) == status]
    return col(row.story_id).in_(select(_FELLOW.story_id).where(col(_FELLOW.id).in_(such)))


_STATES: dict[str, Any] = {
    "new": lambda row, asked: is_unpicked(row) & is_unseen(row, asked.editor),
    "seen": lambda row, asked: is_seen(row, asked.editor),
    "unseen": lambda row, asked: is_unseen(row, asked.editor),
    "picked": lambda row, asked: is_picked(row),
    "live": lambda row, asked: _has_pick(row, asked, "live"),
    "nominated": lambda row, asked: _has_pick(row, asked, "nominated"),
    "killed": lambda row, asked: is_killed(row),
    "held": lambda row, asked: is_picked(row, col(Pick.held).is_(True)),
}


def _in_edition(row: Row, slug: str, asked: Search) -> Truth:
    if slug not in asked.editions:
        raise UsageFault(f"in:{slug}: there is no such edition", f"there are {', '.join(asked.editions)}")
    return is_picked(row, col(Pick.edition) == slug)


def _by(row: Row, name: str, asked: Search) -> Truth:
    return col(row.id).in_(select(Decision.item_id).where(Decision.editor == name))


_TESTS: dict[str, Any] = {
    "source": _of_source,
    "section": _of_section,
    "lang": lambda row, tag, asked: of_language(row, tag),
    "tag": lambda row, tag, asked: of_tag(row, tag, is_rare(asked.session, tag)),
    "by": _by,
    "is": lambda row, state, asked: _STATES[state](row, asked),
    "in": _in_edition,
    "since": lambda row, at, asked: col(row.timestamp) >= at,
    "until": lambda row, at, asked: col(row.timestamp) < at,
    "url": lambda row, url, asked: col(row.canonical_url) == urls.canonical(url),
}
