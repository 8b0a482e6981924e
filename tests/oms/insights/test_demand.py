"""Demand by SKU and day, and its forecast in the shop."""

from datetime import timedelta

from sqlalchemy import update

from oms.insights import actions, handlers, queries
from oms.insights.actions import Rule
from oms.insights.demand.queries import histories
from oms.inventory import actions as stock
from oms.inventory.actions import Move
from oms.inventory.states import MovementKind
from oms.kernel import clock
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.orders.states import OrderState
from tests.make import Shop
from tests.oms.insights.conftest import date_movements, forecast_of, sell


def units(variant_id: int) -> list[float]:
    with reading() as session:
        return list(histories(session, [variant_id], clock.today())[variant_id].units)


def test_demand_is_what_was_paid_by_day_and_a_day_without_sale_is_zero(small: Shop) -> None:
    date_movements(small.clock, 5)
    sell(small.clock, [(4, 2), (4, 1), (1, 5), (0, 9)])
    sell(small.clock, [(3, 80_995)], state=OrderState.CANCELLED)
    sell(small.clock, [(2, 7)], state=OrderState.LAPSED)
    sell(small.clock, [(2, 1)], state=OrderState.CLOSED)
    assert units(small.clock) == [0, 3, 0, 1, 5]


def test_forgetting_a_person_changes_no_demand(small: Shop) -> None:
    date_movements(small.clock, 4)
    ids = sell(small.clock, [(3, 2), (1, 5)])
    before = units(small.clock)
    with transaction() as session:
        gone = {"forgotten_at": clock.now(), "buyer_id": None, "cart_id": None, "placement_hash": None}
        session.execute(update(Order).where(Order.id.in_(ids)).values(**gone))
    assert units(small.clock) == before == [0, 2, 0, 5]


def test_a_day_on_which_nothing_was_free_tells_nothing(small: Shop) -> None:
    date_movements(small.clock, 6)
    with transaction() as session:
        out = Move(small.clock, small.leiden, MovementKind.ADJUSTMENT, -20)
        stock.move(session, [out], by=SYSTEM)
    with transaction() as session:
        session.execute(
            update(stock.StockMovement)
            .where(stock.StockMovement.kind == MovementKind.ADJUSTMENT)
            .values(at=clock.now() - timedelta(days=4))
        )
    sell(small.clock, [(5, 1), (2, 1)])
    with reading() as session:
        found = histories(session, [small.clock], clock.today())[small.clock]
    assert list(found.units) == [0, 1, 0, 0, 1, 0]
    # Sold out on the third day, sold once more on the fifth all the same.
    assert list(found.known) == [True, True, True, False, True, False]


def test_every_sku_on_the_shelves_is_forecast_once_a_day(small: Shop) -> None:
    date_movements(small.clock, 120)
    sell(small.clock, [(days, 2 + days % 3) for days in range(1, 121)])
    handlers.forecast_demand()
    found = forecast_of(small.clock)
    assert (found.made_on, found.days, found.tested) == (clock.today(), 120, 84)
    assert 2.5 < sum(found.week) / 7 < 3.5
    assert found.mase is not None
    assert found.reorder_point is not None
    assert found.reorder_point > 14 * 2.5
    assert forecast_of(small.pencil).reorder_point is None
    with transaction() as session:
        assert actions.forecast_due(session, 10) == 0
    with clock.held_at(clock.now() + timedelta(days=1)), transaction() as session:
        assert actions.forecast_due(session, 1) == 1
        assert actions.forecast_due(session, 10) == 1


def test_what_the_forecast_says_is_low_is_to_be_ordered(small: Shop) -> None:
    date_movements(small.clock, 60)
    sell(small.clock, [(days, 2) for days in range(1, 61)])
    handlers.forecast_demand()
    with reading() as session:
        [found] = queries.to_order(session)
        others = queries.low_next(session, 10)
    assert (found.sku, found.free, found.days_left) == ("RETRO-CLOCK", 20, 10)
    # Two a day for fourteen days and seven more, less the twenty that are there.
    assert (found.forecast.reorder_point, found.quantity) == (28, 22)
    assert others == []


def test_a_rule_by_hand_outlives_the_night(small: Shop) -> None:
    date_movements(small.clock, 60)
    sell(small.clock, [(days, 2) for days in range(1, 61)])
    with transaction() as session:
        actions.set_rule(session, small.clock, Rule(lead_days=30, pack=10), by=SYSTEM)
    assert forecast_of(small.clock).reorder_point is None
    handlers.forecast_demand()
    assert forecast_of(small.clock).reorder_point == 60
    with transaction() as session:
        actions.set_rule(session, small.clock, Rule(reorder_at=15), by=SYSTEM)
    assert (forecast_of(small.clock).reorder_point, forecast_of(small.clock).up_to) == (15, 42)


def test_what_runs_out_first_is_ordered_first(small: Shop) -> None:
    for variant_id, units in ((small.clock, 2), (small.pencil, 20)):
        date_movements(variant_id, 60)
        sell(variant_id, [(days, units) for days in range(1, 61)])
    handlers.forecast_demand()
    with reading() as session:
        assert [(one.sku, one.days_left) for one in queries.to_order(session)] == [
            ("CEDAR-PENCIL", 5),
            ("RETRO-CLOCK", 10),
        ]
