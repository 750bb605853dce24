"""What every rule of the validator asks: is this a URI, a date, a language, clean HTML, plain text?

Each question gives the names of the events that the W3C feed validation service would log, E for an error
and W for a warning, as "E InvalidFullLink".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.entities import name2codepoint
from html.parser import HTMLParser
from urllib.parse import urlsplit

from feeds.languages import TWO_LETTERS

NOW = datetime(2035, 1, 1, tzinfo=UTC)  # of the validator: what is later than this is implausible
# A `%` that begins no escape stands where a source's own link has it: another address might not be answered.
UNRESERVED = r"[0-9A-Za-z;/?:@&=+$.\-_!~*'(),%]"
URI = re.compile(
    rf"[A-Za-z][0-9A-Za-z+.-]*:(?://(?:\[[0-9A-Fa-f:.]+\])?)?(?:{UNRESERVED})+(?:#(?:{UNRESERVED})*)?"
)
URN = re.compile(r"urn:(?!uuid:)[a-z0-9][a-z0-9-]{1,31}:(?:[a-z0-9()+,.:=@;$_!*'-]|%[0-9a-f]{2})+", re.I)
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
TAG = re.compile(r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$._!~*'()%,#-]*")
REGISTERED = ("http", "https", "urn", "tag", "mailto")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d\d[03]0")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z0-9]{2,8})*")
END_TAG = re.compile(r"</(\w+)>")
ENTITY = re.compile(r"&(#?\w+)")
BAD_CHARACTER = re.compile("[\x80-\x9f\ufffd]")

# HTML5 without scripts, forms and what embeds; attributes that neither run nor style.
SHOWN = """
    a abbr address article aside audio b bdi blockquote br caption cite code col colgroup dd del details dfn
    div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture
    pre q rp rt ruby s samp section small source span strong sub summary sup table tbody td tfoot th thead
    time tr u ul var video wbr
"""
ELEMENTS = frozenset(SHOWN.split())
# The service's own list lacks `controls`, without which nobody can hear or see what a player holds.
HARMLESS = """
    alt cite class colspan controls datetime dir height href hreflang lang media poster rel reversed rowspan
    scope sizes span src srcset start title type value width
"""
ATTRIBUTES = frozenset(HARMLESS.split())
VOID = ("br", "hr", "img", "source", "col", "wbr")
ADDRESSES = ("href", "src", "poster")


def uri(value: str) -> Iterator[str]:
    """An absolute URI (RFC 3986 §4.3)."""
    scheme = value.partition(":")[0].lower()
    if scheme == "urn":
        if not (URN.fullmatch(value) or UUID.fullmatch(value)):
            yield "E InvalidUUID" if value.lower().startswith("urn:uuid:") else "E InvalidURN"
    elif scheme == "tag":
        if not TAG.fullmatch(value):
            yield "E InvalidTAG"
    elif not URI.fullmatch(value):
        bad = any(ord(char) < 128 and not re.match(rf"(?:{UNRESERVED})|[#%\[\]]", char) for char in value)
        yield "E InvalidUriChar" if bad else "E InvalidFullLink" if value.isascii() else "E UriNotIri"
    elif scheme not in REGISTERED:
        yield "W SchemeNotIANARegistered"
    elif scheme in ("http", "https") and not urlsplit(value).hostname:
        yield "E InvalidFullLink"


def iri(value: str) -> Iterator[str]:
    """An absolute IRI (RFC 3987 §2.2), as an Atom id may be."""
    yield from uri("".join(char if ord(char) < 128 else "x" for char in value))


def canonical(value: str) -> Iterator[str]:
    """Only a bare host without its slash: every other id of an origin is kept to the letter."""
    if re.fullmatch(r"https?://[^/?#]+", value):
        yield "W NonCanonicalURI"


def rfc3339(value: str) -> Iterator[str]:
    yield from _plausible(_read_3339(value), "E InvalidRFC3339Date")


def _read_3339(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if RFC3339.fullmatch(value) else None
    except ValueError:
        return None


def rfc822(value: str) -> Iterator[str]:
    try:
        read = parsedate_to_datetime(value)
    except ValueError:
        read = None
    if read and value[:3] != f"{read:%a}":
        yield "E IncorrectDOW"
    if read and not RFC822.fullmatch(value):
        yield "W ProblematicalRFC822Date"
    yield from _plausible(read, "E InvalidRFC2822Date")


def _plausible(at: datetime | None, unreadable: str) -> Iterator[str]:
    if at is None:
        yield unreadable
    elif at.year < 1990 or at > NOW + timedelta(minutes=10):
        yield "W ImplausibleDate"


def language(value: str) -> Iterator[str]:
    """BCP 47, its first part an ISO 639 code; of three letters any."""
    found = LANGUAGE.fullmatch(value)
    if not found or (len(found[1]) == 2 and found[1].lower() not in TWO_LETTERS):
        yield "E InvalidLanguage"


def media_type(value: str, event: str = "E InvalidMIMEType") -> Iterator[str]:
    if not MEDIA_TYPE.fullmatch(value):
        yield event


def characters(value: str) -> Iterator[str]:
    if BAD_CHARACTER.search(value):
        yield "W BadCharacters"


def plain(value: str, meant: bool, event: str = "W ContainsHTML") -> Iterator[str]:
    """Text that no reader takes for HTML; `meant` where its signs are written as `&#x26;` and `&#x3C;`."""
    ends = [tag for tag in END_TAG.findall(value) if tag.lower() in ELEMENTS | {"script", "style", "iframe"}]
    entities = [name for name in ENTITY.findall(value) if name in name2codepoint or not name.isalpha()]
    if ends or (entities and not meant):
        yield event
    elif re.search(r"&#[x0-9]|<[/a-zA-Z]", value) and not meant:
        yield "W CharacterData"


def safe_html(value: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(value)
    reader.close()
    yield from reader.events
    if reader.standing or reader.rawdata:
        yield "W NotHtml"


class _Reader(HTMLParser):
    """Reads HTML and notes what a feed reader would not show, or would show wrongly."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []
        self.standing: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.events.append("W SecurityRisk")
        for name, value in attrs:
            self._attribute(name, value or "")
        if tag not in VOID:
            self.standing.append(tag)

    def _attribute(self, name: str, value: str) -> None:
        if name == "style":
            self.events.append("W DangerousStyleAttr")
        elif name not in ATTRIBUTES:
            self.events.append("W SecurityRiskAttr")
        elif name in ADDRESSES and not re.match(r"https?://|mailto:", value):
            self.events.append("W ContainsRelRef" if ":" not in value else "W SecurityRisk")

    def handle_endtag(self, tag: str) -> None:
        if not self.standing or self.standing.pop() != tag:
            self.events.append("W NotHtml")
