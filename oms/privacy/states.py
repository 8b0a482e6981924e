"""The life of a request about one's own data, and how an erasure is to be done while an order is open."""

from enum import StrEnum

from oms.kernel.states import Machine


class RequestState(StrEnum):
    """Received until the mailbox is proven; in progress until everything is done that was asked for."""

    RECEIVED = "received"
    VERIFIED = "verified"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    PARTLY_REFUSED = "partly_refused"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


REQUEST = Machine(
    "privacy request",
    {
        RequestState.RECEIVED: frozenset(
            {RequestState.VERIFIED, RequestState.REFUSED, RequestState.WITHDRAWN}
        ),
        RequestState.VERIFIED: frozenset(
            {RequestState.IN_PROGRESS, RequestState.REFUSED, RequestState.WITHDRAWN}
        ),
        RequestState.IN_PROGRESS: frozenset(
            {RequestState.FULFILLED, RequestState.PARTLY_REFUSED, RequestState.WITHDRAWN}
        ),
    },
)
OPEN = (RequestState.RECEIVED, RequestState.VERIFIED, RequestState.IN_PROGRESS)


class Way(StrEnum):
    """What happens to an order that is still open: cancelled now, or let arrive."""

    NOW = "now"
    LATER = "later"


class Channel(StrEnum):
    """How somebody can be written to. Mail is the one in use; an objection to each is kept apart."""

    MAIL = "mail"
    SMS = "sms"
    INBOX = "inbox"


# The channels that this shop writes on today; pages ask about these alone.
CHANNELS = (Channel.MAIL,)
