"""Takes the pictures of the README: `python -m tests.pictures [FOLDER]`, as `make pictures` does.

A shop of its own is started, so that they show the demo as everybody finds it: light, 1280 pixels wide.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from oms.local.browser import find
from oms.local.clean import clean
from oms.local.settings import read_dotenv
from tests.conftest import BROWSER_OPTIONS
from tests.launch import Launch

_ROOT = Path(__file__).parent.parent
_STATE = _ROOT / "var" / "pictures"
_PLACE = {
    "email": "ada@shop.test",
    "name": "Ada Example",
    "street": "Schottengasse 1",
    "postcode": "1010",
    "city": "Wien",
}
_GOODS = ("pen-roll", "copybook-hand", "ledger-sheets", "pen-roll")
_SIZE: ViewportSize = {"width": 1280, "height": 860}


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


def opened(browser: Browser) -> Page:
    """Open a page as somebody new: no cookie of an earlier shopper, and patience for a busy machine."""
    page = browser.new_context(viewport=_SIZE, reduced_motion="reduce", locale="en-AT").new_page()
    page.set_default_timeout(120_000)
    return page


def buy(page: Page, address: str, product: str) -> None:
    """Buy one piece of a product as a guest, up to the order's page."""
    page.goto(f"{address}/products/{product}")
    with page.expect_response(re.compile("/cart/lines$")):  # the script adds without leaving the page
        page.click("form[data-add] [type=submit]")
    page.goto(f"{address}/checkout")
    for name, value in _PLACE.items():
        if page.locator(f"[name={name}]").count():  # a thing to download asks for no address
            page.fill(f"[name={name}]", value)
    page.click("button[value=pay]")
    page.fill("[name=card]", "4242 4242 4242 4242")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/orders/"))
    page.context.close()


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
    """Take the picture of the shop and, after a few orders, the one of the desk."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_shop() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=BROWSER_OPTIONS)
        page = opened(browser)
        page.goto(f"{address}/")
        shoot(page, folder / "shop.png")
        for product in _GOODS:
            buy(opened(browser), address, product)
        come_in(page, address)
        shoot(page, folder / "desk.png")
        browser.close()


if __name__ == "__main__":
    main(Path(*sys.argv[1:]) if sys.argv[1:] else _ROOT / "docs" / "pictures")
