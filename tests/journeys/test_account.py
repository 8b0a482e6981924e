"""An account in a real browser: opened by a code, used to buy, corrected, copied, and gone."""

import pytest
from playwright.sync_api import Browser

from tests.fakes import wait_until
from tests.journeys import shopping
from tests.journeys.walker import Mailbox, Walker
from tests.privacy import canaries
from tests.privacy.canaries import Person
from tests.running import RunningShop

pytestmark = pytest.mark.browser


def subjects(live: RunningShop, person: Person) -> list[str]:
    """What the mails are about that came to somebody."""
    return [subject for subject, _text in Mailbox(live, person.strings["email"]).mails()]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_account_is_opened_used_and_deleted(browser: Browser, live: RunningShop, *, script: bool) -> None:
    person = canaries.person()
    buyer = Walker(browser, live, script=script)
    shopping.sign_up(buyer, person)
    shopping.add_to_cart(buyer, "Retro clock", 1)
    number = shopping.check_out(buyer, person)
    moved = f"13 {person.cores['company']} Street"
    shopping.correct(buyer, moved)
    assert moved in buyer.words()
    assert person.strings["line_1"] not in buyer.words()
    assert number in buyer.go("/account/").words()
    buyer.press("See it", to="/your-data/$")
    known = shopping.copy_of(buyer)
    assert [order["number"] for order in known["orders"]] == [number]
    before = shopping.money(number)
    shopping.delete(buyer, way="Cancel, refund and delete now")
    wait_until(lambda: shopping.money(number) == {**before, "refunded": before["total"]}, patience=30)
    assert wait_until(lambda: "We have deleted your data" in subjects(live, person), patience=30)
    assert shopping.traces(live, person) == []
    assert buyer.page.goto("/account/") is not None
    assert "/account/sign-in" in buyer.page.url
    buyer.is_content()
    buyer.leave()
