"""What leaked, the life of a breach, and how somebody affected was reached."""

from enum import StrEnum

from oms.kernel.states import Machine


class Leak(StrEnum):
    """What came into wrong hands."""

    TABLE = "table"
    WINDOW = "window"
    SESSION = "session"
    BACKUP = "backup"


class BreachState(StrEnum):
    """A breach is open until its people are being told, and told when each of them was reached."""

    OPEN = "open"
    TELLING = "telling"
    TOLD = "told"


BREACH = Machine(
    "breach",
    {
        BreachState.OPEN: frozenset({BreachState.TELLING}),
        BreachState.TELLING: frozenset({BreachState.TOLD}),
        BreachState.TOLD: frozenset(),
    },
)


class Reach(StrEnum):
    """How far telling one unit has come: by mail, else by a text, else on the pages of its person."""

    WAITING = "waiting"
    MAILED = "mailed"
    TEXTED = "texted"
    ON_PAGE = "on page"
    SEEN = "seen"


# What the authority is told (GDPR, article 33(3) a to d).
# Where a draft leaves room for what only people know; a part that still has it counts as not written.
GAP = "[…]"
REPORT = ("nature", "concerned", "contact", "consequences", "measures")
# What every notice says (001-24 to 001-28), each under its heading for who reads it, to be put into their
# language; GDPR, articles 33(3) and 34(2), ask for no more.
PARTS = {
    "what_happened": "What happened",
    "possible_impact": "What it can mean for you",
    "what_we_do": "What we did and will do",
    "what_you_can_do": "What you can do",
    "remedies": "Remedies, and whom to ask",
}
