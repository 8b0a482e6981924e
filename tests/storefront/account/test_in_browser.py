"""Signing in through the real browser, at the shop and at the desk, with and without script; axe looks on."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from oms.app import create_desk
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from oms.web import credentials
from oms.web.mounting import mounted
from storefront.app import create_store
from tests.people import Mailbox, Office
from tests.running import answering

PASSWORD = "a sentence of my own"

pytestmark = pytest.mark.browser


@pytest.fixture
def address(shop: None, settings: Settings) -> Iterator[str]:
    """Serve store and desk on loopback; give the address."""
    with answering(mounted(create_store(settings), create_desk(settings), "")) as origin:
        yield origin


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, *, script: bool) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=script)
    yield context.new_page()
    context.close()


def violations(page: Page, *, script: bool) -> list[str]:
    """Return what axe finds on a page as it stands; axe itself needs script."""
    if not script:
        return []
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']} {one['nodes'][0]['target']}" for one in found]


def send(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form").filter(has=page.locator(f"[name={next(iter(fields))}]")).locator(
        "button"
    ).click()


def test_a_buyer_signs_in_and_goes_through_the_account(address: str, page: Page, *, script: bool) -> None:
    page.goto(f"{address}/account/")
    found = violations(page, script=script)
    send(page, email="ada@shop.test")
    expect(page).to_have_url(f"{address}/account/code")
    send(page, code="12345678")
    expect(page.locator(".error-summary")).to_contain_text("This code is not right")
    found += violations(page, script=script)
    send(page, code=Mailbox().mailed()[-1].code)
    expect(page.locator("h1")).to_have_text("Your account")
    found += violations(page, script=script)
    page.get_by_role("link", name="Profile").click()
    send(page, nickname="Ada")
    expect(page.locator("#notices")).to_contain_text("Your profile is saved.")
    for path in ("profile", "email", "password", "sessions", "password-sign-in", "prove"):
        page.goto(f"{address}/account/{path}")
        found += violations(page, script=script)
    assert found == []


def test_staff_sign_in_and_somebody_new_sets_up(address: str, page: Page, *, script: bool) -> None:
    office = Office()
    owner = office.employ("ada@shop.test", StaffRole.OWNER)
    kept = credentials.hash_password(PASSWORD)
    with transaction() as session:
        session.get_one(Staff, owner.id).password_hash = kept
    page.goto(f"{address}/oms/staff")
    found = violations(page, script=script)
    send(page, email="ada@shop.test", password=PASSWORD)
    found += violations(page, script=script)
    send(page, code=office.code())
    expect(page).to_have_url(f"{address}/oms/staff")
    found += violations(page, script=script)
    send(page, name="Grace", email="grace@shop.test")
    code = page.locator("main .code").inner_text()
    found += violations(page, script=script)
    for path in ("you", f"staff/{owner.id}"):
        page.goto(f"{address}/oms/{path}")
        found += violations(page, script=script)
    page.context.clear_cookies()
    page.goto(f"{address}/oms/set-up")
    found += violations(page, script=script)
    send(page, email="grace@shop.test", code=code)
    found += violations(page, script=script)
    secret = page.locator("main .code").inner_text()
    send(page, password=PASSWORD, totp=office.code(secret))
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    codes = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}", page.inner_text("main"))
    assert len(codes) == 8
    found += violations(page, script=script)
    assert found == []
