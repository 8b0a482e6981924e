"""The first page suggests a market and language, and leaves it at that."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from oms.kernel.config import Settings
from oms.kernel.db import transaction
from storefront.app import create_store
from tests import make
from tests.running import answering

pytestmark = pytest.mark.browser


@pytest.fixture
def address(shop: None, settings: Settings) -> Iterator[str]:
    """Serve a shop with one market, of the Netherlands, Germany and France."""
    with transaction() as session:
        make.small_shop(session)
    with answering(create_store(settings)) as origin:
        yield origin


@pytest.mark.parametrize(
    ("reads", "at", "expected"),
    [
        ("de-DE", "/", ("Das passt Ihnen vielleicht besser.", "/eu-de/")),
        ("de-AT", "/", ("Das passt Ihnen vielleicht besser.", "/eu-de/")),
        ("zh-CN", "/", ("这可能更适合您。", "/eu-zh/")),
        ("en-NL", "/", None),
        ("fr-FR", "/", None),
        ("de-DE", "/eu-zh/", None),
    ],
)
def test_who_prefers_another_language_is_shown_the_way(
    browser: Browser, address: str, reads: str, at: str, expected: tuple[str, str] | None
) -> None:
    context = browser.new_context(locale=reads)
    page = context.new_page()
    page.goto(f"{address}{at}")
    shown = page.locator("[data-suggestion]:visible")
    expect(shown).to_have_count(1 if expected else 0)
    if expected is not None:
        told, leads = expected
        expect(shown).to_contain_text(told)
        shown.get_by_role("link").click()
        page.wait_for_url(f"{address}{leads}")
    assert context.cookies() == []
    context.close()


def test_without_script_nothing_is_suggested(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("[data-suggestion]:visible")).to_have_count(0)
    context.close()


def test_the_first_page_is_the_same_whatever_is_read(store: FlaskClient) -> None:
    with transaction() as session:
        make.small_shop(session)
    pages = {store.get("/", headers={"Accept-Language": reads}).data for reads in ("en", "de", "zh-CN")}
    assert len(pages) == 1
