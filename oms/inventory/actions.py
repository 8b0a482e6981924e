"""What people and orders do to stock: each change is one conditional statement, levels in id order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.inventory import queries
from oms.inventory.models import Reservation, StockLevel, StockMovement, Warehouse
from oms.inventory.sourcing import Demand, Destination, Plan, Take, plan
from oms.inventory.states import EFFECTS, MovementKind, ReservationState
from oms.kernel import clock, outbox
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import BadInputError, ConflictError, OvertakenError


@dataclass(frozen=True, slots=True)
class Move:
    """One movement: signed units of a variant in a warehouse, of a kind, perhaps for an order line."""

    variant_id: int
    warehouse_id: int
    kind: MovementKind
    quantity: int
    order_line_id: int | None = None
    batch: str = ""
    note: str = ""


def add_warehouse(session: Session, code: str, name: str, country: str, postcode: str) -> Warehouse:
    """Open a warehouse; it stands last in the order of sourcing."""
    last = session.query(func.coalesce(func.max(Warehouse.position), 0)).scalar()
    warehouse = Warehouse(code=code, name=name, country=country, postcode=postcode, position=last + 1)
    session.add(warehouse)
    session.flush()
    return warehouse


def locate_warehouse(session: Session, warehouse_id: int, street: str, city: str) -> None:
    """Say where a warehouse stands, for the sender's part of labels and for returns."""
    session.get_one(Warehouse, warehouse_id).street = street
    session.get_one(Warehouse, warehouse_id).city = city


def receive(session: Session, variant_id: int, warehouse_id: int, quantity: int, *, by: Actor) -> None:
    """Bring units in; raises BadInputError for less than one."""
    if quantity < 1:
        raise BadInputError("Receive at least one unit.", field="quantity")
    move(session, [Move(variant_id, warehouse_id, MovementKind.RECEIPT, quantity)], by=by)


@dataclass(frozen=True, slots=True)
class Count:
    """What somebody counted on a shelf, and why it was counted."""

    variant_id: int
    warehouse_id: int
    on_hand: int
    why: str = ""


def record_count(session: Session, counted: Count, *, by: Actor) -> int:
    """Set what was counted; return the difference. Raises ConflictError below what is already promised."""
    if counted.on_hand < 0:
        raise BadInputError("A count cannot be below zero.", field="on_hand")
    key = (counted.variant_id, counted.warehouse_id)
    level = session.get(StockLevel, key, with_for_update=True)
    difference = counted.on_hand - (level.on_hand if level else 0)
    if difference:
        move(session, [Move(*key, MovementKind.COUNT, difference, note=counted.why[:200])], by=by)
    return difference


def move(session: Session, moves: Iterable[Move], *, by: Actor) -> None:
    """Write movements and change their counters, in id order; raises ConflictError where one forbids it."""
    ordered = sorted(moves, key=lambda m: (m.variant_id, m.warehouse_id, m.kind))
    for m in ordered:
        session.add(_ledger_line(m, by))
    session.flush()
    for m in ordered:
        on_hand, allocated = (m.quantity * effect for effect in EFFECTS[m.kind])
        _change(session, m, on_hand, allocated)


def _ledger_line(m: Move, by: Actor) -> StockMovement:
    return StockMovement(
        variant_id=m.variant_id,
        warehouse_id=m.warehouse_id,
        kind=m.kind,
        quantity=m.quantity,
        order_line_id=m.order_line_id,
        batch=m.batch,
        note=m.note,
        by_kind=by.kind,
        by_id=by.id,
    )


