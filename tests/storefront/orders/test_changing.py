"""What a buyer can still change: the address until the label, the mailbox, the order until packing."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.fulfillment.actions import cancel_order
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.register import Purpose
from oms.orders import actions
from oms.orders import queries as orders
from oms.orders.personal import OrderContact, OrderDelivery
from storefront.orders.correctable import Correctable, correctable
from tests import make
from tests.fakes import Party
from tests.forgetting import delivered
from tests.make import Shop
from tests.pages import form_with, send
from tests.people import words
from tests.storefront.orders.test_order_page import prove


@pytest.fixture
def number(shop: None, stripe: Party, store: FlaskClient) -> str:
    with transaction() as session:
        small: Shop = make.small_shop(session)
    order = make.order({small.clock: 2})
    make.pay(order, stripe)
    with transaction() as session:
        session.execute(make.captured(order.payment.id, order.payment.amount))
        session.execute(
            text("UPDATE payments SET intent_ref = :i"),
            {"i": stripe.get("ledger")["payment_intents"][0]["id"]},
        )
        actions.confirm_payment(session, order.order.id, order.payment.id)
    jobs.drain()
    prove(store, order.order.number, "ada@shop.test")
    return order.order.number


def opened(number: str) -> tuple[OrderDelivery | None, OrderContact | None]:
    unit = f"order:{number}"
    with reading() as session:
        delivery = vault.open_record(
            session, OrderDelivery, unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing("erasure")
        )
        return delivery, vault.open_record(
            session, OrderContact, unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing("erasure")
        )


def test_an_address_is_corrected_and_the_old_one_is_nowhere(number: str, store: FlaskClient) -> None:
    page = store.get(f"/orders/{number}/correct")
    assert form_with(page, "street")["names"] - {"csrf_token"} == {
        "email",
        "name",
        "street",
        "postcode",
        "city",
    }
    answer = send(
        store, page, "street", street="Breestraat 1", postcode="2311 CG", email="ada.lind@shop.test"
    )
    assert answer.status_code == 303
    delivery, contact = opened(number)
    assert (delivery.street, delivery.postcode, contact.email) == (
        "Breestraat 1",
        "2311 CG",
        "ada.lind@shop.test",
    )
    with reading() as session:
        assert vault.find(session, OrderContact, "email", "ada@shop.test") == []
    assert "The address was corrected" in store.get(f"/orders/{number}").text


def test_a_wrong_correction_is_refused_and_changes_nothing(number: str, store: FlaskClient) -> None:
    before = opened(number)
    answer = send(store, store.get(f"/orders/{number}/correct"), "street", postcode="23", country="DE")
    assert answer.status_code == 422
    assert opened(number) == before


def test_an_order_is_cancelled_with_all_money_back(number: str, store: FlaskClient, stripe: Party) -> None:
    page = store.get(f"/orders/{number}/cancel")
    assert "What you paid goes back the way it came" in page.text
    assert send(store, page, "csrf_token").status_code == 303
    jobs.drain()
    assert make.state_of(number) == "cancelled"
    assert [(r["amount"], r["status"]) for r in stripe.get("ledger")["refunds"]] == [(6760, "succeeded")]
    with reading(Role.MIGRATE) as session:
        level = session.execute(
            text("SELECT on_hand, reserved, allocated FROM stock_levels WHERE variant_id = 1")
        ).one()
    assert tuple(level) == (20, 0, 0)


@pytest.mark.parametrize("page", ["correct", "cancel"])
def test_a_stranger_changes_nothing(number: str, store: FlaskClient, page: str) -> None:
    store.delete_cookie("store", domain="localhost")
    assert store.get(f"/orders/{number}/{page}").status_code == 404
    assert make.state_of(number) == "placed"


def test_the_e_mail_is_corrected_also_after_the_parcel_arrived(small: Shop, store: FlaskClient) -> None:
    order = delivered({small.clock: 1})
    prove(store, order.number, "ada@shop.test")
    page = words(store.get(f"/orders/{order.number}"))
    assert "Correct the e-mail" in page
    assert "Correct the address" not in page
    assert f'href="/orders/{order.number}/correct"' in store.get("/your-data/").text
    form = store.get(f"/orders/{order.number}/correct")
    assert form_with(form, "email")["names"] - {"csrf_token"} == {"email"}
    assert send(store, form, "email", email="ada.lind@shop.test").status_code == 303
    _delivery, contact = opened(order.number)
    assert contact.email == "ada.lind@shop.test"


def test_of_a_cancelled_order_the_e_mail_alone_is_corrected(number: str, store: FlaskClient) -> None:
    with transaction() as session:
        cancel_order(session, orders.by_number(session, number).id, by=SYSTEM, why="")
    page = store.get(f"/orders/{number}/correct")
    assert form_with(page, "email")["names"] - {"csrf_token"} == {"email"}
    assert send(store, page, "email", email="ada.lind@shop.test").status_code == 303
    _delivery, contact = opened(number)
    assert contact.email == "ada.lind@shop.test"


def test_nothing_is_offered_once_nobody_is_known_by_an_order(small: Shop, store: FlaskClient) -> None:
    order_id = delivered({small.clock: 1}).id
    with reading() as session:
        order = orders.get(session, order_id)
        assert correctable(session, order) == Correctable(email=True, address=False, follows_label=False)
        vault.destroy_unit(order.unit)
        assert correctable(session, order) == Correctable(email=False, address=False, follows_label=False)
