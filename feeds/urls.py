"""One address for one page: what may be linked, what it resolves to, what it is compared by."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_letters

import ada_url

from feeds import parameters, redirectors

LONGEST = 2048
PORTS = {"http": 80, "https": 443}

# Refused though WHATWG would repair it: a guess at what was meant is not an address.
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\\]|^https?:(?!//[^/])|^///", re.IGNORECASE)
_BYTE = r"(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])"
# What stands for itself: nothing in it is escaped, resolved or refused. Its port is no scheme's own.
PLAIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{{2,}}|(?:{_BYTE}\.){{3}}{_BYTE})"
    r"(?::(?P<port>[1-9]\d{3}|[1-5]\d{4}))?(?:/(?!\.)[\w~.-]*)+(?:\?[\w~.=&-]*)?",
    re.ASCII,
)
_WRITTEN_HOST = re.compile(r"(?:https?:)?//([^/?#:]*)", re.IGNORECASE)
# WHATWG leaves these as they are; RFC 3986 §2 has no place for them after the host.
_UNWISE = str.maketrans({char: f"%{ord(char):02X}" for char in '"<>[]^`{|}'})
_ESCAPE = re.compile(r"%(?:[0-9a-fA-F]{2})?")

_SAME = {f"%{ord(char):02X}": char for char in "!$'()*,-.:@_~0123456789" + ascii_letters}

_SESSION = re.compile(r"(?<![.])(?:;(?:jsessionid|phpsessid)=[^/;]*)+", re.IGNORECASE)
_INDEX = re.compile(r"/index\.(?:html?|php)$", re.IGNORECASE)
_MANY_LABELS = r"(?=[^.]+\.[^.])"
_WWW = re.compile(rf"(?:www\.)+{_MANY_LABELS}")
# co.uk is no site, so m.co.uk is one.
_MOBILE = re.compile(
    rf"(?:(?:www|m|mobile|amp)\.)+(?!(?:com?|org|net|ac|gov|edu|or|ne|go)\.[a-z]{{2}}$){_MANY_LABELS}"
)
_ARTICLE = re.compile(r"[\d-]")
# AMP forms, only of what looks like an article: /guitar/amp is no form of /guitar.
_AMP = re.compile(
    r"(?P<page>/[^/]*(?:-|\d{5})[^/]*)/amp$"
    r"|^/amp(?P<below>/.+/[^/]*(?:-|\d{5})[^/]*)$"
    r"|(?P<file>[^/.][^/]*)\.amp(?P<suffix>\.html)$"
    r"|(?P<name>/[^/]*(?:-|\d{5})[^/]*)\.amp$"
)


@lru_cache(maxsize=1024)
def gate(url: str, base: str | None = None) -> str | None:
    """The absolute http(s) address `url` stands for, percent-encoded, its host in ASCII; None for any other.

    `base` resolves a relative one. Other schemes, userinfo, control characters, backslashes, odd
    IPv4 literals, missing hosts and more than 2,048 characters are refused.
    """
    url = url.strip()
    if not url or len(url) > LONGEST or _REFUSED.search(url):
        return None
    if PLAIN.fullmatch(url):
        return url
    parsed = _parse(url, gate(base) if base else None)
    if parsed is None or parsed.username or parsed.password or _is_disguised(url, parsed):
        return None
    href = parsed.origin + parsed.href.removeprefix(parsed.origin).translate(_UNWISE)
    return href if len(href) <= LONGEST else None


@lru_cache(maxsize=4096)
def canonical(url: str) -> str:
    """The key a page has under all its addresses: for comparing, never for showing.

    https for http; no default port, www., fragment (but `#!`), trailing slash, index page, tracking
    parameter or session id; parameters by name; the plain form of a mobile or AMP page; what a known
    redirector leads to. What is no http(s) address stands for itself.
    """
    url = url.strip()
    parts = _parts(url)
    if parts is None:
        return url
    while inner := _unwrapped(*parts[:3]):
        parts = inner
    authority, path, query, fragment = parts
    if "amp" in path:
        path = _without_amp(path)
    query = parameters.telling(query, authority) if query else ""
    forms = _MOBILE if _ARTICLE.search(path) or _ARTICLE.search(query) else _WWW
    found = forms.match(authority)
    return (
        f"https://{authority[found.end() :] if found else authority}{path}{query and '?' + query}{fragment}"
    )


def place(url: str) -> str:
    """Path, query and `#!` of an address's key, the same on every host; empty for a front page."""
    _, scheme, rest = canonical(url).partition("https://")
    found = "/" + rest.partition("/")[2]
    return found if scheme and found != "/" else ""


