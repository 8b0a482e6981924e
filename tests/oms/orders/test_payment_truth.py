"""From the provider's word to a placed order, a lapsed one, or money sent back."""

from datetime import timedelta

from sqlalchemy import select, text

from oms.kernel import clock, jobs, vault
from oms.kernel.db import Role, reading, transaction
from oms.orders import actions, handlers
from oms.orders.placing.actions import Placed
from oms.orders.placing.queries import payment_start
from oms.payments import actions as money
from oms.payments import gateway
from oms.payments.models import Refund
from tests import make
from tests.fakes import Party
from tests.make import Shop
from tests.oms.orders.test_placing import level


def learn(session_ref: str) -> str:
    truth = gateway.look_up(session_ref)
    with transaction() as session:
        outcome = money.apply_truth(session, truth)
    jobs.drain()
    return outcome


def test_a_captured_payment_places_the_order_and_allocates_its_goods(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 2})
    ref = make.pay(placed, stripe)
    assert learn(ref) == "captured"
    assert learn(ref) == "known"
    assert make.state_of(placed.order.number) == "placed"
    assert level(small.clock) == (20, 0, 2)
    learned = stripe.get("ledger")["sessions"][0]
    assert (learned["amount_total"], learned["currency"]) == (6760, "eur")


def test_an_expired_session_lets_the_order_lapse_and_its_person_go_within_a_day(
    small: Shop, stripe: Party
) -> None:
    placed = make.order({small.clock: 2})
    start = payment_start(placed.order, placed.payment, "http://127.0.0.1:9", placed.mailbox)
    started = gateway.start(start)
    assert gateway.expire(started.session_ref).state == "voided"
    learn(started.session_ref)
    assert make.state_of(placed.order.number) == "lapsed"
    assert level(small.clock) == (20, 0, 0)
    with clock.held_at(clock.now() + timedelta(hours=13)):
        handlers.forget_lapsed()
    assert vault.ends(placed.order.unit) == {}
    with reading(Role.MIGRATE) as session:
        assert session.scalar(text("SELECT count(*) FROM personal.sealed")) == 0


def test_a_payment_after_the_goods_went_is_sent_back_by_itself(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 20})
    ref = make.pay(placed, stripe)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE payments SET state = 'voided'"))
    with transaction() as session:
        actions.lapse(session, placed.order.id)
    make.order({small.clock: 1})
    learn(ref)
    assert make.state_of(placed.order.number) == "lapsed"
    assert refund_of(placed) == (63680, "succeeded", "The payment came after the goods had gone.")
    assert [(r["amount"], r["status"]) for r in stripe.get("ledger")["refunds"]] == [(63680, "succeeded")]


def test_a_payment_that_comes_late_is_honored_while_the_goods_are_there(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 20})
    ref = make.pay(placed, stripe)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE payments SET state = 'voided'"))
    with transaction() as session:
        actions.lapse(session, placed.order.id)
    learn(ref)
    assert make.state_of(placed.order.number) == "placed"
    assert level(small.clock) == (20, 0, 20)
    assert stripe.get("ledger")["refunds"] == []


def test_a_bank_debit_that_fails_days_later_frees_the_goods(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 2})
    ref = make.pay(placed, stripe, delayed=0)
    assert learn(ref) == "authorized"
    assert level(small.clock) == (20, 2, 0)
    stripe.post(f"sessions/{ref}/settle", outcome="failed")
    assert learn(ref) == "failed"
    assert make.state_of(placed.order.number) == "lapsed"
    assert level(small.clock) == (20, 0, 0)


def test_a_bank_debit_that_succeeds_days_later_places_the_order(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 2})
    ref = make.pay(placed, stripe, delayed=0)
    learn(ref)
    stripe.post(f"sessions/{ref}/settle", outcome="succeeded")
    assert learn(ref) == "captured"
    assert make.state_of(placed.order.number) == "placed"
    assert level(small.clock) == (20, 0, 2)


def test_money_that_was_sent_back_places_nothing_when_the_goods_return(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 20})
    ref = make.pay(placed, stripe)
    with transaction() as session:
        actions.lapse(session, placed.order.id)
    other = make.order({small.clock: 1})
    learn(ref)
    with transaction() as session:
        actions.lapse(session, other.order.id)
    with transaction() as session:
        make.deliver_again(session, "orders.confirm")
    jobs.drain()
    assert make.state_of(placed.order.number) == "lapsed"
    assert level(small.clock) == (20, 0, 0)


def test_an_order_whose_payment_is_captured_does_not_lapse(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 2})
    ref = make.pay(placed, stripe)
    truth = gateway.look_up(ref)
    with transaction() as session:
        money.apply_truth(session, truth)
        assert actions.lapse(session, placed.order.id) is False
    assert level(small.clock) == (20, 2, 0)
    jobs.drain()
    assert make.state_of(placed.order.number) == "placed"


def test_too_little_money_is_sent_back_and_frees_the_goods(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 2})
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, 6000))
        told = actions.confirm_payment(session, placed.order.id, placed.payment.id)
    assert told == "sent back: The amount was not the order's."
    assert make.state_of(placed.order.number) == "lapsed"
    assert level(small.clock) == (20, 0, 0)


def refund_of(placed: Placed) -> tuple[int, str, str]:
    with reading() as session:
        refund = session.scalars(select(Refund).where(Refund.order_id == placed.order.id)).one()
    return refund.amount, refund.state, refund.reason
