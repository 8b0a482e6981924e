"""The life of a mail: begun before the mail server is called, sent when it has taken it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from oms.kernel.states import Machine
from oms.privacy.wishes.states import WishPurpose


class MailState(StrEnum):
    """Whether the mail server has taken a mail; `stopped`: its reader does not want it."""

    BEGUN = "begun"
    SENT = "sent"
    STOPPED = "stopped"


MAIL = Machine("mail", {MailState.BEGUN: frozenset({MailState.SENT, MailState.STOPPED})})
# Part of what its reader asked for, or owed by law: these ask nobody.
NEEDED = frozenset(
    {
        *(
            "word",
            "confirmation",
            "shipped",
            "cancellation",
            "refund",
            "late_payment",
            "withdrawal",
            "answer",
            "code",
        ),
        *(
            "email_changed",
            "sign_in",
            "certificate",
            "copy",
            "closing",
            "breach",
            "request",
            "notice",
            "move",
            "move_warning",
            "minor",
            "guardian",
            "official",
        ),
    }
)
# How long a needed mail waits for the end of a lock on its mailbox; one that is not here is skipped, as what
# only its person's rights open is never locked. What proves a contract, money or a withdrawal is worth as
# much later; that a parcel comes is known in two weeks.
USEFUL_FOR: Mapping[str, timedelta] = {
    **dict.fromkeys(
        ("confirmation", "cancellation", "refund", "late_payment", "withdrawal"), timedelta(days=365)
    ),
    "shipped": timedelta(days=14),
    "notice": timedelta(days=30),  # a change of the notice is announced as long ahead
    "move_warning": timedelta(days=3),
}
# What a reader can do without, and may stop. Whatever is in neither list counts as promotion (`purpose_of`).
OPTIONAL = frozenset({"delivered"})


def purpose_of(topic: str) -> WishPurpose | None:
    """Return for which purpose a mail asks whether it may go; None for one that is needed."""
    if topic in NEEDED:
        return None
    return WishPurpose.NEWS if topic in OPTIONAL else WishPurpose.PROMOTIONS
