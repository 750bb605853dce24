"""What the pages show beside the line-ups: sections, days, and every pick on a page of its own.

Which of them are drawn follows from what changed: a page that nothing changed on stands as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from config.options import PRIVATE, Edition
from curation import changed, inbox, notes, standing
from curation.lineup import Site, filters, recent
from curation.permalinks import Shown, Snapshot, named
from curation.tables import Pick
from feeds import pagenames
from feeds.entries import Feed
from feeds.shelves import Day, Gone, Masthead, Named, Permalink, Section, Shelf
from feeds.tables import Item, Source

IN_A_SECTION = 50  # stories, and as many picks
ON_A_DAY = 200
DAYS_IN_THE_MAP = 31
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages beside the line-ups that are to be drawn at an instant, and what all of them share.

    `shelves` are the line-ups of the editions, each pick with its own page; `unseen` are the pages of picks
    that readers are not to see, or not yet; `days_of_late` are the newest days with news, whether they are
    drawn or not. `every_day` says that all days are drawn, and `everything` that all pages are; `above` is
    how the names of all of them begin.
    """

    masthead: Masthead
    shelves: tuple[Shelf, ...] = ()
    sections: tuple[Section, ...] = ()
    days: tuple[Day, ...] = ()
    permalinks: tuple[Permalink, ...] = ()
    gone: tuple[Gone, ...] = ()
    unseen: tuple[str, ...] = ()
    days_of_late: tuple[date, ...] = ()
    every_day: bool = False
    everything: bool = False
    above: str = ""

    @property
    def kept(self) -> tuple[str, ...]:
        """Where pages stand that were drawn before and are not drawn again: they stay."""
        days = () if self.every_day else ("days/",)
        gone = () if self.everything else (f"{self.above}gone/",)
        return (*days, *gone, *(f"{shelf.slug}/" for shelf in self.shelves))

    def withdrawn(self, edition: str | None = None) -> tuple[str, ...]:
        """The pages that must not stand any more, of one edition or of all: of picks that are not to be
        seen, and those that say that a pick is gone which came back, or is to come.
        """
        of_it = self.above if edition is None else f"{self.above}{edition}/"
        unseen = [name for name in self.unseen if name.startswith(of_it)]
        shown = [one.name for one in self.permalinks if one.name.startswith(of_it)]
        said = {one.name for one in self.gone}
        return tuple(sorted([*unseen, *({pagenames.gone(name) for name in (*unseen, *shown)} - said)]))


def gathered(
    session: Session,
    editions: Sequence[Edition],
    lineups: Mapping[str, Feed],
    site: Site,
    at: datetime,
    quorum: int = 1,
    drawn: changed.Drawn | None = None,
) -> Pages:
    """The pages that are to be drawn at an instant, where all was last drawn at another.

    `lineups` are the editions as they stand, by slug. Where nothing was `drawn`, every page that there is.
    """
    snapshot = Snapshot(session, site, _picking(editions), at, quorum)
    live = _live(snapshot, lineups)
    found = None if drawn is None else changed.since(session, drawn)
    stories = None if found is None else found.stories
    touched = _touched(snapshot, stories)
    every_day = found is None or found.is_lost
    if drawn is None or stories is None or every_day:
        of_days = _all_days(snapshot)
    else:
        of_days = _days(snapshot, touched, stories, drawn.at)
    days = tuple(day(snapshot, of) for of in sorted(of_days))
    every = {one.name: one for one in (*snapshot.shown(touched), *live)}
    undone = _undone(snapshot, stories)
    unseen = snapshot.pages_of(touched, undone) - every.keys()
    on_days = {name for one in days for name in one.picks.permalinks}
    missing = _picks_of(snapshot, on_days - every.keys())
    every |= {one.name: one for one in snapshot.shown(missing)}
    paper = masthead(session, site)
    return Pages(
        masthead=paper,
        shelves=tuple(_shelf(edition, lineups[edition.slug], live) for edition in editions),
        sections=tuple(section(snapshot, one, editions, live) for one in paper.sections),
        days=days,
        permalinks=tuple(_permalink(one) for _, one in sorted(every.items())),
        gone=(*snapshot.gone(touched), *snapshot.undone(undone)),
        unseen=tuple(sorted(unseen)),
        days_of_late=tuple(_days_of_late(session, at)),
        every_day=every_day,
        everything=drawn is None,
    )


