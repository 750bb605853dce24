"""What the published pages say of themselves, in the languages they speak, and which way they are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime

ENGLISH = {
    "skip": "Skip to the news",
    "front": "Front page",
    "editions": "Editions",
    "sections": "Sections",
    "days": "Days",
    "changed": "Last changed",
    "also": "Also in",
    "subscribe": "Subscribe",
    "as": "as",
    "all": "All of",
    "desk": "What the desk says",
    "corrected": "Corrected",
    "picked": "Picked",
    "published": "Published",
    "permanent": "Permanent link",
    "read": "Read it at",
    "at_source": "the source",
    "picks": "What the desk picked",
    "news": "The news",
    "before": "The day before",
    "after": "The day after",
    "more": "More editions",
    "empty": "Nothing here yet. The first story is on its way.",
    "gone": "This pick was withdrawn",
    "gone_since": "It stood here until",
    "gone_why": "Our editors took it back. Its address stays, to say so to whoever follows a link.",
    "sources": "What we read",
    "made": "Published with newsdesk",
    "months": "January February March April May June July August September October November December",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
FRENCH = {
    "skip": "Aller aux nouvelles",
    "front": "La une",
    "editions": "Éditions",
    "sections": "Rubriques",
    "days": "Jours",
    "changed": "Dernier changement",
    "also": "Aussi dans",
    "subscribe": "S’abonner",
    "as": "en",
    "all": "Tout lire\N{NBSP}:",
    "desk": "Le mot de la rédaction",
    "corrected": "Rectificatif",
    "picked": "Choisi le",
    "published": "Paru le",
    "permanent": "Lien permanent",
    "read": "À lire dans",
    "at_source": "la source",
    "picks": "Le choix de la rédaction",
    "news": "Les nouvelles",
    "before": "La veille",
    "after": "Le lendemain",
    "more": "Autres éditions",
    "empty": "Rien pour l’instant. Le premier article ne tardera pas.",
    "gone": "Ce choix a été retiré",
    "gone_since": "Il figurait ici jusqu’au",
    "gone_why": "La rédaction est revenue sur son choix. L’adresse demeure, pour le dire à qui suit un lien.",
    "sources": "Ce que nous lisons",
    "made": "Publié avec newsdesk",
    "months": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "weekdays": "lundi mardi mercredi jeudi vendredi samedi dimanche",
}

STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi")
)
RIGHT_TO_LEFT_SCRIPTS = frozenset(("adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"))


def words(language: str) -> Mapping[str, str]:
    """The words of the pages in a language; the English ones where they do not speak it."""
    return FRENCH if _is_french(language) else ENGLISH


def direction(language: str) -> str:
    """Which way a language is written, by its script where the tag names one: `ltr` or `rtl`."""
    first, *rest = language.lower().split("-")
    scripts = [part for part in rest[:1] if len(part) == 4 and part.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if first in RIGHT_TO_LEFT else "ltr"


def spoken(language: str) -> str:
    """The language that the words of the pages are in, where the pages are in this one."""
    return "fr" if _is_french(language) else "en"


def way(text: str, otherwise: str) -> str:
    """Which way a text is read, by its first letter that tells (UAX #9, P2)."""
    for letter in text:
        if (found := STRONG.get(unicodedata.bidirectional(letter))) is not None:
            return found
    return otherwise


def human(at: datetime, language: str) -> str:
    """The instant in words and UTC: `20 November 2023, 13:56 UTC`, `20 novembre 2023, 13 h 56 UTC`."""
    at = at.astimezone(UTC)
    if _is_french(language):
        return f"{_date(at, language)}, {at.hour}\N{NBSP}h\N{NBSP}{at:%M} UTC"
    return f"{_date(at, language)}, {at:%H:%M} UTC"


def human_day(of: date, language: str) -> str:
    """The day in words: `Monday, 20 November 2023`, `lundi 20 novembre 2023`."""
    weekday = words(language)["weekdays"].split()[of.weekday()]
    return f"{weekday}{' ' if _is_french(language) else ', '}{_date(of, language)}"


def _date(of: date, language: str) -> str:
    month = words(language)["months"].split()[of.month - 1]
    day = "1er" if of.day == 1 and _is_french(language) else of.day
    return f"{day} {month} {of.year}"


def _is_french(language: str) -> bool:
    return language.lower().split("-")[0] == "fr"
