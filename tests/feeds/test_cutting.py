"""A document of which some items are known is read without them, and says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import odd_pieces
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import rss_item
from odd_pieces import ATOM, CHANNELS, KINDS, NAMESPACES, ODD, RDF, RSS, SHELLS, Kind

from feeds import cutting, module
from feeds.entries import NOWHERE, Entry, Feed, Home
from feeds.parse import START, Reading, Unreadable, parse, read

URL = "https://site.example/feed"
DOCUMENTS = sorted((Path(__file__).parent.parent / "documents").glob("*.*m*"))
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16")


@dataclass
class Reader:
    """One who remembers what every item said that was certain, and reads none of these again."""

    known: dict[str, Entry] = field(default_factory=dict)
    home: Home = NOWHERE

    def read(self, document: bytes) -> Feed | str:
        """What a document says, or why it cannot be read."""
        try:
            reading = read(document, url=URL, known=self.known, known_at=self.home)
        except Unreadable as error:
            return str(error)
        feed = cutting.completed(reading.feed, reading.items, self.known)
        if reading.items:
            if reading.home != self.home:
                self.known, self.home = {}, reading.home
            self.known |= zip(reading.items, feed.entries, strict=True)
        return feed


def whole(document: bytes) -> Feed | str:
    try:
        return parse(document, url=URL)
    except Unreadable as error:
        return str(error)


def joined(*items: str, channel: str = "", tail: str = "</channel></rss>") -> bytes:
    head = f'<rss version="2.0" {NAMESPACES}><channel><title>A</title>{channel}'
    return (head + "".join(items) + tail).encode()


def reading(document: bytes, known: Sequence[str] = ()) -> Reading:
    return read(document, url=URL, known=known)


ONE, TWO, THREE = (rss_item(name, text=f"Words of {name}, &amp; more") for name in "abc")


def test_only_what_is_not_known_is_read() -> None:
    before = reading(joined(ONE, TWO))
    after = reading(joined(THREE, ONE, TWO), before.items)
    assert [entry.guid for entry in after.feed.entries] == ["c"]
    assert after.items[1:] == before.items
    known = dict(zip(before.items, before.feed.entries, strict=True))
    assert cutting.completed(after.feed, after.items, known) == parse(joined(THREE, ONE, TWO), url=URL)


@pytest.mark.parametrize("kind", KINDS, ids=("RSS", "RDF", "Atom"))
def test_a_new_item_costs_no_other_where_only_dates_comments_and_lists_change_before_it(kind: Kind) -> None:
    old, new = (odd_pieces.item(kind, SHELLS[0], (kind.plain[0], kind.plain[4]), number) for number in (1, 2))
    before = odd_pieces.document(kind.heads[0], CHANNELS[1], [old], kind.tails[0], 1)
    listed = '<rdf:li rdf:resource="1"/>'
    after = odd_pieces.document(kind.heads[0], CHANNELS[1], [new, old], kind.tails[0], 2)
    after = after.replace(listed, f'{listed}<rdf:li rdf:resource="2"/>')
    assert len(reading(after.encode(), reading(before.encode()).items).feed.entries) == 1


def test_a_document_of_known_items_alone_is_read_for_what_its_channel_says() -> None:
    before = joined(ONE, TWO, channel="<lastBuildDate>Wed, 25 Nov 2026 12:00:00 GMT</lastBuildDate>")
    after = joined(TWO, ONE, channel="<lastBuildDate>Wed, 25 Nov 2026 13:00:00 GMT</lastBuildDate>")
    found = reading(after, reading(before).items)
    assert (found.feed.entries, found.feed.updated) == ((), parse(after, url=URL).updated)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (joined(ONE, TWO, tail=""), "it ends too early"),
        (joined(ONE, "<item>", TWO, "</item>"), "one stands in another"),
        (joined(ONE, "<title>Late</title>", TWO), "something stands among them"),
        (joined(ONE, "text", TWO), "text stands among them"),
        (joined(ONE, TWO, tail="<title>Late</title></channel></rss>"), "the channel goes on after them"),
        (joined(ONE, "<q:item/>"), "one is no entry"),
        (joined(), "there are none"),
        (joined(*["<item/>"] * 1001), "there are too many"),
        (
            joined(ONE, f'<item xmlns:h="{module.HISTORY}"><h:archive/></item>'),
            "an item speaks of the document",
        ),
        (
            joined(ONE, TWO).replace(b"</title>", b"</titel>", 1),
            "it is not well-formed",
        ),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}]}', "it is JSON"),
    ],
)
def test_where_pieces_are_not_certain_none_is_told(document: bytes, why: str) -> None:
    assert reading(document).items == (), why


@pytest.mark.parametrize(
    "odd",
    [
        "<feed xml:lang='sv'/>",
        "<description>raw <div>boxes</div> and <title>titles</title></description>",
        "<title xml:base='https://elsewhere.example/'>based</title>",
        "<q:x xmlns:media='http://purl.org/dc/elements/1.1/'/>",
    ],
)
def test_an_item_that_changes_how_others_are_read_makes_none_certain(odd: str) -> None:
    assert reading(joined(ONE, f"<item>{odd}</item>", TWO)).items == ()


def test_what_a_new_item_changes_for_others_is_seen() -> None:
    """It alone is read, since all others are known: it says what language the whole feed is in."""
    known = reading(joined(ONE, TWO)).items
    document = joined("<item><feed xml:lang='sv'/></item>", ONE, TWO)
    assert reading(document, known) == reading(document)


@pytest.mark.parametrize(
    "other",
    [
        {"url": "https://elsewhere.example/feed"},
        {"document": joined(ONE, TWO, channel="<language>de</language>")},
        {"document": joined(ONE, TWO, channel="<link>https://other.example/</link>")},
        {"document": joined(ONE, TWO).replace(b"version", b'xml:base="/b/" version')},
        {"document": joined(ONE, TWO).replace(b"Words", b"Texts")},
    ],
)
def test_what_an_item_is_read_by_makes_it_another(other: dict[str, object]) -> None:
    given: dict[str, object] = {"document": joined(ONE, TWO), "url": URL}
    one, two = (read(**said).items for said in (given, given | other))  # type: ignore[arg-type]  # of a table
    assert (len(two), set(one) & set(two)) == (2, set())


@pytest.mark.parametrize("home", [Home(zone="Europe/Paris"), Home(language="fr"), Home(country="US")])
def test_where_dates_are_read_at_another_home_all_are_read_again(home: Home) -> None:
    before = reading(joined(ONE, TWO))
    after = read(joined(ONE, TWO), url=URL, home=home, known=before.items, known_at=before.home)
    assert len(after.feed.entries) == 2


def test_a_home_that_its_feed_has_shown_is_the_same_when_it_is_known_before() -> None:
    document = joined(ONE, TWO, channel="<language>de-AT</language>")
    before = reading(document)
    shown = Home(language="de-AT", country="AT")
    after = read(document, url=URL, home=shown, known=before.items, known_at=before.home)
    assert (before.home, after.feed.entries) == (shown, ())


def test_entries_that_are_not_those_of_the_items_are_refused() -> None:
    entry = Entry(guid="a")
    for feed, known in ((Feed(), {}), (Feed(entries=(entry, entry)), {"1": entry, "2": entry})):
        with pytest.raises(ValueError, match="not as many"):
            cutting.completed(feed, ("1", "2", "3"), known)


@st.composite
def histories(draw: st.DrawFn) -> list[bytes]:
    """Documents of one source, as they follow each other: most are ordinary, some are anything but."""
    kind = draw(st.sampled_from(KINDS))
    oddity = draw(st.sampled_from((0, 0, 1, 3)))  # of ten parts
    inner = st.integers(0, 9).flatmap(lambda n: st.sampled_from(ODD if n < oddity else kind.plain))
    shell = st.integers(0, 9).flatmap(lambda n: st.sampled_from(SHELLS if n < oddity else SHELLS[:1]))
    one = st.builds(
        odd_pieces.item, st.just(kind), shell, st.lists(inner, max_size=4).map(tuple), st.integers(0, 5)
    )
    pool = draw(st.lists(one, min_size=2, max_size=8))
    head, tail = draw(st.sampled_from(kind.heads)), draw(st.sampled_from((kind.tails[0], *kind.tails)))
    channels = draw(st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=2))
    found = []
    for number in range(draw(st.integers(2, 4))):
        items = draw(st.lists(st.sampled_from(pool), max_size=5))
        document = odd_pieces.document(head, draw(st.sampled_from(channels)), items, tail, number)
        cut = draw(st.integers(0, 20)) if oddity else 20
        encoded = document.encode(draw(st.sampled_from(ENCODINGS)), "xmlcharrefreplace")
        found.append(encoded if cut else encoded[: len(encoded) // 2])
    return found


def says_the_same(documents: Sequence[bytes]) -> None:
    reader = Reader()
    for document in documents:
        assert reader.read(document) == whole(document)


@settings(max_examples=50)
@given(histories())
def test_what_is_read_in_part_says_what_the_whole_says(documents: list[bytes]) -> None:
    says_the_same(documents)


@pytest.mark.slow
@settings(max_examples=600)
@given(histories())
def test_what_is_read_in_part_says_what_the_whole_says_at_length(documents: list[bytes]) -> None:
    says_the_same(documents)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_real_documents_with_items_gone_repeated_and_turned_say_what_the_whole_says(path: Path) -> None:
    document = path.read_bytes()
    starts = [match.start() for match in START.finditer(document.decode("latin-1"))]
    ends = [*starts[1:], max(document.rfind(b"</item>") + 7, document.rfind(b"</entry>") + 8)]
    items = [document[start:end] for start, end in zip(starts, ends, strict=False)]
    versions = [items[1:], items, items[::-1], items[:1], items + items, items[:-1]] if items else []
    head, tail = document[: starts[0] if starts else None], document[ends[-1] :] if starts else b""
    says_the_same([document, *(b"".join((head, *version, tail)) for version in versions), document])


def test_most_real_documents_are_certain() -> None:
    certain = [
        path.name
        for path in DOCUMENTS
        if isinstance(whole(path.read_bytes()), Feed) and reading(path.read_bytes()).items
    ]
    assert len(certain) * 3 > len(DOCUMENTS) * 2, certain


def test_atom_and_rdf_of_plain_parts_are_certain() -> None:
    for kind in (RSS, RDF, ATOM):
        items = [odd_pieces.item(kind, SHELLS[0], (part,), number) for number, part in enumerate(kind.plain)]
        document = odd_pieces.document(kind.heads[0], "", items, kind.tails[0], 1)
        assert len(reading(document.encode()).items) == len(items)