def apart(
    session: Session,
    editions: Sequence[Edition],
    lineups: Mapping[str, Feed],
    site: Site,
    at: datetime,
    quorum: int = 1,
    drawn: changed.Drawn | None = None,
) -> Pages:
    """The pages of private editions and of their picks, to which no other page leads; else as `gathered`."""
    snapshot = Snapshot(session, site, _picking(editions), at, quorum)
    live = _live(snapshot, lineups)
    stories = None if drawn is None else changed.since(session, drawn).stories
    touched, undone = _touched(snapshot, stories), _undone(snapshot, stories)
    every = {one.name: one for one in (*snapshot.shown(touched), *live)}
    unseen = snapshot.pages_of(touched, undone) - every.keys()
    return Pages(
        masthead=masthead(session, site),
        shelves=tuple(_shelf(edition, lineups[edition.slug], live) for edition in editions),
        permalinks=tuple(_permalink(one) for _, one in sorted(every.items())),
        gone=(*snapshot.gone(touched), *snapshot.undone(undone)),
        unseen=tuple(sorted(unseen)),
        every_day=True,
        everything=drawn is None,
        above=PRIVATE,
    )


def masthead(session: Session, site: Site) -> Masthead:
    """What stands on every page of the site."""
    titles = tuple(Named(*one) for one in pagenames.sections(inbox.sections(session)).items())
    return Masthead(site.title, site.base_url, site.language, titles, site.theme)


def section(snapshot: Snapshot, shown: Named, editions: Sequence[Edition], live: Sequence[Shown]) -> Section:
    """A section: its stories by the rule of Recent News, and the picks of it that readers see."""
    of_it = inbox.Filters(section=shown.title)
    items = inbox.leads(snapshot.session, of_it, IN_A_SECTION, at=snapshot.at)
    numbers = [one.pick.item_id for one in live]
    query = select(Item.id).where(col(Item.id).in_(numbers), col(Item.source_id) == col(Source.id))
    of_section = set(snapshot.session.exec(query.where(Source.section == shown.title)))
    picks = [one for one in live if one.pick.item_id in of_section]
    own = [one for one in editions if one.rule == "recent" and filters(one) == of_it]
    news = recent(snapshot.session, items, snapshot.at)
    return Section(
        title=shown.title,
        name=shown.name,
        picks=_picked(_each_once(picks)[:IN_A_SECTION]),
        news=Shelf("", Feed(title=shown.title, entries=tuple(news))),
        edition=named(own[0]) if own else None,
    )


def day(snapshot: Snapshot, of: date) -> Day:
    """A day: its stories by the rule of Recent News, and what was picked on it and not withdrawn."""
    start, end = changed.bounds(of)
    items = inbox.leads(snapshot.session, inbox.Filters(since=start, before=end), ON_A_DAY, at=snapshot.at)
    picks = changed.picked(snapshot.session, start, end, snapshot.quorum, snapshot.editions)
    news = recent(snapshot.session, items, snapshot.at)
    return Day(
        of=of,
        picks=_picked(_each_once(snapshot.shown(picks))[:ON_A_DAY]),
        news=Shelf("", Feed(title=of.isoformat(), entries=tuple(news))),
        before=changed.before(snapshot.session, of),
        after=changed.after(snapshot.session, of),
    )


def told(
    session: Session, edition: Edition, site: Site, since: datetime, at: datetime, quorum: int = 1
) -> Shelf:
    """What was picked for an edition since an instant and not withdrawn, the newest first."""
    snapshot = Snapshot(session, site, {edition.slug: edition}, at, quorum)
    shown = snapshot.shown(changed.picked(session, since, at + INSTANT, quorum, snapshot.editions))
    feed = Feed(title=edition.title, description=edition.description)
    picked = _picked(shown)
    return picked._replace(slug=edition.path, feed=feed.model_copy(update={"entries": picked.feed.entries}))