def host(url: str) -> str:
    """Host and port as politeness counts them, such as `example.org:443`; empty where there is none."""
    if plain := PLAIN.fullmatch(url):
        return f"{plain['host']}:{plain['port'] or PORTS[plain['scheme']]}"
    parsed = _parse(url.strip())
    if parsed is None:
        return ""
    return f"{parsed.hostname}:{parsed.port or PORTS[parsed.protocol[:-1]]}"


def _parse(url: str, base: str | None = None) -> ada_url.URL | None:
    try:
        parsed = ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError:
        return None
    return parsed if parsed.protocol in ("http:", "https:") and parsed.hostname else None


def _is_disguised(url: str, parsed: ada_url.URL) -> bool:
    """Whether an IPv4 address is written in any other way than as four decimal numbers."""
    written = _WRITTEN_HOST.match(url)
    return bool(written and parsed.host_type == ada_url.HostType.IPV4 and written[1] != parsed.hostname)


def _parts(url: str) -> tuple[str, str, str, str] | None:
    """Host (and port), path, query and `#!` fragment in normal form; None for no http(s) address."""
    if PLAIN.fullmatch(url):
        authority, _, path = url.partition("://")[2].partition("/")
        path, _, query = path.partition("?")
        return authority, _tail(f"/{path}"), query, ""
    try:
        href = ada_url.normalize_url(url)
    except ValueError:
        return None
    scheme, _, rest = href.partition("://")
    if scheme not in ("http", "https"):
        return None
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    if "@" in authority:
        authority = authority.rpartition("@")[2]
    for port in (":80", ":443"):
        authority = authority.removesuffix(port)
    path = _tail("/" + _escaped(path))
    query = _escaped(query).replace("%20", "+")
    return authority.rstrip("."), path, query, _escaped("#" + fragment) if fragment[:1] == "!" else ""


def _tail(path: str) -> str:
    """A path without session id, index page and trailing slashes."""
    if ";" in path:
        path = _SESSION.sub("", path)
    path = path.rstrip("/")
    while found := _INDEX.search(path, max(len(path) - 11, 0)):
        path = path[: found.start()].rstrip("/")
    return path or "/"


def _escaped(text: str) -> str:
    """Percent-encoding in its one normal form (RFC 3986 §6.2.2), and where it makes no difference, none."""
    text = text.translate(_UNWISE)
    return _ESCAPE.sub(_one_escape, text) if "%" in text else text


def _one_escape(escape: re.Match[str]) -> str:
    written = escape[0].upper()
    return _SAME.get(written, written if len(written) == 3 else "%25")


def _unwrapped(authority: str, path: str, query: str) -> tuple[str, str, str, str] | None:
    """What a redirector leads to; the gate lets it pass like any address."""
    found = _MOBILE.match(authority)
    inner = redirectors.target(authority[found.end() :] if found else authority, path, query)
    passed = gate(inner) if inner else None
    return _parts(passed) if passed else None


def _without_amp(path: str) -> str:
    while found := _AMP.search(path):
        page, below, file, suffix, name = found.groups()
        path = _tail(path[: found.start()] + (page or below or name or f"{file}{suffix}"))
    return path
