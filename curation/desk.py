"""The verbs of an editor. Each writes its Decision, and what follows from it, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from config.errors import UsageFault
from config.options import Edition
from curation import acts, inbox, notes, places, promise, rules
from curation.projections import history
from curation.standing import standing
from curation.storydesk import StoryDesk
from curation.tables import Decision, Pick
from curation.writer import Outcome, Writer, log
from feeds import markup
from feeds.tables import Item

__all__ = ["Desk", "Outcome", "Writer", "edition", "log"]

FRONT_ENDS = frozenset({"cli", "desk", "rule"})  # nobody is more at hand than who saved the rule
LONGEST_TITLE = 500  # characters
PLACES = ("place", "before", "after", "up", "down", "top", "bottom")


class Desk(StoryDesk):
    """An editor deciding about picks, and about stories."""

    __slots__ = ()

    def pick(
        self,
        number: int,
        edition: Edition,
        *,
        note: str | None = None,
        title: str | None = None,
        position: int | None = None,
        visible_from: datetime | None = None,
        until: datetime | None = None,
    ) -> Outcome:
        """Choose an item for an edition, or change what was said of it.

        The same pick again is no new decision. One story is picked once in an edition: picking
        another item of it is the same pick again. Raises UsageFault for an unknown item, a killed
        story, an edition that has no picks or is full, a note over 10,000 characters, or an impossible time.
        """
        item = self._choosable(number, edition)
        _refuse_impossible(self.now, position, visible_from, until)
        given: dict[str, Any] = {
            "note": None if note is None else notes.kept(note),
            "title": title and headline(title),
            "position": position,
            "visible_from": visible_from,
            "until": until,
        }
        before = self._standing(item, edition)
        if before is not None and not before.editors and before.item_id != number:
            before = None  # that a rule suggests one item of a story keeps nobody from picking another
        payload = _news(before, {name: value for name, value in given.items() if value is not None})
        if before is not None and not payload and self._adds_nothing(before):
            so = f"picked in {edition.slug} by {', '.join(before.editors)}"
            return self.already(before.item_id, edition.slug, so, before)
        if before is None or not before.editors:
            self._refuse_full(edition)
            payload.setdefault("visible_from", self.now + self._hold())
        return self.decide("pick", before.item_id if before else number, edition.slug, payload)

    def nominate(self, number: int, edition: Edition) -> Outcome:
        """Suggest an item for an edition, without a voice: no reader sees it until an editor picks it.

        What is suggested or picked already is no new decision. Raises UsageFault like `pick`.
        """
        before = self._standing(self._choosable(number, edition), edition)
        if before is not None:
            by = before.nominated_by or ", ".join(before.editors)
            return self.already(before.item_id, edition.slug, f"chosen for {edition.slug} by {by}", before)
        return self.decide("nominate", number, edition.slug, {})

    def unpick(self, number: int, edition: Edition) -> Outcome:
        """Take an item out of an edition. Taking out what is not in it is no new decision."""
        item = inbox.item(self.session, number)
        before = self._standing(item, edition)
        if before is not None:
            return self.decide("unpick", before.item_id, edition.slug, {})
        if not history(self.session, number, edition.slug):
            raise UsageFault(f"item {number}: was never picked for {edition.slug}", "see 'newsdesk picks'")
        return self.already(number, edition.slug, f"unpicked in {edition.slug}")

    def note(self, number: int, edition: Edition, note: str) -> Outcome:
        """Say something of a pick, in Markdown; an empty note takes away what was said."""
        return self._change("note", number, edition, {"note": notes.kept(note)}, "noted so")

    def correct(self, number: int, edition: Edition, correction: str) -> Outcome:
        """Say what was put right since a pick went out; an empty text takes it back."""
        said = {"correction": notes.corrected(correction)}
        return self._change("correct", number, edition, said, "corrected so")

    def retitle(self, number: int, edition: Edition, title: str) -> Outcome:
        """Give a pick a headline of the desk's own; an empty one gives it back its source's."""
        return self._change("retitle", number, edition, {"title": headline(title) or None}, "titled so")

    def pin(self, number: int, edition: Edition) -> Outcome:
        """Keep a pick above all that are not pinned; its dates stay."""
        return self._change("pin", number, edition, {"pinned": True}, "pinned", {})

    def unpin(self, number: int, edition: Edition) -> Outcome:
        """Let a pinned pick stand where it would without the pin."""
        return self._change("unpin", number, edition, {"pinned": False}, "not pinned", {})

    def hold(self, number: int, edition: Edition, *, until: datetime | None = None) -> Outcome:
        """Withdraw a pick until it is released, or until a time; raises UsageFault for one that is past."""
        if until is not None and until <= self.now:
            raise UsageFault("--until: is past", "give a later time")
        given = {} if until is None else {"until": until}
        return self._change("hold", number, edition, {"held": True, "held_until": until}, "held", given)

    def release(self, number: int, edition: Edition) -> Outcome:
        """Let readers see a pick again that was held."""
        return self._change("release", number, edition, {"held": False, "held_until": None}, "released", {})

    def move(self, number: int, edition: Edition, **where: Any) -> Outcome:
        """Put a pick at a place of the line-up: `place` from 1, `top`, `bottom`, `up`, `down`, or `before`
        or `after` another item. A pick that another editor had put there stands below it.
        """
        pick = self._picked(number, edition)
        order = standing(self.session, edition)
        position = self._position(pick, order, edition, where)
        holder = next((one for one in order if one.position == position and one is not pick), None)
        was = [one.item_id for one in order].index(pick.item_id) + 1
        if pick.position == position and was == min(position, len(order)):
            return self.already(pick.item_id, edition.slug, f"at place {was} in {edition.slug}", pick)
        done = self.decide("move", pick.item_id, edition.slug, {"position": position})
        remark = self._moved(done.pick or pick, holder, edition, position)
        return Outcome(done.decision, done.pick, remark=remark)

    def _position(self, pick: Pick, order: list[Pick], edition: Edition, where: dict[str, Any]) -> int:
        """The place that is meant, in the line-up without the pick that moves."""
        (name, value), *more = [(name, value) for name, value in where.items() if value] or [("", None)]
        if more or name not in PLACES:
            raise UsageFault(
                "move: takes one place", "give --to N, --top, --bottom, --up, --down, --before or --after"
            )
        if name in ("before", "after"):
            other = self._picked(value, edition)
            others = [one.item_id for one in order if one.item_id != pick.item_id]
            if other.item_id not in others:
                raise UsageFault(f"item {value}: is the one to be moved", "name another")
            return others.index(other.item_id) + (1 if name == "before" else 2)
        here = [one.item_id for one in order].index(pick.item_id) + 1
        wanted = {"place": value, "top": 1, "bottom": places.BOTTOM, "up": max(here - 1, 1), "down": here + 1}
        _refuse_no_place(wanted[name])
        return min(here + 1, len(order)) if name == "down" else int(wanted[name])

    def _moved(self, pick: Pick, holder: Pick | None, edition: Edition, position: int) -> str | None:
        """Where a move did not give the place that was asked for, or took another editor's."""
        order = [one.item_id for one in standing(self.session, edition)]
        place = order.index(pick.item_id) + 1
        if holder is not None and position != places.BOTTOM:
            by = self.session.get(Decision, holder.placed_by)
            said = f", put there by {by.editor} in decision {by.id}," if by else ""
            return f"item {holder.item_id}{said} now stands at place {order.index(holder.item_id) + 1}"
        if place != min(position, len(order)):
            return f"stands at place {place}, below those that are pinned"
        if len(order) < position < places.BOTTOM:
            return f"stands last, at place {place}"
        return None

    def _change(
        self,
        verb: str,
        number: int,
        edition: Edition,
        wanted: dict[str, Any],
        so: str,
        payload: dict[str, Any] | None = None,
    ) -> Outcome:
        """Change how a pick stands, unless it stands so already."""
        pick = self._picked(number, edition)
        if not _news(pick, wanted):
            return self.already(pick.item_id, edition.slug, f"{so} in {edition.slug}", pick)
        return self.decide(verb, pick.item_id, edition.slug, wanted if payload is None else payload)

    def _picked(self, number: int, edition: Edition) -> Pick:
        """The pick of an item that stands; raises UsageFault where there is none, or its story is killed."""
        found = self._standing(self._choosable(number, edition), edition)
        if found is None:
            raise UsageFault(
                f"item {number}: is not picked in {edition.slug}", f"pick it: newsdesk pick {number}"
            )
        return found

    def _choosable(self, number: int, edition: Edition) -> Item:
        item = inbox.item(self.session, number)
        refuse_without_picks(edition)
        if self._kills(item):
            raise UsageFault(f"item {number}: its story is killed", f"revive it: newsdesk revive {number}")
        return item

    def _standing(self, item: Item, edition: Edition) -> Pick | None:
        """The pick of the story of an item that stands in an edition: the earliest, as in the line-up.

        One that is only suggested comes after those that editors made.
        """
        query = select(Pick).where(
            Pick.edition == edition.slug,
            col(Pick.retracted_at).is_(None),
            col(Pick.item_id).in_(select(Item.id).where(Item.story_id == item.story_id)),
        )
        found = self.session.exec(query.order_by(col(Pick.picked_at), col(Pick.id))).all()
        return min(found, key=lambda pick: not pick.editors, default=None)

    def _adds_nothing(self, standing: Pick) -> bool:
        people = [editor for editor in standing.editors if not acts.is_rule(editor)]
        return self.editor in standing.editors or len(people) >= self.options.quorum

    def _refuse_full(self, edition: Edition) -> None:
        stands = [
            rules.status(pick, self.now, self.options.quorum) for pick in standing(self.session, edition)
        ]
        if promise.is_full(edition, sum(status in ("live", "waiting", "held") for status in stands)):
            raise UsageFault(
                f"edition {edition.slug!r}: is full, with {edition.limit} picks",
                'unpick one, or let the oldest make room: expire = "oldest" in its settings',
            )

    def _hold(self) -> timedelta:
        return self.options.hold if self.via in FRONT_ENDS else self.options.app_hold


