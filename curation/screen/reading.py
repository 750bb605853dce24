"""What the reading pane says of an item, as spans of a text and its style. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from curation.screen.lines import LETTERS, STATES, Line
from curation.screen.values import Chosen, Whole
from curation.terminal import age, one_line

LONGEST = 60_000  # characters of text that are shown

Titled = Callable[[str], str]


def text(whole: Whole, now: datetime, zone: ZoneInfo, title: Titled) -> Line:
    """An item whole: headline, source, date, how it is picked, who else tells it, its text, its history."""
    blocks = [
        _head(whole, now, zone),
        [("K  ", "red"), ("killed: no edition shows it", "")] if whole.story.is_killed else [],
        *(_chosen(one, zone, title(one.edition)) for one in whole.story.chosen),
        _also(whole),
        *_body(whole),
        _history(whole, now, zone),
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
    date = f"{moment(story.at, now, zone)} {story.at.astimezone(zone):%Z} ({age(story.at, now)})"
    return [
        (one_line(story.title) or "(no title)", "bold"),
        (f"\n{told}", "cyan"),
        (f"\n{date}", ""),
        *([(f"\n{one_line(story.url)}", "underline")] if story.url else []),
        *([("\n" + ", ".join(map(one_line, whole.tags)), "dim")] if whole.tags else []),
    ]


def _history(whole: Whole, now: datetime, zone: ZoneInfo) -> Line:
    """How the item came to have its date, and what became of it."""
    dates = [f"item {whole.story.number} · first seen {moment(whole.first_seen_at, now, zone)}"]
    if whole.revised_at is not None:
        dates.append(f"revised {moment(whole.revised_at, now, zone)}")
    if whole.source_wrote:
        dates.append(f"its source wrote {one_line(whole.source_wrote)}")
    return [(" · ".join(dates), "dim")]


def _chosen(one: Chosen, zone: ZoneInfo, title: str) -> Line:
    """How a pick stands, what the desk says in it, and its times."""
    letter, style = LETTERS[one.state]
    pinned = ", pinned" if one.pinned else ""
    spans: Line = [
        (f"{letter}  ", style),
        (one_line(f"{title}, by {', '.join(one.by)}: {STATES[one.state]}{pinned}"), ""),
    ]
    times = (("from", one.visible_from), ("until", one.until), ("held until", one.held_until))
    for name, at in times:
        if at is not None:
            spans.append((f"\n{name.capitalize()} {at.astimezone(zone):%Y-%m-%d %H:%M}", ""))
    if one.headline:
        spans.append((f"\nHeadline: {one_line(one.headline)}", ""))
    if one.note:
        spans.append(("\nNote: ", ""))
        spans.append(("\n".join(map(one_line, one.note.splitlines())), "italic"))
    return spans


def _also(whole: Whole) -> Line:
    if not whole.also:
        return []
    said: Line = [("Also told by", "bold")]
    for one in whole.also:
        said += [(f"\n{one_line(one.source)}: ", "cyan"), (one_line(one.title), "")]
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
