"""Addresses that carry another address: known redirectors and caches, unwrapped without asking them."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from urllib.parse import unquote, unquote_plus

# Host (without www., m.) and path -> the parameters that may hold the address, the likeliest first.
_PARAMETERS = {
    "google /url": ("url", "q"),
    "l.facebook.com /l.php": ("u",),
    "lm.facebook.com /l.php": ("u",),
    "facebook.com /l.php": ("u",),
    "l.instagram.com /": ("u",),
    "l.threads.com /": ("u",),
    "l.threads.net /": ("u",),
    "l.messenger.com /l.php": ("u",),
    "t.umblr.com /redirect": ("z",),
    "youtube.com /redirect": ("q",),
    "safelinks.protection.outlook.com /": ("url",),
    "duckduckgo.com /l": ("uddg",),
    "out.reddit.com /": ("url",),
    "medium.com /r": ("url",),
    "steamcommunity.com /linkfilter": ("url", "u"),
    "vk.com /away.php": ("to",),
    "linkedin.com /redir/redirect": ("url",),
    "linkedin.com /safety/go": ("url",),
    "slack-redir.net /link": ("url",),
    "exit.sc /": ("url",),
    "getpocket.com /redirect": ("url",),
    "flipboard.com /redirect": ("url",),
    "go.redirectingat.com /": ("url",),
    "redirect.viglink.com /": ("u",),
    "click.linksynergy.com /deeplink": ("murl",),
    "awin1.com /cread.php": ("ued", "p"),
    "shareasale.com /r.cfm": ("urllink",),
    "deref-mail.com /mail/client": ("redirectUrl",),
    "track.adform.net /c": ("redirect",),
}
_HOSTS = frozenset(place.partition(" ")[0] for place in _PARAMETERS)

# Host, and a path whose first group is the address; where it has no scheme, the one it gets.
_PATHS = (
    (re.compile(r"google\.[a-z.]+"), re.compile(r"/amp/(?:s/)?([^/]+\.[^/]+/.+)")),
    (re.compile(r"bing\.com"), re.compile(r"/amp/s/([^/]+\.[^/]+/.+)")),
    (re.compile(r"[^.]+\.cdn\.ampproject\.org"), re.compile(r"/[cv]/(?:s/)?([^/]+\.[^/]+/.+)")),
    (
        re.compile(r"[a-z0-9-]+\.awstrack\.me"),
        re.compile(r"/L0/(https?(?:%3A|:)(?:%2F|/){2}[^/]+)(?:/.*)?", re.I),
    ),
    (re.compile(r"urldefense\.com"), re.compile(r"/v3/__(https?:/{1,2}.+?)__;.*", re.I)),
    (re.compile(r"r\.search\.yahoo\.com"), re.compile(r"/.*?/RU=(https?(?:%3A|:)[^/]+)/.*", re.I)),
)
_PATH_HOSTS = ("google.", "bing.com", ".ampproject.org", ".awstrack.me", "urldefense.com", "search.yahoo.com")
_GOOGLE = re.compile(r"google\.(?:com|[a-z]{2}|com?\.[a-z]{2})")
_NEWS = re.compile(r"/(?:rss/)?(?:articles|read)/(CBM[\w-]+=*)")
_VIDEO = re.compile(r"/[\w-]{11}")


def target(host: str, path: str, query: str) -> str | None:
    """The address that an address of this host (without www.) carries, as it stands there; None for none.

    Nothing is promised of it: whoever uses it passes it through the gate first.
    """
    if host == "youtu.be":
        return f"https://youtube.com/watch?v={path[1:]}" if _VIDEO.fullmatch(path) else None
    if host == "href.li":
        return unquote(query)
    if host == "news.google.com":
        found = _NEWS.fullmatch(path)
        return _from_google_news(found[1]) if found else None
    return _from_parameter(host, path, query) or _from_path(host, path, query)


def _from_parameter(host: str, path: str, query: str) -> str | None:
    if not query:
        return None
    if _GOOGLE.fullmatch(host):
        host = "google"
    elif host.endswith(".safelinks.protection.outlook.com"):
        host = host.partition(".")[2]
    if host not in _HOSTS:
        return None
    names = _PARAMETERS.get(f"{host} {path}", ())
    parts = [part.partition("=") for part in query.split("&")] if names else []
    said = {unquote(name): value for name, _, value in reversed(parts) if value}
    return next((unquote_plus(said[name]) for name in names if name in said), None)


def _from_path(host: str, path: str, query: str) -> str | None:
    if not any(name in host for name in _PATH_HOSTS):
        return None
    for hosts, paths in _PATHS:
        if hosts.fullmatch(host) and (found := paths.fullmatch(path)):
            inner = unquote(found[1])
            return (
                inner if inner.startswith("http") else f"https://{inner}?{query}"
            )  # a cache has its page's query
    return None


def _from_google_news(token: str) -> str | None:
    """The address in the older form of a token: a protocol buffer whose field 4 is the address."""
    try:
        said = urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4))
    except ValueError:
        return None
    if not said.startswith(b"\x08\x13\x22") or len(said) < 5:
        return None
    length, start = said[3], 4
    if length & 0x80:  # a varint of two bytes
        length, start = (length & 0x7F) | said[4] << 7, 5
    inner = said[start : start + length].decode("ascii", "replace")
    return inner if len(inner) == length and inner.startswith("http") else None
