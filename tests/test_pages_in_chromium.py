"""The pages in a real browser: they lead where they say, load nothing else, and everyone can use them."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import feedparser
import httpx2
import pytest
import showcase
import uvicorn
from makers import Clock

from aggregator import app, serve, server

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or ""
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed (Debian: chromium)"),
]

PICKED, WITHDRAWN = "editors-pick/6.html", "gone/editors-pick/3.html"
KINDS = (
    "index.html",
    "recent-news.html",
    "editors-pick.html",
    "section/city.html",
    "days/2026-11-27.html",
    PICKED,
    WITHDRAWN,
)


@dataclass(frozen=True)
class Served:
    """A published folder, and where it is served."""

    folder: Path
    url: str


@contextmanager
def serving(folder: Path, listener: Any) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(serve.application(folder), log_level="error", lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def published(home: Path, title: str, language: str) -> Iterator[Served]:
    """The newsroom that shows everything, published and served."""
    clock = Clock()
    with server.listening("127.0.0.1", 0) as listener:
        url = server.address(listener)
        chosen = app.chosen(
            title=title,
            language=language,
            base_url=url,
            database_url=f"sqlite:///{home / 'newsdesk.db'}",
            output=home / "public",
            editions=[{"slug": "city", "title": "City desk", "section": "City"}],
        )
        with app.opened(chosen, clock) as newsdesk:
            showcase.fill(newsdesk, clock)
            newsdesk.publish()
        with serving(home / "public", listener):
            yield Served(home / "public", url)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with published(tmp_path_factory.mktemp("newsroom"), "The Harbour Gazette", "en") as served:
        yield served


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same from right to left."""
    with published(tmp_path_factory.mktemp("newsroom"), "صحيفة الميناء", "ar") as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page of the browser, with what it asked for and what it complained of."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


@contextmanager
def opened(browser: Any, width: int = 1440, scheme: str = "light", **more: Any) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, **more)
    context.set_default_timeout(20_000)
    try:
        yield Watched(context.new_page())
    finally:
        context.close()


def test_a_reader_opens_the_front_page_follows_a_pick_and_finds_the_feed(
    browser: Any, served: Served
) -> None:
    with opened(browser) as watched:
        page = watched.page
        page.goto(served.url)
        page.click("article .picked a >> nth=-1")
        assert page.url == f"{served.url}{PICKED}"
        assert page.inner_text("h1") == showcase.ENGLISH[0][0]
        page.click("nav a >> nth=0")
        assert page.url == f"{served.url}index.html"
        feeds = page.eval_on_selector_all("link[rel=alternate]", "links => links.map(link => link.href)")
        found = feedparser.parse(httpx2.get(next(feed for feed in feeds if feed.endswith("pick.atom"))).text)
        assert len(found.entries) == 5
        assert watched.complaints == []
        assert all(url.startswith(served.url) for url in watched.asked)


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_page_is_wider_than_the_screen_nor_asks_for_more_than_itself(
    browser: Any, served: Served, mirrored: Served, width: int
) -> None:
    with opened(browser, width) as watched:
        for address in (site.url + name for site in (served, mirrored) for name in KINDS):
            watched.asked.clear()
            watched.page.goto(address)
            wide = watched.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert wide[0] <= wide[1], address
            assert watched.asked == [address]
        assert [said for said in watched.complaints if "410 (Gone)" not in said] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_stands_in_the_way_of_anyone(browser: Any, served: Served, width: int, scheme: str) -> None:
    """axe-core finds nothing, by any of its rules, on any kind of page."""
    assert violations(browser, served, width, scheme) == []


def test_nothing_stands_in_the_way_of_those_who_read_from_right_to_left(
    browser: Any, mirrored: Served
) -> None:
    assert violations(browser, mirrored, 390, "dark") == []


def violations(browser: Any, site: Served, width: int, scheme: str) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    script = Path(axe.__file__).with_name("axe.min.js").read_text()
    found = []
    with opened(browser, width, scheme, bypass_csp=True) as watched:
        for name in KINDS:
            watched.page.goto(site.url + name)
            watched.page.evaluate(script)
            said = watched.page.evaluate("axe.run({resultTypes: ['violations']})")
            assert "color-contrast" in {rule["id"] for rule in said["passes"]}, "axe looked at nothing"
            found += [f"{name}: {told(violation)}" for violation in said["violations"]]
    return found


def told(violation: dict[str, Any]) -> str:
    places = [node["html"][:120] for node in violation["nodes"]]
    return json.dumps([violation["id"], violation["help"], places], ensure_ascii=False)


def test_the_pages_read_the_same_without_a_server(browser: Any, served: Served) -> None:
    """The folder opened as files, below any folder: every link within it leads to a file of it."""
    with opened(browser) as watched:
        for name in KINDS[:-1]:
            watched.page.goto((served.folder / name).as_uri())
            links = watched.page.eval_on_selector_all("a", "links => links.map(link => link.href)")
            within = {
                link.partition("#")[0].removeprefix("file://") for link in links if link.startswith("file:")
            }
            assert within
            assert [link for link in within if not Path(link).is_file()] == []
        assert watched.complaints == []


def test_the_keyboard_reaches_the_news_at_once(browser: Any, served: Served) -> None:
    with opened(browser) as watched:
        page = watched.page
        page.goto(served.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_printed_page_has_the_story_and_not_the_navigation(browser: Any, served: Served) -> None:
    with opened(browser) as watched:
        page = watched.page
        page.goto(served.url)
        page.emulate_media(media="print")
        assert not page.locator("nav >> nth=0").is_visible()
        assert page.locator("article >> nth=0").is_visible()
