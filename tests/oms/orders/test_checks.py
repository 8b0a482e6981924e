"""What the doctor looks at in stock, money and orders: each planted fault is seen."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from oms import cli
from oms.catalog import queries as catalog
from oms.fulfillment.actions import cancel_order
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.money import Money
from oms.orders import queries as orders
from oms.orders.refunding.actions import Wanted, refund
from oms.orders.refunding.queries import refundable
from oms.payments import actions as money
from oms.payments import queries
from oms.payments.states import RefundState
from oms.payments.words import RefundTruth
from oms.web import doctor
from oms.web.doctor import Health
from storefront.app import create_store
from tests import make
from tests.fakes import Party

OLD = "now() - interval '1 hour'"
REFUND = (
    "INSERT INTO refunds (payment_id, order_id, amount, currency, reason, by_kind, by_id, created_at)"
    " VALUES (1, 1, 5, 'EUR', '', 'staff', '1',"
)
FAULTS = {
    "Stock counters that their ledger does not explain": "UPDATE stock_levels SET on_hand = on_hand + 1",
    "Payments whose refunds do not sum up": "UPDATE payments SET captured = amount, refunded = 1",
    "Refunds whose parts do not sum up": f"{REFUND} now())",
    "Refunds without the provider's word for ten minutes": f"{REFUND} {OLD})",
    "Attempts to pay that are open ten minutes after their end": f"UPDATE payments SET expires_at = {OLD}",
    "Payments and refunds that broke when their turn came": "UPDATE payments SET trouble = 'ValueError'",
    "Payments that Stripe refused to begin within a day": "INSERT INTO payment_events"
    " (payment_id, state, amount, by_kind, why)"
    " VALUES (1, 'voided', 0, 'system', 'refused by the provider: amount_too_small')",
    "Orders whose lines do not sum up to their goods": "DELETE FROM order_lines",
    "Orders whose tax is not the sum of its rates": "DELETE FROM order_taxes",
    "Orders whose rates do not make up their total": "UPDATE order_taxes SET net = net + 1",
    "Placed orders without a capture of their total": "UPDATE orders SET state = 'placed'",
    "Orders with more than one kept capture": "UPDATE payments SET captured = amount;"
    " INSERT INTO payments (order_id, reference, amount, currency, locale, captured, expires_at)"
    " VALUES (1, 'x', 3660, 'EUR', 'en', 3660, now())",
    "Cancelled orders whose money did not go back": "UPDATE payments SET captured = amount;"
    " UPDATE orders SET state = 'cancelled'",
    "Captures without a placed order for ten minutes": "UPDATE payments SET captured = amount,"
    f" settled_at = {OLD}",
    "Lapsed orders that know somebody after a day": "UPDATE orders SET state = 'lapsed',"
    " closed_at = now() - interval '2 days'",
    "Holds on stock whose order does not wait for a payment": "UPDATE orders SET state = 'cancelled'",
}


@pytest.fixture
def app(shop: None, settings: Settings, stripe: Party) -> Iterator[Flask]:
    with transaction() as session:
        small = make.small_shop(session)
    make.order({small.clock: 1})
    made = create_store(settings)
    cli.register(made)
    with made.app_context():
        yield made


def ill() -> set[str]:
    return {one.name for one in doctor.examine(FAULTS) if one.health is Health.ILL}


def test_a_shop_in_which_somebody_checks_out_is_well(app: Flask) -> None:
    assert ill() == set()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(app: Flask, name: str) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(FAULTS[name]))
    assert name in ill()


def test_an_order_that_lost_every_rate_is_seen(app: Flask) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM order_taxes"))
    assert "Orders whose rates do not make up their total" in ill()


def test_money_that_the_bank_did_not_take_is_told_until_it_went_back(app: Flask, stripe: Party) -> None:
    told = "Cancelled orders whose money did not go back"
    with reading() as session:
        clock = catalog.variant_of(session, "RETRO-CLOCK").id
    placed = make.order({clock: 1})
    make.learn(make.pay(placed, stripe))
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    jobs.drain()
    assert told not in ill()
    with transaction() as session:
        [sent] = queries.refunds_of(session, placed.order.id)
        amount = Money(sent.amount, sent.currency)
        back = RefundTruth(str(sent.refund_ref), sent.key, None, RefundState.FAILED, amount, "closed")
        assert money.apply_refund_truth(session, back) == "failed"
    assert told in ill()
    with transaction() as session:
        left = refundable(session, orders.get(session, placed.order.id))
        units = {share.order_line_id: share.units_left for share in left.shares}
        refund(session, placed.order.id, Wanted(units, True, "again"), by=SYSTEM)
    assert told not in ill()
