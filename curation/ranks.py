"""The suggested order in words: what a score is made of, what was learned, how well it would have done."""

from __future__ import annotations

from collections.abc import Sequence

import click

from curation import terminal
from curation.backtest import COVERAGE, FEWEST, NEWEST, PRIOR, SUGGESTED, Figures, Trial
from curation.ranking import AGE, Reason
from curation.ranking import COVERAGE as SOURCES
from curation.shapes import Shape
from curation.suggestions import Rank

STRONGEST = 6  # reasons that are told
SLIGHT = 0.05  # what adds less is not told
LEADS = {"source": "from", "section": "in section", "language": "in", "author": "by", "word": "says"}
PER_DOUBLING = {SOURCES: "each doubling of sources", AGE: "each doubling of its age"}
ORDERS = {
    SUGGESTED: "suggested",
    PRIOR: "nothing learned",
    NEWEST: "newest first",
    COVERAGE: "most sources",
}


def show_rank(rank: Rank) -> None:
    """Print the score of a story in the suggested order, and the strongest of its reasons."""
    learned = f"learned from {terminal.counted(rank.picks, 'pick')}" if rank.picks else "with no picks yet"
    click.echo(f"score {rank.score:+.1f} in the suggested order, {learned}")
    for reason in rank.reasons[:STRONGEST]:
        if abs(reason.adds) >= SLIGHT:
            click.echo(f"  {reason.adds:+.1f}  {in_words(reason, rank.picks, rank.passed)}")


def in_words(reason: Reason, picks: int, passed: int) -> str:
    """A reason as an editor reads it: that 4 sources tell the story, or how often its like was picked."""
    if reason.trait == SOURCES:
        return f"{reason.shown} sources tell it"
    if reason.trait == AGE:
        hours = int(reason.shown)
        return (
            f"{terminal.counted(hours // 24, 'day') if hours >= 48 else terminal.counted(hours, 'hour')} old"
        )
    picked, over = _seen(reason)
    return (
        f"{named(reason)} ({picked} of {terminal.counted(picks, 'pick')}, {over} of {passed:,} passed over)"
    )


def named(reason: Reason) -> str:
    """A trait in words: from The Wire, says tram."""
    kind = reason.trait.partition(":")[0]
    return f"{LEADS[kind]} {reason.shown}"


def _seen(reason: Reason) -> tuple[object, object]:
    return (reason.seen.picked, reason.seen.passed) if reason.seen else ("", "")


def show_lessons(lessons: Sequence[Reason], picks: int) -> None:
    """Print what each trait counts for."""
    terminal.say(f"Learned from {terminal.counted(picks, 'pick')}." if picks else "Nothing was learned yet.")
    rows = [
        (f"{one.adds:+.1f}", PER_DOUBLING.get(one.trait) or named(one), *_seen(one))
        for one in lessons
        if abs(one.adds) >= SLIGHT
    ]
    terminal.table(("weight", "trait", "picked", "passed over"), rows)


def show_backtest(found: Sequence[Trial], figures: Sequence[Figures]) -> None:
    """Print how the orders did, where there are picks enough to tell."""
    picks = terminal.counted(len(found), "pick")
    if len(found) < FEWEST:
        click.echo(f"{picks} {'is' if len(found) == 1 else 'are'} too few to tell: it takes {FEWEST}.")
        return
    among = sum(trial.among for trial in found) // len(found)
    terminal.say(f"{picks}, each among {among} stories that waited, as a mean.")
    terminal.table(
        ("order", "first 10", "first 20", "1/place", "higher", "lower"),
        [
            (
                ORDERS[one.order],
                f"{one.first_10:.0%}",
                f"{one.first_20:.0%}",
                f"{one.reciprocal_rank:.3f}",
                *(("", "") if one.order == SUGGESTED else (one.above, one.below)),
            )
            for one in figures
        ],
    )


def backtest(found: Sequence[Trial], figures: Sequence[Figures]) -> Shape:
    """What `rank --backtest` prints."""
    return {
        "picks": len(found),
        "enough": len(found) >= FEWEST,
        "among": round(sum(trial.among for trial in found) / len(found), 1) if found else None,
        "orders": [
            {
                "order": one.order,
                "first_10": round(one.first_10, 3),
                "first_20": round(one.first_20, 3),
                "reciprocal_rank": round(one.reciprocal_rank, 3),
                "above": one.above,
                "below": one.below,
            }
            for one in figures
        ],
    }
