"""The life of a suspicion that somebody is a child, where it came from, and how staff end it."""

from enum import StrEnum

from oms.kernel.states import Machine


class MinorState(StrEnum):
    """Suspected and restricted in one moment; then a guardian is asked, who says yes, no, or nothing."""

    SUSPECTED = "suspected"
    RESTRICTED = "restricted"
    GUARDIAN_ASKED = "guardian_asked"
    RESOLVED = "resolved"
    ERASED = "erased"


MINOR = Machine(
    "suspected minor",
    {
        MinorState.SUSPECTED: frozenset({MinorState.RESTRICTED}),
        MinorState.RESTRICTED: frozenset({MinorState.GUARDIAN_ASKED, MinorState.RESOLVED, MinorState.ERASED}),
        MinorState.GUARDIAN_ASKED: frozenset({MinorState.RESOLVED, MinorState.ERASED}),
    },
)
OPEN = (MinorState.SUSPECTED, MinorState.RESTRICTED, MinorState.GUARDIAN_ASKED)


class Signal(StrEnum):
    """How the shop came to think that somebody is a child; never a birth date."""

    SELF = "they say so on the page of their data"
    REQUEST = "they say so in a request"
    GUARDIAN = "a parent or guardian told us"
    OTHERS = "somebody else told us"
    WORDS = "their own words to us"


class Finding(StrEnum):
    """On what staff end a suspicion without the guardian's link."""

    MISTAKE = "It was a mistake: this is no child."
    OF_AGE = "They have come of age."
    AGREED = "Their guardian agreed in another way."
