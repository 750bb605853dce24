"""A newsroom's past, made without a web: sources, stories that arrive, an editor who decides."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from config.options import EDITORS_PICK, Curation
from curation.desk import Desk
from feeds.tables import Item, Source, Story

PICKS = EDITORS_PICK.model_copy(update={"limit": 100_000})


class Archive:
    """What arrives, each item a story of its own unless it joins one; what editors decide."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session = session
        self.at = at

    def source(self, name: str, **given: str) -> int:
        url = f"https://{name.replace(' ', '-')}.example/feed"
        row = Source(url=url, canonical_url=url, title=name, added_at=self.at, next_poll_at=self.at, **given)
        self.session.add(row)
        self.session.flush()
        assert row.id is not None
        return row.id

    def arrive(self, title: str, source: int = 1, joins: int | None = None) -> int:
        """The number of an item that is seen now."""
        story = Story() if joins is None else self.session.get_one(Item, joins)
        self.session.add(story)
        self.session.flush()
        key = f"{title} {self.at} {source}"
        item = Item(
            guid=key,
            title=title,
            source_id=source,
            story_id=story.id if isinstance(story, Story) else story.story_id,
            key=key,
            public_id=key,
            fingerprint="",
            timestamp=self.at,
            first_seen_at=self.at,
        )
        self.session.add(item)
        self.session.flush()
        assert item.id is not None
        return item.id

    def desk(self, editor: str = "ada") -> Desk:
        return Desk(self.session, Curation(), self.at, editor)

    def pick(self, number: int, editor: str = "ada") -> int:
        """The number of the decision."""
        decision = self.desk(editor).pick(number, PICKS).decision
        assert decision is not None
        assert decision.id is not None
        return decision.id
