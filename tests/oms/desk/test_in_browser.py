"""The desk in the real browser, by keyboard alone; axe looks on, in light and dark."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from oms.app import create_desk
from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders import queries as orders
from oms.staff.models import Staff
from oms.staff.states import StaffRole
from oms.web import credentials
from oms.web.mounting import mounted
from storefront.app import create_store
from tests import make
from tests.make import Shop
from tests.oms.desk.conftest import paid
from tests.people import Office
from tests.running import answering

PASSWORD = "a sentence of my own"

pytestmark = pytest.mark.browser


@pytest.fixture
def address(small: Shop, settings: Settings) -> Iterator[str]:
    """Serve store and desk on loopback; give the desk's address."""
    with answering(mounted(create_store(settings), create_desk(settings), "")) as origin:
        yield f"{origin}/oms"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Give an owner's browser, signed in by typing."""
    office = Office()
    owner = office.employ("ada@shop.test", StaffRole.OWNER)
    with transaction() as session:
        session.get_one(Staff, owner.id).password_hash = credentials.hash_password(PASSWORD)
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.locator("main [name=email]").focus()
    page.keyboard.type("ada@shop.test")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{PASSWORD}\n")
    expect(page.locator("main [name=code]")).to_be_visible()
    page.locator("main [name=code]").focus()
    page.keyboard.type(f"{office.code()}\n")
    expect(page.locator("h1")).to_have_text("Overview")
    yield page
    context.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page as it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']} {one['nodes'][0]['target']}" for one in found]


def test_orders_are_found_held_and_let_go_on_by_keyboard_alone(small: Shop, address: str, page: Page) -> None:
    first, second = paid({small.clock: 1}), paid({small.pencil: 2})
    page.goto(f"{address}/orders")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]")).to_have_text("2")
    page.locator("button[value=hold]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Hold 2 orders")
    page.get_by_role("button", name="Hold 2 orders").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("What became of them")
    jobs.drain()
    page.reload()
    expect(page.locator("main")).to_contain_text("2 of 2 done")
    with reading() as session:
        assert len(orders.open_holds(session, first.id) + orders.open_holds(session, second.id)) == 2
    page.keyboard.press("/")
    page.keyboard.type(f"{first.number.lower()}\n")
    expect(page.locator("h1")).to_have_text(f"Order {first.number}")
    page.get_by_role("button", name="Release").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("This order goes on.")
    with reading() as session:
        assert orders.open_holds(session, first.id) == []
    page.keyboard.press("Control+k")
    page.keyboard.type(second.number)
    expect(page.locator("#palette-list [aria-selected]")).to_contain_text(second.number)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"Order {second.number}")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert make.state_of(second.number) == "placed"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_the_desk_and_every_page_fits_a_phone(
    small: Shop, address: str, page: Page, scheme: str
) -> None:
    order = paid({small.clock: 1})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paths = [
        "/",
        "/orders",
        "/stock",
        "/stock/RETRO-CLOCK",
        "/outbox",
        "/risk",
        "/audit",
        "/settings",
        "/search?q=zzz",
    ]
    paths += [f"/orders/{order.number}{more}" for more in ("", "/hold", "/cancel", "/refund")]
    found: list[str] = []
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{address}{path}")
        found += violations(page)
        page.set_viewport_size({"width": 390, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            found.append(f"{path} is wider than a phone")
    assert found == []
