"""Which story an item tells, one item after another.

item ─> the same as one kept? ─> else: those that share marks ─> alike? ─> like the medoid? ─> its story
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from aggregator import sketches, twins
from aggregator.newcomers import Told
from feeds import likeness
from feeds.likeness import Alike
from feeds.profiles import Profile
from feeds.tables import Item, Likeness, Story

FEW = 30  # members of a story that a new one is compared with


@dataclass(slots=True)
class Member:
    """An item of a story, with what comparing needs of it: none where the window has passed over it."""

    item: Told
    profile: Profile | None


@dataclass(slots=True)
class Group:
    """A story as it is being told: its members, how alike they are by their places, which is the medoid.

    `story` is None where it is new.
    """

    story: Story | None = None
    members: list[Member] = field(default_factory=list)
    scores: dict[tuple[int, int], float] = field(default_factory=dict)
    medoid: int = 0
    grown: bool = False

    @property
    def is_shared(self) -> bool:
        """Whether it has grown to be told by several."""
        return self.grown and len(self.members) > 1

    def join(self, member: Member, alike: Mapping[int, float]) -> None:
        """Take in a member that is like those at these places, by so much."""
        place = len(self.members)
        self.members.append(member)
        self.scores |= {(other, place): score for other, score in alike.items()}
        self.medoid = likeness.medoid(len(self.members), self.scores)
        self.grown = True


@dataclass(slots=True)
class Telling:
    """Items on their way into stories, one after another: each may join one that came before it.

    `moving` are those of them that are kept already and are placed anew: until then nothing joins them.
    """

    session: Session
    pins: Mapping[int, Mapping[int, bool]] = field(default_factory=dict)
    moving: Collection[int] = ()
    seen: twins.Seen = field(default_factory=twins.Seen)
    groups: list[Group] = field(default_factory=list)
    likenesses: list[tuple[Told, Told, Alike]] = field(default_factory=list)
    _kept: Mapping[int, Profile] = field(default_factory=dict)
    _by_story: dict[int, Group] = field(default_factory=dict)
    _by_item: dict[int, Group] = field(default_factory=dict)  # by id(), for what has no number yet
    _by_mark: dict[int, list[Member]] = field(default_factory=lambda: defaultdict(list))

    def place(self, drawn: Sequence[tuple[Told, Profile, Sequence[int]]]) -> None:
        """Give items their stories, one after another: each by what it says, and by its marks."""
        found = sketches.near(self.session, [marks for *_, marks in drawn])
        near = [[number for number in numbers if number not in self.moving] for numbers in found]
        self._kept = sketches.profiles(self.session, {number for numbers in near for number in numbers})
        for (item, profile, marks), numbers in zip(drawn, near, strict=True):
            self._place(Member(item, profile), marks, numbers)

    def _place(self, member: Member, marks: Sequence[int], near: Sequence[int]) -> None:
        """Give an item its story: one that it is told to join, or is like, else one of its own."""
        item = member.item
        group = (
            self._pinned(item)
            or self._of_twin(item)
            or self._of_likes(member, marks, near)
            or self._own(item)
        )
        group.join(member, self._compared(member, group))
        self._by_item[id(item)] = group
        self.seen.add(item)
        for mark in marks:
            self._by_mark[mark].append(member)

    def _own(self, item: Told) -> Group:
        """A story of its own: that which it had, where nothing is left in it."""
        if item.story_id and not (group := self._told(item.story_id)).members:
            return group
        self.groups.append(Group())
        return self.groups[-1]

    def _pinned(self, item: Told) -> Group | None:
        """The story of an item that an editor says tells the same."""
        for number in sorted(other for other, together in self._pins(item).items() if together):
            if number not in self.moving or self._has(number):
                return self._group_of(self.session.get_one(Item, number))
        return None

    def _of_twin(self, item: Told) -> Group | None:
        found = self.seen.same(item)
        if found is None or self._parted(item, group := self._group_of(found[0])):
            return None
        self.likenesses.append((item, found[0], Alike("same item", 1.0, found[1])))
        return group

    def _of_likes(self, member: Member, marks: Sequence[int], near: Sequence[int]) -> Group | None:
        """The story of the most alike whose medoid is alike too: so that likeness makes no chains."""
        assert member.profile is not None
        found = self._alike(member.profile, marks, near)
        for item, alike in sorted(found, key=lambda pair: pair[1].rank, reverse=True):
            group = self._group_of(item)
            medoid = group.members[group.medoid].profile
            agrees = medoid is not None and likeness.compare(member.profile, medoid) is not None
            if agrees and not self._parted(member.item, group):
                self.likenesses.append((member.item, item, alike))
                return group
        return None

    def _alike(self, profile: Profile, marks: Sequence[int], near: Sequence[int]) -> list[tuple[Told, Alike]]:
        """The items that share marks and are alike: of this telling, and of those kept."""
        found = [
            (other.item, alike)
            for other in self._here(marks)
            if other.profile and (alike := likeness.compare(profile, other.profile))
        ]
        kept = {
            number: alike
            for number in near
            if (other := self._kept.get(number)) and (alike := likeness.compare(profile, other))
        }
        if kept:
            items = self.session.exec(select(Item).where(col(Item.id).in_(kept)).order_by(col(Item.id)))
            found += [(item, kept[item.id or 0]) for item in items]
        return found

    def _here(self, marks: Sequence[int]) -> list[Member]:
        """Those of this telling that share marks."""
        newest = (self._by_mark.get(mark, ())[-sketches.NEWEST :] for mark in marks)
        return list({id(member): member for members in newest for member in members}.values())

    def _compared(self, member: Member, group: Group) -> dict[int, float]:
        """How like the members of a story this one is, by their places."""
        assert member.profile is not None
        return {
            place: alike.score
            for place, other in enumerate(group.members[:FEW])
            if other.profile and (alike := likeness.compare(member.profile, other.profile))
        }

    def _group_of(self, item: Told) -> Group:
        return self._by_item.get(id(item)) or self._told(item.story_id)

    def _told(self, story_id: int) -> Group:
        if (group := self._by_story.get(story_id)) is None:
            group = self._by_story[story_id] = self._loaded(story_id)
            self.groups.append(group)
        return group

    def _loaded(self, story_id: int) -> Group:
        """A story as it is kept, without those of its items that are placed anew."""
        story = self.session.get_one(Story, story_id)
        rows = self.session.exec(select(Item).where(Item.story_id == story_id).order_by(col(Item.id)))
        items = [item for item in rows if item.id not in self.moving]
        numbers = [item.id or 0 for item in items]
        profiles = sketches.profiles(self.session, numbers)
        scores = self.session.exec(
            select(Likeness).where(col(Likeness.item_id).in_(numbers), col(Likeness.other_id).in_(numbers))
        )
        place = {number: place for place, number in enumerate(numbers)}
        return Group(
            story,
            [Member(item, profiles.get(number)) for number, item in zip(numbers, items, strict=True)],
            {(place[row.other_id], place[row.item_id]): row.score for row in scores},
            place.get(story.medoid_id or 0, 0),
        )

    def _pins(self, item: Told) -> Mapping[int, bool]:
        return self.pins.get(item.id, {}) if item.id is not None else {}

    def _parted(self, item: Told, group: Group) -> bool:
        """Whether an editor says that the item does not tell what one of a story's members tells."""
        pins = self._pins(item)
        return any(pins.get(member.item.id or 0) is False for member in group.members)

    def _has(self, number: int) -> bool:
        return any(member.item.id == number for group in self.groups for member in group.members)
