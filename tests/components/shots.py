"""Takes pictures of the sample pages: `python -m tests.components.shots FOLDER [PAGE ...]`.

Each page in 390 and 1280 px, light and dark. Prints what the browser complained about.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.components.sample_pages import PAGES
from tests.components.serve import served

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


def shoot(browser: Browser, base: str, name: str, folder: Path) -> None:
    """Four pictures of one page."""
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            page.on("console", lambda message: print(name, message.text))  # noqa: T201  # for whoever looks
            page.goto(f"{base}/{name}")
            page.evaluate("for (const one of document.images) one.loading = 'eager'")
            page.wait_for_function("[...document.images].every((one) => one.complete)")
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                print(f"{name}: {wide} px wide at {width}")  # noqa: T201  # the same
            page.close()


def main(folder: str, *names: str) -> None:
    """Pictures of the named pages, or of all."""
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with served(PAGES) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name in names or PAGES:
            shoot(browser, base, name, out)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
