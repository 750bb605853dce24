"""Which parameters of an address name nothing: they say where a reader came from, or who it is."""

from __future__ import annotations

from urllib.parse import unquote

_TRACKING_PREFIXES = ("utm_", "mtm_", "itm_", "hsa_", "matomo_", "aspsession")
_TRACKING = """
    fbclid fb_action_ids fb_action_types fb_ref fb_source gclid gclsrc dclid gbraid wbraid gad_source
    srsltid msclkid twclid ttclid yclid ysclid li_fat_id epik rdt_cid _openstat s_kwcid ef_id
    igsh igshid __twitter_impression ref_src ref_url spm scm __source
    mc_cid mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp hsctatracking vero_id vero_conv oly_anon_id
    oly_enc_id ml_subscriber ml_subscriber_hash ck_subscriber_id sfmc_sub dm_i elqtrackid __s _ke
    nr_email_referer cmpid s_cid icid ncid ocid mbid smid wt_mc wt_zmc xtor xtref
    at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_link_id at_link_origin
    at_link_type at_format at_bbc_team at_ptr_name
    pk_campaign pk_kwd pk_source pk_medium pk_content pk_cid piwik_campaign piwik_kwd
    _ga _gl guccounter guce_referrer guce_referrer_sig usqp amp_js_v amp_gsa amp_r
    phpsessid jsessionid cfid cftoken
"""
_TRACKING_NAMES = frozenset(_TRACKING.split())
_OF_SITES = {
    "bloomberg.com": ("srnd", "leadsource"),
    "facebook.com": ("__tn__", "refid", "mibextid"),
    "linkedin.com": ("trk", "trackingid", "lipi"),
    "nytimes.com": ("partner", "emc"),
    "reddit.com": ("share_id", "rdt"),
    "spotify.com": ("si",),
    "theguardian.com": ("cmp",),
    "twitter.com": ("s", "t"),
    "wsj.com": ("mod", "reflink"),
    "x.com": ("s", "t"),
    "youtube.com": ("feature", "si", "pp", "ab_channel"),
}
_AMP = {"amp": ("", "1", "true", "amp"), "outputtype": ("amp",)}


def telling(query: str, host: str) -> str:
    """A query without what names nothing: trackers, session ids, empty values, the AMP form. Ordered by name.

    Repetitions of a name stay in their order; so does a query that is no list of names and values.
    """
    site = ".".join(host.rsplit(".", 2)[-2:])
    kept = [part for part in query.split("&") if part and not _says_nothing(part, site)]
    if len(kept) > 1 and all("=" in part for part in kept):
        kept.sort(key=lambda part: part.partition("=")[0])
    return "&".join(kept)


def _says_nothing(parameter: str, site: str) -> bool:
    name, equals, value = parameter.partition("=")
    name = (unquote(name) if "%" in name else name).lower()
    return (
        bool(equals and not value)
        or name in _TRACKING_NAMES
        or name.startswith(_TRACKING_PREFIXES)
        or name in _OF_SITES.get(site, ())
        or value.lower() in _AMP.get(name, ())
        or (name == "m" and value == "1" and site.startswith("blogspot."))
    )
