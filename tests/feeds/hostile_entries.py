"""Entries as a careless or hostile world makes them: any of these texts and addresses stands anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from feeds.entries import (
    Deleted,
    Editorial,
    Enclosure,
    Entry,
    Feed,
    Link,
    Moment,
    Origin,
    Pace,
    Person,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

TEXTS = (
    *("", " ", "\n\n", "Plain words", "Été à Zürich", "日本語の見出し", "עברית ועוד", "🎉👩‍👩‍👧", "a\u202eb"),
    *(
        "<b>bold</b> & <i>more</i>",
        "AT&T",
        "AT&amp;T",
        "&amp;amp;lt;script&gt;",
        "Q&A2",
        "&copy 2020",
        "&#x41;",
    ),
    *("a < b > c", "The <video> element", "</video></title>", "if a<b then", "Vec<String>", "<!-- no -->"),
    *(
        "]]>",
        "<![CDATA[x]]>",
        "&nbsp;",
        "&bogus;",
        "\x00\x01\x0b\x1f",
        "don\x92t",
        "\ufffd\ufffe\uffff",
        "\ud800",
    ),
    *("<script>alert(1)</script>", "\"quotes\" 'and' more", "x" * 700, "word " * 300, "cafe\u0301 a\u0338>"),
    *("javascript:alert(1)", "${jndi:ldap://x}", "'; DROP TABLE item; --", "\u2028\u2029\u0085", "{{ 7*7 }}"),
)
HTML = (
    *("", "<p>One</p>", "<p>un<b>closed <i>tags</p>", "<script>x</script>", "<p style='x' onclick='y'>z</p>"),
    *("<a href='/relative'>r</a><a href='#note'>n</a><a href='javascript:x'>j</a><img src='a.png'>",),
    *("<iframe src='https://v.example/1'></iframe>", "<object></object><embed><form><input></form>"),
    *(
        "<table><tr><td>a<p>b</table>",
        "<svg><a xlink:href='javascript:x'></svg>",
        "]]> &amp; &lt;b&gt; &nbsp;",
    ),
    *("<video src='https://v.example/a.mp4'></video><audio></audio>", "<bdo dir='rtl'>x</bdo><font>f</font>"),
    *("<blockquote class='newsdesk-note evil'><p class='x'>n</p></blockquote>", "<a><a><a>", "</div></p>"),
    *(
        "<img src='data:image/png;base64,AA'><img srcset='/a 1x, b 2x' src='https://i.example/a'>",
        "<pre>\n\n a",
    ),
    *(
        "<details><summary>s &amp; t</summary>d</details>",
        "<ul><li>a<li>b</ul><dl><dt>c<dd>d</dl>",
        "<p>\x00\x92",
    ),
)
ADDRESSES = (
    *("https://s.example/1", "http://s.example", "https://s.example/é à?q=ü#ß", "https://ünïcode.example/"),
    *(
        "https://s.example/a[1]{2}|3^4`5",
        "https://s.example/<b>\"'",
        "//s.example/x",
        "/relative",
        "s.example",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://s.example/",
        "file:///etc/passwd",
        "https://",
        "http://a b/",
    ),
    *("https://user:word@s.example/", "https://s.example:443/%zz%20", "https://s.example/" + "x" * 3000, " "),
    *(
        "https://s.example/\x00",
        "HTTPS://S.EXAMPLE/A/../B",
        "https://s.example/?a=1&b=2&amp;c=3",
        "mailto:a@b",
    ),
)
IDS = (
    *(
        "1234",
        "abc 1",
        "",
        "urn:uuid:nonsense",
        "urn:x",
        "tag:s.example:1",
        "tag:S.example,2020:x y",
        "foo:bar",
    ),
    *(
        "http://s.example",
        "https://s.example/é",
        "urn:x-s:1",
        "tag:s.example,2020-01-01:1",
        "urn:a:b/c",
        "a]]>b",
    ),
)
KINDS = ("audio/mpeg", "mp3", "", "text/html; charset=utf-8", "image/png", "video/mp4", "a b/c", "<x>/y")
LANGUAGES = (None, "en", "fr_FR", "jp", "pt-BR", "english", "x-klingon", "", "zh-Hant-TW", "<b>")
RELATIONS = ("related", "via", "canonical", "alternate")


class World:
    """What a seed makes of it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.number = 0

    def text(self) -> str:
        return " ".join(self.random.choices(TEXTS, k=self.random.choice((1, 1, 2, 3))))

    def html(self) -> str:
        return "".join(self.random.choices(HTML, k=self.random.choice((0, 1, 2, 4))))

    def address(self) -> str:
        return self.random.choice(ADDRESSES)

    def maybe(self, value: str) -> str | None:
        return value if self.random.random() < 0.7 else None

    def instant(self) -> datetime:
        """Many at midnight, some the same, some of long ago; none later than now."""
        ago = self.random.choice(
            (timedelta(), timedelta(days=self.random.randrange(30)), timedelta(days=20_000))
        )
        part = timedelta(seconds=self.random.choice((0, 0, 43_200, self.random.random() * 86_400)))
        return NOW - ago - part

    def moment(self) -> Moment | None:
        at = self.random.choice((None, self.instant(), self.instant()))
        return self.random.choice((None, Moment(raw=self.text(), at=at)))

    def entry(self) -> Entry:
        self.number += 1
        own = f"https://s.example/{self.number}"
        return Entry(
            guid=self.random.choice((own, f"urn:x-s:{self.number}", self.random.choice(IDS), self.text())),
            url=self.maybe(self.address()),
            title=self.text(),
            summary=self.text(),
            content=self.html(),
            authors=tuple(self.person() for _ in range(self.random.randrange(3))),
            categories=tuple(self.text() for _ in range(self.random.randrange(3))),
            language=self.random.choice(LANGUAGES),
            image=self.maybe(self.address()),
            enclosures=tuple(self.enclosure() for _ in range(self.random.randrange(3))),
            comments=self.maybe(self.address()),
            links=tuple(self.link() for _ in range(self.random.randrange(3))),
            rights=self.maybe(self.text()),
            published=self.moment(),
            updated=self.moment(),
            origin=self.random.choice((None, self.origin())),
            editorial=self.random.choice((None, self.editorial())),
        )

    def person(self) -> Person:
        return Person(name=self.text(), uri=self.maybe(self.address()), email=self.maybe(self.text()))

    def enclosure(self) -> Enclosure:
        length = self.random.choice((None, 0, 1, 10**12))
        return Enclosure(url=self.address(), type=self.random.choice(KINDS), length=length, duration=length)

    def link(self) -> Link:
        language, kind = self.random.choice(LANGUAGES), self.maybe(self.random.choice(KINDS))
        relation = self.random.choice(RELATIONS)
        return Link(
            href=self.address(), rel=relation, type=kind, hreflang=language, title=self.maybe(self.text())
        )

    def origin(self) -> Origin:
        return Origin(
            id=self.random.choice((*IDS, *ADDRESSES)),
            title=self.text(),
            url=self.maybe(self.address()),
            feed_url=self.maybe(self.address()),
            updated=self.random.choice((None, self.instant())),
            rights=self.maybe(self.text()),
            icon=self.maybe(self.address()),
        )

    def editorial(self) -> Editorial:
        return Editorial(
            note=self.text(),
            noted_by=self.text(),
            noted_at=self.instant(),
            editors=(self.text(), self.text()),
            published=self.instant(),
            correction=self.text(),
        )

    def feed(self, entries: int) -> Feed:
        archive = self.random.random() < 0.3
        return Feed(
            title=self.text(),
            id=self.random.choice((*IDS, "https://news.example/feed")),
            url=self.maybe(self.address()),
            feed_url="https://news.example/feed",
            description=self.text(),
            language=self.random.choice(LANGUAGES),
            icon=self.maybe(self.address()),
            logo=self.maybe(self.address()),
            rights=self.maybe(self.text()),
            authors=(self.person(),),
            updated=self.random.choice((None, self.instant())),
            hub=self.maybe(self.address()),
            previous=self.maybe(self.address()),
            current="https://news.example/now" if archive else None,
            archive=archive,
            pace=self.random.choice((None, Pace(ttl=self.random.choice((None, 0, 1, 900))))),
            entries=tuple(self.entry() for _ in range(entries)),
            deleted=tuple(self.deleted() for _ in range(self.random.randrange(4))),
        )

    def deleted(self) -> Deleted:
        ids = (*IDS, f"https://s.example/{self.random.randrange(1, self.number + 2)}")
        return Deleted(guid=self.random.choice(ids), at=self.instant(), comment=self.text())


def feeds(entries: int, each: int = 50) -> Iterator[Feed]:
    """Feeds with so many entries in all."""
    return (World(seed).feed(each) for seed in range(entries // each))
