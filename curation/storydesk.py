"""The verbs of an editor that are about a story, whichever editions show it: kill, tag, merge, split."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import col, select

from config.errors import UsageFault
from curation import inbox
from curation.projections import history
from curation.tables import Decision, Kill, StoryPin, Tag
from curation.writer import Outcome, Writer
from feeds import markup
from feeds.tables import Item, Story

LONGEST_TAG = 100  # characters


class StoryDesk(Writer):
    """An editor deciding about stories."""

    __slots__ = ()

    def kill(self, number: int) -> Outcome:
        """Show the story of an item in no edition, whichever items join it. Once more is no new decision."""
        item = inbox.item(self.session, number)
        standing = self._kills(item)
        if standing:
            return self.already(standing[0].item_id, None, "killed")
        return self.decide("kill", number, None, {})

    def revive(self, number: int) -> Outcome:
        """Let a killed story be shown again: every kill of an item of it is taken back.

        Raises UsageFault where it was never killed.
        """
        item = inbox.item(self.session, number)
        standing = self._kills(item)
        for kill in standing[:-1]:
            self.decide("revive", kill.item_id, None, {})
        if standing:
            return self.decide("revive", standing[-1].item_id, None, {})
        if not any(line.verb == "kill" for line in history(self.session, number, None)):
            raise UsageFault(f"item {number}: was never killed", "see 'newsdesk show'")
        return self.already(number, None, "revived")

    def tag(self, number: int, tag: str) -> Outcome:
        """Give an item a tag beside the categories of its source; one that it has is no new decision."""
        item, tag = inbox.item(self.session, number), tag_text(tag)
        if self._has_tag(number, tag) or tag in item.categories:
            return self.already(number, None, f"tagged {tag}")
        return self.decide("tag", number, None, {"tag": tag})

    def untag(self, number: int, tag: str) -> Outcome:
        """Take a tag back that an editor gave; raises UsageFault for one that nobody ever gave."""
        item, tag = inbox.item(self.session, number), tag_text(tag)
        if self._has_tag(number, tag):
            return self.decide("untag", number, None, {"tag": tag})
        if tag in item.categories:
            raise UsageFault(
                f"tag {tag!r}: is its source's, not an editor's", "only editors' tags can be taken back"
            )
        if not any(line.payload.get("tag") == tag for line in history(self.session, number, None)):
            raise UsageFault(f"item {number}: was never tagged {tag!r}", f"see 'newsdesk show {number}'")
        return self.already(number, None, f"without the tag {tag}")

    def merge(self, number: int, into: int) -> Outcome:
        """Say that two items tell one story: the items of the first's story join that of the second."""
        item, other = inbox.item(self.session, number), inbox.item(self.session, into)
        if item.id == other.id:
            raise UsageFault(f"item {number}: is to be merged with itself", "name two items")
        pin = self.session.get(StoryPin, (min(number, into), max(number, into)))
        if pin is not None and pin.together and item.story_id == other.story_id:
            said = self.already(number, None, f"merged with item {into}")
            return replace(said, decision=self.session.get(Decision, pin.decision_id))
        came = self._story(item) if item.story_id != other.story_id else []
        moved = [[one.id, one.story_id] for one in came]
        return self.decide("merge", number, None, {"others": [into], "moved": moved, "story": other.story_id})

    def split(self, number: int) -> Outcome:
        """Say that an item tells a story of its own; raises UsageFault where it is alone in its story."""
        item = inbox.item(self.session, number)
        others = [one.id for one in self._story(item) if one.id != number]
        if not others:
            if any(line.verb == "split" for line in history(self.session, number, None)):
                return self.already(number, None, "a story of its own")
            raise UsageFault(
                f"item {number}: is alone in its story", "only an item of several can be split off"
            )
        story = Story()
        self.session.add(story)
        self.session.flush()
        return self.decide(
            "split", number, None, {"others": others, "moved": [[number, item.story_id]], "story": story.id}
        )

    def _story(self, item: Item) -> list[Item]:
        query = select(Item).where(Item.story_id == item.story_id).order_by(col(Item.id))
        return list(self.session.exec(query))

    def _kills(self, item: Item) -> list[Kill]:
        """The kills of the items of a story."""
        query = select(Kill).where(col(Kill.item_id) == col(Item.id), Item.story_id == item.story_id)
        return list(self.session.exec(query.order_by(col(Kill.item_id))))

    def _has_tag(self, number: int, tag: str) -> bool:
        return self.session.get(Tag, (number, tag)) is not None


def tag_text(tag: str) -> str:
    """A tag as it is kept: plain text on one line; raises UsageFault where nothing of it is left."""
    if len(tag) > LONGEST_TAG:
        raise UsageFault(f"the tag has {len(tag):,} characters", f"shorten it to {LONGEST_TAG}")
    kept = markup.title(tag)
    if not kept:
        raise UsageFault(f"tag {tag!r}: is no text", "give a word")
    return kept
