"""What Stripe keeps of each payment: asked of its balance, in the currency that the payer paid in."""

from sqlalchemy import select, text

from oms.fulfillment.actions import cancel_order
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.money import Money
from oms.orders import actions as orders
from oms.payments import handlers
from oms.payments.models import Payment, Refund
from oms.payments.queries import refunded_by_line
from oms.payments.words import fee_in
from tests import make
from tests.fakes import Party
from tests.make import Shop


def fees() -> list[int | None]:
    with reading() as session:
        return list(session.scalars(select(Payment.fee).order_by(Payment.id)))


def test_the_fee_of_a_payment_is_the_one_in_stripes_balance(small: Shop, stripe: Party) -> None:
    make.learn(make.pay(make.order({small.clock: 1}), stripe))
    assert fees() == [None]
    assert jobs.run_scheduled("payments.note_fees")
    # 1.5 % of 36.60 and 0.25, as the stand-in keeps them.
    assert fees() == [80]
    assert [one["fee"] for one in stripe.get("ledger")["balance_transactions"]] == [80]


def test_a_fee_is_asked_for_once_and_nothing_of_the_payer_with_it(small: Shop, stripe: Party) -> None:
    make.learn(make.pay(make.order({small.clock: 1}), stripe))
    handlers.note_fees()
    before = len(stripe.get("received")["received"])
    handlers.note_fees()
    assert len(stripe.get("received")["received"]) == before
    assert not any("/v1/charges" in one["path"] for one in stripe.get("received")["received"])


def test_a_refund_has_a_fee_of_its_own_and_that_of_the_payment_stays(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 1})
    make.learn(make.pay(placed, stripe))
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    jobs.drain()
    handlers.note_fees()
    assert fees() == [80]
    with reading() as session:
        assert session.scalars(select(Refund.fee)).all() == [0]


def test_a_payment_that_was_never_taken_has_no_fee(small: Shop, stripe: Party) -> None:
    make.pay(make.order({small.clock: 1}), stripe, card="4000000000000002")
    handlers.note_fees()
    assert fees() == [None]


def test_money_that_came_twice_is_a_surplus_and_a_cancelled_order_is_none(small: Shop, stripe: Party) -> None:
    placed = make.order({small.clock: 1})
    make.learn(make.pay(placed, stripe))
    with transaction() as session:
        same = "order_id, reference, state, amount, currency, locale, captured, expires_at"
        again = f"INSERT INTO payments ({same}) SELECT {same} FROM payments RETURNING id"
        twice = int(session.scalar(text(again)) or 0)
        told = orders.confirm_payment(session, placed.order.id, twice)
    with reading() as session:
        assert refunded_by_line(session, placed.order.id) == {}
    with transaction() as session:
        cancel_order(session, placed.order.id, by=SYSTEM, why="")
    assert told == "sent back: Paid twice."
    with reading(Role.BLIND) as session:
        assert sum(refunded_by_line(session, placed.order.id).values()) == placed.payment.amount
        assert session.scalars(select(Refund.is_surplus).order_by(Refund.id)).all() == [True, False]


def test_a_fee_in_another_currency_is_told_in_the_payers() -> None:
    movement = {"currency": "usd", "amount": 1234, "fee": 48, "exchange_rate": 1.234}
    assert fee_in(movement, Money(1000, "EUR")) == 39
    # Half a cent is told as one, and of a movement of nothing there is no rate.
    assert fee_in({"currency": "usd", "amount": -1000, "fee": 5}, Money(100, "EUR")) == 1
    assert fee_in({"currency": "usd", "amount": 0, "fee": 5}, Money(1000, "EUR")) == 0
    assert fee_in({**movement, "currency": "eur"}, Money(1000, "EUR")) == 48
    assert fee_in({"currency": "usd", "amount": -1234, "fee": 0}, Money(1000, "EUR")) == 0
    # Stripe sends ISK with two decimals, which it has not (https://docs.stripe.com/currencies).
    assert fee_in({"currency": "isk", "amount": 100_000, "fee": 2500}, Money(1000, "ISK")) == 25
