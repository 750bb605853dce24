"""A note of the desk: what may stand in it, and its Markdown as safe HTML."""

from __future__ import annotations

import unicodedata
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from config.errors import UsageFault
from feeds import markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 10_000  # characters
LONGEST_CORRECTION = 1_000  # likewise
CORRECTED = {"fr": "Rectificatif\N{NBSP}:", "": "Corrected:"}  # by the language of the newsroom


def kept(note: str) -> str:
    """A note as it is kept: no control characters, no white space around it, at most 10,000 characters."""
    if len(note) > LONGEST:
        raise UsageFault(f"the note has {len(note):,} characters", f"shorten it to {LONGEST:,}")
    note = markup.text_safe(note.replace("\r\n", "\n")).strip()
    return "".join(
        character for character in note if character in "\n\t" or unicodedata.category(character) != "Cc"
    )


def quoted(note: str, correction: str, language: str) -> str:
    """What the desk says, as the first thing of an entry's content, and marked as the desk's word."""
    said = (html(note) if note else "") + _put_right(correction, language)
    return f'<blockquote class="{markup.NOTE_CLASS}">{said}</blockquote>' if said else ""


def unmarked(content: str) -> str:
    """Clean HTML of a source, in which nothing is marked as this desk's word."""
    return content.replace(f' class="{markup.NOTE_CLASS}"', "")


def corrected(text: str) -> str:
    """A correction as it is kept: plain text on one line; raises UsageFault for over 1,000 characters."""
    if len(text) > LONGEST_CORRECTION:
        raise UsageFault(
            f"the correction has {len(text):,} characters", f"shorten it to {LONGEST_CORRECTION:,}"
        )
    return " ".join(kept(text).split())


def _put_right(correction: str, language: str) -> str:
    """A correction as a paragraph in the language of the newsroom."""
    word = CORRECTED["fr" if language.lower().startswith("fr") else ""]
    return f"<p><strong>{word}</strong> {escape(correction)}</p>" if correction else ""


def html(note: str) -> str:
    """A note in CommonMark as clean HTML; HTML within it is text."""
    rendered = _markdown().render(note).strip()
    return markup.clean(rendered.replace(">\n", ">"))


def shown(note: str) -> str:
    """A note as clean HTML for a page or a letter, where it makes no heading and loads no picture."""
    tokens = _markdown().parse(note)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
        for child in token.children or ():
            if child.type == "image":
                child.type, child.tag, child.children = "text", "", None
    rendered = _markdown().renderer.render(tokens, _markdown().options, {})
    return markup.clean(rendered.strip().replace(">\n", ">"))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})
