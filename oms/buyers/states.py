"""The life of an account, and what a one-time code to a mailbox may be asked for."""

from enum import StrEnum

from oms.kernel.states import Machine


class BuyerState(StrEnum):
    """An account is active until its owner closes it; a closed one never opens again."""

    ACTIVE = "active"
    CLOSED = "closed"


BUYERS = Machine(
    "account", {BuyerState.ACTIVE: frozenset({BuyerState.CLOSED}), BuyerState.CLOSED: frozenset()}
)


class CodePurpose(StrEnum):
    """What a code proves a mailbox for; a code asked for one purpose is good for no other."""

    SIGN_IN = "sign_in"
    ORDER = "order"
    YOUR_DATA = "your_data"
    ERASE = "erase"
    OLD_MAILBOX = "old_mailbox"
    NEW_MAILBOX = "new_mailbox"
    MOVE = "move"
    GUARDIAN = "guardian"
