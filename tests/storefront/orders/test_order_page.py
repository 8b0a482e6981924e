"""The order page: everything for its own person, the state alone for everybody else."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from oms.buyers import queries as buyers
from oms.buyers.models import MailboxChallenge
from oms.kernel import clock
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.orders.states import OrderState
from storefront.app import create_store
from tests import make
from tests.forgetting import delivered
from tests.make import Shop
from tests.pages import forms, send
from tests.people import words

PERSONAL = ("Ada Lind", "Rapenburg", "2311", "Leiden", "ada@shop.test")


def code() -> str:
    with reading() as session:
        latest = session.scalars(select(MailboxChallenge.id).order_by(MailboxChallenge.id.desc())).first()
        found = buyers.code_to_send(session, latest)
    return found.code


def prove(store: FlaskClient, number: str, mailbox: str) -> None:
    asked = send(store, store.get(f"/orders?number={number}"), "number", email=mailbox)
    assert asked.status_code == 303
    send(store, store.get("/account/code"), "code", code=code())


def test_a_stranger_with_the_number_sees_the_state_and_no_person(small: Shop, store: FlaskClient) -> None:
    number = make.order({small.clock: 1}).order.number
    page = store.get(f"/orders/{number}")
    assert page.status_code == 200
    assert "awaiting payment" in page.text
    assert [word for word in PERSONAL if word in page.text] == []
    twin = store.get(f"/orders/{number}", headers={"Accept": "application/json"})
    assert twin.json == {"number": number, "state": "awaiting_payment"}


def test_a_guest_who_proves_the_mailbox_sees_everything(small: Shop, store: FlaskClient) -> None:
    number = make.order({small.clock: 1}).order.number
    prove(store, number, "ada@shop.test")
    page = store.get(f"/orders/{number.lower().replace('-', ' ')}")
    assert [word for word in PERSONAL if word not in page.text] == []
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("delivered_at", "day"),
    [
        (datetime(2026, 11, 3, 9, 20, tzinfo=UTC), "3 December 2026"),
        (datetime(2026, 11, 3, 23, 20, tzinfo=UTC), "4 December 2026"),
    ],
)
def test_the_days_on_which_things_go_are_right_from_the_moment_of_delivery(
    small: Shop, store: FlaskClient, delivered_at: datetime, day: str
) -> None:
    with clock.held_at(delivered_at):
        order = delivered({small.clock: 1})
        prove(store, order.number, "ada@shop.test")
        page = words(store.get(f"/orders/{order.number}"))
    assert f"Name, address {day}" in page
    assert f"E-mail {day}" in page


def test_goods_without_a_picture_are_named_all_the_same(small: Shop, store: FlaskClient) -> None:
    number = make.order({small.clock: 1}).order.number
    prove(store, number, "ada@shop.test")
    assert 'alt="Retro clock"' in store.get(f"/orders/{number}").text


def test_a_page_that_waits_for_the_payment_looks_again_by_itself(small: Shop, store: FlaskClient) -> None:
    number = make.order({small.clock: 1}).order.number
    prove(store, number, "ada@shop.test")
    assert store.get(f"/orders/{number}").headers["Refresh"] == "5"


def test_proving_another_mailbox_opens_nothing(small: Shop, store: FlaskClient) -> None:
    number = make.order({small.clock: 1}).order.number
    prove(store, number, "eve@shop.test")
    page = store.get(f"/orders/{number}")
    assert [word for word in PERSONAL if word in page.text] == []


def test_another_browser_of_the_same_shop_is_a_stranger(
    small: Shop, store: FlaskClient, settings: Settings
) -> None:
    number = make.order({small.clock: 1}).order.number
    prove(store, number, "ada@shop.test")
    other = create_store(settings).test_client()
    assert "Rapenburg" not in other.get(f"/orders/{number}").text


@pytest.mark.parametrize("number", ["7KQ2-M4XD-9B", "nonsense", "../admin", "' OR 1=1 --"])
def test_a_number_that_is_none_is_not_found(small: Shop, store: FlaskClient, number: str) -> None:
    make.order({small.clock: 1})
    assert store.get(f"/orders/{number}").status_code == 404


def test_a_guest_keeps_an_account_with_one_field_and_finds_the_order_in_it(
    small: Shop, store: FlaskClient
) -> None:
    number = make.order({small.clock: 1}).order.number
    with transaction() as session:
        session.execute(update(Order).values(state=OrderState.PLACED, placed_at=clock.now()))
    prove(store, number, "ada@shop.test")
    page = store.get(f"/orders/{number}")
    form = next(form for form in forms(page) if "/account/sign-in" in form["action"])
    assert form["names"] == {"csrf_token", "email"}
    store.post(form["action"], data={**form["fields"], "email": "ada@shop.test"})
    opened = send(store, store.get("/account/code"), "code", code=code())
    assert opened.headers["Location"] == f"/orders/{number}"
    assert number in store.get("/account/").text
    again = store.get(f"/orders/{number}")
    assert again.status_code == 200
    assert [form for form in forms(again) if "/account/sign-in" in form["action"]] == []
