"""Faults of single values: addresses, dates, languages, plain texts, HTML, enclosures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from feeds import dates, languages, normal, urls
from feeds.lint.findings import shown
from feeds.lint.written import BASE, Kind, Said

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
RFC_822 = re.compile(
    r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d\d:\d\d(:\d\d)? ([+-]\d{4}|UT|GMT|[ECMP][SD]T)",
    re.ASCII,
)
WEB = re.compile(r"https?://", re.IGNORECASE)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
WRITTEN = re.compile(r"""[^\s<>"{}|\\^`\x80-\U0010ffff]+""")  # the characters of an address (RFC 3986 §2)
END_OF_TAG = re.compile(r"</[A-Za-z][A-Za-z0-9]*\s*>")  # of a beginning alone a text may well tell
REFERENCE = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip|#\d{1,7}|#x[0-9a-f]{1,6});", re.I
)
UNSAFE = frozenset(("applet", "base", "embed", "form", "frame", "link", "meta", "object", "script", "style"))
HTML = ("html", "xhtml")  # types of an Atom text
ADDRESSES = ("href", "src", "poster", "cite")
SCRIPTS = ("javascript:", "vbscript:")


class Fault(NamedTuple):
    """What is wrong with a value, by which rule, and the remedy."""

    code: str
    what: str
    remedy: str


def address(said: Said) -> Iterator[Fault]:
    """An absolute http(s) address, written as RFC 3986 has it."""
    text = said.text.strip()
    if urls.gate(text, said.attributes.get(BASE)) is None or not WRITTEN.fullmatch(text):
        what = f"is no absolute http or https address: {shown(said.text)}"
        yield Fault("bad-address", what, "write it whole, its odd characters percent-encoded")


def global_id(said: Said) -> Iterator[Fault]:
    """An id that is the same everywhere (RFC 4287 §4.2.6)."""
    if not SCHEME.fullmatch(said.text):
        what = f"is no absolute URI: {shown(said.text)}"
        yield Fault("bad-id", what, "give a tag: or urn:uuid: URI, or the permanent address")


def permalink(said: Said) -> Iterator[Fault]:
    """The guid of an RSS item, an address unless it says that it is none."""
    is_permalink = said.attributes.get("isPermaLink", "true")
    if is_permalink not in ("true", "false"):
        what = f"has an isPermaLink that is neither true nor false: {shown(is_permalink)}"
        yield Fault("bad-permalink", what, "write true or false")
    elif is_permalink == "true" and not WEB.match(said.text):
        what = f"is said to be a permalink and is no address: {shown(said.text)}"
        yield Fault("bad-permalink", what, 'write isPermaLink="false"')


def instant(said: Said, kind: Kind) -> datetime | None:
    """The instant that a date means, written as its format has it; None for another."""
    written, text = RFC_822 if kind == "rss" else RFC_3339, said.text.strip()
    return dates.read(text).at if written.fullmatch(text) else None


def date(said: Said, kind: Kind, now: datetime) -> Iterator[Fault]:
    """A date as its format has it, that has come."""
    at = instant(said, kind)
    if at is None:
        form = "Wed, 25 Nov 2026 12:00:00 GMT" if kind == "rss" else "2026-11-25T12:00:00Z"
        yield Fault("bad-date", f"is no date: {shown(said.text)}", f"write it like {form}")
    elif at > now + dates.AHEAD:
        yield Fault("future-date", f"is yet to come: {shown(said.text)}", "publish it then, or date it now")


def language(said: Said) -> Iterator[Fault]:
    if languages.known(said.text) is None or "_" in said.text:
        yield Fault("bad-language", f"is no language tag: {shown(said.text)}", "write it like en or pt-BR")


def plain(said: Said) -> Iterator[Fault]:
    """A title or a name, which is plain text; an Atom text that says it is HTML is none."""
    yield from untagged(said, REFERENCE)


def untagged(said: Said, *others: re.Pattern[str]) -> Iterator[Fault]:
    """Plain text in which no tag ends; a summary may well tell of `&amp;`."""
    found = (pattern.search(said.text) for pattern in (END_OF_TAG, *others))
    if said.attributes.get("type") not in HTML and (markup := next(filter(None, found), None)):
        what = f"is plain text and has markup: {shown(markup[0])}"
        yield Fault("markup-in-text", what, "take the markup out, or escape what is meant once")


def html(said: Said) -> Iterator[Fault]:
    """HTML that does nothing, and whose addresses lead somewhere wherever it is read."""
    for tag, attributes in _elements(said.text):
        if tag in UNSAFE:
            yield Fault("unsafe-html", f"has <{tag}>, which readers drop", "leave it out")
        for name, value in attributes.items():
            at, leads = f"{tag}@{name}", SCHEME.match(value.strip())
            if name.startswith("on") or (leads and leads[0].lower().startswith(SCRIPTS)):
                yield Fault("unsafe-html", f"has a script in {at}, which readers drop", "leave it out")
            elif name in ADDRESSES and not leads and BASE not in said.attributes:
                what = f"has a relative address in {at}: {shown(value)}"
                yield Fault("relative-address", what, "write it whole: no page is known to start from")


def _elements(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    if "<" not in text:
        return
    parser = etree.HTMLParser(no_network=True, encoding="utf-8")
    root = etree.fromstring(f"<div>{text}</div>".encode(errors="replace"), parser)
    for element in root.iter(etree.Element) if root is not None else ():
        yield str(element.tag), {str(name): str(value) for name, value in element.attrib.items()}


def enclosure(said: Said, kind: Kind) -> Iterator[Fault]:
    """A file with its address, its type and, in RSS, its length."""
    wanted = {"rss": ("url", "length", "type"), "atom": ("url",), "json": ("url", "type")}[kind]
    lacking = [name for name in wanted if not said.attributes.get(name)]
    if lacking:
        what = f"lacks {' and '.join(lacking)}"
        yield Fault("incomplete-enclosure", what, "give its url, its length in bytes and its type")
    if not (length := said.attributes.get("length") or "0").isdecimal():
        what = f"has a length that is no number of bytes: {shown(length)}"
        yield Fault("incomplete-enclosure", what, "give the bytes, 0 where they are not known")
    if (media_type := said.attributes.get("type")) and normal.media_type(media_type) != media_type:
        what = f"has a type that is none: {shown(media_type)}"
        yield Fault("incomplete-enclosure", what, "write it like audio/mpeg")
    if url := said.attributes.get("url"):
        yield from address(Said(said.name, url, said.line, said.attributes))
