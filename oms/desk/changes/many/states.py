"""What can be done to many orders, and the life of one order's turn in it."""

from enum import StrEnum

from oms.kernel.states import Machine


class Deed(StrEnum):
    """What can be done to many orders."""

    HOLD = "hold"
    LIFT = "lift"
    CANCEL = "cancel"


class TurnState(StrEnum):
    """An order's turn: waiting, then done or left out."""

    WAITING = "waiting"
    DONE = "done"
    LEFT_OUT = "left_out"


TURN = Machine("turn", {TurnState.WAITING: frozenset({TurnState.DONE, TurnState.LEFT_OUT})})
