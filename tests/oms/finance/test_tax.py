"""Tax by country and rate, refunds in the period in which they went, and the returns of the one-stop shop."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update

from oms.finance.period import Period, month_of, quarter_name, quarter_of
from oms.finance.tax.queries import Return, Scheme, by_rate, one_stop_shop
from oms.inventory import actions as stock
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders.models import Order
from oms.pricing.queries import Where, quote
from tests import make
from tests.oms.finance.test_profit import EVER, give_back
from tests.oms.fulfillment.conftest import House

BERLIN = Where("eu", "de", "DE", "", "10115")
MAY = datetime(2026, 5, 20, 12, tzinfo=UTC)


def bought(house: House, wanted: dict[int, int], where: Where = BERLIN) -> Order:
    """An order that goes to Germany."""
    with reading() as session:
        shown = quote(session, wanted, where, "").quote
    changed: dict[str, object] = {"where": where, "shown": shown.fingerprint}
    if not shown.is_digital:
        changed["delivery"] = replace(make.ADA, country="DE", postcode="10115")
    return house.buy(wanted, **changed)


def moved(order: Order, at: datetime = MAY) -> Order:
    """Let an order have been placed at another moment: Stripe's stand-in lives in the present."""
    with transaction(Role.MIGRATE) as session:
        session.execute(update(Order).where(Order.id == order.id).values(placed_at=at))
    return order


def rates(period: Period) -> list[tuple[object, ...]]:
    with reading(Role.BLIND) as session:
        return [
            (
                row.country,
                row.basis_points,
                row.taxed.net,
                row.taxed.tax,
                row.taxed.back_net,
                row.taxed.back_tax,
            )
            for row in by_rate(session, period)
        ]


def returned(period: Period, scheme: Scheme = Scheme.UNION) -> Return:
    with reading(Role.BLIND) as session:
        return one_stop_shop(session, scheme, period)


def supplied(found: Return) -> list[tuple[object, ...]]:
    return [
        (one.consumption, one.sent_from, one.what, one.basis_points, one.taxed.due_net, one.taxed.due_tax)
        for one in found.supplies
    ]


def test_tax_is_told_by_country_and_rate_with_delivery_at_the_rate_of_its_goods(house: House) -> None:
    house.buy({house.shop.clock: 1})
    bought(house, {house.shop.clock: 1})
    # 36.60 with 19 % and with 21 % in it.
    assert rates(EVER) == [("DE", 1900, 3076, 584, 0, 0), ("NL", 2100, 3025, 635, 0, 0)]


def test_a_refund_is_a_credit_of_the_period_in_which_it_went(house: House) -> None:
    order = moved(house.buy({house.shop.clock: 1}))
    with clock.held_at(MAY + timedelta(days=60)):
        give_back(order, 1, delivery=True)
    assert rates(month_of(MAY.date())) == [("NL", 2100, 3025, 635, 0, 0)]
    assert rates(month_of(date(2026, 7, 19))) == [("NL", 2100, 0, 0, 3025, 635)]


def test_days_are_those_of_the_shop(house: House) -> None:
    # Half past midnight in Amsterdam.
    moved(house.buy({house.shop.clock: 1}), datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert rates(month_of(date(2026, 6, 1))) == []
    assert len(rates(month_of(date(2026, 7, 1)))) == 1


def test_the_return_tells_what_crossed_a_border_and_no_domestic_sale(house: House) -> None:
    moved(house.buy({house.shop.clock: 1}))
    moved(bought(house, {house.shop.clock: 1}))
    moved(bought(house, {house.shop.planner: 1}))
    found = returned(month_of(MAY.date()))
    assert (found.name, found.period) == ("Q2.2026", Period(date(2026, 4, 1), date(2026, 6, 30)))
    assert supplied(found) == [
        ("DE", "NL", "goods", 1900, 3076, 584),
        ("DE", "NL", "services", 1900, 336, 64),
    ]
    assert found.balances() == {("EUR", "DE"): 648}
    assert found.corrections == ()


def test_a_refund_in_its_own_quarter_lessens_the_supply_and_later_it_is_a_correction(house: House) -> None:
    order = moved(bought(house, {house.shop.clock: 2}))
    with clock.held_at(MAY + timedelta(days=1)):
        give_back(order, 1)
    assert supplied(returned(quarter_of(MAY.date()))) == [
        ("DE", "NL", "goods", 1900, 5681 - 2605, 1079 - 495)
    ]
    with clock.held_at(MAY + timedelta(days=70)):
        give_back(order, 1, delivery=True)
    assert supplied(returned(quarter_of(MAY.date()))) == [("DE", "NL", "goods", 1900, 3076, 584)]
    later = returned(quarter_of(date(2026, 8, 1)))
    assert supplied(later) == []
    assert [(one.tax_period, one.consumption, one.tax) for one in later.corrections] == [
        ("Q2.2026", "DE", -584)
    ]
    assert later.balances() == {("EUR", "DE"): -584}


def test_what_comes_from_outside_the_union_is_of_the_import_scheme(house: House) -> None:
    with transaction() as session:
        stock.receive(session, house.shop.planner, house.shop.osaka, 1, by=SYSTEM)
        dial = make.variant(session, "DIAL", 14_900)
        watch = make.variant(session, "WATCH", 49_900)
        for variant in (dial, watch):
            stock.receive(session, variant, house.shop.osaka, 5, by=SYSTEM)
    moved(bought(house, {dial: 1}))
    moved(bought(house, {watch: 1}))
    assert supplied(returned(quarter_of(MAY.date()))) == []
    found = returned(quarter_of(MAY.date()), Scheme.IMPORT)
    assert (found.name, supplied(found)) == ("M04.2026", [])
    found = returned(month_of(MAY.date()), Scheme.IMPORT)
    # 149.00 and delivery 5.60; the watch is worth more than 150 EUR.
    assert (found.name, supplied(found)) == ("M05.2026", [("DE", "JP", "goods", 1900, 12992, 2468)])


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        (date(2026, 1, 1), "Q1.2026", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2028, 2, 29), "Q1.2028", date(2028, 1, 1), date(2028, 3, 31)),
        (date(2026, 12, 31), "Q4.2026", date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_quarters_are_those_of_the_calendar(day: date, name: str, first: date, last: date) -> None:
    assert (quarter_name(day), quarter_of(day)) == (name, Period(first, last))


def test_periods_meet_without_a_gap() -> None:
    months = [month_of(date(2026, number, 5)) for number in range(1, 13)]
    assert all(one.until == other.since for one, other in pairwise(months))
