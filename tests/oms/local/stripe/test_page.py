"""The hosted pay page, by form posts and in a real browser."""

from collections.abc import Iterator

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from stripe import StripeClient

from tests.fakes import Listener, Party
from tests.oms.local.stripe.conftest import BACK, SUCCESS, Create

ACCEPTED, DECLINED, ASKS = "4242 4242 4242 4242", "4000000000000002", "4000002760003155"


def post(url: str | None, **typed: str) -> requests.Response:
    return requests.post(str(url), data=typed, allow_redirects=False, timeout=10)


def test_paying_leads_back_to_the_shop(create: Create, client: StripeClient) -> None:
    session = create()
    answer = post(session.url, card=ACCEPTED, name="Ada L.")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id),
    )
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"
    assert paid.customer_details is not None
    assert (paid.customer_details.email, paid.customer_details.name) == ("ada@shop.test", "Ada L.")


def test_a_declined_card_is_told_and_can_be_replaced(create: Create) -> None:
    session = create()
    refused = post(session.url, card=DECLINED)
    assert refused.status_code == 402
    assert "Your card was declined. Please try another card." in refused.text
    assert DECLINED not in refused.text
    assert post(session.url, card=ACCEPTED).status_code == 303


def test_a_number_that_is_no_test_card_is_neither_taken_nor_kept(create: Create, stripe_party: Party) -> None:
    session = create()
    answer = post(session.url, card="4539578763621486")
    assert answer.status_code == 402
    assert "4539578763621486" not in answer.text
    assert stripe_party.get("ledger")["charges"] == []
    for file in stripe_party.folder.iterdir():
        assert b"4539578763621486" not in file.read_bytes()


def test_an_e_mail_is_asked_for_when_the_session_brought_none(create: Create, client: StripeClient) -> None:
    session = create(customer_email="")
    assert 'name="email"' in requests.get(str(session.url), timeout=10).text
    assert post(session.url, card=ACCEPTED).status_code == 400
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert post(session.url, card=ACCEPTED, email="bob@shop.test").status_code == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.customer_details is not None
    assert paid.customer_details.email == "bob@shop.test"


def test_the_second_tab_cannot_pay_again(create: Create, stripe_party: Party) -> None:
    session = create()
    assert [post(session.url, card=ACCEPTED).status_code for _ in range(2)] == [303, 409]
    assert "You have already paid" in requests.get(str(session.url), timeout=10).text
    assert [charge["amount"] for charge in stripe_party.get("ledger")["charges"]] == [2990]


def test_an_expired_session_says_so_and_leads_back(create: Create, client: StripeClient) -> None:
    session = create()
    client.v1.checkout.sessions.expire(session.id)
    page = requests.get(str(session.url), timeout=10)
    assert "This payment page has expired" in page.text
    assert BACK in page.text
    assert post(session.url, card=ACCEPTED).status_code == 409
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_nobody_finds_a_page_that_does_not_exist(stripe_party: Party) -> None:
    for path in ("", "/authenticate"):
        assert requests.get(f"{stripe_party.address}/c/pay/cs_none{path}", timeout=10).status_code == 404
        assert post(f"{stripe_party.address}/c/pay/cs_none{path}", card=ACCEPTED).status_code == 404


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=True, color_scheme=request.param)
    yield context.new_page()
    context.close()


def checked(page: Page) -> Page:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    return page


@pytest.mark.browser
def test_a_shopper_pays_by_keyboard_after_a_decline(create: Create, page: Page, listener: Listener) -> None:
    session = create(success_url=f"{listener.url}?paid={{CHECKOUT_SESSION_ID}}")
    page.goto(str(session.url))
    assert checked(page).get_by_role("heading").inner_text() == "Pay 29.90 EUR"
    assert page.get_by_text("Fountain pen × 2").is_visible()
    page.get_by_label("Card number").fill(DECLINED)
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").inner_text() == "Your card was declined. Please try another card."
    checked(page).get_by_label("Card number").fill(ACCEPTED)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{listener.url}?paid={session.id}")


@pytest.mark.browser
def test_a_shopper_proves_to_the_bank_who_pays(create: Create, browser: Browser, listener: Listener) -> None:
    session = create(success_url=listener.url)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for answer in ("Fail", "Complete"):
        page.goto(str(session.url))
        page.get_by_label("Card number").fill(ASKS)
        page.get_by_role("button", name="Pay").click()
        assert page.get_by_role("heading").inner_text() == "3-D Secure: is it you?"
        page.get_by_role("button", name=answer).click()
    page.wait_for_url(listener.url)
    context.close()


@pytest.mark.browser
def test_the_closed_pages_are_for_everybody(create: Create, client: StripeClient, page: Page) -> None:
    session = create()
    post(session.url, card=ASKS)
    page.goto(f"{session.url}/authenticate")
    checked(page)
    client.v1.checkout.sessions.expire(session.id)
    page.goto(str(session.url))
    assert checked(page).get_by_role("link").get_attribute("href") == BACK
