"""What may be linked, and what it is compared by."""

import ada_url
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import urls

BASE = "https://news.example/a/feed.xml"

ADDRESSES = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "HTTPS", "ftp"]),
    st.sampled_from(
        ["Example.org", "bücher.example", "example.org:80", "example.org:443", "[::1]", "u@x.org"]
    ),
    st.text("/ab%C3é. ~|^&", max_size=12).map("/{}".format),
    st.text("?&=utm_soureabfclidé%5'", max_size=20).map("?{}".format),
    st.sampled_from(["", "#", "#top", "#!/page/"]),
)


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("https://Example.ORG", None, "https://example.org/"),
        ("  http://example.org:80/a \n", None, "http://example.org/a"),
        ("https://example.org:8443/", None, "https://example.org:8443/"),
        ("https://bücher.example/é?q=ü#ä", None, "https://xn--bcher-kva.example/%C3%A9?q=%C3%BC#%C3%A4"),
        ("https://example.org/a b/[1]|2", None, "https://example.org/a%20b/%5B1%5D%7C2"),
        ("https://[2001:db8::1]/[x]", None, "https://[2001:db8::1]/%5Bx%5D"),
        ("https://example.org/100%", None, "https://example.org/100%"),
        ("../b?c", BASE, "https://news.example/b?c"),
        ("//cdn.example/x.png", BASE, "https://cdn.example/x.png"),
        ("#part", BASE, BASE + "#part"),
        ("https://other.example/", "no base at all", "https://other.example/"),
        ("/b", "http://192.0.2.1/", "http://192.0.2.1/b"),
    ],
)
def test_a_good_address_is_made_absolute_and_normal(url: str, base: str | None, expected: str) -> None:
    assert urls.gate(url, base) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "  ",
        "/relative",
        "example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "file:///etc/passwd",
        "mailto:a@b.example",
        "https://user:secret@example.org/",
        "https://user@example.org/",
        "java\nscript:alert(1)",
        "https://exa\tmple.org/",
        "https://example.org/\x00",
        "https://example.org/\x9f",
        "https:\\\\example.org\\a",
        "https://exa mple.org/",
        "https:///2026/11/20/",
        "http:example.org",
        "https://example.org:99999/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "https://example.org/\ud800",
        "https://example.org/" + "a" * 2048,
        "https://example.org/" + "é" * 1000,  # longer than 2,048 once percent-encoded
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    assert urls.gate(url) is None


@pytest.mark.parametrize(
    "base", ["http://u:p@news.example/", "file:///tmp/", "javascript:x", "https://2130706433/"]
)
def test_a_bad_base_resolves_nothing(base: str) -> None:
    assert urls.gate("/a", base) is None


@given(ADDRESSES | st.text(max_size=60), st.sampled_from([None, BASE]))
@settings(max_examples=300)
def test_what_passed_the_gate_passes_it_unchanged(url: str, base: str | None) -> None:
    passed = urls.gate(url, base)
    assert passed is None or urls.gate(passed) == passed


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://Example.org", "https://example.org/"),
        ("http://example.org:80/", "https://example.org/"),
        ("https://example.org:443/a/", "https://example.org/a"),
        ("http://example.org:443/a", "https://example.org/a"),
        ("http://example.org:8080/a//", "https://example.org:8080/a"),
        ("https://example.org/a/?b=1&a=2#c", "https://example.org/a?a=2&b=1"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/#!/a", "https://example.org/#!/a"),
        ("https://example.org/?utm_source=rss&utm_medium=feed&p=12", "https://example.org/?p=12"),
        ("https://example.org/a?fbclid=x&GCLID=y&mc_cid=z&at_medium=RSS&xtor=RSS-1", "https://example.org/a"),
        ("https://example.org/a?%75tm_source=x", "https://example.org/a"),
        ("https://example.org/a?ref=main&id=3", "https://example.org/a?id=3&ref=main"),
        ("https://example.org/caf%c3%a9", "https://example.org/caf%C3%A9"),
        ("https://www.example.org/A", "https://example.org/A"),
        (" not an address ", "not an address"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_the_key_of_a_page_is_the_same_under_all_its_addresses(url: str, key: str) -> None:
    assert urls.canonical(url) == key


@given(ADDRESSES | st.text(max_size=60))
@settings(max_examples=400)
def test_the_key_of_a_key_is_itself(url: str) -> None:
    assert urls.canonical(urls.canonical(url)) == urls.canonical(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.org/a", "example.org:443"),
        ("http://example.org", "example.org:80"),
        ("http://example.org:8080/", "example.org:8080"),
        ("http://192.0.2.7/feed", "192.0.2.7:80"),
        ("http://192.0.2.7:8080/feed", "192.0.2.7:8080"),
        ("https://[::1]/", "[::1]:443"),
        ("nothing", ""),
    ],
)
def test_a_host_is_counted_with_its_port(url: str, expected: str) -> None:
    assert urls.host(url) == expected


@given(st.from_regex(urls.PLAIN, fullmatch=True))
@settings(deadline=None)
def test_the_key_of_a_plain_address_is_that_of_any_other_way_to_write_it(url: str) -> None:
    assert urls.canonical(url) == urls.canonical(f"{url}#")


@given(st.from_regex(urls.PLAIN, fullmatch=True))
@settings(deadline=None)
def test_a_plain_address_is_what_the_url_standard_makes_of_it(url: str) -> None:
    parsed = ada_url.URL(url)
    assert urls.gate(url) == parsed.href == url
    assert urls.host(url) == f"{parsed.hostname}:{parsed.port or (443 if url.startswith('https') else 80)}"
