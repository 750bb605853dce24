"""A web page to the Entry of the article in it, by what it says of itself to machines.

schema.org in JSON-LD ─> Open Graph and other meta elements ─> the page's own elements; the first that says it
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from feeds import decode, markup, normal, urls
from feeds.entries import NOWHERE, Entry, Home, Origin, Person

LARGEST = 4_000_000  # bytes of a page that are read
MOST_OBJECTS = 500  # of JSON-LD
MOST_PEOPLE = 20
SUMMARY = 500  # characters

ARTICLE = re.compile(r"(https?://schema\.org/)?(\w*Article|BlogPosting|Report|LiveBlogPosting|Review)")
PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dcterms.date",
    "dc.date.issued", "dcterms.created", "pubdate", "publishdate", "parsely-pub-date", "sailthru.date",
    "citation_publication_date",
)  # fmt: skip
UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified")
AUTHOR = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator")
TITLE = ("og:title", "twitter:title", "headline", "dc.title", "parsely-title")
SUMMARIES = ("og:description", "description", "twitter:description", "dcterms.abstract")
IMAGE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
SITE = ("og:site_name", "application-name", "al:web:site_name")
BETWEEN = " |-–—·•:»«/\N{MINUS SIGN}"  # what a title has between the article's and the site's

Said = dict[str, Any]


class NoArticle(ValueError):
    """A document that is no page with an article; the message says why in one line."""


def article(document: bytes, url: str, content_type: str = "", home: Home = NOWHERE) -> Entry:
    """The article of the page at `url`, its title empty where there is none. Raises NoArticle, nothing else.

    An address that the page gives as its own is believed within its site. The content stays on the page.
    """
    try:
        page = Page(document[:LARGEST], url, content_type)
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise NoArticle("cannot be read as a page") from error
    if page.root is None:
        raise NoArticle("has nothing in it")
    if next(page.root.iter("rss", "feed", "rdf"), None) is not None:
        raise NoArticle("is a feed; see 'newsdesk source add'")
    title = page.title()
    address = page.address()
    published, updated = normal.dated(tuple(page.dates("datePublished", PUBLISHED)), page.updated(), home)
    return Entry(
        guid=address,
        url=address,
        title=title,
        summary=page.summary(title),
        authors=normal.people(islice(page.authors(), MOST_PEOPLE)),
        categories=normal.terms(islice(page.named("article:tag"), MOST_PEOPLE)),
        language=page.language(),
        image=page.image(),
        published=published,
        updated=updated,
        origin=page.origin(),
    )


class Page:
    """A page, and what its meta elements and its JSON-LD say."""

    def __init__(self, document: bytes, url: str, content_type: str) -> None:
        self.url = url
        self.root = _root(document, content_type)
        self.meta: dict[str, list[str]] = {}
        self.said: Said = {}
        self.base = url
        if self.root is not None:
            for name, content in _meta(self.root):
                self.meta.setdefault(name, []).append(content)
            bases = (urls.gate(_attribute(element, "href"), url) for element in self.root.iter("base"))
            self.base = next(filter(None, bases), url)
            self.said = _article(self.root, self)

    def named(self, *names: str) -> Iterator[str]:
        """What the meta elements of these names say, in the order of the names."""
        for name in names:
            yield from self.meta.get(name, ())

    def title(self) -> str:
        """The headline; of the title of the whole page, what is left without the site's name."""
        said = (_text(self.said.get("headline")), _text(self.said.get("name")), *self.named(*TITLE))
        found = _first(markup.title(each) for each in said)
        if found:
            return found
        whole = _first(markup.title(_inner(element)) for element in self.root.iter("title"))
        site = self.site()
        short = whole.removesuffix(site).rstrip(BETWEEN) if site and whole != site else whole
        return short or _first(markup.title(_inner(element)) for element in self.root.iter("h1"))

    def site(self) -> str:
        publisher = next(_objects(self.said.get("publisher")), {})
        return _first(map(markup.title, (*self.named(*SITE), _text(publisher.get("name")))))

    def summary(self, title: str) -> str:
        found = (_text(self.said.get("description")), *self.named(*SUMMARIES))
        return _first(text for each in found if (text := markup.excerpt(each, SUMMARY)) != title)

    def address(self) -> str:
        """What the page calls its address, where that is of its site and no front page; else its address."""
        links = (
            _attribute(link, "href")
            for link in self.root.iter("link")
            if "canonical" in _attribute(link, "rel").lower().split()
        )
        for said in (*links, *self.named("og:url")):
            found = urls.gate(said, self.base)
            if found and _site(found) == _site(self.url) and urlsplit(found).path not in ("", "/"):
                return found
        return self.url

    def authors(self) -> Iterator[Person]:
        """Who wrote it, by the first that says so."""
        people = list(_people(self.said.get("author"), self.base))
        if not people:
            names = [name for name in self.named(*AUTHOR) if not re.match("https?:|@", name)]
            names = names or [_inner(element) for element in _bylines(self.root)]
            people = [person for name in names[:1] if (person := normal.person(name, None, ""))]
        yield from people

    def dates(self, key: str, names: Iterable[str]) -> Iterator[str]:
        yield _text(self.said.get(key))
        yield from self.named(*names)
        yield from self.properties(key)
        if key == "datePublished":
            times = (element for element in self.root.iter("time") if _attribute(element, "datetime"))
            yield from (_attribute(element, "datetime") for element in islice(times, 1))

    def updated(self) -> str:
        return _first(self.dates("dateModified", UPDATED))

    def properties(self, key: str) -> Iterator[str]:
        """What elements say with a microdata `itemprop`."""
        for element in self.root.iter("meta", "time", "span", "abbr"):
            if _attribute(element, "itemprop") == key:
                yield _attribute(element, "content") or _attribute(element, "datetime") or _inner(element)

    def language(self) -> str | None:
        said = (_text(self.said.get("inLanguage")), _attribute(self.root, "lang"), *self.named("og:locale"))
        return next((tag for each in said if (tag := normal.language(each))), None)

    def image(self) -> str | None:
        links = (
            _attribute(link, "href")
            for link in self.root.iter("link")
            if "image_src" in _attribute(link, "rel").lower().split()
        )
        found = (*_addresses(self.said.get("image")), *self.named(*IMAGE), *links)
        return next((address for each in found if (address := urls.gate(each, self.base))), None)

    def origin(self) -> Origin:
        """The site, which stands for the feed that the article did not come by."""
        home = urls.gate("/", self.url) or self.url
        return Origin(id=home, title=self.site() or urlsplit(self.url).hostname or "", url=home)


