"""Reads of stock: what can be promised, where it is, and whether the ledger explains the counters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, select, text
from sqlalchemy.orm import Session

from oms.inventory.models import Reservation, StockLevel, StockMovement, Warehouse
from oms.inventory.sourcing import Source
from oms.inventory.states import EFFECTS, MovementKind, ReservationState

_AVAILABLE = func.greatest(
    0, StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety
)


_IS_WANTED = StockLevel.variant_id.in_(bindparam("ids", expanding=True))
# Put together once, as putting together takes longer than running.
_SUMMED = (
    select(StockLevel.variant_id, func.sum(_AVAILABLE)).where(_IS_WANTED).group_by(StockLevel.variant_id)
)
_APART = select(StockLevel.variant_id, StockLevel.warehouse_id, _AVAILABLE).where(_IS_WANTED)
_SOURCES = select(Warehouse.id, Warehouse.country, Warehouse.postcode, Warehouse.position)


def available(session: Session, variant_ids: Iterable[int]) -> dict[int, int]:
    """Return how many units of each variant can be promised, over all warehouses."""
    ids = list(variant_ids)
    rows = session.execute(_SUMMED, {"ids": ids})
    found = {variant_id: int(units) for variant_id, units in rows}
    return {variant_id: found.get(variant_id, 0) for variant_id in ids}


def by_warehouse(session: Session, variant_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return available units per (variant id, warehouse id)."""
    rows = session.execute(_APART, {"ids": list(variant_ids)})
    return {(variant_id, warehouse_id): int(units) for variant_id, warehouse_id, units in rows}


def sources(session: Session) -> list[Source]:
    """Return the warehouses as sourcing sees them."""
    rows = session.execute(_SOURCES)
    return [Source(*row) for row in rows]


def warehouses(session: Session) -> list[Warehouse]:
    """Return the warehouses in their order."""
    return list(session.scalars(select(Warehouse).order_by(Warehouse.position, Warehouse.id)))


def live_reservations(session: Session, order_id: int) -> Sequence[Reservation]:
    """Return and lock an order's live holds, in the order in which levels are always taken."""
    return session.scalars(
        select(Reservation)
        .where(Reservation.order_id == order_id, Reservation.state == ReservationState.LIVE)
        .order_by(Reservation.variant_id, Reservation.warehouse_id, Reservation.id)
        .with_for_update()
    ).all()


def held_for(session: Session, order_id: int) -> dict[int, int]:
    """Return the units by variant id that an order holds while it waits for its payment."""
    rows = session.execute(
        select(Reservation.variant_id, func.sum(Reservation.quantity))
        .where(Reservation.order_id == order_id, Reservation.state == ReservationState.LIVE)
        .group_by(Reservation.variant_id)
    )
    return {variant_id: int(units) for variant_id, units in rows}


def movements(session: Session, variant_id: int, *, most: int = 100) -> list[StockMovement]:
    """Return a variant's latest movements, the newest first."""
    return list(
        session.scalars(
            select(StockMovement)
            .where(StockMovement.variant_id == variant_id)
            .order_by(StockMovement.id.desc())
            .limit(most)
        )
    )


def gone_and_back(session: Session, line_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Return by order line how many units left the house, and how many of them came back."""
    sums = [
        func.sum(case((StockMovement.kind == kind, StockMovement.quantity), else_=0))
        for kind in (MovementKind.SHIPMENT, MovementKind.RESTOCK)
    ]
    rows = session.execute(
        select(StockMovement.order_line_id, *sums)
        .where(StockMovement.order_line_id.in_(list(line_ids)))
        .group_by(StockMovement.order_line_id)
    )
    return {line_id: (int(went), int(back)) for line_id, went, back in rows}


@dataclass(frozen=True, slots=True)
class Drift:
    """A level whose counter differs from its rows."""

    variant_id: int
    warehouse_id: int
    counter: str
    counted: int
    explained: int


def drifts(session: Session) -> list[Drift]:
    """Return every counter that its ledger does not explain (invariant: stock = sum of ledger)."""
    hand = " ".join(f"WHEN '{kind}' THEN {effect[0]}" for kind, effect in EFFECTS.items())
    promised = " ".join(f"WHEN '{kind}' THEN {effect[1]}" for kind, effect in EFFECTS.items())
    rows = session.execute(
        text(
            f"""
            WITH ledger AS (
                SELECT variant_id, warehouse_id, sum(quantity * CASE kind {hand} END) AS on_hand,
                       sum(quantity * CASE kind {promised} END) AS allocated
                FROM stock_movements GROUP BY 1, 2
            ), held AS (
                SELECT variant_id, warehouse_id, sum(quantity) AS reserved
                FROM reservations WHERE state = 'live' GROUP BY 1, 2
            ), counter AS (
                SELECT variant_id, warehouse_id, name, coalesce(counted, 0) AS counted,
                       coalesce(explained, 0) AS explained
                FROM stock_levels s
                FULL JOIN ledger l USING (variant_id, warehouse_id)
                FULL JOIN held h USING (variant_id, warehouse_id)
                CROSS JOIN LATERAL (VALUES
                    ('on_hand', s.on_hand, l.on_hand),
                    ('allocated', s.allocated, l.allocated),
                    ('reserved', s.reserved, h.reserved)
                ) AS c (name, counted, explained)
            )
            SELECT variant_id, warehouse_id, name, counted, explained FROM counter WHERE counted <> explained
            """  # noqa: S608 - the words come from the table of effects above
        )
    )
    return [Drift(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]
