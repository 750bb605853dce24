"""The form in which every reader of documents hands on what an entry says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice

from feeds import dates, markup, urls
from feeds.entries import NOWHERE, Entry, Home, Link, Moment, Person

SUMMARY = 500  # characters
NOTE = 10_000  # characters
MOST_ENTRIES = 1000
MOST_LINKS = 20
FURTHER = ("related", "via", "canonical", "alternate")  # rel
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
    excerpts = (markup.excerpt(text, SUMMARY) for text in (summary, full))  # the second only where needed
    short = next((text for text in excerpts if text and text != title), "")
    said = "<" not in full and markup.text(full) in (title, short)
    return short, "" if said else full


def dated(published: Sequence[str], updated: str, home: Home) -> tuple[Moment | None, Moment | None]:
    """When an entry was published, by the first date that can be read, and updated, where that is another.

    Where a source gives but one date it is the date of publication, whatever it is called.
    """
    moments = [moment for raw in (*published, updated) if (moment := date(raw, home))]
    first = next((moment for moment in moments if moment.at), moments[0] if moments else None)
    last = date(updated, home)
    return first, last if first and last and last.at and last.at != first.at else None


def date(raw: str, home: Home) -> Moment | None:
    """A date, None for an empty string and for year 1, which Hugo writes for no date."""
    moment = dates.read(raw, home) if raw.strip() else None
    if moment is None or ("0001" in raw and (moment.at is None or moment.at.year == 1)):
        return None
    return moment


def instant(raw: str, home: Home = NOWHERE) -> datetime | None:
    moment = date(raw, home)
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


def links(found: Iterable[Mapping[str, object]], page: str | None, base: str | None) -> tuple[Link, ...]:
    """The first twenty further links of an entry whose page is `page`, given by the fields of Link.

    No two alternates are of one type and language (RFC 4287 §4.1.2), the page being that of HTML in
    no stated language. Where there is no page there is no further one.
    """
    return tuple(islice(_further(filter(None, (_link(said, base) for said in found)), page), MOST_LINKS))


def _further(found: Iterable[Link], page: str | None) -> Iterator[Link]:
    taken: set[tuple[str | None, ...]] = {("alternate", None, None)}
    for link in found:
        alternate = link.rel == "alternate"
        place = (link.rel, link.type, link.hreflang) if alternate else (link.rel, link.href)
        if place not in taken and link.href != page and (page or not alternate):
            taken.add(place)
            yield link


def _link(said: Mapping[str, object], base: str | None) -> Link | None:
    texts = {name: value for name in Link.model_fields if isinstance(value := said.get(name), str)}
    href, rel = urls.gate(texts.get("href", ""), base), texts.get("rel", "").strip().lower()
    if href is None or rel not in FURTHER:
        return None
    kind = MEDIA_TYPE.match(texts.get("type", "").strip().lower())
    return Link(
        href=href,
        rel=rel,
        type=kind[0] if kind and kind[0] != "text/html" else None,
        hreflang=language(texts.get("hreflang", "")),
        title=markup.title(texts.get("title", ""), 200) or None,
    )


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
