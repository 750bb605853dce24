"""Items, picks and decisions in words, as the editor's commands print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from curation import terminal
from curation.desk import Outcome
from curation.inbox import Listed
from curation.places import BOTTOM
from curation.tables import Decision, Pick, Rule
from feeds import markup
from feeds.entries import Doubt, Moment

WIDE = 100  # columns, of which a line of the log leaves about a fifth to a title


def said(found: Listed) -> list[tuple[str, object]]:
    """What is known of an item, each thing with its name."""
    item, source = found.item, found.source
    others = [f"{other.name} (item {one.id})" for one, other in found.story if one.id != item.id]
    return [
        ("item", item.id),
        ("title", item.title),
        ("url", item.url),
        ("source", f"{source.name} (source {source.id})"),
        ("authors", ", ".join(author.name for author in item.authors)),
        ("section", source.section),
        ("language", found.language),
        ("tags", ", ".join(found.tags)),
        ("dated", terminal.moment(item.timestamp)),
        ("source wrote", source_wrote(item.published)),
        ("first seen", terminal.moment(item.first_seen_at)),
        ("revised", terminal.moment(item.revised_at)),
        ("also in", ", ".join(others)),
    ]


READ: dict[str | None, str] = {
    "offset": "read by its offset",
    "zone name": "read by the zone it names",
    "source zone": "read in the zone of its source",
    "inferred": "read in a zone inferred",
    "assumed UTC": "read as UTC: it names no zone",
}
DOUBTS: dict[Doubt, str] = {
    "repeated hour": "the first of two such hours on that day",
    "skipped hour": "an hour that the clocks left out on that day",
    "ambiguous zone": "the zone may be another of that name",
}


def source_wrote(published: Moment | None) -> str | None:
    """A date as its source wrote it, and how it was read; None where it wrote none."""
    if published is None or not published.raw:
        return None
    how = READ.get(published.known_by, "read") if published.at else "not readable"
    doubt = f"; {DOUBTS[published.doubt]}" if published.doubt else ""
    return f"{published.raw} ({how}{doubt})"


def chosen(pick: Pick, status: str) -> list[tuple[str, object]]:
    """How a pick stands, and what the desk says in it."""
    waits = pick.visible_from if status == "waiting" else None
    return [
        (
            "state",
            f"{'picked in' if pick.editors else 'suggested for'} {pick.edition} by {by(pick)}: {status}",
        ),
        ("from", terminal.moment(waits)),
        ("until", terminal.moment(pick.until)),
        ("held until", terminal.moment(pick.held_until)),
        ("headline", pick.title),
        ("note", pick.note),
        ("corrected", pick.correction),
    ]


def by(pick: Pick) -> str:
    """Who made a pick, or suggests it."""
    return pick.nominated_by or ", ".join(pick.editors)


def act(rule: Rule) -> str:
    """What a rule does with what it finds."""
    return " ".join(filter(None, (rule.act, rule.edition and f"for {rule.edition}", rule.tag)))


def rule(row: Rule) -> str:
    """A rule by its name, with what it does and whether it is on."""
    return f"{row.name}: {act(row)} what '{row.query}' finds; {state(row)}"


def state(rule: Rule) -> str:
    """Whether a rule is on."""
    return "on" if rule.on_since else "off"


def show_text(found: Listed) -> None:
    """Print an item's text, in the width of the terminal."""
    text = markup.text(found.item.content) or found.item.summary
    if text:
        click.echo()
        click.echo(click.wrap_text(text, width=terminal.width(), preserve_paragraphs=True))


def list_decisions(lines: Sequence[Decision], titles: Mapping[int, str] | None = None) -> None:
    """Print decisions as a table, in the order given, with the titles of their items where there is room."""
    if not terminal.is_wide(WIDE):
        titles = None
    terminal.table(
        ("decision", "time", "editor", "via", "verb", "item", "edition", *["title"] * bool(titles)),
        [
            (
                line.id,
                terminal.moment(line.at),
                line.editor,
                line.via,
                line.verb if line.undoes is None else f"{line.verb} {line.undoes}",
                line.item_id,
                line.edition,
                *([titles.get(line.item_id)] if titles else []),
            )
            for line in lines
        ],
        nothing="Nothing was decided yet.",
    )


def line(outcome: Outcome, status: str) -> str:
    """What a verb did, and how the pick now stands, in one line."""
    decision, undone = outcome.decision, outcome.undone
    if outcome.already or decision is None:
        return f"item {outcome.item_id}: already {outcome.so}"
    done = in_words(decision)
    if undone is not None:
        takes = "undoes" if decision.verb == "undo" else "takes back"
        done = f"{takes} decision {undone.id} ({in_words(undone)})"
    remark = f"; {outcome.remark}" if outcome.remark else ""
    now = "" if decision.edition is None else f", now {status}"
    return f"decision {decision.id}: {done}{now}{remark}"


def in_words(decision: Decision) -> str:
    """A decision in a few words."""
    verb = decision.verb
    if decision.undoes is not None:
        verb = f"{verb} of decision {decision.undoes} on"
    where = f" in {decision.edition}" if decision.edition else ""
    return f"{verb} item {decision.item_id}{_how(decision)}{where}"


def _how(decision: Decision) -> str:
    """What a verb was given beside its item, where that is what it is about."""
    given = decision.payload
    match decision.verb:
        case "tag" | "untag":
            return f" {given['tag']}"
        case "merge":
            return f" with item {given['others'][0]}"
        case "move":
            return " to the end" if given["position"] == BOTTOM else f" to place {given['position']}"
    return ""
