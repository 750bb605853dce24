"""Values as people write them in settings: durations, addresses, lists."""

from __future__ import annotations

import json
import re
import shlex
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
WRITTEN = re.compile(r"([0-9]{1,12})\s*([smhdwy]?)")
TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)  # RFC 9110 §5.6.2
OUR_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "host",
        "if-modified-since",
        "if-none-match",
    }
    | {"proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}
)
# names of other published files and folders
RESERVED_SLUGS = frozenset({"days", "gone", "index", "private", "section", "sources"})


def duration(text: str | int) -> timedelta:
    """A duration as it is written: `90s`, `15m`, `24h`, `3d`, `2w`, `1y` (365 days), or whole seconds.

    Raises ValueError for anything else.
    """
    found = WRITTEN.fullmatch(str(text).strip().lower())
    if found is None:
        raise ValueError("a duration such as 90s, 15m, 24h, 3d, 2w or 1y was expected")
    try:
        return timedelta(seconds=int(found[1]) * UNITS[found[2] or "s"])
    except OverflowError:
        raise ValueError("a duration of fewer than a thousand million days was expected") from None


def spell(length: timedelta) -> str:
    """A duration as it would be written, in the largest unit that says it whole."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit, size in reversed(UNITS.items()) if seconds % size == 0)
    return f"{seconds // UNITS[unit]}{unit}" if seconds else "0s"  # 0 is whole in every unit


def _duration(value: Any) -> Any:
    return duration(value) if isinstance(value, str | int) and not isinstance(value, bool) else value


def _network(value: Any) -> Any:
    try:
        return ip_network(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("a network such as 192.168.1.0/24 was expected, its host bits zero") from None


def listed(value: Any) -> Any:
    """A list as an environment variable has it: in JSON, or its members between commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("a list, in JSON or with commas, was expected") from None
    return [member.strip() for member in value.split(",") if member.strip()]


def words(value: Any) -> Any:
    """The words of a command: a list, which a variable has in JSON, or one text, split as a shell does."""
    if not isinstance(value, str) or value.lstrip().startswith("["):
        return listed(value)
    try:
        return shlex.split(value)
    except ValueError:
        raise ValueError("a command with its quotes closed was expected") from None


def web_address(url: str) -> str:
    """An http or https address that names can be appended to, with its closing slash; raises ValueError."""
    parts = urlsplit(url)
    plain = re.fullmatch(r"https?://[!-~]+", url) and not set(url) & set('?#@"<>\\')
    if not plain or not parts.hostname or parts.port == 0:
        raise ValueError("an address such as https://news.example.org/ was expected")
    return url if url.endswith("/") else f"{url}/"


def _unreserved(slug: str) -> str:
    if slug in RESERVED_SLUGS:
        raise ValueError("a slug that is not the name of another published file was expected")
    return slug


def _plain_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or set(url) & set("?#@\\"):
        raise ValueError("an http or https address without user name, ? and # was expected")
    return url


def _header(name: str) -> str:
    if not TOKEN.fullmatch(name) or name.lower() in OUR_HEADERS:
        raise ValueError("the name of a header that newsdesk does not set itself was expected")
    return name


def _sendable(value: str) -> str:
    if not (value.isascii() and value.isprintable()):
        raise ValueError("printable ASCII was expected, as it stands in a header")
    return value


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    if name not in available_timezones():
        raise ValueError("a time zone such as Europe/Paris was expected")
    return name


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$"), AfterValidator(_unreserved)]
Wait = Annotated[Duration, Field(ge=timedelta(), le=timedelta(days=365))]
Address = Annotated[str, Field(max_length=2_048), AfterValidator(_plain_address)]
Header = Annotated[str, AfterValidator(_header)]
Sent = Annotated[str, AfterValidator(_sendable)]
Cookie = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
Variable = Annotated[str, Field(pattern=r"^\w+$")]
Zone = Annotated[str, AfterValidator(_zone)]
