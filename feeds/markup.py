"""Untrusted HTML made safe, and HTML made plain text.

legal characters ─> frames to links ─> tamed ─> allowlist (nh3) ─> no tracking pixels; until nothing changes
"""

from __future__ import annotations

import html as entities
import re
import unicodedata
from contextvars import ContextVar
from functools import cache

import nh3

from feeds import urls

LONGEST = 512 * 1024
MOST_PASSES = 8
# nh3 takes time quadratic in ampersands and in depth, and HTML repeats open `<a>` and `<b>` in every
# paragraph that follows: both are bounded before it sees the text.
MOST_AMPERSANDS = 50_000
MOST_REPEATED = 16 * 1024 * 1024
NOTE_CLASS = "newsdesk-note"  # marks what a desk says, and is the one class that is kept

_BASE: ContextVar[str | None] = ContextVar("base")  # of the HTML that is being cleaned

_ALLOWED = """
    p div section article aside header footer main address details summary hr br wbr
    h1 h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd figure figcaption
    table caption colgroup col thead tbody tfoot tr th td
    a b strong i em u s del ins mark small sub sup q cite code kbd samp var abbr dfn time bdi ruby rt rp
    img picture source audio video
"""
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "blockquote": {"class"},
    "img": {"src", "srcset", "sizes", "alt", "title", "width", "height"},
    "source": {"src", "srcset", "sizes", "type", "media"},
    "audio": {"src"},
    "video": {"src", "poster", "width", "height"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "time": {"datetime"},
}
_DROPPED = "script style svg math template textarea select title xmp iframe object noembed noframes"
_NO_DEPTH = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "col", "wbr", "area"))
_END_IMPLIED = frozenset(("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "option"))

# Comments and elements dropped whole, in which a tag is no tag. A comment put in their place joins nothing.
_HIDDEN = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<[!?][^>]*(?:>|\Z)|<(?:svg|math)\b[^<>]*/>"
    rf"|<({_DROPPED.replace(' ', '|')})(?=[\s/>]).*?(?:</\1(?=[\s/>])[^>]*(?:>|\Z)|\Z)",
    re.IGNORECASE | re.DOTALL,
)
# A tag as HTML tokenises it (§13.2.5): quotes count after an equals sign only.
_TAG = re.compile(
    r"""<(/?)([a-z][^\s/>]*)
    (?:
        [\s/]+ |
        [^\s/>][^\s/>=]* (?: \s* = \s* (?: "[^"]*(?:"|\Z) | '[^']*(?:'|\Z) | [^\s>"'][^\s>]* )? )?
    )*
    (?: > | \Z )""",
    re.IGNORECASE | re.VERBOSE,
)
_IFRAME = re.compile(r"<iframe\b[^<>]*>", re.IGNORECASE)
_SRC = re.compile(r"""(?<![\w-])src\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[\w.+%@?=&;,!*~-]+", re.IGNORECASE | re.ASCII)
_CANDIDATE = re.compile(r"(\S*[^\s,])(?:\s+([\d.]+[wxh]))?\s*(?:,|$)")

# Forms of nh3's own output, where every attribute is quoted and no `>` stands in one.
_IMG = re.compile(r"<img[^>]*>")
_SIZE = re.compile(r' (width|height)="\s*(\d+)')
_EMPTY_PLAYER = re.compile(r'<(audio|video) controls="">\s*</\1>')
_PRE = re.compile(r"(<pre[^>]*>)\n+")  # HTML drops the first newline at each reading

_BLOCK = """(?:p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table|caption|blockquote|pre|figure|figcaption
    |section|article|aside|header|footer|main|nav|address|details|summary|option)"""
_INLINE = """(?:a|abbr|b|bdi|big|cite|code|em|font|i|img|ins|del|kbd|mark|q|s|script|small|span|strike|strong
    |style|sub|sup|tt|u|wbr)"""
_BOUNDARY = re.compile(rf"<(?=/?{_BLOCK}\b)", re.IGNORECASE | re.VERBOSE)
# In a title a tag is what looks like one in full: "a < b", "Vec<String>" and "x <b and c> d" stay.
_ATTRIBUTES_IN_TITLE = r"[\s/][^<>=]*=[^<>]*"
_REST_OF_TAG = rf"(?: \s*/? | {_ATTRIBUTES_IN_TITLE} )>"
# "The <video> element" is a title; with attributes it is what some reader would take for HTML, and run.
_ACTIVE = """(?:animate|audio|base|body|button|embed|form|frame|frameset|head|html|iframe|image|input|link
    |marquee|math|meta|noscript|object|select|set|source|svg|textarea|title|video)"""
_ACTIVE_IN_TITLE = rf"<{_ACTIVE}{_ATTRIBUTES_IN_TITLE}>"
_INLINE_IN_TITLE = re.compile(
    rf"</?{_INLINE}{_REST_OF_TAG} | {_ACTIVE_IN_TITLE} | <!--[^<>]*--> | <!\[CDATA\[ | \]\]>",
    re.IGNORECASE | re.VERBOSE,
)
_BLOCK_IN_TITLE = re.compile(rf"</?{_BLOCK}{_REST_OF_TAG}", re.IGNORECASE | re.VERBOSE)

# C0 but tab and newline, DEL, the C1 that cp1252 leaves free, surrogates, noncharacters, U+FFFD. Those above
# U+FFFF stand apart: a class with them in it is tried character by character.
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n")
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
_ABOVE = re.compile("[\U00010000-\U0010ffff]")
_FORBIDDEN_ABOVE = re.compile(
    f"[{''.join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))}]"
)
_IS_C1 = re.compile("[\x80-\x9f]")
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}


def clean(html: str, base: str | None = None) -> str:
    """Safe HTML by an allowlist, its links absolute against `base`; cleaning it again changes nothing.

    Embedded frames become links; what is too deep to clean becomes text.
    """
    for _ in range(MOST_PASSES):
        before, html = html, _pass(html, base)
        if html == before:
            return html
    return entities.escape(text(html), quote=False)


def text(html: str) -> str:
    """The plain text of HTML, a single space wherever its blocks or white space part it."""
    parted = _BOUNDARY.sub(" <", _tame(_legal(html)))
    bare = nh3.clean(parted, tags=set(), clean_content_tags=set(_DROPPED.split()))
    return _folded(text_safe(entities.unescape(bare)))


def paragraphs(html: str) -> list[str]:
    """The plain text of HTML in its blocks, each on one line, none empty."""
    parted = _BOUNDARY.sub("\0<", _tame(_legal(html)))  # of NUL none is left
    return [said for part in parted.split("\0") if (said := text(part))]


def title(value: str, limit: int = 500) -> str:
    """A title or name as plain text of at most `limit` characters, however often it was escaped."""
    value, before = value[: 20 * limit], ""
    while value != before:
        before, value = value, text_safe(entities.unescape(value))
        value = _INLINE_IN_TITLE.sub("", _BLOCK_IN_TITLE.sub(" ", value))
    return _cut(_folded(value), limit)


def excerpt(html: str, limit: int = 300) -> str:
    """The beginning of HTML as plain text of at most `limit` characters."""
    return _cut(text(html), limit)


def text_safe(value: str) -> str:
    """Only what XML 1.0 §2.2 allows and no reader trips over, in NFC; C1 controls read as cp1252."""
    return unicodedata.normalize("NFC", _legal(value))


def _legal(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if value.isascii():
        return value.encode().translate(None, _CONTROLS).decode()
    value = _FORBIDDEN.sub("", value.translate(_C1) if _IS_C1.search(value) else value)
    return _FORBIDDEN_ABOVE.sub("", value) if _ABOVE.search(value) else value


def _composed(html: str) -> str:
    """HTML in NFC, but where a combining solidus (U+0338) would make the end of a tag a letter."""
    return html if "\u0338" in html else unicodedata.normalize("NFC", html)


def _pass(html: str, base: str | None) -> str:
    html = _IFRAME.sub(lambda frame: _link(frame[0], base), _composed(_legal(html[:LONGEST])))
    _BASE.set(base)
    html = _cleaner().clean(_tame(html)).replace("&nbsp;", "\xa0")
    html = _EMPTY_PLAYER.sub("", _IMG.sub(_visible, _composed(_legal(html))))
    return _PRE.sub(r"\1", html)


def _tame(html: str) -> str:
    """HTML that nh3 reads in little time and room: bounded, and mere text where its tags are a tangle."""
    html = _HIDDEN.sub("<!---->", html[:LONGEST])
    if html.count("&") > MOST_AMPERSANDS:
        html = re.sub(r"&(?:#?\w{1,30};)?", " ", html)
    # What is repeated is at most all of the text, at each tag.
    if html.count("<") * len(html) > MOST_REPEATED and _repeated(html) > MOST_REPEATED:
        html = re.sub(r"<[^<>]*>", " ", html).replace("<", "&lt;")
    return html


def _repeated(html: str) -> int:
    """The most characters HTML may repeat: at each start of an element, the tags that stand open."""
    standing: dict[str, list[int]] = {}
    open_now = repeated = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if tag[1]:
            open_now -= standing[name].pop() if standing.get(name) else 0
            continue
        repeated += open_now
        if name not in _NO_DEPTH and name not in _END_IMPLIED:
            standing.setdefault(name, []).append(len(tag[0]))
            open_now += len(tag[0])
    return repeated


@cache
def _cleaner() -> nh3.Cleaner:
    """What nh3 is told, made once: an address is resolved against _BASE."""
    return nh3.Cleaner(
        tags=set(_ALLOWED.split()),
        clean_content_tags=set(_DROPPED.split()),
        attributes=_ATTRIBUTES,
        attribute_filter=lambda tag, name, value: _attribute(name, value, _BASE.get()),
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"audio": {"controls": ""}, "video": {"controls": ""}},
    )


def _attribute(name: str, value: str, base: str | None) -> str | None:
    match name:
        case "href":
            return _href(value.strip(), base)
        case "src" | "poster":
            return urls.gate(value, base)
        case "class":
            return value if value == NOTE_CLASS else None
        case "srcset":
            return _srcset(value, base)
    return value


def _href(value: str, base: str | None) -> str | None:
    if value.startswith("#"):
        return None
    return value if _MAIL.fullmatch(value) else urls.gate(value, base)


def _srcset(value: str, base: str | None) -> str | None:
    """The candidates (HTML §4.8.4.2.1) whose addresses are good."""
    candidates = _CANDIDATE.findall(value[: 2 * urls.LONGEST])
    good = [f"{url} {size}".strip() for address, size in candidates if (url := urls.gate(address, base))]
    return ", ".join(good) or None


def _link(frame: str, base: str | None) -> str:
    source = _SRC.search(frame)
    url = source and urls.gate(entities.unescape(source[1] or source[2] or source[3] or ""), base)
    return f'<a href="{(shown := entities.escape(url))}">{shown}</a>' if url else ""


def _visible(image: re.Match[str]) -> str:
    """The image, unless it has no source or is a tracking pixel: of no size, or of one pixel by one."""
    sizes = {name: int(pixels[:6]) for name, pixels in _SIZE.findall(image[0])}
    is_pixel = 0 in sizes.values() or (len(sizes) == 2 and set(sizes.values()) == {1})
    return "" if is_pixel or " src" not in image[0] else image[0]


def _folded(value: str) -> str:
    return " ".join(value.split())


def _cut(value: str, limit: int) -> str:
    """At most `limit` characters, cut at the end of a word unless the word is longer than half of them."""
    if len(value) <= limit:
        return value
    head = value[:limit]
    end = head.rfind(" ")
    if end < limit // 2:
        end = limit - 1
    return head[:end].rstrip(" ,;:.-\N{EN DASH}\N{EM DASH}") + "…"
