"""Picks as a newsletter: in Markdown, as HTML that mail programs show, or as a message ready to be sent.

A function of the picks alone: the message is dated by the newest of them, and called by the hash of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from urllib.parse import urlsplit

from feeds import normal, page, pagewords
from feeds.entries import Entry
from feeds.page import Column, Story
from feeds.proof import EPOCH
from feeds.shelves import Masthead, Shelf

SPECIAL = re.compile(r"([\\`*_\[\]<>#&~|!])")
AT_THE_START = re.compile(r"^(\d{1,9})?([-+=.)])")
TAG = re.compile(r"<(?!(?:https?|mailto):)")  # an address in angle brackets is a link
MAILBOX = "newsdesk"  # whose at the host of the site a message is from


class NoMailAddress(ValueError):
    """What was given as a mail address is none."""


def markdown(masthead: Masthead, shelf: Shelf) -> str:
    """A newsletter in CommonMark; what the sources wrote is text in it."""
    column = page.ready(shelf)
    parts = [f"# {_text(subject(masthead, column))}"]
    for story in column.stories:
        parts += _told(masthead, story)
    parts.append(f"[{_text(masthead.title)}](<{masthead.base_url}>)")
    return "\n\n".join(parts) + "\n"


def html(masthead: Masthead, shelf: Shelf) -> str:
    """A newsletter as a page whose styles stand in its elements."""
    column = page.ready(shelf)
    return page.letter(masthead, column, subject(masthead, column)).decode()


def message(masthead: Masthead, shelf: Shelf, sender: str = "") -> bytes:
    """A newsletter as a message (RFC 5322) of two alternatives, from a sender or one at the site's host.

    Raises NoMailAddress for a sender that is none.
    """
    column = page.ready(shelf)
    plain, rich = markdown(masthead, shelf), html(masthead, shelf)
    digest = sha256(f"{plain}\0{rich}".encode()).hexdigest()[:32]
    host = _host(masthead.base_url)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _mailbox(masthead.title, sender, host)
    mail["To"] = "undisclosed-recipients:;"
    mail["Subject"] = subject(masthead, column)
    mail["Date"] = newest(column)
    mail["Message-ID"] = f"<{digest}@{host}>"
    mail.set_content(plain, cte="quoted-printable")
    mail.add_alternative(rich, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"={digest}=")
    mail["Content-Language"] = masthead.language
    return mail.as_bytes()


def subject(masthead: Masthead, column: Column) -> str:
    """What the newsletter is called: the edition, and the day of its newest pick."""
    day = pagewords.human_day(newest(column).date(), masthead.language)
    return f"{_line(masthead.title)}: {_line(column.title)}, {day}"


def newest(column: Column) -> datetime:
    """When the newest of the picks appeared; 1970 where there is none."""
    return max((at for story in column.stories if (at := _appeared(story.entry))), default=EPOCH)


def _appeared(entry: Entry) -> datetime | None:
    return entry.published.at if entry.published else None


def _told(masthead: Masthead, story: Story) -> Iterator[str]:
    entry, words = story.entry, pagewords.words(masthead.language)
    said = entry.editorial
    yield f"## {_link(entry.title, entry.url)}"
    yield " · ".join(map(_text, page.byline(entry, masthead.language)))
    if said and said.correction:
        yield f"**{words['corrected']}:** {_text(said.correction)}"
    if said and said.note:
        yield _quoted(said.note, ", ".join(said.editors))
    if entry.summary != entry.title:
        yield _text(entry.summary)
    related = [_link(link.title or link.href, link.href) for link in entry.links if link.rel == "related"]
    if related:
        yield f"{words['also']} {', '.join(related)}"
    if story.permalink:
        yield _link(words["permanent"], masthead.base_url + story.permalink)


def _mailbox(title: str, sender: str, host: str) -> Address:
    """Who a message is from; mail addresses beyond ASCII would need every server to know RFC 6532."""
    if sender and not normal.MAIL_ADDRESS.fullmatch(sender):
        raise NoMailAddress(sender)
    try:
        return Address(_line(title), addr_spec=sender or f"{MAILBOX}@{host}")
    except (MessageError, ValueError) as error:
        raise NoMailAddress(sender) from error


def _quoted(note: str, editors: str) -> str:
    """A note, which is Markdown itself, as a quotation; HTML within it is text, as on the pages."""
    lines = [*TAG.sub(r"\\<", note).split("\n"), "", f"— {_text(editors)}"]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _link(text: str, address: str | None) -> str:
    return f"[{_text(text)}](<{address.replace(chr(92), '%5C')}>)" if address else _text(text)


def _text(text: str) -> str:
    """Plain text that Markdown shows as it is (CommonMark 0.31 §2.4)."""
    return AT_THE_START.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", _line(text)))


def _line(text: str) -> str:
    return " ".join(text.split())


def _host(address: str) -> str:
    """The host of the site as a mail address has it: a name in ASCII, or an address in brackets."""
    host = urlsplit(address).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    if re.fullmatch(r"[\d.]+", host):
        return f"[{host}]"
    return host.encode("idna").decode()
