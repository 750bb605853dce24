"""Which of the operator's headers go with a request: those for its address, to no other host. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.access import Permit
from feeds import urls


def headers(permits: Sequence[Permit], url: str) -> dict[str, str]:
    """The headers of the permit nearest above an address; none where no permit covers it.

    A permit covers its own scheme, host and port, and what lies below its path.
    """
    covering = [permit for permit in permits if _covers(urls.gate(permit.url), url)]
    nearest = max(covering, key=lambda permit: len(permit.url), default=None)
    return {name: value.get_secret_value() for name, value in nearest.headers.items()} if nearest else {}


def _covers(above: str | None, url: str) -> bool:
    if above is None or not url.startswith(above):
        return False
    return above.endswith("/") or url[len(above) : len(above) + 1] in ("", "/", "?", "#")
