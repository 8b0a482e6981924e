"""The life of a mail: begun before the mail server is called, sent when it has taken it."""

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
# What a reader can do without, and may stop. Whatever is in neither list counts as promotion (`purpose_of`).
OPTIONAL = frozenset({"delivered"})


def purpose_of(topic: str) -> WishPurpose | None:
    """Return for which purpose a mail asks whether it may go; None for one that is needed."""
    if topic in NEEDED:
        return None
    return WishPurpose.NEWS if topic in OPTIONAL else WishPurpose.PROMOTIONS
