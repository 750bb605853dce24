"""The hostile cases of script: every payload in every field of every format."""

from __future__ import annotations

import json
from html import escape
from itertools import product

from hostile import Case, answer, head, raw
from hostile_documents import channel, described

# Each is what a browser would run, or load, did it stand unchanged where markup or an address is meant.
SCRIPTS = (
    "<script>hostile()</script>",
    "<img src=x onerror=hostile()>",
    "<svg onload=hostile()>",
    "<a href='javascript:hostile()'>x</a>",
    "<a href='jav&#x09;ascript:hostile()'>x</a>",
    "<a href='&#1;javascript:hostile()'>x</a>",
    "<!--><script>hostile()</script>-->",
    "<iframe srcdoc='<script>hostile()</script>'></iframe>",
    "<form action='javascript:hostile()'><button>x</button></form>",
    "<math><a xlink:href='javascript:hostile()'>x</a></math>",
    "<body onload=hostile()>",
    "<input autofocus onfocus=hostile()>",
    "<svg><animate attributeName=href values='javascript:hostile()'></svg>",
    "<object data='javascript:hostile()'></object>",
    "<style>@import 'javascript:hostile()';</style>",
    "<p style='background:url(javascript:hostile())'>x</p>",
    "<base href='javascript:hostile()//'>",
    "<meta http-equiv=refresh content='0;javascript:hostile()'>",
    "<a href='data:text/html,<script>hostile()</script>'>x</a>",
    "<img src='data:image/svg+xml,<svg onload=hostile()>'>",
    "<noscript><p title='</noscript><img src=x onerror=hostile()>'>",
    "<video><source onerror=hostile()></video>",
    "<a href='vbscript:hostile()'>x</a>",
)
ADDRESSES = (
    "javascript:hostile()",
    "JaVaScRiPt:hostile()",
    " javascript:hostile()",
    "java\nscript:hostile()",
    "data:text/html,<script>hostile()</script>",
    "vbscript:hostile()",
    "file:///etc/passwd",
    'https://a.example/" onclick="hostile()',
)
EVERY = (*SCRIPTS, *ADDRESSES)
WORST = SCRIPTS[0] + ADDRESSES[0]

NAMESPACES = """
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
    xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"
"""
RSS_TEXTS = """
    title link description author category comments pubDate guid source dc:creator dc:date content:encoded
    media:title media:description itunes:author itunes:summary itunes:duration feedburner:origLink
"""
RSS_ADDRESSES = """
    <enclosure url="@" type="@" length="@"/> <media:thumbnail url="@"/>
    <media:content url="@" medium="image"/> <source url="@">@</source> <itunes:image href="@"/>
"""
ATOM_FIELDS = """
    <id>@</id> <author><name>@</name><uri>@</uri><email>@</email></author> <category term="@" label="@"/>
    <published>@</published> <updated>@</updated> <source><id>@</id><title>@</title><link href="@"/></source>
"""
ATOM_TEXTS = ("title", "summary", "content", "rights")
JSON_TEXTS = """
    id url external_url title content_html content_text summary image banner_image language date_published
    date_modified
"""


def in_rss(payload: str) -> str:
    """An RSS entry with the payload in every field, escaped and in CDATA."""
    forms = (escape(payload), f"<![CDATA[{payload}]]>")
    fields = "".join(f"<{name}>{form}</{name}>" for name, form in product(RSS_TEXTS.split(), forms))
    return f"<item>{RSS_ADDRESSES.replace('@', escape(payload))}{fields}</item>"


def in_atom(payload: str) -> str:
    """An Atom entry with the payload in every field, as text, as HTML and as an address."""
    texts = "".join(
        f'<{name} type="{kind}" xml:base="@">@</{name}>'
        for name, kind in product(ATOM_TEXTS, ("text", "html"))
    )
    relations = ("alternate", "enclosure", "replies", "via", "self")
    links = "".join(f'<link rel="{relation}" href="@" type="@"/>' for relation in relations)
    return f"<entry>{ATOM_FIELDS}{texts}{links}</entry>".replace("@", escape(payload))


def in_json(payload: str) -> dict[str, object]:
    """An item of a JSON Feed with the payload in every field."""
    source = dict.fromkeys(("id", "title", "url", "feed_url"), payload)
    return dict.fromkeys(JSON_TEXTS.split(), payload) | {
        "authors": [{"name": payload, "url": payload, "avatar": payload}],
        "tags": [payload],
        "attachments": [{"url": payload, "mime_type": payload, "title": payload}],
        "_newsdesk": {"source": source, "note": payload, "editors": [payload], "comments": payload},
    }


def rss_feed() -> str:
    names = ("title", "link", "description", "copyright", "language", "generator")
    about = "".join(f"<{name}>{escape(WORST)}</{name}>" for name in names)
    return f'<rss version="2.0" {NAMESPACES}><channel>{about}{"".join(map(in_rss, EVERY))}</channel></rss>'


def atom_feed(entries: str) -> str:
    about = '<title type="html">@</title><id>@</id><icon>@</icon><subtitle>@</subtitle>'.replace(
        "@", escape(WORST)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{about}{entries}</feed>'


def json_feed() -> str:
    about = dict.fromkeys(("title", "home_page_url", "icon", "language", "description"), WORST)
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps(about | {"version": version, "items": [in_json(payload) for payload in EVERY]})


XHTML = """<entry><id>urn:x:1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
    <script>hostile()</script><p onclick="hostile()">x</p></div></content></entry>"""
PIXELS = """<img src='https://a.example/p.gif' width=1 height=1><img width=0 src='https://a.example/q.gif'>
    <img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>text"""
ESCAPED = f"<item><guid>g</guid><title>&{'amp;' * 1_000}lt;script&gt;hostile()</title></item>"
IN_HEADERS = head("Content-Length: 0", 'ETag: "<script>"', status="500 <script>hostile()</script>")

SCRIPTED = (
    # Two of them, once cleaned, say the same to the letter, and are one item.
    Case("script in every field of RSS", answer(rss_feed()), len(EVERY) - 1),
    Case("script in every field of Atom", answer(atom_feed("".join(map(in_atom, EVERY)))), len(EVERY) - 1),
    Case("script in every field of a JSON Feed", answer(json_feed()), len(EVERY) - 1),
    Case("script in XHTML", answer(atom_feed(XHTML)), 1),
    Case("pixels that track, and images within", answer(described(PIXELS)), 1),
    Case("a title a thousand times escaped", answer(channel(ESCAPED)), 1),
    Case("script in the head of an answer", raw(IN_HEADERS), "http_500"),
)