def headline(title: str) -> str:
    """A headline as it is kept: plain text on one line; raises UsageFault for one over 500 characters."""
    if len(title) > LONGEST_TITLE:
        raise UsageFault(f"the headline has {len(title):,} characters", f"shorten it to {LONGEST_TITLE}")
    return markup.title(title)


def edition(editions: tuple[Edition, ...], slug: str) -> Edition:
    """An edition by its slug; raises UsageFault naming those there are."""
    for one in editions:
        if one.slug == slug:
            return one
    raise UsageFault(
        f"edition {slug[:64]!r}: there is none", f"there are {', '.join(one.slug for one in editions)}"
    )


def refuse_without_picks(edition: Edition) -> None:
    """Raises UsageFault for an edition that takes no picks."""
    if edition.rule != "picks":
        raise UsageFault(
            f"edition {edition.slug!r}: fills itself and takes no picks", "name one whose rule is picks"
        )


def _refuse_impossible(
    now: datetime, position: int | None, visible_from: datetime | None, until: datetime | None
) -> None:
    _refuse_no_place(position)
    if until is not None and until <= max(now, visible_from or now):
        raise UsageFault("--until: is over before the pick appears", "give a later time")


def _refuse_no_place(position: int | None) -> None:
    if position is not None and not 1 <= position <= places.BOTTOM:
        raise UsageFault(f"position {position}: is no place in a line-up", "give 1 for the top")


def _news(standing: Pick | None, given: dict[str, Any]) -> dict[str, Any]:
    """What a pick is given that it does not say already."""
    return {
        name: value for name, value in given.items() if standing is None or getattr(standing, name) != value
    }
