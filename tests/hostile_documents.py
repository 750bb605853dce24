"""The hostile cases of the document: encodings, what is no feed, bombs, odd characters and dates, script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from hostile import Case, answer
from makers import rss, rss_item

TWO = rss([rss_item("one"), rss_item("two")])
LATE = "Wed, 25 Nov 2026 08:00:00 GMT"


def channel(inside: str, before: str = "", attributes: str = "") -> str:
    """An RSS document around what is to be tried, and before it a prologue."""
    return (
        f'<?xml version="1.0"?>\n{before}<rss version="2.0" {attributes}><channel><title>t</title>'
        f"<link>https://site.example/</link>{inside}</channel></rss>"
    )


def item(inside: str, attributes: str = "") -> str:
    """An RSS document of one entry."""
    return channel(f"<item><guid>g</guid><title>t</title>{inside}</item>", attributes=attributes)


def described(markup: str) -> str:
    return item(f"<description>{escape(markup)}</description>")


def with_dtd(declarations: str, reference: str = "&x;") -> str:
    """An RSS document whose title refers to an entity that its DTD declares."""
    before = f"<!DOCTYPE rss [{declarations}]>"
    return channel(f"<item><guid>g</guid><title>{reference}</title></item>", before)


def labelled(text: str, label: str, encoding: str) -> bytes:
    """A document that claims one encoding and is written in another."""
    return text.replace('encoding="UTF-8"', f'encoding="{label}"').encode(encoding)


CHARGED = TWO.replace("Title of one", "Süße Maßarbeit – 日本")
ENCODINGS = (
    *(
        Case(f"the label {label}", answer(labelled(CHARGED, label, "utf-8")), 2)
        for label in (
            "utf-7",
            "punycode",
            "unicode_escape",
            "undefined",
            "rot13",
            "hex",
            "idna",
            "x" * 300,
            "../../etc",
        )
    ),
    *(
        Case(f"the charset {label}", answer(CHARGED, content_type=f"text/xml; charset={label}"), 2)
        for label in ("utf-7", "unicode_escape", "mbcs", "zip")
    ),
    Case(
        "UTF-7 that hides a tag",
        answer(labelled(TWO.replace("Title", "+ADw-script+AD4-"), "utf-7", "ascii")),
        2,
    ),
    Case("UTF-16 without a mark", answer(labelled(CHARGED, "utf-16", "utf-16-le")), 2),
    Case("UTF-16 of big ends without a mark", answer(labelled(CHARGED, "utf-16", "utf-16-be")), 2),
    Case("UTF-16 cut within a character", answer(labelled(CHARGED, "utf-16", "utf-16")[:-1]), 2),
    Case("UTF-32", answer(labelled(CHARGED, "utf-32", "utf-32")), 2),
    Case("UTF-8 that says UTF-16", answer(labelled(CHARGED, "utf-16", "utf-8")), 2),
    Case("UTF-16 that says UTF-8", answer(labelled(CHARGED, "utf-8", "utf-16")), 2),
    Case("Latin-1 that says UTF-8", answer(labelled(TWO.replace("Title", "Größe"), "utf-8", "latin-1")), 2),
    Case("two encodings in one", answer(CHARGED.encode() + "<!-- Größe -->".encode("latin-1")), 2),
    Case("EBCDIC", answer(TWO.encode("cp037")), "not_a_feed"),
    Case("noise", answer(bytes((n * 7919 + n * n * 31) % 256 for n in range(20_000))), "not_a_feed"),
    Case("overlong UTF-8", answer(TWO.encode().replace(b"Title", b"\xc0\xbcscript\xc0\xbe")), 2),
    Case("two byte order marks", answer(b"\xef\xbb\xbf\xef\xbb\xbf" + TWO.encode()), 2),
    Case("a mark and nothing", answer(b"\xff\xfe"), "empty"),
)

NO_FEEDS = (
    Case("an empty body", answer(b""), "empty"),
    Case("a megabyte of spaces", answer(b" " * 1_000_000), "empty"),
    Case("NULs", answer(bytes(100_000)), "empty"),
    Case("a page of HTML", answer("<!DOCTYPE html><html><body><rss></rss></body></html>"), "not_a_feed"),
    Case("a page that says it is a feed", answer("<html><title>Login</title></html>"), "not_a_feed"),
    Case("words", answer("It works!"), "not_a_feed"),
    Case("JSON that is no feed", answer('{"error": "no"}'), "not_a_feed"),
    Case("JSON that is a list", answer("[1, 2, 3]"), "not_a_feed"),
    Case(
        "JSON cut short", answer('{"version": "https://jsonfeed.org/version/1.1", "items": [{'), "not_a_feed"
    ),
    Case("JSON of 100,000 braces", answer('{"a":' * 100_000), "not_a_feed"),
    Case("JSON of 100,000 brackets", answer('{"items":' + "[" * 100_000), "not_a_feed"),
    Case(
        "JSON with a number of 100,000 digits",
        answer('{"items": [], "version": ' + "9" * 100_000 + "}"),
        "not_a_feed",
    ),
    Case("OPML", answer('<opml version="2.0"><body><outline xmlUrl="@TRAP@"/></body></opml>'), "not_a_feed"),
    Case(
        "an image",
        answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, content_type="image/png"),
        "not_a_feed",
    ),
    Case(
        "a PDF",
        answer(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>", content_type="application/pdf"),
        "not_a_feed",
    ),
    Case(
        "a zip", answer(b"PK\x03\x04" + bytes(range(256)) * 9, content_type="application/zip"), "not_a_feed"
    ),
    Case("XML that is no feed", answer("<?xml version='1.0'?><sitemap><url/></sitemap>"), "not_a_feed"),
    Case(
        "SVG with script",
        answer("<svg xmlns='http://www.w3.org/2000/svg'><script>hostile()</script></svg>"),
        "not_a_feed",
    ),
    Case("a body that names a device", answer("/dev/zero"), "not_a_feed"),
    Case("a body that names a file", answer("/etc/passwd"), "not_a_feed"),
    Case("a body that is an address", answer("@TRAP@/from-the-body"), "not_a_feed"),
    Case("a body that is the address of a file", answer("file:///etc/passwd"), "not_a_feed"),
    Case("a root alone", answer("<rss version='2.0'>"), 0),
    Case("a root cut short", answer("<rss versi"), "not_a_feed"),
    Case("a comment that never ends", answer("<!-- " + "<rss> " * 50_000), "not_a_feed"),
    Case("a DTD that never ends", answer("<!DOCTYPE rss [" + "<!ENTITY a 'b'>" * 20_000), "not_a_feed"),
)

LAUGHS = "<!ENTITY x0 'ha'>" + "".join(f"<!ENTITY x{n} '{f'&x{n - 1};' * 10}'>" for n in range(1, 10))
CHAIN = "<!ENTITY e0 'x'>" + "".join(f"<!ENTITY e{n} '&e{n - 1};'>" for n in range(1, 30_000))
ENTITIES = (
    Case("a billion laughs", answer(with_dtd(LAUGHS, "&x9;")), 1),
    Case("a quadratic bomb", answer(with_dtd(f"<!ENTITY x '{'a' * 50_000}'>", "&x;" * 50_000)), 1),
    Case("a chain of 30,000 entities", answer(with_dtd(CHAIN, "&e29999;")), 1),
    Case("a chain within one line", answer("<?xml version='1.0'?> " + with_dtd(CHAIN, "&e29999;")[22:]), 1),
    Case("an entity of itself", answer(with_dtd("<!ENTITY x '&x;'>")), 1),
    Case("an entity that is a file", answer(with_dtd('<!ENTITY x SYSTEM "file:///etc/passwd">')), 1),
    Case("an entity that is an address", answer(with_dtd('<!ENTITY x SYSTEM "@TRAP@/entity">')), 1),
    Case("an entity that is a parameter", answer(with_dtd('<!ENTITY % p SYSTEM "@TRAP@/parameter"> %p;')), 1),
    Case(
        "a DTD elsewhere",
        answer(channel("<item><guid>g</guid></item>", '<!DOCTYPE rss SYSTEM "@TRAP@/dtd">')),
        1,
    ),
    Case(
        "a DTD twice",
        answer(with_dtd(LAUGHS, "&x9;").replace("<rss", f"<!DOCTYPE rss [{LAUGHS}]><rss", 1)),
        1,
    ),
    Case(
        "a DTD within the root", answer(item(f"<!DOCTYPE rss [{LAUGHS}]><description>&x9;</description>")), 1
    ),
    Case(
        "a stylesheet elsewhere",
        answer(channel("<item><guid>g</guid></item>", '<?xml-stylesheet href="@TRAP@/xsl"?>')),
        1,
    ),
    Case(
        "an inclusion",
        answer(item('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="@TRAP@/xi"/>')),
        1,
    ),
    Case(
        "an entity that is markup",
        answer(with_dtd("<!ENTITY x '&#60;script&#62;hostile()&#60;/script&#62;'>")),
        1,
    ),
)


def numbered(count: int) -> Iterable[str]:
    return (f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(count))


FLOODS = (
    Case("1,500 items", answer(channel("".join(numbered(1_500)))), 1000),
    Case(
        "100,000 items",
        answer(channel("".join(f"<item><title>{n}</title></item>" for n in range(100_000)))),
        1000,
    ),
    Case("an empty item a hundred thousand times", answer(channel("<item><guid/></item>" * 100_000)), 1),
    Case("one guid a thousand times", answer(channel(next(iter(numbered(1))) * 1_000)), 1),
    Case("20,000 elements deep", answer(item("<a>" * 20_000 + "</a>" * 20_000)), 1),
    Case("20,000 divs deep", answer(described("<div>" * 20_000 + "x")), 1),
    Case("items in items", answer(channel("<item><guid>g</guid>" * 300 + "</item>" * 300)), 1),
    Case(
        "an attribute of a megabyte",
        answer(item(f'<enclosure url="https://a.example/{"a" * 1_000_000}"/>')),
        1,
    ),
    Case(
        "200,000 attributes",
        answer(item("<x " + " ".join(f'a{n}=""' for n in range(200_000)) + "/>")),
        "parse_timeout",
    ),
    Case(
        "20,000 namespaces",
        answer(
            channel(
                "<item><guid>g</guid></item>",
                attributes=" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000)),
            )
        ),
        1,
    ),
    Case("a tag that never ends", answer(item("<x " + "a" * 300_000)), 1),
    Case("a name of a megabyte", answer(item(f"<{'a' * 300_000}/>")), 1),
    Case("a megabyte of ampersands", answer(item(f"<description>{'&' * 1_000_000}</description>")), 1),
    Case("a megabyte of references", answer(described("&amp;" * 200_000)), 1),
    Case("a flood of less-thans", answer(described("<" * 200_000)), 1),
    Case("a flood of less-thans in the XML", answer(item(f"<description>{'<' * 200_000}</description>")), 1),
    Case("a flood of comments", answer(described("<!--" * 50_000)), 1),
    Case("a flood of quotes", answer(described('<a href="' * 30_000)), 1),
    Case("an author of 310 kB", answer(item(f"<author>{'a.' * 155_000}</author>")), "parse_timeout"),
    Case("an author of many ats", answer(item(f"<author>{'a@' * 15_500}</author>")), 1),
    Case("a date of 100 kB", answer(item(f"<pubDate>{'1' * 100_000}</pubDate>")), 1),
    Case(
        "a title of a megabyte",
        answer(channel(f"<item><guid>g</guid><title>{'word ' * 200_000}</title></item>")),
        1,
    ),
    Case("a guid of a megabyte", answer(channel(f"<item><guid>{'g' * 1_000_000}</guid></item>")), 1),
    Case("4,000 categories", answer(item("".join(f"<category>{n}</category>" for n in range(4_000)))), 1),
    Case(
        "20,000 enclosures",
        answer(item("".join(f'<enclosure url="https://a.example/{n}"/>' for n in range(20_000)))),
        1,
    ),
)

ODD = "".join(
    f"&#x{number:X};"
    for number in (0, 1, 8, 0xB, 0x1F, 0x7F, 0x85, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x10FFFF, 0x110000)
)
CHARACTERS = (
    Case("CDATA unclosed", answer(item("<description><![CDATA[ never closed")), 1),
    Case("CDATA in CDATA", answer(item("<description><![CDATA[a<![CDATA[b]]>c]]></description>")), 1),
    Case("references to what is no character", answer(item(f"<description>{ODD}</description>")), 1),
    Case("a lone surrogate", answer(item("<description>&#xD83D; &#55357;</description>")), 1),
    Case("NUL in the text", answer(item("<description>a\0b\x01c\ufffed\uffffe</description>")), 1),
    Case(
        "surrogates in UTF-8",
        answer(item("<description>\ud83d</description>").encode(errors="surrogatepass")),
        1,
    ),
    Case(
        "surrogates in JSON",
        answer('{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"\\ud800","title":"\\udfff"}]}'),
        1,
    ),
    Case("text of two directions", answer(item("<description>\u202e\u2066\u200f\ufeff</description>")), 1),
    Case(
        "10,000 accents on one letter",
        answer(item("<description>a" + "\u0301" * 10_000 + "</description>")),
        1,
    ),
    Case("undeclared prefixes", answer(item("<media:content url='https://a.example/a.png'/><x:y/>")), 1),
    Case("a document cut short", answer(TWO[: TWO.rindex("<link>")]), 2),
    Case(
        "a warning of PHP",
        answer("<br />\n<b>Warning</b>: mysql_connect() in /srv/a.php on line 1\n" + TWO),
        2,
    ),
    Case("something after the end", answer(TWO + "<script>hostile()</script>\0" * 99), 2),
    Case("tags that cross", answer(item("<description><b><i>x</b></i></description>")), 1),
)

DATES = tuple(
    Case(f"the date {date[:30]}", answer(item(f"<pubDate>{date}</pubDate>")), 1)
    for date in (
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59+14:00",
        "-1",
        "-0001-01-01T00:00:00Z",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2400",
        "99999999999999999999",
        "1e309",
        "Mon, 32 Foo 2026 25:61:61 XYZ",
        "2026-02-30",
        "2026-11-25T08:00:00+99:99",
        "\u0661\u0662/\u0663/\u0664",
        "24:00:60 yesterday",
    )
)

DOCUMENTS = (*ENCODINGS, *NO_FEEDS, *ENTITIES, *FLOODS, *CHARACTERS, *DATES)
