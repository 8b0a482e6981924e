from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.components.sample_pages import SAMPLES

pytestmark = pytest.mark.browser
DARK = ["kit", "checkout-refused", "certificate", "desk-order-revealed"]
# Each template once, and where a page looks quite different, that way too.
FIRST = {template: name for name, (template, _) in reversed(SAMPLES.items())}
WALKED = [*FIRST.values(), "checkout-refused", "product-gone", "desk-pack-labelled"]


def opened(browser: Browser, address: str, **wishes: Any) -> tuple[Page, list[str]]:  # noqa: ANN401  # Playwright's
    """A page of the sample, and what the browser complains about."""
    page = browser.new_page(reduced_motion="reduce", **wishes)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints


def barriers(page: Page) -> list[str]:
    """What axe finds: the rule and the first element."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


@pytest.mark.parametrize("name", WALKED)
def test_nobody_is_kept_out_and_the_page_fits_a_phone(
    name: str, sample_browser: Browser, sample_address: str
) -> None:
    page, complaints = opened(sample_browser, f"{sample_address}/{name}")
    assert barriers(page) == []
    assert complaints == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()


Scheme = Literal["light", "dark"]
STACKED = ["notice", "notice-changes", "desk-audit", "desk-settings", "desk-refund", "desk-pack-labelled"]
STACKED += ["desk-privacy-sheet", "desk-requests", "desk-request", "desk-returns"]
TOO_WIDE = """[...document.querySelectorAll(".table-frame, .register")]
    .filter((frame) => frame.scrollWidth > frame.clientWidth).length"""
CUT_OFF = """[...document.querySelectorAll(".table-frame .chip")].filter((chip) =>
    chip.getBoundingClientRect().right > chip.closest(".table-frame").getBoundingClientRect().right).length"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", STACKED)
def test_rows_stand_below_each_other_on_a_phone(
    name: str, scheme: Scheme, sample_browser: Browser, sample_address: str
) -> None:
    page, _ = opened(sample_browser, f"{sample_address}/{name}", color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.locator(".table-frame, .register").count() > 0
    assert (page.evaluate(TOO_WIDE), page.evaluate(CUT_OFF)) == (0, 0)
    assert barriers(page) == []
    labels = page.locator("td[data-label]").evaluate_all(
        "(cells) => cells.map((cell) => getComputedStyle(cell, '::before').content !== 'none')"
    )
    assert set(labels) == {True}
    page.close()


def test_rows_too_wide_for_a_phone_are_noticed(sample_browser: Browser, sample_address: str) -> None:
    page, _ = opened(sample_browser, f"{sample_address}/desk-pack-labelled")
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate("document.querySelector('.table').classList.remove('stacks')")
    page.evaluate("document.querySelector('.table').style.minInlineSize = '60rem'")
    assert (page.evaluate(TOO_WIDE), page.evaluate(CUT_OFF) > 0) == (1, True)
    page.close()


@pytest.mark.parametrize("name", DARK)
def test_nobody_is_kept_out_in_the_dark(name: str, sample_browser: Browser, sample_address: str) -> None:
    page, complaints = opened(sample_browser, f"{sample_address}/{name}", color_scheme="dark")
    assert barriers(page) == []
    assert complaints == []
    page.close()


def test_a_barrier_is_noticed(sample_browser: Browser, sample_address: str) -> None:
    page, _ = opened(sample_browser, f"{sample_address}/home")
    page.evaluate("document.querySelector('img').removeAttribute('alt')")
    assert [line.split(":")[0] for line in barriers(page)] == ["image-alt"]
    page.close()
