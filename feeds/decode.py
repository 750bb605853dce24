"""Bytes of a document to text that any XML parser may be given.

    bytes | as_text | cut to the root, so that no DTD is left | resolve references | legal characters

Nothing before the root element is kept: an XML parser that never sees a DTD expands no
entities, opens no files and overflows no stack (CVE-2024-8176).
"""

from __future__ import annotations

import codecs
import html
import re
from html.entities import html5
from xml.sax.saxutils import escape

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),  # no mark, but as plain as one
    (b"\0<", "utf-16-be"),
)

# Labels of the WHATWG Encoding Standard, by the codec that decodes them; any other label
# (punycode, utf-7, unicode_escape, rot13...) is no encoding of a document.
CODECS = {
    "cp1252": "windows-1252 cp1252 iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 latin-1 l1 us-ascii ascii",
    "iso8859-2": "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2",
    "iso8859-3": "iso-8859-3 latin3",
    "iso8859-4": "iso-8859-4 latin4",
    "iso8859-5": "iso-8859-5 cyrillic",
    "iso8859-6": "iso-8859-6 arabic",
    "iso8859-7": "iso-8859-7 greek",
    "iso8859-8": "iso-8859-8 iso-8859-8-i hebrew",
    "iso8859-10": "iso-8859-10 latin6",
    "iso8859-13": "iso-8859-13",
    "iso8859-14": "iso-8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 latin-9 l9",
    "iso8859-16": "iso-8859-16",
    "cp1254": "iso-8859-9 latin5 windows-1254 cp1254",
    "cp874": "windows-874 tis-620 iso-8859-11",
    "cp1250": "windows-1250 cp1250",
    "cp1251": "windows-1251 cp1251",
    "cp1253": "windows-1253 cp1253",
    "cp1255": "windows-1255 cp1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257 cp1257",
    "cp1258": "windows-1258 cp1258",
    "cp866": "ibm866 cp866",
    "koi8-r": "koi8-r koi8",
    "koi8-u": "koi8-u koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j",
    "euc_jp": "euc-jp x-euc-jp",
    "gb18030": "gb18030 gbk gb2312 gb_2312-80 chinese x-gbk",
    "big5hkscs": "big5 big5-hkscs x-x-big5",
    "cp949": "euc-kr ks_c_5601-1987 korean windows-949",
}
LABELS = {label: codec for codec, labels in CODECS.items() for label in labels.split()}

DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{1,40})")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.I)

ROOT = re.compile(r"<!--|<\?|<!DOCTYPE|<(?:html|body)\b|<(?:[\w.-]+:)?(rss|feed|rdf|opml)(?=[\s/>])", re.I)
CLOSERS = {"<!--": "-->", "<?": "?>"}
QUOTED = {"<!--": "-->", "<?": "?>", '"': '"', "'": "'"}  # what opens in a DTD, and what closes it
IN_DTD = re.compile(r"""<!--|<\?|["'\[\]<>]""")
ENTITY = re.compile(
    r"""<!ENTITY\s+([A-Za-z][\w.-]{0,31})\s+(?:"((?:[^"<%&]|&#){0,64})"|'((?:[^'<%&]|&#){0,64})')\s*>"""
)
MOST_ENTITIES = 100

CDATA, CDATA_END = "<![CDATA[", "]]>"
_NAME = r"(#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][\w.-]{0,31});"
REFERENCE = re.compile(rf"&(?:{_NAME})?")
UNKNOWN_TO_XML = re.compile(rf"&(?!(?:lt|gt|amp|quot|apos);)(?:{_NAME})?")
MARKUP = frozenset("<>&\"'")
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_text(document: bytes, content_type: str = "") -> str:
    """The document's characters: by its byte order mark, else as UTF-8, else by the label it or
    its HTTP header gives, else as windows-1252. U+FFFD stands for what cannot be read.
    """
    for mark, encoding in BOMS:
        if document.startswith(mark):
            return document.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError:
        return document.decode(declared(document, content_type), "replace")


