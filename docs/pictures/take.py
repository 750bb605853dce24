"""Take the pictures of the docs from the program itself: `make pictures` (Debian: chromium)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright

from aggregator import app, demo
from aggregator.cli import Invocation
from curation.screen.app import FullScreen
from curation.screen.browser import usual
from curation.screen.errands import Errands

HERE = Path(__file__).parent
PICTURES = (
    ("front-page.png", "index.html", 1280, 900, "light"),
    ("front-page-phone.png", "index.html", 390, 844, "dark"),
    ("pick.png", "editors-pick/*.html", 1280, 720, "light"),
)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SHOWN_AT = datetime(2023, 11, 21, 14, 0, tzinfo=UTC)  # the day of the newest sample
NOTE = "Nearly all that one continent says to another lies on the sea bed. Read it for the ship's log."


def main() -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(demo.run(Path(folder), 0, None, print))
        screen = Path(folder, "desk.svg")
        screen.write_text(asyncio.run(desk(Path(folder))))
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
            shoot_pages(browser, Path(folder))
            shoot_screen(browser, screen)
            browser.close()


def shoot_pages(browser: Browser, folder: Path) -> None:
    for name, shown, width, height, scheme in PICTURES:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(next(folder.glob(shown)).as_uri())
        page.screenshot(path=HERE / name)


def shoot_screen(browser: Browser, drawn: Path) -> None:
    page = browser.new_page(viewport={"width": 1100, "height": 760})
    page.set_content(f"<body style='margin:0;width:1100px'>{drawn.read_text()}</body>")
    page.locator("svg").screenshot(path=HERE / "desk.png", omit_background=True)


async def desk(folder: Path) -> str:
    """The full-screen desk in the middle of a day's work, as an SVG."""
    clock = [SHOWN_AT - timedelta(hours=2)]
    chosen = app.chosen(
        database_url=f"sqlite:///{folder / 'desk.db'}",
        fetch={"allow_private_networks": ["127.0.0.0/8"], "host_gap": 0},
    )
    with app.opened(chosen, lambda: clock[0]) as newsdesk:
        async with demo.sampled() as address:
            await demo.fill(newsdesk, address, print)
        invocation = Invocation(None, "ada")
        invocation.newsdesk = newsdesk
        screen = FullScreen(Errands(invocation, ZoneInfo("Europe/Paris")), "editors-pick", usual())
        async with screen.run_test(size=(120, 32)) as pilot:
            for keys in DAY:
                await pilot.pause(1)
                clock[0] += timedelta(hours=2) / len(DAY)
                await pilot.press(*keys)
            await pilot.pause(2)
            return screen.export_screenshot(title="newsdesk desk")


DAY = (("s", "s"), ("p",), ("j", "j", "p"), ("n", *NOTE, "ctrl+s"), ("s", "s"), ("j", "x"), ("k", "k", "k"))

main()
