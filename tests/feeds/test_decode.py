"""Bytes to text that any XML parser may be given."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import decode

RSS = "<rss>é</rss>"


@pytest.mark.parametrize(
    ("document", "content_type", "text"),
    [
        (RSS.encode(), "", RSS),
        (b"\xef\xbb\xbf" + RSS.encode(), "text/xml; charset=latin1", RSS),
        (RSS.encode("utf-16"), "", RSS),
        (RSS.encode("utf-16-le"), "", RSS),
        (RSS.encode("utf-16-be"), "", RSS),
        (RSS.encode("utf-32"), "", RSS),
        (RSS.encode(), "text/xml; charset=iso-8859-1", RSS),
        ("<rss>ж</rss>".encode("koi8-r"), "text/xml; charset=KOI8-R", "<rss>ж</rss>"),
        ("<rss>€</rss>".encode("cp1252"), 'text/xml; charset="latin1"', "<rss>€</rss>"),
        ("<rss>€</rss>".encode("cp1252"), "", "<rss>€</rss>"),
        (b"<?xml encoding='punycode'?><rss>\xe9</rss>", "", "<?xml encoding='punycode'?><rss>é</rss>"),
        (b"<?xml encoding='koi8-r'?>\xd6", "text/xml; charset=latin1", "<?xml encoding='koi8-r'?>ж"),
    ],
    ids=[
        "UTF-8",
        "a mark before the header",
        "UTF-16 with mark",
        "UTF-16 little endian without",
        "UTF-16 big endian without",
        "UTF-32",
        "UTF-8 that is said to be something else",
        "header",
        "latin1 is windows-1252 on the web",
        "nothing said",
        "no encoding of the web",
        "declaration before header",
    ],
)
def test_a_document_is_decoded_by_what_is_most_certain(document: bytes, content_type: str, text: str) -> None:
    assert decode.as_text(document, content_type) == text


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\n\n <?xml version='1.0'?>",
        "<b>Warning</b>: headers already sent<br />\n",
        "<!-- <rss> -->",
        "<?php echo '<rss>' ?>",
        "<!DOCTYPE rss>",
        "text <!DOCTYPE rss SYSTEM 'a>b'>",
        '<!DOCTYPE rss [<!ENTITY a "<rss>"> <!-- ]> " <rss> --> <?x ]?>]>',
        "<!doctype rss [",
    ],
)
def test_nothing_is_left_of_what_stands_before_the_root(before: str) -> None:
    assert decode.xml(before + "<rss>1</rss>") == "<rss>1</rss>"


@pytest.mark.parametrize(
    "text", ["", "no", "<html><rss/></html>", "<!-- <rss/>", "<rsss/>", "<!DOCTYPE html><p>"]
)
def test_a_text_without_the_root_of_a_feed_is_no_xml(text: str) -> None:
    assert decode.xml(text) is None


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("a & b &amp; c &lt;", "a &amp; b &amp; c &lt;"),
        ("&nbsp;&eacute;&LT;", "\xa0é&lt;"),
        ("&nothing; &copy", "&amp;nothing; &amp;copy"),
        ("&#8217;&#x2019;&#60;", "’’&#60;"),
        ("&#0;&#xD800;&#x110000;&#xFFFE;&#99999999;\x07\ufffe", ""),
        ("<![CDATA[a & b &nbsp;]]>&", "<![CDATA[a & b &nbsp;]]>&amp;"),
    ],
    ids=["bare", "HTML's", "unknown", "numbers", "no characters", "CDATA"],
)
def test_references_become_what_xml_knows(inside: str, expected: str) -> None:
    assert decode.xml(f"<rss>{inside}</rss>") == f"<rss>{expected}</rss>"


def test_only_short_literals_of_a_dtd_are_kept_and_a_hundred_at_most() -> None:
    declared = "".join(f'<!ENTITY e{n} "v{n}">' for n in range(150))
    odd = (
        '<!ENTITY long "'
        + "x" * 99
        + '"><!ENTITY nested "&e1;"><!ENTITY file SYSTEM "/x"><!ENTITY tag "&#60;b>">'
    )
    found = decode.xml(f"<!DOCTYPE rss [{odd}{declared}]><rss>&e1;&e149;&long;&nested;&file;&tag;</rss>")
    assert found == "<rss>v1&amp;e149;&amp;long;&amp;nested;&amp;file;&lt;b&gt;</rss>"


@pytest.mark.parametrize(
    "bomb",
    [
        "<!DOCTYPE rss ["
        + "".join(f'<!ENTITY e{n + 1} "&e{n};">' for n in range(25_000))
        + "]><rss>&e9;</rss>",
        "<!DOCTYPE rss [" * 50_000,
        "<!--" * 100_000,
        "<rss>" + "<![CDATA[" * 100_000,
        "<rss>" + "&" * 1_000_000,
        "<!DOCTYPE rss [" + '"' * 200_001,
    ],
    ids=["entity chain", "DOCTYPEs", "comments", "CDATA", "ampersands", "quotes"],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(bomb: str) -> None:
    start = time.process_time()
    found = decode.xml(bomb) or ""
    assert time.process_time() - start < 3
    assert "<!ENTITY" not in found


@given(st.text(st.characters(codec=None), max_size=60))
@settings(max_examples=100, deadline=None)
def test_text_in_an_element_is_always_well_formed(text: str) -> None:
    found = decode.xml("<rss>" + text.replace("<", "").replace("]]>", "") + "</rss>")
    assert found is not None
    ElementTree.fromstring(found)
