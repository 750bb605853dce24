"""Two addresses of one page have one key, and two pages have two: a table, with the reason of each row."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import urls

PAGE = "https://news.example/2026/11/25/the-quay-is-open"
CODED = quote(PAGE, safe="")


def google_news(address: str) -> str:
    """The older form of an article's address there: a protocol buffer in base64."""
    size = len(address)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    token = urlsafe_b64encode(b"\x08\x13\x22" + length + address.encode() + b"\xd2\x01\x00")
    return f"https://news.google.com/rss/articles/{token.decode().rstrip('=')}?oc=5"


SAME = [
    # scheme, host, port
    ("http://news.example/a", "https://news.example/a", "scheme"),
    ("HTTPS://News.Example/a", "https://news.example/a", "case of scheme and host"),
    ("http://news.example:80/a", "https://news.example/a", "port of http"),
    ("https://news.example:443/a", "https://news.example/a", "port of https"),
    ("https://news.example./a", "https://news.example/a", "root label"),
    ("https://www.news.example/a", "https://news.example/a", "www."),
    ("https://WWW.news.example", "http://news.example/", "www., front page"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a", "IDN"),
    ("https://BÜCHER.example/a", "https://bücher.example/a", "case of an IDN"),
    ("https://m.news.example/a-1", "https://news.example/a-1", "mobile host"),
    ("https://mobile.news.example/a-1", "https://www.news.example/a-1", "mobile host and www."),
    ("https://www.m.news.example/a-1", "https://news.example/a-1", "both at once"),
    ("https://m.news.co.uk/a-1", "https://news.co.uk/a-1", "mobile host below co.uk"),
    ("https://m.news.example/view.php?id=7", "https://news.example/view.php?id=7", "mobile, by number"),
    ("https://amp.news.example/a-1", "https://news.example/a-1", "AMP host"),
    # path
    ("https://news.example/a/", "https://news.example/a", "trailing slash"),
    ("https://news.example/a//", "https://news.example/a", "trailing slashes"),
    ("https://news.example/x/../a", "https://news.example/a", "dot segments"),
    ("https://news.example/./a", "https://news.example/a", "dot segment"),
    ("https://news.example/x/%2e%2E/a", "https://news.example/a", "dot segments, encoded"),
    ("https://news.example/a/index.html", "https://news.example/a/", "index page"),
    ("https://news.example/index.php", "https://news.example", "index page of a site"),
    ("https://news.example/a/Index.HTM", "https://news.example/a", "index page, case"),
    ("https://news.example/index.php?p=3", "https://news.example/?p=3", "index page with a query"),
    ("https://news.example/a;jsessionid=1A2B", "https://news.example/a", "session in the path"),
    (
        "https://news.example/a.do;jsessionid=1?id=2",
        "https://news.example/a.do?id=2",
        "session before a query",
    ),
    ("https://news.example/caf%c3%a9", "https://news.example/caf%C3%A9", "case of escapes"),
    ("https://news.example/café", "https://news.example/caf%C3%A9", "escaped or not"),
    ("https://news.example/%61%2Db%7Ec", "https://news.example/a-b~c", "unreserved characters"),
    ("https://news.example/Quay_%28place%29", "https://news.example/Quay_(place)", "parentheses"),
    ("https://news.example/it%27s", "https://news.example/it's", "apostrophe"),
    ("https://news.example/1%2C2", "https://news.example/1,2", "comma"),
    ("https://news.example/a b", "https://news.example/a%20b", "space"),
    ("https://news.example/a|b", "https://news.example/a%7Cb", "unwise character"),
    ("https://news.example/100%", "https://news.example/100%25", "stray per cent sign"),
    ("https://news.example\\a", "https://news.example/a", "backslash, as browsers read it"),
    (" https://news.example/a\n", "https://news.example/a", "white space around"),
    # fragment
    ("https://news.example/a#part", "https://news.example/a", "fragment"),
    ("https://news.example/a#", "https://news.example/a", "empty fragment"),
    ("https://news.example/a#:~:text=quay", "https://news.example/a", "text fragment"),
    ("https://news.example/a?b=1#xtor=RSS-1", "https://news.example/a?b=1", "tracker in the fragment"),
    ("https://news.example/#!/caf%c3%a9", "https://news.example/#!/caf%C3%A9", "hash-bang, case of escapes"),
    # query
    ("https://news.example/a?", "https://news.example/a", "empty query"),
    ("https://news.example/a?&&", "https://news.example/a", "empty parameters"),
    ("https://news.example/a?b=", "https://news.example/a", "empty value"),
    ("https://news.example/a?b=1&c=2", "https://news.example/a?c=2&b=1", "order of parameters"),
    ("https://news.example/a?q=x+y", "https://news.example/a?q=x%20y", "space in a query"),
    ("https://news.example/a?q=%c3%a9", "https://news.example/a?q=é", "escapes in a query"),
    ("https://news.example/a?q=1%2C2", "https://news.example/a?q=1,2", "comma in a query"),
    ("https://news.example/a?PHPSESSID=ab12", "https://news.example/a", "session"),
    ("https://news.example/a?jsessionid=ab12&id=1", "https://news.example/a?id=1", "session"),
    ("https://news.example/a?ASPSESSIONIDQQ=1", "https://news.example/a", "session"),
    ("https://news.example/a?CFID=1&CFTOKEN=2", "https://news.example/a", "session"),
    ("https://news.example/a?utm_source=rss&utm_medium=feed", "https://news.example/a", "utm"),
    ("https://news.example/a?UTM_Source=rss", "https://news.example/a", "utm, case"),
    ("https://news.example/a?%75tm_source=x", "https://news.example/a", "utm, escaped"),
    ("https://news.example/a?fbclid=x", "https://news.example/a", "Facebook"),
    ("https://news.example/a?gclid=x&gad_source=1", "https://news.example/a", "Google Ads"),
    ("https://news.example/a?mc_cid=x&mc_eid=y", "https://news.example/a", "Mailchimp"),
    ("https://news.example/a?_hsenc=x&_hsmi=y", "https://news.example/a", "HubSpot"),
    ("https://news.example/a?at_medium=RSS&at_campaign=K", "https://news.example/a", "BBC"),
    ("https://news.example/a?xtor=RSS-1", "https://news.example/a", "AT Internet"),
    ("https://news.example/a?wt_mc=rss", "https://news.example/a", "Webtrekk"),
    ("https://news.example/a?pk_campaign=x&mtm_kwd=y", "https://news.example/a", "Matomo"),
    ("https://www.nytimes.com/a.html?partner=rss&emc=rss", "https://www.nytimes.com/a.html", "of one site"),
    ("https://x.com/a/status/17?s=20&t=Zz", "https://x.com/a/status/17", "of one site"),
    ("https://www.theguardian.com/a?CMP=twt", "https://www.theguardian.com/a", "of one site"),
    (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&feature=youtu.be",
        "https://youtube.com/watch?v=dQw4w9WgXcQ",
        "one",
    ),
    (
        "https://youtu.be/dQw4w9WgXcQ?si=x",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "short address, known form",
    ),
    # AMP
    (f"{PAGE}/amp/", PAGE, "below the page"),
    (f"{PAGE}/amp", f"{PAGE}/", "below the page"),
    ("https://news.example/amp/world/the-quay", "https://news.example/world/the-quay", "above the page"),
    ("https://news.example/a.amp.html", "https://news.example/a.html", "suffix"),
    ("https://news.example/the-quay.amp", "https://news.example/the-quay", "suffix"),
    ("https://news.example/a?amp", "https://news.example/a", "parameter"),
    ("https://news.example/a?amp=1", "https://news.example/a", "parameter"),
    ("https://news.example/a?b=2&amp=true", "https://news.example/a?b=2", "parameter"),
    ("https://news.example/a?outputType=amp", "https://news.example/a", "parameter"),
    ("https://q.blogspot.com/2026/11/a.html?m=1", "https://q.blogspot.com/2026/11/a.html", "Blogger, mobile"),
    (
        "https://www.google.com/amp/s/news.example/a-1.html",
        "https://news.example/a-1.html",
        "Google's viewer",
    ),
    (
        "https://www.google.co.uk/amp/news.example/a-1/amp/",
        "https://news.example/a-1",
        "Google's viewer, http",
    ),
    (
        "https://news-example.cdn.ampproject.org/c/s/news.example/a-1?id=2",
        "https://news.example/a-1?id=2",
        "cache",
    ),
    (
        "https://news-example.cdn.ampproject.org/v/s/news.example/a?amp_js_v=0.1",
        "https://news.example/a",
        "cache",
    ),
    ("https://www.bing.com/amp/s/news.example/a-1", "https://news.example/a-1", "Bing's viewer"),
    # redirectors
    (f"https://www.google.com/url?rct=j&sa=t&url={CODED}&ct=ga&cd=x&usg=y", PAGE, "Google Alerts"),
    (f"https://www.google.de/url?q={CODED}&sa=D", PAGE, "Google"),
    (google_news(PAGE), PAGE, "Google News"),
    (google_news(PAGE + "-" + "x" * 120), PAGE + "-" + "x" * 120, "Google News, long"),
    (f"https://l.facebook.com/l.php?u={CODED}%3Ffbclid%3Dx&h=AT0", PAGE, "Facebook"),
    (f"https://lm.facebook.com/l.php?u={CODED}", PAGE, "Facebook, mobile"),
    (f"https://l.instagram.com/?u={CODED}&e=x", PAGE, "Instagram"),
    (f"https://t.umblr.com/redirect?z={CODED}&t=x", PAGE, "Tumblr"),
    (f"https://www.youtube.com/redirect?event=video&q={CODED}", PAGE, "YouTube"),
    (f"https://eur01.safelinks.protection.outlook.com/?url={CODED}&data=05", PAGE, "Outlook"),
    (f"https://duckduckgo.com/l/?uddg={CODED}&rut=x", PAGE, "DuckDuckGo"),
    (
        f"https://out.reddit.com/t3_x?url={CODED}&token=y",
        f"https://out.reddit.com/t3_x?token=y&url={CODED}",
        "order",
    ),
    (f"https://out.reddit.com/?url={CODED}&token=y", PAGE, "Reddit"),
    (f"https://medium.com/r/?url={CODED}", PAGE, "Medium"),
    (f"https://steamcommunity.com/linkfilter/?url={CODED}", PAGE, "Steam"),
    (f"https://steamcommunity.com/linkfilter/?u={CODED}", PAGE, "Steam, new"),
    (f"https://vk.com/away.php?to={CODED}&cc_key=", PAGE, "VK"),
    (f"https://www.linkedin.com/redir/redirect?url={CODED}&urlhash=x", PAGE, "LinkedIn"),
    (f"https://slack-redir.net/link?url={CODED}", PAGE, "Slack"),
    (f"https://href.li/?{PAGE}", PAGE, "Tumblr, bare"),
    (f"https://click.linksynergy.com/deeplink?id=x&murl={CODED}", PAGE, "affiliate"),
    (f"https://go.redirectingat.com/?id=1&url={CODED}", PAGE, "affiliate"),
    (f"https://ab12.awstrack.me/L0/{CODED}/1/0100-x/y=1", PAGE, "mail tracker"),
    (f"https://urldefense.com/v3/__{PAGE}__;!!x", PAGE, "mail filter"),
    (f"https://r.search.yahoo.com/_ylt=x/RV=2/RE=1/RO=10/RU={CODED}/RK=2/RS=y-", PAGE, "Yahoo"),
    (
        f"https://www.google.com/url?url={quote(f'https://l.facebook.com/l.php?u={CODED}', safe='')}",
        PAGE,
        "two",
    ),
    (
        f"https://www.google.com/url?url={quote(PAGE + '/amp/?utm_source=x', safe='')}",
        PAGE,
        "a tracked AMP page",
    ),
]

APART = [
    ("https://news.example/?id=1", "https://news.example/?id=2", "a number"),
    ("https://news.example/?p=1", "https://news.example/", "an entry and the front page"),
    ("https://news.example/A", "https://news.example/a", "case of a path"),
    ("https://news.example/a?b=X", "https://news.example/a?b=x", "case of a value"),
    ("https://news.example/a?b=1&b=2", "https://news.example/a?b=2&b=1", "order of one name's values"),
    ("https://news.example/a?2026&11", "https://news.example/a?11&2026", "a query of places"),
    ("https://news.example/a?12", "https://news.example/a", "a bare number"),
    ("https://news.example/a?b=0", "https://news.example/a", "zero is a value"),
    ("https://news.example/a%2Fb", "https://news.example/a/b", "an escaped slash"),
    ("https://news.example/a%3Fb=1", "https://news.example/a?b=1", "an escaped question mark"),
    ("https://news.example/a?q=x%26b=1", "https://news.example/a?q=x&b=1", "an escaped ampersand"),
    ("https://news.example/a?q=1%2B1", "https://news.example/a?q=1+1", "an escaped plus"),
    ("https://news.example/a%2541", "https://news.example/a%41", "an escaped per cent sign"),
    ("https://news.example:8080/a", "https://news.example/a", "another port"),
    ("https://blog.news.example/a-1", "https://news.example/a-1", "another host"),
    ("https://news.example/a-1", "https://news.example.org/a-1", "another host"),
    ("https://www2.news.example/a-1", "https://news.example/a-1", "www2 is a host"),
    ("https://wwwnews.example/a-1", "https://news.example/a-1", "www without a dot"),
    ("https://m.news.example/", "https://news.example/", "two front pages: m. may be a site of its own"),
    ("https://m.news.example/feed", "https://news.example/feed", "two feeds: m. may be a site of its own"),
    ("https://m.co.uk/a-1", "https://co.uk/a-1", "m.co.uk is the site"),
    ("https://mobile.de/a-1", "https://de/a-1", "mobile.de is the site"),
    ("https://am.news.example/a-1", "https://news.example/a-1", "ends in m."),
    ("https://news.example/m/a-1", "https://news.example/a-1", "a path /m/"),
    ("https://news.example/mobile/a-1", "https://news.example/a-1", "a path /mobile/: a section"),
    ("https://news.example/guitar/amp", "https://news.example/guitar", "an amplifier"),
    ("https://news.example/2026/amp", "https://news.example/2026", "no article above it"),
    ("https://news.example/amp/my-lamp", "https://news.example/my-lamp", "an owner named amp"),
    ("https://news.example/the-camp", "https://news.example/the-c", "amp within a word"),
    ("https://news.example/champ/a-1", "https://news.example/ch/a-1", "amp within a word"),
    ("https://news.example/a-1/amplifier", "https://news.example/a-1", "begins with amp"),
    ("https://news.example/.amp.html", "https://news.example/.html", "nothing before the suffix"),
    ("https://news.example/a?amp=60", "https://news.example/a", "sixty amperes"),
    ("https://news.example/a?outputType=json", "https://news.example/a", "another form"),
    ("https://news.example/?m=202611", "https://news.example/", "a month of WordPress"),
    ("https://news.example/a?m=1", "https://news.example/a", "m is mobile on Blogger alone"),
    ("https://news.example/a?s=20", "https://news.example/a", "s tracks on Twitter alone"),
    ("https://news.example/a?partner=rss", "https://news.example/a", "partner tracks on one site"),
    ("https://news.example/a?ref=main", "https://news.example/a", "a branch"),
    ("https://news.example/a?source=1", "https://news.example/a", "a source"),
    ("https://news.example/a?id=1&page=2", "https://news.example/a?id=1", "a page"),
    ("https://news.example/a?sid=3", "https://news.example/a?sid=4", "sid is a story as often as a session"),
    ("https://news.example/a?utm=1", "https://news.example/a", "utm without its underscore"),
    ("https://news.example/index.html/a", "https://news.example/a", "index within a path"),
    ("https://news.example/myindex.html", "https://news.example/my", "index within a word"),
    ("https://news.example/index-2.html", "https://news.example/", "another page"),
    ("https://news.example/a;v=2", "https://news.example/a", "a parameter of the path"),
    ("https://news.example/#!/a", "https://news.example/#!/b", "hash-bang"),
    ("https://news.example/#!/a", "https://news.example/", "hash-bang"),
    ("https://news.example/a//b", "https://news.example/a/b", "an empty segment"),
    ("https://www.google.com/url?q=a+search", "https://www.google.com/url?q=other", "no address in it"),
    ("https://www.google.com/search?q=" + CODED, PAGE, "a search for an address"),
    ("https://notgoogle.com/url?q=" + CODED, PAGE, "a host like Google's"),
    ("https://google.evil.example/url?q=" + CODED, PAGE, "a host like Google's"),
    ("https://news.example/l.php?u=" + CODED, PAGE, "not Facebook"),
    ("https://share.news.example/?url=" + CODED, PAGE, "no known redirector"),
    ("https://web.archive.org/web/2026/" + PAGE, PAGE, "a copy is another page"),
    ("https://translate.google.com/translate?u=" + CODED, PAGE, "a translation is another page"),
    (
        "https://news-example.cdn.ampproject.org/i/s/news.example/a.jpg",
        "https://news.example/a.jpg",
        "a picture",
    ),
    ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcR", "another video"),
    (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dqw4w9wgxcq",
        "case of an id",
    ),
    (
        "https://news.google.com/rss/articles/CBMiAU_yqLx",
        "https://news.google.com/rss/articles/CBMiAU_yqLy",
        "closed",
    ),
]


@pytest.mark.parametrize(("one", "other", "reason"), SAME)
def test_two_addresses_of_one_page_have_one_key(one: str, other: str, reason: str) -> None:
    assert urls.canonical(one) == urls.canonical(other), reason


@pytest.mark.parametrize(("one", "other", "reason"), APART)
def test_addresses_that_only_look_alike_keep_their_own_keys(one: str, other: str, reason: str) -> None:
    assert urls.canonical(one) != urls.canonical(other), reason


def test_the_table_is_long_enough_to_be_trusted() -> None:
    assert len(SAME) + len(APART) >= 120


@pytest.mark.parametrize(
    "inner",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://2130706433/",
        "http://user:secret@news.example/",
        "http://0x7f000001/",
        "/relative",
        "",
    ],
)
def test_what_the_gate_refuses_is_not_unwrapped(inner: str) -> None:
    found = urls.canonical(f"https://www.google.com/url?url={quote(inner, safe='')}")
    assert found.startswith("https://google.com/url")


