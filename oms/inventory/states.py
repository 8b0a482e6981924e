"""The life of a reservation, and the kinds of stock movement."""

from enum import StrEnum

from oms.kernel.states import Machine


class ReservationState(StrEnum):
    """A checkout's hold: live until payment truth converts or releases it."""

    LIVE = "live"
    CONVERTED = "converted"
    RELEASED = "released"


RESERVATION = Machine(
    "reservation",
    {ReservationState.LIVE: frozenset({ReservationState.CONVERTED, ReservationState.RELEASED})},
)


class MovementKind(StrEnum):
    """What moved: the first group changes what is on hand, the second only what is promised."""

    RECEIPT = "receipt"
    SHIPMENT = "shipment"
    RESTOCK = "restock"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"
    COUNT = "count"
    WRITE_OFF = "write-off"
    ALLOCATION = "allocation"
    RELEASE = "release"


# What a movement does to (on hand, allocated), per unit of its signed quantity.
EFFECTS: dict[MovementKind, tuple[int, int]] = {
    MovementKind.RECEIPT: (1, 0),
    MovementKind.SHIPMENT: (-1, -1),
    MovementKind.RESTOCK: (1, 0),
    MovementKind.TRANSFER: (1, 0),
    MovementKind.ADJUSTMENT: (1, 0),
    MovementKind.COUNT: (1, 0),
    MovementKind.WRITE_OFF: (-1, 0),
    MovementKind.ALLOCATION: (0, 1),
    MovementKind.RELEASE: (0, -1),
}
