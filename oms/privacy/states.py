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


class RequestKind(StrEnum):
    """What somebody asks for (GDPR, articles 15 to 22; the words are those of the desk)."""

    ERASURE = "erasure"
    ACCESS = "access"
    COPY = "copy"
    CORRECTION = "correction"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    MINOR = "minor"
    GUARDIAN = "guardian"
    OTHER = "other"


# Carried out and answered without a hand: a deletion by its certificate, a copy by its file.
BY_ITSELF = frozenset({RequestKind.ERASURE, RequestKind.COPY})


class Source(StrEnum):
    """How a request came in."""

    SCREEN = "screen"
    FORM = "form"
    MAIL = "mail"
    HAND = "hand"


class Ground(StrEnum):
    """Why a request may be refused: the limits of the notice (001-50 to 001-57), and three of its own."""

    STATUTORY_DUTY = "statutory_duty"
    NATIONAL_SECURITY = "national_security"
    PUBLIC_SAFETY = "public_safety"
    CRIMINAL_JUSTICE = "criminal_justice"
    BAD_FAITH = "bad_faith"
    VITAL_INTERESTS = "vital_interests"
    RIGHTS_OF_OTHERS = "rights_of_others"
    TRADE_SECRETS = "trade_secrets"
    NOT_PROVEN = "not_proven"
    NO_MATCH = "no_match"
    NOT_COVERED = "not_covered"


class Because(StrEnum):
    """Why somebody wants their data deleted, if they like to say: the five grounds of 001-33 to 001-37."""

    UNLAWFUL = "unlawful"
    NO_CONSENT = "no_consent"
    BREACH = "breach"
    STOPPED = "stopped"
    ENDED = "ended"


class LockGround(StrEnum):
    """Why data is locked: the four cases of GDPR, article 18(1), (a) to (d), and a child without guardian."""

    WRONG = "wrong"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"
    MINOR = "minor"


class Outcome(StrEnum):
    """What was decided about data that was locked, or about a purpose that somebody objected to."""

    CORRECTED = "corrected"
    KEPT = "kept"
    UPHELD = "upheld"
    REJECTED = "rejected"
    TAKEN_BACK = "taken_back"


class Told(StrEnum):
    """How the person of a lock was told what was decided; on their page too, whom no mail reaches."""

    NOT_YET = ""
    MAIL = "mail"
    REFUSED = "the server refused the mailbox"
    NO_MAILBOX = "no mailbox"
    THEMSELVES = "they took it back themselves"


# What is decided of an objection (GDPR, article 21(1)); all else is about whether something is right.
OF_OBJECTION = frozenset({Outcome.UPHELD, Outcome.REJECTED})


class Way(StrEnum):
    """What happens to an order that is still open: cancelled now, or let arrive.

    At once: cancelled, or erased while its parcel is on its way; for children, and nobody can choose it.
    """

    NOW = "now"
    LATER = "later"
    AT_ONCE = "at_once"


class Channel(StrEnum):
    """How somebody can be written to; an answer for each is kept apart."""

    MAIL = "mail"
    SMS = "sms"
    INBOX = "inbox"


def channels(*, texts: bool) -> tuple[Channel, ...]:
    """Return the channels that a shop writes on, with or without text messages; pages ask of these alone."""
    return tuple(channel for channel in Channel if texts or channel is not Channel.SMS)
