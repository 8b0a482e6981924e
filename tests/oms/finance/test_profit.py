"""Profit by order and SKU: revenue less refunds, goods, fees and postage, each from its own ledger."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from oms.desk.stock.actions import Booking, book
from oms.finance.period import Period, month_of
from oms.finance.profit.queries import Figures, Profit, profit
from oms.fulfillment.actions import cancel_order
from oms.inventory.states import MovementKind
from oms.kernel import clock, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.money import Money
from oms.orders.models import Order
from oms.orders.refunding import actions as refunding
from oms.orders.refunding.actions import Wanted
from oms.payments import actions
from oms.payments import handlers as payments
from oms.payments import queries as money
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.states import RefundState
from oms.payments.words import RefundTruth
from oms.privacy.clocks import calendar
from tests.oms.finance.conftest import state
from tests.oms.fulfillment.conftest import House

EVER = Period(date(2020, 1, 1), date(2030, 12, 31))


def told(period: Period = EVER) -> Profit:
    """Profit as the role that knows nobody reckons it, once Stripe has booked its fees."""
    payments.note_fees()
    with reading(Role.BLIND) as session:
        return profit(session, period)


def figures(found: Figures) -> tuple[int, ...]:
    return (
        *(found.units, found.revenue, found.tax, found.back, found.goods),
        *(found.fees, found.postage, found.left_out, found.profit),
    )


def give_back(order: Order, units: int, *, delivery: bool = False) -> None:
    with transaction() as session:
        line = order.lines[0].id
        refunding.refund(session, order.id, Wanted({line: units}, delivery, "Goodwill"), by=SYSTEM)
    jobs.drain()


def send_again(order_id: int) -> None:
    """Let the bank send the last refund of an order back, now."""
    with transaction() as session:
        refund = money.refunds_of(session, order_id)[-1]
        amount = Money(refund.amount, refund.currency)
        truth = RefundTruth(str(refund.refund_ref), refund.key, None, RefundState.FAILED, amount, "unknown")
        assert actions.apply_refund_truth(session, truth) == "failed"
    jobs.drain()


def test_an_order_brings_what_is_left_after_goods_fee_and_postage(house: House) -> None:
    order = house.buy({house.shop.clock: 1, house.shop.pencil: 2})
    house.hand_over(house.pack(order))
    found = told()
    # 31.00 + 3.80 + 5.60 with 21 % tax in each; 12.00 + 0.80; 1.5 % + 0.25; the label of 900 g.
    whole = (3, 2562 + 314 + 463, 538 + 66 + 97, 0, 1280, 86, 590, 0, 3339 - 1280 - 86 - 590)
    assert figures(found.totals["EUR"]) == whole
    assert [(row.currency, row.name) for row in found.orders] == [("EUR", order.number)]
    assert figures(found.orders[0].figures) == whole
    by_sku = {row.name: figures(row.figures) for row in found.skus}
    assert by_sku == {
        "CEDAR-PENCIL": (2, 365, 77, 0, 80, 9, 64, 0, 365 - 80 - 9 - 64),
        "RETRO-CLOCK": (1, 2974, 624, 0, 1200, 77, 526, 0, 2974 - 1200 - 77 - 526),
    }
    assert tuple(map(sum, zip(*by_sku.values(), strict=True))) == whole


def test_money_given_back_takes_its_net_and_its_tax_and_the_goods_stay_gone(house: House) -> None:
    give_back(house.buy({house.shop.clock: 2}), 1)
    found = told().totals["EUR"]
    assert (found.revenue, found.back, found.tax) == (5124 + 463, 2562, 1076 + 97 - 538)
    assert (found.units, found.goods) == (2, 2400)


def test_goods_that_came_back_give_their_cost_back(house: House) -> None:
    order = house.buy({house.shop.clock: 2})
    house.hand_over(house.pack(order))
    came = Booking(house.shop.clock, house.shop.leiden, MovementKind.RESTOCK, 1, order=order.number)
    with transaction() as session:
        book(session, came, by=SYSTEM)
    found = told().totals["EUR"]
    assert (found.units, found.goods) == (1, 1200)


def test_a_cancelled_order_leaves_the_fee_alone(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    with transaction() as session:
        cancel_order(session, order.id, by=SYSTEM, why="")
    jobs.drain()
    found = told().totals["EUR"]
    assert figures(found) == (0, 3025, 0, 3025, 0, 80, 0, 0, -80)


def test_a_label_that_was_given_back_costs_nothing(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    house.pack(order)
    assert told().totals["EUR"].postage == 590
    with transaction() as session:
        cancel_order(session, order.id, by=SYSTEM, why="")
    jobs.drain()
    assert told().totals["EUR"].postage == 0


def test_an_unknown_cost_is_no_cost_of_nothing(house: House) -> None:
    order = house.buy({house.shop.clock: 1, house.shop.planner: 1})
    found = told()
    whole = found.totals["EUR"]
    assert (whole.unknown_goods, whole.unknown_fees, whole.is_open) == (1, 0, True)
    by_sku = {row.name: row.figures for row in found.skus}
    assert by_sku["PLANNER-PDF"].profit == 0
    assert by_sku["PLANNER-PDF"].left_out == by_sku["PLANNER-PDF"].margin > 0
    assert by_sku["RETRO-CLOCK"].left_out == 0
    assert whole.profit == by_sku["RETRO-CLOCK"].profit == found.orders[0].figures.profit
    state(house.shop.planner, 0)
    after = told().totals["EUR"]
    assert (after.is_open, after.profit) == (False, whole.profit + whole.left_out)
    assert order.number == found.orders[0].name


def test_a_fee_that_stripe_has_not_booked_is_not_known(house: House) -> None:
    house.buy({house.shop.clock: 1})
    with reading(Role.BLIND) as session:
        found = profit(session, EVER).totals["EUR"]
    assert (found.unknown_fees, found.profit, found.left_out) == (1, 0, 3025 - 1200)


def test_a_parcel_with_a_label_of_our_own_has_a_postage_that_nobody_said(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    house.hand_over(house.pack(order, carrier="self"))
    found = told().totals["EUR"]
    assert (found.unknown_postage, found.postage, found.profit) == (1, 0, 0)


def test_a_fee_and_a_parcel_of_three_lines_are_one_fee_and_one_parcel(house: House) -> None:
    numbers = set()
    for _ in range(2):
        order = house.buy({house.shop.clock: 1, house.shop.pencil: 2, house.shop.planner: 1})
        house.hand_over(house.pack(order, carrier="self"))
        numbers.add(order.number)
    with reading(Role.BLIND) as session:
        found = profit(session, EVER)

    def unknown(one: Figures) -> tuple[int, int]:
        return one.unknown_fees, one.unknown_postage

    assert unknown(found.totals["EUR"]) == (2, 2)
    assert {row.name: unknown(row.figures) for row in found.orders} == dict.fromkeys(numbers, (1, 1))
    assert [unknown(row.figures) for row in found.skus] == [(2, 2)] * 3
    # No line has a margin that is known.
    assert all(row.figures.left_out == row.figures.margin for row in (*found.orders, *found.skus))


def test_the_cost_in_force_when_it_was_placed_counts_and_not_a_later_one(house: House) -> None:
    house.buy({house.shop.clock: 1})
    state(house.shop.clock, 9900, calendar.today() + timedelta(days=2))
    assert told().totals["EUR"].goods == 1200
    state(house.shop.clock, 1300)
    assert told().totals["EUR"].goods == 1300


def test_a_cost_in_another_currency_is_no_cost_of_this_order(house: House) -> None:
    state(house.shop.planner, 100, currency="USD")
    house.buy({house.shop.planner: 1})
    assert told().totals["EUR"].unknown_goods == 1


def test_a_refund_counts_in_the_month_in_which_it_went(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    this = month_of(calendar.today())
    before = told(this).totals["EUR"]
    with clock.held_at(this.until + timedelta(days=3)):
        give_back(order, 1)
        after = month_of(calendar.today())
    assert figures(told(this).totals["EUR"]) == figures(before)
    found = told(after)
    assert figures(found.totals["EUR"]) == (0, 0, -538, 2562, 0, 0, 0, 0, -2562)
    assert [row.name for row in found.orders] == [order.number]


def test_money_that_came_twice_is_no_sale_and_its_return_no_loss(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    before = told().totals["EUR"]
    with transaction() as session:
        (payment,) = money.of_order(session, order.id)
        whole = RefundPart(None, 0, order.total, order.total)
        asked = RefundAsked(payment.id, (whole,), "Paid twice.", is_surplus=True)
        actions.request_refund(session, asked, by=SYSTEM)
    jobs.drain()
    assert figures(told().totals["EUR"]) == figures(before)
    send_again(order.id)
    assert figures(told().totals["EUR"]) == figures(before)


def test_a_fee_for_money_that_became_no_order_is_told_apart(house: House) -> None:
    for _ in range(2):
        house.buy({house.shop.clock: 1})
    payments.note_fees()
    with transaction(Role.MIGRATE) as session:
        first = "(SELECT min(id) FROM orders)"
        session.execute(text(f"UPDATE orders SET placed_at = NULL, state = 'lapsed' WHERE id = {first}"))
        kept = int(session.scalar(text("SELECT sum(fee) FROM payments")) or 0)
    found = told()
    assert (found.totals["EUR"].fees, found.stray) == (80, {"EUR": 80})
    assert found.totals["EUR"].fees + found.stray["EUR"] == kept


@pytest.mark.parametrize(
    "planted",
    [
        "UPDATE order_taxes SET net = net + 1",
        "UPDATE order_lines SET tax = tax + 1",
        "UPDATE refund_lines SET amount = amount - 1",
        "UPDATE payments SET fee = fee + 1",
        "UPDATE parcels SET postage = postage + 1",
        "UPDATE unit_costs SET amount = amount - 1",
    ],
)
def test_a_cent_planted_wrong_is_seen_in_the_rows(house: House, planted: str) -> None:
    order = house.buy({house.shop.clock: 2})
    house.hand_over(house.pack(order))
    give_back(house.order(order.id), 1)
    before = told()
    assert told() == before
    with transaction(Role.MIGRATE) as session:
        session.execute(text(planted))
    assert told() != before
