"""Demand by SKU and day of UTC: nothing of whoever ordered is asked."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Date, case, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from oms.catalog.models import Variant
from oms.insights.demand.forecasting import History
from oms.insights.models import DemandForecast
from oms.inventory.models import StockLevel, StockMovement
from oms.inventory.states import EFFECTS
from oms.orders.models import Order, OrderLine
from oms.orders.states import OrderState

# A year of whole weeks: older demand was that of another shop.
WINDOW = timedelta(weeks=52)
_DAY = timedelta(days=1)
# An order that was paid and not called off: the demand of a huge one that is cancelled goes with it.
_AGREED = (OrderState.PLACED, OrderState.CLOSED)
_ON = cast(Order.placed_at, Date)


def due(session: Session, today: date, most: int) -> list[int]:
    """Return variants on the shelves, not withdrawn, that have no forecast of today yet."""
    shelved = select(StockLevel.variant_id).distinct()
    old = or_(DemandForecast.made_on.is_(None), DemandForecast.made_on < today)
    return list(
        session.scalars(
            select(Variant.id)
            .outerjoin(DemandForecast, DemandForecast.variant_id == Variant.id)
            .where(Variant.id.in_(shelved), Variant.withdrawn_at.is_(None), old)
            .order_by(Variant.id)
            .limit(most)
        )
    )


def histories(session: Session, variant_ids: Collection[int], today: date) -> dict[int, History]:
    """Return the demand of variants by day of UTC, to yesterday, from their first day in the shop on.

    Units of orders that were paid and not called off; nothing of whoever placed them is asked, and forgetting
    them changes nothing. A day without sale counts as none sold, unless nothing was free all day: then nobody
    could buy, and the day tells nothing. A day on which it sold out midway counts as it is, a little too low.
    """
    since = today - WINDOW
    sold = _sold(session, variant_ids, since, today)
    moved = _moved(session, variant_ids, since, today)
    shop = _shop(session, since, today)
    found = {}
    for variant_id in variant_ids:
        begun = min([*sold[variant_id], *moved[variant_id]], default=today)
        days = [begun + n * _DAY for n in range((today - begun).days) if begun + n * _DAY >= since]
        units = [float(sold[variant_id].get(day, 0)) for day in days]
        known = _known(units, days, moved[variant_id])
        found[variant_id] = History(units, known, [float(shop.get(day, 0)) for day in days])
    return found


def _agreed(since: date, today: date) -> list[ColumnElement[bool]]:
    return [Order.placed_at >= since, Order.placed_at < today, Order.state.in_(_AGREED)]


def _sold(
    session: Session, variant_ids: Collection[int], since: date, today: date
) -> dict[int, dict[date, int]]:
    rows = session.execute(
        select(OrderLine.variant_id, _ON, func.sum(OrderLine.quantity))
        .join(Order, Order.id == OrderLine.order_id)
        .where(*_agreed(since, today), OrderLine.variant_id.in_(variant_ids))
        .group_by(OrderLine.variant_id, _ON)
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for variant_id, on, units in rows:
        found[variant_id][on] = int(units)
    return found


def _shop(session: Session, since: date, today: date) -> dict[date, int]:
    """Return how many SKUs of the whole shop sold on each day."""
    rows = session.execute(
        select(_ON, func.count(OrderLine.variant_id.distinct()))
        .join(Order, Order.id == OrderLine.order_id)
        .where(*_agreed(since, today))
        .group_by(_ON)
    )
    return {on: int(count) for on, count in rows}


def _moved(
    session: Session, variant_ids: Collection[int], since: date, today: date
) -> dict[int, dict[date, int]]:
    """Return by how much each day changed what was free; all before the window as one day before it."""
    effects = {kind: on_hand - allocated for kind, (on_hand, allocated) in EFFECTS.items()}
    change = StockMovement.quantity * case(effects, value=StockMovement.kind)
    day = func.greatest(cast(StockMovement.at, Date), literal(since - _DAY))
    rows = session.execute(
        select(StockMovement.variant_id, day, func.sum(change))
        .where(StockMovement.variant_id.in_(variant_ids), StockMovement.at < today)
        .group_by(StockMovement.variant_id, day)
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for variant_id, on, units in rows:
        found[variant_id][on] = int(units)
    return found


def _known(units: Sequence[float], days: Sequence[date], moved: dict[date, int]) -> list[bool]:
    """Say of each day whether it could be bought: something sold, or was free when it began or ended."""
    free = sum(change for day, change in moved.items() if days and day < days[0])
    begun = min(moved, default=None)
    found = []
    for sold, day in zip(units, days, strict=True):
        before, free = free, free + moved.get(day, 0)
        found.append(sold > 0 or before > 0 or free > 0 or begun is None or day < begun)
    return found
