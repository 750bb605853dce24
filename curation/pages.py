"""What the pages show beside the line-ups: sections, days, and every pick on a page of its own.

Which of them are drawn follows from what changed: a page that nothing changed on stands as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from config.options import PRIVATE, Edition
from curation import changed, days, inbox, notes, standing
from curation.changed import Changed
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


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages beside the line-ups that are to be drawn at an instant, and what all of them share.

    `shelves` are the line-ups of the editions, each pick with its own page; `unseen` are the pages of picks
    that readers are not to see, or not yet; `days_of_late` are the newest days with news, whether they are
    drawn or not, and `days_over` some that have no page, or none any more. `everything` says that all pages
    are drawn; `above` is how the names of all of them begin.
    """

    masthead: Masthead
    shelves: tuple[Shelf, ...] = ()
    sections: tuple[Section, ...] = ()
    days: tuple[Day, ...] = ()
    permalinks: tuple[Permalink, ...] = ()
    gone: tuple[Gone, ...] = ()
    unseen: tuple[str, ...] = ()
    days_of_late: tuple[date, ...] = ()
    days_over: tuple[date, ...] = ()
    everything: bool = False
    above: str = ""

    @property
    def kept(self) -> tuple[str, ...]:
        """Where pages stand that were drawn before and are not drawn again: they stay."""
        others = () if self.everything else (f"{self.above}gone/", f"{self.above}days/")
        return (*others, *(f"{shelf.slug}/" for shelf in self.shelves))

    def withdrawn(self, edition: str | None = None) -> tuple[str, ...]:
        """The pages that must not stand any more, of one edition or of all: of picks that are not to be
        seen, those that say that a pick is gone which came back, or is to come, and those of days.
        """
        of_it = self.above if edition is None else f"{self.above}{edition}/"
        over = [pagenames.day(of) for of in self.days_over] if edition is None else []
        unseen = [name for name in self.unseen if name.startswith(of_it)]
        shown = [one.name for one in self.permalinks if one.name.startswith(of_it)]
        said = {one.name for one in self.gone}
        back = {pagenames.gone(name) for name in (*unseen, *shown)} - said
        return tuple(sorted([*over, *unseen, *back]))


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
    touched, undone = _touched(snapshot, found), _undone(snapshot, found)
    looked_at = days.every(snapshot) if found is None else days.touched(snapshot, found, touched)
    told = {of: days.is_told(snapshot, of) for of in sorted(looked_at)}
    drawn_days = tuple(day(snapshot, of) for of, is_told in told.items() if is_told)
    every = {one.name: one for one in (*snapshot.shown(touched), *live)}
    unseen = snapshot.pages_of(touched, undone) - every.keys()
    on_days = {name for one in drawn_days for name in one.picks.permalinks}
    missing = _picks_of(snapshot, on_days - every.keys())
    every |= {one.name: one for one in snapshot.shown(missing)}
    paper = masthead(session, site)
    return Pages(
        masthead=paper,
        shelves=tuple(_shelf(edition, lineups[edition.slug], live) for edition in editions),
        sections=tuple(section(snapshot, one, editions, live) for one in paper.sections),
        days=drawn_days,
        permalinks=tuple(_permalink(one) for _, one in sorted(every.items())),
        gone=(*snapshot.gone(touched), *snapshot.undone(undone)),
        unseen=tuple(sorted(unseen)),
        days_of_late=tuple(days.of_late(session, at, DAYS_IN_THE_MAP)),
        days_over=tuple(of for of, is_told in told.items() if not is_told),
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
    found = None if drawn is None else changed.since(session, drawn)
    touched, undone = _touched(snapshot, found), _undone(snapshot, found)
    every = {one.name: one for one in (*snapshot.shown(touched), *live)}
    unseen = snapshot.pages_of(touched, undone) - every.keys()
    return Pages(
        masthead=masthead(session, site),
        shelves=tuple(_shelf(edition, lineups[edition.slug], live) for edition in editions),
        permalinks=tuple(_permalink(one) for _, one in sorted(every.items())),
        gone=(*snapshot.gone(touched), *snapshot.undone(undone)),
        unseen=tuple(sorted(unseen)),
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
    start, end = days.bounds(of)
    items = inbox.leads(snapshot.session, inbox.Filters(since=start, before=end), ON_A_DAY, at=snapshot.at)
    picks = days.picked(snapshot, start, end)
    news = recent(snapshot.session, items, snapshot.at)
    return Day(
        of=of,
        picks=_picked(_each_once(snapshot.shown(picks))[:ON_A_DAY]),
        news=Shelf("", Feed(title=of.isoformat(), entries=tuple(news))),
        before=days.before(snapshot.session, of),
        after=days.after(snapshot.session, of),
    )


def told(
    session: Session, edition: Edition, site: Site, since: datetime, at: datetime, quorum: int = 1
) -> Shelf:
    """What was picked for an edition since an instant and not withdrawn, the newest first."""
    snapshot = Snapshot(session, site, {edition.slug: edition}, at, quorum)
    shown = snapshot.shown(days.picked(snapshot, since, at + standing.INSTANT))
    feed = Feed(title=edition.title, description=edition.description)
    picked = _picked(shown)
    return picked._replace(slug=edition.path, feed=feed.model_copy(update={"entries": picked.feed.entries}))


def _picking(editions: Sequence[Edition]) -> dict[str, Edition]:
    return {edition.slug: edition for edition in editions if edition.rule == "picks"}


def _undone(snapshot: Snapshot, found: Changed | None) -> list[changed.Undone]:
    """The picks of what changed, or all, that were undone as if they had never been."""
    if not snapshot.editions:
        return []
    undone = changed.undone(snapshot.session, None if found is None else found.stories)
    return [pick for pick in undone if pick.edition in snapshot.editions]


def _touched(snapshot: Snapshot, found: Changed | None) -> list[Pick]:
    """The picks of what changed, standing or not, and those that come back by themselves; or all."""
    session = snapshot.session
    if found is None:
        of_editions = col(Pick.edition).in_(sorted(snapshot.editions))
        return list(session.exec(select(Pick).where(of_editions).order_by(col(Pick.id))))
    of_stories = changed.picks(session, found.stories)
    back = changed.returning(session, found.since, snapshot.editions)
    picks = {pick.id: pick for pick in (*of_stories, *back) if pick.edition in snapshot.editions}
    return [pick for _, pick in sorted(picks.items(), key=lambda one: one[0] or 0)]


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
