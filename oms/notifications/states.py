"""The life of a mail: begun before the mail server is called, sent when it has taken it."""

from enum import StrEnum

from oms.kernel.states import Machine


class MailState(StrEnum):
    """Whether the mail server has taken a mail."""

    BEGUN = "begun"
    SENT = "sent"


MAIL = Machine("mail", {MailState.BEGUN: frozenset({MailState.SENT})})
