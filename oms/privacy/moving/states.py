"""The life of a wish to move an order to another mailbox."""

from enum import StrEnum

from oms.kernel.states import Machine


class MoveState(StrEnum):
    """Asked, until the new mailbox is proven; waiting, while the old one may stop it; then staff decide."""

    ASKED = "asked"
    WAITING = "waiting"
    REVIEW = "review"
    DONE = "done"
    STOPPED = "stopped"
    REFUSED = "refused"


class MailboxAnswer(StrEnum):
    """What the old mailbox did with our mail."""

    TOOK = "took it"
    REFUSED = "refused it"


MOVE = Machine(
    "mailbox move",
    {
        MoveState.ASKED: frozenset({MoveState.WAITING}),
        MoveState.WAITING: frozenset({MoveState.REVIEW, MoveState.STOPPED, MoveState.REFUSED}),
        MoveState.REVIEW: frozenset({MoveState.DONE, MoveState.STOPPED, MoveState.REFUSED}),
    },
)
UNDER_WAY = (MoveState.WAITING, MoveState.REVIEW)
SETTLED = (MoveState.DONE, MoveState.STOPPED, MoveState.REFUSED)