def _root(document: bytes, content_type: str) -> Any:
    """The root of a page, None for one of nothing; its own `meta charset` counts after its header's."""
    inside = decode.CHARSET.search(document[:2048].decode("ascii", "replace"))
    text = decode.as_text(document, f"{content_type}; {inside[0] if inside else ''}")
    body = markup.text_safe(text).encode()
    return (
        etree.fromstring(body, etree.HTMLParser(encoding="utf-8", no_network=True)) if body.strip() else None
    )


def _meta(root: Any) -> Iterator[tuple[str, str]]:
    for element in root.iter("meta"):
        content = _attribute(element, "content").strip()
        for attribute in ("property", "name", "itemprop"):
            name = _attribute(element, attribute).strip().lower()
            if name and content:
                yield name, content


def _article(root: Any, page: Page) -> Said:
    """The JSON-LD of the article: of several, the one that names this page, else the first."""
    found = [said for said in islice(_linked_data(root), MOST_OBJECTS) if _is_article(said)]
    here = urls.canonical(page.url)
    for said in found:
        names = (said.get("url"), said.get("@id"), *_addresses(said.get("mainEntityOfPage")))
        addresses = (urls.gate(_text(name), page.url) for name in names)
        if any(address and urls.canonical(address) == here for address in addresses):
            return said
    return found[0] if found else {}


def _linked_data(root: Any) -> Iterator[Said]:
    for element in root.iter("script"):
        if _attribute(element, "type").partition(";")[0].strip().lower() == "application/ld+json":
            with suppress(ValueError, RecursionError):
                yield from _graph(json.loads(element.text or "", strict=False))


def _graph(value: Any) -> Iterator[Said]:
    """The objects of a JSON-LD document, those of its graph and lists too."""
    for said in _objects(value):
        yield said
        for name in ("@graph", "mainEntity"):
            yield from _objects(said.get(name))


def _is_article(said: Said) -> bool:
    kinds = said.get("@type")
    return any(ARTICLE.fullmatch(_text(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _objects(value: Any) -> Iterator[Said]:
    """The objects that a value is, or is a list of."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def _people(value: Any, base: str) -> Iterator[Person]:
    for each in value if isinstance(value, list) else [value]:
        said = each if isinstance(each, dict) else {"name": each}
        uri = urls.gate(_text(said.get("url")), base)
        person = normal.person(_text(said.get("name")), uri, _text(said.get("email")))
        if person:
            yield person


def _addresses(value: Any) -> Iterator[str]:
    """The addresses that a value is, or its objects have, as an ImageObject."""
    for each in value if isinstance(value, list) else [value]:
        said = each if isinstance(each, dict) else {"url": each}
        yield _text(said.get("url")) or _text(said.get("contentUrl")) or _text(said.get("@id"))


def _bylines(root: Any) -> Iterator[Any]:
    for element in root.iter("a", "span", "address", "p", "div"):
        if _attribute(element, "itemprop") == "author" or "author" in _attribute(element, "rel").split():
            yield element


def _site(url: str) -> str:
    return urls.host(url).removeprefix("www.").partition(":")[0]


def _first(found: Iterable[str]) -> str:
    """The first that says something; empty where none does."""
    return next((each for each in found if each.strip()), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _inner(element: Any) -> str:
    return " ".join(islice(element.itertext(), 50))


def _attribute(element: Any, name: str) -> str:
    value = element.get(name)
    return value if isinstance(value, str) else ""