BITS = st.sampled_from(
    [
        "/amp",
        "amp.html",
        ".amp",
        "/index.html",
        "/",
        "a-b",
        "12345",
        ";jsessionid=1",
        "%41",
        "%",
        "..",
        "é",
        "+",
        "%2e",
    ]
)
WRAPPED = ["q=https://www.google.com/url?q=http://m.x.example/1", f"url={CODED}", f"u={CODED}"]
QUERIES = st.sampled_from(
    ["amp", "amp=1", "b=2", "a=1", "a=", "%61=3", "m=1", "url=", "x", "utm_a=1", "s=2", *WRAPPED]
)
HOSTS = """
    m.x.example www.m.mobile.de www.co.uk m.co.uk google.com www.google.com l.facebook.com x.com
    amp.x.example:80 href.li youtu.be q.blogspot.com a.cdn.ampproject.org x.example.
"""
ADDRESSES = st.builds(
    "{}://{}/{}?{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(HOSTS.split()),
    st.lists(BITS, max_size=6).map("".join),
    st.lists(QUERIES, max_size=4).map("&".join),
    st.sampled_from(["", "#a", "#!a", "#!%c3"]),
)


@given(ADDRESSES)
@settings(max_examples=600)
def test_the_key_of_a_key_is_itself_for_mobile_amp_and_wrapped_addresses(url: str) -> None:
    key = urls.canonical(url)
    assert urls.canonical(key) == key


@given(ADDRESSES)
@settings(max_examples=200)
def test_what_the_gate_makes_of_an_address_has_the_same_key(url: str) -> None:
    passed = urls.gate(url)
    assert passed is None or urls.canonical(passed) == urls.canonical(url)
