"""A document as a short text that stays the same while nothing that is kept of it changes.

Many servers write the time of the request into the channel, so that no two of their documents are
alike byte for byte. Such dates, and comments, count for nothing before the first entry and after the last.
"""

from __future__ import annotations

import re
from hashlib import blake2b

MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s/>]")
LONGEST_HEAD = 65_536

# Neither looks past the next "<", so that no document takes longer than its length.
VOLATILE = re.compile(
    rb"<(lastBuildDate|pubDate|updated|modified|dc:date|sy:updateBase)\b[^<>]*>[^<>]*</\1>|<!--[^<>]*-->",
    re.I,
)


def digest(document: bytes) -> str:
    """The hash of a document without the dates of its channel and without comments around its entries.

    Of anything that is not plainly XML in an encoding that extends ASCII, the hash of all of it.
    """
    first = ENTRY.search(document, 0, LONGEST_HEAD)
    if first is None or not MARKUP.match(document):
        return _hash(document)
    start, end = first.start(), _end(document)
    head, tail = document[:start], document[end:]
    return _hash(VOLATILE.sub(b"", head), document[start:end], VOLATILE.sub(b"", tail))


def _end(document: bytes) -> int:
    """Where the last entry ends; the end of a document that is cut within one."""
    end = max(document.rfind(b"</item>"), document.rfind(b"</entry>"), 0)
    cut = end == 0 or len(document) - end > LONGEST_HEAD or ENTRY.search(document, end)
    return len(document) if cut else end


def _hash(*pieces: bytes) -> str:
    hashed = blake2b(digest_size=16)
    for piece in pieces:
        hashed.update(piece)
    return hashed.hexdigest()
