"""The links in the headers of a response (RFC 8288 §3). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from feeds import urls

LONGEST = 16_384  # characters of one header
LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*))?)*)")
PARAMETER = re.compile(r";\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*))")


def links(headers: Iterable[str], url: str) -> Mapping[str, str]:
    """Where the Link headers of the response from `url` lead: relation in lower case -> absolute address.

    Of several links of one relation the first counts; one about another page (`anchor`) does not.
    """
    found: dict[str, str] = {}
    for header in headers:
        for target, written in LINK.findall(header[:LONGEST]):
            said = _parameters(written)
            address = urls.gate(target, url)
            if address and "anchor" not in said:
                for relation in said.get("rel", "").lower().split():
                    found.setdefault(relation, address)
    return found


def _parameters(written: str) -> dict[str, str]:
    """The parameters of a link by name; of one given twice the first counts (RFC 8288 §3.3)."""
    said: dict[str, str] = {}
    for name, quoted, token in PARAMETER.findall(written):
        said.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted else token)
    return said