def declared(document: bytes, content_type: str = "") -> str:
    """The codec of the first label that names an encoding of the web, windows-1252 without one."""
    inside = DECLARATION.search(document[:1024])
    outside = CHARSET.search(content_type)
    labels = (inside[1].decode("ascii", "replace") if inside else "", outside[1] if outside else "")
    return next((LABELS[label.lower()] for label in labels if label.lower() in LABELS), "cp1252")


def cut(text: str) -> tuple[str, dict[str, str]] | None:
    """The text from its root element on, and the plain entities its DTD declared.

    Before the root may stand an XML declaration, a DTD, comments, and whatever a broken server
    printed there. None where no root of a feed or list is found, or HTML comes first.
    """
    at, dtd = 0, ""
    while match := ROOT.search(text, at):
        mark = match[0].upper()
        if match[1]:
            return text[match.start() :], entities(dtd)
        if mark in CLOSERS:
            end = text.find(CLOSERS[mark], match.end())
            if end < 0:
                return None
            at = end + len(CLOSERS[mark])
        elif mark == "<!DOCTYPE" and not dtd:
            dtd = doctype(text, match.start()) or mark
            at = match.start() + len(dtd)
        elif mark == "<!DOCTYPE":
            at = match.end()
        else:
            return None
    return None


def doctype(text: str, start: int) -> str | None:
    """The document type declaration that starts here, with its internal subset; None where it does not end.

    One pass, in which what stands between quotes or in a comment closes nothing.
    """
    at, inside = start + len("<!DOCTYPE"), False
    while found := IN_DTD.search(text, at):
        mark, at = found[0], found.end()
        if mark in QUOTED and (inside or mark in "\"'"):
            closed = text.find(QUOTED[mark], at)
            if closed < 0:
                return None
            at = closed + len(QUOTED[mark])
        elif mark == ">" and not inside:
            return text[start:at]
        elif not inside and mark != "[":
            return None
        else:
            inside = mark != "]"
    return None


def entities(dtd: str) -> dict[str, str]:
    """The first hundred entities that stand for a short literal, by name."""
    found = ENTITY.finditer(dtd)
    return {
        match[1]: html.unescape(match[2] or match[3] or "")
        for match, _ in zip(found, range(MOST_ENTITIES), strict=False)
    }


def resolve(text: str, declared_entities: dict[str, str] | None = None) -> str:
    """Every reference XML does not know as its character, and every bare `&` as `&amp;`.

    CDATA sections are left alone: what looks like a reference there is HTML's affair.
    """
    known = declared_entities or {}

    def character(match: re.Match[str]) -> str:
        name = match[1]
        if not name:
            return "&amp;"
        if name in known:
            return escape(known[name])
        value = numbered(name) if name[0] == "#" else html5.get(f"{name};")
        if value is None:
            return f"&amp;{name};"
        return (
            match[0] if value in MARKUP and name[0] == "#" else escape(value, {'"': "&quot;", "'": "&apos;"})
        )

    reference, pieces, at = REFERENCE if known else UNKNOWN_TO_XML, list[str](), 0
    while (start := text.find(CDATA, at)) >= 0:
        end = text.find(CDATA_END, start)
        end = end + len(CDATA_END) if end >= 0 else len(text)
        pieces += reference.sub(character, text[at:start]), text[start:end]
        at = end
    return "".join((*pieces, reference.sub(character, text[at:])))


def numbered(reference: str) -> str:
    """The character of `#8217` or `#x2019`, empty where XML has none."""
    number = int(reference[2:], 16) if reference[1] in "xX" else int(reference[1:])
    if number > 0x10FFFF or number == 0x0D:
        return ""
    return ILLEGAL.sub("", chr(number))


def xml(text: str) -> str | None:
    """A document's text as XML that starts with its root, None where there is no root."""
    found = cut(text)
    return ILLEGAL.sub("", resolve(*found)) if found else None
