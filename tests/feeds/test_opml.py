"""Subscription lists in both directions."""

from __future__ import annotations

import feed_strategies as drawn
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import opml, urls
from feeds.opml import NotOPML, Outline


def document(body: str, head: str = "<title>Mine</title>") -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head>{head}</head><body>{body}</body></opml>'.encode()


def outline(attributes: str) -> Outline:
    (found,) = opml.read(document(f"<outline {attributes}/>")).outlines
    return found


def lists() -> st.SearchStrategy[list[Outline]]:
    folder = drawn.words(drawn.LETTERS)
    outlines = st.builds(
        Outline,
        url=drawn.urls("feeds.example"),
        title=st.just("") | drawn.texts(4),
        section=st.none() | st.lists(folder, min_size=1, max_size=3).map("/".join),
        language=st.none() | st.sampled_from(drawn.LANGUAGES),
        site=st.none() | drawn.urls("site.example"),
    )
    return st.lists(outlines, max_size=5, unique_by=lambda outline: urls.canonical(outline.url))


@given(drawn.texts(), lists())
@settings(max_examples=60, deadline=None)
def test_reading_is_the_inverse_of_writing(title: str, outlines: list[Outline]) -> None:
    """Up to order: writing gathers a section where its first outline stands."""
    read = opml.read(opml.write(title, outlines))
    assert (read.title, read.problems) == (title, ())
    assert sorted(read.outlines, key=repr) == sorted(outlines, key=repr)
    assert opml.write(read.title, read.outlines) == opml.write(title, outlines)


def named(title: str) -> str:
    return f'text="{title}" title="{title}" type="rss"'


def test_a_list_is_written_with_its_sections_as_nested_outlines() -> None:
    outlines = [
        Outline(url="https://a.example/f", title="A & Co", section="News/Tech", language="en"),
        Outline(url="https://b.example/f", title="B", site="https://b.example/"),
        Outline(url="https://c.example/f", title="C", section="News"),
    ]
    assert opml.write("Reading", outlines).decode() == (
        f"""<?xml version='1.0' encoding='UTF-8'?>
<opml version="2.0">
  <head>
    <title>Reading</title>
  </head>
  <body>
    <outline text="News">
      <outline text="Tech">
        <outline {named("A &amp; Co")} xmlUrl="https://a.example/f" language="en" category="/News/Tech"/>
      </outline>
      <outline {named("C")} xmlUrl="https://c.example/f" category="/News"/>
    </outline>
    <outline {named("B")} xmlUrl="https://b.example/f" htmlUrl="https://b.example/"/>
  </body>
</opml>
"""
    )


@pytest.mark.parametrize(
    "attributes",
    [
        'text="A" type="rss" xmlUrl="https://a.example/?x=1&amp;copy=2"',
        'text="A" type="rss" xmlUrl="https://a.example/?x=1&copy=2"',
        'text="A" XMLURL="https://a.example/?x=1&amp;copy=2"',
        'title="A" xmlurl=" https://a.example/?x=1&amp;copy=2 "',
        'text="A" type="rss" url="https://a.example/?x=1&amp;copy=2"',
    ],
    ids=["as it should be", "bare ampersand", "wrong case, no type", "title, white space", "url"],
)
def test_an_outline_is_read_as_it_is_meant(attributes: str) -> None:
    assert outline(attributes) == Outline(url="https://a.example/?x=1&copy=2", title="A")


def test_a_section_is_the_path_of_folders_else_the_first_category() -> None:
    feed = '<outline text="{0}" xmlUrl="https://{0}.example/" {1}/>'
    nested = '<outline text="News"><outline title="Tech">' + feed.format("a", "") + "</outline></outline>"
    labelled = feed.format("b", 'category="/Arts/Film,/Other"')
    found = opml.read(document(nested + labelled + feed.format("c", ""))).outlines
    assert [outline.section for outline in found] == ["News/Tech", "Arts/Film", None]


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ('text="Odd" xmlUrl="javascript:alert(1)"', "Odd: no address of a feed: 'javascript:alert(1)'"),
        ('text="None" type="rss"', "None: no address of a feed: ''"),
        ('xmlUrl=""', "an outline without a name: no address of a feed: ''"),
        ('text="Twin" xmlUrl="HTTP://A.example:80/f/"', "Twin: http://a.example/f/ is listed before as 'A'"),
    ],
    ids=["scheme", "type but no address", "empty", "one address in two spellings"],
)
def test_a_bad_outline_is_passed_over_with_a_line_that_names_it(attributes: str, problem: str) -> None:
    good = '<outline text="A" xmlUrl="https://a.example/f"/>'
    read = opml.read(document(good + f"<outline {attributes}/>"))
    assert [outline.title for outline in read.outlines] == ["A"]
    assert read.problems == (problem,)


def test_folders_and_notes_are_no_problem() -> None:
    assert opml.read(document('<outline text="Empty"/><outline/>')).problems == ()


def test_titles_are_plain_text() -> None:
    assert outline('text="&lt;b&gt;A&lt;/b&gt; &amp; B" xmlUrl="https://a.example/"').title == "A & B"


def test_a_dtd_is_not_read() -> None:
    dtd = b'<!DOCTYPE opml [<!ENTITY a "&b;&b;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    entry = document('<outline text="&a;&f;" xmlUrl="https://a.example/"/>').replace(b"<opml", dtd + b"<opml")
    assert opml.read(entry).outlines[0].title == "&a;&f;"


def test_latin_1_and_utf_16_lists_are_read() -> None:
    text = '<?xml version="1.0" encoding="{}"?><opml><body><outline text="Été" xmlUrl="https://a.example/"/></body></opml>'
    for encoding in ("ISO-8859-1", "UTF-16"):
        assert opml.read(text.format(encoding).encode(encoding)).outlines[0].title == "Été"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "no <opml> element"),
        (b"<rss version='2.0'><channel/></rss>", "no <opml> element"),
        (b"<html><body><opml/></body></html>", "no <opml> element"),
        (b"<opml>" + b" " * opml.LONGEST, "longer than"),
        (document("<outline/>" * (opml.MOST_OUTLINES + 1)), "more than 10,000"),
        (document("<outline text='x'>" * 101 + "</outline>" * 101), "more than 100"),
        (document("<outline text='x'>" * 9_000), "more than 100"),
    ],
    ids=["nothing", "a feed", "a page", "too long", "too many", "too deep", "far too deep"],
)
def test_what_is_no_list_or_beyond_the_limits_is_refused(document: bytes, reason: str) -> None:
    with pytest.raises(NotOPML, match=reason):
        opml.read(document)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: document(text)))
@settings(max_examples=60, deadline=None)
def test_no_bytes_raise_anything_but_not_opml(data: bytes) -> None:
    try:
        opml.read(data)
    except NotOPML:
        return
