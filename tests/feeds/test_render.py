"""What the written documents hold, trap by trap: events of the W3C feed validation service are named."""

from __future__ import annotations

import hashlib
import locale
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from feed_strategies import feeds
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds import dates, elements, generator, module, render
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
from feeds.proof import proofread

A = f"{{{elements.ATOM}}}"
DC = f"{{{elements.DC}}}"
MEDIA = f"{{{elements.MEDIA}}}"
DESK = f"{{{module.NAMESPACE}}}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"

Write = Callable[[Feed], bytes]


def atom(feed: Feed) -> bytes:
    return render.atom(proofread(feed))


def rss(feed: Feed) -> bytes:
    return render.rss(proofread(feed))


BOTH = pytest.mark.parametrize("write", [atom, rss])


def entry(**said: Any) -> Entry:
    defaults: dict[str, Any] = {
        "guid": "https://harbour.example/1",
        "url": "https://harbour.example/1",
        "title": "Cranes",
        "published": dates.read("2023-11-20T13:56:00Z"),
    }
    return Entry.model_validate(defaults | said)


def feed(*entries: Entry, **said: Any) -> Feed:
    address = "https://news.example/recent-news"
    defaults: dict[str, Any] = {"title": "Recent News", "id": address, "url": "https://news.example/"}
    return Feed.model_validate(defaults | {"feed_url": address, "entries": entries} | said)


def atom_feed(*entries: Entry, **said: Any) -> Any:
    return etree.fromstring(atom(feed(*entries, **said)))


def atom_entry(**said: Any) -> Any:
    return atom_feed(entry(**said)).find(A + "entry")


def channel(*entries: Entry, **said: Any) -> Any:
    return etree.fromstring(rss(feed(*entries, **said))).find("channel")


def item(**said: Any) -> Any:
    return channel(entry(**said)).find("item")


def links(element: Any) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in element.findall(A + "link")]


def titles(document: bytes) -> list[str]:
    elements = etree.fromstring(document).iter("item", A + "entry")
    return [element.findtext("title") or element.findtext(A + "title") for element in elements]


