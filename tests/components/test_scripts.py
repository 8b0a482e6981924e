from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.components.sample_pages import PAGES

pytestmark = pytest.mark.browser


@pytest.fixture
def page(sample_browser: Browser) -> Page:
    return sample_browser.new_page(reduced_motion="reduce")


@pytest.fixture
def page_without_script(sample_browser: Browser) -> Page:
    return sample_browser.new_context(java_script_enabled=False).new_page()


def give(page: Page, address: str, html: str) -> list[str]:
    """Answer an address with a page; what was posted to it is noted."""
    posted: list[str] = []

    def answer(route: Route) -> None:
        posted.append(route.request.post_data or "")
        route.fulfill(body=html, content_type="text/html")

    page.route(re.compile(address), answer)
    return posted


def test_a_choice_shows_its_price_and_stock_without_leaving(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/product")
    give(page, r"/product\?color=carbon", PAGES["product-gone"]())
    page.evaluate("window.stayed = true")
    page.get_by_label("Carbon").check()
    expect(page.get_by_text("Sold out, back on 4 December")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    assert page.url == f"{sample_address}/product?color=carbon&ruling=dot"
    assert page.get_by_role("button", name="Add to cart").count() == 0


def test_a_choice_works_without_script(page_without_script: Page, sample_address: str) -> None:
    page = page_without_script
    page.goto(f"{sample_address}/product")
    page.get_by_label("Carbon").check()
    page.get_by_role("button", name="Show this choice").click()
    assert page.url == f"{sample_address}/product?color=carbon&ruling=dot"


def test_what_goes_in_the_cart_keeps_the_shopper_where_she_is(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/product")
    posted = give(page, r"/cart/lines", PAGES["kit"]())
    page.get_by_role("button", name="One more: Quantity").click()
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#notices")).to_contain_text("Saved.")
    expect(page.locator("#notices").get_by_role("link", name="Cart 2")).to_be_visible()
    assert page.url == f"{sample_address}/product"
    assert posted == ["sku=NB-FIELD-DOT-GRN&quantity=2"]


def test_a_visitor_without_a_cart_asks_for_no_count(page: Page, sample_address: str) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{sample_address}/home")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "count" in url] == []


def test_a_quantity_in_the_cart_is_changed_in_place(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/cart")
    posted = give(page, r"/cart/lines/1", PAGES["cart-empty"]())
    page.get_by_role("button", name="One more: Quantity of Field notebook").click()
    expect(page.get_by_text("Nothing in the cart")).to_be_visible()
    assert posted == ["csrf_token=proof-of-our-own-page&quantity=2"]


def test_a_cart_can_be_changed_without_script(page_without_script: Page, sample_address: str) -> None:
    page = page_without_script
    page.goto(f"{sample_address}/cart")
    posted = give(page, r"/cart/lines/1", PAGES["cart-empty"]())
    page.get_by_label("Quantity of Field notebook").fill("3")
    page.get_by_role("button", name="Change").first.click()
    assert posted == ["csrf_token=proof-of-our-own-page&quantity=3"]


def test_another_delivery_is_worked_out_and_nothing_typed_is_lost(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/checkout")
    posted = give(page, r"/checkout$", PAGES["checkout-refused"]())
    page.get_by_label("Name on the parcel").fill("Ada")
    page.get_by_label("Express").check()
    expect(page.get_by_text("3 things need your attention")).to_be_visible()
    assert "name=Ada" in posted[0]
    assert "method=express" in posted[0]
    assert posted[0].endswith("&step=refresh")


def test_paying_leaves_the_page(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/checkout")
    posted = give(page, r"/checkout$", PAGES["order"]())
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Pay €31.70").click()
    expect(page.get_by_role("heading", name="Order 7KQ2-M4XD")).to_be_visible()
    assert page.evaluate("window.stayed") is None
    assert posted[0].endswith("&step=pay")


def test_what_is_wrong_is_reached_first(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/order-find")
    expect(page.get_by_role("alert").first).to_be_focused()
    page.get_by_role("link", name="Order number: Enter the order number").click()
    expect(page.locator("#number")).to_be_focused()


def test_the_desk_is_walked_by_keyboard_alone(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/desk-orders")
    for key in ("j", "j", "k", "x"):
        page.keyboard.press(key)
    assert page.locator("tr[data-current]").get_attribute("data-href") == "/oms/orders/7KQ2-M4XD"
    expect(page.locator("[data-chosen]")).to_have_text("1")
    give(page, r"/oms/orders/7KQ2-M4XD", PAGES["desk-order"]())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Order 7KQ2-M4XD")).to_be_visible()


def test_slash_searches_and_a_question_mark_helps(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/desk-orders")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()


def test_the_palette_goes_anywhere(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/desk-orders")
    found = [
        {"label": "7KQ2-M4XD", "hint": "to pick", "url": "/desk-order"},
        {"label": "7KQ2-Z", "hint": "", "url": "/desk-pack"},
    ]
    page.route(re.compile("/oms/palette"), lambda route: route.fulfill(body=json.dumps(found)))
    page.keyboard.press("Control+k")
    page.keyboard.type("7KQ2")
    expect(page.get_by_role("option", name="7KQ2-M4XD")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk-pack")


def test_a_scan_lands_in_its_field_wherever_the_focus_was(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/desk-pick")
    posted = give(page, r"/desk-pick#?$", PAGES["desk-pick"]())
    page.locator("h1").click()
    page.keyboard.type("IN-GALL-BLU-50")
    page.keyboard.press("Enter")
    expect(page.locator("[data-scan]")).to_have_value("")
    assert posted == ["csrf_token=proof-of-our-own-page&scan=IN-GALL-BLU-50"]
    assert page.evaluate("document.activeElement.id") == "scan"


def test_what_was_revealed_leaves_the_screen_by_itself(page: Page, sample_address: str) -> None:
    shown = PAGES["desk-order-revealed"]().replace('data-reveal="60"', 'data-reveal="0.2"')
    give(page, r"/desk-order-revealed", shown)
    give(page, r"/oms/orders/7KQ2-M4XD$", PAGES["desk-order"]())
    page.goto(f"{sample_address}/desk-order-revealed")
    page.wait_for_url("**/oms/orders/7KQ2-M4XD")
    expect(page.get_by_text("Ada Lind")).to_have_count(0)


def test_long_work_shows_how_far_it_is_and_ends_by_itself(page: Page, sample_address: str) -> None:
    told = [
        {"done": 5, "total": 8, "text": "5 of 8 keys destroyed", "is_done": False, "url": ""},
        {"done": 8, "total": 8, "text": "done", "is_done": True, "url": "/certificate"},
    ]
    page.route(re.compile("/how-far"), lambda route: route.fulfill(body=json.dumps(told.pop(0))))
    give(
        page,
        r"/deleting",
        PAGES["deleting"]().replace('class="progress"', 'class="progress" data-progress="/how-far"'),
    )
    page.goto(f"{sample_address}/deleting")
    expect(page.get_by_text("5 of 8 keys destroyed")).to_be_visible()
    page.wait_for_url("**/certificate")


def test_a_second_press_sends_nothing(page: Page, sample_address: str) -> None:
    page.goto(f"{sample_address}/order-decide")
    page.evaluate("""() => {
        window.sent = 0;
        addEventListener("submit", (event) => {
            if (!event.defaultPrevented) window.sent += 1;
            event.preventDefault();
        });
    }""")
    button = page.get_by_role("button", name="Cancel the order")
    button.click()
    button.click()
    assert page.evaluate("window.sent") == 1
