"""Python's XML parser, telling each text as one piece: a reference in it parts nothing.

feedparser finds it by its name (`xml.sax.make_parser`), and spends its time on pieces.
"""

from __future__ import annotations

from xml.sax.expatreader import ExpatParser


class WholeText(ExpatParser):
    """Expat with its texts joined."""

    def reset(self) -> None:
        super().reset()
        expat = vars(self)["_parser"]
        expat.buffer_text, expat.buffer_size = True, 1 << 16


def create_parser() -> WholeText:
    """What `xml.sax.make_parser` asks a module for."""
    return WholeText()
