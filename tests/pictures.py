"""Takes the pictures of the README: `python -m tests.pictures [FOLDER]`, as `make pictures` does.

A shop of its own is started, so that they show the demo as everybody finds it: light, 1280 pixels wide.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
from playwright.sync_api import Page, sync_playwright

from oms.local.browser import find
from oms.local.clean import clean
from oms.local.settings import read_dotenv
from tests.conftest import BROWSER_OPTIONS
from tests.launch import Launch

_ROOT = Path(__file__).parent.parent
_STATE = _ROOT / "var" / "pictures"
_SIZE = {"width": 1280, "height": 860}


@contextmanager
def running_shop() -> Iterator[str]:
    """Start a fresh demo shop and give its address; it is gone afterwards."""
    clean(_STATE)
    launch = Launch(_STATE)
    try:
        launch.until_ready()
        yield launch.address
    finally:
        launch.end()
        clean(_STATE)


def come_in(page: Page, address: str) -> None:
    """Sign in at the desk as the owner."""
    settings = read_dotenv(_STATE / "env")
    page.goto(f"{address}/oms/sign-in")
    page.fill("[name=email]", "owner@shop.test")
    page.fill("[name=password]", settings["DEMO_PASSWORD"])
    page.keyboard.press("Enter")
    page.fill("[name=code]", pyotp.TOTP(settings["DEMO_TOTP_SECRET"]).now())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/oms/(?!sign-in|second-factor)"))
    page.goto(f"{address}/oms/orders")


def shoot(page: Page, path: Path) -> None:
    """Take the picture once every image has come."""
    page.wait_for_function("[...document.images].every((one) => one.complete || one.loading === 'lazy')")
    page.screenshot(path=path)


def main(folder: Path) -> None:
    """Take the picture of the shop and the one of the desk."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_shop() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=BROWSER_OPTIONS)
        page = browser.new_page(viewport=_SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(f"{address}/")
        shoot(page, folder / "shop.png")
        come_in(page, address)
        shoot(page, folder / "desk.png")
        browser.close()


if __name__ == "__main__":
    main(Path(*sys.argv[1:]) if sys.argv[1:] else _ROOT / "docs" / "pictures")
