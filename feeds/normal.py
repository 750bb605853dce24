"""The form in which every reader of documents hands on what an entry says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from feeds import dates, markup
from feeds.entries import Entry, Moment, Person

SUMMARY = 500  # characters
NOTE = 10_000  # characters
MOST_ENTRIES = 1000
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # BCP 47, loosely
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
OLDEST = datetime.min.replace(tzinfo=UTC)


def language(value: str) -> str | None:
    """A language tag, None for what is none (`fr_FR` is a common slip for `fr-FR`)."""
    tag = value.strip().replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else None


def from_text(text: str) -> str:
    """Plain text as HTML, its lines and paragraphs kept."""
    blocks = [html.escape(block.strip(), quote=False) for block in re.split(r"\n\s*\n", text.strip())]
    if len(blocks) == 1 and "\n" not in blocks[0]:
        return blocks[0]
    return "".join(f"<p>{block}</p>" for block in blocks).replace("\n", "<br>")


def told(title: str, summary: str, content: str, base: str | None) -> tuple[str, str]:
    """Summary (plain text) and content (clean HTML) of an entry, from the HTML its source gave as each.

    A summary that repeats the title says nothing: the beginning of the content stands in for it.
    The content is empty where it would say no more than title and summary do.
    """
    full = markup.clean(content or summary, base)
    candidates = (markup.excerpt(summary, SUMMARY), markup.excerpt(full, SUMMARY))
    short = next((text for text in candidates if text and text != title), "")
    said = "<" not in full and markup.text(full) in (title, short)
    return short, "" if said else full


def dated(published: Sequence[str], updated: str, zone: str | None) -> tuple[Moment | None, Moment | None]:
    """When an entry was published, by the first date that can be read, and updated, where that is another.

    Where a source gives but one date it is the date of publication, whatever it is called.
    """
    moments = [moment for raw in (*published, updated) if (moment := date(raw, zone))]
    first = next((moment for moment in moments if moment.at), moments[0] if moments else None)
    last = date(updated, zone)
    return first, last if first and last and last.at and last.at != first.at else None


def date(raw: str, zone: str | None) -> Moment | None:
    """A date, None for an empty string and for year 1, which Hugo writes for no date."""
    moment = dates.read(raw, zone) if raw.strip() else None
    if moment is None or ("0001" in raw and (moment.at is None or moment.at.year == 1)):
        return None
    return moment


def instant(raw: str, zone: str | None = None) -> datetime | None:
    moment = date(raw, zone)
    return moment.at if moment else None


def people(found: Iterable[Person]) -> tuple[Person, ...]:
    """Each person once, by name: feeds name one author in two ways at once."""
    known: dict[str, Person] = {}
    for person in found:
        known.setdefault(person.name, person)
    return tuple(known.values())


def person(name: str, uri: str | None, email: str) -> Person | None:
    """A person who has a name, be it only the first half of an e-mail address."""
    mail = markup.text_safe(email).strip()
    shown = markup.title(name, 200) or markup.title(mail.partition("@")[0], 200)
    address = mail if MAIL_ADDRESS.fullmatch(mail) else None
    return Person(name=shown, uri=uri, email=address) if shown else None


def media_type(stated: str) -> str:
    """A media type such as `audio/mpeg`, its parameters left out; that of mere bytes where none is stated."""
    found = MEDIA_TYPE.match(stated.strip())
    return found[0] if found else "application/octet-stream"


def terms(found: Iterable[str]) -> tuple[str, ...]:
    """Categories as plain text, each once."""
    return tuple(dict.fromkeys(term for value in found if (term := markup.title(value, 200))))


def newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """At most a thousand entries, the newest, in the document's order; undated ones go first."""
    if len(entries) <= MOST_ENTRIES:
        return tuple(entries)
    ranked = sorted(range(len(entries)), key=lambda n: _age(entries[n]), reverse=True)
    return tuple(entries[n] for n in sorted(ranked[:MOST_ENTRIES]))


def _age(entry: Entry) -> datetime:
    return (entry.published and entry.published.at) or OLDEST
