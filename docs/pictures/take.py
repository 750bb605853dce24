"""Take the pictures of the docs from the program itself: `make pictures` (Debian: chromium)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from aggregator import demo

HERE = Path(__file__).parent
PICTURES = (
    ("front-page.png", "index.html", 1280, 900, "light"),
    ("front-page-phone.png", "index.html", 390, 844, "dark"),
    ("pick.png", "editors-pick/*.html", 1280, 720, "light"),
)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def main() -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(demo.run(Path(folder), 0, None, print))
        shoot(Path(folder))


def shoot(folder: Path) -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        for name, shown, width, height, scheme in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(next(folder.glob(shown)).as_uri())
            page.screenshot(path=HERE / name)
        browser.close()


main()
