"""Rows that break when the clock asks about them: the others go on, and the doctor counts them."""

from datetime import timedelta

from sqlalchemy import text

from oms.kernel import clock, inbox
from oms.kernel.db import Role, reading, transaction
from oms.kernel.inbox import Told
from oms.orders import handlers as ordering
from oms.orders.placing.actions import Placed
from oms.payments import actions, checks, gateway, handlers, queries
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment, Refund
from oms.web import doctor
from tests import make
from tests.fakes import Party
from tests.make import GUEST, Shop

SOON = timedelta(minutes=2)


def broken() -> str:
    (finding,) = doctor.examine([checks.BROKEN])
    return finding.figure


def run(statement: str, **values: object) -> None:
    with transaction(Role.MIGRATE) as session:
        session.execute(text(statement), values)


def states(kind: type[Payment] | type[Refund]) -> list[tuple[str, str]]:
    with reading() as session:
        return [(row.state, row.trouble) for row in session.query(kind).order_by(kind.id)]


def test_a_payment_that_breaks_is_counted_and_the_next_is_asked_about(small: Shop, stripe: Party) -> None:
    first, second = make.order({small.clock: 1}), make.order({small.clock: 1})
    intent = gateway.look_up(make.pay(first, stripe)).intent_ref
    make.pay(second, stripe)
    other = make.order({small.clock: 1})
    run("UPDATE payments SET intent_ref = :i WHERE id = :p", i=intent, p=other.payment.id)
    with clock.held_at(clock.now() + SOON):
        handlers.ask_about_open_payments()
    assert states(Payment) == [("pending", "IntegrityError"), ("captured", ""), ("pending", "")]
    assert broken() == "1"
    run("UPDATE payments SET intent_ref = NULL WHERE id = :p", p=other.payment.id)
    with clock.held_at(clock.now() + 2 * SOON):
        handlers.ask_about_open_payments()
    assert states(Payment)[0] == ("captured", "")
    assert broken() == "0"


def refund(placed: Placed, stripe: Party) -> int:
    ref = make.pay(placed, stripe)
    part = RefundPart(None, 0, 100, 1000)
    truth = gateway.look_up(ref)
    with transaction() as session:
        actions.apply_truth(session, truth)
        return actions.request_refund(session, RefundAsked(placed.payment.id, (part,), "why"), by=GUEST).id


def test_a_refund_that_breaks_is_counted_and_the_next_is_sent(small: Shop, stripe: Party) -> None:
    first = refund(make.order({small.clock: 1}), stripe)
    refund(make.order({small.clock: 1}), stripe)
    run("UPDATE refunds SET currency = 'nonsense' WHERE id = :r", r=first)
    with clock.held_at(clock.now() + SOON):
        handlers.ask_about_open_refunds()
    assert [state for state, _ in states(Refund)] == ["pending", "succeeded"]
    assert states(Refund)[0][1] != ""
    assert broken() == "1"


def test_an_attempt_that_breaks_keeps_no_other_from_being_closed(small: Shop, stripe: Party) -> None:
    first, second = make.order({small.clock: 1}), make.order({small.clock: 1})
    run("UPDATE payments SET currency = 'nonsense' WHERE id = :p", p=first.payment.id)
    with clock.held_at(clock.now() + timedelta(minutes=4)):
        ordering.finish_interrupted_starts()
    assert [state for state, _ in states(Payment)] == ["pending", "voided"]
    assert broken() == "1"
    assert make.state_of(second.order.number) == "awaiting_payment"


def waiting_at(later: timedelta) -> list[int]:
    """The payments that Stripe would be asked about so much later."""
    with reading() as session:
        return [payment.id for payment in queries.to_ask_about(session, clock.now() + later)]


def test_a_payment_is_asked_about_again_after_a_quarter_of_its_age(small: Shop, stripe: Party) -> None:
    paid, hesitant = make.order({small.clock: 1}).payment, make.order({small.clock: 1}).payment
    run("UPDATE payments SET session_ref = 'cs_' || id")
    assert waiting_at(timedelta(seconds=80)) == []
    assert waiting_at(SOON) == [paid.id, hesitant.id]
    run("UPDATE payments SET asked_at = created_at + interval '8 minutes' WHERE id = :p", p=paid.id)
    assert waiting_at(timedelta(minutes=10)) == [hesitant.id]
    assert waiting_at(timedelta(minutes=11)) == [hesitant.id, paid.id]


def test_a_payment_is_asked_about_when_its_session_ends(small: Shop, stripe: Party) -> None:
    payment = make.order({small.clock: 1}).payment
    run("UPDATE payments SET session_ref = 'cs_1', expires_at = created_at + interval '31 minutes'")
    run("UPDATE payments SET asked_at = created_at + interval '30 minutes'")
    assert waiting_at(timedelta(minutes=30, seconds=50)) == []
    assert waiting_at(timedelta(minutes=31, seconds=10)) == [payment.id]
    run("UPDATE payments SET asked_at = created_at + interval '32 minutes'")
    assert waiting_at(timedelta(minutes=33)) == []


def test_a_stripe_that_did_not_answer_is_asked_again_the_next_minute(small: Shop, stripe: Party) -> None:
    payment = make.order({small.clock: 1})
    make.pay(payment, stripe)
    stripe.kill()
    with clock.held_at(clock.now() + SOON):
        handlers.ask_about_open_payments()
    stripe.start()
    assert states(Payment) == [("pending", "")]
    assert waiting_at(SOON + timedelta(minutes=1)) == [payment.payment.id]
    with clock.held_at(clock.now() + SOON + timedelta(minutes=1)):
        handlers.ask_about_open_payments()
    assert states(Payment) == [("captured", "")]


def test_what_stripe_refuses_to_tell_waits_its_turn(small: Shop, stripe: Party) -> None:
    make.order({small.clock: 1})
    run("UPDATE payments SET session_ref = 'cs_nobody_knows'")
    with clock.held_at(clock.now() + SOON):
        handlers.ask_about_open_payments()
    assert states(Payment) == [("pending", "")]
    assert waiting_at(SOON + timedelta(seconds=10)) == []


def test_what_stripe_rang_about_is_not_asked_about_twice(small: Shop, stripe: Party) -> None:
    rang, quiet = make.order({small.clock: 1}).payment, make.order({small.clock: 1}).payment
    run("UPDATE payments SET session_ref = 'cs_' || id")
    told = Told("stripe", "evt_1", "checkout.session.completed", f"cs_{rang.id}", clock.now(), "complete")
    with transaction() as session:
        inbox.journal(session, told, b"")
    assert waiting_at(SOON) == [quiet.id]
    # Then its delivery has been given up.
    assert waiting_at(timedelta(hours=2)) == [rang.id, quiet.id]
    run("UPDATE webhook_events SET applied_at = now()")
    assert waiting_at(SOON) == [rang.id, quiet.id]


def test_a_broken_row_waits_behind_the_others(small: Shop, stripe: Party) -> None:
    first, second = make.order({small.clock: 1}), make.order({small.clock: 1})
    run("UPDATE payments SET trouble = 'ValueError' WHERE id = :p", p=first.payment.id)
    later = clock.now() + SOON
    with reading() as session:
        waiting = actions.queries.never_started(session, older_than=later)
    assert [payment.id for payment in waiting] == [second.payment.id, first.payment.id]
