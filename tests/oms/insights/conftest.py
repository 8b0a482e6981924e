"""A shop with past days: orders of any day, written as rows, so that it all passes as `blind`."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from oms.insights.models import DemandForecast
from oms.inventory.models import StockMovement
from oms.kernel import clock, ids
from oms.kernel.db import reading, transaction
from oms.orders.models import Order, OrderLine
from oms.orders.states import OrderState

DAY = timedelta(days=1)


def noon(day: date) -> datetime:
    """The middle of a day of UTC."""
    return datetime.combine(day, time(12), UTC)


def sell(
    variant_id: int, sold: Iterable[tuple[int, int]], *, state: OrderState = OrderState.PLACED
) -> list[int]:
    """Write orders of (days ago, units) of one variant; return their ids. No stock moves."""
    with transaction() as session:
        return [_order(session, variant_id, clock.today() - days * DAY, units, state) for days, units in sold]


def _order(session: Session, variant_id: int, day: date, units: int, state: OrderState) -> int:
    amounts = {"goods": 100 * units, "delivery": 0, "delivery_tax": 0, "tax": 0, "total": 100 * units}
    where = {"market_code": "eu", "language": "en", "currency": "EUR", "tax_included": True, "country": "NL"}
    made = session.scalar(
        insert(Order)
        .values(
            number=ids.order_number(),
            state=state,
            placed_at=noon(day),
            created_at=noon(day),
            units=units,
            **amounts,
            **where,
        )
        .returning(Order.id)
    )
    assert made is not None
    line = {"position": 1, "variant_id": variant_id, "sku": "X", "title": "X", "quantity": units}
    taxed = {"unit_price": 100, "total": 100 * units, "basis_points": 0, "tax": 0, "grams": 1}
    session.execute(insert(OrderLine).values(order_id=made, **line, **taxed))
    return made


def date_movements(variant_id: int, days_ago: int) -> None:
    """Let all that moved of a variant so far have moved some days ago."""
    with transaction() as session:
        session.execute(
            update(StockMovement)
            .where(StockMovement.variant_id == variant_id)
            .values(at=noon(clock.today() - days_ago * DAY))
        )


def forecast_of(variant_id: int) -> DemandForecast:
    """The forecast of a variant, as it stands in the database."""
    with reading() as session:
        return session.get_one(DemandForecast, variant_id)
