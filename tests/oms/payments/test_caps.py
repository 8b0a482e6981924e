"""What the database itself refuses, whoever asks: more money back, more goods promised, than there is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.payments import actions
from oms.payments.actions import RefundAsked, RefundPart, RefundTooLargeError
from tests import make
from tests.make import Shop

PRICE = 3660


@pytest.fixture
def payment(small: Shop) -> int:
    """A captured payment of 36.60."""
    placed = make.order({small.clock: 1})
    with transaction() as session:
        session.execute(make.captured(placed.payment.id, placed.payment.amount))
    return placed.payment.id


def row(statement: str) -> tuple[object, ...]:
    with reading(Role.MIGRATE) as session:
        return tuple(session.execute(text(statement)).one())


def test_two_refunds_of_the_whole_at_one_moment_are_one(payment: int) -> None:
    begin = Barrier(2)

    def ask(number: int) -> str:
        # Each line on its own may go back whole; only the payment as a whole says no.
        asked = RefundAsked(payment, (RefundPart(None, 0, PRICE, 2 * PRICE),), f"clerk {number}")
        begin.wait(10)
        try:
            with transaction() as session:
                actions.request_refund(session, asked, by=SYSTEM)
        except RefundTooLargeError:
            return "too large"
        return "asked"

    with ThreadPoolExecutor(2) as clerks:
        assert sorted(clerks.map(ask, range(2))) == ["asked", "too large"]
    assert row("SELECT refunded FROM payments") == (PRICE,)
    assert row("SELECT count(*), sum(amount) FROM refunds") == (1, PRICE)
    assert row("SELECT count(*) FROM outbox_messages WHERE topic = 'refund.requested'") == (1,)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE payments SET refunded = captured + 1", "ck_payments_refunded"),
        ("UPDATE payments SET refunded = -1", "ck_payments_refunded"),
        ("UPDATE payments SET captured = amount + 1", "ck_payments_captured"),
        ("UPDATE stock_levels SET on_hand = -1, reserved = 0, allocated = 0", "ck_stock_levels_on_hand"),
        ("UPDATE stock_levels SET reserved = -1", "ck_stock_levels_reserved"),
        ("UPDATE stock_levels SET allocated = -1", "ck_stock_levels_allocated"),
        ("UPDATE stock_levels SET reserved = on_hand + 1", "ck_stock_levels_promised"),
        ("UPDATE stock_levels SET reserved = on_hand, allocated = 1", "ck_stock_levels_promised"),
        ("UPDATE orders SET total = -1", "ck_orders_"),
        ("UPDATE orders SET total = total + 1", "ck_orders_total"),
        ("UPDATE order_lines SET total = total + 1", "ck_order_lines_total"),
    ],
)
def test_no_statement_writes_more_than_there_is(payment: int, statement: str, name: str) -> None:
    figures = "SELECT p.captured, p.refunded, o.total, (SELECT sum(on_hand) FROM stock_levels)"
    before = row(f"{figures} FROM payments p JOIN orders o ON o.id = p.order_id")
    with pytest.raises(IntegrityError, match=name), transaction(Role.MIGRATE) as session:
        session.execute(text(statement))
    assert row(f"{figures} FROM payments p JOIN orders o ON o.id = p.order_id") == before
