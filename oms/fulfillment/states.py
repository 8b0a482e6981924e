"""The lives of a fulfillment order, of a shipment and of a label."""

from enum import StrEnum

from oms.kernel.states import Machine


class FulfillmentState(StrEnum):
    """The part of an order for one warehouse: open until picked, closed when handed over."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    CANCELLED = "cancelled"


FULFILLMENT = Machine(
    "fulfillment order",
    {
        FulfillmentState.OPEN: frozenset({FulfillmentState.IN_PROGRESS, FulfillmentState.CANCELLED}),
        FulfillmentState.IN_PROGRESS: frozenset({FulfillmentState.CLOSED, FulfillmentState.CANCELLED}),
    },
)


class ShipmentState(StrEnum):
    """One handing-over: packed until somebody else has it; `unpacked` never left the house."""

    PACKED = "packed"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    LOST = "lost"
    RETURNED_TO_SENDER = "returned_to_sender"
    UNPACKED = "unpacked"


SHIPMENT = Machine(
    "shipment",
    {
        ShipmentState.PACKED: frozenset({ShipmentState.HANDED_OVER, ShipmentState.UNPACKED}),
        ShipmentState.HANDED_OVER: frozenset(
            {ShipmentState.DELIVERED, ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER}
        ),
        # What was given up is sometimes found.
        ShipmentState.LOST: frozenset({ShipmentState.DELIVERED, ShipmentState.RETURNED_TO_SENDER}),
    },
)
ON_ITS_WAY = frozenset(
    {
        ShipmentState.HANDED_OVER,
        ShipmentState.DELIVERED,
        ShipmentState.LOST,
        ShipmentState.RETURNED_TO_SENDER,
    }
)


class LabelState(StrEnum):
    """A parcel's label: wanted before the carrier is asked, then bought or refused; dropped ones are voided.

    `none` is the state of a parcel that needs no label of a carrier.
    """

    NONE = "none"
    WANTED = "wanted"
    BOUGHT = "bought"
    REFUSED = "refused"
    VOID_WANTED = "void_wanted"
    VOIDED = "voided"


LABEL = Machine(
    "label",
    {
        LabelState.WANTED: frozenset({LabelState.BOUGHT, LabelState.REFUSED, LabelState.VOID_WANTED}),
        LabelState.BOUGHT: frozenset({LabelState.VOID_WANTED}),
        LabelState.VOID_WANTED: frozenset({LabelState.VOIDED}),
    },
)
# A parcel with one of these is no parcel any more: another takes its place.
DROPPED = frozenset({LabelState.REFUSED, LabelState.VOID_WANTED, LabelState.VOIDED})
