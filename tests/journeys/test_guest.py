"""The whole life of an order in a real browser: a guest buys, staff send, the guest copies and deletes."""

import json
import re

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from oms.kernel.db import Role, reading
from oms.staff.states import StaffRole
from tests.fakes import wait_until
from tests.journeys import crew
from tests.journeys.walker import Mailbox, Walker
from tests.privacy import canaries
from tests.privacy.canaries import Person
from tests.running import RunningShop

pytestmark = pytest.mark.browser
NUMBER = re.compile(r"/orders/([0-9A-Z-]+)$")
SKUS = ["RETRO-CLOCK", "CEDAR-PENCIL", "CEDAR-PENCIL"]


def add_to_cart(guest: Walker, title: str, quantity: int) -> None:
    """Find something among what is new, look at it, put it into the cart."""
    guest.go("/").press(title, to="/products/")
    guest.page.locator('main [name="quantity"]').fill(str(quantity))
    guest.press("Add to cart")
    guest.page.get_by_text(f"{title} is in your cart.").first.wait_for()


def check_out(guest: Walker, person: Person) -> str:
    """Type what the checkout asks for, pay on Stripe's page, and return the order's number."""
    guest.go("/cart").press("Check out", to="/checkout$")
    guest.fill(
        email=person.strings["email"],
        name=person.strings["name"],
        street=person.strings["line_1"],
        postcode="2311 EZ",
        city=person.strings["city"],
    )
    guest.press(re.compile("^Pay "), to="/c/pay/")
    guest.page.fill("#card", "4242424242424242")
    guest.press(re.compile("^Pay "), to=NUMBER.pattern)
    guest.until("placed")
    found = NUMBER.search(guest.page.url)
    assert found is not None
    return found[1]


def money(number: str) -> dict[str, object]:
    """What the books say of an order: totals, tax and money, to the cent."""
    statement = (
        "SELECT o.goods, o.delivery, o.tax, o.total, o.currency, o.country, p.captured, p.refunded"
        " FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.number = :number"
    )
    with reading(Role.MIGRATE) as session:
        return dict(session.execute(text(statement), {"number": number}).mappings().one())


def traces(live: RunningShop, person: Person) -> list[canaries.Sighting]:
    """Where anything of this person stands readable in our stores; mail and outside parties are apart."""
    stores = live.stores
    return canaries.find(
        [person],
        canaries.postgres(stores.database),
        canaries.postgres(stores.keyring),
        canaries.valkey(stores.redis),
        canaries.folder(live.folder, exclude=["mail/*", "stripe/*", "carrier/*"]),
    )


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_guest_buys_and_is_forgotten(browser: Browser, live: RunningShop, *, script: bool) -> None:
    person = canaries.person()
    guest = Walker(browser, live, script=script)
    guest.go("/")
    guest.press("Retro clock", to="/products/")
    assert guest.cookies_set == {}
    add_to_cart(guest, "Cedar pencil", 2)
    add_to_cart(guest, "Retro clock", 1)
    number = check_out(guest, person)

    desk = Walker(browser, live, script=script)
    crew.sign_in(desk, crew.hire(StaffRole.PICKER_PACKER))
    crew.pick(desk, number, SKUS)
    crew.pack(desk, number, SKUS)
    assert person.strings["name"] not in desk.words()

    guest.go(f"/orders/{number}").until("on its way")
    tracking = guest.page.locator("section .code").last.inner_text()
    assert live.carrier is not None
    live.carrier.post(f"parcels/{tracking}/advance", to="delivered")
    guest.until("It has arrived")
    for words in ("Stripe", "Hollow", person.strings["name"], person.strings["line_1"]):
        assert words in guest.words()
    before = money(number)
    prove_mailbox(guest, person)
    assert copy_of(guest)["orders"][0]["number"] == number
    delete(guest)
    assert money(number) == before
    assert not any(core in guest.go(f"/orders/{number}").words() for core in person.cores.values())
    assert wait_until(lambda: traces(live, person) == [])
    guest.is_content()
    desk.is_content()
    guest.leave()
    desk.leave()


def prove_mailbox(guest: Walker, person: Person) -> None:
    """Type the code that came to the mailbox, and see one's data."""
    guest.go("/account/prove?next=/your-data/").fill(email=person.strings["email"])
    guest.press("Send me the code", to="/account/code")
    guest.fill(code=Mailbox(guest.shop, person.strings["email"]).code())
    guest.press("Go on", to="/your-data/$")


def copy_of(guest: Walker) -> dict[str, list[dict[str, str]]]:
    """Take the copy and read it."""
    with guest.page.expect_download() as taken:
        guest.press("Download the copy")
    told: dict[str, list[dict[str, str]]] = json.loads(taken.value.path().read_text(encoding="utf-8"))
    return told


def delete(guest: Walker) -> None:
    """See the plan, say yes, and read the certificate."""
    guest.press("Show me what would go", to="/your-data/delete$")
    guest.press("Delete it", to="/your-data/requests/")
    assert "It is gone" in guest.words()
