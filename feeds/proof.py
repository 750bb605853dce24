"""The proof reader: a feed as it may go out, whatever stands in the database.

Entries are cleaned when they come in; this is the second look, so that one bad character,
address or id costs neither its neighbours nor the feed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from feeds import identity, languages, markup, normal, urls
from feeds.entries import Deleted, Editorial, Enclosure, Entry, Feed, Link, Moment, Origin, Person

EPOCH = datetime(1990, 1, 1, tzinfo=UTC)  # readers take an earlier date for a slip
MICROSECOND = timedelta(microseconds=1)
AT_ONCE = 128  # entries remembered, as many as the editions that most have
MOST_REMEMBERED = 20_000  # digests of contents
UNTITLED = "…"  # every format wants a title that is not blank

# Forms of an id that is global: of RFC 9562 §4, RFC 8141 §2, RFC 4151 §2.1 and RFC 3987 §2.2.
GLOBAL_ID = re.compile(
    r"""(?i:urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})
    | (?i:urn:(?!uuid:)[a-z0-9][a-z0-9-]{1,31}:(?:[a-z0-9()+,.:=@;$_!*'-]|%[0-9a-f]{2})+)
    | tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?
      :(?a:[\w;/?:@&=+$.!~*'()%,-]*(?:\#[\w;/?:@&=+$.!~*'()%,-]*)?)
    | (?i:https?)://[^\s<>"{}|\\^`\[\]/?\#][^\s<>"{}|\\^`\[\]]*""",
    re.VERBOSE,
)
END_OF_TAG = re.compile(r"</(\w+)>")


_found_clean: set[bytes] = set()


def proofread(feed: Feed) -> Feed:
    """The feed in legal XML: titles plain, HTML clean, addresses http(s), ids absolute URIs, each once."""
    written, feed = feed.entries, feed.model_copy(update={"entries": ()})
    feed = Feed.model_validate(_legal(feed.model_dump()))
    title = _plain(feed.title) or UNTITLED
    feed_id = uri(feed.id) or uri(feed.feed_url) or uri(feed.url) or _urn(title)
    entries: dict[str, Entry] = {}
    for entry in written:
        one = _entry(entry, feed_id)
        entries.setdefault(one.guid, one)
    ready = feed.model_copy(
        update={
            "title": title,
            "id": feed_id,
            "url": _address(feed.url),
            "feed_url": _address(feed.feed_url),
            "description": _plain(feed.description, limit=2000),
            "language": languages.known(feed.language),
            "icon": _address(feed.icon),
            "logo": _address(feed.logo),
            "rights": _plain(feed.rights or "") or None,
            "hub": _address(feed.hub),
            "previous": _address(feed.previous),
            "current": _address(feed.current),
            "authors": _people(feed.authors),
            "entries": tuple(entries.values()),
            "deleted": tuple(_deleted(feed.deleted, entries)),
        }
    )
    return ready.model_copy(update={"entries": tuple(_dated(ready.entries, updated_at(ready)))})


def uri(value: str | None) -> str | None:
    """The id, to the letter, where it is a global one; a bare host gets its slash (RFC 4287 §4.2.6.1)."""
    if not value or not GLOBAL_ID.fullmatch(value):
        return None
    bare = value.startswith(("http://", "https://")) and value.count("/") == 2
    return value + "/" if bare else value


def updated_at(feed: Feed) -> datetime:
    """When the feed last changed: as it says, else its newest entry, else 1990; never the clock."""
    if feed.updated:
        aware = feed.updated if feed.updated.tzinfo else feed.updated.replace(tzinfo=UTC)
        return max(aware.astimezone(UTC), EPOCH)
    return max(filter(None, map(changed_at, feed.entries)), default=EPOCH)


def changed_at(entry: Entry) -> datetime | None:
    """When the entry last changed: its update, else its publication."""
    for moment in (entry.updated, entry.published):
        if moment and moment.at:
            return moment.at.astimezone(UTC)
    return None


def apart(entries: Sequence[Entry], otherwise: datetime) -> list[datetime]:
    """When each entry changed, no two of them at one instant; `otherwise` where that is not known.

    Those of one instant are told apart by a part of a second that follows from the id of each, whoever
    its neighbours are.
    """
    dates = [changed_at(entry) or otherwise for entry in entries]
    shared = Counter(dates)
    taken = {at for at, times in shared.items() if times == 1}
    for place, entry in enumerate(entries):
        if shared[at := dates[place]] > 1:
            digest = blake2b(entry.guid.encode(), digest_size=4).digest()
            at += MICROSECOND * (int.from_bytes(digest, "big") % 10**6)
            while at in taken:
                at += MICROSECOND
            taken.add(at)
            dates[place] = at
    return dates


def _dated(entries: Sequence[Entry], otherwise: datetime) -> Iterator[Entry]:
    for entry, at in zip(entries, apart(entries, otherwise), strict=True):
        if changed_at(entry) in (None, at):
            yield entry
        else:
            moment = Moment(raw=at.isoformat(), at=at, known_by="offset")
            yield entry.model_copy(update={"updated": moment})


@lru_cache(maxsize=AT_ONCE)
def _entry(entry: Entry, feed_id: str) -> Entry:
    """The entry as it may go out; remembered, for it goes out in several formats, one after another."""
    entry = Entry.model_validate(_legal(entry.model_dump()))
    source = entry.origin.id if entry.origin else feed_id
    url = _address(entry.url)
    summary = _unclosed(markup.text_safe(entry.summary).strip())
    title = _plain(entry.title) or _plain(summary, limit=100) or url or UNTITLED
    return entry.model_copy(
        update={
            "guid": uri(entry.guid) or _urn(f"{source} {identity.key(entry)}"),
            "url": url,
            "title": title,
            "summary": summary or _unclosed(markup.excerpt(entry.content)) or title,
            "content": _clean(entry.content, url),
            "authors": _people(entry.authors),
            "categories": tuple(filter(None, map(_plain, entry.categories))),
            "language": languages.known(entry.language),
            "image": _address(entry.image),
            "enclosures": tuple(_enclosures(entry.enclosures)),
            "comments": _address(entry.comments),
            "links": tuple(map(_link, normal.links((link.model_dump() for link in entry.links), url, None))),
            "rights": _plain(entry.rights or "") or None,
            "published": _believable(entry.published),
            "updated": _believable(entry.updated),
            "origin": _origin(entry.origin) if entry.origin else None,
            "editorial": _editorial(entry.editorial) if entry.editorial else None,
        }
    )


def _clean(content: str, base: str | None) -> str:
    """Safe HTML; what was found to be so is not looked at again, for nearly all was cleaned on its way in."""
    key = blake2b(f"{base} {content}".encode(errors="surrogatepass"), digest_size=16).digest()
    if key in _found_clean:
        return content
    if (cleaned := markup.clean(content, base)) == content:
        if len(_found_clean) >= MOST_REMEMBERED:
            _found_clean.clear()
        _found_clean.add(key)
    return cleaned


def _believable(moment: Moment | None) -> Moment | None:
    return moment if moment and moment.at and moment.at >= EPOCH else None


def _link(link: Link) -> Link:
    return link.model_copy(
        update={"hreflang": languages.known(link.hreflang), "title": _plain(link.title or "") or None}
    )


def _origin(origin: Origin) -> Origin | None:
    url, feed_url = _address(origin.url), _address(origin.feed_url)
    if not (known := uri(origin.id) or feed_url or url):
        return None
    believed = origin.updated if origin.updated and origin.updated >= EPOCH else None
    return Origin(
        id=known,
        title=_plain(origin.title) or known,
        url=url,
        feed_url=feed_url,
        updated=believed,
        rights=_plain(origin.rights or "") or None,
        icon=_address(origin.icon),
    )


def _editorial(said: Editorial) -> Editorial:
    editors = tuple(filter(None, map(_plain, said.editors)))
    return said.model_copy(update={"noted_by": _plain(said.noted_by, limit=200), "editors": editors})


def _deleted(gone: Iterable[Deleted], standing: Container[str]) -> Iterator[Deleted]:
    """Of what went, each once, what has an id that could be read and has not come back."""
    named = {guid: one for one in gone if (guid := uri(one.guid)) and guid not in standing}
    for guid, one in named.items():
        yield Deleted(guid=guid, at=max(one.at, EPOCH), comment=_plain(one.comment))


def _people(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(person for person in map(_person, people) if person.name)


def _person(person: Person) -> Person:
    email = person.email if person.email and normal.MAIL_ADDRESS.fullmatch(person.email) else None
    return Person(name=_plain(person.name, limit=200), uri=_address(person.uri), email=email)


def _enclosures(enclosures: Iterable[Enclosure]) -> Iterable[Enclosure]:
    for enclosure in enclosures:
        if url := _address(enclosure.url):
            yield enclosure.model_copy(update={"url": url, "type": normal.media_type(enclosure.type)})


def _address(url: str | None) -> str | None:
    return urls.gate(url) if url else None


def _plain(text: str, limit: int = 500) -> str:
    return _unclosed(markup.title(text, limit))


def _unclosed(text: str) -> str:
    """Plain text in which no end of a tag stands, though it was meant: readers would take it for HTML."""
    return END_OF_TAG.sub(r"‹/\1›", text) if "</" in text else text


def _urn(name: str) -> str:
    """The same name, the same id (RFC 4122 §4.3)."""
    return uuid5(NAMESPACE_URL, name).urn


def _legal(value: Any) -> Any:
    """The value with every text in it legal XML, so that no serialiser refuses it.

    HTML is left to `markup.clean`: composing characters can eat the end of a tag.
    """
    if isinstance(value, str):
        return markup.text_safe(value)
    if isinstance(value, dict):
        return {name: part if name == "content" else _legal(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return tuple(map(_legal, value))
    return value