def _change(session: Session, m: Move, on_hand: int, allocated: int) -> None:
    if on_hand > 0:
        session.execute(
            insert(StockLevel)
            .values(variant_id=m.variant_id, warehouse_id=m.warehouse_id)
            .on_conflict_do_nothing()
        )
    left = session.execute(
        update(StockLevel)
        .where(
            StockLevel.variant_id == m.variant_id,
            StockLevel.warehouse_id == m.warehouse_id,
            StockLevel.on_hand + on_hand >= StockLevel.reserved + StockLevel.allocated + allocated,
            StockLevel.allocated + allocated >= 0,
            StockLevel.on_hand + on_hand >= 0,
        )
        .values(on_hand=StockLevel.on_hand + on_hand, allocated=StockLevel.allocated + allocated)
        .returning(StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if left is None:
        raise ConflictError("There is less in stock than this needs, or more is promised than would remain.")
    _tell_pages(session, m.variant_id, left, left - on_hand + allocated)


def _tell_pages(session: Session, variant_id: int, left: int, before: int) -> None:
    """Say that a level crossed zero: lists and cached pages hear of it after the commit."""
    if (left <= 0) != (before <= 0):
        outbox.say(session, "stock.crossed_zero", variant=variant_id)


def reserve(session: Session, order_id: int, demands: Sequence[Demand], to: Destination) -> Plan:
    """Hold stock for a checkout; raises OutOfStockError where there is less in all warehouses together.

    The plan is made from a read; the guarantee is the conditional statement. Where a level was taken between
    the two it raises OvertakenError: another warehouse may have it, so a fresh plan tells. After either the
    caller's transaction, or its savepoint, must end.
    """
    stock = queries.by_warehouse(session, {d.variant_id for d in demands})
    chosen = plan(demands, stock, queries.sources(session), to)
    takes = sorted(chosen.takes, key=lambda t: (t.variant_id, t.warehouse_id, t.order_line_id))
    session.execute(insert(Reservation), [_hold(order_id, take) for take in takes])
    for take in takes:
        _reserve_one(session, take)
    return chosen


def _hold(order_id: int, take: Take) -> dict[str, int]:
    return {
        "order_id": order_id,
        "order_line_id": take.order_line_id,
        "variant_id": take.variant_id,
        "warehouse_id": take.warehouse_id,
        "quantity": take.quantity,
    }


def _reserve_one(session: Session, take: Take) -> None:
    free = StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety
    left = session.execute(
        update(StockLevel)
        .where(
            StockLevel.variant_id == take.variant_id,
            StockLevel.warehouse_id == take.warehouse_id,
            free >= take.quantity,
        )
        .values(reserved=StockLevel.reserved + take.quantity)
        .returning(free)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if left is None:
        raise OvertakenError
    _tell_pages(session, take.variant_id, left, left + take.quantity)


def convert(session: Session, order_id: int) -> int:
    """Turn an order's live holds into allocations; return how many. Doing it again changes nothing."""
    holds = queries.live_reservations(session, order_id)
    for hold in holds:
        line = Move(
            hold.variant_id, hold.warehouse_id, MovementKind.ALLOCATION, hold.quantity, hold.order_line_id
        )
        session.add(_ledger_line(line, SYSTEM))
        _end_hold(session, hold, ReservationState.CONVERTED, allocated=hold.quantity)
    return len(holds)


def release(session: Session, order_id: int) -> int:
    """End an order's live holds; return how many. Only payment truth may ask for this."""
    holds = queries.live_reservations(session, order_id)
    for hold in holds:
        _end_hold(session, hold, ReservationState.RELEASED, allocated=0)
    return len(holds)


def _end_hold(session: Session, hold: Reservation, state: ReservationState, *, allocated: int) -> None:
    hold.state = state
    hold.ended_at = clock.now()
    session.flush()
    left = session.execute(
        update(StockLevel)
        .where(StockLevel.variant_id == hold.variant_id, StockLevel.warehouse_id == hold.warehouse_id)
        .values(reserved=StockLevel.reserved - hold.quantity, allocated=StockLevel.allocated + allocated)
        .returning(StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    _tell_pages(session, hold.variant_id, left, left - hold.quantity + allocated)
