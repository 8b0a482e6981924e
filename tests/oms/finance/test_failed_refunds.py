"""A refund that the bank sent back: told where it went, and the other way round where it came again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from oms.finance import sheets
from oms.finance.period import quarter_of
from oms.finance.profit.queries import profit
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders.models import Order
from oms.payments import actions
from oms.payments import handlers as payments
from oms.payments import queries as money
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment
from tests.oms.finance.test_profit import figures, give_back, send_again, told
from tests.oms.finance.test_tax import bought, moved, rates, returned
from tests.oms.fulfillment.conftest import House

SOLD = datetime(2026, 8, 3, 12, tzinfo=UTC)
WENT = SOLD + timedelta(days=50)
CAME = SOLD + timedelta(days=64)
SUMMER, AUTUMN = quarter_of(SOLD.date()), quarter_of(CAME.date())


def sold(house: House) -> Order:
    """An order of the summer to Germany, whose payment came when it was placed."""
    order = bought(house, {house.shop.clock: 2})
    payments.note_fees()
    with transaction(Role.MIGRATE) as session:
        session.execute(update(Payment).values(settled_at=SOLD))
    return moved(order, SOLD)


@pytest.fixture
def order(house: House) -> Order:
    """Give an order one of whose two clocks was paid back in the same quarter."""
    order = sold(house)
    with clock.held_at(WENT):
        give_back(order, 1)
        payments.note_fees()
    return order


def files() -> Iterator[str]:
    """Every report of the summer as it is filed, to the byte."""
    with reading(Role.BLIND) as session:
        for name in ("skus", "orders", "tax", "oss", "ioss"):
            yield sheets.REPORTS[name](session, SUMMER)


def test_a_quarter_that_was_told_stays_and_the_next_has_the_opposite(order: Order) -> None:
    filed = list(files())
    went = told(SUMMER).totals["EUR"]
    assert (went.back, told(AUTUMN).totals.get("EUR")) == (2605, None)
    with clock.held_at(CAME):
        send_again(order.id)
    assert list(files()) == filed
    found = told(AUTUMN)
    # One clock of 31.00 with 19 % in it: 26.05 and 4.95.
    assert figures(found.totals["EUR"]) == (0, 0, 495, -2605, 0, 0, 0, 0, 2605)
    assert [row.name for row in found.orders] == [order.number]
    assert rates(AUTUMN) == [("DE", 1900, 0, 0, -2605, -495)]
    later = returned(AUTUMN)
    assert (later.supplies, later.balances()) == ((), {("EUR", "DE"): 495})
    assert [(x.tax_period, x.consumption, x.tax) for x in later.corrections] == [("Q3.2026", "DE", 495)]


def test_a_refund_that_failed_in_its_quarter_is_as_if_it_never_went(order: Order) -> None:
    with clock.held_at(WENT + timedelta(days=2)):
        send_again(order.id)
    assert (told(SUMMER).totals["EUR"].back, returned(SUMMER).balances()) == (0, {("EUR", "DE"): 1079})
    assert told(AUTUMN).totals == {}


def test_money_sent_once_more_after_it_failed_is_a_refund_of_that_day(order: Order) -> None:
    with clock.held_at(CAME):
        send_again(order.id)
        give_back(order, 1)
    assert (told(AUTUMN).totals["EUR"].back, returned(AUTUMN).corrections) == (0, ())
    assert told(SUMMER).totals["EUR"].back == 2605


def test_a_refund_that_stripe_never_took_is_in_no_report(house: House) -> None:
    order = sold(house)
    with transaction() as session:
        payment = money.latest(session, order.id)
        assert payment is not None
        asked = RefundAsked(payment.id, (RefundPart(None, 0, 100, 100),), "Goodwill")
        refund = actions.request_refund(session, asked, by=SYSTEM)
    with clock.held_at(WENT), transaction() as session:
        actions.refuse_refund(session, refund.id, "charge_disputed")
    assert (told(SUMMER).totals["EUR"].back, rates(SUMMER)) == (0, [("DE", 1900, 5681, 1079, 0, 0)])


def test_a_fee_that_is_known_only_after_the_failure_counts_on_the_first_day(house: House) -> None:
    order = sold(house)
    with clock.held_at(WENT):
        give_back(order, 1)
    with reading(Role.BLIND) as session:
        assert profit(session, SUMMER).totals["EUR"].unknown_fees == 1
    with clock.held_at(CAME):
        send_again(order.id)
        payments.note_fees()
    assert (told(SUMMER).totals["EUR"].unknown_fees, told(AUTUMN).totals["EUR"].is_open) == (0, False)
