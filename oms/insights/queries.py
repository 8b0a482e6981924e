"""Where each SKU stands: its reorder point, what is free and on its way, and what to order."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from oms.catalog.models import FALLBACK, ProductText, Variant
from oms.catalog.queries import choice_names
from oms.insights.models import DemandForecast, ReplenishmentAlert, ReplenishmentOrder, ReplenishmentRule
from oms.insights.reordering import Terms, quantity
from oms.inventory.models import StockLevel, StockMovement
from oms.inventory.states import MovementKind
from oms.kernel import clock

MOST_ROWS = 200
# A mean of floats that should be whole is not quite.
_DIGITS = 6
_FREE = func.greatest(0, StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety)


def standing(*, everything: bool = False) -> Select[Any]:
    """Ask of every watched variant, or of every one, for its reorder point, what is free and on its way.

    On its way is what the levels say, and what was ordered and should be here by today or later, less what
    came since.
    """
    levels = (
        select(
            StockLevel.variant_id,
            func.sum(_FREE).label("free"),
            func.sum(StockLevel.incoming).label("incoming"),
        )
        .group_by(StockLevel.variant_id)
        .subquery("levels")
    )
    ordered = (
        select(
            ReplenishmentOrder.variant_id,
            func.greatest(0, ReplenishmentOrder.units - _came()).label("units"),
        )
        .where(ReplenishmentOrder.expected_on >= clock.today())
        .subquery("ordered")
    )
    way = levels.c.incoming + func.coalesce(ordered.c.units, 0)
    return (
        select(
            DemandForecast.variant_id,
            DemandForecast.reorder_point,
            levels.c.free.label("free"),
            way.label("way"),
            (levels.c.free + way).label("position"),
        )
        .join(levels, levels.c.variant_id == DemandForecast.variant_id)
        .join(Variant, and_(Variant.id == DemandForecast.variant_id, Variant.withdrawn_at.is_(None)))
        .outerjoin(ordered, ordered.c.variant_id == DemandForecast.variant_id)
        .outerjoin(ReplenishmentRule, ReplenishmentRule.variant_id == DemandForecast.variant_id)
        .where(func.coalesce(ReplenishmentRule.is_watched, True) | everything)
    )


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one SKU stands: its names, what is free and on its way, its forecast, how it is bought."""

    sku: str
    title: str
    choice: str
    free: int
    way: int
    forecast: DemandForecast
    rule: ReplenishmentRule | None
    alert: ReplenishmentAlert | None

    @property
    def terms(self) -> Terms:
        """Return how it is bought."""
        return self.rule.terms if self.rule else Terms()

    @property
    def is_watched(self) -> bool:
        """Say whether it has alerts."""
        return self.rule is None or self.rule.is_watched

    @property
    def per_day(self) -> float:
        """Return how many units are expected to sell a day, on the mean of a week."""
        return sum(self.forecast.week) / len(self.forecast.week)

    @property
    def days_left(self) -> int | None:
        """Return for how many whole days what is free lasts; None where nothing sells."""
        return int(round(self.free / self.per_day, _DIGITS)) if self.per_day else None

    @property
    def quantity(self) -> int:
        """Return how many to order now; 0 while it is above its reorder point."""
        point, position = self.forecast.reorder_point, self.free + self.way
        if point is None or position > point:
            return 0
        return quantity(self.forecast.up_to, position, self.terms.pack)


def to_order(session: Session) -> list[Stand]:
    """Return the SKUs with an open alert, those first that run out first."""
    return _stands(session, ReplenishmentAlert.id.is_not(None), MOST_ROWS)


def low_next(session: Session, most: int) -> list[Stand]:
    """Return the SKUs that sell and have no alert, those first that come to their reorder point first."""
    is_next = and_(ReplenishmentAlert.id.is_(None), DemandForecast.reorder_point.is_not(None))
    return _stands(session, is_next, most)


def stand_of(session: Session, sku: str) -> Stand | None:
    """Return where one SKU stands, watched or not; None where it has no forecast yet, or is on no shelf."""
    found = _stands(session, Variant.sku == sku, 1, everything=True)
    return found[0] if found else None


def _stands(
    session: Session, condition: ColumnElement[bool], most: int, *, everything: bool = False
) -> list[Stand]:
    now = standing(everything=everything).subquery("now")
    week = func.nullif(_week_sum(), 0)
    is_low = ReplenishmentAlert.id.is_not(None)
    left = case((is_low, now.c.free), else_=now.c.position - now.c.reorder_point)
    rows = session.execute(
        select(
            Variant,
            func.coalesce(ProductText.title, Variant.sku).label("title"),
            now.c.free,
            now.c.way,
            DemandForecast,
            ReplenishmentRule,
            ReplenishmentAlert,
        )
        .join(now, now.c.variant_id == Variant.id)
        .join(DemandForecast, DemandForecast.variant_id == Variant.id)
        .outerjoin(
            ProductText, (ProductText.product_id == Variant.product_id) & (ProductText.language == FALLBACK)
        )
        .outerjoin(ReplenishmentRule, ReplenishmentRule.variant_id == Variant.id)
        .outerjoin(
            ReplenishmentAlert,
            and_(ReplenishmentAlert.variant_id == Variant.id, ReplenishmentAlert.cleared_at.is_(None)),
        )
        .where(condition)
        .order_by((left / week).nulls_last(), Variant.sku)
        .limit(most)
    ).all()
    labels = choice_names(session, {row.Variant.product_id for row in rows}, FALLBACK)
    return [
        Stand(
            row.Variant.sku,
            row.title,
            ", ".join(labels.get((row.Variant.product_id, one), "") for one in row.Variant.choices),
            int(row.free),
            int(row.way),
            row.DemandForecast,
            row.ReplenishmentRule,
            row.ReplenishmentAlert,
        )
        for row in rows
    ]


def _week_sum() -> Any:  # noqa: ANN401 - a SQL expression
    return select(func.sum(func.unnest(DemandForecast.week).column_valued())).scalar_subquery()


def _came() -> Any:  # noqa: ANN401 - a SQL expression
    """Ask how many units were received since they were ordered."""
    return (
        select(func.coalesce(func.sum(StockMovement.quantity), 0))
        .where(
            StockMovement.variant_id == ReplenishmentOrder.variant_id,
            StockMovement.kind == MovementKind.RECEIPT,
            StockMovement.at >= ReplenishmentOrder.ordered_at,
        )
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is noted as ordered of a variant, until when it comes, and how much of it came."""

    units: int
    expected_on: date
    received: int

    @property
    def came(self) -> int:
        """Return how many of its units came; what came beyond them is not of it."""
        return min(self.units, self.received)

    @property
    def left(self) -> int:
        """Return how many units are still to come."""
        return self.units - self.came


def ordered(session: Session, variant_id: int) -> Ordered | None:
    """Return what is noted as ordered of a variant."""
    wanted = ReplenishmentOrder.variant_id == variant_id
    columns = (ReplenishmentOrder.units, ReplenishmentOrder.expected_on, _came())
    row = session.execute(select(*columns).where(wanted)).one_or_none()
    return Ordered(row[0], row[1], int(row[2])) if row else None


def rule_of(session: Session, variant_id: int) -> ReplenishmentRule | None:
    """Return how a variant is bought; None where it has no rule of its own."""
    return session.get(ReplenishmentRule, variant_id)
