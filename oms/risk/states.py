"""What becomes of a doubt about an order: a person decides, or it ends in the buyer's favor."""

from enum import StrEnum

from oms.kernel.states import Machine


class DoubtState(StrEnum):
    """A doubt waits for a person; where nobody looked in time it lapses, and the order is sent."""

    OPEN = "open"
    CLEARED = "cleared"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    # The order was cancelled for another reason before anybody had looked.
    ENDED = "ended"


_DONE = frozenset(DoubtState) - {DoubtState.OPEN}
DOUBT = Machine("doubt", {DoubtState.OPEN: _DONE, **{state: frozenset() for state in _DONE}})
