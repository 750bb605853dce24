"""What the desk shows, read from the database: places, pages of stories, one item whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from config.options import Edition
from curation import inbox, lineup, rules, search, standing
from curation.inbox import Listed
from curation.query import Query
from curation.screen.values import INBOX, Also, Chosen, Page, Place, Stamp, State, Story, Whole
from curation.search import Search
from curation.tables import Decision, Pick
from curation.words import source_wrote
from feeds import markup
from feeds.tables import Item, Source, Status

PAGE = 200  # stories read at once
MOST_FOUND = 1_000  # by a search
MOST = 10_000  # of the inbox; older ones are for a search


@dataclass(frozen=True, slots=True)
class Views:
    """What an editor sees of a newsroom at an instant, a page of so many stories at once."""

    session: Session
    editions: tuple[Edition, ...]
    editor: str
    now: datetime
    quorum: int = 1
    size: int = PAGE

    def places(self) -> tuple[Place, ...]:
        """The inbox, its sections, the editions: those with picks, then those that fill themselves."""
        names = select(Source.section).where(col(Source.section).is_not(None), _kept()).distinct()
        sections = sorted(name for name in self.session.exec(names) if name)
        return (
            INBOX,
            *(Place("section", name, name) for name in sections),
            *(self._line_up(one) for one in self.editions if one.rule == "picks"),
            *(Place("recent", one.slug, one.title) for one in self.editions if one.rule == "recent"),
        )

    def _line_up(self, edition: Edition) -> Place:
        return Place(
            "picks", edition.slug, edition.title, count=len(standing.standing(self.session, edition))
        )

    def page(self, place: Place, query: Query | None = None, after: Sequence[Story] = ()) -> Page:
        """The stories of a place that come after those that are shown, at most a page of them."""
        return self._page(place, query, after, self.size)

    def again(self, place: Place, query: Query | None, shown: Sequence[Story]) -> Page:
        """As many stories of a place as are shown, as they stand now.

        In the inbox those decided on since they were shown stay where they stood, so that no line moves
        under the editor's hands.
        """
        page = self._page(place, query, (), max(self.size, len(shown)))
        if place.kind not in ("inbox", "section"):
            return page
        there = {story.key for story in page.stories}
        gone = [story.number for story in shown if story.key not in there]
        decided = [one for one in self._listed(gone) if one.chosen or one.is_killed]
        stories = [*page.stories, *(one for one in decided if one.key not in there)]
        return Page(tuple(sorted(stories, key=lambda one: (one.at, one.number), reverse=True)), page.more)

    def _page(self, place: Place, query: Query | None, after: Sequence[Story], size: int) -> Page:
        size = min(size, (MOST if query is None else MOST_FOUND) - len(after))
        if size <= 0:
            return Page()
        if query is not None:
            return self._sized(search.items(self._asked(query), len(after) + size + 1)[len(after) :], size)
        if place.kind == "picks":
            return Page() if after else Page(self._picked(place.name))
        if place.kind == "recent":
            edition = next(one for one in self.editions if one.slug == place.name)
            items = inbox.leads(self.session, lineup.filters(edition), edition.limit, at=self.now)
            return Page() if after else self._sized(items, edition.limit)
        filters = inbox.Filters(section=place.name or None)
        further = [_older(after[-1])] if after else []
        items = inbox.leads(self.session, filters, size + 1, [search.is_unpicked(Item), *further])
        return self._sized(items, size)

    def _sized(self, items: Sequence[Item], size: int) -> Page:
        return Page(tuple(self._stories(items[:size])), more=size < len(items))

    def _asked(self, query: Query) -> Search:
        slugs = [edition.slug for edition in self.editions]
        return Search(query, self.session, self.editor, self.now, self.quorum, slugs)

    def _picked(self, slug: str) -> tuple[Story, ...]:
        edition = next(one for one in self.editions if one.slug == slug)
        picks = standing.standing(self.session, edition)
        return tuple(self._listed([pick.item_id for pick in picks]))

    def _listed(self, numbers: Sequence[int]) -> list[Story]:
        """Stories by the numbers of their items, in the order given; items that are gone left out."""
        found = self.session.exec(select(Item).where(col(Item.id).in_(numbers)))
        items = {item.id: item for item in found}
        return self._stories(items[number] for number in numbers if number in items)

    def _stories(self, items: Iterable[Item]) -> list[Story]:
        found = inbox.listed(self.session, items, self.editor)
        chosen = self._chosen_in({one.item.story_id for one in found})
        return [_story(one, chosen.get(one.item.story_id, ())) for one in found]

    def _chosen_in(self, stories: Collection[int]) -> dict[int, tuple[Chosen, ...]]:
        """How each of some stories is picked, by whichever of its items."""
        query = (
            select(Pick, Item.story_id)
            .where(col(Item.story_id).in_(stories), col(Pick.item_id) == col(Item.id))
            .where(col(Pick.retracted_at).is_(None))
            .order_by(col(Pick.picked_at), col(Pick.id))
        )
        live = self._live()
        found: dict[int, tuple[Chosen, ...]] = {}
        for pick, story in self.session.exec(query):
            found[story] = (*found.get(story, ()), self._chosen(pick, pick.id in live))
        return found

    def _live(self) -> set[int | None]:
        """The picks that readers see, of all editions."""
        return {
            pick.id
            for edition in self.editions
            if edition.rule == "picks"
            for pick in standing.live(self.session, edition, self.now, self.quorum)
        }

    def _chosen(self, pick: Pick, is_live: bool) -> Chosen:
        state: State = rules.status(pick, self.now, self.quorum)
        return Chosen(
            edition=pick.edition,
            state="out" if state == "live" and not is_live else state,
            at=rules.dated(pick, self.quorum),
            by=pick.editors,
            pinned=pick.pinned,
            note=pick.note,
            headline=pick.title,
            visible_from=pick.visible_from if state == "waiting" else None,
            until=pick.until,
            held_until=pick.held_until,
        )

    def whole(self, number: int) -> Whole:
        """An item as it is read; raises UsageFault for one that is gone."""
        found = inbox.listed(self.session, [inbox.item(self.session, number)], self.editor)[0]
        item = found.item
        others = [(one, source) for one, source in found.story if one.id != item.id]
        return Whole(
            story=_story(found, self._chosen_in([item.story_id]).get(item.story_id, ())),
            first_seen_at=item.first_seen_at,
            revised_at=item.revised_at,
            source_wrote=source_wrote(item.published),
            section=found.source.section,
            authors=tuple(author.name for author in item.authors),
            tags=found.tags,
            also=tuple(Also(one.id or 0, source.name, inbox.called(one)) for one, source in others),
            paragraphs=tuple(markup.paragraphs(item.content)) or (item.summary,) * bool(item.summary),
        )


def _story(found: Listed, chosen: tuple[Chosen, ...]) -> Story:
    item = found.item
    return Story(
        number=item.id or 0,
        key=item.story_id,
        at=item.timestamp,
        title=inbox.called(item),
        source=found.source.name,
        sources=len({source.id for _, source in found.story}),
        language=found.language,
        url=item.url,
        is_seen=found.is_seen,
        is_killed=found.is_killed,
        chosen=chosen,
    )


def stamp(session: Session, now: datetime) -> Stamp:
    """What is newest now; as the minute changes, so do ages, and picks whose time has come."""
    newest = session.exec(
        select(select(func.max(Decision.id)).scalar_subquery(), select(func.max(Item.id)).scalar_subquery())
    ).one()
    return Stamp(newest[0] or 0, newest[1] or 0, int(now.timestamp() // 60))


def decided_since(session: Session, number: int, editor: str) -> list[Decision]:
    """What others decided after a line of the log, oldest first."""
    query = select(Decision).where(col(Decision.id) > number, Decision.editor != editor)
    return list(session.exec(query.order_by(col(Decision.id))))


def _older(story: Story) -> search.Truth:
    return or_(
        col(Item.timestamp) < story.at, and_(col(Item.timestamp) == story.at, col(Item.id) < story.number)
    )


def _kept() -> search.Truth:
    return col(Source.status) != Status.REMOVED
