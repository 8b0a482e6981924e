"""Being overtaken at the checkout: another warehouse helps out, and only what is gone is called gone."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from oms.inventory import actions as inventory
from oms.inventory import queries as stock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders import actions
from oms.orders.placing.actions import place_order
from tests import make
from tests.fakes import Party, wait_until
from tests.make import GUEST, Shop
from tests.storefront.checkout.test_checkout import add, orders, pay

_WAITS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session, clocks=3)


def levels(variant_id: int) -> dict[int, int]:
    with reading(Role.MIGRATE) as session:
        assert stock.drifts(session) == []
        found = session.execute(
            text("SELECT warehouse_id, reserved FROM stock_levels WHERE variant_id = :v"), {"v": variant_id}
        )
        return {row.warehouse_id: row.reserved for row in found}


def waits() -> bool:
    with reading(Role.MIGRATE) as session:
        return bool(session.scalar(_WAITS))


def overtaken(store: FlaskClient, small: Shop, units: int) -> TestResponse:
    """Pay while somebody else takes units: after the plan was made, before the levels are changed."""
    with reading() as session:
        faster = make.placing(session, {small.clock: units})
    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            place_order(session, faster, by=GUEST)
            answer: Future[TestResponse] = pool.submit(pay, store)
            wait_until(waits)
        return answer.result(60)


def test_what_one_warehouse_lost_to_somebody_faster_comes_from_another(
    small: Shop, store: FlaskClient, stripe: Party
) -> None:
    with transaction() as session:
        inventory.receive(session, small.clock, small.osaka, 3, by=SYSTEM)
    add(store, quantity=3)
    answer = overtaken(store, small, 3)
    assert answer.status_code == 303
    assert answer.location.startswith(stripe.address)
    assert [state for state, _ in orders()] == ["awaiting_payment", "awaiting_payment"]
    assert levels(small.clock) == {small.leiden: 3, small.osaka: 3}


def test_what_is_gone_everywhere_is_called_sold_out(small: Shop, store: FlaskClient, stripe: Party) -> None:
    add(store)
    answer = overtaken(store, small, 3)
    assert (answer.status_code, answer.location) == (303, "/cart")
    assert "Retro clock has sold out. We took it out." in store.get("/cart").text
    assert len(orders()) == 1
    assert levels(small.clock) == {small.leiden: 3}
    assert stripe.get("ledger")["sessions"] == []


def test_what_is_left_is_told_to_the_unit(small: Shop, store: FlaskClient, stripe: Party) -> None:
    add(store, quantity=3)
    answer = overtaken(store, small, 1)
    assert (answer.status_code, answer.location) == (303, "/cart")
    assert "There are only 2 Retro clock left. We changed the quantity." in store.get("/cart").text
    assert store.get("/cart/count").json == {"count": 2}
    assert len(orders()) == 1
    assert levels(small.clock) == {small.leiden: 1}


def test_a_late_payment_is_honored_from_another_warehouse_when_it_is_overtaken(
    small: Shop, stripe: Party
) -> None:
    with transaction() as session:
        inventory.receive(session, small.clock, small.osaka, 3, by=SYSTEM)
    placed = make.order({small.clock: 3})
    with transaction() as session:
        assert actions.lapse(session, placed.order.id) is True
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
    with reading() as session:
        faster = make.placing(session, {small.clock: 3})

    def confirm() -> str:
        with transaction() as session:
            return actions.confirm_payment(session, placed.order.id, placed.payment.id)

    with ThreadPoolExecutor(1) as pool:
        with transaction() as session:
            place_order(session, faster, by=GUEST)
            told = pool.submit(confirm)
            wait_until(waits)
        assert told.result(60) == "placed"
    assert levels(small.clock) == {small.leiden: 3, small.osaka: 0}