def _picking(editions: Sequence[Edition]) -> dict[str, Edition]:
    return {edition.slug: edition for edition in editions if edition.rule == "picks"}


def _undone(snapshot: Snapshot, stories: Collection[int] | None) -> list[changed.Undone]:
    if not snapshot.editions:
        return []
    return [pick for pick in changed.undone(snapshot.session, stories) if pick.edition in snapshot.editions]


def _touched(snapshot: Snapshot, stories: Collection[int] | None) -> list[Pick]:
    """The picks of stories, standing or not; for None all that there are."""
    if stories is None:
        of_editions = col(Pick.edition).in_(sorted(snapshot.editions))
        return list(snapshot.session.exec(select(Pick).where(of_editions).order_by(col(Pick.id))))
    return [pick for pick in changed.picks(snapshot.session, stories) if pick.edition in snapshot.editions]


def _all_days(snapshot: Snapshot) -> set[date]:
    """Every day with news, a pick, or a decision about what was picked."""
    session, picks = snapshot.session, _touched(snapshot, None)
    of_picks = changed.days(session, (), picks, snapshot.at, snapshot.quorum, snapshot.editions)
    return changed.all_days(session) | of_picks | changed.decided_on(session, snapshot.editions)


def _days(
    snapshot: Snapshot, touched: Sequence[Pick], stories: Collection[int], since: datetime
) -> set[date]:
    """The days to draw: those that changed, those that passed, and those that come to lead to new ones."""
    session = snapshot.session
    found = changed.days(session, stories, touched, snapshot.at, snapshot.quorum, snapshot.editions)
    found |= {
        of
        for of in changed.passed(since, snapshot.at)
        if changed.picked(session, *changed.bounds(of), snapshot.quorum, snapshot.editions)
    }
    new = [of for of in found if not changed.had_news(session, of, since)]
    around = {near(session, of) for of in new for near in (changed.before, changed.after)}
    return found | {of for of in around if of is not None}


def _live(snapshot: Snapshot, lineups: Mapping[str, Feed]) -> list[Shown]:
    """The picks of line-ups, with their entries."""
    return [
        Shown(edition, pick, entry)
        for slug, edition in snapshot.editions.items()
        for pick, entry in zip(
            standing.live(snapshot.session, edition, snapshot.at, snapshot.quorum),
            lineups[slug].entries,
            strict=True,
        )
    ]


def _picks_of(snapshot: Snapshot, names: Iterable[str]) -> list[Pick]:
    """The picks whose pages are called so."""
    wanted = {(slug, int(number)) for slug, _, number in (name[:-5].partition("/") for name in names)}
    query = select(Pick).where(col(Pick.item_id).in_({number for _, number in wanted}))
    found = snapshot.session.exec(query.order_by(col(Pick.id)))
    return [pick for pick in found if (pick.edition, pick.item_id) in wanted]


def _days_of_late(session: Session, at: datetime) -> Iterator[date]:
    day = changed.before(session, changed.tomorrow(at))
    for _ in range(DAYS_IN_THE_MAP):
        if day is None:
            return
        yield day
        day = changed.before(session, day)


def _shelf(edition: Edition, feed: Feed, live: Sequence[Shown]) -> Shelf:
    of_it = [one for one in live if one.edition.slug == edition.slug]
    shown = feed.model_copy(update={"hub": None, "previous": None})  # which no page shows
    return _picked(of_it)._replace(slug=edition.path, feed=shown)


def _picked(shown: Sequence[Shown]) -> Shelf:
    return Shelf(
        slug="",
        feed=Feed(entries=tuple(one.entry for one in shown)),
        permalinks=tuple(one.name for one in shown),
        notes=tuple(notes.shown(one.pick.note) for one in shown),
    )


def _permalink(shown: Shown) -> Permalink:
    return Permalink(shown.name, named(shown.edition), _picked([shown]))


def _each_once(shown: Iterable[Shown]) -> list[Shown]:
    """One for each item, though several editions picked it."""
    return list({one.pick.item_id: one for one in reversed(list(shown))}.values())[::-1]
