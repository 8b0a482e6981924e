"""Picking: start a pick list, take goods from the shelf one scan at a time, bring them to packing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from oms.fulfillment.models import FulfillmentLine, FulfillmentOrder, PickList
from oms.fulfillment.picking import queries
from oms.fulfillment.scanning import read_scan, variant_of
from oms.fulfillment.states import FulfillmentState
from oms.kernel import clock
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError

MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class Counted:
    """What a scan came to: the SKU, how many there are now, of how many."""

    sku: str
    counted: int
    wanted: int


def start_list(session: Session, warehouse_id: int, part_ids: Sequence[int], *, by: Actor) -> PickList:
    """Begin to pick open fulfillment orders of a warehouse; raises ConflictError where one cannot be picked.

    One that is on hold, picked already, cancelled or of another warehouse refuses the whole list.
    """
    if not part_ids or len(part_ids) > MOST_PARTS:
        raise BadInputError(f"Choose 1 to {MOST_PARTS} orders for a pick list.", field="part")
    waiting = set(queries.pickable(session, warehouse_id, part_ids))
    parts = session.scalars(
        select(FulfillmentOrder)
        .where(FulfillmentOrder.id.in_(waiting))
        .order_by(FulfillmentOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(parts) != len(set(part_ids)) or any(p.state is not FulfillmentState.OPEN for p in parts):
        raise ConflictError("One of these was picked, held or cancelled meanwhile. Choose again.")
    made = PickList(
        warehouse_id=warehouse_id, by_kind=by.kind, by_id=by.id, started_at=clock.now(), done_at=None
    )
    session.add(made)
    session.flush()
    for part in parts:
        part.become(FulfillmentState.IN_PROGRESS)
        part.pick_list_id = made.id
        session.add(part.event("in_progress", by, at=clock.now()))
    return made


def take(session: Session, pick_list_id: int, scanned: str) -> Counted:
    """Count what was taken from the shelf; raises BadInputError for what is not, or no more, on the list."""
    scan = read_scan(scanned)
    found = variant_of(session, scan.code)
    lines = queries.lines_of(session, pick_list_id, found.id if found else 0)
    if found is None or not lines:
        raise BadInputError(f"{scan.code} is not on this pick list. Put it back.", field="scan")
    wanted, taken = sum(line.quantity for line in lines), sum(line.picked for line in lines)
    left = scan.units
    if taken + left > wanted:
        raise BadInputError(
            f"Only {wanted} of {found.sku} are wanted and {taken} are taken. Put {left} back.", field="scan"
        )
    for line in lines:
        part = min(left, line.quantity - line.picked)
        line.picked += part
        left -= part
    return Counted(found.sku, taken + scan.units, wanted)


def finish_list(session: Session, pick_list_id: int) -> int:
    """End a walk; return how many units were not found. Again, nothing changes."""
    found = session.get(PickList, pick_list_id, with_for_update=True)
    if found is None:
        raise NotFoundError("There is no such pick list.")
    found.done_at = found.done_at or clock.now()
    lines = queries.lines_of(session, pick_list_id)
    return sum(line.quantity - line.picked for line in lines)


def take_all(session: Session, pick_list_id: int) -> None:
    """Count everything on a list as taken: for who walks with paper and no scanner."""
    parts = select(FulfillmentOrder.id).where(FulfillmentOrder.pick_list_id == pick_list_id)
    session.execute(
        update(FulfillmentLine)
        .where(FulfillmentLine.fulfillment_order_id.in_(parts))
        .values(picked=FulfillmentLine.quantity)
        .execution_options(synchronize_session=False)
    )
