"""The whole life of an order in a real browser: a guest buys, staff send, the guest copies and deletes."""

import pytest
from playwright.sync_api import Browser

from oms.staff.states import StaffRole
from tests.fakes import wait_until
from tests.journeys import crew, shopping
from tests.journeys.walker import Walker
from tests.privacy import canaries
from tests.running import RunningShop

pytestmark = pytest.mark.browser
SKUS = ["RETRO-CLOCK", "CEDAR-PENCIL", "CEDAR-PENCIL"]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_guest_buys_and_is_forgotten(browser: Browser, live: RunningShop, *, script: bool) -> None:
    person = canaries.person()
    guest = Walker(browser, live, script=script)
    guest.go("/")
    guest.press("Retro clock", to="/products/")
    shopping.look_around(guest)
    assert guest.cookies_set == {}
    shopping.add_to_cart(guest, "Cedar pencil", 2)
    shopping.add_to_cart(guest, "Retro clock", 1)
    number = shopping.check_out(guest, person)

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
    before = shopping.money(number)
    shopping.prove_mailbox(guest, person)
    assert shopping.copy_of(guest)["orders"][0]["number"] == number
    shopping.delete(guest)
    assert shopping.money(number) == before
    assert not any(core in guest.go(f"/orders/{number}").words() for core in person.cores.values())
    assert wait_until(lambda: shopping.traces(live, person) == [])
    guest.is_content()
    desk.is_content()
    guest.leave()
    desk.leave()