class TestBothFormats:
    @BOTH
    def test_entries_keep_their_order(self, write: Write) -> None:
        """feedgen puts each entry before the last, unless told otherwise."""
        names = [entry(guid=f"urn:x-t:{name}", title=name) for name in ("one", "two", "three")]
        assert titles(write(feed(*names))) == ["one", "two", "three"]

    @BOTH
    @pytest.mark.parametrize("bad", ["\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
    def test_a_character_that_xml_forbids_costs_neither_the_feed_nor_the_entry(
        self, write: Write, bad: str
    ) -> None:
        everywhere = f"be{bad}fore"
        spoilt = entry(
            guid=everywhere,
            title=everywhere,
            summary=everywhere,
            content=f"<p>{everywhere}</p>",
            authors=[Person(name=everywhere, email=everywhere)],
            categories=[everywhere],
            rights=everywhere,
            editorial=Editorial(note=everywhere, editors=(everywhere,)),
            origin=Origin(id=everywhere, title=everywhere, feed_url="https://o.example/f"),
        )
        assert titles(write(feed(spoilt, entry(guid="urn:x-t:2"), description=everywhere))) == [
            "before",
            "Cranes",
        ]

    @BOTH
    def test_c1_controls_and_replacement_characters_are_not_written(self, write: Write) -> None:
        """BadCharacters."""
        document = write(
            feed(entry(title="don\x92t\ufffd", summary="\x85", content="<p>\x93a\x94</p>"))
        ).decode()
        assert not set(document) & {*map(chr, range(0x80, 0xA0)), "\ufffd"}
        assert "don’t" in document

    @BOTH
    def test_a_title_is_plain_text(self, write: Write) -> None:
        """ContainsHTML."""
        assert titles(write(feed(entry(title="<b>AT&amp;amp;T</b>: a < b")))) == ["AT&T: a < b"]

    @BOTH
    @pytest.mark.parametrize(
        ("said", "title"),
        [
            ({"title": "", "summary": "The cranes, all of them."}, "The cranes, all of them."),
            ({"title": "", "summary": ""}, "https://harbour.example/1"),
            ({"title": "", "url": None}, "…"),
        ],
        ids=["from the summary", "from the link", "from nothing"],
    )
    def test_every_entry_has_a_title(self, write: Write, said: dict[str, Any], title: str) -> None:
        assert titles(write(feed(entry(**said)))) == [title]

    @BOTH
    def test_an_empty_feed_is_a_feed(self, write: Write) -> None:
        assert titles(write(feed())) == []
        assert titles(write(Feed())) == []

    @BOTH
    def test_an_address_that_is_not_http_is_not_published(self, write: Write) -> None:
        bad = "javascript:alert(1)"
        spoilt = entry(
            url=bad,
            image=bad,
            comments=bad,
            enclosures=[Enclosure(url=bad)],
            links=[Link(href=bad, rel="via")],
            content=f'<a href="{bad}">x</a>',
        )
        assert b"javascript:" not in write(feed(spoilt, icon=bad))

    @BOTH
    def test_content_is_cleaned_again_on_the_way_out(self, write: Write) -> None:
        """SecurityRisk, SecurityRiskAttr, DangerousStyleAttr, ContainsRelRef."""
        dirty = '<p style="x" onclick="y">a<script>z</script><a href="/b">c</a></p>'
        document = write(feed(entry(content=dirty))).decode()
        assert not [word for word in ("script>", "onclick", "style=") if word in document]
        assert "https://harbour.example/b" in document

    @BOTH
    def test_nothing_depends_on_the_clock(self, write: Write) -> None:
        """feedgen dates a feed and its entries now."""
        year = str(datetime.now(UTC).year).encode()
        assert year not in write(feed(entry(published=None), entry(guid="urn:x-t:2")))

    @BOTH
    def test_two_processes_write_the_same_bytes(self, write: Write) -> None:
        code = (
            "import sys; from feeds import proof, render; from feeds.entries import *\n"
            "entry = Entry(guid='urn:x-t:1', title='a', categories=('b', 'c', 'd'), enclosures=("
            "Enclosure(url='https://f.example/a', length=1, duration=2),), origin=Origin(id='urn:x-t:2'))\n"
            "feed = proof.proofread(Feed(title='t', entries=(entry,) * 3))\n"
            f"sys.stdout.buffer.write(render.{write.__name__}(feed))"
        )
        root = Path(render.__file__).parents[1]
        digests = {
            hashlib.sha256(
                subprocess.run(
                    [sys.executable, "-c", code],
                    env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "TZ": zone},
                    capture_output=True,
                    check=True,
                ).stdout
            ).hexdigest()
            for seed, zone in (("1", "UTC"), ("2", "Pacific/Kiritimati"))
        }
        assert len(digests) == 1

    @BOTH
    def test_the_locale_of_the_process_is_left_alone(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """feedgen sets it for every RFC 822 date, for all threads at once."""
        monkeypatch.delattr(locale, "setlocale")
        assert write(feed(entry(updated=dates.read("2023-11-21T00:00:00Z"))))

    @BOTH
    def test_an_id_that_is_no_uri_is_made_one_and_stays_the_same(self, write: Write) -> None:
        documents = [
            write(feed(entry(guid="1234"))),
            write(feed(entry(guid="abc 1"))),
            write(feed(entry(guid="1234"))),
        ]
        roots = [etree.fromstring(document) for document in documents]
        ids = [next(root.iter("guid", A + "entry")) for root in roots]
        first, second, again = (found.findtext(A + "id") or found.text for found in ids)
        assert first.startswith("urn:uuid:")
        assert first == again != second

    @BOTH
    def test_an_id_made_for_an_entry_is_the_same_in_every_edition(self, write: Write) -> None:
        local = entry(guid="1234", origin=Origin(id="urn:x-o:1", title="Harbour"))
        documents = [write(feed(local, id=f"https://news.example/{slug}")) for slug in ("recent", "picks")]
        made = [found for document in documents for found in document.split() if b"urn:uuid:" in found]
        assert len(made) == 2
        assert len(set(made)) == 1

    @BOTH
    @settings(max_examples=15, deadline=None)
    @given(drawn=feeds(), text=st.text(max_size=40))
    def test_any_text_whatever_can_be_written(self, write: Write, drawn: Feed, text: str) -> None:
        spoilt = entry(
            guid=text, title=text, summary=text, content=text, url=text, language=text, rights=text
        )
        document = etree.fromstring(write(drawn.model_copy(update={"entries": (*drawn.entries, spoilt)})))
        assert len(list(document.iter("item", A + "entry"))) == len(drawn.entries) + 1


class TestAtom:
    def test_links_keep_their_rel_type_and_length(self) -> None:
        """DuplicateAtomLink: feedgen drops them, and an enclosure becomes a second alternate."""
        sound = Enclosure(url="https://f.example/a.mp3", type="audio/mpeg", length=5)
        film = Enclosure(url="https://f.example/b.mp4", type="video/mp4")
        page = "https://harbour.example/1"
        assert links(atom_entry(enclosures=[sound, film], comments=page + "#talk")) == [
            {"rel": "alternate", "type": "text/html", "href": page},
            {"rel": "enclosure", "type": "audio/mpeg", "length": "5", "href": sound.url},
            {"rel": "enclosure", "type": "video/mp4", "href": film.url},
            {"rel": "replies", "type": "text/html", "href": page + "#talk"},
        ]

    def test_no_two_alternates_are_of_one_type_and_language(self) -> None:
        """DuplicateAtomLink (RFC 4287 §4.1.2): the page is one of HTML in no stated language."""
        languages = [None, "fr", "fr", "de"]
        further = [
            Link(href=f"https://harbour.example/{n}", rel="alternate", hreflang=tag)
            for n, tag in enumerate(languages, 2)
        ]
        assert links(atom_entry(links=further))[1:] == [
            {"rel": "alternate", "hreflang": "fr", "href": "https://harbour.example/3"},
            {"rel": "alternate", "hreflang": "de", "href": "https://harbour.example/5"},
        ]

    def test_the_feed_links_to_itself_and_to_its_site(self) -> None:
        """MissingSelf, SelfNotAtom."""
        assert {(link["rel"], link["href"], link["type"]) for link in links(atom_feed())} == {
            ("self", "https://news.example/recent-news", "application/atom+xml"),
            ("alternate", "https://news.example/", "text/html"),
        }

    def test_the_source_of_an_entry_is_told_in_full(self) -> None:
        """MissingSourceElement."""
        origin = Origin(
            id="urn:x-o:1", title="Harbour", url="https://o.example/", feed_url="https://o.example/feed"
        )
        source = atom_entry(origin=origin).find(A + "source")
        assert source.findtext(A + "id") == "urn:x-o:1"
        assert source.findtext(A + "title") == "Harbour"
        assert source.findtext(A + "updated") == "2023-11-20T13:56:00Z"
        assert [(link["rel"], link["href"]) for link in links(source)] == [
            ("alternate", "https://o.example/"),
            ("self", "https://o.example/feed"),
        ]

    def test_the_source_stands_for_an_author_who_is_not_known(self) -> None:
        origin = Origin(id="urn:x-o:1", title="Harbour")
        assert atom_entry(origin=origin).findtext(f"{A}source/{A}author/{A}name") == "Harbour"
        signed = atom_entry(origin=origin, authors=[Person(name="Ana")])
        assert signed.find(f"{A}source/{A}author") is None
        assert signed.findtext(f"{A}author/{A}name") == "Ana"

    @pytest.mark.parametrize(
        ("id", "written"),
        [
            ("http://o.example", "http://o.example/"),  # NonCanonicalURI
            ("HTTP://O.example/%7Ea", "HTTP://O.example/%7Ea"),  # to the letter
            ("tag:o.example,2023:1", "tag:o.example,2023:1"),
            ("3", "https://o.example/feed"),  # InvalidFullLink
        ],
    )
    def test_the_id_of_a_source_is_an_absolute_uri(self, id: str, written: str) -> None:
        origin = Origin(id=id, feed_url="https://o.example/feed")
        assert atom_entry(origin=origin).findtext(f"{A}source/{A}id") == written

    def test_updated_is_the_update_else_the_publication(self) -> None:
        published = atom_entry()
        assert (
            published.findtext(A + "updated") == published.findtext(A + "published") == "2023-11-20T13:56:00Z"
        )
        changed = atom_entry(updated=dates.read("2023-11-21T01:00:00+01:00"))
        assert changed.findtext(A + "updated") == "2023-11-21T00:00:00Z"
        assert changed.findtext(A + "published") == "2023-11-20T13:56:00Z"

    def test_entries_of_one_instant_are_kept_apart_each_by_a_part_of_a_second_of_its_own(self) -> None:
        """DuplicateUpdated; what neighbours an entry has does not date it anew."""
        ties = [entry(guid=f"urn:x-t:{n}") for n in range(9)]
        stamps = [e.findtext(A + "updated") for e in atom_feed(*ties).iter(A + "entry")]
        assert len(set(stamps)) == 9
        assert all(stamp.startswith("2023-11-20T13:56:00.") for stamp in stamps)
        assert [e.findtext(A + "updated") for e in atom_feed(*ties[3:5]).iter(A + "entry")] == stamps[3:5]

    def test_a_feed_without_a_date_has_that_of_its_newest_entry(self) -> None:
        older = entry(guid="urn:x-t:2", published=dates.read("2023-01-01T00:00:00Z"))
        assert atom_feed(older, entry()).findtext(A + "updated") == "2023-11-20T13:56:00Z"
        assert atom_feed().findtext(A + "updated") == "1990-01-01T00:00:00Z"
        stated = datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
        assert atom_feed(entry(), updated=stated).findtext(A + "updated") == "2024-01-01T00:00:00Z"

    def test_summary_is_text_and_content_is_html(self) -> None:
        """ContainsUndeclaredHTML, MissingTextualContent."""
        written = atom_entry(summary="R&D: a < b", content="<p>a &amp; b</p>")
        summary, content = written.find(A + "summary"), written.find(A + "content")
        assert (summary.get("type"), summary.text) == ("text", "R&D: a < b")
        assert (content.get("type"), content.text) == ("html", "<p>a &amp; b</p>")
        assert atom_entry(summary="", content="").findtext(A + "summary") == "Cranes"

    def test_an_entry_without_a_page_has_content(self) -> None:
        assert (
            atom_entry(url=None, summary="All that is known.").findtext(A + "content") == "All that is known."
        )

    def test_a_feed_without_authors_signs_with_its_title(self) -> None:
        assert atom_feed().findtext(f"{A}author/{A}name") == "Recent News"
        assert atom_feed(authors=[Person(name="Ana")]).findtext(f"{A}author/{A}name") == "Ana"

    def test_an_entry_in_another_language_says_so(self) -> None:
        root = atom_feed(entry(language="fr"), entry(guid="urn:x-t:2", language="en"), language="en")
        assert [root.get(elements.LANG), *(e.get(elements.LANG) for e in root.iter(A + "entry"))] == [
            "en",
            "fr",
            None,
        ]


class TestRSS:
    def test_the_channel_links_to_its_site_and_to_itself(self) -> None:
        """MissingAtomSelfLink; feedgen takes the last link it is given for the site's."""
        written = channel()
        assert written.findtext("link") == "https://news.example/"
        [self_link] = links(written)
        assert (self_link["rel"], self_link["type"]) == ("self", "application/rss+xml")

    @pytest.mark.parametrize(
        ("guid", "permalink"),
        [
            ("https://harbour.example/1", "true"),
            ("https://harbour.example/?p=1", "false"),
            ("urn:x-t:1", "false"),
        ],
    )
    def test_a_guid_is_a_permalink_where_it_is_the_link(self, guid: str, permalink: str) -> None:
        """InvalidPermalink."""
        written = item(guid=guid).find("guid")
        assert (written.text, written.get("isPermaLink")) == (guid, permalink)

    def test_dates_are_rfc822_in_utc(self) -> None:
        """ProblematicalRFC822Date."""
        nepal = Moment(
            raw="x", at=datetime(2023, 11, 20, 19, 41, tzinfo=timezone(timedelta(hours=5, minutes=45)))
        )
        written = channel(entry(published=nepal))
        assert written.findtext("item/pubDate") == "Mon, 20 Nov 2023 13:56:00 +0000"
        assert written.findtext("lastBuildDate") == "Mon, 20 Nov 2023 13:56:00 +0000"
        assert item(published=Moment(raw="soon")).find("pubDate") is None

    def test_authors_are_creators_without_their_mail(self) -> None:
        """feedgen writes no author without a mail address; author beside creator: DuplicateItemSemantics."""
        people = [Person(name="Ana", email="ana@news.example"), Person(name="Bo")]
        written = channel(entry(authors=people), authors=people)
        assert [found.text for found in written.findall(DC + "creator")] == ["Ana", "Bo"]
        assert [found.text for found in written.findall(f"item/{DC}creator")] == ["Ana", "Bo"]
        assert not {"author", "managingEditor"} & {element.tag for element in written.iter()}
        assert b"ana@" not in etree.tostring(written)

    def test_the_summary_comes_before_the_content(self) -> None:
        """NeedDescriptionBeforeContent; a description is HTML to readers, so its text is escaped."""
        written = item(summary="R&D: a < b", content="<p>Hi ]]> there</p>")
        assert written.findtext("description") == "R&amp;D: a &lt; b"
        assert written.findtext(ENCODED) == "<p>Hi ]]&gt; there</p>"
        assert written.index(written.find("description")) < written.index(written.find(ENCODED))
        assert item(content="", summary="").findtext("description") == "Cranes"

    def test_the_source_is_named_by_the_address_of_its_feed(self) -> None:
        source = item(origin=Origin(id="urn:x-o:1", title="Harbour", feed_url="https://o.example/f")).find(
            "source"
        )
        assert (source.get("url"), source.text) == ("https://o.example/f", "Harbour")
        assert item(origin=Origin(id="urn:x-o:1", title="Harbour")).find("source") is None

    def test_one_enclosure_and_the_others_as_media(self) -> None:
        """DuplicateEnclosure; a length that is not known is 0."""
        sounds = [Enclosure(url=f"https://f.example/{n}.mp3", type="audio/mpeg", length=n) for n in range(2)]
        written = item(enclosures=[sounds[0].model_copy(update={"length": None}), sounds[1]])
        [first] = written.findall("enclosure")
        assert dict(first.attrib) == {"url": sounds[0].url, "length": "0", "type": "audio/mpeg"}
        [second] = written.findall(MEDIA + "content")
        assert dict(second.attrib) == {"url": sounds[1].url, "type": "audio/mpeg", "fileSize": "1"}

    def test_an_update_after_publication_is_kept(self) -> None:
        assert (
            item(updated=dates.read("2023-11-21T00:00:00Z")).findtext(A + "updated") == "2023-11-21T00:00:00Z"
        )
        assert item().find(A + "updated") is None

    def test_further_links_are_atom_links(self) -> None:
        via = {"href": "https://o.example/7", "rel": "via", "type": "text/plain", "title": "O & co"}
        assert links(item(links=[via])) == [via]

    def test_rights_language_and_comments(self) -> None:
        written = item(rights="CC BY", language="fr", comments="https://harbour.example/1#talk")
        assert written.findtext(DC + "rights") == "CC BY"
        assert written.findtext(DC + "language") == "fr"
        assert written.findtext("comments") == "https://harbour.example/1#talk"

    def test_the_channel_has_a_description_and_a_language_tag(self) -> None:
        """MissingDescription; `fr_FR` is no language to a validator."""
        assert channel().findtext("description") == "Recent News"
        assert channel(language="fr_FR").findtext("language") == "fr-FR"
        assert channel(language="français").find("language") is None

    @pytest.mark.parametrize(
        ("icon", "shown"),
        [("i.png", True), ("i.JPG", True), ("icon", True), ("i.svg", False), ("i.webp", False)],
    )
    def test_the_image_is_one_that_rss_readers_draw(self, icon: str, shown: bool) -> None:
        """ImageUrlFormat, ImageTitleDoesntMatch, ImageLinkDoesntMatch."""
        written = channel(icon=f"https://news.example/{icon}")
        assert (written.find("image") is not None) is shown
        if shown:
            assert written.findtext("image/title") == written.findtext("title")
            assert written.findtext("image/link") == written.findtext("link")


@BOTH
def test_the_desk_speaks_in_a_module_of_its_own(write: Write) -> None:
    said = Editorial(note="Read it.", editors=("Ana", "Bo"), published=datetime(2023, 11, 19, tzinfo=UTC))
    root = etree.fromstring(write(feed(entry(editorial=said))))
    found = [(e.tag.removeprefix(DESK), e.text) for e in root.iter(DESK + "*")]
    assert found == [
        ("note", "Read it."),
        ("editor", "Ana"),
        ("editor", "Bo"),
        ("published", "2023-11-19T00:00:00Z"),
    ]


@BOTH
def test_an_image_is_a_thumbnail_outside_any_group(write: Write) -> None:
    """MediaGroupWithoutAlternatives."""
    root = etree.fromstring(write(feed(entry(image="https://p.example/a.png"))))
    [thumbnail] = root.iter(MEDIA + "*")
    assert (thumbnail.tag, dict(thumbnail.attrib)) == (
        MEDIA + "thumbnail",
        {"url": "https://p.example/a.png"},
    )


class TestWhatFeedgenLacks:
    def test_a_channel_names_its_hub_its_pictures_its_rights_and_what_wrote_it(self) -> None:
        said = {
            "hub": "https://hub.example/",
            "icon": "https://news.example/icon.svg",
            "logo": "https://news.example/logo.png",
            "rights": "CC BY",
            "pace": Pace(ttl=900),
        }
        written, root = channel(**said), atom_feed(**said)
        hubs = [link["href"] for link in (*links(written), *links(root)) if link["rel"] == "hub"]
        assert hubs == ["https://hub.example/"] * 2
        assert (root.findtext(A + "icon"), root.findtext(A + "logo")) == (said["icon"], said["logo"])
        assert (written.findtext(A + "icon"), written.findtext(A + "logo")) == (said["icon"], said["logo"])
        assert (written.findtext("image/url"), written.findtext("ttl")) == (said["logo"], "15")
        assert written.findtext("copyright") == root.findtext(A + "rights") == "CC BY"
        by = root.find(A + "generator")
        assert (by.text, by.get("uri"), by.get("version")) == (
            generator.NAME,
            generator.URI,
            generator.version(),
        )
        assert written.findtext("generator") == f"newsdesk {generator.version()} ({generator.URI})"

    def test_a_page_of_history_says_so_and_leads_on(self) -> None:
        """RFC 5005 §4."""
        said = {"archive": True, "current": "https://news.example/now", "previous": "https://news.example/1"}
        for found in (channel(**said), atom_feed(**said)):
            assert found.find(module.ARCHIVE) is not None
            ways = {link["rel"]: link["href"] for link in links(found)}
            assert (ways["current"], ways["prev-archive"]) == (said["current"], said["previous"])
        assert atom_feed().find(module.ARCHIVE) is None

    def test_an_entry_that_went_leaves_a_tombstone_unless_it_came_back(self) -> None:
        """RFC 6721 §3."""
        at = datetime(2023, 11, 21, tzinfo=UTC)
        gone = [
            Deleted(guid=guid, at=at, comment="Withdrawn.") for guid in ("urn:x-t:9", entry().guid, "no id")
        ]
        [stone] = atom_feed(entry(), deleted=gone).iter(f"{{{module.TOMBSTONES}}}deleted-entry")
        assert dict(stone.attrib) == {"ref": "urn:x-t:9", "when": "2023-11-21T00:00:00Z"}
        assert stone[0].text == "Withdrawn."

    def test_a_source_is_named_with_all_that_it_says_of_itself(self) -> None:
        """MissingSourceElement, MissingSelf."""
        origin = Origin(
            id="urn:x-o:1",
            title="Harbour",
            url="https://o.example/",
            updated=datetime(2023, 11, 1, tzinfo=UTC),
            rights="CC0",
            icon="https://o.example/i",
        )
        source = atom_entry(origin=origin).find(A + "source")
        assert {child.tag.removeprefix(A): child.text for child in source if (child.text or "").strip()} == {
            "id": "urn:x-o:1",
            "title": "Harbour",
            "updated": "2023-11-01T00:00:00Z",
            "icon": "https://o.example/i",
            "rights": "CC0",
        }
        assert [(link["rel"], link["href"]) for link in links(source)] == [
            ("alternate", "https://o.example/"),
            ("self", "urn:x-o:1"),
        ]

    def test_the_canonical_page_stands_in_our_module(self) -> None:
        """UnregisteredAtomLinkRel: the service knows no such relation."""
        link = {"href": "https://o.example/7", "rel": "canonical"}
        for found in (item(links=[link]), atom_entry(links=[link])):
            assert [dict(one.attrib) for one in found.iter(DESK + "link")] == [link]


class TestPlainText:
    @BOTH
    @pytest.mark.parametrize("title", ["Q&A2", "a <b c", "R&D: 2 < 3", "&copy"])
    def test_signs_that_are_meant_are_written_so(self, write: Write, title: str) -> None:
        """ContainsHTML, CharacterData: readers decode a title twice unless told that its signs are meant."""
        document = write(feed(entry(title=title, categories=[title])))
        assert titles(document)[0] in (title, "©")
        assert b"&amp;" not in document
        assert b"&lt;" not in document

    @BOTH
    def test_no_end_of_a_tag_is_written(self, write: Write) -> None:
        assert titles(write(feed(entry(title="The </video> tag")))) == ["The ‹/video› tag"]


@BOTH
def test_an_entry_that_is_there_twice_is_written_once(write: Write) -> None:
    """DuplicateEntries."""
    assert titles(write(feed(entry(title="First"), entry(title="Second")))) == ["First"]


@BOTH
def test_a_date_before_there_were_feeds_is_not_written(write: Write) -> None:
    """ImplausibleDate."""
    assert b"1970" not in write(feed(entry(published=dates.read("1970-01-01T00:00:00Z"))))


def test_entries_without_dates_are_dated_by_their_feed_and_apart() -> None:
    undated = [entry(guid=f"urn:x-t:{n}", published=None) for n in range(3)]
    root = atom_feed(*undated, updated=datetime(2024, 1, 1, tzinfo=UTC))
    stamps = {e.findtext(A + "updated") for e in root.iter(A + "entry")}
    assert len(stamps) == 3
    assert all(stamp.startswith("2024-01-01T00:00:00.") for stamp in stamps)


@pytest.mark.parametrize(("tag", "written"), [("en", "en"), ("fr_FR", "fr-FR"), ("jp", None), ("zxx", "zxx")])
def test_a_language_is_one_that_there_is(tag: str, written: str | None) -> None:
    """InvalidLanguage."""
    assert channel(language=tag).findtext("language") == written
