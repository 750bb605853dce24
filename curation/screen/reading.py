"""What the reading pane says of an item, as spans of a text and its style. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from curation.screen.lines import LETTERS, STATES, Line, Span
from curation.screen.values import Chosen, Whole
from curation.terminal import age, one_line

LONGEST = 60_000  # characters of text that are shown

Titled = Callable[[str], str]


def text(whole: Whole, now: datetime, zone: ZoneInfo, title: Titled) -> Line:
    """An item whole: headline, source, dates, how it is picked, who else tells it, and its text."""
    blocks = [
        _head(whole, now, zone),
        *([("K  ", "red"), ("killed: shown in no edition", "")] for _ in [0] * whole.story.is_killed),
        *(_chosen(one, zone, title(one.edition)) for one in whole.story.chosen),
        _also(whole),
        *_body(whole),
    ]
    spans: Line = []
    for block in filter(None, blocks):
        spans += [("\n\n", "")] * bool(spans) + block
    return spans


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant in the editor's zone, to the minute; the day is left out where it is today."""
    local = at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}"


def _head(whole: Whole, now: datetime, zone: ZoneInfo) -> Line:
    story = whole.story
    by = ", ".join(whole.authors)
    told = " · ".join(one_line(part) for part in (story.source, whole.section, story.language, by) if part)
    dates = f"{moment(story.at, now, zone)} ({age(story.at, now)})"
    dates += f" · first seen {moment(whole.first_seen_at, now, zone)}"
    if whole.revised_at is not None:
        dates += f" · revised {moment(whole.revised_at, now, zone)}"
    wrote = [("\nsource wrote " + one_line(whole.source_wrote), "dim")] if whole.source_wrote else []
    return [
        (one_line(story.title) or "(no title)", "bold"),
        (f"\n{told}", "cyan"),
        (f"\n{dates} {_zone(now, zone)}", ""),
        *wrote,
        *([(f"\n{one_line(story.url)}", "underline")] if story.url else []),
        *([("\n" + ", ".join(map(one_line, whole.tags)), "dim")] if whole.tags else []),
    ]


def _zone(now: datetime, zone: ZoneInfo) -> str:
    return f"{now.astimezone(zone):%Z}"


def _chosen(one: Chosen, zone: ZoneInfo, title: str) -> Line:
    """How a pick stands, what the desk says in it, and its times."""
    letter, style = LETTERS[one.state]
    pinned = ", pinned" if one.pinned else ""
    spans: Line = [
        (f"{letter}  ", style),
        (one_line(f"{title}: {STATES[one.state]}{pinned}; by {', '.join(one.by)}"), ""),
    ]
    times = (("from", one.visible_from), ("until", one.until), ("held until", one.held_until))
    for name, at in times:
        if at is not None:
            spans.append((f"\n   {name} {at.astimezone(zone):%Y-%m-%d %H:%M}", ""))
    if one.headline:
        spans.append((f"\n   headline: {one_line(one.headline)}", ""))
    return spans + list(_note(one.note))


def _note(note: str) -> Iterator[Span]:
    for line in note.splitlines():
        yield f"\n ┃ {one_line(line)}", "italic"


def _also(whole: Whole) -> Line:
    if not whole.also:
        return []
    said: Line = [("Also told by", "bold")]
    for one in whole.also:
        said += [(f"\n {one_line(one.source)}", "cyan"), (f" {one_line(one.title)}", "")]
        said.append((f" (item {one.number})", "dim"))
    return said


def _body(whole: Whole) -> Iterator[Line]:
    left = LONGEST
    for paragraph in whole.paragraphs:
        yield [(one_line(paragraph[:left]), "")]
        left -= len(paragraph)
        if left <= 0:
            yield [("… (the rest is long: see newsdesk show)", "dim")]
            return
