"""Sending refunds: each once, however long Stripe is away."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from oms.fulfillment.actions import cancel_order
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, transaction
from oms.payments import actions, gateway, handlers
from tests import make
from tests.fakes import Party
from tests.make import Shop


@pytest.fixture
def small(shop: None) -> Shop:
    with transaction() as session:
        return make.small_shop(session)


def test_a_refund_that_every_attempt_failed_to_send_is_sent_by_the_clock(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 1})
    ref = make.pay(placed, stripe)
    with transaction() as session:
        actions.apply_truth(session, gateway.look_up(ref))
    jobs.drain()
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM outbox_messages WHERE topic = 'refund.requested'"))
    assert stripe.get("ledger")["refunds"] == []
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        handlers.ask_about_open_refunds()
        handlers.ask_about_open_refunds()
    assert [(r["amount"], r["status"]) for r in stripe.get("ledger")["refunds"]] == [(3660, "succeeded")]
