"""Sending refunds: each once, however long Stripe is away."""

from datetime import timedelta

from sqlalchemy import text

from oms.fulfillment.actions import cancel_order
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.money import Money
from oms.kernel.outbox import Message
from oms.payments import actions, gateway, handlers
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment, Refund
from oms.payments.states import RefundState
from oms.payments.words import RefundTruth
from tests import make
from tests.fakes import Party
from tests.make import Shop

_LONG = timedelta(days=2)


def test_a_refund_that_every_attempt_failed_to_send_is_sent_by_the_clock(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 1})
    ref = make.pay(placed, stripe)
    make.learn(ref)
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM outbox_messages WHERE topic = 'refund.requested'"))
    assert stripe.get("ledger")["refunds"] == []
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        handlers.ask_about_open_refunds()
        handlers.ask_about_open_refunds()
    assert [(r["amount"], r["status"]) for r in stripe.get("ledger")["refunds"]] == [(3660, "succeeded")]


def _paid(small: Shop, stripe: Party) -> int:
    placed = make.order({small.clock: 1})
    ref = make.pay(placed, stripe)
    make.learn(ref)
    return placed.payment.id


def _half_back(payment_id: int) -> Refund:
    with transaction() as session:
        part = RefundPart(None, 0, 1000, 3660)
        return actions.request_refund(session, RefundAsked(payment_id, (part,), "Goodwill"), by=SYSTEM)


def _without_bell() -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM outbox_messages WHERE topic = 'refund.requested'"))


def test_a_refund_whose_answer_was_lost_is_not_made_again_after_stripe_forgot_its_key(
    small: Shop, stripe: Party
) -> None:
    payment_id = _paid(small, stripe)
    refund = _half_back(payment_id)
    _without_bell()
    with reading() as session:
        intent = str(session.get_one(Payment, payment_id).intent_ref)
    gateway.refund(intent, Money(1000, "EUR"), key=refund.key)  # and we crash before its answer is kept
    stripe.fault("clock_jump", seconds=int(_LONG.total_seconds()))
    with clock.held_at(clock.now() + _LONG):
        handlers.send_refund(Message(1, "refund.requested", {"refund": refund.id}))
        handlers.ask_about_open_refunds()
    assert [r["amount"] for r in stripe.get("ledger")["refunds"]] == [1000]
    with reading() as session:
        kept = session.get_one(Refund, refund.id)
    assert (kept.state, kept.refund_ref is not None) == (RefundState.SUCCEEDED, True)


def test_a_refund_that_stripe_never_took_for_days_is_sent_once_it_is_back(small: Shop, stripe: Party) -> None:
    payment_id = _paid(small, stripe)
    _half_back(payment_id)
    _without_bell()
    with clock.held_at(clock.now() + _LONG):
        handlers.ask_about_open_refunds()
        handlers.ask_about_open_refunds()
    assert [(r["amount"], r["status"]) for r in stripe.get("ledger")["refunds"]] == [(1000, "succeeded")]


def test_the_history_of_money_says_who_moved_it_and_why(small: Shop, stripe: Party) -> None:
    payment_id = _paid(small, stripe)
    refund = _half_back(payment_id)
    handlers.send_refund(Message(1, "refund.requested", {"refund": refund.id}))
    with transaction() as session:
        money, ref = Money(1000, "EUR"), "re_came_back"
        gone_wrong = RefundTruth(ref, refund.key, None, RefundState.FAILED, money, "lost_or_stolen_card")
        assert actions.apply_refund_truth(session, gone_wrong) == "failed"
        assert actions.apply_refund_truth(session, gone_wrong) == "known"
    with reading() as session:
        refunds = session.execute(text("SELECT state, by_kind, why FROM refund_events ORDER BY id")).all()
        payments = session.execute(text("SELECT state, by_kind, why FROM payment_events ORDER BY id")).all()
    assert refunds == [
        ("pending", "system", "Goodwill"),
        ("succeeded", "provider", "the provider says so"),
        ("failed", "provider", "lost_or_stolen_card"),
    ]
    assert payments == [("captured", "provider", "the provider says so")]
