"""Reads of boxes whose labels are printed together; order numbers, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.models import FulfillmentOrder, Shipment
from oms.fulfillment.states import FulfillmentState, LabelState, ShipmentState
from oms.kernel.errors import BadInputError
from oms.orders.models import Order

MOST = 100


@dataclass(frozen=True, slots=True)
class Boxed:
    """A fulfillment order with the label of its box; `shipment_id` is none while the box is open."""

    part_id: int
    number: str
    shipment_id: int | None
    parcel_id: int | None
    label: LabelState
    problem: str
    is_collected: bool

    @property
    def is_ready(self) -> bool:
        """Say whether there is a label to print."""
        is_labelled = self.label in {LabelState.BOUGHT, LabelState.NONE}
        return self.parcel_id is not None and is_labelled and not self.is_collected

    @property
    def is_awaited(self) -> bool:
        """Say whether the carrier may still answer by itself."""
        return self.parcel_id is not None and self.label is LabelState.WANTED and not self.problem


def boxed(session: Session, part_ids: Sequence[int]) -> list[Boxed]:
    """Return these fulfillment orders with their labels, in id order; unknown ones are left out.

    Raises BadInputError for none, or for more than 100.
    """
    if not 0 < len(set(part_ids)) <= MOST:
        raise BadInputError(f"Choose 1 to {MOST} boxes.", field="box")
    rows = session.execute(
        select(FulfillmentOrder.id, Order.number)
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .where(FulfillmentOrder.id.in_(part_ids))
        .order_by(FulfillmentOrder.id)
    )
    return [_boxed(session, row[0], row[1]) for row in rows]


def _boxed(session: Session, part_id: int, number: str) -> Boxed:
    shipment = queries.live_shipment(session, part_id)
    parcels = queries.parcels_of(session, shipment.id) if shipment else []
    if shipment is None or shipment.state is not ShipmentState.PACKED or not parcels:
        return Boxed(part_id, number, None, None, LabelState.NONE, "", is_collected=False)
    newest = parcels[-1]
    return Boxed(
        part_id,
        number,
        shipment.id,
        newest.id,
        newest.label_state,
        newest.label_problem,
        is_collected=shipment.service == "pickup",
    )


def all_boxed(session: Session, warehouse_id: int) -> list[int]:
    """Return the fulfillment orders of a warehouse that stand packed, the oldest first, at most 100."""
    return list(
        session.scalars(
            select(FulfillmentOrder.id)
            .join(Shipment, Shipment.fulfillment_order_id == FulfillmentOrder.id)
            .where(
                FulfillmentOrder.warehouse_id == warehouse_id,
                FulfillmentOrder.state == FulfillmentState.IN_PROGRESS,
                Shipment.state == ShipmentState.PACKED,
            )
            .order_by(FulfillmentOrder.made_at, FulfillmentOrder.id)
            .limit(MOST)
        )
    )
