"""The life of a mail: begun before the mail server is called, sent when it has taken it."""

from enum import StrEnum

from oms.kernel.states import Machine


class MailState(StrEnum):
    """Whether the mail server has taken a mail; `stopped`: its reader does not want it."""

    BEGUN = "begun"
    SENT = "sent"
    STOPPED = "stopped"


MAIL = Machine("mail", {MailState.BEGUN: frozenset({MailState.SENT, MailState.STOPPED})})
# What a reader can do without, and may object to. Every other mail is part of what they asked for: the order
# is placed, sent, cancelled, refunded, proven, deleted.
OPTIONAL = frozenset({"delivered"})
