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


# They proved themselves what they spoke of; all else was told by others, and staff answer for it.
OF_PERSON = frozenset({Signal.SELF, Signal.REQUEST})


class Standing(StrEnum):
    """What whoever was named as a guardian may do; a named mailbox alone opens and erases nothing.

    Named by the person themself, who proved their data: may say yes or no. Claimed by others: nothing before
    staff accepted them. Accepted: all of a guardian's rights. Agreed: said yes, and keeps those rights.
    """

    NOBODY = "nobody"
    NAMED = "named"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    AGREED = "agreed"


# Who may say yes or no while they are asked.
ANSWERING = frozenset({Standing.NAMED, Standing.ACCEPTED})


class Evidence(StrEnum):
    """What staff saw before they accepted somebody as a guardian; nothing of it is kept."""

    CALL = "a call with both of them"
    PAPERS = "papers that name both, shown and given back"
    OTHERS = "a school or an authority that confirmed it"


class Finding(StrEnum):
    """On what staff end a suspicion without the guardian's link."""

    MISTAKE = "It was a mistake: this is no child."
    OF_AGE = "They have come of age."
    AGREED = "Their guardian agreed in another way."
