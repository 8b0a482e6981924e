"""The keys by which Stripe knows our payments and refunds: random, and of the whole request."""

from datetime import timedelta

import pytest

from oms.fulfillment.actions import cancel_order
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import UnavailableError
from oms.orders import actions as orders
from oms.orders import handlers, queries
from oms.orders.personal import OrderContact
from oms.orders.placing.actions import Placed
from oms.orders.placing.queries import mailbox_of, payment_start
from oms.payments import actions, gateway
from oms.payments.models import Payment
from tests import make
from tests.fakes import Party
from tests.make import Shop
from tests.stores import empty_stores


def another_shop() -> Shop:
    """Begin anew, as another database would: every id is given again, and Stripe's account is the same."""
    empty_stores()
    with transaction() as session:
        return make.small_shop(session)


def cancelled(small: Shop, stripe: Party) -> Placed:
    placed = make.order({small.clock: 1})
    ref = make.pay(placed, stripe)
    make.learn(ref)
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    jobs.drain()
    return placed


def state(placed: Placed) -> str:
    with reading() as session:
        return session.get_one(Payment, placed.payment.id).state


def test_the_word_about_a_payment_of_another_shop_changes_none_of_ours(small: Shop, stripe: Party) -> None:
    theirs = make.order({small.clock: 1})
    ref = make.pay(theirs, stripe)
    ours = make.order({another_shop().clock: 1})
    assert ours.payment.id == theirs.payment.id
    truth = gateway.look_up(ref)
    with transaction() as session:
        assert actions.apply_truth(session, truth) == "not ours"
    assert state(ours) == "pending"


def test_refunds_of_two_shops_with_one_account_are_two(small: Shop, stripe: Party) -> None:
    first = cancelled(small, stripe)
    second = cancelled(another_shop(), stripe)
    assert first.order.id == second.order.id
    refunds = stripe.get("ledger")["refunds"]
    assert [(r["amount"], r["status"]) for r in refunds] == [(3660, "succeeded"), (3660, "succeeded")]
    assert len({r["payment_intent"] for r in refunds}) == 2
    truths = [gateway.look_up_refund(refund["id"]) for refund in refunds]
    with transaction() as session:
        told = [actions.apply_refund_truth(session, truth) for truth in truths]
    assert told == ["not ours", "known"]


def test_a_session_whose_answer_was_lost_is_found_again_by_the_same_request(
    small: Shop, stripe: Party
) -> None:
    placed = make.order({small.clock: 1})
    start = payment_start(placed.order, placed.payment, "http://127.0.0.1:9", placed.mailbox)
    stripe.fault("lose_response", path="/v1/checkout/sessions", count=None)
    with pytest.raises(UnavailableError):
        gateway.start(start)
    stripe.heal()
    found = gateway.start(start)
    assert [s["id"] for s in stripe.get("ledger")["sessions"]] == [found.session_ref]


def test_a_corrected_mailbox_opens_a_session_of_its_own_and_the_lost_one_is_closed(
    small: Shop, stripe: Party
) -> None:
    placed = make.order({small.clock: 1})
    start = payment_start(placed.order, placed.payment, "http://127.0.0.1:9", placed.mailbox)
    stripe.fault("lose_response", path="/v1/checkout/sessions", count=None)
    with pytest.raises(UnavailableError):
        gateway.start(start)
    stripe.heal()
    herself = Actor(ActorKind.GUEST, "ada")
    with transaction() as session:
        order = queries.locked(session, placed.order.id)
        orders.correct_contact(session, order, OrderContact(email="new@shop.test"), by=herself)
    with reading() as session:
        mailbox = mailbox_of(session, placed.order)
    assert mailbox == "new@shop.test"
    gateway.start(payment_start(placed.order, placed.payment, "http://127.0.0.1:9", mailbox))
    assert len(stripe.get("ledger")["sessions"]) == 2
    with clock.held_at(clock.now() + timedelta(minutes=4)):
        handlers.finish_interrupted_starts()
    assert {s["status"] for s in stripe.get("ledger")["sessions"]} == {"expired"}
    jobs.drain()
    assert (state(placed), make.state_of(placed.order.number)) == ("voided", "lapsed")
