"""Orders of who is signed in: theirs whatever mailbox was typed, nobody else's, and gone with the account."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.buyers import queries as buyers
from oms.kernel import jobs
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.privacy.notice import queries as notice
from storefront.app import create_store
from tests.fakes import Party
from tests.forgetting import copy
from tests.make import Shop
from tests.pages import form_with
from tests.people import Visitor, words
from tests.storefront.account.test_account import signed_in
from tests.storefront.checkout.test_checkout import ADA, session_of

TYPED = {**ADA, "email": "parcels@shop.test"}


@pytest.fixture
def ada(small: Shop, store: FlaskClient) -> Visitor:
    return signed_in(store, "ada@shop.test")


def buy(who: Visitor, stripe: Party, **typed: str) -> str:
    """Buy and pay a clock; return the order's number."""
    mine = {"REMOTE_ADDR": who.address}
    ours = {"Sec-Fetch-Site": "same-origin"}
    sku = {"sku": "RETRO-CLOCK", "quantity": "1"}
    who.client.post("/cart/lines", data=sku, headers=ours, environ_overrides=mine)
    form = form_with(who.get("/checkout"), "placement_key")["fields"]
    answer = who.client.post("/checkout", data={**form, **TYPED, **typed}, environ_overrides=mine)
    assert answer.status_code == 303
    stripe.pay(session_of(answer))
    with reading(Role.MIGRATE) as session:
        number = str(session.scalar(text("SELECT number FROM orders ORDER BY id DESC LIMIT 1")))
    assert who.get(f"/orders/{number}").status_code == 200
    return number


def kept(number: str) -> tuple[int | None, str]:
    with reading(Role.MIGRATE) as session:
        row = session.execute(
            text("SELECT buyer_id, notice_version FROM orders WHERE number = :n"), {"n": number}
        ).one()
    return row.buyer_id, row.notice_version


def shown() -> str:
    with reading() as session:
        return notice.version(session)


def number_of(email: str) -> int:
    with reading() as session:
        found = buyers.buyer_of_mailbox(session, email)
    assert found is not None
    return found.id


def test_an_order_of_who_is_signed_in_is_the_accounts_and_keeps_the_notice_shown(
    ada: Visitor, stripe: Party
) -> None:
    number = buy(ada, stripe)
    assert kept(number) == (number_of("ada@shop.test"), shown())


def test_an_order_of_a_guest_is_no_accounts(small: Shop, store: FlaskClient, stripe: Party) -> None:
    number = buy(Visitor(store), stripe)
    assert kept(number) == (None, shown())


def test_the_account_lists_what_was_ordered_with_another_mailbox(
    ada: Visitor, stripe: Party, settings: Settings
) -> None:
    number = buy(ada, stripe)
    elsewhere = signed_in(create_store(settings).test_client(), "ada@shop.test")
    assert number in words(elsewhere.get("/account/"))
    page = elsewhere.get(f"/orders/{number}")
    assert "Rapenburg 70" in page.text
    assert number in str(copy(elsewhere))


def test_the_mailbox_that_was_typed_leads_to_the_order_too(
    ada: Visitor, stripe: Party, settings: Settings
) -> None:
    number = buy(ada, stripe)
    other = signed_in(create_store(settings).test_client(), "parcels@shop.test")
    assert number in words(other.get("/account/"))


def test_another_buyer_never_sees_it(ada: Visitor, stripe: Party, settings: Settings) -> None:
    number = buy(ada, stripe)
    eve = signed_in(create_store(settings).test_client(), "eve@shop.test")
    assert number not in eve.get("/account/").text
    page = eve.get(f"/orders/{number}")
    assert "Rapenburg" not in page.text
    assert "parcels@shop.test" not in page.text
    assert eve.get(f"/orders/{number}/correct").status_code == 404
    assert eve.get(f"/orders/{number}/cancel").status_code == 404
    assert number not in str(copy(eve))


def test_deleting_the_account_deletes_its_orders_of_every_mailbox(
    ada: Visitor, stripe: Party, settings: Settings
) -> None:
    first, second = buy(ada, stripe), buy(ada, stripe, email="ada@shop.test")
    theirs = buy(Visitor(create_store(settings).test_client()), stripe, email="eve@shop.test")
    jobs.drain()
    again = signed_in(create_store(settings).test_client(), "ada@shop.test")
    answer = again.send("/your-data/delete", way="now")
    assert answer.status_code == 303, words(answer)
    assert re.search(r"/your-data/requests/", answer.location)
    with reading(Role.MIGRATE) as session:
        units = session.scalars(text("SELECT DISTINCT unit FROM personal.sealed")).all()
        rows = session.execute(text("SELECT number, forgotten_at IS NOT NULL AS gone FROM orders"))
        gone = {row.number: row.gone for row in rows}
    assert gone == {first: True, second: True, theirs: False}
    assert [unit for unit in units if unit.startswith(("order:", "account:"))] == [f"order:{theirs}"]
    assert (kept(first)[0], kept(second)[0]) == (None, None)


def test_orders_that_wait_for_their_parcels_share_no_number_once_the_account_is_gone(
    ada: Visitor, stripe: Party
) -> None:
    numbers = [buy(ada, stripe), buy(ada, stripe)]
    jobs.drain()
    assert ada.send("/your-data/delete", way="later").status_code == 303
    with reading() as session:
        assert buyers.buyer_of_mailbox(session, "ada@shop.test") is None
    assert [kept(number)[0] for number in numbers] == [None, None]
