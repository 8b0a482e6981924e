"""What was unusual of an order, in sentences, for its reviewers and for its buyer."""

from collections.abc import Callable

from oms.kernel.register import kind_of
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import Sign, read
from oms.risk.states import DoubtState

Say = Callable[[str], str]


def sentence(sign: Sign, figure: int, say: Say) -> str:
    """Return one sign with its figure as a sentence; `say` translates."""
    words = {
        Sign.REFUSED: say("Cards that were refused before one paid: %(count)s."),
        Sign.RUSH: say("Cards that were refused in the whole shop within the hour: %(count)s."),
        Sign.RECENT: say("Other orders of this mailbox within a day: %(count)s."),
        Sign.NEARBY: say("Other mailboxes whose first order was large and went to this address: %(count)s."),
        Sign.CLAIMS: say("Orders before, of which money went back for damaged or missing goods: %(count)s."),
        Sign.TOTAL: say("Its total, beside a usual one: %(count)s times as much."),
    }
    return words[sign] % {"count": f"{figure / 10:.1f}" if sign is Sign.TOTAL else str(figure)}


def outcome(state: DoubtState, say: Say) -> str:
    """Return what became of a look at an order."""
    words = {
        DoubtState.OPEN: say("A person has not looked yet."),
        DoubtState.CLEARED: say("A person looked. The order was sent on its way."),
        DoubtState.CANCELLED: say("A person looked and cancelled the order. The money went back."),
        DoubtState.LAPSED: say("Nobody looked in time. The order was sent on its way."),
        DoubtState.ENDED: say("The order was cancelled before anybody looked."),
    }
    return words[state]


def value(kind: str, field: str, kept: str, say: Say) -> str:
    """Return the value of a record as its person reads it: signs as sentences, all else as it is kept."""
    if (kind, field) != (kind_of(DoubtReasons).name, "signs"):
        return kept
    return " ".join(sentence(sign, figure, say) for sign, figure in read(kept).items())
