"""One address for one page: what may be linked, what it resolves to, what it is compared by."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

import ada_url

LONGEST = 2048

# Refused though WHATWG would repair it: a guess at what was meant is not an address.
_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\\]|^https?:(?!//[^/])|^///", re.IGNORECASE)
_WRITTEN_HOST = re.compile(r"(?:https?:)?//([^/?#:]*)", re.IGNORECASE)
# WHATWG leaves these as they are; RFC 3986 §2 has no place for them after the host.
_UNWISE = str.maketrans({char: f"%{ord(char):02X}" for char in '"<>[]^`{|}'})
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")

_TRACKING_PREFIXES = ("utm_", "mtm_", "itm_", "hsa_", "matomo_")
_TRACKING = """
    fbclid fb_action_ids fb_action_types fb_ref fb_source gclid gclsrc dclid gbraid wbraid gad_source
    srsltid msclkid twclid ttclid yclid ysclid li_fat_id epik rdt_cid _openstat s_kwcid ef_id
    igsh igshid __twitter_impression ref_src ref_url spm scm
    mc_cid mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp hsctatracking vero_id vero_conv oly_anon_id
    oly_enc_id ml_subscriber ml_subscriber_hash ck_subscriber_id sfmc_sub dm_i elqtrackid __s _ke
    nr_email_referer cmpid s_cid icid ncid ocid mbid smid wt_mc wt_zmc xtor xtref
    at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_link_id at_link_origin
    at_link_type at_format at_bbc_team at_ptr_name
    pk_campaign pk_kwd pk_source pk_medium pk_content pk_cid piwik_campaign piwik_kwd
    _ga _gl guccounter guce_referrer guce_referrer_sig
"""
_TRACKING_NAMES = frozenset(_TRACKING.split())


@lru_cache(maxsize=1024)
def gate(url: str, base: str | None = None) -> str | None:
    """The absolute http(s) address `url` stands for, percent-encoded, its host in ASCII; None for any other.

    `base` resolves a relative one. Other schemes, userinfo, control characters, backslashes, odd
    IPv4 literals, missing hosts and more than 2,048 characters are refused.
    """
    url = url.strip()
    if not url or len(url) > LONGEST or _REFUSED.search(url):
        return None
    parsed = _parse(url, gate(base) if base else None)
    if parsed is None or parsed.username or parsed.password or _is_disguised(url, parsed):
        return None
    href = parsed.origin + parsed.href.removeprefix(parsed.origin).translate(_UNWISE)
    return href if len(href) <= LONGEST else None


def canonical(url: str) -> str:
    """The key a page has under all its addresses: for comparing, never for showing.

    https for http, no default port, fragment (but `#!`), tracking parameter or trailing slash.
    What is no http(s) address stands for itself.
    """
    url = url.strip()
    parsed = _parse(url)
    if parsed is None:
        return url
    parsed.protocol = "https:"
    query = "&".join(part for part in parsed.search[1:].split("&") if part and not _is_tracking(part))
    path = parsed.pathname.rstrip("/") or "/"
    fragment = parsed.hash if parsed.hash.startswith("#!") else ""
    return _ESCAPE.sub(_upper, f"https://{parsed.host}{path}{query and '?' + query}{fragment}")


def host(url: str) -> str:
    """Host and port as politeness counts them, such as `example.org:443`; empty where there is none."""
    parsed = _parse(url.strip())
    if parsed is None:
        return ""
    return f"{parsed.hostname}:{parsed.port or (443 if parsed.protocol == 'https:' else 80)}"


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


def _is_tracking(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0]).lower()
    return name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES)


def _upper(escape: re.Match[str]) -> str:
    return escape[0].upper()
